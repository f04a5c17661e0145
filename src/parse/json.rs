//! Finds JSON values in bytes, and the log entries among them.
//!
//! Entry points: [`scan_value`] for the end of a value, [`is_answer`] for what is around entries,
//! [`next_element`] for the place to go on behind damage.
//!
//! **Invariant:** more bytes turn "short" into something else, and nothing else into anything.
//!
//! **Not here:** what an object says (`ndjson`).

use serde::de::IgnoredAny;

/// Why no value stands at the start of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// They are the beginning of what may be one.
    Short,
    /// They are anything else.
    Broken,
}

/// Where the next element may begin behind damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// At this index.
    At(usize),
    /// None before this index; behind it, more bytes are needed.
    NoneBefore(usize),
}

/// Finds the end of the value that begins the bytes.
///
/// A number that ends with the bytes is short: it may go on.
pub(super) fn scan_value(bytes: &[u8]) -> Result<usize, Stop> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
    match values.next() {
        None => Err(Stop::Short),
        Some(Ok(IgnoredAny)) => {
            let len = values.byte_offset();
            let value = bytes.get(..len).unwrap_or_default();
            let is_closed = value.last().is_some_and(|last| b"}]\"".contains(last));
            if is_closed || len < bytes.len() { Ok(len) } else { Err(Stop::Short) }
        }
        Some(Err(error)) if error.is_eof() => Err(Stop::Short),
        Some(Err(_)) => Err(Stop::Broken),
    }
}

/// Reads `"key":` at the start of the bytes; returns the key and where its value begins.
pub(super) fn parse_key(bytes: &[u8]) -> Result<(String, usize), Stop> {
    if bytes.first().is_some_and(|first| *first != b'"') {
        return Err(Stop::Broken);
    }
    let len = scan_value(bytes)?;
    let key = serde_json::from_slice(bytes.get(..len).unwrap_or_default());
    let key = key.map_err(|_| Stop::Broken)?;
    let colon = len + space_len(bytes, len);
    if *bytes.get(colon).ok_or(Stop::Short)? != b':' {
        return Err(Stop::Broken);
    }
    let value = colon + 1 + space_len(bytes, colon + 1);
    bytes.get(value).ok_or(Stop::Short)?;
    Ok((key, value))
}

/// Returns true where the object that begins the bytes is no entry but an answer that holds some.
///
/// An answer has a list of objects at `data`, or at any key of the object at `data`. A key for
/// which `is_of_entry` holds, before `success` or `data`, is that of an entry.
pub(super) fn is_answer(bytes: &[u8], is_of_entry: &dyn Fn(&str) -> bool) -> Result<bool, Stop> {
    let mut has_success = false;
    let mut members = Members { bytes, at: 1 };
    while let Some((key, value)) = members.next()? {
        match &*key {
            "data" if holds_elements(value, has_success)? => return Ok(true),
            "success" if value.starts_with(b"t") || value.starts_with(b"f") => has_success = true,
            "data" | "success" => {}
            key if !has_success && is_of_entry(key) => return Ok(false),
            _ => {}
        }
        members.pass(value)?;
    }
    Ok(false)
}

/// Returns true where the value at `data` is a list of objects or has one.
///
/// In an answer that tells of its success, a list whose first element is damaged is one, too.
pub(super) fn holds_elements(value: &[u8], has_success: bool) -> Result<bool, Stop> {
    if value.starts_with(b"[") {
        return is_list(value, has_success);
    }
    if !value.starts_with(b"{") {
        return Ok(false);
    }
    let mut members = Members { bytes: value, at: 1 };
    while let Some((_, value)) = members.next()? {
        if value.starts_with(b"[") && is_list(value, has_success)? {
            return Ok(true);
        }
        members.pass(value)?;
    }
    Ok(false)
}

fn is_list(value: &[u8], has_success: bool) -> Result<bool, Stop> {
    match value.get(1 + space_len(value, 1)) {
        None => Err(Stop::Short),
        Some(b'{') => Ok(true),
        Some(b']') => Ok(false),
        Some(_) => Ok(has_success),
    }
}

/// Finds the next element of a list, or the next line that begins with an object or a list.
///
/// Within a string, quotes are escaped, so that `,{"` hardly stands there.
pub(super) fn next_element(bytes: &[u8], is_last: bool) -> Element {
    let mut at = 0;
    while let Some(found) =
        bytes.get(at..).and_then(|rest| memchr::memchr3(b'\n', b',', b'[', rest))
    {
        let before = at + found;
        let is_line = bytes.get(before) == Some(&b'\n');
        let first = before + 1 + space_len(bytes, before + 1);
        let is_element = match bytes.get(first) {
            Some(b'[') => Some(is_line),
            Some(b'{') if is_line => Some(true),
            Some(b'{') => bytes.get(first + 1 + space_len(bytes, first + 1)).map(|c| *c == b'"'),
            Some(_) => Some(false),
            None => None,
        };
        match is_element {
            Some(true) => return Element::At(before + 1),
            None if !is_last => return Element::NoneBefore(before),
            _ => at = if is_line { first } else { before + 1 },
        }
    }
    Element::NoneBefore(bytes.len())
}

/// The members of an object, as far as they are there.
struct Members<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Members<'a> {
    /// Returns the next key, and the bytes from its value on; `None` at the object's end.
    fn next(&mut self) -> Result<Option<(String, &'a [u8])>, Stop> {
        self.at += space_len(self.bytes, self.at);
        if self.bytes.get(self.at) == Some(&b',') {
            self.at += 1;
            self.at += space_len(self.bytes, self.at);
        }
        if self.bytes.get(self.at) == Some(&b'}') {
            return Ok(None);
        }
        let (key, value) = parse_key(self.bytes.get(self.at..).unwrap_or_default())?;
        self.at += value;
        Ok(Some((key, self.bytes.get(self.at..).unwrap_or_default())))
    }

    /// Moves behind a value.
    fn pass(&mut self, value: &[u8]) -> Result<(), Stop> {
        self.at += scan_value(value)?;
        Ok(())
    }
}

fn space_len(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}
