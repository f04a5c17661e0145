//! Reads a source over HTTP, one answer a step.
//!
//! To the store a source is a file: its path is the address, its bytes are those of all answers, one
//! behind the other, and where reading goes on is what `api` says, in the transaction that holds
//! the entries.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use super::digest::Digest;
use super::ingest::IngestOptions;
use crate::api::{AskError, Backoff, Facts, Failure, Interface, Page, Poller, SourceOptions};
use crate::model::{Entry, EntryId, Millis};
use crate::parse::{Format, Gap, Item, ParseOptions, Parser, Window};
use crate::store::{
    Batch, Evidence, KnownFile, Position, StoreError, Tally, WriterHandle, short_hash,
};

/// A position that brought no entries is stored so often, in milliseconds.
const IDLE: i64 = 300_000;

/// A source over HTTP that is being followed.
pub struct PollSource<'o> {
    poller: Poller,
    options: &'o IngestOptions<'o>,
    parse: ParseOptions,
    format: Format,
    writer: WriterHandle,
    digest: Digest<'o>,
    /// The address, for logs.
    url: String,
    /// Bytes of all answers so far, and entries in them.
    place: (u64, u64),
    backoff: Backoff,
    state: SourceState,
    /// Lanes without an answer.
    failing: BTreeSet<String>,
    /// When a position was stored last.
    stored: Millis,
}

/// How a source is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SourceState {
    /// It has not been asked yet.
    #[default]
    New,
    /// All of it answers.
    Up,
    /// It, or a part of it, does not answer.
    Down {
        /// Since when, by the clock.
        since: Millis,
        /// Why, masked.
        reason: String,
    },
}

/// What a step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PollStep {
    /// How long to wait before the next step.
    pub wait: Duration,
    /// What was new. Its duplicates are those that another source had brought.
    pub tally: Tally,
    /// Entries that were asked for a second time, so as to miss none.
    pub repeated: u64,
    /// True where the step was told to stop, and nothing is to be waited for.
    pub is_stopped: bool,
}

impl<'o> PollSource<'o> {
    /// Finds the source among those that were read before, or notes it. Asks nothing yet.
    ///
    /// `options` are those of the source's own server; its `parse.zone` is replaced by the
    /// source's. The seed decides how waits after failures are spread.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] where the store's thread has ended.
    pub fn open(
        source: SourceOptions,
        options: &'o IngestOptions<'o>,
        writer: WriterHandle,
        (now, seed): (Millis, u64),
    ) -> Result<Self, StoreError> {
        let (url, format) = (source.url(), source.interface.format());
        let mut parse = options.parse.clone();
        if let Interface::ApiQuery { zone, .. } = &source.interface {
            parse.zone = zone.clone();
        }
        let known = find(&url, &format, &writer)?;
        Ok(Self {
            poller: Poller::new(source, known.resume.as_deref(), now),
            options,
            parse,
            format,
            digest: Digest::new(options, known.id),
            writer,
            url,
            place: (known.offset, known.entries_before),
            backoff: Backoff::new(seed),
            state: SourceState::New,
            failing: BTreeSet::new(),
            stored: Millis::new(i64::MIN),
        })
    }

    /// Returns how the source is.
    #[must_use]
    pub fn state(&self) -> &SourceState {
        &self.state
    }

    /// Asks one question, and stores the answer with the position behind it.
    ///
    /// A request in flight is given up where the options' `stop` is set. What goes wrong with the
    /// source is told by [`PollSource::state`], logged once, and tried again.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] where the store's thread has ended.
    pub fn step(&mut self, now: Millis) -> Result<PollStep, StoreError> {
        let asked = self.poller.ask(now, self.options.stop);
        let names = self.poller.take_names();
        if !names.is_empty() {
            self.writer.name_components(names)?;
        }
        match asked {
            Ok(Some(page)) => self.keep(&page, now),
            Ok(None) => Ok(PollStep { is_stopped: true, ..PollStep::default() }),
            Err(failure) => {
                let wait = self.fail(&failure, now);
                Ok(PollStep { wait, ..PollStep::default() })
            }
        }
    }

    /// Stores a page.
    fn keep(&mut self, page: &Page, now: Millis) -> Result<PollStep, StoreError> {
        let mut facts = Facts::default();
        let mut tally = Tally::default();
        let n_read = self.digest_page(page, &mut facts, &mut tally)?;
        let settled = self.poller.settle(page, &facts, now);
        if let Some(reason) = &settled.loss {
            tracing::error!(source = self.url, lane = page.lane, reason, "entries may be lost");
            // Behind the answer, at a place that no damage in it has.
            let (at, reason) = (self.place.0 + page.body.len() as u64, reason.clone());
            self.digest.add_gap(Gap { from: at, to: at, reason });
            self.place.0 += 1;
        }
        let is_idle = facts.n_items + facts.n_foreign == 0 && settled.loss.is_none();
        if !is_idle || now.get().saturating_sub(self.stored.get()) >= IDLE {
            self.place.0 += page.body.len() as u64;
            self.place.1 += u64::from(facts.n_items).saturating_sub(n_read);
            let mut batch = self.digest.take(None);
            batch.resume = Some(settled.resume);
            batch.position = Some(position(self.place));
            self.commit(batch, &mut tally)?;
            self.stored = now;
        }
        self.poller.note_late(page, n_read.saturating_sub(tally.duplicates));
        let repeated = n_read.min(tally.duplicates);
        tally.duplicates -= repeated;
        let wait = match settled.trouble {
            Some(error) => self.fail(&Failure { lane: page.lane.clone(), error }, now),
            None => self.succeed(settled.wait),
        };
        Ok(PollStep { wait, tally, repeated, is_stopped: false })
    }

    /// Hands on every item of a page; returns how many entries were in an answer before.
    ///
    /// What fills a batch is committed without a position: if the rest fails, it is read again.
    fn digest_page(
        &mut self,
        page: &Page,
        facts: &mut Facts,
        tally: &mut Tally,
    ) -> Result<u64, StoreError> {
        let mut parser = Parser::new(&self.format, &page.body, &self.parse);
        let window = Window { bytes: &page.body, offset: 0, is_last: true };
        let (mut at, mut n_read) = (0, 0);
        while let Some(item) = parser.next(window, &mut at) {
            match item {
                Item::Entry(entry) => {
                    let mut entry = self.named(entry, page);
                    if page.is_of_lane(&entry.component) {
                        facts.add(entry.time);
                        n_read += u64::from(self.poller.has_read(page, entry.time));
                    } else {
                        facts.add_foreign();
                    }
                    entry.offset += self.place.0;
                    self.digest.add(&entry);
                }
                Item::Gap(gap) => self.add_damage(gap, page, facts),
            }
            if self.digest.is_full() {
                let batch = self.digest.take(None);
                self.commit(batch, tally)?;
            }
        }
        Ok(n_read)
    }

    fn commit(&self, batch: Batch, tally: &mut Tally) -> Result<(), StoreError> {
        tally.add(&self.writer.commit_and_count(batch)?);
        Ok(())
    }

    /// Adds a damaged part, unless the answer before had it as well.
    fn add_damage(&mut self, mut gap: Gap, page: &Page, facts: &mut Facts) {
        let index = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = page.body.get(index(gap.from)..index(gap.to)).unwrap_or_default();
        let mark = self.options.masker.number(bytes);
        facts.add_damage(mark);
        if !self.poller.has_damage(page, mark) {
            gap.from += self.place.0;
            gap.to += self.place.0;
            self.digest.add_gap(gap);
        }
    }

    /// Returns an entry that is known again when it comes a second time, whatever it lacks.
    fn named<'e>(&self, mut entry: Entry<'e>, page: &Page) -> Entry<'e> {
        if entry.time == Millis::default() {
            entry.time = page.from;
        }
        if entry.component.is_empty() && !page.lane.is_empty() {
            entry.component = Cow::Owned(page.lane.clone());
        }
        let index = match &entry.id {
            EntryId::Named(id) if self.format == Format::Ndjson => id.parse().ok(),
            _ => None,
        };
        if let Some(index) = index {
            entry.id = EntryId::Iguana { index };
        } else if entry.id == EntryId::Place {
            let component = entry.component.as_bytes();
            let content = [component, &entry.time.get().to_le_bytes(), &entry.text].concat();
            let number = self.options.masker.number(&content);
            entry.id = EntryId::Named(format!("n{number:016x}").into());
        }
        entry
    }

    /// Notes an answer; returns how long to wait.
    fn succeed(&mut self, wait: Duration) -> Duration {
        self.backoff.succeed();
        let poller = &self.poller;
        self.failing.retain(|lane| poller.is_failing(lane));
        if self.failing.is_empty() {
            if matches!(self.state, SourceState::Down { .. }) {
                tracing::info!(source = self.url, "source answers again");
            }
            self.state = SourceState::Up;
        }
        wait
    }

    /// Notes that there was no answer, or not the right one; returns how long to wait.
    fn fail(&mut self, failure: &Failure, now: Millis) -> Duration {
        let Failure { lane, error } = failure;
        let reason = self.reason(error);
        if self.failing.insert(lane.clone()) {
            let (source, error) = (&self.url, &reason);
            tracing::warn!(source, lane, error, "source does not answer; trying again");
        }
        let since = match &self.state {
            SourceState::Down { since, .. } => *since,
            SourceState::New | SourceState::Up => now,
        };
        self.state = SourceState::Down { since, reason };
        self.backoff.fail(error.first_wait(), error.asked_wait())
    }

    /// Returns why there was no answer, masked: a server may quote a message.
    fn reason(&self, error: &AskError) -> String {
        self.digest.mask_reason(&error.with_causes())
    }
}

/// Finds a source among those that were read before, or notes it.
fn find(url: &str, format: &Format, writer: &WriterHandle) -> Result<KnownFile, StoreError> {
    // No file begins so; what is a source to one server is another source to another.
    let head = format!("dewlap source {} {url}\n", format.name()).into_bytes();
    let head = head.get(..Evidence::HEAD_BYTES).map_or(head.clone(), <[u8]>::to_vec);
    let evidence = Evidence { path: url.into(), format: format.name().into(), head };
    let known = writer.known_files(&evidence)?;
    if let Some(known) = known.into_iter().find(|file| file.path == url) {
        return Ok(known);
    }
    let id = writer.register(&evidence, None)?;
    Ok(KnownFile::unread(id, &evidence))
}

/// Returns the position behind so many bytes and entries.
fn position((offset, entries_before): (u64, u64)) -> Position {
    Position {
        offset,
        guard: short_hash(&[]),
        read_to: offset,
        size: offset,
        entries_before,
        ..Position::default()
    }
}
