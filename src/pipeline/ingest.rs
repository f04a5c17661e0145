//! Reads all inputs once, into the store.

use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rayon::ThreadPoolBuilder;

use super::feed::Feed;
use super::identify::{Trust, identify};
use super::lane::Lane;
use super::log::{Log, LogError, stopped};
use crate::archive::{self, Discovery, Input, Member, Skipped};
use crate::catalogue::Catalogue;
use crate::classify::{Classifier, Fingerprinter};
use crate::model::Millis;
use crate::parse::{Format, ParseOptions, Parser, Unreadable, detect};
use crate::redact::Masker;
use crate::store::{
    Classes, Evidence, KnownFile, NewGap, Patience, StoreError, Tally, Writer, WriterHandle,
};

/// How long a transaction waits for more batches: those that a killed run did not commit are read
/// again. Batches of a usual log come one by one, since the writer is done with each before the next.
const LINGER: Patience = Patience { each: Duration::from_millis(100), waits: 128 };
/// First bytes that the format is told from.
pub(super) const HEAD_BYTES: usize = 64 * 1024;

/// How to read.
pub struct IngestOptions<'o> {
    /// The Iguana server that the logs come from.
    pub server: &'o str,
    /// Explains texts.
    pub classifier: &'o Classifier,
    /// Groups what no rule explains.
    pub fingerprinter: &'o Fingerprinter,
    /// Hides patients.
    pub masker: &'o Masker,
    /// How formats are read.
    pub parse: &'o ParseOptions,
    /// The format of all inputs; `None`: told from the content of each.
    pub format: Option<Format>,
    /// Only entries at or after this time.
    pub since: Option<Millis>,
    /// Only entries before this time.
    pub until: Option<Millis>,
    /// Set to end after the current batch.
    pub stop: &'o AtomicBool,
    /// Counts bytes as they are read.
    pub progress: &'o AtomicU64,
}

/// How hard a batch run may work.
pub struct Effort<'e> {
    /// Threads that read and judge; the store's writer is one more.
    pub threads: NonZeroUsize,
    /// Told of the bytes of each block that was read; may wait, to keep to a rate.
    pub pace: &'e (dyn Fn(u64) + Sync),
}

impl IngestOptions<'_> {
    /// Returns true where an entry of this time is wanted.
    #[must_use]
    pub fn wants(&self, time: Millis) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }

    /// Returns true where all entries are wanted, so that a position can stand for them.
    pub(super) fn wants_all(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }
}

/// Returns what a store keeps of a catalogue.
#[must_use]
pub fn classes(catalogue: &Catalogue, classifier: &Classifier) -> Classes {
    Classes { hash: catalogue.hash().into(), thresholds: classifier.thresholds() }
}

/// Why a batch run ended early.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The store failed. All that was committed is kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system has no room for more threads.
    #[error("failed to start {threads} threads")]
    Threads {
        /// How many.
        threads: NonZeroUsize,
        /// Why.
        source: rayon::ThreadPoolBuildError,
    },
}

/// A damaged part of a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileGap {
    /// The log.
    pub path: String,
    /// Offset of the first damaged byte.
    pub from: u64,
    /// Offset of the first byte after them.
    pub to: u64,
    /// What is wrong with them.
    pub reason: String,
}

impl FileGap {
    pub(super) fn of(path: &str, gap: &NewGap) -> Self {
        Self { path: path.into(), from: gap.from, to: gap.to, reason: gap.reason.clone() }
    }
}

/// What a run read.
#[derive(Debug, Default)]
pub struct Summary {
    /// Logs read; each member of an archive is one.
    pub files: u64,
    /// Bytes of logs read, after decompression.
    pub bytes: u64,
    /// Logs by format.
    pub formats: BTreeMap<String, u64>,
    /// What was new.
    pub tally: Tally,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    /// Damaged parts.
    pub gaps: Vec<FileGap>,
    /// True where the run was stopped.
    pub is_interrupted: bool,
    /// True where times without a zone were read.
    pub has_local_times: bool,
}

/// Reads everything that was found, and commits it through the writer.
///
/// Each batch is committed with its position, so a run that ends early is continued by the next. One
/// thread reads the files, one after another; what may be events is judged by all threads, which
/// also parse large files where there are more than two, and committed in the order of reading. The
/// store's writer is a thread of its own.
///
/// # Errors
///
/// Returns [`IngestError`] where the store fails or threads cannot be started. An input that cannot be read is listed in
/// [`Summary::skipped`] and the rest is read.
pub fn ingest(
    found: Discovery,
    options: &IngestOptions<'_>,
    effort: &Effort<'_>,
    writer: Writer,
) -> Result<Summary, IngestError> {
    let threads = effort.threads;
    let pool = ThreadPoolBuilder::new().num_threads(threads.get()).build();
    let pool = pool.map_err(|source| IngestError::Threads { threads, source })?;
    let summary = Summary { skipped: found.skipped, ..Summary::default() };
    let outcome = pool.scope_fifo(|scope| {
        let writer = writer.handle();
        let again = HashSet::new();
        let lane = Lane::new(scope, options, writer.clone());
        let run = Run { options, pace: effort.pace, writer, lane, summary, again };
        run.read_all(&found.inputs, found.names)
    });
    match (outcome, writer.finish()) {
        (_, Err(error)) | (Err(error), Ok(_)) => Err(error.into()),
        (Ok(mut summary), Ok(tally)) => {
            summary.tally.add(&tally);
            summary.skipped.sort();
            summary.skipped.dedup();
            Ok(summary)
        }
    }
}

/// One run over all inputs.
struct Run<'r, 'o> {
    options: &'o IngestOptions<'o>,
    pace: &'r (dyn Fn(u64) + Sync),
    writer: WriterHandle,
    lane: Lane<'r, 'o>,
    summary: Summary,
    /// Streams that looked like known ones and are not: to be read again, as new.
    again: HashSet<String>,
}

impl Run<'_, '_> {
    fn read_all(
        mut self,
        inputs: &[Input],
        names: Vec<(String, String)>,
    ) -> Result<Summary, StoreError> {
        self.writer.linger(LINGER)?;
        self.writer.name_components(names)?;
        for input in inputs {
            self.read_input(input)?;
            if !self.again.is_empty() {
                self.read_input(input)?;
                self.again.clear();
            }
            if self.is_stopped() {
                break;
            }
        }
        self.summary.gaps = self.lane.end()?;
        Ok(self.summary)
    }

    fn is_stopped(&mut self) -> bool {
        self.summary.is_interrupted |= self.options.stop.load(Ordering::Relaxed);
        self.summary.is_interrupted
    }

    fn read_input(&mut self, input: &Input) -> Result<(), StoreError> {
        let wanted = std::mem::take(&mut self.again);
        let visited = archive::read(input, self.options.progress, &mut |member| {
            if self.is_stopped() || (!wanted.is_empty() && !wanted.contains(&member.path)) {
                return Ok(());
            }
            let is_fresh = wanted.contains(&member.path);
            self.read_member(member, is_fresh)
        })?;
        self.summary.skipped.extend(visited.skipped);
        self.writer.name_components(visited.names)
    }

    /// Reads one log; what cannot be read is noted.
    fn read_member(&mut self, member: Member<'_>, is_fresh: bool) -> Result<(), StoreError> {
        let path = member.path.clone();
        match self.read_log(member, is_fresh) {
            Ok(()) => Ok(()),
            Err(LogError::Store(error)) => Err(error),
            Err(LogError::Read(error)) => {
                self.skip(path, stopped(&error));
                Ok(())
            }
            Err(LogError::Unreadable(reason)) => {
                self.skip(path, reason.to_string());
                Ok(())
            }
        }
    }

    fn skip(&mut self, path: String, reason: String) {
        self.summary.skipped.push(Skipped { path, reason });
    }

    fn read_log(&mut self, member: Member<'_>, is_fresh: bool) -> Result<(), LogError> {
        let options = self.options;
        let (mut feed, mut map) = Feed::open(member.body, options.progress);
        let window = feed.window().bytes;
        let head = window.get(..HEAD_BYTES).unwrap_or(window).to_vec();
        if head.is_empty() {
            self.summary.files += 1;
            return feed.failure.map_or(Ok(()), |failure| Err(failure.into()));
        }
        let format = self.format_of(&head, &member.path, member.is_daily_name)?;
        let evidence = Evidence {
            path: member.path,
            format: format.name().to_owned(),
            head: feed.head.clone(),
        };
        let trust =
            Trust { is_mirrored: format == Format::IguanaX, is_fresh, is_once: member.is_once };
        let log = (&mut feed, &mut map);
        let to_store = (&self.lane, &self.writer);
        let Some(identified) = identify(log, &evidence, to_store, trust)? else {
            self.again.insert(evidence.path);
            return Ok(());
        };
        self.note_log(&format, &identified.file);
        let parser = Parser::new(&format, &head, options.parse);
        let log = Log::new(feed, map, parser, identified, &evidence.path);
        log.read(self.pace, &mut self.lane, &mut self.summary)
    }

    fn format_of(
        &self,
        head: &[u8],
        path: &str,
        is_daily_name: bool,
    ) -> Result<Format, Unreadable> {
        if let Some(format) = &self.options.format {
            return Ok(format.clone());
        }
        detect(head, path, self.options.parse).map_err(|reason| match reason {
            Unreadable::Unknown if is_daily_name => Unreadable::ClassicDaily,
            reason => reason,
        })
    }

    fn note_log(&mut self, format: &Format, known: &KnownFile) {
        self.summary.files += 1;
        *self.summary.formats.entry(format.name().to_owned()).or_default() += 1;
        self.summary.has_local_times |= !matches!(format, Format::IguanaX | Format::Ndjson);
        self.summary.tally.duplicates += known.entries_before;
    }
}
