//! Entries that begin with a line of a known shape and run until the next such line.
//!
//! Entry point: [`Lines`], a [`Reader`] for any [`Layout`].
//!
//! **Invariant:** whether a line begins an entry is decided from its first [`HEAD_BYTES`] bytes, all
//! of them, so that the answer does not depend on where a window ends.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memrchr_iter};

use super::{Gap, Item, Reader, Window, decode_text};
use crate::model::{Entry, EntryId, EntryKind, Millis};

/// How much of a line may tell that it begins an entry.
pub(super) const HEAD_BYTES: usize = 4096;
/// Begins a terminal's color.
const ESCAPE: u8 = 0x1B;

/// What the first line of an entry says. Ranges count from the start of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// `None`: the line has no time that can be read.
    pub(super) time: Option<Millis>,
    pub(super) kind: EntryKind,
    pub(super) component: Range<usize>,
    pub(super) id: Range<usize>,
    /// Where the text begins; it ends with the entry.
    pub(super) text_from: usize,
}

/// The shape of the lines that begin an entry.
pub(super) trait Layout: Send {
    /// Reads a line, without its end, that may begin an entry.
    ///
    /// Called once for each line whose first byte may begin one, in their order.
    fn header(&mut self, line: &[u8]) -> Option<Header>;

    /// Returns false where no line with this first byte begins an entry.
    fn may_begin(&self, _first: u8) -> bool {
        true
    }

    /// Returns true where what a line says does not depend on the lines before it.
    fn is_free(&self) -> bool {
        false
    }

    /// Adds to an entry what only its whole text tells.
    fn complete(&self, _entry: &mut Entry<'_>) {}
}

/// Reads text logs.
pub(super) struct Lines<L> {
    layout: L,
    max_entry_bytes: usize,
    /// Where an entry begins, and its header; no header where lines belong to no entry.
    current: Option<(u64, Option<Header>)>,
    /// The header of the entry behind it, once its line is read: kept here, not handed on, since
    /// each move of it takes as long as to read a field.
    next: Option<Header>,
    /// Offset up to which no line begins an entry after the current one.
    scanned: u64,
    /// Where the part of an entry begins that is over the limit.
    skip_from: Option<u64>,
    /// Time of the entry before.
    time: Option<Millis>,
}

/// What is known of a line.
enum Line {
    /// It begins an entry, or not. So many bytes of it were searched, and hold no line end.
    Read(Option<Header>, usize),
    /// More bytes are needed.
    Undecided,
}

/// Where an entry ends.
enum End {
    /// At this index, where the next entry begins if there is one: see [`Lines::next`].
    At(usize),
    /// Over the limit.
    Beyond,
    /// More bytes are needed.
    Unknown,
}

impl<L: Layout> Reader for Lines<L> {
    fn next<'a>(&mut self, window: Window<'a>, at: &mut usize) -> Option<Item<'a>> {
        loop {
            if self.skip_from.is_some() {
                return self.skip(window, at).map(Item::Gap);
            }
            let start = *at;
            let offset = window.offset + start as u64;
            let bytes = window.bytes.get(start..).filter(|bytes| !bytes.is_empty())?;
            if self.current.as_ref().is_none_or(|(current, _)| *current != offset) {
                let Line::Read(header, len) = self.line(window, start) else { return None };
                self.current = Some((offset, header));
                self.scanned = offset + len as u64;
            }
            let end = match self.end(window, start) {
                End::At(end) => end,
                End::Beyond => {
                    let end = start + self.max_entry_bytes;
                    self.skip_from = Some(window.offset + end as u64);
                    end
                }
                End::Unknown => return None,
            };
            *at = end;
            let header = self.current.take().and_then(|(_, header)| header);
            let next_time = self.next.as_ref().and_then(|next| next.time);
            self.current = self.next.take().map(|next| (window.offset + end as u64, Some(next)));
            let len = end - start;
            let is_blank = || bytes.get(..len).is_none_or(|bytes| bytes.trim_ascii().is_empty());
            if header.is_some() || !is_blank() {
                let header = header.unwrap_or_else(|| Header::of_loose_lines(next_time));
                return Some(Item::Entry(self.entry(&header, bytes, offset, len)));
            }
        }
    }

    fn loose_len(&mut self, window: Window<'_>) -> usize {
        let mut at = 0;
        while at < window.bytes.len()
            && let Line::Read(None, _) = self.line(window, at)
        {
            let rest = window.bytes.get(at..).unwrap_or_default();
            match memchr(b'\n', rest) {
                Some(end) => at += end + 1,
                None if window.is_last => return window.bytes.len(),
                None => break,
            }
        }
        at
    }

    fn whole_len(&mut self, window: Window<'_>) -> usize {
        if self.skip_from.is_some() || !self.layout.is_free() || !self.begins_timed(window, 0) {
            return 0;
        }
        let mut begins = memrchr_iter(b'\n', window.bytes).map(|end| end + 1);
        begins.find(|begin| self.begins_timed(window, *begin)).unwrap_or(0)
    }
}

impl<L: Layout> Lines<L> {
    /// Returns a reader for this layout. Entries over the limit, at least 1 byte, are cut.
    pub(super) fn new(layout: L, max_entry_bytes: usize) -> Self {
        Self {
            layout,
            max_entry_bytes: max_entry_bytes.max(1),
            current: None,
            next: None,
            scanned: 0,
            skip_from: None,
            time: None,
        }
    }

    /// Reads the line that begins at this index, which is in the window.
    fn line(&mut self, window: Window<'_>, start: usize) -> Line {
        let rest = window.bytes.get(start..).unwrap_or_default();
        let may_begin = |first: &u8| *first == ESCAPE || self.layout.may_begin(*first);
        if rest.first().is_some_and(|first| !may_begin(first)) {
            return Line::Read(None, 0);
        }
        let head = rest.get(..HEAD_BYTES).unwrap_or(rest);
        let (line, len) = match memchr(b'\n', head) {
            Some(end) => (without_line_end(head.get(..=end).unwrap_or_default()), end),
            None if window.is_last || head.len() == HEAD_BYTES => (head, head.len()),
            None => return Line::Undecided,
        };
        let color = color_len(line);
        let header = self.layout.header(line.get(color..).unwrap_or_default());
        if color == 0 {
            return Line::Read(header, len);
        }
        Line::Read(header.map(|header| header.behind(color)), len)
    }

    /// Returns true where a line begins at this index that begins an entry and tells its time.
    fn begins_timed(&mut self, window: Window<'_>, start: usize) -> bool {
        start < window.bytes.len()
            && matches!(self.line(window, start), Line::Read(Some(Header { time: Some(_), .. }), _))
    }

    /// Finds the end of the entry that begins at this index.
    fn end(&mut self, window: Window<'_>, start: usize) -> End {
        let bytes = window.bytes;
        let limit = bytes.len().min(start.saturating_add(self.max_entry_bytes));
        let scanned = usize::try_from(self.scanned.saturating_sub(window.offset));
        let mut search = start.max(scanned.unwrap_or(usize::MAX));
        while let Some(found) = bytes.get(search..limit).and_then(|rest| memchr(b'\n', rest)) {
            let next = search + found + 1;
            self.scanned = window.offset + (next - 1) as u64;
            if next == bytes.len() {
                return if window.is_last { End::At(next) } else { End::Unknown };
            }
            match self.line(window, next) {
                Line::Read(Some(header), len) => {
                    self.scanned = window.offset + (next + len) as u64;
                    self.next = Some(header);
                    return End::At(next);
                }
                Line::Read(None, len) => search = next + len,
                Line::Undecided => return End::Unknown,
            }
        }
        self.scanned = window.offset + limit as u64;
        if limit < bytes.len() {
            End::Beyond
        } else if window.is_last {
            End::At(limit)
        } else {
            End::Unknown
        }
    }

    /// Moves `at` to the next entry after one that is over the limit.
    fn skip(&mut self, window: Window<'_>, at: &mut usize) -> Option<Gap> {
        let from = self.skip_from?;
        let bytes = window.bytes;
        let mut search = *at;
        let to = loop {
            let Some(found) = bytes.get(search..).and_then(|rest| memchr(b'\n', rest)) else {
                *at = bytes.len();
                break bytes.len();
            };
            // The line end is kept until the line behind it can be read.
            *at = search + found;
            let next = *at + 1;
            if next == bytes.len() {
                break next;
            }
            match self.line(window, next) {
                Line::Read(Some(header), len) => {
                    self.current = Some((window.offset + next as u64, Some(header)));
                    self.scanned = window.offset + (next + len) as u64;
                    break next;
                }
                Line::Read(None, len) => search = next + len,
                Line::Undecided => return None,
            }
        };
        if to == bytes.len() && !window.is_last {
            return None;
        }
        *at = to;
        self.skip_from = None;
        let reason = format!("the entry is over the limit of {} bytes", self.max_entry_bytes);
        Some(Gap { from, to: window.offset + to as u64, reason })
    }

    /// Makes the entry of this length at the start of `bytes`.
    fn entry<'a>(
        &mut self,
        header: &Header,
        bytes: &'a [u8],
        offset: u64,
        len: usize,
    ) -> Entry<'a> {
        // One look at all of the header, not one at each part.
        let head = bytes.get(..header.text_from).and_then(|head| str::from_utf8(head).ok());
        let part = |range: &Range<usize>| match head.and_then(|head| head.get(range.clone())) {
            Some(part) => Cow::Borrowed(part.trim_ascii()),
            None => decode_text(bytes.get(range.clone()).unwrap_or_default().trim_ascii()),
        };
        let id = part(&header.id);
        let text = bytes.get(header.text_from..len).unwrap_or_default();
        let mut entry = Entry {
            offset,
            len: len as u64,
            id: if id.is_empty() { EntryId::Place } else { EntryId::Named(id) },
            kind: header.kind,
            time: header.time.or(self.time).unwrap_or_default(),
            component: part(&header.component),
            tags: Cow::Borrowed(""),
            text: Cow::Borrowed(without_line_end(text)),
            related: None,
        };
        self.layout.complete(&mut entry);
        self.time = Some(entry.time);
        entry
    }
}

impl Header {
    /// Returns what is known of lines that belong to no entry.
    fn of_loose_lines(time: Option<Millis>) -> Self {
        Self { time, kind: EntryKind::Info, component: 0..0, id: 0..0, text_from: 0 }
    }

    /// Returns the header of a line that has `len` more bytes in front.
    fn behind(self, len: usize) -> Self {
        let moved = |range: Range<usize>| range.start + len..range.end + len;
        Self {
            component: moved(self.component),
            id: moved(self.id),
            text_from: self.text_from + len,
            ..self
        }
    }
}

/// Returns the length of the terminal colors (`ESC [ … m`) that a line begins with.
fn color_len(line: &[u8]) -> usize {
    let mut len = 0;
    while let Some([ESCAPE, b'[', rest @ ..]) = line.get(len..) {
        let is_code = |byte: &&u8| byte.is_ascii_digit() || **byte == b';';
        let code = rest.iter().take_while(is_code).count();
        if rest.get(code) != Some(&b'm') {
            break;
        }
        len += 2 + code + 1;
    }
    len
}

/// Every line is an entry: for logs of which nothing more is known.
pub(super) struct EachLine;

impl Layout for EachLine {
    fn header(&mut self, line: &[u8]) -> Option<Header> {
        (!line.trim_ascii().is_empty()).then(|| Header::of_loose_lines(None))
    }
}

/// Returns a line or an entry without its last line end.
pub(super) fn without_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}
