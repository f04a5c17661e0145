//! A follower over a directory, step by step, with clocks of the test's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use dewlap::catalogue::Catalogue;
use dewlap::classify::Classifier;
use dewlap::model::Millis;
use dewlap::parse::{Format, ParseOptions};
use dewlap::pipeline::{FileFollower, FileSource, IngestOptions, Moment, classes};
use dewlap::store::{Classes, Writer};
use dewlap::tail::Place;
use tempfile::TempDir;

use crate::reading;

pub(crate) const QUIET: Duration = Duration::from_secs(2);
const SITE_RULE: &str = include_str!("site.toml");

/// What classifies: the built-in rules, and the same with one of a site's own.
static RULES: LazyLock<[(Classifier, Classes); 2]> = LazyLock::new(|| {
    let local = TempDir::new().unwrap();
    fs::write(local.path().join("site.toml"), SITE_RULE).unwrap();
    let built_in = Catalogue::load(None, None).unwrap();
    let other = Catalogue::load(None, Some(local.path())).unwrap();
    [built_in, other].map(|catalogue| {
        let classifier = Classifier::new(&catalogue).unwrap();
        let classes = classes(&catalogue, &classifier);
        (classifier, classes)
    })
});

/// Returns the format of logs whose lines begin as `2026-09-07 00:00:00,000 ERROR gateway: ` does.
pub(crate) fn iso_level() -> Format {
    Format::from_name("iso-level", &reading::PARSE).unwrap()
}

/// A follower over a directory, with a store that outlives it.
pub(crate) struct Machine {
    pub(crate) source: FileSource,
    /// Which rules classify from the next start on.
    pub(crate) rules: usize,
    pub(crate) parse: ParseOptions,
    /// Time since some moment in the past.
    pub(crate) ticks: Duration,
    /// What the wall clock is set forward by, in milliseconds.
    pub(crate) shift: i64,
    db: PathBuf,
    server: String,
    running: Option<(Writer, FileFollower)>,
}

impl Machine {
    /// Follows `*.log` in a directory.
    pub(crate) fn new(directory: &Path, db: &Path, server: String) -> Self {
        let pattern = format!("{}/*.log", directory.display());
        let place = Place::pattern(&pattern).unwrap();
        Self::over(vec![place], Some(iso_level()), (db, server))
    }

    pub(crate) fn over(
        places: Vec<Place>,
        format: Option<Format>,
        (db, server): (&Path, String),
    ) -> Self {
        let mut machine = Self {
            source: FileSource { places, format, quiet: QUIET, own_log: None },
            rules: 0,
            parse: reading::PARSE.clone(),
            ticks: QUIET,
            shift: 0,
            db: db.into(),
            server,
            running: None,
        };
        machine.start();
        machine
    }

    pub(crate) fn start(&mut self) {
        let writer = Writer::spawn(&self.db, &self.server, &RULES[self.rules].1).unwrap();
        let follower = FileFollower::open(self.source.clone(), writer.handle()).unwrap();
        self.running = Some((writer, follower));
    }

    pub(crate) fn follower(&mut self) -> &mut FileFollower {
        &mut self.running.as_mut().unwrap().1
    }

    fn moment(&self) -> Moment {
        let since = i64::try_from(self.ticks.as_millis()).unwrap() + self.shift;
        Moment { now: Millis::new(1_790_000_000_000 + since), ticks: self.ticks }
    }

    /// Scans, and reads all unless it is only to look; scans anew where that is wanted.
    fn step(&mut self, is_reading: bool) {
        self.with_options(|follower, options, moment| {
            for _ in 0..6 {
                follower.wake_quiet(moment);
                follower.scan(options, moment).unwrap();
                while is_reading && follower.read(options, moment).unwrap() {}
                if !follower.is_scan_due() {
                    break;
                }
            }
        });
        self.ticks += Duration::from_millis(10);
    }

    /// Reads one turn of each file that waits; returns true where more is waiting.
    pub(crate) fn turn(&mut self) -> bool {
        let turn = |follower: &mut FileFollower, options: &IngestOptions<'_>, moment| {
            follower.read(options, moment).unwrap()
        };
        let is_more = self.with_options(turn);
        self.flush();
        is_more
    }

    fn with_options<T>(
        &mut self,
        run: impl FnOnce(&mut FileFollower, &IngestOptions<'_>, Moment) -> T,
    ) -> T {
        let moment = self.moment();
        let options = reading::options(&self.server, &RULES[self.rules].0);
        let options = IngestOptions { parse: &self.parse, ..options };
        let (_, follower) = self.running.as_mut().unwrap();
        run(follower, &options, moment)
    }

    fn flush(&self) {
        self.running.as_ref().unwrap().0.flush().unwrap();
    }

    /// Scans and reads.
    pub(crate) fn read(&mut self) {
        self.step(true);
        self.flush();
    }

    /// Scans only.
    pub(crate) fn look(&mut self) {
        self.step(false);
        self.flush();
    }

    /// Reads after nothing has happened for a while.
    pub(crate) fn read_quiet(&mut self) {
        self.read();
        self.ticks += QUIET;
        self.read();
    }

    /// Reads, and is killed while that is committed.
    pub(crate) fn kill(&mut self) {
        self.step(true);
        if let Some((writer, follower)) = self.running.take() {
            drop(follower);
            writer.abandon().unwrap();
        }
        self.start();
    }

    pub(crate) fn stop(&mut self) {
        if let Some((writer, follower)) = self.running.take() {
            drop(follower);
            writer.finish().unwrap();
        }
    }

    pub(crate) fn restart(&mut self) {
        self.stop();
        self.start();
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.stop();
    }
}
