//! CSV as the Logs page exports it: a header row, then one entry a record.

use crate::sample::SampleEntry;

/// The header row, with its line end.
pub const HEADER: &str = "Message Id,Time,Channel,Type,Text\r\n";

/// Adds one record; fields with commas, quotes or line ends are quoted.
pub fn append(out: &mut Vec<u8>, entry: &SampleEntry, id: &str) {
    let stamp = entry.time.timestamp().strftime("%Y-%m-%d %H:%M:%S%.3f").to_string();
    let fields = [id, &stamp, &entry.component_name, entry.type_word()];
    for field in fields {
        append_field(out, field.as_bytes());
        out.push(b',');
    }
    append_field(out, &entry.text);
    out.extend_from_slice(b"\r\n");
}

/// Returns a file with these entries.
#[must_use]
pub fn file(entries: &[SampleEntry]) -> Vec<u8> {
    let mut out = HEADER.as_bytes().to_vec();
    let mut ids = super::api_xml::Ids::default();
    for entry in entries {
        append(&mut out, entry, &ids.next_id(entry));
    }
    out
}

fn append_field(out: &mut Vec<u8>, field: &[u8]) {
    if !field.iter().any(|byte| b",\"\r\n".contains(byte)) {
        out.extend_from_slice(field);
        return;
    }
    out.push(b'"');
    for byte in field {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
}
