//! Batches whose candidates are still to be judged: masked, explained and made events.
//!
//! Entry points: [`Pending::follow`] in the order of the file, then [`Pending::judge`]. Reading only
//! counts entries and sets aside those that may be events; what is costly about them is done here,
//! on whatever thread, since each candidate brings along all that its event depends on.
//!
//! **Invariant:** what becomes of a batch depends on its content and on what those before it left
//! behind, not on when, where and with what others it is judged.

use std::ops::Range;
use std::sync::Arc;

use super::judged::{Judge, Judged};
use super::places::{Head, Nearby};
use crate::classify::Signal;
use crate::model::{Level, Millis};
use crate::store::{Batch, NewEvent, NewMark, TextAt};

/// Bytes of a text that are looked at and kept; the rest stays in Iguana's own log.
pub(super) const MAX_TEXT_BYTES: usize = 64 * 1024;

/// A batch, and which of its entries may be events.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// All but the events.
    pub(super) batch: Batch,
    /// In the order of the file.
    pub(super) candidates: Vec<Candidate>,
    /// Their texts as they stand in the log, one behind the other.
    pub(super) raw: Vec<u8>,
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
    /// The entry's id, where the log has one.
    pub(super) entry: Option<TextAt>,
    /// Its tags.
    pub(super) tags: TextAt,
    /// Where its text is in [`Pending::raw`]: no more than [`MAX_TEXT_BYTES`] of it.
    pub(super) text: Range<usize>,
    /// How bad it says it is.
    pub(super) level: Level,
    /// Offset in the file.
    pub(super) offset: u64,
    /// Length in the file.
    pub(super) len: u64,
    /// The message that the log says it is about.
    pub(super) message: Option<u64>,
    /// The head of the message that its component handled last; `None` where that is not in the
    /// batch.
    pub(super) nearby: Option<Arc<Head>>,
}

impl Pending {
    /// Adds what the batches before this one know, and tells the next one of this.
    pub(super) fn follow(&mut self, before: &mut Before) {
        for candidate in self.candidates.iter_mut().filter(|other| other.nearby.is_none()) {
            candidate.nearby = before.nearby.of(component_of(&self.batch, candidate.counted));
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

    /// Returns the batch with its events.
    pub(super) fn judge(self, judge: &Judge<'_>) -> Batch {
        let Self { mut batch, candidates, raw, .. } = self;
        for candidate in candidates {
            let nearby = candidate.nearby.as_deref();
            let text = raw.get(candidate.text.clone()).unwrap_or_default();
            let judged = judge.judged(text, nearby);
            candidate.add(judge, &judged, &mut batch);
        }
        batch.marks.sort_by_key(|mark| mark.counted);
        batch
    }
}

impl Candidate {
    /// Adds the event that an entry is, if it is one, and what it does to courses.
    fn add(self, judge: &Judge<'_>, judged: &Judged<'_>, batch: &mut Batch) {
        let Self { counted, level, .. } = self;
        batch.marks.extend(judged.signals.iter().map(|signal| mark(counted, signal)));
        if level == Level::Other && !judged.is_event {
            return;
        }
        let problem = judge.problem(&judged.class, component_of(batch, counted));
        batch.events.push(NewEvent {
            message: self.message.or(judged.message),
            counted,
            entry: self.entry,
            tags: self.tags,
            problem,
            severity: judged.class.severity(level),
            outcome: judged.class.outcome,
            captures: batch.texts.put(&judged.class.captures),
            text: batch.texts.put(&judged.text),
            offset: self.offset,
            len: self.len,
        });
    }
}

/// Returns the component of an entry of a batch.
fn component_of(batch: &Batch, counted: u32) -> &str {
    let at = |index: u32| usize::try_from(index).unwrap_or(usize::MAX);
    let counted = batch.counted.get(at(counted));
    let component = counted.and_then(|counted| batch.components.get(at(counted.component)));
    component.map_or("", |component| component)
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
