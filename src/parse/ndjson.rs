//! JSON logs: items of Iguana X's `/logs/retrieve`, and objects of any other writer.
//!
//! Items stand one a line, in a list, or in the answers as Iguana sends them
//! (`{"success":true,"data":[…]}`), on one line or on many. What an object is, is decided for each
//! by its keys.
//!
//! What is around items (brackets, commas, an answer's own members) is passed over wherever it
//! stands, so that reading may go on behind any item.
//!
//! **Invariant:** an object that cannot be read is a gap, and reading goes on at the next one.
//!
//! **Not here:** where values end (`json`).

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::clock::Clock;
use super::json::{Element, Stop, holds_elements, is_answer, next_element, parse_key, scan_value};
use super::options::plain_name;
use super::words::{add_tags, kind_of};
use super::{FieldMap, Gap, Item, ParseOptions, Reader, Window, decode_text};
use crate::model::{Entry, EntryId, Millis, Related};

/// How much of an answer's error is told.
const MAX_ERROR_CHARS: usize = 200;

/// Reads JSON logs.
pub(super) struct Ndjson {
    clock: Clock,
    map: FieldMap,
    max_entry_bytes: usize,
    /// Where bytes begin that cannot be read, and why.
    damage: Option<(u64, String)>,
    /// Time of the entry before.
    time: Millis,
}

/// What the next bytes are.
enum Piece {
    /// So many bytes around items.
    Around(usize),
    /// An object of this length.
    Object(usize),
    /// So many bytes that tell of an error.
    Error(usize, String),
    /// Damage, of which so many bytes need no second look.
    Damage(usize, String),
    /// More bytes are needed.
    Short,
}

impl Reader for Ndjson {
    fn next<'a>(&mut self, window: Window<'a>, at: &mut usize) -> Option<Item<'a>> {
        loop {
            if self.damage.is_some() {
                return self.skip(window, at).map(Item::Gap);
            }
            let rest = window.bytes.get(*at..)?;
            *at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let rest = window.bytes.get(*at..).filter(|rest| !rest.is_empty())?;
            let offset = window.offset + *at as u64;
            let gap = |len: usize, reason| Gap { from: offset, to: offset + len as u64, reason };
            match self.piece(rest) {
                Piece::Short => return None,
                Piece::Around(len) => *at += len,
                Piece::Damage(len, reason) => {
                    *at += len;
                    self.damage = Some((offset, reason));
                }
                Piece::Error(len, reason) => {
                    *at += len;
                    return Some(Item::Gap(gap(len, reason)));
                }
                Piece::Object(len) => {
                    *at += len;
                    let object = decode_text(rest.get(..len).unwrap_or_default());
                    match self.read_object(&object) {
                        Ok(Some(entry)) => {
                            return Some(Item::Entry(Entry { offset, len: len as u64, ..entry }));
                        }
                        Ok(None) => {}
                        Err(reason) => return Some(Item::Gap(gap(len, reason))),
                    }
                }
            }
        }
    }

    fn resume_offset(&self, offset: u64) -> u64 {
        self.damage.as_ref().map_or(offset, |(from, _)| *from)
    }
}

impl Ndjson {
    /// Returns a reader with these options.
    pub(super) fn new(options: &ParseOptions) -> Self {
        Self {
            clock: Clock::new(&options.zone),
            map: options.ndjson.clone(),
            max_entry_bytes: options.max_entry_bytes.max(1),
            damage: None,
            time: Millis::default(),
        }
    }

    /// Tells what begins `rest`, which does not begin with white space.
    fn piece(&self, rest: &[u8]) -> Piece {
        let within = rest.get(..self.max_entry_bytes).unwrap_or(rest);
        let piece = match rest.first() {
            Some(b',' | b'[' | b']' | b'}') => return Piece::Around(1),
            Some(b'"') => parse_member(within),
            Some(b'{') => self.object(within),
            _ => Err(Stop::Broken),
        };
        match piece {
            Ok(piece) => piece,
            Err(Stop::Short) if within.len() < self.max_entry_bytes => Piece::Short,
            Err(Stop::Short) => {
                let reason = format!("the object is over the limit of {} bytes", within.len());
                Piece::Damage(within.len(), reason)
            }
            Err(Stop::Broken) if rest.starts_with(b"{") => {
                Piece::Damage(1, "the JSON object is broken".into())
            }
            Err(Stop::Broken) => Piece::Damage(0, "no JSON object begins here".into()),
        }
    }

    /// Reads an object: an item, or the beginning of an answer.
    fn object(&self, bytes: &[u8]) -> Result<Piece, Stop> {
        let map = &self.map;
        let is_of_entry = |key: &str| {
            let key = plain_name(key);
            let names = [&map.time, &map.component, &map.kind, &map.id, &map.text];
            names.into_iter().flatten().any(|name| plain_name(name) == key)
        };
        match is_answer(bytes, &is_of_entry) {
            Ok(true) => Ok(Piece::Around(1)),
            Ok(false) | Err(Stop::Broken) => scan_value(bytes).map(Piece::Object),
            Err(Stop::Short) => Err(Stop::Short),
        }
    }

    /// Moves `at` to the next element behind damage.
    fn skip(&mut self, window: Window<'_>, at: &mut usize) -> Option<Gap> {
        match next_element(window.bytes.get(*at..)?, window.is_last) {
            Element::At(element) => *at += element,
            Element::NoneBefore(index) => {
                *at += index;
                if !window.is_last {
                    return None;
                }
            }
        }
        let (from, reason) = self.damage.take()?;
        Some(Gap { from, to: window.offset + *at as u64, reason })
    }

    /// Makes an entry, its place not yet set; `None` for an answer that holds nothing.
    fn read_object(&mut self, object: &str) -> Result<Option<Entry<'static>>, String> {
        let Ok(Value::Object(object)) = serde_json::from_str(object) else {
            return Err("the JSON object is broken".into());
        };
        if iguana_fields(&object).is_some() {
            return Ok(Some(self.entry(object)));
        }
        let has = |names: &[String]| find(&object, names).is_some();
        let is_dated = has(&self.map.time) || has(&self.map.id);
        match object.get("success") {
            Some(Value::Bool(true)) if !is_dated => match object.get("data") {
                Some(data) if is_nothing(data) => Ok(None),
                _ => Err("the answer holds no log entries".into()),
            },
            Some(Value::Bool(false)) if !is_dated => {
                let error = object.get("error").or_else(|| object.get("message")).cloned();
                Err(answered(&error.map(into_text).unwrap_or_default()))
            }
            _ if !is_dated && !has(&self.map.text) => {
                Err("the object has no text, no id and no time".into())
            }
            _ => Ok(Some(self.entry(object))),
        }
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
                related: related(&mut object),
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
            related: None,
        }
    }

    fn parse_time(&self, text: &str) -> Option<Millis> {
        match &self.map.time_format {
            Some(format) => self.clock.parse_with(text, format),
            None => self.clock.parse(text),
        }
    }
}

/// Reads a member of an answer: into its items, or past it.
fn parse_member(bytes: &[u8]) -> Result<Piece, Stop> {
    let (key, at) = parse_key(bytes)?;
    let value = bytes.get(at..).unwrap_or_default();
    if (key == "data" || value.starts_with(b"[")) && holds_elements(value, false)? {
        return Ok(Piece::Around(at + 1));
    }
    match scan_value(value) {
        // The first element is damaged, which is told when it is read.
        Err(Stop::Broken) if value.starts_with(b"[") => Ok(Piece::Around(at + 1)),
        Err(stop) => Err(stop),
        Ok(len) if key == "error" && value.starts_with(b"\"") => {
            let error: Option<String> =
                serde_json::from_slice(value.get(..len).unwrap_or_default()).ok();
            Ok(Piece::Error(at + len, answered(&error.unwrap_or_default())))
        }
        Ok(len) => Ok(Piece::Around(at + len)),
    }
}

/// Returns the index and the time of an item of `/logs/retrieve`; `None` for any other object.
fn iguana_fields(object: &Map<String, Value>) -> Option<(u64, Millis)> {
    if !object.contains_key("comp") || !object.contains_key("content") {
        return None;
    }
    Some((number(object, "id")?, Millis::new(i64::try_from(number(object, "time")?).ok()?)))
}

/// Returns the entry that an item of `/logs/retrieve` is about.
fn related(object: &mut Map<String, Value>) -> Option<Related<'static>> {
    let (index, time) = (number(object, "rel_id")?, number(object, "rel_time")?);
    let component = object.remove("rel_comp").map(into_text).filter(|name| !name.is_empty())?;
    let time = Millis::new(i64::try_from(time).ok()?);
    Some(Related::Iguana { component: component.into(), time, index })
}

/// Returns a member that is a whole number, or the text of one.
fn number(object: &Map<String, Value>, key: &str) -> Option<u64> {
    match object.get(key)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
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

/// Returns what Iguana said in place of entries, on one line.
fn answered(error: &str) -> String {
    let error: Vec<&str> = error.split_whitespace().collect();
    let error: String = error.join(" ").chars().take(MAX_ERROR_CHARS).collect();
    match &*error {
        "" => "Iguana answered with an error and told no reason".into(),
        error => format!("Iguana answered with an error: {error}"),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty(),
        // Lists that are all empty.
        Value::Object(members) => members.values().all(is_nothing),
        _ => false,
    }
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
mod tests;
