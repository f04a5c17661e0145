//! Plain text: `[2026-09-07 00:00:00.000] [component] [Type] [id] text`.

use crate::sample::SampleEntry;

/// Adds one entry. HL7 keeps its carriage returns; a line feed in the text begins a line that
/// belongs to the entry.
pub fn append(out: &mut Vec<u8>, entry: &SampleEntry) {
    let stamp = entry.time.timestamp().strftime("%Y-%m-%d %H:%M:%S%.3f");
    let head =
        format!("[{stamp}] [{}] [{}] [{}] ", entry.component_name, entry.type_word(), entry.id());
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(&entry.text);
    out.push(b'\n');
}

/// Returns a file with these entries.
#[must_use]
pub fn file(entries: &[SampleEntry]) -> Vec<u8> {
    super::whole(entries, append)
}
