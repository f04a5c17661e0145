//! Collects what happens on a server in any order, and makes entries of it in order of time.

use std::borrow::Cow;
use std::collections::HashMap;

use super::entry::{Component, Related, SampleEntry};
use super::failures::Failure;
use crate::model::{EntryKind, Millis};

/// A draft of an entry in a [`Story`].
#[derive(Clone, Copy)]
pub(super) struct DraftId(usize);

/// What happened, in the order in which it was told.
#[derive(Default)]
pub(super) struct Story {
    drafts: Vec<Draft>,
}

struct Draft {
    of: Component,
    kind: EntryKind,
    at: i64,
    related: Option<usize>,
    tags: &'static str,
    text: Vec<u8>,
    incident: Option<&'static str>,
}

impl Story {
    /// Adds a text that a component wrote.
    pub(super) fn trace(
        &mut self,
        of: Component,
        at: i64,
        tags: &'static str,
        text: impl Into<Vec<u8>>,
    ) -> DraftId {
        self.typed(of, at, EntryKind::Trace, text).tagged(self, tags)
    }

    /// Adds an entry of this type, without tags.
    pub(super) fn typed(
        &mut self,
        of: Component,
        at: i64,
        kind: EntryKind,
        text: impl Into<Vec<u8>>,
    ) -> DraftId {
        let (related, tags, incident, text) = (None, "", None, text.into());
        self.drafts.push(Draft { of, kind, at, related, tags, text, incident });
        DraftId(self.drafts.len() - 1)
    }

    /// Adds a message, and what Iguana X writes when the component takes it from its queue: a note
    /// and the whole message once more. Returns the message.
    pub(super) fn message(&mut self, of: Component, at: i64, text: &str) -> DraftId {
        let message = self.typed(of, at, EntryKind::Message, text).tagged(self, "#message");
        let note = format!("Dequeued message from '{}'.", of.guid);
        self.trace(of, at + 3, "", note).about(self, message);
        self.trace(of, at + 4, "", text).about(self, message);
        message
    }

    /// Adds a failure.
    pub(super) fn failure(&mut self, of: Component, at: i64, failure: Failure) -> DraftId {
        let draft = self.trace(of, at, failure.tags, failure.text);
        if let Some(draft) = self.drafts.get_mut(draft.0) {
            draft.incident = Some(failure.incident);
        }
        draft
    }

    /// Returns how often each incident happened on each component before and from `split` on.
    pub(super) fn incidents(&self, split: i64) -> Vec<(&'static str, Component, [u64; 2])> {
        let mut counts: Vec<(&'static str, Component, [u64; 2])> = Vec::new();
        for draft in &self.drafts {
            let Some(incident) = draft.incident else { continue };
            let known =
                counts.iter_mut().find(|(name, of, _)| *name == incident && *of == draft.of);
            let later = usize::from(draft.at >= split);
            if let Some((_, _, weeks)) = known {
                weeks[later] += 1;
            } else {
                let mut weeks = [0; 2];
                weeks[later] = 1;
                counts.push((incident, draft.of, weeks));
            }
        }
        counts.sort_by_key(|(name, of, _)| (*name, of.name));
        counts
    }

    /// Returns the entries in order of time, numbered as Iguana X numbers them.
    pub(super) fn finish(self) -> Vec<SampleEntry> {
        let mut order: Vec<usize> = (0..self.drafts.len()).collect();
        order.sort_by_key(|at| self.drafts.get(*at).map(|draft| draft.at));
        let mut drafts: Vec<Option<Draft>> = self.drafts.into_iter().map(Some).collect();
        let mut counters: HashMap<&str, Counters> = HashMap::new();
        let mut done: HashMap<usize, (Related, u64)> = HashMap::new();
        let mut entries = Vec::with_capacity(order.len());
        for at in order {
            let Some(draft) = drafts.get_mut(at).and_then(Option::take) else { continue };
            let related = draft.related.and_then(|related| done.get(&related));
            let counter = counters.entry(draft.of.guid).or_default();
            counter.count(draft.at, draft.kind);
            let entry = SampleEntry {
                component: Cow::Borrowed(draft.of.guid),
                component_name: Cow::Borrowed(draft.of.name),
                kind: draft.kind,
                time: Millis::new(draft.at),
                index: counter.index,
                related: related.map(|(related, _)| related.clone()),
                sequence: counter.sequence,
                queue: match draft.kind {
                    EntryKind::Message => counter.queue,
                    _ => related.map_or(0, |(_, queue)| *queue),
                },
                tags: Cow::Borrowed(draft.tags),
                text: draft.text,
            };
            if entry.kind == EntryKind::Message {
                let component = entry.component.clone();
                let itself = Related { component, time: entry.time, index: entry.index };
                done.insert(at, (itself, entry.queue));
            }
            entries.push(entry);
        }
        entries
    }
}

impl DraftId {
    /// Says which message the entry is about.
    pub(super) fn about(self, story: &mut Story, message: Self) -> Self {
        if let Some(draft) = story.drafts.get_mut(self.0) {
            draft.related = Some(message.0);
        }
        self
    }

    /// Gives the entry its tags.
    pub(super) fn tagged(self, story: &mut Story, tags: &'static str) -> Self {
        if let Some(draft) = story.drafts.get_mut(self.0) {
            draft.tags = tags;
        }
        self
    }
}

/// The numbers that a component's entries carry.
#[derive(Default)]
pub(super) struct Counters {
    last: i64,
    /// Within the millisecond, from 1.
    pub(super) index: u64,
    /// Entries so far.
    pub(super) sequence: u64,
    /// Messages so far.
    pub(super) queue: u64,
}

impl Counters {
    /// Counts one more entry.
    pub(super) fn count(&mut self, at: i64, kind: EntryKind) {
        self.index = if self.last == at { self.index + 1 } else { 1 };
        self.last = at;
        self.sequence += 1;
        self.queue += u64::from(kind == EntryKind::Message);
    }
}
