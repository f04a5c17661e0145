//! `dewlap sources`: the files that were read.

use std::io::Write;

use clap::Args;
use serde_json::json;

use super::context::Global;
use super::failure::Done;
use super::output::{TextOrJson, data};
use crate::model::{grouped, plural};
use crate::store::SourceRow;

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
    let sources = global.context()?.store()?.sources()?;
    let mut out = data();
    match args.format {
        TextOrJson::Json => {
            for source in &sources {
                writeln!(out, "{}", json_line(source))?;
            }
        }
        TextOrJson::Text => write_text(&mut out, &sources)?,
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
            "{:>13}  {:>13}  {:>9}  {:>7}  {:>4}  {:<17}  {}",
            grouped(source.size),
            grouped(source.offset),
            grouped(source.entries),
            grouped(source.events),
            grouped(source.gaps),
            source.format,
            source.path,
        )?;
    }
    let lost: u64 = sources.iter().map(|source| source.gap_bytes).sum();
    writeln!(
        out,
        "{}; {} lost in damaged regions.",
        plural(sources.len() as u64, "file"),
        plural(lost, "byte")
    )
}
