//! Reads a log in windows, and tells offsets in the file from offsets in the decoded text.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::archive::Body;
use crate::parse::{Encoding, Utf16Decoder, Window, utf16_len};

/// Bytes read at once.
const BLOCK_BYTES: usize = 2 * 1024 * 1024;
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
    /// Bytes of the log read from its source.
    pub(super) raw_bytes: u64,
    is_last: bool,
}

enum Source<'a> {
    File(File, &'a AtomicU64),
    Stream(Box<dyn Read + 'a>),
}

impl<'a> Feed<'a> {
    /// Begins at the start of a log; also returns how its offsets are told.
    ///
    /// # Errors
    ///
    /// Returns the error of the first read.
    pub(super) fn open(body: Body<'a>, progress: &'a AtomicU64) -> io::Result<(Self, OffsetMap)> {
        let source = match body {
            Body::File(file) => Source::File(file, progress),
            Body::Stream(stream) => Source::Stream(stream),
        };
        let mut feed = Self {
            source,
            utf16: None,
            buffer: Vec::new(),
            start: 0,
            base: 0,
            raw_bytes: 0,
            is_last: false,
        };
        let mut head = Vec::new();
        feed.is_last = feed.read_block(&mut head)?;
        let encoding = Encoding::of(&head);
        let Some(mut decoder) = Utf16Decoder::new(encoding) else {
            feed.buffer = head;
            return Ok((feed, OffsetMap::Same));
        };
        let mark = encoding.bom_len();
        let text = head.get(mark..).unwrap_or_default();
        decoder.decode(text, &mut feed.buffer, feed.is_last);
        feed.utf16 = Some(decoder);
        Ok((feed, OffsetMap::Utf16 { decoded: 0, raw: mark as u64 }))
    }

    /// Returns true where the bytes are decoded, so that a resumed read must begin at the start.
    pub(super) fn is_decoded(&self) -> bool {
        self.utf16.is_some()
    }

    /// Returns the bytes not yet consumed.
    pub(super) fn window(&self) -> Window<'_> {
        Window {
            bytes: self.buffer.get(self.start..).unwrap_or_default(),
            offset: self.base + self.start as u64,
            is_last: self.is_last,
        }
    }

    /// Notes that so many bytes of the window are done with.
    pub(super) fn consume(&mut self, len: usize) {
        self.start += len;
    }

    /// Reads more, behind what is not consumed.
    ///
    /// # Errors
    ///
    /// Returns the error of the read.
    pub(super) fn fill(&mut self) -> io::Result<()> {
        let drop_len = self.start.saturating_sub(GUARD_BYTES);
        self.buffer.drain(..drop_len);
        self.base += drop_len as u64;
        self.start -= drop_len;
        if self.is_last {
            return Ok(());
        }
        let mut block =
            if self.utf16.is_none() { std::mem::take(&mut self.buffer) } else { Vec::new() };
        let read = self.read_block(&mut block);
        match &mut self.utf16 {
            None => self.buffer = block,
            Some(decoder) => {
                let is_last = *read.as_ref().unwrap_or(&true);
                decoder.decode(&block, &mut self.buffer, is_last);
            }
        }
        self.is_last = read?;
        Ok(())
    }

    /// Appends a block, a larger one where much is waiting already; returns true at the end.
    fn read_block(&mut self, into: &mut Vec<u8>) -> io::Result<bool> {
        let wanted = BLOCK_BYTES.max(into.len().min(16 * BLOCK_BYTES));
        into.reserve_exact(wanted);
        let limit = wanted as u64;
        let read = match &mut self.source {
            Source::File(file, _) => file.take(limit).read_to_end(into)?,
            Source::Stream(stream) => stream.take(limit).read_to_end(into)?,
        };
        if let Source::File(_, progress) = &self.source {
            progress.fetch_add(read as u64, Ordering::Relaxed);
        }
        self.raw_bytes += read as u64;
        Ok(read < wanted)
    }

    /// Moves to an offset where the bytes just before it have this hash; at the start of the log.
    ///
    /// Returns false where the log is another one: a file is then at its start again, a stream is
    /// used up.
    ///
    /// # Errors
    ///
    /// Returns the error of a read.
    pub(super) fn resume(&mut self, offset: u64, guard: [u8; 16]) -> io::Result<bool> {
        if offset == 0 {
            return Ok(true);
        }
        if let Source::File(file, _) = &mut self.source {
            if file.metadata()?.len() < offset {
                return Ok(false);
            }
            let before = offset - offset.min(GUARD_BYTES as u64);
            file.seek(SeekFrom::Start(before))?;
            self.restart(before)?;
        } else {
            while self.base + (self.buffer.len() as u64) < offset && !self.is_last {
                self.consume(self.buffer.len() - self.start);
                self.fill()?;
            }
        }
        let at = usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX);
        if at <= self.buffer.len() && self.guard_at(offset) == Some(guard) {
            self.start = at;
            return Ok(true);
        }
        if let Source::File(file, _) = &mut self.source {
            file.seek(SeekFrom::Start(0))?;
            self.restart(0)?;
        }
        Ok(false)
    }

    fn restart(&mut self, base: u64) -> io::Result<()> {
        self.buffer.clear();
        (self.start, self.base, self.raw_bytes, self.is_last) = (0, base, 0, false);
        self.fill()
    }

    /// Returns the hash of the bytes just before an offset, where they are still in the buffer.
    pub(super) fn guard_at(&self, offset: u64) -> Option<[u8; 16]> {
        let end = usize::try_from(offset.checked_sub(self.base)?).ok()?;
        let from = end.saturating_sub(GUARD_BYTES);
        if from == 0 && end < GUARD_BYTES && self.base != 0 {
            return None; // Some of the bytes are gone.
        }
        let mut guard = [0; 16];
        let hash = blake3::hash(self.buffer.get(from..end)?);
        guard.copy_from_slice(&hash.as_bytes()[..16]);
        Some(guard)
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
}
