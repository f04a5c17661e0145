//! One JSON object a line: saved items of Iguana X's `/logs/retrieve`, and any other JSON log.
//!
//! Which of the two a line is, is decided for each line by its keys.
//!
//! **Invariant:** a line that is no JSON object is a gap of that line.

use std::borrow::Cow;

use memchr::memchr;
use serde_json::{Map, Value};

use super::clock::Clock;
use super::lines::without_line_end;
use super::options::plain_name;
use super::words::{add_tags, kind_of};
use super::{FieldMap, Gap, Item, ParseOptions, Reader, Window, decode_text};
use crate::model::{Entry, EntryId, Millis};

/// Reads JSON logs.
pub(super) struct Ndjson {
    clock: Clock,
    map: FieldMap,
    max_entry_bytes: usize,
    /// Where a line begins that is over the limit.
    skip_from: Option<u64>,
    /// Time of the entry before.
    time: Millis,
}

impl Reader for Ndjson {
    fn next<'a>(&mut self, window: Window<'a>, at: &mut usize) -> Option<Item<'a>> {
        loop {
            if self.skip_from.is_some() {
                return self.skip(window, at).map(Item::Gap);
            }
            let rest = window.bytes.get(*at..)?;
            *at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let rest = window.bytes.get(*at..).filter(|rest| !rest.is_empty())?;
            let offset = window.offset + *at as u64;
            let within = rest.get(..self.max_entry_bytes).unwrap_or(rest);
            let (len, is_whole) = match memchr(b'\n', within) {
                Some(end) => (end + 1, true),
                None if within.len() < rest.len() => {
                    self.skip_from = Some(offset);
                    continue;
                }
                None if window.is_last => (rest.len(), false),
                None => return None,
            };
            let line = decode_text(without_line_end(rest.get(..len).unwrap_or_default()));
            let entry = match serde_json::from_str(&line) {
                Ok(Value::Object(object)) => self.entry(object),
                _ if !is_whole => return None, // Still being written.
                _ => {
                    *at += len;
                    let to = offset + len as u64;
                    let reason = "the line is not a JSON object".into();
                    return Some(Item::Gap(Gap { from: offset, to, reason }));
                }
            };
            *at += len;
            return Some(Item::Entry(Entry { offset, len: len as u64, ..entry }));
        }
    }
}

impl Ndjson {
    /// Returns a reader with these options.
    pub(super) fn new(options: &ParseOptions) -> Self {
        Self {
            clock: Clock::new(&options.zone),
            map: options.ndjson.clone(),
            max_entry_bytes: options.max_entry_bytes.max(1),
            skip_from: None,
            time: Millis::default(),
        }
    }

    /// Moves `at` behind a line that is over the limit.
    fn skip(&mut self, window: Window<'_>, at: &mut usize) -> Option<Gap> {
        let from = self.skip_from?;
        let end = window.bytes.get(*at..).and_then(|rest| memchr(b'\n', rest));
        *at = end.map_or(window.bytes.len(), |end| *at + end + 1);
        if end.is_none() && !window.is_last {
            return None;
        }
        self.skip_from = None;
        let reason = format!("the line is over the limit of {} bytes", self.max_entry_bytes);
        Some(Gap { from, to: window.offset + *at as u64, reason })
    }

    /// Makes an entry, its place not yet set.
    fn entry(&mut self, mut object: Map<String, Value>) -> Entry<'static> {
        let iguana = iguana_fields(&object);
        if let Some((index, time)) = iguana {
            self.time = time;
            let text = object.remove("content").map(into_text).unwrap_or_default();
            return Entry {
                offset: 0,
                len: 0,
                id: EntryId::Iguana { index },
                kind: kind_of(&object.remove("type").map(into_text).unwrap_or_default()),
                time,
                component: object.remove("comp").map(into_text).unwrap_or_default().into(),
                tags: tags_of(object.get("tags")).into(),
                text: Cow::Owned(text.into_bytes()),
            };
        }
        let text_of =
            |names: &[String]| find(&object, names).cloned().map(into_text).unwrap_or_default();
        let id = text_of(&self.map.id);
        let time = find(&object, &self.map.time).cloned().map(into_text);
        self.time = time.and_then(|time| self.parse_time(&time)).unwrap_or(self.time);
        Entry {
            offset: 0,
            len: 0,
            id: if id.is_empty() { EntryId::Place } else { EntryId::Named(id.into()) },
            kind: kind_of(&text_of(&self.map.kind)),
            time: self.time,
            component: text_of(&self.map.component).into(),
            tags: tags_of(find(&object, &self.map.tags)).into(),
            text: Cow::Owned(match find(&object, &self.map.text) {
                Some(text) => into_text(text.clone()).into_bytes(),
                None => Value::Object(object.clone()).to_string().into_bytes(),
            }),
        }
    }

    fn parse_time(&self, text: &str) -> Option<Millis> {
        match &self.map.time_format {
            Some(format) => self.clock.parse_with(text, format),
            None => self.clock.parse(text),
        }
    }
}

/// Returns the index and the time of an item of `/logs/retrieve`; `None` for any other object.
fn iguana_fields(object: &Map<String, Value>) -> Option<(u64, Millis)> {
    if !object.contains_key("comp") || !object.contains_key("content") {
        return None;
    }
    let number = |key: &str| -> Option<u64> {
        match object.get(key)? {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    };
    Some((number("id")?, Millis::new(i64::try_from(number("time")?).ok()?)))
}

/// Finds the value under the first of these names that is there, `a.b` within `a` if need be.
fn find<'a>(object: &'a Map<String, Value>, names: &[String]) -> Option<&'a Value> {
    names.iter().find_map(|name| find_path(object, name)).filter(|value| !value.is_null())
}

fn find_path<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let wanted = plain_name(path);
    let get = |name: &str| {
        object.get(name).or_else(|| {
            let mut keys = object.iter();
            keys.find(|(key, _)| plain_name(key) == wanted).map(|(_, value)| value)
        })
    };
    get(path).or_else(|| {
        let (first, rest) = path.split_once('.')?;
        find_path(object.get(first)?.as_object()?, rest)
    })
}

/// Returns a text as it is, and anything else as JSON.
fn into_text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        value => value.to_string(),
    }
}

fn tags_of(value: Option<&Value>) -> String {
    let mut tags = String::new();
    match value {
        Some(Value::Array(values)) => {
            values.iter().filter_map(Value::as_str).for_each(|tag| add_tags(&mut tags, tag));
        }
        Some(Value::String(text)) => add_tags(&mut tags, text),
        _ => {}
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Seen, read};
    use super::super::{Format, ParseOptions};

    #[track_caller]
    fn check(log: &[u8], options: &ParseOptions, want: &[&str]) {
        let items = read(&Format::Ndjson, log, options);
        let have: Vec<_> = items
            .into_iter()
            .map(|item| match item {
                Seen::Entry(entry) => format!(
                    "{}|{}|{}|{}|{}|{}",
                    entry.display_id().unwrap_or_default(),
                    entry.time,
                    entry.kind.name(),
                    entry.component,
                    entry.tags,
                    entry.text.escape_ascii()
                ),
                Seen::Gap(gap) => format!("{}..{}: {}", gap.from, gap.to, gap.reason),
            })
            .collect();
        assert_eq!(have, want);
    }

    #[test]
    fn items_of_logs_retrieve_keep_their_ids() {
        check(
            br##"{"type":"5","time":"1788739200137","id":"2","comp":"Iguana-Service","tags":["#error","git"],"content":"a\r\nb"}
{"type":4,"time":1788739200138,"id":1,"comp":"6sIO","tags":[],"content":"MSH|"}"##,
            &ParseOptions::default(),
            &[
                r"Iguana-Service-1788739200137-2|2026-09-07T00:00:00.137Z|trace|Iguana-Service|#error #git|a\r\nb",
                "6sIO-1788739200138-1|2026-09-07T00:00:00.138Z|message|6sIO||MSH|",
            ],
        );
    }

    #[test]
    fn other_objects_are_read_by_the_mapping() {
        let mut options = ParseOptions::default();
        options.ndjson.component.insert(0, "ctx.service.name".into());
        check(
            br#"{"@timestamp":"2026-09-07T00:00:00Z","level":"warn","message":"m","ctx":{"service":{"name":"s"}}}
{"ts":1788739201.5,"severity":"ERROR","Message_ID":"20160527-1","text":{"a":1}}
{"other":true}"#,
            &options,
            &[
                "|2026-09-07T00:00:00.000Z|warning|s||m",
                r#"20160527-1|2026-09-07T00:00:01.500Z|error|||{\"a\":1}"#,
                r#"|2026-09-07T00:00:01.500Z|info|||{\"other\":true}"#,
            ],
        );
    }

    #[test]
    fn a_line_that_is_no_object_is_a_gap() {
        check(
            b"{\"text\":\"a\"}\n\n[1]\r\n{\"text\":\"Gr\xFC\xDFe\"}\n{\"text\":\"half",
            &ParseOptions::default(),
            &[
                "|1970-01-01T00:00:00.000Z|info|||a",
                "14..19: the line is not a JSON object",
                r"|1970-01-01T00:00:00.000Z|info|||Gr\xc3\xbc\xc3\x9fe",
            ],
        );
    }

    #[test]
    fn a_line_over_the_limit_is_a_gap() {
        let options = ParseOptions { max_entry_bytes: 13, ..ParseOptions::default() };
        check(
            b"{\"text\":\"a\"}\n{\"text\":\"long\"}\n{\"text\":\"b\"}\n",
            &options,
            &[
                "|1970-01-01T00:00:00.000Z|info|||a",
                "13..29: the line is over the limit of 13 bytes",
                "|1970-01-01T00:00:00.000Z|info|||b",
            ],
        );
    }
}
