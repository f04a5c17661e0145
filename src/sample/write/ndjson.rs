//! Items of `/logs/retrieve`, one a line; numbers are strings, as the product writes them.

use serde_json::json;

use crate::sample::SampleEntry;

/// Adds one item and its line end.
pub fn append(out: &mut Vec<u8>, entry: &SampleEntry) {
    let text = entry.text_lossy();
    let related = entry.related.as_ref();
    let tags: Vec<&str> = entry.tags.split_ascii_whitespace().collect();
    let item = json!({
        "type": entry.kind.code().to_string(),
        "time": entry.time.get().to_string(),
        "id": entry.index.to_string(),
        "size": entry.text.len().to_string(),
        "comp": entry.component,
        "rel_comp": related.map_or("", |related| &*related.component),
        "rel_time": related.map_or(0, |related| related.time.get()).to_string(),
        "rel_id": related.map_or(0, |related| related.index).to_string(),
        "sid": entry.sequence.to_string(),
        "qid": entry.queue.to_string(),
        "tags": tags,
        "match": false,
        "content": text,
    });
    out.extend_from_slice(item.to_string().as_bytes());
    out.push(b'\n');
}

/// Returns a file with these entries.
#[must_use]
pub fn file(entries: &[SampleEntry]) -> Vec<u8> {
    super::whole(entries, append)
}
