//! Iguana X's binary logs: envelopes, one straight after another.
//!
//! Both layouts of an entry's content are known, and told apart per entry.
//!
//! Damage is skipped to the next envelope that is whole, and reported with its exact bytes. What
//! looks like an envelope inside a damaged one is not taken for one where the damaged one's size
//! still leads to a sound neighbour: a message may quote an envelope.
//!
//! **Invariant:** an envelope with a right checksum is never lost, and none but those is an entry.
//!
//! **Not here:** envelopes (`envelope`); encrypted logs (`(:`), which `detect` refuses.

use std::borrow::Cow;

use memchr::memmem;

use super::encoding::lossy_text;
use super::envelope::{
    Claim, Envelope, FieldError, Fields, MARKER, is_entry, is_plausible, parse_claim,
    parse_envelope, parse_sound_envelope,
};
use super::{Gap, Item, Reader, Window};
use crate::model::{Entry, EntryId, EntryKind, Millis, Related, is_hl7};

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

/// Markers are a few bytes; so much of an entry's end is searched for them.
const MAX_SWALLOWED_BYTES: usize = 4096;

/// Reads Iguana X's binary logs.
#[derive(Debug, Default)]
pub(super) struct IguanaX {
    damage: Option<Damage>,
    /// True where all that is read was found to be sound envelopes.
    is_sound: bool,
}

impl IguanaX {
    /// Returns a reader of sound envelopes.
    pub(super) fn of_sound() -> Self {
        Self { damage: None, is_sound: true }
    }
}

/// A damaged region that is being skipped.
#[derive(Clone, Copy, Debug)]
struct Damage {
    from: u64,
    reason: &'static str,
    end: End,
}

/// Where a damaged envelope ends.
#[derive(Clone, Copy, Debug)]
enum End {
    /// Its size is not to be believed.
    Unknown,
    /// A sound neighbour begins here; its fields are damaged, or its size leads over neighbours.
    Likely(u64),
    /// A sound neighbour begins here, and its fields fill it: only data or checksum are damaged.
    Sure(u64),
}

impl Reader for IguanaX {
    fn next<'a>(&mut self, window: Window<'a>, at: &mut usize) -> Option<Item<'a>> {
        loop {
            if let Some(damage) = self.damage {
                let to = find_end(damage, window, at)?;
                self.damage = None;
                let reason = damage.reason.into();
                return Some(Item::Gap(Gap { from: damage.from, to, reason }));
            }
            let rest = window.bytes.get(*at..).filter(|rest| !rest.is_empty())?;
            let from = window.offset + *at as u64;
            let envelope =
                if self.is_sound { parse_sound_envelope(rest) } else { parse_envelope(rest) };
            let reason = match envelope {
                Envelope::Whole { len, content } => {
                    *at += len;
                    match read_content(content, from, len as u64) {
                        Some(item) => return Some(item),
                        None => continue,
                    }
                }
                Envelope::Short { .. } if !window.is_last => return None,
                Envelope::Short { is_plausible: true } if !is_torn(rest) => return None,
                Envelope::Short { .. } => "the envelope is cut short",
                Envelope::Bad { .. } if !window.is_last && !is_settled(rest) => return None,
                Envelope::Bad { reason } => reason,
            };
            let end = claimed_end(rest, from, window.is_last);
            self.damage = Some(Damage { from, reason, end });
        }
    }

    fn whole_len(&mut self, window: Window<'_>) -> usize {
        let mut at = 0;
        while self.damage.is_none()
            && let Some(rest) = window.bytes.get(at..)
            && let Envelope::Whole { len, .. } = parse_envelope(rest)
        {
            at += len;
        }
        at
    }

    fn resume_offset(&self, offset: u64) -> u64 {
        self.damage.map_or(offset, |damage| damage.from)
    }
}

/// Returns true where more bytes tell no more of a damaged envelope's end.
fn is_settled(rest: &[u8]) -> bool {
    match parse_claim(rest) {
        Claim::None => true,
        Claim::Unknown => false,
        Claim::Len { len, .. } => match rest.get(len..) {
            None | Some([]) => false,
            Some(next) => !matches!(parse_envelope(next), Envelope::Short { .. }),
        },
    }
}

/// Returns where the damaged envelope at the start of `rest` ends, if its size is to be believed.
fn claimed_end(rest: &[u8], from: u64, is_last: bool) -> End {
    let Claim::Len { len, content } = parse_claim(rest) else { return End::Unknown };
    let is_sure = is_entry(content);
    let has_sense = is_sure || is_plausible(content, content.len() as u64);
    let is_sound = match rest.get(len..) {
        None => false,
        Some([]) => is_last && has_sense,
        Some(next) => match parse_envelope(next) {
            Envelope::Whole { .. } => true,
            Envelope::Short { is_plausible } => has_sense && is_plausible,
            Envelope::Bad { .. } => false,
        },
    };
    let end = from + len as u64;
    match (is_sound, is_sure) {
        (false, _) => End::Unknown,
        (true, false) => End::Likely(end),
        (true, true) => End::Sure(end - swallowed_len(content) as u64),
    }
}

/// Returns how many bytes at the end of a damaged entry are sound envelopes of other kinds.
///
/// Where bytes are lost from an entry, its size leads over what follows; where that is exactly a
/// marker or two and the data are the last field, all fits. Nobody quotes a marker: it is real. An
/// entry in this place may be quoted.
fn swallowed_len(content: &[u8]) -> usize {
    let tail = content.get(content.len().saturating_sub(MAX_SWALLOWED_BYTES)..).unwrap_or(content);
    let mut starts = memmem::find_iter(tail, MARKER).filter_map(|start| tail.get(start..));
    starts.find(|chain| is_chain_of_others(chain)).map_or(0, <[u8]>::len)
}

/// Returns true where these bytes are sound envelopes, none of them an entry, and nothing else.
fn is_chain_of_others(mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        match parse_envelope(bytes) {
            Envelope::Whole { len, content } if read_content(content, 0, 0).is_none() => {
                bytes = bytes.get(len..).unwrap_or_default();
            }
            _ => return false,
        }
    }
    true
}

/// Moves `at` to the envelope that ends the damaged region, and returns its offset.
///
/// Returns `None` where more bytes are needed; those before `at` are never looked at again.
fn find_end(damage: Damage, window: Window<'_>, at: &mut usize) -> Option<u64> {
    let index_of = |offset: u64| usize::try_from(offset.saturating_sub(window.offset)).ok();
    if let End::Sure(end) = damage.end {
        *at = index_of(end)?;
        return Some(end);
    }
    let mut search = (*at).max(index_of(damage.from + 1)?);
    let mut first_short = None;
    while let Some(found) = window.bytes.get(search..).and_then(|rest| memmem::find(rest, MARKER)) {
        let candidate = search + found;
        let here = window.bytes.get(candidate..).unwrap_or_default();
        let distance = match damage.end {
            End::Likely(end) => end.saturating_sub(window.offset + candidate as u64),
            End::Unknown | End::Sure(_) => 0,
        };
        match parse_envelope(here) {
            Envelope::Whole { .. } if leads_to(here, distance) => {
                *at = candidate;
                return Some(window.offset + candidate as u64);
            }
            Envelope::Short { .. } if !window.is_last => {
                *at = candidate;
                return None;
            }
            Envelope::Short { is_plausible: true } if distance == 0 => {
                first_short = first_short.or(Some(candidate));
            }
            _ => {}
        }
        search = candidate + 1;
    }
    if !window.is_last {
        // The last byte may be the first of a marker.
        *at = search.max(window.bytes.len().saturating_sub(1)).min(window.bytes.len());
        return None;
    }
    let last = window.bytes.len();
    // Nor is a first half of a marker at the end part of the damage.
    let half = last.checked_sub(1).filter(|half| {
        *half >= search && window.bytes.get(*half..).is_some_and(|rest| MARKER.starts_with(rest))
    });
    *at = first_short.or(half).unwrap_or(last);
    Some(window.offset + *at as u64)
}

/// Returns true where the envelopes from here on run, without a break, over this distance.
///
/// A quoted envelope does not end where the quoting one does.
fn leads_to(bytes: &[u8], distance: u64) -> bool {
    let mut at = 0;
    while (at as u64) < distance {
        match bytes.get(at..).map(parse_envelope) {
            Some(Envelope::Whole { len, .. }) => at += len,
            _ => return false,
        }
    }
    distance == 0 || at as u64 == distance
}

/// Returns true where entries follow an envelope that is cut short, so that it stays so.
///
/// One envelope in the middle may be quoted by a message that is still being written: there must
/// be two, or nothing behind it but the beginning of another.
fn is_torn(rest: &[u8]) -> bool {
    let mut search = 1;
    while let Some(found) = rest.get(search..).and_then(|rest| memmem::find(rest, MARKER)) {
        let (mut at, mut n_whole) = (search + found, 0);
        loop {
            match rest.get(at..).map(parse_envelope) {
                Some(Envelope::Whole { len, .. }) => {
                    at += len;
                    n_whole += 1;
                }
                Some(Envelope::Short { is_plausible: true }) if n_whole > 0 => return true,
                // So little of another that its fields have not begun.
                Some(Envelope::Short { .. }) if n_whole > 0 && rest.len() - at < 8 => return true,
                _ => break,
            }
        }
        if n_whole > 1 || (n_whole == 1 && at == rest.len()) {
            return true;
        }
        search = at.max(search + found + 1);
    }
    false
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
    let related_index = fields.number()?;
    let related_time = i64::try_from(fields.number()?).unwrap_or(i64::MAX);
    let related_component = fields.string()?;
    let component = fields.string()?;
    let text = fields.string()?;
    let tags = if fields.at == fields.bytes.len() {
        let is_message = kind == EntryKind::Message || is_hl7(text);
        if is_message { Cow::Borrowed("") } else { tags_in_text(text) }
    } else {
        fields.number()?;
        fields.number()?;
        let tags = lossy_text(fields.string()?);
        fields.string()?;
        tags
    };
    Ok(Entry {
        offset: 0,
        len: 0,
        id: EntryId::Iguana { index },
        kind,
        time: Millis::new(time),
        component: lossy_text(component),
        tags,
        text: Cow::Borrowed(text),
        related: (!related_component.is_empty()).then(|| Related::Iguana {
            component: lossy_text(related_component),
            time: Millis::new(related_time),
            index: related_index,
        }),
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
