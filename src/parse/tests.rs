//! What holds for every reader: no panic, an end, and the same items however the bytes are cut.

mod iguana_x;
mod properties;

use super::{Format, Gap, Item, ParseOptions, Parser, Window};
use crate::model::{Entry, EntryKind};

/// An item that owns its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Entry(Entry<'static>),
    Gap(Gap),
}

impl Seen {
    fn of(item: Item<'_>) -> Self {
        match item {
            Item::Gap(gap) => Self::Gap(gap),
            Item::Entry(entry) => Self::Entry(Entry {
                offset: entry.offset,
                len: entry.len,
                id: match entry.id {
                    crate::model::EntryId::Named(id) => {
                        crate::model::EntryId::Named(id.into_owned().into())
                    }
                    crate::model::EntryId::Iguana { index } => {
                        crate::model::EntryId::Iguana { index }
                    }
                    crate::model::EntryId::Place => crate::model::EntryId::Place,
                },
                kind: entry.kind,
                time: entry.time,
                component: entry.component.into_owned().into(),
                tags: entry.tags.into_owned().into(),
                text: entry.text.into_owned().into(),
                related: entry.related.map(crate::model::Related::into_owned),
            }),
        }
    }

    pub(super) fn is_gap(&self) -> bool {
        matches!(self, Self::Gap(_))
    }

    /// Returns the bytes that it covers.
    pub(super) fn range(&self) -> (u64, u64) {
        match self {
            Self::Entry(entry) => (entry.offset, entry.offset + entry.len),
            Self::Gap(gap) => (gap.from, gap.to),
        }
    }
}

/// Reads a whole file at once.
pub(super) fn read(format: &Format, bytes: &[u8], options: &ParseOptions) -> Vec<Seen> {
    read_cut(format, bytes, options, &[]).0
}

/// Reads a file in windows that end at these places; returns the items and how far it was read.
#[track_caller]
pub(super) fn read_cut(
    format: &Format,
    bytes: &[u8],
    options: &ParseOptions,
    cuts: &[usize],
) -> (Vec<Seen>, usize) {
    let mut parser = Parser::new(format, head_of(bytes), options);
    read_windows(bytes, cuts, |window, seen| read_window(&mut parser, window, seen))
}

/// Reads a file in windows that end at these places, as much of each as may be by other readers.
#[track_caller]
pub(super) fn read_in_pieces(
    format: &Format,
    bytes: &[u8],
    options: &ParseOptions,
    cuts: &[usize],
) -> Vec<Seen> {
    let mut parser = Parser::new(format, head_of(bytes), options);
    let read = |window: Window<'_>, seen: &mut Vec<Seen>| {
        let len = if window.is_last { 0 } else { parser.whole_len(window) };
        if len == 0 {
            return read_window(&mut parser, window, seen);
        }
        let piece = Window { bytes: &window.bytes[..len], is_last: true, ..window };
        let at = read_window(&mut Parser::new(format, &[], options), piece, seen);
        assert_eq!(at, len, "all of a piece is read");
        len
    };
    read_windows(bytes, cuts, read).0
}

fn head_of(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(64 * 1024)]
}

/// Hands on windows that end at these places; each begins where reading the one before ended.
fn read_windows(
    bytes: &[u8],
    cuts: &[usize],
    mut read: impl FnMut(Window<'_>, &mut Vec<Seen>) -> usize,
) -> (Vec<Seen>, usize) {
    let (mut seen, mut from) = (Vec::new(), 0);
    let mut ends: Vec<_> = cuts.iter().map(|cut| (*cut).min(bytes.len())).collect();
    ends.sort_unstable();
    for (end, is_last) in ends.into_iter().map(|end| (end, false)).chain([(bytes.len(), true)]) {
        if end >= from {
            let window = Window { bytes: &bytes[from..end], offset: from as u64, is_last };
            from += read(window, &mut seen);
        }
    }
    (seen, from)
}

/// Reads all items of a window; returns the bytes consumed.
#[track_caller]
fn read_window(parser: &mut Parser, window: Window<'_>, seen: &mut Vec<Seen>) -> usize {
    let mut at = 0;
    let mut last_end = window.offset;
    while let Some(item) = parser.next(window, &mut at) {
        let item = Seen::of(item);
        let (start, end) = item.range();
        assert!(start < end && end == window.offset + at as u64, "{item:?} ends at {at}");
        assert!(start >= last_end || seen.is_empty() || item.is_gap(), "{item:?} goes back");
        last_end = end;
        seen.push(item);
    }
    assert!(at <= window.bytes.len(), "{at} is beyond the window");
    at
}

/// Returns an unsigned LEB128 number.
pub(super) fn number(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7F).unwrap();
        value >>= 7;
        out.push(low | if value > 0 { 0x80 } else { 0 });
        if value == 0 {
            return out;
        }
    }
}

fn string(bytes: &[u8]) -> Vec<u8> {
    [&number(bytes.len() as u64)[..], bytes].concat()
}

/// Returns an envelope around any content.
pub(super) fn sealed(content: &[u8]) -> Vec<u8> {
    let size = number(content.len() as u64 + 4);
    let crc = crc32fast::hash(content).to_le_bytes();
    [b":)", &size[..], &crc, content].concat()
}

/// Returns the fields that both layouts share.
fn fields(kind: EntryKind, index: u64, data: &[u8]) -> Vec<u8> {
    let time = number(1_788_739_200_137);
    let head = [&[kind.code()], &number(index)[..], &time, &[0, 0, 0]].concat();
    [&head[..], &string(b"6sIO4z1sh0DDxw3UOjPQ4a"), &string(data)].concat()
}

/// Returns a trace as versions before 10.1.114 write it.
pub(super) fn old_envelope(data: &[u8]) -> Vec<u8> {
    sealed(&fields(EntryKind::Trace, 1, data))
}

/// Returns a trace as later versions write it.
pub(super) fn envelope(data: &[u8], tags: &str) -> Vec<u8> {
    let trailer = [&number(7)[..], &number(0), &string(tags.as_bytes()), &string(b"null")].concat();
    sealed(&[fields(EntryKind::Trace, 1, data), trailer].concat())
}
