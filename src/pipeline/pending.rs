//! Batches whose candidates are still to be judged: masked, explained and made events.
//!
//! Entry points: [`Pending::follow`] in the order of the file, then [`Pending::judge`]. Reading only
//! counts entries and sets aside those that may be events; what is costly about them is done here,
//! on whatever thread, since each candidate brings along all that its event depends on.
//!
//! **Invariant:** what becomes of a batch depends on its content and on what those before it left
//! behind, not on when, where and with what others it is judged.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::about::message_of;
use super::class::{Class, Problems};
use super::ingest::IngestOptions;
use super::places::Nearby;
use crate::classify::{Signal, unix_lines};
use crate::model::{Entry, Level, Millis};
use crate::parse::decode_text;
use crate::store::{Batch, NewEvent, NewMark};

/// Bytes of a text that are looked at and kept; the rest stays in Iguana's own log.
pub(super) const MAX_TEXT_BYTES: usize = 64 * 1024;
/// Begins a terminal's color, which is no part of a text.
const ESCAPE: char = '\u{1b}';
/// What is stored where masking failed.
const WITHHELD: &str = "[text withheld: it could not be masked]";

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

    /// Returns the batch with its events.
    pub(super) fn judge(self, options: &IngestOptions<'_>) -> Batch {
        let Self { mut batch, candidates, .. } = self;
        let mut problems = Problems::default();
        for candidate in candidates {
            candidate.judge(options, &mut problems, &mut batch);
        }
        batch.marks.sort_by_key(|mark| mark.counted);
        batch
    }
}

impl Candidate {
    /// Adds the event that an entry is, if it is one, and what it does to courses.
    fn judge(self, options: &IngestOptions<'_>, problems: &mut Problems, batch: &mut Batch) {
        let Self { counted, entry, level, nearby } = self;
        let nearby = nearby.as_ref().map(|head| head.as_slice());
        let text = mask(options, &decode_text(&entry.text), nearby);
        let verdict = options.classifier.classify(&text);
        let signals = options.classifier.signals(&verdict);
        batch.marks.extend(signals.map(|signal| mark(counted, &signal)));
        let is_told = verdict.rule.is_some() || verdict.outcome.is_some();
        if level == Level::Other && (verdict.is_routine() || !is_told) {
            return;
        }
        let class = Class::new(verdict, &text, options.fingerprinter);
        batch.events.push(NewEvent {
            message: message_of(&entry, &text),
            counted,
            entry: entry.display_id(),
            tags: entry.tags.into_owned(),
            problem: problems.of(&class, (options.server, &entry.component)),
            severity: class.severity(level),
            outcome: class.outcome,
            captures: class.captures_json(),
            text,
            offset: entry.offset,
            len: entry.len,
        });
    }
}

/// Masks a text, given the head of the message that its component handled last.
pub(super) fn mask(options: &IngestOptions<'_>, text: &str, nearby: Option<&[u8]>) -> String {
    let plain;
    let text = if text.contains(ESCAPE) {
        plain = anstream::adapter::strip_str(text).to_string();
        unix_lines(&plain)
    } else {
        unix_lines(text)
    };
    let mask = AssertUnwindSafe(|| options.masker.mask(&text, nearby));
    catch_unwind(mask).unwrap_or_else(|_| WITHHELD.into())
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
