//! Counts entries, and sets those aside that may be events.
//!
//! Entry points: [`Digest::add`] for each entry of a file, or [`Digest::add_passing`] for those of
//! bytes that stay while they are added and [`Digest::keep_all`] behind the last; then
//! [`Digest::take`] for a batch of them, or [`Digest::take_pending`] where the batches of a file are
//! made apart from each other.
//!
//! **Not here:** masking and explaining (`pending`).

use std::sync::Arc;

use super::about::message_of;
use super::ingest::IngestOptions;
use super::judged::{Judge, mask};
use super::pending::{Before, Candidate, MAX_TEXT_BYTES, Pending, mark};
use super::places::{Head, Places};
use super::routine::Routine;
use crate::model::{Entry, Level};
use crate::parse::Gap;
use crate::store::{Batch, Counted, FileId, NewGap, Position};

pub(super) use super::places::{Nearby, Passing};

/// Entries are longer than this, as a rule.
const SHORT_ENTRY_BYTES: usize = 160;
/// A batch is full with so many entries,
const MAX_BATCH_ENTRIES: usize = 32_768;
/// or so many candidates,
pub(super) const MAX_BATCH_CANDIDATES: usize = 1_024;
/// or so many bytes of their texts.
const MAX_BATCH_BYTES: usize = 2 * 1024 * 1024;

/// What entries of one file come to, batch by batch.
pub(super) struct Digest<'o> {
    options: &'o IngestOptions<'o>,
    file: FileId,
    pending: Pending,
    places: Places,
    routine: Routine<'o>,
    /// What the batches taken before left behind.
    before: Before,
}

impl<'o> Digest<'o> {
    pub(super) fn new(options: &'o IngestOptions<'o>, file: FileId) -> Self {
        Self {
            options,
            file,
            pending: pending(file),
            places: Places::default(),
            routine: Routine::default(),
            before: Before::default(),
        }
    }

    /// Goes on with what is known of lines of normal work.
    pub(super) fn with_routine(self, routine: Routine<'o>) -> Self {
        Self { routine, ..self }
    }

    /// Makes room for the entries of so many bytes: else what is counted moves again and again.
    pub(super) fn with_room(mut self, bytes: usize) -> Self {
        let n_entries = (bytes / SHORT_ENTRY_BYTES).min(MAX_BATCH_ENTRIES);
        self.pending.batch.counted.reserve_exact(n_entries);
        self
    }

    /// Returns what is known of lines of normal work.
    pub(super) fn into_routine(self) -> Routine<'o> {
        self.routine
    }

    /// Goes on behind so many entries, with the messages that are in mind already.
    pub(super) fn behind(self, entries: u64, nearby: Nearby) -> Self {
        Self { before: Before { nearby, entries, ..Before::default() }, ..self }
    }

    /// Returns the messages that are in mind, those of the present batch left out.
    pub(super) fn into_nearby(self) -> Nearby {
        self.before.nearby
    }

    pub(super) fn is_full(&self) -> bool {
        self.pending.batch.counted.len() >= MAX_BATCH_ENTRIES
            || self.pending.candidates.len() >= MAX_BATCH_CANDIDATES
            || self.pending.raw.len() >= MAX_BATCH_BYTES
    }

    /// Returns true where nothing was added to the batch yet.
    pub(super) fn is_empty(&self) -> bool {
        self.pending.batch.counted.is_empty() && self.pending.batch.gaps.is_empty()
    }

    /// Returns the batch so far with the position behind it, judged, and begins the next.
    pub(super) fn take(&mut self, position: Option<Position>) -> Batch {
        let mut pending = self.take_pending();
        pending.batch.position = position;
        pending.follow(&mut self.before);
        pending.judge(&Judge::new(self.options))
    }

    /// Returns the batch so far, to be judged, and begins the next.
    pub(super) fn take_pending(&mut self) -> Pending {
        let mut full = std::mem::replace(&mut self.pending, pending(self.file));
        let counted = &mut full.batch.counted;
        if counted.len() < counted.capacity() / 4 {
            counted.shrink_to_fit(); // It may wait long for the store, beside many others.
        }
        (full.batch.components, full.batch.streams) = self.places.take_names();
        full.nearby = self.places.take_nearby();
        full
    }

    /// Adds a damaged part of the file. Its reason may quote what a server said, and is masked.
    pub(super) fn add_gap(&mut self, gap: Gap) {
        let Gap { from, to, reason } = gap;
        let reason = self.mask_reason(&reason);
        let last_time = self.pending.last_time;
        self.pending.n_leading_gaps += usize::from(last_time.is_none());
        let time = last_time.unwrap_or_default();
        self.pending.batch.gaps.push(NewGap { from, to, reason, time });
    }

    /// Masks what a server or the system says is wrong.
    pub(super) fn mask_reason(&self, reason: &str) -> String {
        mask(self.options.masker, reason, None)
    }

    /// Adds an entry; its offset and length are those in the file.
    pub(super) fn add(&mut self, entry: &Entry<'_>) {
        let mut passing = Passing::default();
        self.add_passing(entry, &mut passing);
        self.keep_all(passing);
    }

    /// Keeps the messages of bytes that are read up, before a batch is taken: they tell whom later
    /// errors are about.
    pub(super) fn keep_all(&mut self, passing: Passing<'_>) {
        self.places.keep_all(passing);
    }

    /// Adds an entry; its message need not be copied while its bytes stay.
    pub(super) fn add_passing<'w>(&mut self, entry: &Entry<'w>, passing: &mut Passing<'w>) {
        self.pending.last_time = Some(entry.time);
        self.pending.entries += 1;
        if !self.options.wants(entry.time) {
            return;
        }
        let (stream, key) = entry.identity();
        let place = self.places.of(&entry.component, stream, self.file);
        let level = entry.level();
        let index = u32::try_from(self.pending.batch.counted.len()).unwrap_or(u32::MAX);
        self.pending.batch.counted.push(Counted {
            component: place.component,
            stream: place.stream,
            kind: entry.kind,
            level,
            time: entry.time,
            key,
            text_bytes: u32::try_from(entry.text.len()).unwrap_or(u32::MAX),
        });
        if entry.is_message_body() {
            self.places.remember(place, entry, passing);
        } else if level != Level::Other || !self.is_routine(entry, index) {
            let nearby = self.places.nearby(place, passing);
            self.set_aside(entry, level, index, nearby);
        }
    }

    /// Returns true for a line of normal work, and notes what it does to courses.
    fn is_routine(&mut self, entry: &Entry<'_>, index: u32) -> bool {
        let text = text_of(entry);
        let Some(signals) = self.routine.signals(self.options.classifier, text) else {
            return false;
        };
        self.pending.batch.marks.extend(signals.iter().map(|signal| mark(index, signal)));
        true
    }

    fn set_aside(
        &mut self,
        entry: &Entry<'_>,
        level: Level,
        counted: u32,
        nearby: Option<Arc<Head>>,
    ) {
        let Pending { raw, candidates, batch, .. } = &mut self.pending;
        let start = raw.len();
        raw.extend_from_slice(text_of(entry));
        candidates.push(Candidate {
            counted,
            entry: entry.display_id().map(|id| batch.texts.put(&id)),
            tags: batch.texts.put(&entry.tags),
            text: start..raw.len(),
            level,
            offset: entry.offset,
            len: entry.len,
            message: entry.related.as_ref().map(message_of),
            nearby,
        });
    }
}

/// Returns what is looked at of a text.
fn text_of<'e>(entry: &'e Entry<'_>) -> &'e [u8] {
    entry.text.get(..MAX_TEXT_BYTES).unwrap_or(&entry.text)
}

fn pending(file: FileId) -> Pending {
    Pending { batch: Batch { file, ..Batch::default() }, ..Pending::default() }
}
