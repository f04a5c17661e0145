//! `dewlap unknowns`: what no rule explains, in clusters, the heaviest first.

use std::fmt::Write;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::context::{Context, Global, When, check_server, now, parse_when, span};
use super::events::write_csv;
use super::failure::{Done, Misuse};
use super::output::{TextOrJson, error_lines, print, width};
use crate::classify::{Classifier, NearMiss, NearMisses};
use crate::markup::printable;
use crate::model::{nearest, plural};
use crate::pipeline::{UnknownCluster, UnknownPlace, unknowns};
use crate::report::{LongWord, wrap};
use crate::store::{Store, Window};

/// So many texts of one cluster are shown in full.
const MAX_TEXTS: usize = 20;
/// So many of each in a list.
const MAX_LISTED_TEXTS: usize = 3;
/// So many components of one cluster are shown.
const MAX_PLACES: usize = 20;

/// Arguments of `unknowns`.
#[derive(Debug, Args)]
pub(super) struct UnknownsArgs {
    /// Only events at or after this time, date or span before now
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    since: Option<When>,

    /// Only events before this time, date or span before now
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    until: Option<When>,

    /// Only events of this server
    #[arg(long, value_name = "NAME")]
    server: Option<String>,

    /// Only the heaviest so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    /// Output format; JSON is one object a line
    #[arg(long, value_enum, default_value_t = UnknownsFormat::Text)]
    format: UnknownsFormat,
}

/// How clusters are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum UnknownsFormat {
    Text,
    Json,
    Csv,
}

/// A cluster with all that is shown of it.
struct Shown<'s> {
    cluster: &'s UnknownCluster,
    /// Different masked texts, each with its events.
    texts: Vec<(String, u64)>,
    /// Only of one in full.
    more: Option<More<'s>>,
}

/// What is shown of one cluster in full.
struct More<'c> {
    /// Events by hour of the day, UTC.
    hours: [u64; 24],
    /// The rule that its most frequent text nearly matches.
    near: Option<NearMiss<'c>>,
}

/// Runs `unknowns`.
///
/// # Errors
///
/// Returns why the store could not be read, or that there is no such cluster.
pub(super) fn run(global: &Global, args: &UnknownsArgs) -> anyhow::Result<Done> {
    let context = global.context()?;
    let store = context.store()?;
    check_server(&store, args.server.as_deref())?;
    let now = now();
    let (since, until) = span(args.since, args.until, now)?;
    let window = Window { server: args.server.clone(), since, until };
    // What was new then: an archive gives the same answer as following did.
    let clusters = unknowns(&store, &window, until.unwrap_or(now).min(now))?;
    list(&store, (args, &window), &clusters)?;
    if clusters.is_empty() && !context.is_quiet {
        error_lines(&["no stored event is unknown".to_owned()]);
    }
    Ok(Done::Fine)
}

fn list(
    store: &Store,
    (args, window): (&UnknownsArgs, &Window),
    clusters: &[UnknownCluster],
) -> anyhow::Result<()> {
    let mut text = String::new();
    if args.format == UnknownsFormat::Csv {
        text.push_str(&csv_line(&CSV_HEADER.map(str::to_owned))?);
    }
    for cluster in clusters.iter().take(args.limit.unwrap_or(usize::MAX)) {
        let texts = store.unknown_texts(&cluster.group.fingerprints, window, MAX_LISTED_TEXTS)?;
        text.push_str(&Shown { cluster, texts, more: None }.render(args.format)?);
    }
    Ok(print(&text)?)
}

/// Prints one cluster in full; the id of any fingerprint in it will do.
pub(super) fn show(
    context: &Context,
    store: &Store,
    id: &str,
    format: TextOrJson,
) -> anyhow::Result<Done> {
    let window = Window::default();
    let clusters = unknowns(store, &window, now())?;
    let has_it = |cluster: &&UnknownCluster| cluster.group.fingerprints.iter().any(|it| it == id);
    let Some(cluster) = clusters.iter().find(has_it) else {
        return Err(no_cluster(id, clusters.iter().map(|cluster| cluster.group.id.as_str())));
    };
    let fingerprints = &cluster.group.fingerprints;
    let texts = store.unknown_texts(fingerprints, &window, MAX_TEXTS)?;
    let catalogue = context.catalogue()?;
    let classifier = Classifier::new(&catalogue)?;
    let near = texts
        .first()
        .and_then(|(text, _)| NearMisses::new(&classifier).nearest(text, 1).into_iter().next());
    let more = More { hours: store.unknown_hours(fingerprints, &window)?, near };
    let shown = Shown { cluster, texts, more: Some(more) };
    print(&match format {
        TextOrJson::Text => shown.text()?,
        TextOrJson::Json => format!("{}\n", shown.json()),
    })?;
    Ok(Done::Fine)
}

/// Returns the error that says that there is no such cluster, with the nearest one.
pub(super) fn no_cluster<'c>(id: &str, known: impl Iterator<Item = &'c str>) -> anyhow::Error {
    let mut known = known.peekable();
    let hint = match known.peek() {
        None => "every stored event is explained by a rule".into(),
        Some(_) => nearest(id, known)
            .map_or("`dewlap unknowns` lists all clusters".into(), |near| {
                format!("did you mean `{near}`?")
            }),
    };
    Misuse::new(format!("there is no cluster `{id}` in the store"), hint).into()
}

const CSV_HEADER: [&str; 9] = [
    "cluster",
    "weight",
    "events",
    "components",
    "servers",
    "first_met",
    "first",
    "last",
    "template",
];

impl Shown<'_> {
    fn render(&self, format: UnknownsFormat) -> anyhow::Result<String> {
        Ok(match format {
            UnknownsFormat::Text => self.text()?,
            UnknownsFormat::Json => format!("{}\n", self.json()),
            UnknownsFormat::Csv => csv_line(&self.csv_row())?,
        })
    }

    fn text(&self) -> Result<String, std::fmt::Error> {
        let UnknownCluster { group, events, places, weight, .. } = self.cluster;
        let mut text = String::new();
        writeln!(
            text,
            "{}  {}, {} on {}; weight {weight:.1}",
            group.id,
            plural(*events, "event"),
            plural(places.len() as u64, "component"),
            plural(self.cluster.servers().len() as u64, "server"),
        )?;
        push_wrapped(&mut text, "    ", &group.template);
        let (first, last) = (self.cluster.first, self.cluster.last);
        writeln!(text, "    first met {}, here from {first} to {last}", group.first)?;
        if let Some(more) = &self.more {
            push_more(&mut text, more, places)?;
        }
        for (example, n_events) in &self.texts {
            push_wrapped(&mut text, "    ", &format!("{n_events} x {}", one_line(example)));
        }
        if self.more.is_some() {
            writeln!(text, "    a rule for it: dewlap unknown {} draft", group.id)?;
        }
        Ok(text)
    }

    /// Renders a cluster; scripts rely on these names.
    fn json(&self) -> Value {
        let UnknownCluster { group, events, places, weight, first, last } = self.cluster;
        let mut value = json!({
            "cluster": group.id,
            "template": group.template,
            "weight": (weight * 100.0).round() / 100.0,
            "events": events,
            "components": places.iter().map(place_json).collect::<Vec<_>>(),
            "servers": self.cluster.servers(),
            "first_met": group.first.to_string(),
            "first": first.to_string(),
            "last": last.to_string(),
            "fingerprints": group.fingerprints,
            "texts": self.texts.iter().map(|(text, n_events)| {
                json!({ "text": text, "events": n_events })
            }).collect::<Vec<_>>(),
        });
        if let (Some(more), Some(value)) = (&self.more, value.as_object_mut()) {
            let near = more.near.as_ref().map(|near| {
                json!({ "rule": near.rule.id.as_str(), "title": near.rule.title, "share": near.share })
            });
            value.insert("hours".into(), json!(more.hours));
            value.insert("near".into(), near.unwrap_or(Value::Null));
        }
        value
    }

    fn csv_row(&self) -> [String; 9] {
        let UnknownCluster { group, events, places, weight, first, last } = self.cluster;
        [
            group.id.clone(),
            format!("{weight:.2}"),
            events.to_string(),
            places.len().to_string(),
            self.cluster.servers().len().to_string(),
            group.first.to_string(),
            first.to_string(),
            last.to_string(),
            group.template.clone(),
        ]
    }
}

fn place_json(place: &UnknownPlace) -> Value {
    json!({
        "server": place.server,
        "component": place.component,
        "component_name": place.component_name,
        "events": place.events,
    })
}

fn push_more(text: &mut String, more: &More<'_>, places: &[UnknownPlace]) -> std::fmt::Result {
    writeln!(text, "    by hour of the day, UTC: 0 {} 23", bars(&more.hours))?;
    if let Some(near) = &more.near {
        writeln!(text, "    nearest rule: {} ({})", near.rule.id, near.rule.title)?;
    }
    for place in places.iter().take(MAX_PLACES) {
        let events = plural(place.events, "event");
        writeln!(text, "    {} on {}: {events}", printable(&place.component_name), place.server)?;
    }
    if let Some(n_more) = places.len().checked_sub(MAX_PLACES).filter(|n_more| *n_more > 0) {
        writeln!(text, "    and {}", plural(n_more as u64, "other component"))?;
    }
    Ok(())
}

/// Renders counts as bars, the highest of full height.
fn bars(counts: &[u64]) -> String {
    const BARS: [char; 9] = ['.', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let max = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |count: &u64| {
        let height = count.saturating_mul(8).div_ceil(max);
        usize::try_from(height).ok().and_then(|height| BARS.get(height)).copied().unwrap_or('.')
    };
    counts.iter().map(bar).collect()
}

/// Adds a text, broken into the width of the terminal.
fn push_wrapped(out: &mut String, indent: &str, text: &str) {
    for line in wrap(text, width().saturating_sub(indent.len()), LongWord::Cut) {
        out.push_str(indent);
        out.push_str(&line);
        out.push('\n');
    }
}

fn one_line(text: &str) -> String {
    text.replace("\r\n", "\n").replace(['\n', '\r'], " | ")
}

fn csv_line(row: &[String]) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    write_csv(&mut bytes, row)?;
    Ok(String::from_utf8(bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_their_share_and_none_is_a_dot() {
        assert_eq!(bars(&[0, 1, 4, 8]), ".▁▄█");
        assert_eq!(bars(&[0, 0]), "..");
        assert_eq!(bars(&[1, 1_000_000]), "▁█");
    }
}
