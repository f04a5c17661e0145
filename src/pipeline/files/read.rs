//! Reads what has grown.

use std::io;
use std::sync::atomic::Ordering;

use super::super::digest::Digest;
use super::super::feed::GUARD_BYTES;
use super::super::identify::Identified;
use super::super::ingest::{HEAD_BYTES, IngestOptions};
use super::super::log::Log;
use super::content::{Opened, guard_of, open_known, read_behind, read_range};
use super::follower::FileFollower;
use super::join::Join;
use super::track::{Moment, State, Track};
use crate::model::Millis;
use crate::parse::{Format, Item, Parser, Window};
use crate::store::{Evidence, FileId, Position, StoreError, short_hash};

/// Bytes of one file that are read before it is another one's turn.
const MAX_TURN_BYTES: u64 = 16 * 1024 * 1024;
/// Bytes before a position that are searched for the last message.
const PRIMED_BYTES: u64 = 64 * 1024;
/// A file is noted as seen no more often, in milliseconds.
const SIGHT_MILLIS: i64 = 10_000;

/// What reading one file came to.
struct Reading {
    /// Where reading goes on; `None` where nothing was taken.
    position: Option<Position>,
    /// True where the end was reached.
    is_end: bool,
}

impl FileFollower {
    /// Reads one turn of each file that waits; returns true where more is waiting.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] where the store's writer has ended.
    pub fn read(
        &mut self,
        options: &IngestOptions<'_>,
        moment: Moment,
    ) -> Result<bool, StoreError> {
        for _ in 0..self.queue.len() {
            if options.stop.load(Ordering::Relaxed) {
                break;
            }
            let Some(id) = self.queue.pop_front() else { break };
            self.read_file(id, options, moment)?;
        }
        Ok(!self.queue.is_empty())
    }

    fn read_file(
        &mut self,
        id: FileId,
        options: &IngestOptions<'_>,
        moment: Moment,
    ) -> Result<(), StoreError> {
        let Some(track) = self.tracks.get_mut(&id) else { return Ok(()) };
        track.state = State::Read;
        let opened = match track.step_behind_joined() {
            Ok(true) => open_known(&track.known.path, &track.known, options.progress),
            Ok(false) => return Ok(()),
            Err(error) => Err(error),
        };
        let opened = opened.ok().flatten().filter(|opened| track.is_at(&opened.stamp));
        let Some(opened) = opened else {
            track.state = State::Missed; // It is no longer what it was, or cannot be read now.
            self.is_scan_due = true;
            return Ok(());
        };
        track.size = opened.size.unwrap_or(track.size);
        track.stamp = Some(opened.stamp);
        let Some(format) = Format::from_name(&track.known.format, options.parse) else {
            return Ok(()); // The configuration has it no more.
        };
        let is_quiet = self.is_quiet(id, moment);
        if self.join(id, &format, (options, is_quiet))? != Join::None {
            self.enqueue(id);
            return Ok(());
        }
        self.prime(id, &format, options);
        self.keep_evidence(id, &opened)?;
        let reading = self.read_on(id, opened, &format, (options, is_quiet))?;
        self.note_reading(id, reading, (is_quiet, moment))
    }

    /// Returns true where a file has not changed for a while.
    fn is_quiet(&self, id: FileId, moment: Moment) -> bool {
        let changed = self.tracks.get(&id).map(|track| track.changed);
        changed.is_some_and(|changed| moment.ticks >= changed + self.source.quiet)
    }

    /// Reads the entries from the position on, and commits them with the positions behind them.
    fn read_on(
        &mut self,
        id: FileId,
        opened: Opened<'_>,
        format: &Format,
        (options, is_quiet): (&IngestOptions<'_>, bool),
    ) -> Result<Reading, StoreError> {
        let mut reading = Reading { position: None, is_end: false };
        let Some(track) = self.tracks.get(&id) else { return Ok(reading) };
        let known = track.known.clone();
        let has_last = track.has_open_end();
        let path = known.path.clone();
        let Opened { feed, map, stamp, size, start } = opened;
        let head = start.or_else(|| start_of(&path, format)).unwrap_or_default();
        let is_whole = size.is_none() && feed.failure.is_none();
        let parser = Parser::new(format, &head, options.parse);
        let identified = Identified { file: known, is_older_copy: false };
        let mut log = Log::new(feed, map, parser, identified, &path);
        let nearby = std::mem::take(&mut self.nearby);
        let mut digest = Digest::new(options, id).behind(log.entries_before(), nearby);
        // Behind an entry that goes on in another file, there is none to be taken back.
        let (mut is_resumed, mut taken) = (has_last, 0);
        loop {
            let is_line = *format != Format::IguanaX && log.feed.ends_with_line();
            log.feed.set_open(!(is_quiet || is_line || is_whole));
            let consumed = log.read_window(&mut digest);
            let consumed_to = log.file_offset(consumed);
            let window = log.feed.window();
            let is_full = digest.is_full();
            let is_used_up = !is_full || consumed == window.bytes.len();
            let is_closed = window.is_last;
            reading.is_end = log.feed.is_at_end() && is_used_up;
            taken += consumed as u64;
            let is_over = taken >= MAX_TURN_BYTES || options.stop.load(Ordering::Relaxed);
            if (reading.is_end || is_full || is_over) && (consumed > 0 || !digest.is_empty()) {
                let position = log.position((consumed, consumed_to), reading.is_end && is_closed);
                let position = position.map(|at| Position { stamp: Some(stamp), ..at });
                let mut batch = digest.take(position);
                self.counts.gaps += batch.gaps.len() as u64;
                batch.is_resumed = std::mem::take(&mut is_resumed);
                reading.position = batch.position.clone().or(reading.position);
                self.handle.commit(batch)?;
            }
            if reading.is_end || is_over {
                break;
            }
            log.feed.consume(consumed);
            if !is_full {
                log.feed.fill();
            }
        }
        self.nearby = digest.into_nearby();
        Ok(reading)
    }

    /// Takes note of how far a file was read.
    fn note_reading(
        &mut self,
        id: FileId,
        reading: Reading,
        (is_quiet, moment): (bool, Moment),
    ) -> Result<(), StoreError> {
        let Some(track) = self.tracks.get_mut(&id) else { return Ok(()) };
        if let Some(position) = reading.position {
            track.size = track.size.max(position.size);
            track.known.take(&position);
        }
        let is_unread = track.unread_bytes() > 0 && !track.is_compressed();
        let is_unfinished = reading.is_end && is_unread && !is_quiet;
        if is_unfinished {
            self.unfinished.insert(id);
        }
        let seen = track.known.last_seen.map_or(i64::MIN, Millis::get);
        let is_due = moment.now.get().saturating_sub(seen) >= SIGHT_MILLIS || is_unread;
        let size = track.size;
        if is_due {
            track.known.last_seen = Some(moment.now);
            track.known.size = track.known.size.max(size);
            self.handle.sight(vec![(id, size)], moment.now)?;
        }
        if !reading.is_end {
            self.enqueue(id);
        }
        Ok(())
    }

    /// Takes more of a file's first bytes as evidence, once there are more.
    fn keep_evidence(&mut self, id: FileId, opened: &Opened<'_>) -> Result<(), StoreError> {
        let Some(track) = self.tracks.get_mut(&id) else { return Ok(()) };
        let Some(size) = opened.size else { return Ok(()) };
        let len = size.min(Evidence::HEAD_BYTES as u64);
        if track.known.fingerprint_len as u64 >= len {
            return Ok(());
        }
        let Ok(head) = read_range(&track.known.path, 0, len) else { return Ok(()) };
        let (path, format) = (track.known.path.clone(), track.known.format.clone());
        let evidence = Evidence { path, format, head };
        track.known.note_evidence(&evidence);
        self.handle.refresh(id, &evidence)
    }

    /// Looks for the last messages before the position: the next error may quote their patient.
    fn prime(&mut self, id: FileId, format: &Format, options: &IngestOptions<'_>) {
        let Some(track) = self.tracks.get_mut(&id) else { return };
        if std::mem::replace(&mut track.is_primed, true) || track.is_compressed() {
            return;
        }
        let to = track.known.offset;
        if to == 0 {
            return;
        }
        let from = to.saturating_sub(PRIMED_BYTES);
        let Ok(bytes) = read_range(&track.known.path, from, to) else { return };
        let head = start_of(&track.known.path, format).unwrap_or_default();
        let mut parser = Parser::new(format, &head, options.parse);
        let window = Window { bytes: &bytes, offset: from, is_last: true };
        let mut at = 0;
        while let Some(item) = parser.next(window, &mut at) {
            if let Item::Entry(entry) = item
                && entry.is_message_body()
            {
                self.nearby.remember(&entry.component, &entry.text);
            }
        }
    }
}

impl Track {
    /// Has reading go on behind a last entry that goes on in another file. Returns false where
    /// nothing was written there.
    fn step_behind_joined(&mut self) -> io::Result<bool> {
        let known = &mut self.known;
        if !known.is_joined {
            return Ok(true);
        }
        let from = known.offset.saturating_sub(GUARD_BYTES as u64);
        let bytes = read_behind(&known.path, from)?;
        let place = |offset: u64| usize::try_from(offset - from).ok();
        let lead = place(known.offset).and_then(|at| bytes.get(..at));
        let read = place(known.read_to).and_then(|to| bytes.get(..to));
        let (Some(lead), Some(read)) = (lead, read) else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let last = read.get(lead.len()..).unwrap_or_default();
        if guard_of(lead) != known.guard || known.tail.is_some_and(|tail| tail != short_hash(last))
        {
            return Err(io::ErrorKind::NotFound.into()); // Another file is in its place.
        }
        if bytes.len() == read.len() {
            return Ok(false);
        }
        known.guard = guard_of(read);
        known.tail = Some(short_hash(&[]));
        known.offset = known.read_to;
        known.entries_before += 1;
        known.is_joined = false;
        Ok(true)
    }
}

/// Returns the first bytes of a file whose format needs them: the header row of CSV, the shape of
/// the service's error log.
fn start_of(path: &str, format: &Format) -> Option<Vec<u8>> {
    let is_needed = matches!(format, Format::Csv | Format::ServiceLog);
    let read = |path: &str| -> io::Result<Vec<u8>> {
        let len = std::fs::metadata(path)?.len().min(HEAD_BYTES as u64);
        read_range(path, 0, len)
    };
    is_needed.then(|| read(path).ok()).flatten()
}
