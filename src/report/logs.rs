//! What the logs themselves are like: silent, full of errors, lost.

use std::time::Duration;

use super::layout::Tone;
use super::sheet::{Entry, Sheet, left, right};
use super::words::{self, NONE, moment};
use super::{ComponentRate, Destroyed, LostBytes, Overwritten, Report, SilentTime, SkippedSource};
use crate::model::grouped;
use crate::silence::span_in_words;

/// Returns when components were silent for too long.
pub(super) fn silences(report: &Report) -> Option<Sheet> {
    let columns = [left("noticed (UTC)"), left("component"), left("what")];
    let sheet = Sheet::new(("silence", "Silence"), &columns, 2, report.limits.others);
    let row = |silence: &SilentTime| {
        let server = words::on_server(report, &silence.server);
        vec![
            Entry::plain(moment(silence.at)),
            Entry::new(Tone::Strong, &silence.component).and(Tone::Faint, server.trim_start()),
            Entry::plain(&silence.text),
        ]
    };
    sheet.with(report.silences.iter().map(row)).unless_empty()
}

/// Returns how many errors components wrote for each message.
pub(super) fn components(report: &Report) -> Option<Sheet> {
    if report.components.is_empty() {
        return None;
    }
    let columns = [
        right("per 1,000"),
        left("component"),
        right("errors"),
        right("warnings"),
        right("messages"),
    ];
    let heading = ("components", "Errors per 1,000 messages");
    let mut sheet = Sheet::new(heading, &columns, 1, report.limits.others);
    sheet.after.extend(Some(others_without_errors(report)).filter(|text| !text.is_empty()));
    let row = |component: &ComponentRate| {
        let server = words::on_server(report, &component.server);
        vec![
            Entry::new(Tone::Strong, rate(component)),
            Entry::plain(format!("{}{server}", component.name)),
            Entry::plain(grouped(component.errors)),
            Entry::plain(grouped(component.warnings)),
            Entry::plain(grouped(component.messages)),
        ]
    };
    Some(sheet.with(failing(report).map(row)))
}

/// Returns the components with errors, most errors per message first.
fn failing(report: &Report) -> impl Iterator<Item = &ComponentRate> {
    report.components.iter().filter(|component| component.errors > 0)
}

/// Returns how many components had no errors.
fn others_without_errors(report: &Report) -> String {
    let fine = report.components.iter().filter(|c| c.errors == 0 && c.entries > 0).count();
    match (fine, failing(report).count()) {
        (_, 0) => "No component wrote an error.".to_owned(),
        (0, _) => String::new(),
        (1, _) => "1 other component wrote no error.".to_owned(),
        (n, _) => format!("{n} other components wrote no error."),
    }
}

/// Returns errors per 1,000 messages with one decimal.
fn rate(component: &ComponentRate) -> String {
    let tenths = |tenths: u32| format!("{}.{}", grouped(u64::from(tenths / 10)), tenths % 10);
    match component.rate_tenths {
        Some(0) => "<0.1".to_owned(),
        Some(rate) => tenths(rate),
        None => NONE.to_owned(),
    }
}

/// Returns what is in no report because it could not be read. It is never shortened.
pub(super) fn lost(report: &Report) -> Option<Sheet> {
    if report.is_empty() && !report.has_loss() {
        return None;
    }
    let columns = [right("bytes"), left("file"), left("reason")];
    let mut sheet = Sheet::new(("lost", "What was lost"), &columns, 1, usize::MAX);
    sheet.before.push(words::lost(report));
    sheet.after.extend(report.overwritten.iter().map(overwritten));
    let rows = report.gaps.iter().map(gap_row);
    let rows = rows.chain(report.destroyed.iter().map(destroyed_row));
    Some(sheet.with(rows.chain(report.skipped.iter().flatten().map(skipped_row))))
}

fn gap_row(gap: &LostBytes) -> Vec<Entry> {
    vec![
        Entry::new(Tone::Warn, if gap.is_open() { "rest".into() } else { grouped(gap.bytes) }),
        Entry::code(&gap.path),
        Entry::plain(&gap.reason),
    ]
}

fn destroyed_row(loss: &Destroyed) -> Vec<Entry> {
    let (since, noticed) = (moment(loss.since), moment(loss.noticed));
    vec![
        Entry::new(Tone::Warn, grouped(loss.bytes)),
        Entry::code(&loss.path)
            .and(Tone::Faint, format!("on {}, between {since} and {noticed} UTC", loss.server)),
        Entry::plain(&loss.reason),
    ]
}

fn skipped_row(skipped: &SkippedSource) -> Vec<Entry> {
    vec![
        Entry::plain("all"),
        Entry::code(&skipped.path),
        Entry::plain(format!("not read: {}", skipped.reason)),
    ]
}

fn overwritten(log: &Overwritten) -> String {
    let span = span_in_words(Duration::from_millis(log.span_millis));
    format!(
        "{} on {} is overwritten every {span} at the rate of {} UTC: what is not read by then is \
         lost.",
        log.path,
        log.server,
        moment(log.measured)
    )
}
