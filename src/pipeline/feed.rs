//! Reads a log in windows, and tells offsets in the file from offsets in the decoded text.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};

use super::piece::Piece;
use crate::archive::{Body, Cold};
use crate::parse::{Encoding, Utf16Decoder, Window, utf16_len};
use crate::store::{Evidence, short_hash};

/// Bytes read at once.
const BLOCK_BYTES: usize = 1024 * 1024;
/// Bytes kept before the first unread one, for the guard of a position.
pub(super) const GUARD_BYTES: usize = 256;

/// A log, window by window.
pub(super) struct Feed<'a> {
    source: Source<'a>,
    utf16: Option<Utf16Decoder>,
    buffer: Vec<u8>,
    /// Index in the buffer of the first byte not consumed.
    start: usize,
    /// Offset in the (decoded) log of the buffer's first byte.
    base: u64,
    /// The log's first bytes, as they are in the file.
    pub(super) head: Vec<u8>,
    /// Why reading ended before the log did. What was read before that is in the buffer.
    pub(super) failure: Option<io::Error>,
    /// Bytes of the log read from its source.
    pub(super) raw_bytes: u64,
    is_last: bool,
    /// True where more may be written behind the last byte.
    is_open: bool,
}

enum Source<'a> {
    File(File, Option<Cold>, &'a AtomicU64),
    Stream(Box<dyn Read + 'a>),
}

impl<'a> Feed<'a> {
    /// Begins at the start of a log; also returns how its offsets are told.
    pub(super) fn open(body: Body<'a>, progress: &'a AtomicU64) -> (Self, OffsetMap) {
        let source = match body {
            Body::File(file, cold) => Source::File(file, Some(cold), progress),
            Body::Stream(stream) => Source::Stream(stream),
        };
        let mut feed = Self {
            source,
            utf16: None,
            buffer: Vec::new(),
            start: 0,
            base: 0,
            head: Vec::new(),
            failure: None,
            raw_bytes: 0,
            is_last: false,
            is_open: false,
        };
        let mut head = Vec::new();
        feed.is_last = feed.read_block(&mut head);
        feed.head = head.get(..Evidence::HEAD_BYTES).unwrap_or(&head).to_vec();
        let encoding = Encoding::of(&head);
        let Some(mut decoder) = Utf16Decoder::new(encoding) else {
            feed.buffer = head;
            return (feed, OffsetMap::Same);
        };
        let mark = encoding.bom_len();
        let text = head.get(mark..).unwrap_or_default();
        decoder.decode(text, &mut feed.buffer, feed.is_last);
        feed.utf16 = Some(decoder);
        (feed, OffsetMap::Utf16 { decoded: 0, raw: mark as u64 })
    }

    /// Begins at an offset in a file that is still being written.
    ///
    /// # Errors
    ///
    /// Returns why the file could not be read from there.
    pub(super) fn open_at(
        mut file: File,
        encoding: Encoding,
        offset: u64,
        progress: &'a AtomicU64,
    ) -> io::Result<(Self, OffsetMap)> {
        let utf16 = Utf16Decoder::new(encoding);
        let mark = if utf16.is_some() { encoding.bom_len() as u64 } else { 0 };
        // Enough for the guard: each of its bytes stands in no more than two of UTF-16.
        let reach = if utf16.is_some() { 4 * GUARD_BYTES as u64 } else { GUARD_BYTES as u64 };
        let from = mark.max(offset.saturating_sub(reach));
        file.seek(SeekFrom::Start(from))?;
        let base = if from == mark { 0 } else { from };
        let map = match utf16 {
            Some(_) => OffsetMap::Utf16 { decoded: base, raw: from },
            None => OffsetMap::Same,
        };
        let mut feed = Self {
            source: Source::File(file, None, progress),
            raw_bytes: if utf16.is_some() { from } else { 0 },
            utf16,
            buffer: Vec::new(),
            start: 0,
            base,
            head: Vec::new(),
            failure: None,
            is_last: false,
            is_open: true,
        };
        feed.fill();
        Ok((feed, map))
    }

    /// Tells whether more may be written behind the last byte: then what is unfinished there is
    /// no entry yet.
    pub(super) fn set_open(&mut self, is_open: bool) {
        self.is_open = is_open;
    }

    /// Returns true where all is in the buffer that the log has for now.
    pub(super) fn is_at_end(&self) -> bool {
        self.is_last
    }

    /// Returns true where the log ends with a whole line for now.
    pub(super) fn ends_with_line(&self) -> bool {
        self.is_last && self.buffer.last() == Some(&b'\n')
    }

    /// Moves to an offset in the file if the bytes before it, and those behind it up to `read_to`,
    /// have these hashes.
    pub(super) fn stand_between(
        &mut self,
        map: &mut OffsetMap,
        (offset, guard): (u64, [u8; 16]),
        (read_to, tail): (u64, Option<[u8; 16]>),
    ) -> bool {
        let mut here = *map;
        let Some(at) = self.reach(&mut here, offset) else { return false };
        let mut behind = here;
        let Some(end) = self.reach(&mut behind, read_to) else { return false };
        if tail.is_some_and(|tail| self.hash_of(at, end) != Some(tail)) {
            return false;
        }
        let is_same = self.stand_at(at, guard);
        *map = if is_same { here } else { *map };
        is_same
    }

    /// Returns the offset in the log of one in the file, reading on as far as need be.
    fn reach(&mut self, map: &mut OffsetMap, offset: u64) -> Option<u64> {
        loop {
            let mut here = *map;
            if let Some(at) = here.log_offset(self.window(), offset) {
                *map = here;
                return Some(at);
            }
            if self.is_last {
                return None;
            }
            self.fill();
        }
    }

    /// Returns the bytes not yet consumed.
    pub(super) fn window(&self) -> Window<'_> {
        Window {
            bytes: self.buffer.get(self.start..).unwrap_or_default(),
            offset: self.base + self.start as u64,
            is_last: self.is_last && !self.is_open,
        }
    }

    /// Notes that so many bytes of the window are done with.
    pub(super) fn consume(&mut self, len: usize) {
        self.start += len;
    }

    /// Takes so many bytes out of the window, which are done with. Of them and of what is behind
    /// them the less is copied into the spare buffer.
    pub(super) fn take_piece(&mut self, len: usize, mut spare: Vec<u8>) -> Piece {
        let (start, end) = (self.start, self.start + len);
        let offset = self.base + start as u64;
        spare.clear();
        if len < self.buffer.len() - end {
            spare.extend_from_slice(self.buffer.get(start..end).unwrap_or_default());
            self.start = end;
            return Piece::new(spare, 0, offset);
        }
        let kept = end.saturating_sub(GUARD_BYTES);
        spare.extend_from_slice(self.buffer.get(kept..).unwrap_or_default());
        let mut bytes = std::mem::replace(&mut self.buffer, spare);
        bytes.truncate(end);
        self.base += kept as u64;
        self.start = end - kept;
        Piece::new(bytes, start, offset)
    }

    /// Reads more, behind what is not consumed.
    pub(super) fn fill(&mut self) {
        let drop_len = self.start.saturating_sub(GUARD_BYTES);
        self.buffer.drain(..drop_len);
        self.base += drop_len as u64;
        self.start -= drop_len;
        if self.is_last {
            return;
        }
        if self.utf16.is_none() {
            let mut buffer = std::mem::take(&mut self.buffer);
            self.is_last = self.read_block(&mut buffer);
            self.buffer = buffer;
            return;
        }
        let mut block = Vec::new();
        self.is_last = self.read_block(&mut block);
        if let Some(decoder) = &mut self.utf16 {
            decoder.decode(&block, &mut self.buffer, self.is_last && !self.is_open);
        }
    }

    /// Appends a block, a larger one where much is waiting already; returns true at the end.
    ///
    /// What fails to be read ends the log here; [`Feed::failure`] tells why.
    fn read_block(&mut self, into: &mut Vec<u8>) -> bool {
        let wanted = BLOCK_BYTES.max(into.len().min(16 * BLOCK_BYTES));
        into.reserve_exact(wanted);
        let before = into.len();
        let limit = wanted as u64;
        let outcome = match &mut self.source {
            Source::File(file, cold, _) => {
                let cold = *cold.get_or_insert_with(|| Cold::of(file));
                let outcome = file.take(limit).read_to_end(into);
                cold.forget(file, into.len() - before);
                outcome
            }
            Source::Stream(stream) => stream.take(limit).read_to_end(into),
        };
        self.failure = outcome.err();
        let read = into.len() - before;
        if let Source::File(.., progress) = &self.source {
            progress.fetch_add(read as u64, Ordering::Relaxed);
        }
        self.raw_bytes += read as u64;
        read < wanted
    }

    /// Moves to an offset in the file where the bytes just before it have this hash.
    ///
    /// Returns false where the log is another one; it is then at its start, or, where that cannot
    /// be had again, further on.
    ///
    /// # Errors
    ///
    /// Returns why a file could not be read from another place.
    pub(super) fn resume(
        &mut self,
        map: &mut OffsetMap,
        offset: u64,
        guard: [u8; 16],
    ) -> io::Result<bool> {
        if offset == 0 {
            return Ok(true);
        }
        if let (Source::File(file, ..), OffsetMap::Same) = (&mut self.source, *map) {
            if file.metadata()?.len() < offset {
                return Ok(false);
            }
            let before = offset - offset.min(GUARD_BYTES as u64);
            file.seek(SeekFrom::Start(before))?;
            self.restart(before);
            if self.stand_at(offset, guard) {
                return Ok(true);
            }
            if let Source::File(file, ..) = &mut self.source {
                file.seek(SeekFrom::Start(0))?;
            }
            self.restart(0);
            return Ok(false);
        }
        Ok(self.skip_to(map, offset, guard))
    }

    /// Reads on to an offset in the file, as [`Feed::resume`] for what is read in one go.
    fn skip_to(&mut self, map: &mut OffsetMap, offset: u64, guard: [u8; 16]) -> bool {
        loop {
            let mut here = *map;
            if let Some(at) = here.log_offset(self.window(), offset) {
                let is_same = self.stand_at(at, guard);
                *map = if is_same { here } else { *map };
                return is_same;
            }
            if self.is_last {
                return false;
            }
            *map = here;
            self.consume(self.buffer.len() - self.start);
            self.fill();
        }
    }

    /// Moves to an offset in the (decoded) log if the bytes just before it have this hash.
    fn stand_at(&mut self, offset: u64, guard: [u8; 16]) -> bool {
        let at = usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX);
        let is_same = at <= self.buffer.len() && self.guard_at(offset) == Some(guard);
        if is_same {
            self.start = at;
        }
        is_same
    }

    fn restart(&mut self, base: u64) {
        self.buffer.clear();
        (self.start, self.base, self.raw_bytes, self.is_last) = (0, base, 0, false);
        self.fill();
    }

    /// Returns the hash of the bytes just before an offset, where they are still in the buffer.
    pub(super) fn guard_at(&self, offset: u64) -> Option<[u8; 16]> {
        let end = usize::try_from(offset.checked_sub(self.base)?).ok()?;
        let from = end.saturating_sub(GUARD_BYTES);
        if from == 0 && end < GUARD_BYTES && self.base != 0 {
            return None; // Some of the bytes are gone.
        }
        self.buffer.get(from..end).map(short_hash)
    }

    /// Returns the hash of the bytes from one offset to another, where they are in the buffer.
    pub(super) fn hash_of(&self, from: u64, to: u64) -> Option<[u8; 16]> {
        let index = |offset: u64| usize::try_from(offset.checked_sub(self.base)?).ok();
        self.buffer.get(index(from)?..index(to)?).map(short_hash)
    }

    /// Returns the offset of the end of what was read, in the (decoded) log.
    pub(super) fn end(&self) -> u64 {
        self.base + self.buffer.len() as u64
    }
}

/// How offsets in the decoded log relate to those in the file.
#[derive(Clone, Copy, Debug)]
pub(super) enum OffsetMap {
    /// The log is not decoded.
    Same,
    /// The last offset that was asked for, in both.
    Utf16 {
        /// In the decoded log.
        decoded: u64,
        /// In the file.
        raw: u64,
    },
}

impl OffsetMap {
    /// Returns the offset in the file of one in the decoded log, which must lie in the window and
    /// not before the last one that was asked for.
    pub(super) fn file_offset(&mut self, window: Window<'_>, offset: u64) -> u64 {
        let Self::Utf16 { decoded, raw } = self else { return offset };
        let index = |at: u64| usize::try_from(at.saturating_sub(window.offset)).unwrap_or(0);
        let between = window.bytes.get(index(*decoded)..index(offset)).unwrap_or_default();
        *raw += utf16_len(between);
        *decoded = offset.max(*decoded);
        *raw
    }

    /// Returns how much of the file was read, given the end of the log and the bytes read.
    pub(super) fn size(self, end: u64, raw_bytes: u64) -> u64 {
        match self {
            Self::Same => end, // Reading may have begun further on.
            Self::Utf16 { .. } => raw_bytes,
        }
    }

    /// Returns the offset in the decoded log of one in the file, if the window reaches that far.
    fn log_offset(&mut self, window: Window<'_>, wanted: u64) -> Option<u64> {
        let end = window.offset + window.bytes.len() as u64;
        let Self::Utf16 { decoded, raw } = self else {
            return (wanted <= end).then_some(wanted);
        };
        let from = usize::try_from(decoded.saturating_sub(window.offset)).ok()?;
        for byte in window.bytes.get(from..).unwrap_or_default() {
            let begins_character = *byte & 0xC0 != 0x80;
            if begins_character && *raw >= wanted {
                return Some(*decoded);
            }
            *raw += utf16_len(std::slice::from_ref(byte));
            *decoded += 1;
        }
        (*raw >= wanted).then_some(*decoded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(bytes: &[u8], offset: u64) -> Window<'_> {
        Window { bytes, offset, is_last: true }
    }

    #[test]
    fn a_piece_has_its_bytes_and_leaves_the_guard_whether_it_or_the_rest_is_copied() {
        let log: Vec<u8> = (0..3_000_u32).map(|at| (at % 251) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &log).unwrap();
        for len in [500, 1_200, 2_000] {
            let (file, progress) = (file.try_clone().unwrap(), AtomicU64::new(0));
            let (mut feed, _) =
                Feed::open_at(file, Encoding::Utf8 { bom_len: 0 }, 0, &progress).unwrap();
            feed.consume(600);
            let piece = feed.take_piece(len, Vec::new());
            let end = 600 + len;
            assert_eq!((piece.bytes(), piece.offset()), (&log[600..end], 600), "{len}");
            let rest = feed.window();
            assert_eq!((rest.bytes, rest.offset), (&log[end..], end as u64), "{len}");
            let guard = short_hash(&log[end - GUARD_BYTES..end]);
            assert_eq!(feed.guard_at(end as u64), Some(guard), "{len}");
        }
    }

    #[test]
    fn offsets_of_utf_16_are_told_both_ways() {
        let text = "aé€😀b".as_bytes(); // 1, 2, 3, 4 and 1 bytes; 2, 2, 2, 4 and 2 in UTF-16.
        let pairs = [(0, 2), (1, 4), (3, 6), (6, 8), (10, 12), (11, 14)];
        for (decoded, raw) in pairs {
            let mut map = OffsetMap::Utf16 { decoded: 0, raw: 2 };
            assert_eq!(map.file_offset(window(text, 0), decoded), raw, "{decoded}");
            let mut map = OffsetMap::Utf16 { decoded: 0, raw: 2 };
            assert_eq!(map.log_offset(window(text, 0), raw), Some(decoded), "{raw}");
        }
        let mut map = OffsetMap::Utf16 { decoded: 0, raw: 2 };
        assert_eq!(map.log_offset(window(text, 0), 16), None);
    }
}
