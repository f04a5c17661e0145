//! `dewlap sources`: the files that were read.

use std::io::Write;

use clap::Args;
use serde_json::json;

use super::context::Global;
use super::failure::Done;
use super::output::{TextOrJson, data};
use crate::model::{grouped, plural};
use crate::silence::span_in_words;
use crate::store::{LossRow, SourceRow, Store};

/// Arguments of `sources`.
#[derive(Debug, Args)]
pub(super) struct SourcesArgs {
    /// Output format; JSON is one object a line
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// Runs `sources`.
///
/// # Errors
///
/// Returns why the store could not be read or the list not be written.
pub(super) fn run(global: &Global, args: &SourcesArgs) -> anyhow::Result<Done> {
    let store = global.context()?.store()?;
    let sources = store.sources()?;
    let mut out = data();
    match args.format {
        TextOrJson::Json => {
            for source in &sources {
                writeln!(out, "{}", json_line(source))?;
            }
        }
        TextOrJson::Text => {
            write_text(&mut out, &sources)?;
            write_ledger(&mut out, &store)?;
        }
    }
    out.flush()?;
    Ok(Done::Fine)
}

fn json_line(source: &SourceRow) -> serde_json::Value {
    json!({
        "server": source.server,
        "path": source.path,
        "format": source.format,
        "size": source.size,
        "offset": source.offset,
        "lag_bytes": source.size.saturating_sub(source.offset),
        "entries": source.entries,
        "events": source.events,
        "gaps": source.gaps,
        "gap_bytes": source.gap_bytes,
        "is_cut": source.is_cut,
        "lost_bytes": source.lost_bytes,
        "last_seen": source.last_seen.map(|at| at.to_string()),
        "gone": source.gone.map(|at| at.to_string()),
    })
}

fn write_text(out: &mut impl Write, sources: &[SourceRow]) -> std::io::Result<()> {
    writeln!(
        out,
        "{:>13}  {:>13}  {:>9}  {:>7}  {:>4}  {:<17}  file",
        "bytes seen", "read up to", "entries", "events", "gaps", "format"
    )?;
    for source in sources {
        writeln!(
            out,
            "{:>13}  {:>13}  {:>9}  {:>7}  {:>4}  {:<17}  {}{}",
            grouped(source.size),
            grouped(source.offset),
            grouped(source.entries),
            grouped(source.events),
            grouped(source.gaps),
            source.format,
            source.path,
            if source.is_cut { " (its rest could not be read)" } else { "" },
        )?;
    }
    let damaged: u64 = sources.iter().map(|source| source.gap_bytes).sum();
    let destroyed: u64 = sources.iter().map(|source| source.lost_bytes).sum();
    writeln!(
        out,
        "{}; {} lost in damaged regions, {} destroyed before they were read.",
        plural(sources.len() as u64, "file"),
        plural(damaged, "byte"),
        plural(destroyed, "byte")
    )
}

/// Tells what was destroyed unread, and which logs leave little time before that.
fn write_ledger(out: &mut impl Write, store: &Store) -> anyhow::Result<()> {
    for loss in store.losses()? {
        writeln!(out, "{}", loss_line(&loss))?;
    }
    for (_, headroom) in store.headrooms()? {
        writeln!(
            out,
            "{} is overwritten every {} at the present rate.",
            headroom.path,
            span_in_words(std::time::Duration::from_millis(headroom.span))
        )?;
    }
    Ok(())
}

/// Returns the line that tells of a loss.
pub(super) fn loss_line(loss: &LossRow) -> String {
    let (path, since, noticed) = (&loss.path, loss.since, loss.noticed);
    let known = plural(loss.to.saturating_sub(loss.from), "byte");
    format!(
        "{path}: {}, {known} unread, and what was written from {since} to {noticed}",
        loss.reason
    )
}
