//! Pieces of a log: whole entries, cut out of it to be read on any thread.
//!
//! Entry point: [`Piece::read`]. The thread that reads the file only looks for where a piece may end
//! (`Parser::whole_len`).
//!
//! **Invariant:** the entries of all pieces, and what is read between them, are those of the log
//! read in one go.

use super::digest::{Digest, Passing};
use super::ingest::IngestOptions;
use super::pending::Pending;
use super::routine::Routine;
use crate::parse::{Format, Item, Parser, Window};
use crate::store::FileId;

/// Whole entries of a log.
#[derive(Debug)]
pub(super) struct Piece {
    bytes: Vec<u8>,
    /// Index of the first of them.
    start: usize,
    /// Its offset in the file.
    offset: u64,
}

/// A log whose pieces are read.
#[derive(Clone, Debug)]
pub(super) struct PieceOf {
    pub(super) file: FileId,
    pub(super) format: Format,
}

impl Piece {
    /// Returns the piece from this index on, which has this offset.
    pub(super) fn new(bytes: Vec<u8>, start: usize, offset: u64) -> Self {
        Self { bytes, start, offset }
    }

    /// Returns its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Returns its length in bytes.
    pub(super) fn len(&self) -> usize {
        self.bytes().len()
    }

    #[cfg(test)]
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the memory of the bytes, to be used again while it is still in the processor's cache.
    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.bytes
    }

    /// Counts all entries, and sets those aside that may be events.
    pub(super) fn read<'o>(
        &self,
        log: &PieceOf,
        options: &'o IngestOptions<'o>,
        routine: Routine<'o>,
    ) -> (Pending, Routine<'o>) {
        let window = Window { bytes: self.bytes(), offset: self.offset, is_last: true };
        let mut parser = Parser::of_whole(&log.format, options.parse);
        let digest = Digest::new(options, log.file).with_routine(routine);
        let mut digest = digest.with_room(window.bytes.len());
        let mut passing = Passing::default();
        let mut at = 0;
        while let Some(item) = parser.next(window, &mut at) {
            match item {
                Item::Entry(entry) => digest.add_passing(&entry, &mut passing),
                Item::Gap(gap) => digest.add_gap(gap),
            }
        }
        digest.keep_all(passing);
        (digest.take_pending(), digest.into_routine())
    }
}
