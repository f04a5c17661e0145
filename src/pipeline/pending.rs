//! Batches whose candidates are still to be judged: masked, explained and made events.
//!
//! Entry points: [`Pending::follow`] in the order of the file, then [`Pending::judge`]. Reading only
//! counts entries and sets aside those that may be events; what is costly about them is done here,
//! on whatever thread, since each candidate brings along all that its event depends on.
//!
//! **Invariant:** what becomes of a batch depends on its content and on what those before it left
//! behind, not on when, where and with what others it is judged.

use std::sync::Arc;

use super::about::message_of;
use super::class::Problems;
use super::ingest::IngestOptions;
use super::judged::{Judged, Repeats};
use super::places::Nearby;
use crate::classify::Signal;
use crate::model::{Entry, Level, Millis};
use crate::store::{Batch, NewEvent, NewMark};

/// Bytes of a text that are looked at and kept; the rest stays in Iguana's own log.
pub(super) const MAX_TEXT_BYTES: usize = 64 * 1024;

/// A batch, and which of its entries may be events.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// All but the events.
    pub(super) batch: Batch,
    /// In the order of the file.
    pub(super) candidates: Vec<Candidate>,
    /// The last message of each component that has one in the batch.
    pub(super) nearby: Nearby,
    /// Entries in it, those that are not wanted included.
    pub(super) entries: u64,
    /// The time of the last of them.
    pub(super) last_time: Option<Millis>,
    /// How many gaps come before the first of them.
    pub(super) n_leading_gaps: usize,
}

/// What the batches before one leave behind.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// The last message of each component.
    pub(super) nearby: Nearby,
    /// The time of the last entry.
    pub(super) last_time: Millis,
    /// Entries in the file so far.
    pub(super) entries: u64,
}

/// An entry that may be an event.
#[derive(Debug)]
pub(super) struct Candidate {
    /// Index in [`Batch::counted`].
    pub(super) counted: u32,
    /// The entry, of which no more than [`MAX_TEXT_BYTES`] of text.
    pub(super) entry: Entry<'static>,
    /// How bad it says it is.
    pub(super) level: Level,
    /// The head of the message that its component handled last; `None` where that is not in the
    /// batch.
    pub(super) nearby: Option<Arc<Vec<u8>>>,
}

impl Pending {
    /// Adds what the batches before this one know, and tells the next one of this.
    pub(super) fn follow(&mut self, before: &mut Before) {
        for candidate in self.candidates.iter_mut().filter(|other| other.nearby.is_none()) {
            candidate.nearby = before.nearby.of(&candidate.entry.component);
        }
        before.nearby.extend(std::mem::take(&mut self.nearby));
        for gap in self.batch.gaps.iter_mut().take(self.n_leading_gaps) {
            gap.time = before.last_time;
        }
        before.last_time = self.last_time.unwrap_or(before.last_time);
        before.entries += self.entries;
        if let Some(position) = &mut self.batch.position {
            position.entries_before = before.entries.saturating_sub(u64::from(position.is_at_last));
        }
    }

    /// Returns the batch with its events; texts that were judged before are known again.
    pub(super) fn judge<'c>(
        self,
        options: &IngestOptions<'c>,
        repeats: Option<&Repeats<'c>>,
    ) -> Batch {
        let Self { mut batch, candidates, .. } = self;
        let mut problems = Problems::default();
        for candidate in candidates {
            let nearby = candidate.nearby.as_ref().map(|head| head.as_slice());
            let judged = match repeats {
                Some(repeats) => repeats.judged(options, &candidate.entry.text, nearby),
                None => Arc::new(Judged::new(options, &candidate.entry.text, nearby)),
            };
            candidate.add(&judged, (options.server, &mut problems), &mut batch);
        }
        batch.marks.sort_by_key(|mark| mark.counted);
        batch
    }
}

impl Candidate {
    /// Adds the event that an entry is, if it is one, and what it does to courses.
    fn add(
        self,
        judged: &Judged<'_>,
        (server, problems): (&str, &mut Problems),
        batch: &mut Batch,
    ) {
        let Self { counted, entry, level, .. } = self;
        batch.marks.extend(judged.signals.iter().map(|signal| mark(counted, signal)));
        if level == Level::Other && !judged.is_event {
            return;
        }
        let related = entry.related.as_ref();
        batch.events.push(NewEvent {
            message: related.map(message_of).or(judged.message),
            counted,
            entry: entry.display_id(),
            tags: entry.tags.into_owned(),
            problem: problems.of(&judged.class, (server, &entry.component)),
            severity: judged.class.severity(level),
            outcome: judged.class.outcome,
            captures: Arc::clone(&judged.captures),
            text: Arc::clone(&judged.text),
            offset: entry.offset,
            len: entry.len,
        });
    }
}

/// Returns what an entry does to a course, as the store keeps it.
pub(super) fn mark(counted: u32, signal: &Signal<'_>) -> NewMark {
    NewMark {
        counted,
        rule: signal.rule.into(),
        effect: signal.effect,
        scope: signal.scope,
        split: signal.split.as_str().into(),
    }
}
