//! `ServiceErrorLog.txt`: `[YYYY-MM-DD HH:MM:SS]`, a tab and a text that may run over many lines.

use crate::sample::SampleEntry;

/// Adds one entry; its time is written as UTC, where the server would write its own.
pub fn append(out: &mut Vec<u8>, entry: &SampleEntry) {
    let stamp = entry.time.timestamp().strftime("[%Y-%m-%d %H:%M:%S]\t").to_string();
    out.extend_from_slice(stamp.as_bytes());
    out.extend_from_slice(&entry.text);
    out.push(b'\n');
}

/// Returns a file with these entries.
#[must_use]
pub fn file(entries: &[SampleEntry]) -> Vec<u8> {
    super::whole(entries, append)
}
