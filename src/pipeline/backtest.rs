//! Decides stored events anew with another catalogue, and tells what would change.
//!
//! Entry point: [`backtest`]. The calling thread reads events in chunks and hands them to the
//! deciding threads over a channel of a few chunks; where they are slow, reading waits.
//!
//! **Invariant:** the catalogue that decided the events changes nothing, and the answer does not
//! depend on the number of threads.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::class::Class;
use super::coverage::{Explained, Shares};
use crate::catalogue::{Catalogue, Rule};
use crate::classify::{Classifier, Fingerprinter};
use crate::store::{Store, StoreError, StoredClass, Window};

/// Events that are handed over at once.
const CHUNK_EVENTS: usize = 512;
/// Chunks that may wait for a thread.
const WAITING_CHUNKS: usize = 4;
/// Texts whose class each thread remembers, because most come again,
const MAX_REMEMBERED: usize = 16_384;
/// and how long they may be.
const MAX_REMEMBERED_BYTES: usize = 4 * 1024;
/// Texts that are shown of each change.
const MAX_SAMPLES: usize = 3;

/// What is compared.
#[derive(Clone, Debug)]
pub struct BacktestOptions<'o> {
    /// The events.
    pub window: Window,
    /// The catalogue that is tried.
    pub catalogue: &'o Catalogue,
    /// The same, made ready.
    pub classifier: &'o Classifier,
    /// The catalogue in use: it tells which rules are fallbacks, and which are new or gone.
    pub present: &'o Catalogue,
    /// Threads that decide.
    pub threads: NonZero<usize>,
}

/// What a catalogue would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backtest {
    /// Content hash of the catalogue that was tried.
    pub catalogue: String,
    /// The catalogues that decided the stored classes, with events, most first.
    pub deciding: Vec<(String, u64)>,
    /// How all events are explained now.
    pub before: Shares,
    /// How they would be.
    pub after: Shares,
    /// Events that would get another rule: lost, moved, gained, each with the most events first.
    pub changes: Vec<Change>,
    /// Events that would keep their rule and differ otherwise, most events first.
    pub lesser: Vec<LesserChange>,
    /// Rules that the catalogue in use has not.
    pub new_rules: Vec<String>,
    /// Rules that only the catalogue in use has.
    pub gone_rules: Vec<String>,
}

/// What a change does to the knowledge of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// A rule explained it, now none does, or only a fallback.
    Lost,
    /// Another rule explains it.
    Moved,
    /// None explained it, now one does.
    Gained,
}

impl ChangeKind {
    /// Every kind, the worst first.
    pub const ALL: [Self; 3] = [Self::Lost, Self::Moved, Self::Gained];

    /// Returns the name used in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Moved => "moved",
            Self::Gained => "gained",
        }
    }
}

/// Events that would get another rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it does to them.
    pub kind: ChangeKind,
    /// Their rule.
    pub before: Option<String>,
    /// The rule that they would get.
    pub after: Option<String>,
    /// True where that one is a fallback.
    pub is_to_fallback: bool,
    /// How many.
    pub events: u64,
    /// Why their rule does not explain the first sample.
    pub why: Option<String>,
    /// At most three different texts, those that were read first.
    pub samples: Vec<SampleText>,
}

/// Events that would keep their rule and differ otherwise; one event may differ in several ways.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LesserChange {
    /// Their rule; `None`: unknowns.
    pub rule: Option<String>,
    /// How many.
    pub events: u64,
    /// Those with other captures.
    pub captures: u64,
    /// Those with another outcome.
    pub outcome: u64,
    /// Those with another severity.
    pub severity: u64,
    /// Those that would count for another problem.
    pub regrouped: u64,
    /// At most three different texts, those that were read first.
    pub samples: Vec<SampleText>,
}

/// A masked text, and the event that has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SampleText {
    number: i64,
    /// The event.
    pub id: String,
    /// Its text.
    pub text: String,
}

impl Backtest {
    /// Returns how many events were looked at.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.before.total()
    }

    /// Returns how many events would change in this way.
    #[must_use]
    pub fn changed(&self, kind: ChangeKind) -> u64 {
        self.changes.iter().filter(|change| change.kind == kind).map(|change| change.events).sum()
    }

    /// Returns true where no event would change.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.changes.is_empty() && self.lesser.is_empty()
    }
}

/// Decides stored events anew, and compares.
///
/// Of entries that are no event, the store has no text: what a catalogue would gain there is not
/// seen.
///
/// # Errors
///
/// Returns [`StoreError`] where the store cannot be read.
pub fn backtest(store: &Store, options: &BacktestOptions<'_>) -> Result<Backtest, StoreError> {
    let deciding = store.deciding_catalogues(&options.window)?;
    let (sender, receiver) = sync_channel(WAITING_CHUNKS);
    // Only the threads hold the receiver, so that sending fails where all of them are gone.
    let receiver = Arc::new(Mutex::new(receiver));
    let (read, tallies) = std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for _ in 0..options.threads.get() {
            let receiver = Arc::clone(&receiver);
            threads.push(scope.spawn(move || decide_chunks(options, &receiver)));
        }
        drop(receiver);
        let read = send_chunks(store, &options.window, &sender);
        drop(sender);
        let tallies = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        (read, tallies.collect::<Vec<Tally>>())
    });
    read?;
    let mut sum = Tally::default();
    for tally in tallies {
        sum.add(tally);
    }
    Ok(sum.finish(options, deciding))
}

fn send_chunks(
    store: &Store,
    window: &Window,
    sender: &SyncSender<Vec<StoredClass>>,
) -> Result<(), StoreError> {
    let mut chunk = Vec::with_capacity(CHUNK_EVENTS);
    store.for_each_class(window, |event| {
        chunk.push(event);
        if chunk.len() < CHUNK_EVENTS {
            return true;
        }
        let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK_EVENTS));
        sender.send(full).is_ok()
    })?;
    // Threads that are gone have panicked, which is told when they are joined.
    drop(sender.send(chunk));
    Ok(())
}

/// Decides chunk after chunk, until there are no more.
fn decide_chunks<'o>(
    options: &'o BacktestOptions<'o>,
    chunks: &Mutex<Receiver<Vec<StoredClass>>>,
) -> Tally<'o> {
    let mut comparison = Comparison::new(options);
    loop {
        let chunk = chunks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(chunk) = chunk else { return comparison.tally };
        for event in chunk {
            comparison.add(event);
        }
    }
}

/// The work of one thread.
struct Comparison<'o> {
    options: &'o BacktestOptions<'o>,
    fingerprinter: Fingerprinter,
    remembered: HashMap<String, Class<'o>>,
    tally: Tally<'o>,
}

impl<'o> Comparison<'o> {
    fn new(options: &'o BacktestOptions<'o>) -> Self {
        let fingerprinter = Fingerprinter::new();
        Self { options, fingerprinter, remembered: HashMap::new(), tally: Tally::default() }
    }

    fn add(&mut self, event: StoredClass) {
        if let Some(class) = self.remembered.get(&event.text) {
            self.tally.compare(self.options, event, class);
            return;
        }
        let verdict = self.options.classifier.classify(&event.text);
        let class = Class::new(&verdict, &event.text, &self.fingerprinter);
        let is_short = event.text.len() <= MAX_REMEMBERED_BYTES;
        let text = is_short.then(|| event.text.clone());
        self.tally.compare(self.options, event, &class);
        if let Some(text) = text {
            if self.remembered.len() >= MAX_REMEMBERED {
                self.remembered.clear();
            }
            self.remembered.insert(text, class);
        }
    }
}

/// Rule before and after.
type Move<'o> = (Option<String>, Option<&'o str>);

/// What was found so far.
#[derive(Default)]
struct Tally<'o> {
    before: Shares,
    after: Shares,
    moves: BTreeMap<Move<'o>, (u64, Vec<SampleText>)>,
    lesser: BTreeMap<Option<&'o str>, LesserChange>,
}

impl<'o> Tally<'o> {
    fn compare(&mut self, options: &BacktestOptions<'_>, event: StoredClass, now: &Class<'o>) {
        let rule = now.rule_id();
        let before = explained_before(options, event.rule.as_deref());
        let after = Explained::by(rule, options.catalogue);
        self.before.add(Shares::of(before, 1));
        self.after.add(Shares::of(after, 1));
        let is_degraded = before == Explained::Known && after == Explained::Fallback;
        if event.rule.as_deref() == rule && !is_degraded {
            self.compare_rest(event, now);
            return;
        }
        let (events, samples) = self.moves.entry((event.rule, rule)).or_default();
        *events += 1;
        keep_sample(samples, event.number, event.id, event.text);
    }

    /// Compares what is left where the rule is the same.
    fn compare_rest(&mut self, event: StoredClass, class: &Class<'o>) {
        let changes = [
            event.captures != *class.captures,
            event.outcome != class.outcome,
            event.severity != class.severity(event.level),
            event.problem != class.problem(&event.server, &event.component).key,
        ];
        if !changes.contains(&true) {
            return;
        }
        let row = self.lesser.entry(class.rule_id()).or_default();
        let [captures, outcome, severity, regrouped] = changes.map(u64::from);
        row.events += 1;
        row.captures += captures;
        row.outcome += outcome;
        row.severity += severity;
        row.regrouped += regrouped;
        keep_sample(&mut row.samples, event.number, event.id, event.text);
    }

    /// Adds what another thread found.
    fn add(&mut self, other: Self) {
        self.before.add(other.before);
        self.after.add(other.after);
        for (rules, (events, samples)) in other.moves {
            let row = self.moves.entry(rules).or_default();
            row.0 += events;
            add_samples(&mut row.1, samples);
        }
        for (rule, more) in other.lesser {
            let row = self.lesser.entry(rule).or_default();
            row.events += more.events;
            row.captures += more.captures;
            row.outcome += more.outcome;
            row.severity += more.severity;
            row.regrouped += more.regrouped;
            add_samples(&mut row.samples, more.samples);
        }
    }

    fn finish(self, options: &BacktestOptions<'_>, deciding: Vec<(String, u64)>) -> Backtest {
        let changes = self.moves.into_iter();
        let mut changes: Vec<Change> =
            changes.map(|(rules, row)| change(options, rules, row)).collect();
        // Sorting is stable: rows that weigh the same stay in the order of their rules.
        changes.sort_by_key(|change| (change.kind, std::cmp::Reverse(change.events)));
        let lesser = self.lesser.into_iter();
        let mut lesser: Vec<LesserChange> = lesser
            .map(|(rule, row)| LesserChange { rule: rule.map(str::to_owned), ..row })
            .collect();
        lesser.sort_by_key(|row| std::cmp::Reverse(row.events));
        Backtest {
            catalogue: options.catalogue.hash().into(),
            deciding,
            before: self.before,
            after: self.after,
            changes,
            lesser,
            new_rules: only_in(options.catalogue, options.present),
            gone_rules: only_in(options.present, options.catalogue),
        }
    }
}

fn change(
    options: &BacktestOptions<'_>,
    (before, after): Move<'_>,
    (events, samples): (u64, Vec<SampleText>),
) -> Change {
    let rule = |id: &str| options.catalogue.rule(id);
    let explained = Explained::by(after, options.catalogue);
    let kind = match (explained_before(options, before.as_deref()), explained) {
        (Explained::Unknown, _) => ChangeKind::Gained,
        (_, Explained::Unknown) | (Explained::Known, Explained::Fallback) => ChangeKind::Lost,
        _ => ChangeKind::Moved,
    };
    let is_to_fallback = explained == Explained::Fallback;
    let why = before.as_deref().zip(samples.first()).and_then(|(before, sample)| {
        let Some(rule) = rule(before) else {
            return Some("this catalogue does not have the rule".to_owned());
        };
        Some(options.classifier.miss(rule, &sample.text)?.to_string())
    });
    Change { kind, before, after: after.map(str::to_owned), is_to_fallback, events, why, samples }
}

/// Returns how an event with this rule is explained: the catalogue in use says, and of rules that it
/// does not have, the one that is tried.
fn explained_before(options: &BacktestOptions<'_>, id: Option<&str>) -> Explained {
    let is_present = id.is_none_or(|id| options.present.rule(id).is_some());
    Explained::by(id, if is_present { options.present } else { options.catalogue })
}

fn only_in(this: &Catalogue, other: &Catalogue) -> Vec<String> {
    let is_only_here = |rule: &&Rule| other.rule(rule.id.as_str()).is_none();
    this.rules().iter().filter(is_only_here).map(|rule| rule.id.to_string()).collect()
}

/// Keeps a text where there is room and none like it. Each thread meets events in the order in
/// which they were read.
fn keep_sample(samples: &mut Vec<SampleText>, number: i64, id: String, text: String) {
    if samples.len() < MAX_SAMPLES && samples.iter().all(|sample| sample.text != text) {
        samples.push(SampleText { number, id, text });
    }
}

/// Keeps those of two lists that were read first.
fn add_samples(samples: &mut Vec<SampleText>, more: Vec<SampleText>) {
    samples.extend(more);
    samples.sort();
    let all = std::mem::take(samples);
    for sample in all {
        keep_sample(samples, sample.number, sample.id, sample.text);
    }
}
