//! An entry that rotation has cut: its last lines are the first of the next file.

use super::super::digest::Digest;
use super::super::feed::GUARD_BYTES;
use super::super::ingest::IngestOptions;
use super::content::{guard_of, open_known, read_behind, read_range};
use super::follower::FileFollower;
use super::track::{State, Track};
use crate::parse::{Encoding, Format, Item, Parser, Window};
use crate::store::{Batch, FileId, Position, StoreError, short_hash};

/// So many first bytes of a file may belong to the entry before it.
const MAX_LOOSE_BYTES: u64 = 1024 * 1024;

/// What became of the first lines of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// There are none that belong to the file before.
    None,
    /// They were given to it; what follows can be read.
    Done,
    /// The file before must be read first.
    Later,
}

impl FileFollower {
    /// Gives the first lines of a file that begin no entry to the last entry of the file before it,
    /// in one transaction with both positions.
    ///
    /// While the file holds nothing else, more such lines may follow, and the entry is made anew.
    pub(super) fn join(
        &mut self,
        id: FileId,
        format: &Format,
        (options, is_quiet): (&IngestOptions<'_>, bool),
    ) -> Result<Join, StoreError> {
        if self.is_forsaken(id) {
            return Ok(self.begin_anew(id, format, (options, is_quiet)));
        }
        let Some((track, before)) = self.cut_entry(id, format) else { return Ok(Join::None) };
        if before.state == State::Waiting {
            return Ok(Join::Later);
        }
        let loose_lines = loose_lines(track, format, (options, is_quiet));
        let Some((start, loose)) = loose_lines else { return Ok(Join::None) };
        let is_text = matches!(Encoding::of(&start), Encoding::Utf8 { .. });
        // What was half a line, and taken for one that is none, may begin an entry after all.
        if loose as u64 == track.known.offset || !is_text {
            return Ok(Join::None);
        }
        let lines = start.get(..loose).unwrap_or_default();
        let next = Position {
            offset: loose as u64,
            guard: guard_of(lines),
            read_to: loose as u64,
            tail: Some(short_hash(&[])),
            size: track.known.size.max(track.size).max(loose as u64),
            stamp: track.known.stamp,
            continues: (loose as u64 == track.size).then_some(before.id()),
            is_joined: false,
            entries_before: 0,
            is_at_last: false,
        };
        let Some(mut batch) = revise(before, format, lines, options) else {
            return Ok(self.begin_anew(id, format, (options, is_quiet)));
        };
        batch.next = Some((id, next.clone()));
        self.take_position(id, &next);
        if let Some(position) = &batch.position {
            self.take_position(batch.file, position);
        }
        self.handle.commit(batch)?;
        Ok(Join::Done)
    }

    /// Returns true for a file of which all that was read was given to one that is away.
    fn is_forsaken(&self, id: FileId) -> bool {
        let before = self.tracks.get(&id).and_then(|track| track.known.continues);
        before.is_some_and(|before| !self.tracks.contains_key(&before))
    }

    /// Has a file read from its first entry on: what was half a line, and went with the file
    /// before, may begin one after all.
    fn begin_anew(
        &mut self,
        id: FileId,
        format: &Format,
        (options, is_quiet): (&IngestOptions<'_>, bool),
    ) -> Join {
        let Some(track) = self.tracks.get_mut(&id) else { return Join::None };
        track.known.continues = None;
        let loose_lines = loose_lines(track, format, (options, is_quiet));
        let Some((start, loose)) = loose_lines else { return Join::None };
        if loose as u64 >= track.known.offset {
            return Join::None;
        }
        track.known.offset = loose as u64;
        track.known.read_to = loose as u64;
        track.known.guard = guard_of(start.get(..loose).unwrap_or(&start));
        track.known.tail = Some(short_hash(&[]));
        Join::Done
    }

    fn take_position(&mut self, id: FileId, position: &Position) {
        if let Some(track) = self.tracks.get_mut(&id) {
            track.known.take(position);
            track.state = State::Read;
            self.unfinished.remove(&id);
        }
    }

    /// Returns a file of which nothing but such lines was read, and the one before it, where its
    /// last entry may go on.
    fn cut_entry(&self, id: FileId, format: &Format) -> Option<(&Track, &Track)> {
        let track = self.tracks.get(&id)?;
        let is_at_start = track.known.read_to == 0 || track.known.continues.is_some();
        // What is compressed is whole, unless its first line was taken while it was half written.
        let is_whole = track.is_compressed() && track.known.continues.is_none();
        if !matches!(format, Format::Text(_)) || !is_at_start || is_whole {
            return None;
        }
        let before = if let Some(before) = track.known.continues {
            self.tracks.get(&before)?
        } else {
            // What another file has ended is whole.
            let before = self.predecessor(&track.known.path)?;
            (!before.known.is_joined).then_some(before)?
        };
        let is_read = before.has_open_end() || before.unread_bytes() > 0;
        let is_sound = is_read && before.known.format == track.known.format;
        is_sound.then_some((track, before))
    }
}

/// Returns the first bytes of a log, and how many of them are lines that begin no entry; `None`
/// where they cannot be read.
fn loose_lines(
    track: &Track,
    format: &Format,
    (options, is_quiet): (&IngestOptions<'_>, bool),
) -> Option<(Vec<u8>, usize)> {
    let start = start_of(track)?;
    let is_last = is_quiet || start.ends_with(b"\n");
    let mut parser = Parser::new(format, &start, options.parse);
    let loose = parser.loose_len(Window { bytes: &start, offset: 0, is_last });
    Some((start, loose))
}

/// Returns the first bytes of a log, decompressed; `None` where they cannot be read.
fn start_of(track: &Track) -> Option<Vec<u8>> {
    if track.is_compressed() {
        let mut start = read_behind(&track.known.path, 0).ok()?;
        start.truncate(usize::try_from(MAX_LOOSE_BYTES).ok()?);
        return Some(start);
    }
    read_range(&track.known.path, 0, track.size.min(MAX_LOOSE_BYTES)).ok()
}

/// Returns the batch that makes the last entries of a file anew, with the lines that follow in
/// another file; `None` where the file cannot be read.
fn revise(
    before: &Track,
    format: &Format,
    lines: &[u8],
    options: &IngestOptions<'_>,
) -> Option<Batch> {
    let known = &before.known;
    // Rotation may have put another file in its place since it was looked at.
    open_known(&known.path, known, options.progress).ok()??;
    let from = known.offset.saturating_sub(GUARD_BYTES as u64);
    let mut bytes = read_behind(&known.path, from).ok()?;
    let lead = usize::try_from(known.offset - from).ok()?;
    let end = bytes.len();
    bytes.extend_from_slice(lines);
    let mut digest = Digest::new(options, known.id);
    let mut parser = Parser::new(format, &[], options.parse);
    let window = Window { bytes: bytes.get(lead..)?, offset: known.offset, is_last: true };
    let (mut at, mut last, mut n_entries) = (0, known.offset, 0_u64);
    while let Some(item) = parser.next(window, &mut at) {
        if let Item::Entry(entry) = item {
            last = entry.offset;
            n_entries += 1;
            digest.add(&entry);
        }
    }
    let index = usize::try_from(last - from).ok()?;
    let mut batch = digest.take(None);
    batch.is_resumed = true;
    batch.position = Some(Position {
        offset: last,
        guard: guard_of(bytes.get(..index)?),
        read_to: from + end as u64,
        tail: Some(short_hash(bytes.get(index..end)?)),
        size: known.size.max(from + end as u64),
        stamp: known.stamp,
        continues: known.continues,
        is_joined: !lines.is_empty(),
        entries_before: (known.entries_before + n_entries).saturating_sub(1),
        is_at_last: true,
    });
    (n_entries > 0).then_some(batch)
}
