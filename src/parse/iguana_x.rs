//! Iguana X's binary logs: envelopes, one straight after another.
//!
//! An envelope is the marker `:)`, a size, a CRC-32 and the content; see the table in
//! [`parse_envelope`]. Both layouts of an entry's content are known, and told apart per entry.
//!
//! Damage is skipped to the next envelope that is whole, and reported with its exact bytes. Bytes
//! inside a damaged envelope that look like an envelope are not taken for one where the damaged
//! one's size still leads to a sound neighbour.
//!
//! **Not here:** encrypted logs (`(:`), which `detect` refuses.

use std::borrow::Cow;

use memchr::memmem;

use super::{Gap, Item, Reader, Window};
use crate::model::{Entry, EntryId, EntryKind, Millis};

const MARKER: &[u8] = b":)";
/// The largest entry that Iguana writes by default is 128 MB; a little more for its fields.
const MAX_PAYLOAD_BYTES: u64 = 129 * 1024 * 1024;
/// Markers and queue positions are a few numbers and strings.
const MAX_OTHER_BYTES: u64 = 64 * 1024;
/// A component's name in an entry is a GUID of 22 characters, or `Iguana-Service`.
const MAX_COMPONENT_BYTES: u64 = 1024;
/// What may follow an entry's data: two numbers, tags and meta data.
const MAX_TRAILER_BYTES: u64 = 1024 * 1024;
/// The tags that the product writes; older data has them in the text.
const PRODUCT_TAGS: [&str; 15] = [
    "#error",
    "#warning",
    "#info",
    "#debug",
    "#startup",
    "#shutdown",
    "#login",
    "#purge",
    "#upgrade",
    "#resubmit",
    "#git",
    "#web",
    "#endpoint",
    "#autostart",
    "#sso",
];

/// Reads Iguana X's binary logs.
#[derive(Debug, Default)]
pub(super) struct IguanaX {
    damage: Option<Damage>,
}

/// A damaged region that is being skipped.
#[derive(Debug)]
struct Damage {
    from: u64,
    reason: &'static str,
    /// Where the damaged envelope ends, if its size is to be believed.
    end: Option<u64>,
}

impl Reader for IguanaX {
    fn next<'a>(&mut self, window: Window<'a>, at: &mut usize) -> Option<Item<'a>> {
        loop {
            if self.damage.is_some() {
                let gap = self.skip_damage(window, at)?;
                return Some(Item::Gap(gap));
            }
            let rest = window.bytes.get(*at..).filter(|rest| !rest.is_empty())?;
            match parse_envelope(rest) {
                Envelope::Whole { len, content } => {
                    let offset = window.offset + *at as u64;
                    *at += len;
                    if let Some(item) = read_content(content, offset, len as u64) {
                        return Some(item);
                    }
                }
                Envelope::Short if !window.is_last => return None,
                Envelope::Short if !has_whole_envelope(rest) => return None,
                Envelope::Short => self.begin_damage(window, *at, "the envelope is cut short"),
                Envelope::Bad { claimed, .. }
                    if !window.is_last && claimed.is_some_and(|len| !is_settled(rest, len)) =>
                {
                    return None; // Whether its end is sound is seen with more bytes.
                }
                Envelope::Bad { reason, .. } => self.begin_damage(window, *at, reason),
            }
        }
    }
}

impl IguanaX {
    fn begin_damage(&mut self, window: Window<'_>, at: usize, reason: &'static str) {
        let rest = window.bytes.get(at..).unwrap_or_default();
        let from = window.offset + at as u64;
        let claimed = match parse_envelope(rest) {
            Envelope::Bad { claimed, .. } => claimed,
            _ => None,
        };
        let end = claimed.filter(|len| match rest.get(*len..) {
            Some([]) => window.is_last,
            Some(next) => !matches!(parse_envelope(next), Envelope::Bad { .. }),
            None => false,
        });
        self.damage = Some(Damage { from, reason, end: end.map(|len| from + len as u64) });
    }

    /// Moves `at` to the envelope that ends the damaged region, and returns the region.
    ///
    /// Returns `None` where more bytes are needed; those before `at` are never looked at again.
    fn skip_damage(&mut self, window: Window<'_>, at: &mut usize) -> Option<Gap> {
        let damage = self.damage.as_ref()?;
        let (from, end) = (damage.from, damage.end);
        let index_of = |offset: u64| usize::try_from(offset.saturating_sub(window.offset)).ok();
        let mut search = (*at).max(index_of(from + 1).unwrap_or(usize::MAX));
        let mut first_short = None;
        let until = loop {
            let rest = window.bytes.get(search..).unwrap_or_default();
            let Some(found) = memmem::find(rest, MARKER) else { break None };
            let candidate = search + found;
            let offset = window.offset + candidate as u64;
            let here = window.bytes.get(candidate..).unwrap_or_default();
            match parse_envelope(here) {
                Envelope::Whole { .. }
                    if leads_to(here, end.map_or(0, |end| end.saturating_sub(offset))) =>
                {
                    break Some(candidate);
                }
                Envelope::Short if !window.is_last => {
                    *at = candidate;
                    return None;
                }
                Envelope::Short => first_short = first_short.or(Some(candidate)),
                Envelope::Whole { .. } | Envelope::Bad { .. } => {}
            }
            search = candidate + 1;
        };
        let at_end = || window.is_last.then(|| first_short.unwrap_or(window.bytes.len()));
        let Some(until) = until.or_else(at_end) else {
            // The last byte may be the first of a marker.
            *at = search.max(window.bytes.len().saturating_sub(1)).min(window.bytes.len());
            return None;
        };
        *at = until;
        let reason = self.damage.take()?.reason;
        Some(Gap { from, to: window.offset + until as u64, reason: reason.into() })
    }
}

/// What stands at the start of some bytes.
enum Envelope<'a> {
    /// A sound envelope of this length.
    Whole { len: usize, content: &'a [u8] },
    /// The beginning of what may be a sound envelope.
    Short,
    /// Anything else. `claimed` is the length that a plausible header gives.
    Bad { reason: &'static str, claimed: Option<usize> },
}

/// Reads the envelope at the start of `bytes`.
///
/// | field | bytes | what |
/// |---|---|---|
/// | marker | 2 | `:)` |
/// | payload size | number | 4 + length of content |
/// | crc | 4 | CRC-32 of content, little-endian |
/// | content | payload size - 4 | begins with its type |
///
/// A number is unsigned LEB128 of at most 10 bytes.
fn parse_envelope(bytes: &[u8]) -> Envelope<'_> {
    let bad = |reason| Envelope::Bad { reason, claimed: None };
    if !bytes.starts_with(MARKER) {
        let is_start = !bytes.is_empty() && MARKER.starts_with(bytes);
        return if is_start { Envelope::Short } else { bad("no envelope begins here") };
    }
    let mut fields = Fields { bytes, at: MARKER.len() };
    let size = match fields.number() {
        Ok(size) => size,
        Err(FieldError::Short) => return Envelope::Short,
        Err(FieldError::Bad) => return bad("the size of the envelope is not a number"),
    };
    if !(4..=MAX_PAYLOAD_BYTES).contains(&size) {
        return bad("the size of the envelope is out of range");
    }
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let (crc_at, content_at) = (fields.at, fields.at + 4);
    let len = crc_at + size;
    let Some(content) = bytes.get(content_at..len) else {
        let head = bytes.get(content_at..).unwrap_or_default();
        return if is_plausible(head, size - 4) {
            Envelope::Short
        } else {
            bad("the content of the envelope does not fit its size")
        };
    };
    let stored = bytes.get(crc_at..content_at).and_then(|crc| crc.try_into().ok());
    if stored.map(u32::from_le_bytes) == Some(crc32fast::hash(content)) {
        return Envelope::Whole { len, content };
    }
    let claimed = is_plausible(content, content.len()).then_some(len);
    Envelope::Bad { reason: "the checksum of the envelope is wrong", claimed }
}

/// Returns true where the beginning of a content may belong to one of `len` bytes.
fn is_plausible(head: &[u8], len: usize) -> bool {
    let len = len as u64;
    let mut fields = Fields { bytes: head, at: 0 };
    let check = |fields: &mut Fields<'_>| -> Result<bool, FieldError> {
        match fields.number()? {
            4..=10 => {}
            1..=3 | 11 => return Ok(len <= MAX_OTHER_BYTES),
            _ => return Ok(false),
        }
        for _ in 0..4 {
            fields.number()?;
        }
        for _ in 0..2 {
            let size = fields.number()?;
            if size > MAX_COMPONENT_BYTES {
                return Ok(false);
            }
            let step = usize::try_from(size).map_err(|_| FieldError::Bad)?;
            fields.take(step)?;
        }
        let end = fields.number()?.checked_add(fields.at as u64).ok_or(FieldError::Bad)?;
        Ok(end <= len && len - end <= MAX_TRAILER_BYTES)
    };
    match check(&mut fields) {
        Ok(plausible) => plausible,
        Err(FieldError::Short) => (head.len() as u64) < len,
        Err(FieldError::Bad) => false,
    }
}

/// Returns true where enough bytes are there to see whether an envelope of `len` has a neighbour.
fn is_settled(rest: &[u8], len: usize) -> bool {
    let Some(next) = rest.get(len..).filter(|next| !next.is_empty()) else { return false };
    !matches!(parse_envelope(next), Envelope::Short)
}

/// Returns true where a whole envelope begins anywhere after the first byte.
fn has_whole_envelope(rest: &[u8]) -> bool {
    memmem::find_iter(rest, MARKER).skip_while(|at| *at == 0).any(|at| {
        matches!(parse_envelope(rest.get(at..).unwrap_or_default()), Envelope::Whole { .. })
    })
}

/// Returns true where the envelopes from here on run, without a break, to the claimed end.
///
/// `distance` is how far that end lies ahead: 0 where none is claimed or it has been passed. A
/// message may quote an envelope; the quote does not end where the quoting envelope does.
fn leads_to(bytes: &[u8], distance: u64) -> bool {
    let mut at = 0;
    while (at as u64) < distance {
        match bytes.get(at..).map(parse_envelope) {
            Some(Envelope::Whole { len, .. }) => at += len,
            _ => return false,
        }
    }
    at as u64 == distance
}

/// Reads the content of a sound envelope; `None` where it is no log entry.
fn read_content(content: &[u8], offset: u64, len: u64) -> Option<Item<'_>> {
    let mut fields = Fields { bytes: content, at: 0 };
    let kind = EntryKind::from_code(fields.number().ok()?)?;
    let item = match read_entry(&mut fields, kind) {
        Ok(entry) => Item::Entry(Entry { offset, len, ..entry }),
        Err(_) => Item::Gap(Gap {
            from: offset,
            to: offset + len,
            reason: "the fields of the entry do not fit its size".into(),
        }),
    };
    Some(item)
}

/// Reads the fields of an entry after its type: index, time, related index, related time, related
/// component, component, data and, from 10.1.114 on, sequence id, queue id, tags and meta data.
fn read_entry<'a>(fields: &mut Fields<'a>, kind: EntryKind) -> Result<Entry<'a>, FieldError> {
    let index = fields.number()?;
    let time = i64::try_from(fields.number()?).unwrap_or(i64::MAX);
    fields.number()?;
    fields.number()?;
    fields.string()?;
    let component = fields.string()?;
    let text = fields.string()?;
    let tags = if fields.at == fields.bytes.len() {
        if kind == EntryKind::Message { Cow::Borrowed("") } else { tags_in_text(text) }
    } else {
        fields.number()?;
        fields.number()?;
        let tags = String::from_utf8_lossy(fields.string()?);
        fields.string()?;
        tags
    };
    Ok(Entry {
        offset: 0,
        len: 0,
        id: EntryId::Iguana { index },
        kind,
        time: Millis::new(time),
        component: String::from_utf8_lossy(component),
        tags,
        text: Cow::Borrowed(text),
    })
}

/// Returns the product's own tags that stand in a text, in their order.
fn tags_in_text(text: &[u8]) -> Cow<'_, str> {
    let mut tags = String::new();
    for at in memchr::memchr_iter(b'#', text) {
        let rest = text.get(at..).unwrap_or_default();
        let len = 1 + rest.iter().skip(1).take_while(|byte| is_tag_byte(**byte)).count();
        let tag = String::from_utf8_lossy(rest.get(..len).unwrap_or_default());
        if PRODUCT_TAGS.contains(&&*tag) {
            let gap = if tags.is_empty() { "" } else { " " };
            tags.push_str(gap);
            tags.push_str(&tag);
        }
    }
    Cow::Owned(tags)
}

fn is_tag_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Why a field could not be read.
enum FieldError {
    /// The bytes end within it.
    Short,
    /// No more bytes would help.
    Bad,
}

/// The numbers and strings of a content, in their order.
struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    /// Reads an unsigned LEB128 number of at most 10 bytes.
    fn number(&mut self) -> Result<u64, FieldError> {
        let mut value = 0_u64;
        for position in 0..10 {
            let byte = *self.bytes.get(self.at).ok_or(FieldError::Short)?;
            self.at += 1;
            if position > 0 && byte == 0 {
                return Err(FieldError::Bad); // A zero byte after a continuation bit is invalid.
            }
            let low = u64::from(byte & 0x7F);
            if position == 9 && low > 1 {
                return Err(FieldError::Bad);
            }
            value |= low << (7 * position);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(FieldError::Bad)
    }

    fn string(&mut self) -> Result<&'a [u8], FieldError> {
        let len = usize::try_from(self.number()?).map_err(|_| FieldError::Bad)?;
        self.take(len)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], FieldError> {
        let end = self.at.checked_add(len).ok_or(FieldError::Bad)?;
        let taken = self.bytes.get(self.at..end).ok_or(FieldError::Short)?;
        self.at = end;
        Ok(taken)
    }
}
