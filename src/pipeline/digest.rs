//! Turns entries into what the store keeps: counts, keys, and masked, classified events.

use std::borrow::Cow;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::about::message_of;
use super::class::Class;
use super::ingest::IngestOptions;
use super::routine::Routine;
use crate::classify::{Signal, unix_lines};
use crate::model::{Entry, EntryId, Level, Millis, Stream};
use crate::parse::{Gap, decode_text};
use crate::store::{Batch, Counted, FileId, NewEvent, NewGap, NewMark};

/// Bytes of a text that are looked at and kept; the rest stays in Iguana's own log.
const MAX_TEXT_BYTES: usize = 64 * 1024;
/// Bytes of the last message that are kept in mind, to know its patient in later texts.
const MAX_NEARBY_BYTES: usize = 2 * 1024;
/// A batch is full with so many entries,
const MAX_BATCH_ENTRIES: usize = 32_768;
/// or so many events.
const MAX_BATCH_EVENTS: usize = 4_096;
/// Begins a terminal's color, which is no part of a text.
const ESCAPE: char = '\u{1b}';
/// What is stored where masking failed.
const WITHHELD: &str = "[text withheld: it could not be masked]";

/// What entries of one file come to, batch by batch.
pub(super) struct Digest<'o> {
    options: &'o IngestOptions<'o>,
    file: FileId,
    batch: Batch,
    components: HashMap<Box<str>, u32>,
    streams: HashMap<Box<str>, u32>,
    /// Component and stream of the entry before: most entries have the same.
    last: Option<(Box<str>, u32, u32)>,
    nearby: Nearby,
    last_time: Millis,
    routine: Routine<'o>,
}

/// The head of the last message of each component: the next error may quote its patient.
#[derive(Debug, Default)]
pub(super) struct Nearby(HashMap<Box<str>, Vec<u8>>);

impl<'o> Digest<'o> {
    pub(super) fn new(options: &'o IngestOptions<'o>, file: FileId) -> Self {
        let batch = Batch { file, ..Batch::default() };
        Self {
            options,
            file,
            batch,
            components: HashMap::new(),
            streams: HashMap::new(),
            last: None,
            nearby: Nearby::default(),
            last_time: Millis::new(0),
            routine: Routine::default(),
        }
    }

    /// Goes on with the messages that are in mind already.
    pub(super) fn with_nearby(self, nearby: Nearby) -> Self {
        Self { nearby, ..self }
    }

    /// Returns the messages that are in mind.
    pub(super) fn into_nearby(self) -> Nearby {
        self.nearby
    }

    pub(super) fn is_full(&self) -> bool {
        self.batch.counted.len() >= MAX_BATCH_ENTRIES || self.batch.events.len() >= MAX_BATCH_EVENTS
    }

    /// Returns true where nothing was added to the batch yet.
    pub(super) fn is_empty(&self) -> bool {
        self.batch.counted.is_empty() && self.batch.gaps.is_empty()
    }

    /// Returns the batch so far and begins the next.
    pub(super) fn take(&mut self) -> Batch {
        self.components.clear();
        self.streams.clear();
        self.last = None;
        std::mem::replace(&mut self.batch, Batch { file: self.file, ..Batch::default() })
    }

    /// Adds a damaged part of the file. Its reason may quote what a server said, and is masked.
    pub(super) fn add_gap(&mut self, gap: Gap) {
        let Gap { from, to, reason } = gap;
        let reason = self.mask_reason(&reason);
        self.batch.gaps.push(NewGap { from, to, reason, time: self.last_time });
    }

    /// Adds an entry; its offset and length are those in the file.
    pub(super) fn add(&mut self, entry: &Entry<'_>) {
        self.last_time = entry.time;
        if !self.options.wants(entry.time) {
            return;
        }
        let (component, stream) = self.numbers(entry);
        let counted = Counted {
            component,
            stream,
            kind: entry.kind,
            level: entry.level(),
            time: entry.time,
            key: entry.seen_key(),
            text_bytes: u32::try_from(entry.text.len()).unwrap_or(u32::MAX),
        };
        let index = u32::try_from(self.batch.counted.len()).unwrap_or(u32::MAX);
        self.batch.counted.push(counted);
        if entry.is_message_body() {
            self.nearby.remember(entry);
        } else if let Some(event) = self.event(entry, counted.level, index) {
            self.batch.events.push(NewEvent { counted: index, ..event });
        }
    }

    /// Returns the indexes of the entry's component and stream in the batch.
    fn numbers(&mut self, entry: &Entry<'_>) -> (u32, u32) {
        let is_own = matches!(entry.id, EntryId::Iguana { .. });
        if is_own
            && let Some((name, component, stream)) = &self.last
            && **name == *entry.component
        {
            return (*component, *stream);
        }
        let component = number(&mut self.components, &mut self.batch.components, &entry.component);
        let stream = self.stream(entry);
        self.last = is_own.then(|| (entry.component.as_ref().into(), component, stream));
        (component, stream)
    }

    fn stream(&mut self, entry: &Entry<'_>) -> u32 {
        let name = match entry.stream() {
            Stream::Component(component) => Cow::Owned(format!("component {component}")),
            Stream::Server => Cow::Borrowed("server"),
            Stream::File => Cow::Owned(format!("file {}", self.file)),
        };
        number(&mut self.streams, &mut self.batch.streams, &name)
    }

    /// Returns the event that an entry is, if it is one, and notes what it does to courses.
    fn event(&mut self, entry: &Entry<'_>, level: Level, index: u32) -> Option<NewEvent> {
        let classifier = self.options.classifier;
        let raw = entry.text.get(..MAX_TEXT_BYTES).unwrap_or(&entry.text);
        if level == Level::Other && !classifier.may_match(raw) {
            return None;
        }
        if level == Level::Other
            && let Some(signals) = self.routine.signals(classifier, raw)
        {
            self.batch.marks.extend(signals.iter().map(|signal| mark(index, signal)));
            return None;
        }
        let text = self.mask(&entry.component, &decode_text(raw));
        let verdict = classifier.classify(&text);
        self.batch.marks.extend(classifier.signals(&verdict).map(|signal| mark(index, &signal)));
        if level == Level::Other && verdict.is_routine() {
            return None;
        }
        if level == Level::Other && verdict.rule.is_none() && verdict.outcome.is_none() {
            return None;
        }
        let class = Class::new(verdict, &text, self.options.fingerprinter);
        Some(self.new_event(entry, level, class, text))
    }

    /// Masks what a server or the system says is wrong.
    pub(super) fn mask_reason(&self, reason: &str) -> String {
        self.mask("", reason)
    }

    fn mask(&self, component: &str, text: &str) -> String {
        let plain;
        let text = if text.contains(ESCAPE) {
            plain = anstream::adapter::strip_str(text).to_string();
            unix_lines(&plain)
        } else {
            unix_lines(text)
        };
        let nearby = self.nearby.0.get(component).map(Vec::as_slice);
        let mask = AssertUnwindSafe(|| self.options.masker.mask(&text, nearby));
        catch_unwind(mask).unwrap_or_else(|_| WITHHELD.into())
    }

    fn new_event(
        &self,
        entry: &Entry<'_>,
        level: Level,
        class: Class<'_>,
        text: String,
    ) -> NewEvent {
        NewEvent {
            message: message_of(entry, &text),
            counted: 0,
            entry: entry.display_id(),
            tags: entry.tags.clone().into_owned(),
            problem: class.problem(self.options.server, &entry.component),
            severity: class.severity(level),
            outcome: class.outcome,
            captures: class.captures_json(),
            rule: class.rule_id().map(str::to_owned),
            template: class.template,
            cluster: class.cluster,
            text,
            offset: entry.offset,
            len: entry.len,
        }
    }
}

impl Nearby {
    /// Keeps the head of a message in mind.
    pub(super) fn remember(&mut self, entry: &Entry<'_>) {
        let head = entry.text.get(..MAX_NEARBY_BYTES).unwrap_or(&entry.text);
        match self.0.get_mut(&*entry.component) {
            Some(nearby) => {
                nearby.clear();
                nearby.extend_from_slice(head);
            }
            None => {
                self.0.insert(entry.component.as_ref().into(), head.to_vec());
            }
        }
    }
}

fn mark(counted: u32, signal: &Signal<'_>) -> NewMark {
    NewMark {
        counted,
        rule: signal.rule.into(),
        effect: signal.effect,
        scope: signal.scope,
        split: signal.split.as_str().into(),
    }
}

/// Returns the index of a name in a list, and adds it where it is not there.
fn number(known: &mut HashMap<Box<str>, u32>, list: &mut Vec<Box<str>>, name: &str) -> u32 {
    if let Some(index) = known.get(name) {
        return *index;
    }
    let index = u32::try_from(list.len()).unwrap_or(u32::MAX);
    list.push(name.into());
    known.insert(name.into(), index);
    index
}
