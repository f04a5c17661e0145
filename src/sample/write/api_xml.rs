//! Saved answers of `/api_query`.

use std::collections::HashMap;

use crate::sample::SampleEntry;

/// What the answer begins with.
pub const HEAD: &[u8] = b"<export success=\"true\">\n";
/// What the answer ends with.
pub const TAIL: &[u8] = b"</export>\n";

/// Gives entries the ids that Iguana 4 to 6 give them: `<YYYYMMDD>-<position>`.
#[derive(Debug, Default)]
pub struct Ids {
    positions: HashMap<String, u64>,
    given: HashMap<String, String>,
}

impl Ids {
    /// Returns the id of the next entry: its day, and where it would stand in the day's file.
    #[must_use]
    pub fn next_id(&mut self, entry: &SampleEntry) -> String {
        let day = entry.time.timestamp().strftime("%Y%m%d").to_string();
        let position = self.positions.entry(day.clone()).or_insert(1_048_576);
        let id = format!("{day}-{position}");
        *position += 96 + entry.text.len() as u64;
        self.given.insert(entry.id(), id.clone());
        id
    }

    /// Returns the id of the entry that this one tells of, `0-0` where there is none.
    #[must_use]
    pub fn related_id(&self, entry: &SampleEntry) -> String {
        let id = entry.related.as_ref().and_then(|related| {
            let id = format!("{}-{}-{}", related.component, related.time.get(), related.index);
            self.given.get(&id)
        });
        id.map_or_else(|| "0-0".into(), Clone::clone)
    }
}

/// Adds one entry.
pub fn append(out: &mut Vec<u8>, entry: &SampleEntry, id: &str, related: &str) {
    let stamp = entry.time.timestamp().strftime("%Y-%m-%d %H:%M:%S%.3f").to_string();
    let fields = [
        ("message_id", id),
        ("type", entry.type_word()),
        ("time_stamp", &stamp),
        ("source_name", &entry.component_name),
        ("reference_id", related),
        ("data", &entry.text_lossy()),
    ];
    out.extend_from_slice(b"  <message");
    for (name, value) in fields {
        out.extend_from_slice(format!(" {name}=\"").as_bytes());
        append_escaped(out, value);
        out.push(b'"');
    }
    out.extend_from_slice(b"/>\n");
}

/// Returns an answer with these entries.
#[must_use]
pub fn file(entries: &[SampleEntry]) -> Vec<u8> {
    let mut out = HEAD.to_vec();
    let mut ids = Ids::default();
    for entry in entries {
        let id = ids.next_id(entry);
        append(&mut out, entry, &id, &ids.related_id(entry));
    }
    out.extend_from_slice(TAIL);
    out
}

/// Adds a value; control characters that XML forbids are left as they are, as the product does.
fn append_escaped(out: &mut Vec<u8>, value: &str) {
    for character in value.chars() {
        let escaped = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\r' => "&#13;",
            '\n' => "&#10;",
            '\t' => "&#9;",
            other => {
                out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
        };
        out.extend_from_slice(escaped.as_bytes());
    }
}
