//! An endless stream of entries, for benches and for checks at scale.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use fastrand::Rng;

use super::entry::{Component, Related, SampleEntry};
use super::failures;
use super::hl7::{self, Head};
use super::people::patients;
use super::story::Counters;
use super::week::COMPONENTS;
use crate::model::{EntryKind, Millis};

/// How a [`corpus`] is mixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorpusOptions {
    /// The same seed gives the same entries.
    pub seed: u64,
    /// When the first entry happens.
    pub start: Millis,
    /// How many of 1,000 happenings are failures.
    pub failures_per_mille: u32,
    /// How many of 1,000 happenings are messages, each of three entries; the rest is small talk.
    pub messages_per_mille: u32,
    /// The longest time between two happenings, in milliseconds.
    pub max_pause_ms: u32,
}

impl Default for CorpusOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            start: Millis::new(1_788_739_200_000),
            failures_per_mille: 20,
            messages_per_mille: 588,
            max_pause_ms: 60,
        }
    }
}

/// Returns an endless stream of entries, in order of time; the caller takes what it needs.
///
/// ```
/// # use dewlap::sample::{CorpusOptions, corpus};
/// let entries: Vec<_> = corpus(&CorpusOptions::default()).take(1_000).collect();
/// assert!(entries.is_sorted_by_key(|entry| entry.time));
/// ```
#[must_use]
pub fn corpus(options: &CorpusOptions) -> Corpus {
    Corpus {
        rng: Rng::with_seed(options.seed),
        at: options.start.get(),
        options: options.clone(),
        control: 10_000,
        counters: HashMap::new(),
        ready: VecDeque::new(),
    }
}

/// The stream that [`corpus`] returns.
pub struct Corpus {
    options: CorpusOptions,
    rng: Rng,
    at: i64,
    control: u64,
    counters: HashMap<&'static str, Counters>,
    ready: VecDeque<SampleEntry>,
}

impl Iterator for Corpus {
    type Item = SampleEntry;

    fn next(&mut self) -> Option<SampleEntry> {
        if self.ready.is_empty() {
            self.happen();
        }
        self.ready.pop_front()
    }
}

impl Corpus {
    fn happen(&mut self) {
        self.at += i64::from(self.rng.u32(..self.options.max_pause_ms.max(1)));
        let of = COMPONENTS[self.rng.usize(..COMPONENTS.len())];
        let dice = self.rng.u32(..1_000);
        if dice < self.options.failures_per_mille {
            // The smaller of two numbers: some failures are common, some rare.
            let kinds = failures::ALL.len();
            let nth = self.rng.usize(..kinds).min(self.rng.usize(..kinds));
            let patient = &patients()[self.rng.usize(..patients().len())];
            let failure = failures::ALL[nth](&mut self.rng, patient);
            self.push(of, failure.tags, failure.text.into_bytes(), None);
        } else if dice < self.options.failures_per_mille + self.options.messages_per_mille {
            self.message(of);
        } else {
            let text = match self.rng.u8(..3) {
                0 => format!("Polled {} rows in {} ms", self.rng.u8(..), self.rng.u8(..)),
                1 => format!("New connection {} received from 10.4.2.7", self.rng.u16(..)),
                _ => format!("Queue '{}' is empty. Wait for new messages.", of.guid),
            };
            self.push(of, "", text.into_bytes(), None);
        }
    }

    fn message(&mut self, of: Component) {
        const KINDS: [&str; 5] = ["ADT^A01", "ADT^A08", "ORU^R01", "SIU^S12", "DFT^P03"];
        self.control += 1;
        let kind = KINDS[self.rng.usize(..KINDS.len())];
        let time = Millis::new(self.at);
        let head = Head { from: "REG|STMARY", kind, control: self.control, time };
        let patient = &patients()[self.rng.usize(..patients().len())];
        let text = hl7::message(&mut self.rng, &head, patient).into_bytes();
        let related = self.push(of, "#message", text.clone(), None);
        self.at += 3;
        let note = format!("Dequeued message from '{}'.", of.guid);
        self.push(of, "", note.into_bytes(), Some(related.clone()));
        self.at += 1;
        self.push(of, "", text, Some(related));
    }

    fn push(
        &mut self,
        of: Component,
        tags: &'static str,
        text: Vec<u8>,
        related: Option<Related>,
    ) -> Related {
        let kind = if tags == "#message" { EntryKind::Message } else { EntryKind::Trace };
        let counter = self.counters.entry(of.guid).or_default();
        counter.count(self.at, kind);
        let is_about_message = kind == EntryKind::Message || related.is_some();
        let component = Cow::Borrowed(of.guid);
        let (time, index) = (Millis::new(self.at), counter.index);
        self.ready.push_back(SampleEntry {
            component: component.clone(),
            component_name: Cow::Borrowed(of.name),
            kind,
            time,
            index,
            related,
            sequence: counter.sequence,
            queue: if is_about_message { counter.queue } else { 0 },
            tags: Cow::Borrowed(tags),
            text,
        });
        Related { component, time, index }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_entries_and_another_seed_gives_others() {
        let take = |seed| -> Vec<_> {
            corpus(&CorpusOptions { seed, ..CorpusOptions::default() }).take(300).collect()
        };
        assert_eq!(take(5), take(5));
        assert_ne!(take(5), take(6));
    }

    #[test]
    fn ids_are_unique() {
        let mut ids: Vec<_> =
            corpus(&CorpusOptions { max_pause_ms: 2, ..CorpusOptions::default() })
                .take(5_000)
                .map(|entry| entry.id())
                .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 5_000);
    }

    #[test]
    fn the_share_of_failures_is_an_option() {
        let count = |failures_per_mille| {
            corpus(&CorpusOptions {
                failures_per_mille,
                messages_per_mille: 0,
                ..CorpusOptions::default()
            })
            .take(1_000)
            .filter(|entry| !entry.tags.is_empty())
            .count()
        };
        assert_eq!(count(0), 0);
        assert_eq!(count(1_000), 1_000);
    }
}
