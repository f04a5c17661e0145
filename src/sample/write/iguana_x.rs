//! Iguana X's binary logs: envelopes of marker `:)`, size, CRC-32 and content, one after another.

use std::collections::BTreeMap;

use crate::sample::{Component, SampleEntry};

/// A new file starts when these bits of the epoch second change, about every 18.2 hours.
const ROLLOVER_MASK: i64 = !0xFFFF;
/// A new file starts at this size; entries of one second stay together.
const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;
/// A component notes its place in its queue after so many messages.
const MESSAGES_PER_POSITION: u64 = 40;

/// Which fields an entry has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Eight fields, to 10.1.113: a trace has its tags at the end of its text, all else has none.
    Old,
    /// Twelve fields: sequence id, queue id, tags and meta data as well.
    New,
}

/// Adds one entry.
pub fn append(out: &mut Vec<u8>, entry: &SampleEntry, layout: Layout) {
    let mut content = Vec::with_capacity(entry.text.len() + 128);
    let related = entry.related.as_ref();
    number(&mut content, entry.kind.code().into());
    number(&mut content, entry.index);
    number(&mut content, entry.time.get().unsigned_abs());
    number(&mut content, related.map_or(0, |related| related.index));
    number(&mut content, related.map_or(0, |related| related.time.get().unsigned_abs()));
    string(&mut content, related.map_or("", |related| &related.component).as_bytes());
    string(&mut content, entry.component.as_bytes());
    match layout {
        Layout::Old => string(&mut content, &old_text(entry)),
        Layout::New => {
            string(&mut content, &entry.text);
            number(&mut content, entry.sequence);
            number(&mut content, entry.queue);
            string(&mut content, entry.tags.as_bytes());
            string(&mut content, b"null");
        }
    }
    envelope(out, &content);
}

/// Adds the place of a component in its queue, as it stands after this message.
///
/// Readers skip it: it is no log entry.
pub fn append_queue_position(out: &mut Vec<u8>, entry: &SampleEntry) {
    let short: String = entry.component.chars().take(6).collect();
    let mut place = Vec::new();
    string(&mut place, format!("Consumer{short}").as_bytes());
    string(&mut place, entry.component.as_bytes());
    number(&mut place, entry.time.get().unsigned_abs());
    number(&mut place, entry.index);
    number(&mut place, entry.sequence);
    number(&mut place, entry.queue);
    let mut value = Vec::new();
    string(&mut value, entry.component.as_bytes());
    number(&mut value, 1);
    string(&mut value, &place);
    let mut content = Vec::new();
    number(&mut content, 11);
    number(&mut content, 1);
    string(&mut content, &value);
    envelope(out, &content);
}

/// Adds an envelope around a content.
pub fn envelope(out: &mut Vec<u8>, content: &[u8]) {
    out.extend_from_slice(b":)");
    number(out, 4 + content.len() as u64);
    out.extend_from_slice(&crc32fast::hash(content).to_le_bytes());
    out.extend_from_slice(content);
}

/// Returns the path of the file that begins with this entry, below the log root.
#[must_use]
pub fn path(component: &str, epoch_seconds: i64) -> String {
    let hex = format!("{epoch_seconds:016X}");
    let mut parts = [8, 2, 2, 4].into_iter();
    let mut rest = hex.as_str();
    let mut path = component.to_owned();
    while let Some((part, after)) = parts.next().and_then(|len| rest.split_at_checked(len)) {
        path.push('/');
        path.push_str(part);
        rest = after;
    }
    path + ".log"
}

/// Returns the path of a component's `component.json` below the working directory, and its content.
#[must_use]
pub fn component_json(of: Component) -> (String, Vec<u8>) {
    let json = serde_json::json!({
        "description": "", "fields": {}, "guid": of.guid, "name": of.name, "run_branch": "",
        "run_comp": "", "run_commit": "", "run_repo": "", "sources": [], "tags": ["#prod"],
        "template": false,
    });
    let text = format!("{json:#}\n");
    (format!("config/comps/{}/component.json", of.guid), text.into_bytes())
}

/// Says to which file each entry of a log root goes.
#[derive(Debug, Default)]
pub struct Rollover {
    open: BTreeMap<String, OpenFile>,
}

#[derive(Debug, Default)]
struct OpenFile {
    path: String,
    first: i64,
    last: i64,
    len: u64,
}

impl Rollover {
    /// Returns the path below the log root to which an entry of `len` bytes is appended.
    ///
    /// Entries come in order of time.
    pub fn place(&mut self, entry: &SampleEntry, len: u64) -> &str {
        let second = entry.time.get().div_euclid(1_000);
        let file = self.open.entry(entry.component.clone().into_owned()).or_default();
        let is_full = file.len + len > MAX_FILE_BYTES && second != file.last;
        let is_late = second & ROLLOVER_MASK != file.first & ROLLOVER_MASK;
        if file.path.is_empty() || is_full || is_late {
            let path = path(&entry.component, second);
            *file = OpenFile { path, first: second, last: second, len: 0 };
        }
        file.len += len;
        file.last = second;
        &file.path
    }
}

/// Returns the files of a log root with these entries, by path; components note their place in
/// their queue after every 40th message, as real ones do.
#[must_use]
pub fn tree(entries: &[SampleEntry], layout: Layout) -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut rollover = Rollover::default();
    for entry in entries {
        let mut bytes = Vec::new();
        append(&mut bytes, entry, layout);
        let is_message = entry.kind == crate::model::EntryKind::Message;
        if is_message && entry.queue % MESSAGES_PER_POSITION == 0 {
            append_queue_position(&mut bytes, entry);
        }
        let path = rollover.place(entry, bytes.len() as u64);
        files.entry(path.to_owned()).or_default().extend_from_slice(&bytes);
    }
    files
}

/// Returns one file with these entries.
#[must_use]
pub fn file(entries: &[SampleEntry], layout: Layout) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        append(&mut out, entry, layout);
    }
    out
}

/// Returns the text of an entry of the old layout, which has its hashtags in it.
fn old_text(entry: &SampleEntry) -> Vec<u8> {
    let mut text = entry.text.clone();
    if entry.kind == crate::model::EntryKind::Trace && !entry.tags.is_empty() {
        text.push(b' ');
        text.extend_from_slice(entry.tags.as_bytes());
    }
    text
}

/// Adds an unsigned LEB128 number.
fn number(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = (value & 0x7F).to_le_bytes()[0];
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EntryKind, Millis};
    use crate::sample::Related;

    fn entry() -> SampleEntry {
        SampleEntry {
            component: "Iguana-Service".into(),
            component_name: "Iguana-Service".into(),
            kind: EntryKind::Trace,
            time: Millis::new(1_788_746_552_757),
            index: 1,
            related: None,
            sequence: 10,
            queue: 0,
            tags: "#login".into(),
            text: b"User 'tlee' has logged out.".to_vec(),
        }
    }

    fn number_of(value: u64) -> Vec<u8> {
        let mut out = Vec::new();
        number(&mut out, value);
        out
    }

    #[test]
    fn numbers_are_written_seven_bits_at_a_time() {
        assert_eq!(number_of(0), [0]);
        assert_eq!(number_of(127), [0x7F]);
        assert_eq!(number_of(300), [0xAC, 0x02]);
        assert_eq!(number_of(u64::MAX).len(), 10);
    }

    #[test]
    fn an_entry_has_twelve_fields_in_the_new_layout() {
        let mut out = Vec::new();
        append(&mut out, &entry(), Layout::New);
        let content = b"\x05\x01\xb5\xab\xe9\xcc\x87\x34\x00\x00\x00\x0eIguana-Service\x1bUser 'tlee' has logged out.\x0a\x00\x06#login\x04null";
        assert_eq!(out.get(..7).unwrap(), b":)H\xa9\x4f\xec\x1a");
        assert_eq!(out.get(7..).unwrap(), content);
    }

    #[test]
    fn an_entry_ends_with_its_text_and_tags_in_the_old_layout() {
        let mut out = Vec::new();
        append(&mut out, &entry(), Layout::Old);
        assert!(out.ends_with(b"\x22User 'tlee' has logged out. #login"));
    }

    #[test]
    fn the_related_entry_stands_before_the_component() {
        let related = Related { component: "A".into(), time: Millis::new(300), index: 2 };
        let mut out = Vec::new();
        append(&mut out, &SampleEntry { related: Some(related), ..entry() }, Layout::New);
        assert!(out.windows(7).any(|at| at == b"\x02\xac\x02\x01A\x0eI"));
    }

    #[test]
    fn a_path_is_the_second_in_hexadecimal_cut_in_four() {
        let want = "Iguana-Service/00000000/6A/9E/1B38.log";
        assert_eq!(path("Iguana-Service", 0x6A9E_1B38), want);
    }

    #[test]
    fn a_new_file_starts_when_the_upper_bits_of_the_second_change() {
        let mut rollover = Rollover::default();
        let mut place = |seconds: i64, len| {
            let entry = SampleEntry { time: Millis::new(seconds * 1_000), ..entry() };
            rollover.place(&entry, len).to_owned()
        };
        let first = place(0x6A9E_1B38, 100);
        assert_eq!(place(0x6A9E_FFFF, 100), first);
        assert_eq!(place(0x6A9F_0000, 100), "Iguana-Service/00000000/6A/9F/0000.log");
        let full = place(0x6A9F_0001, MAX_FILE_BYTES);
        assert_eq!(place(0x6A9F_0001, 100), full, "entries of one second stay together");
        assert_eq!(place(0x6A9F_0002, 100), "Iguana-Service/00000000/6A/9F/0002.log");
    }

    #[test]
    fn a_queue_position_is_written_as_the_product_does() {
        let mut out = Vec::new();
        let guid = "5TfHQZxr5jGKmEWI14an6P";
        let time = Millis::new(1_788_739_595_826);
        let entry =
            SampleEntry { component: guid.into(), time, sequence: 123, queue: 40, ..entry() };
        append_queue_position(&mut out, &entry);
        let content = out.get(7..).unwrap();
        assert!(content.starts_with(
            b"\x0b\x01\x48\x165TfHQZxr5jGKmEWI14an6P\x01\x2f\x0eConsumer5TfHQZ\x165TfHQZxr"
        ));
        assert!(content.ends_with(b"\x01\x7b\x28"));
    }
}
