//! What `ingest` says when it is done.

use std::fmt::Write;

use indicatif::HumanBytes;
use serde_json::{Map, Value, json};

use super::super::context::Context;
use crate::model::{EntryKind, grouped, plural};
use crate::pipeline::Summary;

/// Gaps and skipped files that are listed without `--verbose`.
const MAX_LISTED: usize = 10;

/// Renders the summary as one JSON object on one line.
pub(super) fn render_json(summary: &Summary, seconds: f64) -> String {
    let tally = &summary.tally;
    let by_type: Map<String, Value> = EntryKind::ALL
        .into_iter()
        .zip(tally.by_kind)
        .map(|(kind, count)| (kind.name().into(), count.into()))
        .collect();
    let skipped: Vec<Value> = summary
        .skipped
        .iter()
        .map(|skipped| json!({"path": skipped.path, "reason": skipped.reason}))
        .collect();
    let gaps: Vec<Value> = summary
        .gaps
        .iter()
        .map(|gap| json!({"path": gap.path, "from": gap.from, "to": gap.to, "reason": gap.reason}))
        .collect();
    let object = json!({
        "files": summary.files,
        "bytes": summary.bytes,
        "entries": tally.entries(),
        "by_type": by_type,
        "events": tally.events,
        "new_events": tally.new_events,
        "known": tally.known,
        "unknown": tally.events - tally.known,
        "duplicates": tally.duplicates,
        "skipped": skipped,
        "gaps": gaps,
        "seconds": (seconds * 1000.0).round() / 1000.0,
        "text_bytes": tally.text_bytes,
        "formats": summary.formats,
    });
    format!("{object}\n")
}

/// Renders the summary for a person.
pub(super) fn render_text(summary: &Summary, seconds: f64, context: &Context) -> String {
    let mut out = String::new();
    write_summary(&mut out, summary, seconds, context).unwrap_or_else(|_| out.clear());
    out
}

/// Returns what could not be read, line by line.
pub(super) fn unread_lines(summary: &Summary) -> Vec<String> {
    let mut out = String::new();
    let written = write_gaps(&mut out, summary, true);
    written.and_then(|()| write_skipped(&mut out, summary, true)).unwrap_or_default();
    out.lines().map(str::to_owned).collect()
}

fn write_summary(
    out: &mut String,
    summary: &Summary,
    seconds: f64,
    context: &Context,
) -> std::fmt::Result {
    let tally = &summary.tally;
    let formats: Vec<String> =
        summary.formats.iter().map(|(name, count)| format!("{} {name}", grouped(*count))).collect();
    let formats =
        if formats.is_empty() { String::new() } else { format!(" ({})", formats.join(", ")) };
    if summary.files == 0 {
        writeln!(out, "No log was read.")?;
        return write_skipped(out, summary, context.is_verbose);
    }
    writeln!(
        out,
        "Read {}{formats}, {}, in {seconds:.1} s.",
        plural(summary.files, "log"),
        HumanBytes(summary.bytes)
    )?;
    writeln!(
        out,
        "{}: {}.",
        plural(tally.entries(), "new entry"),
        by_type(tally.by_kind).unwrap_or_else(|| "nothing that was not read before".into())
    )?;
    writeln!(
        out,
        "{}: {} known, {} unknown.",
        plural(tally.new_events, "new event"),
        grouped(tally.known),
        grouped(tally.events - tally.known)
    )?;
    if tally.duplicates > 0 {
        let entries = plural(tally.duplicates, "entry");
        let were = if tally.duplicates == 1 { "was" } else { "were" };
        writeln!(out, "{entries} {were} there already (read before, mirrored or archived).")?;
    }
    write_gaps(out, summary, context.is_verbose)?;
    write_skipped(out, summary, context.is_verbose)?;
    if summary.has_local_times && tally.entries() > 0 {
        writeln!(out, "Times without a zone were read as UTC; --timezone names another.")?;
    }
    if summary.is_interrupted {
        writeln!(out, "Interrupted: run the same command again to read the rest.")?;
    } else {
        writeln!(out, "Next: dewlap report --db {}", context.db.display())?;
    }
    Ok(())
}

fn by_type(counts: [u64; EntryKind::ALL.len()]) -> Option<String> {
    let parts: Vec<String> = EntryKind::ALL
        .into_iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{} {}", grouped(count), kind.name()))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn write_gaps(out: &mut String, summary: &Summary, all: bool) -> std::fmt::Result {
    let gaps = &summary.gaps;
    if gaps.is_empty() {
        return Ok(());
    }
    let bytes: u64 = gaps.iter().map(|gap| gap.to - gap.from).sum();
    let regions = plural(gaps.len() as u64, "damaged region");
    writeln!(out, "{regions}, {} lost there:", plural(bytes, "byte"))?;
    let listed = if all { gaps.len() } else { MAX_LISTED };
    for gap in gaps.iter().take(listed) {
        writeln!(out, "  {} bytes {} to {}: {}", gap.path, gap.from, gap.to, gap.reason)?;
    }
    write_rest(out, gaps.len(), listed)
}

fn write_skipped(out: &mut String, summary: &Summary, all: bool) -> std::fmt::Result {
    let skipped = &summary.skipped;
    if skipped.is_empty() {
        return Ok(());
    }
    writeln!(out, "{} not read:", plural(skipped.len() as u64, "path"))?;
    let listed = if all { skipped.len() } else { MAX_LISTED };
    for skipped in skipped.iter().take(listed) {
        writeln!(out, "  {}\n    {}", skipped.path, skipped.reason)?;
    }
    write_rest(out, skipped.len(), listed)
}

fn write_rest(out: &mut String, len: usize, listed: usize) -> std::fmt::Result {
    match len.checked_sub(listed) {
        Some(rest) if rest > 0 => {
            writeln!(out, "  and {} more; -v lists them", grouped(rest as u64))
        }
        _ => Ok(()),
    }
}
