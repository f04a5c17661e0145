//! Reads one log from where it was left to its end.

use std::io;
use std::sync::atomic::Ordering;

use super::digest::{Digest, Passing};
use super::feed::{Feed, OffsetMap};
use super::identify::Identified;
use super::ingest::Summary;
use super::lane::{FileLane, Lane, Load};
use super::piece::PieceOf;
use crate::parse::{Format, Gap, Item, Parser, Unreadable, Window};
use crate::store::{KnownFile, Position, StoreError};

/// Why a log was not read to its end.
#[derive(Debug)]
pub(super) enum LogError {
    /// The store failed, which ends the run.
    Store(StoreError),
    /// The bytes could not be read.
    Read(io::Error),
    /// It is no log that we know.
    Unreadable(Unreadable),
}

impl From<StoreError> for LogError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<io::Error> for LogError {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl From<Unreadable> for LogError {
    fn from(reason: Unreadable) -> Self {
        Self::Unreadable(reason)
    }
}

/// Returns why a log ends before its end.
pub(super) fn stopped(failure: &io::Error) -> String {
    format!("reading stopped here: {failure}")
}

/// What a look at the window comes to.
struct Step {
    /// A batch, and where reading goes on behind it.
    load: Option<(Load, Option<Position>)>,
    /// True where the log ends with it.
    is_end: bool,
    /// True where more is to be read for the next step.
    is_read_up: bool,
}

/// A log that is being read.
pub(super) struct Log<'a> {
    pub(super) feed: Feed<'a>,
    map: OffsetMap,
    parser: Parser,
    known: KnownFile,
    is_older_copy: bool,
    path: &'a str,
    /// Offset of the last entry, in the (decoded) log and in the file.
    last_entry: Option<(u64, u64)>,
}

impl<'a> Log<'a> {
    pub(super) fn new(
        feed: Feed<'a>,
        map: OffsetMap,
        parser: Parser,
        identified: Identified,
        path: &'a str,
    ) -> Self {
        let Identified { file: known, is_older_copy } = identified;
        Self { feed, map, parser, known, is_older_copy, path, last_entry: None }
    }

    /// Reads all entries and commits them, batch by batch, with the position behind each.
    pub(super) fn read(
        mut self,
        pace: &dyn Fn(u64),
        lane: &mut Lane<'_, '_>,
        summary: &mut Summary,
    ) -> Result<(), LogError> {
        let options = lane.options();
        let of_piece = PieceOf { file: self.known.id, format: self.parser.format().clone() };
        let mut lane = lane.file(self.path, of_piece, self.entries_before());
        let mut digest = Digest::new(options, self.known.id).with_routine(lane.take_routine());
        let moves_position = options.wants_all() && !self.is_older_copy;
        let mut is_resumed = moves_position;
        pace(self.feed.raw_bytes); // What it was identified by.
        loop {
            let is_stopped = options.stop.load(Ordering::Relaxed);
            let step = self.step(&mut digest, &lane, is_stopped);
            if let Some((load, position)) = step.load {
                let position = position.filter(|_| moves_position);
                lane.send(load, std::mem::take(&mut is_resumed), position)?;
            }
            if step.is_end || is_stopped {
                break;
            }
            if step.is_read_up {
                let before = self.feed.raw_bytes;
                self.feed.fill();
                pace(self.feed.raw_bytes - before);
            }
        }
        lane.give_back(digest.into_routine());
        summary.bytes += self.feed.raw_bytes;
        self.feed.failure.map_or(Ok(()), |failure| Err(failure.into()))
    }

    /// Returns how many entries were read of it before.
    pub(super) fn entries_before(&self) -> u64 {
        self.known.entries_before
    }

    /// Takes a piece of the window, where others read those, else reads it until the batch is full.
    fn step(
        &mut self,
        digest: &mut Digest<'_>,
        lane: &FileLane<'_, '_, '_>,
        is_stopped: bool,
    ) -> Step {
        let wanted = lane.piece_bytes().filter(|_| !is_stopped && digest.is_empty());
        if let Some(wanted) = wanted.filter(|_| self.may_be_cut()) {
            let is_short = self.feed.window().bytes.len() < wanted;
            let load = if is_short { None } else { self.cut(wanted, lane) };
            if is_short || load.is_some() {
                return Step { load, is_end: false, is_read_up: is_short };
            }
        }
        let consumed = self.read_window(digest);
        let consumed_to = self.file_offset(consumed);
        let window = self.feed.window();
        let is_full = digest.is_full();
        let is_end = window.is_last && (!is_full || consumed == window.bytes.len());
        if let Some(failure) = self.feed.failure.as_ref().filter(|_| is_end) {
            // How much is behind it is not known.
            let end = self.map.size(self.feed.end(), self.feed.raw_bytes);
            digest.add_gap(Gap { from: end, to: end, reason: stopped(failure) });
        }
        let load = (is_end || is_stopped || is_full).then(|| {
            let position = self.position((consumed, consumed_to), is_end);
            (Load::Pending(Box::new(digest.take_pending())), position)
        });
        self.feed.consume(consumed);
        Step { load, is_end, is_read_up: !is_full }
    }

    /// Returns false where the window is the last one, or is decoded.
    fn may_be_cut(&self) -> bool {
        !self.feed.window().is_last && matches!(self.map, OffsetMap::Same)
    }

    /// Cuts a piece of the window, which is at least so long, off: of this length, or of all that
    /// is less than two of them, or where an entry is longer. Returns `None` where no piece is told.
    fn cut(
        &mut self,
        wanted: usize,
        lane: &FileLane<'_, '_, '_>,
    ) -> Option<(Load, Option<Position>)> {
        let window = self.feed.window();
        let start = window.bytes.get(..wanted).filter(|_| window.bytes.len() >= 2 * wanted);
        let len = start.map_or(0, |bytes| self.parser.whole_len(Window { bytes, ..window }));
        let len = if len > 0 { len } else { self.parser.whole_len(window) };
        if len == 0 {
            return None;
        }
        let position = self.position((len, window.offset + len as u64), false);
        let piece = self.feed.take_piece(len, lane.take_buffer());
        Some((Load::Piece(piece), position))
    }

    /// Hands on every item of the window until the batch is full; returns the bytes consumed.
    pub(super) fn read_window(&mut self, digest: &mut Digest<'_>) -> usize {
        let window = self.feed.window();
        let mut passing = Passing::default();
        let mut at = 0;
        while !digest.is_full()
            && let Some(item) = self.parser.next(window, &mut at)
        {
            match item {
                Item::Entry(mut entry) => {
                    self.last_entry = Some(entry.offset).map(|decoded| {
                        let from = self.map.file_offset(window, decoded);
                        let to = self.map.file_offset(window, decoded + entry.len);
                        (entry.offset, entry.len) = (from, to - from);
                        (decoded, from)
                    });
                    digest.add_passing(&entry, &mut passing);
                }
                Item::Gap(gap) => digest.add_gap(gap),
            }
        }
        digest.keep_all(passing);
        at
    }

    /// Returns the offset in the file of what the window's first bytes are consumed up to.
    pub(super) fn file_offset(&mut self, consumed: usize) -> u64 {
        let window = self.feed.window();
        self.map.file_offset(window, window.offset + consumed as u64)
    }

    /// Returns where reading may go on later.
    ///
    /// Envelopes end by themselves; any other entry ends where the next one begins, so the last one
    /// is read again when the log has grown. How many entries are before it, is for the batch to say.
    pub(super) fn position(&self, consumed: (usize, u64), is_end: bool) -> Option<Position> {
        let (consumed, raw) = consumed;
        let end = self.feed.window().offset + consumed as u64;
        let resume = self.parser.resume_offset(end);
        // Only envelopes are skipped in the middle of, and those are never decoded.
        let (mut at, mut offset) = if resume < end { (resume, resume) } else { (end, raw) };
        let is_at_last = is_end && *self.parser.format() != Format::IguanaX;
        let last = self.last_entry.filter(|_| is_at_last);
        let read_to = if last.is_some() { raw } else { offset };
        if let Some(last) = last {
            (at, offset) = last;
        }
        Some(Position {
            offset,
            guard: self.feed.guard_at(at)?,
            read_to,
            tail: self.feed.hash_of(at, end),
            size: self.map.size(self.feed.end(), self.feed.raw_bytes),
            stamp: None,
            continues: None,
            is_joined: false,
            entries_before: 0,
            is_at_last: last.is_some(),
        })
    }
}
