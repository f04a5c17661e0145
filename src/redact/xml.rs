//! Values of XML elements and attributes that hold patient data, as in FHIR, CDA and SOAP.

use std::ops::Range;

use super::pseudonym::Kind;
use super::scan::Scan;
use super::{hl7_paths, keys};

/// An escaped tag is at most this long, in bytes.
const MAX_TAG_BYTES: usize = 200;

/// Masks texts and values inside elements whose names stand for patient data.
pub(crate) fn claim(scan: &mut Scan<'_>) {
    let text = scan.text;
    let bytes = text.as_bytes();
    let mut open: Option<(&str, Kind)> = None;
    let mut skipped: Option<&str> = None;
    let mut at = 0;
    while let Some(tag) = next_tag(bytes, at) {
        let name = text.get(tag.name.clone()).unwrap_or_default();
        if let (Some((_, kind)), None) = (open, skipped) {
            scan.mask(at..tag.start, kind);
        }
        at = tag.end;
        if is_lua_token(text, &tag) {
            continue;
        }
        if tag.is_close {
            if skipped == Some(name) {
                skipped = None;
            }
            if open.is_some_and(|(outer, _)| outer == name) {
                open = None;
                skipped = None;
            }
            continue;
        }
        let local = name.rsplit(':').next().unwrap_or(name);
        let kind = keys::kind_of(name).or_else(|| hl7_paths::kind_of_element(name));
        let kind = kind.or(open.map(|(_, kind)| kind));
        let is_technical = keys::is_technical(local) && local != "id";
        if let Some(kind) = kind.filter(|_| skipped.is_none() && !is_technical) {
            attributes(scan, &tag, kind);
            if open.is_none() && !tag.is_empty {
                open = Some((name, kind));
            }
        } else if local == "id" {
            attributes(scan, &tag, Kind::Id);
        } else if open.is_some() && is_technical && !tag.is_empty && skipped.is_none() {
            skipped = Some(name);
        }
    }
    if let (Some((_, kind)), None) = (open, skipped) {
        let line = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |len| at + len);
        scan.mask(at..line, kind);
    }
}

/// Masks what follows a tag for patient data where the tags are escaped.
pub(crate) fn claim_escaped(scan: &mut Scan<'_>) {
    let text = scan.text;
    for at in memchr::memmem::find_iter(text.as_bytes(), "&lt;") {
        let rest = text.get(at + 4..).unwrap_or_default();
        let tag = rest.get(..rest.floor_char_boundary(MAX_TAG_BYTES)).unwrap_or_default();
        let Some((tag, _)) = tag.split_once("&gt;") else { continue };
        let name = tag.split(char::is_whitespace).next().unwrap_or_default();
        let kind = keys::kind_of(name).or_else(|| hl7_paths::kind_of_element(name));
        let start = at + 4 + tag.len() + 4;
        let value = text.get(start..).unwrap_or_default();
        let len = value.find(['&', '<', '\r', '\n']).unwrap_or(value.len());
        if let Some(kind) = kind {
            scan.mask(start..start + len, kind);
        }
    }
}

/// Returns true for what Lua calls a word of its grammar: `<name> expected`, `near '<eof>'`.
fn is_lua_token(text: &str, tag: &Tag) -> bool {
    let after = text.get(tag.end..).unwrap_or_default();
    let before = text.get(..tag.start).unwrap_or_default();
    after.starts_with(" expected") || (before.ends_with("near '") && after.starts_with('\''))
}

struct Tag {
    start: usize,
    name: Range<usize>,
    end: usize,
    is_close: bool,
    is_empty: bool,
}

/// Returns the next tag; one that was cut off ends with the text.
fn next_tag(bytes: &[u8], from: usize) -> Option<Tag> {
    let mut at = from;
    loop {
        let start = at + memchr::memchr(b'<', bytes.get(at..)?)?;
        let is_close = bytes.get(start + 1) == Some(&b'/');
        let name_start = start + 1 + usize::from(is_close);
        let rest = bytes.get(name_start..)?;
        let is_name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_' | b'-' | b'.');
        let len = rest.iter().take_while(is_name).count();
        if len == 0 {
            at = start + 1;
            continue;
        }
        let close = memchr::memchr(b'>', &rest[len..]);
        let end = close.map_or(bytes.len(), |close| name_start + len + close + 1);
        let is_empty = close.is_some() && bytes.get(end.wrapping_sub(2)) == Some(&b'/');
        return Some(Tag { start, name: name_start..name_start + len, end, is_close, is_empty });
    }
}

/// Masks the attributes `value` and `extension` of a tag, where HL7 v3 and FHIR put content.
fn attributes(scan: &mut Scan<'_>, tag: &Tag, kind: Kind) {
    let bytes = scan.bytes();
    for attribute in [&b"value"[..], b"extension"] {
        let inside = &bytes[tag.name.end..tag.end];
        for found in memchr::memmem::find_iter(inside, attribute) {
            let after = &inside[found + attribute.len()..];
            let lead = after.iter().take_while(|b| matches!(b, b'=' | b' ' | b'\\')).count();
            let Some(quote) = after.get(lead).filter(|b| matches!(b, b'"' | b'\'')) else {
                continue;
            };
            let value = &after[lead + 1..];
            let len = memchr::memchr2(*quote, b'>', value).unwrap_or(value.len());
            let len = len - value[..len].iter().rev().take_while(|b| **b == b'\\').count();
            let start = tag.name.end + found + attribute.len() + lead + 1;
            scan.mask(start..start + len, kind);
        }
    }
}
