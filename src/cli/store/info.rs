//! `dewlap store info`.

use std::io::Write;

use clap::Args;
use serde_json::{Map, Value, json};

use crate::cli::context::Global;
use crate::cli::failure::Done;
use crate::cli::output::{TextOrJson, data};
use crate::model::{Millis, Severity, grouped, plural};
use crate::store::StoreInfo;

/// Arguments of `store info`.
#[derive(Debug, Args)]
pub(in crate::cli) struct InfoArgs {
    /// Output format; JSON is one object
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// Runs `store info`.
///
/// # Errors
///
/// Returns why the store could not be read or the answer not be written.
pub(super) fn run(global: &Global, args: &InfoArgs) -> anyhow::Result<Done> {
    let context = global.context()?;
    let info = context.store()?.info()?;
    let mut out = data();
    match args.format {
        TextOrJson::Json => writeln!(out, "{}", to_json(&info))?,
        TextOrJson::Text => write_text(&mut out, &info)?,
    }
    out.flush()?;
    Ok(Done::Fine)
}

/// Returns counts by severity under their names, worst first.
pub(super) fn by_severity(counts: &[u64; Severity::ALL.len()]) -> Map<String, Value> {
    let pairs = Severity::ALL.iter().zip(counts).rev();
    pairs.map(|(severity, count)| (severity.name().to_owned(), json!(count))).collect()
}

/// Returns counts by severity in words, worst first; empty where all are 0.
pub(super) fn severities_in_words(counts: &[u64; Severity::ALL.len()]) -> String {
    let pairs = Severity::ALL.iter().zip(counts).rev().filter(|(_, count)| **count > 0);
    let parts: Vec<_> =
        pairs.map(|(severity, count)| format!("{} {}", grouped(*count), severity.name())).collect();
    parts.join(", ")
}

fn to_json(info: &StoreInfo) -> Value {
    let span = |span: Option<(Millis, Millis)>| {
        span.map(|(first, last)| json!({"first": first.to_string(), "last": last.to_string()}))
    };
    let tables: Vec<_> = info
        .tables
        .iter()
        .map(|table| json!({"name": table.name, "rows": table.rows, "bytes": table.bytes}))
        .collect();
    json!({
        "bytes": info.bytes,
        "free_bytes": info.free_bytes,
        "stored": {
            "events": info.stored.iter().sum::<u64>(),
            "by_severity": by_severity(&info.stored),
            "span": span(info.stored_span),
        },
        "counted": {
            "events": info.counted,
            "failures": info.failures,
            "problems": info.problems,
            "span": span(info.counted_span),
        },
        "tables": tables,
    })
}

fn write_text(out: &mut impl Write, info: &StoreInfo) -> std::io::Result<()> {
    let (bytes, free) = (plural(info.bytes, "byte"), grouped(info.free_bytes));
    writeln!(out, "{bytes}, of which {free} are free")?;
    let stored = plural(info.stored.iter().sum(), "event");
    write!(out, "stored:  {stored}{}", span_in_words(info.stored_span))?;
    match severities_in_words(&info.stored).as_str() {
        "" => writeln!(out)?,
        severities => writeln!(out, ": {severities}")?,
    }
    writeln!(
        out,
        "counted: {} of {}{}; attempts for the same message taken together: {}",
        plural(info.counted, "event"),
        plural(info.problems, "problem"),
        span_in_words(info.counted_span),
        plural(info.failures, "failure"),
    )?;
    writeln!(out, "\n{:<14}  {:>13}  {:>15}", "table", "rows", "bytes")?;
    for table in &info.tables {
        let (rows, bytes) = (grouped(table.rows), grouped(table.bytes));
        writeln!(out, "{:<14}  {rows:>13}  {bytes:>15}", table.name)?;
    }
    Ok(())
}

fn span_in_words(span: Option<(Millis, Millis)>) -> String {
    span.map(|(first, last)| format!(" from {first} to {last}")).unwrap_or_default()
}
