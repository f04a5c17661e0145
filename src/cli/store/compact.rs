//! `dewlap store compact`.

use clap::Args;
use serde_json::{Value, json};

use super::info::{by_severity, severities_in_words};
use crate::cli::context::{Global, When, now, parse_when};
use crate::cli::failure::{Done, Misuse};
use crate::cli::output::{TextOrJson, print};
use crate::doctor::free_bytes;
use crate::model::{Millis, grouped, plural};
use crate::store::{Forgotten, Reclaimed, Retention, Store, Upkeep};

/// Arguments of `store compact`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CompactArgs {
    /// Count what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,

    /// The moment that ages count to; later than now only with `--dry-run` [default: now]
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    at: Option<When>,

    /// Output format; JSON is one object
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// Runs `store compact`.
///
/// # Errors
///
/// Returns why the store could not be read or written to; what was deleted before stays deleted.
pub(super) fn run(global: &Global, args: &CompactArgs) -> anyhow::Result<Done> {
    let now = now();
    let at = args.at.map_or(now, |at| at.resolve(now));
    if at > now && !args.dry_run {
        let message = format!("events would be deleted as of {at}, which is in the future");
        let hint =
            "give `--at` a time that is past; `--dry-run` tells what will be deleted by then";
        return Err(Misuse::new(message, hint).into());
    }
    let context = global.context()?;
    let store = context.store()?;
    let retention = &context.config.retention;
    if args.dry_run {
        let mut expired = Forgotten::default();
        store.expired(retention, at, |chunk| {
            expired.count(&chunk);
            Ok(true)
        })?;
        print(&render(args.format, "would delete", &expired, None))?;
        return Ok(Done::Fine);
    }
    let mut upkeep = Upkeep::open(&context.db)?;
    let forgotten = forget(&store, &mut upkeep, (retention, at))?;
    drop(store);
    let directory = context.db.parent().filter(|parent| !parent.as_os_str().is_empty());
    let room = free_bytes(directory.unwrap_or(std::path::Path::new(".")));
    let reclaimed = upkeep.reclaim(room)?;
    print(&render(args.format, "deleted", &forgotten, Some(reclaimed)))?;
    Ok(Done::Fine)
}

fn forget(
    store: &Store,
    upkeep: &mut Upkeep,
    (retention, at): (&Retention, Millis),
) -> anyhow::Result<Forgotten> {
    let mut sum = Forgotten::default();
    store.expired(retention, at, |chunk| {
        sum.add(&upkeep.forget(&chunk)?);
        Ok(true)
    })?;
    Ok(sum)
}

fn render(
    format: TextOrJson,
    did: &str,
    forgotten: &Forgotten,
    reclaimed: Option<Reclaimed>,
) -> String {
    match format {
        TextOrJson::Json => {
            let object = json!({
                "dry_run": reclaimed.is_none(),
                "events": forgotten.n_events(),
                "by_severity": by_severity(&forgotten.events),
                "messages": reclaimed.map(|_| forgotten.messages),
                "room": reclaimed.map(room_json),
            });
            format!("{object}\n")
        }
        TextOrJson::Text => {
            let events = plural(forgotten.n_events(), "event");
            let severities = match severities_in_words(&forgotten.events).as_str() {
                "" => String::new(),
                severities => format!(" ({severities})"),
            };
            let room = reclaimed.map(|reclaimed| format!("{}\n", room_line(reclaimed)));
            format!("{did} {events}{severities}; all counts stay\n{}", room.unwrap_or_default())
        }
    }
}

fn room_line(reclaimed: Reclaimed) -> String {
    match reclaimed {
        Reclaimed::Done { before, after } => format!(
            "gave {} back: the store has {} now",
            plural(before.saturating_sub(after), "byte"),
            grouped(after)
        ),
        Reclaimed::NotWorth { free } => {
            format!("{} are free in the store and will be used again", grouped_bytes(free))
        }
        Reclaimed::InUse { free } => format!(
            "{} are free in the store and will be used again; \
             to give them back, stop the follower and run this again",
            grouped_bytes(free)
        ),
        Reclaimed::NoRoom { free, needed } => format!(
            "{} are free in the store; to give them back, {} are needed on its disk",
            grouped_bytes(free),
            grouped_bytes(needed)
        ),
    }
}

fn grouped_bytes(bytes: u64) -> String {
    format!("{} bytes", grouped(bytes))
}

fn room_json(reclaimed: Reclaimed) -> Value {
    match reclaimed {
        Reclaimed::Done { before, after } => {
            json!({"state": "given back", "before": before, "after": after})
        }
        Reclaimed::NotWorth { free } => json!({"state": "little", "free": free}),
        Reclaimed::InUse { free } => json!({"state": "in use", "free": free}),
        Reclaimed::NoRoom { free, needed } => {
            json!({"state": "no room", "free": free, "needed": needed})
        }
    }
}
