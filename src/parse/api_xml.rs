//! Saved answers of `/api_query`: `<message …/>` elements in an `<export>`.
//!
//! The scanner is its own, because the attributes hold bytes that XML forbids, and the rest of a
//! page must be read where one element is broken.
//!
//! **Invariant:** bytes outside elements that are not XML's own become a gap, and so does an element
//! that cannot be read; reading goes on at the next element.
//!
//! **Not here:** entries as child elements (`<message><data>`), which the vendor does not write.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use super::clock::Clock;
use super::words::kind_of;
use super::{Gap, Item, ParseOptions, Reader, Window, decode_text};
use crate::model::{Entry, EntryId, Millis, Related};

/// Names and processing instructions are shorter than this.
const MAX_NAME_BYTES: usize = 256;

/// Reads answers of `/api_query`.
pub(super) struct ApiXml {
    clock: Clock,
    max_entry_bytes: usize,
    /// Where bytes begin that cannot be read, and why.
    damage: Option<(u64, String)>,
    /// Time of the entry before.
    time: Millis,
}

/// What stands at the start of some bytes.
enum Part<'a> {
    /// White space, or XML that says nothing, of this length.
    Plain(usize),
    /// `<message …>` or `<error …>` of this length.
    Element { len: usize, attributes: Vec<(&'a [u8], &'a [u8])>, is_error: bool },
    /// The beginning of any of these.
    Short,
    /// Anything else.
    Bad(&'static str),
}

impl Reader for ApiXml {
    fn next<'a>(&mut self, window: Window<'a>, at: &mut usize) -> Option<Item<'a>> {
        loop {
            if self.damage.is_some() {
                return self.skip_damage(window, at).map(Item::Gap);
            }
            let rest = window.bytes.get(*at..).filter(|rest| !rest.is_empty())?;
            let offset = window.offset + *at as u64;
            let within = rest.get(..self.max_entry_bytes).unwrap_or(rest);
            match read_part(within) {
                Part::Plain(len) => *at += len,
                Part::Element { len, attributes, is_error: true } => {
                    *at += len;
                    let reason = error_reason(&attributes);
                    return Some(Item::Gap(Gap { from: offset, to: offset + len as u64, reason }));
                }
                Part::Element { len, attributes, is_error: false } => {
                    if let Some(entry) = self.entry(&attributes, offset, len) {
                        *at += len;
                        return Some(Item::Entry(entry));
                    }
                    self.damage = Some((offset, "the element has no attribute of an entry".into()));
                }
                Part::Short if within.len() < rest.len() => {
                    let reason = format!("the element is over the limit of {} bytes", within.len());
                    self.damage = Some((offset, reason));
                }
                Part::Short if !window.is_last || next_element(rest, 1).is_none() => return None,
                Part::Short => self.damage = Some((offset, "the element does not end".into())),
                Part::Bad(reason) => self.damage = Some((offset, reason.into())),
            }
        }
    }
}

impl ApiXml {
    /// Returns a reader with these options.
    pub(super) fn new(options: &ParseOptions) -> Self {
        Self {
            clock: Clock::new(&options.zone),
            max_entry_bytes: options.max_entry_bytes.max(1),
            damage: None,
            time: Millis::default(),
        }
    }

    /// Moves `at` to the next element.
    fn skip_damage(&mut self, window: Window<'_>, at: &mut usize) -> Option<Gap> {
        let (from, _) = self.damage.as_ref()?;
        let after = usize::try_from((from + 1).saturating_sub(window.offset)).ok()?;
        let search = after.max(*at);
        let found = next_element(window.bytes, search);
        *at = match found {
            Some(found) => found,
            None if window.is_last => window.bytes.len(),
            None => {
                // The longest name may be cut in its middle.
                let kept = window.bytes.len().saturating_sub(STARTS_BYTES);
                *at = kept.max(search).min(window.bytes.len()).max(*at);
                return None;
            }
        };
        let (from, reason) = self.damage.take()?;
        Some(Gap { from, to: window.offset + *at as u64, reason })
    }

    fn entry<'a>(
        &mut self,
        attributes: &[(&'a [u8], &'a [u8])],
        offset: u64,
        len: usize,
    ) -> Option<Entry<'a>> {
        let value = |name: &str| {
            attributes.iter().find(|(have, _)| *have == name.as_bytes()).map(|(_, value)| *value)
        };
        let text = |name: &str| match unescape(value(name).unwrap_or_default()) {
            Cow::Borrowed(bytes) => decode_text(bytes),
            Cow::Owned(bytes) => Cow::Owned(decode_text(&bytes).into_owned()),
        };
        if value("message_id").is_none() && value("data").is_none() {
            return None;
        }
        let id = text("message_id");
        self.time = self.clock.parse(&text("time_stamp")).unwrap_or(self.time);
        Some(Entry {
            offset,
            len: len as u64,
            id: if id.is_empty() { EntryId::Place } else { EntryId::Named(id) },
            kind: kind_of(&text("type")),
            time: self.time,
            component: text("source_name"),
            tags: Cow::Borrowed(""),
            text: unescape(value("data").unwrap_or_default()),
            related: Related::named(text("reference_id")),
        })
    }
}

/// Returns why the server answered with an error.
fn error_reason(attributes: &[(&[u8], &[u8])]) -> String {
    let description = attributes.iter().find(|(name, _)| *name == b"description");
    match description {
        Some((_, text)) => {
            let text = unescape(text);
            let text: String = decode_text(&text).chars().take(200).collect();
            format!("the server answered with an error: {text}")
        }
        None => "the server answered with an error".into(),
    }
}

/// What may follow bytes that cannot be read.
const STARTS: [&[u8]; 5] = [b"<message", b"</export", b"<export", b"<error", b"<?xml"];
/// The longest of them, and the byte that ends the name.
const STARTS_BYTES: usize = 9;

/// Finds where the next element begins, from this index on.
fn next_element(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    memchr::memchr_iter(b'<', rest)
        .find(|at| {
            let here = rest.get(*at..).unwrap_or_default();
            STARTS.iter().any(|start| {
                let ends = here.get(start.len());
                here.starts_with(start) && ends.is_some_and(|byte| !byte.is_ascii_alphanumeric())
            })
        })
        .map(|at| from + at)
}

/// Reads what stands at the start of `bytes`, which are not empty.
fn read_part(bytes: &[u8]) -> Part<'_> {
    let n_space = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    if n_space > 0 {
        return Part::Plain(n_space);
    }
    if bytes.first() != Some(&b'<') {
        return Part::Bad("no element begins here");
    }
    for (start, end) in [(&b"<?"[..], &b"?>"[..]), (b"<!--", b"-->"), (b"<!", b">")] {
        if bytes.starts_with(start) {
            let head = bytes.get(..MAX_NAME_BYTES * 16).unwrap_or(bytes);
            return match memmem::find(head, end) {
                Some(at) => Part::Plain(at + end.len()),
                None if head.len() < bytes.len() => Part::Bad("no element begins here"),
                None => Part::Short,
            };
        }
    }
    read_tag(bytes)
}

/// Reads the tag at the start of `bytes`.
fn read_tag(bytes: &[u8]) -> Part<'_> {
    let mut at = 1 + usize::from(bytes.get(1) == Some(&b'/'));
    let name_from = at;
    at += name_len(bytes, at);
    let name = bytes.get(name_from..at).unwrap_or_default();
    if at >= bytes.len() {
        let is_known = NAMES.iter().any(|known| known.starts_with(name));
        return if is_known { Part::Short } else { Part::Bad("no element begins here") };
    }
    if !NAMES.contains(&name) {
        return Part::Bad("no element begins here");
    }
    let mut attributes = Vec::new();
    loop {
        at += bytes.iter().skip(at).take_while(|byte| byte.is_ascii_whitespace()).count();
        let len = match bytes.get(at) {
            None => return Part::Short,
            Some(b'>') => at + 1,
            Some(b'/') => match bytes.get(at + 1) {
                None => return Part::Short,
                Some(b'>') => at + 2,
                Some(_) => return Part::Bad("the element is not well-formed"),
            },
            Some(_) => match read_attribute(bytes, at) {
                Attribute::Read { name, value, end } => {
                    attributes.push((name, value));
                    at = end;
                    continue;
                }
                Attribute::Short => return Part::Short,
                Attribute::Bad => return Part::Bad("an attribute is not well-formed"),
            },
        };
        let is_end = bytes.get(1) == Some(&b'/');
        return match name {
            b"message" if !is_end => Part::Element { len, attributes, is_error: false },
            b"error" if !is_end => Part::Element { len, attributes, is_error: true },
            _ => Part::Plain(len),
        };
    }
}

/// The elements of an answer.
const NAMES: [&[u8]; 3] = [b"message", b"export", b"error"];

/// What stands where an attribute may begin.
enum Attribute<'a> {
    Read { name: &'a [u8], value: &'a [u8], end: usize },
    Short,
    Bad,
}

/// Reads `name="value"` at this index.
fn read_attribute(bytes: &[u8], from: usize) -> Attribute<'_> {
    let mut at = from + name_len(bytes, from);
    let name = bytes.get(from..at).unwrap_or_default();
    let skip_space = |at: &mut usize| {
        *at += bytes.iter().skip(*at).take_while(|byte| byte.is_ascii_whitespace()).count();
    };
    skip_space(&mut at);
    match bytes.get(at) {
        None => return Attribute::Short,
        Some(b'=') if !name.is_empty() => at += 1,
        _ => return Attribute::Bad,
    }
    skip_space(&mut at);
    let quote = match bytes.get(at) {
        None => return Attribute::Short,
        Some(quote @ (b'"' | b'\'')) => *quote,
        Some(_) => return Attribute::Bad,
    };
    at += 1;
    let Some(len) = memchr(quote, bytes.get(at..).unwrap_or_default()) else {
        return Attribute::Short;
    };
    let end = at + len + 1;
    let value = bytes.get(at..at + len).unwrap_or_default();
    match bytes.get(end) {
        None => Attribute::Short,
        Some(b'/' | b'>') => Attribute::Read { name, value, end },
        Some(byte) if byte.is_ascii_whitespace() => Attribute::Read { name, value, end },
        Some(_) => Attribute::Bad,
    }
}

/// Returns the length of the name at this index.
fn name_len(bytes: &[u8], at: usize) -> usize {
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte);
    bytes.iter().skip(at).take(MAX_NAME_BYTES).take_while(is_name).count()
}

/// Replaces references such as `&lt;` and `&#13;`; what is none stays as it is.
fn unescape(value: &[u8]) -> Cow<'_, [u8]> {
    let Some(mut next) = memchr(b'&', value) else { return Cow::Borrowed(value) };
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    loop {
        let (plain, reference) = rest.split_at(next);
        out.extend_from_slice(plain);
        let (character, used) = read_reference(reference).unwrap_or(('&', 1));
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        rest = reference.get(used..).unwrap_or_default();
        let Some(at) = memchr(b'&', rest) else {
            out.extend_from_slice(rest);
            return Cow::Owned(out);
        };
        next = at;
    }
}

/// Reads the reference at the start of `bytes`, and its length.
fn read_reference(bytes: &[u8]) -> Option<(char, usize)> {
    let head = bytes.get(..12).unwrap_or(bytes);
    let end = memchr(b';', head)?;
    let name = std::str::from_utf8(head.get(1..end)?).ok()?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((character, end + 1))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Seen, read};
    use super::super::{Format, ParseOptions};

    /// Reads a page; each item as one text.
    #[track_caller]
    fn check(page: &[u8], want: &[&str]) {
        let zone = jiff::tz::TimeZone::get("America/Toronto").unwrap();
        let options = ParseOptions { zone, ..ParseOptions::default() };
        let items = read(&Format::ApiXml, page, &options);
        let have: Vec<_> = items
            .into_iter()
            .map(|item| match item {
                Seen::Entry(entry) => format!(
                    "{} {} {} {} {}",
                    entry.display_id().unwrap_or_default(),
                    entry.kind.name(),
                    entry.time,
                    entry.component,
                    entry.text.escape_ascii()
                ),
                Seen::Gap(gap) => {
                    let bytes = &page[gap.from.try_into().unwrap()..gap.to.try_into().unwrap()];
                    format!("{}: {}", gap.reason, bytes.escape_ascii())
                }
            })
            .collect();
        assert_eq!(have, want);
    }

    #[test]
    fn attributes_come_in_any_order_with_any_bytes() {
        check(
            b"<?xml version=\"1.0\"?>\n<export success=\"true\">\n\
              <message message_id=\"20160527-1\" type=\"Ack\" time_stamp=\"2016-05-27 16:20:00.236\"\n\
              source_name=\"A &amp; B\" reference_id='0-0' data=\"MSH|^~\\&amp;|&#13;PID|&#xe9;&bogus;\"/>\n\
              <message data='a\nb\x0b \"c\" \x01\xFF >' source_name=\"\" type=\"error\" message_id = \"2-2\"></message>\
              </export>",
            &[
                r"20160527-1 message 2016-05-27T20:20:00.236Z A & B MSH|^~\\&|\rPID|\xc3\xa9&bogus;",
                r#"2-2 error 2016-05-27T20:20:00.236Z  a\nb\x0b \"c\" \x01\xff >"#,
            ],
        );
    }

    #[test]
    fn a_broken_element_is_a_gap_and_the_rest_is_read() {
        check(
            b"<export><message message_id=\"1\" data=\"cut <message message_id=\"2\" data=\"b\"/>\
              \0\0<message x=1/><message a=\"b\"/></export>\
              <export success=\"true\"><message message_id=\"3\" data=\"c\"/>",
            &[
                r#"an attribute is not well-formed: <message message_id=\"1\" data=\"cut "#,
                "2 info 1970-01-01T00:00:00.000Z  b",
                r"no element begins here: \x00\x00",
                "an attribute is not well-formed: <message x=1/>",
                r#"the element has no attribute of an entry: <message a=\"b\"/>"#,
                "3 info 1970-01-01T00:00:00.000Z  c",
            ],
        );
    }

    #[test]
    fn an_error_answer_is_a_gap_with_its_description() {
        check(
            b"<export success=\"false\"><error description=\"no &quot;x&quot;\"/></export>",
            &[
                r#"the server answered with an error: no "x": <error description=\"no &quot;x&quot;\"/>"#,
            ],
        );
    }

    #[test]
    fn an_element_that_is_still_being_written_is_left() {
        check(
            b"<export><message message_id=\"1\" data=\"a\"/><message message_id=\"2\" da",
            &["1 info 1970-01-01T00:00:00.000Z  a"],
        );
    }
}
