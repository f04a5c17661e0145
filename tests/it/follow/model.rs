//! Random histories of a log, and a follower that is killed, restarted and given other rules in
//! between: each entry is stored once, in the order of its file.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use dewlap::catalogue::Catalogue;
use dewlap::classify::{Classifier, Fingerprinter};
use dewlap::model::Millis;
use dewlap::parse::{Format, ParseOptions};
use dewlap::pipeline::{FileFollower, FileSource, IngestOptions, Moment, classes};
use dewlap::redact::{Masker, PseudonymKey};
use dewlap::store::{Classes, Writer};
use dewlap::tail::Place;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rusqlite::Connection;
use tempfile::TempDir;

use super::world::{World, time_of};

const QUIET: Duration = Duration::from_secs(2);

/// What may happen to a log, or to the one who reads it.
#[derive(Clone, Debug)]
enum Op {
    Write(usize),
    WriteHalf(usize),
    Rotate(usize),
    CopyTruncate,
    Rewrite(usize),
    Delete,
    Gzip(usize),
    /// The follower scans and reads.
    Read,
    /// It only scans.
    Look,
    /// It reads after nothing has happened for a while.
    ReadQuiet,
    /// It is killed while it reads.
    Kill,
    Restart,
    /// It goes on with another catalogue.
    Reload,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (1_usize..6).prop_map(Op::Write),
        3 => (1_usize..100).prop_map(Op::WriteHalf),
        3 => (1_usize..6).prop_map(Op::Rotate),
        2 => Just(Op::CopyTruncate),
        1 => (0_usize..3).prop_map(Op::Rewrite),
        1 => Just(Op::Delete),
        2 => (1_usize..4).prop_map(Op::Gzip),
        6 => Just(Op::Read),
        1 => Just(Op::Look),
        2 => Just(Op::ReadQuiet),
        2 => Just(Op::Kill),
        1 => Just(Op::Restart),
        1 => Just(Op::Reload),
    ]
}

/// What classifies: the built-in rules, and the same less one.
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

const SITE_RULE: &str = include_str!("site.toml");

fn iso_level() -> Format {
    Format::from_name("iso-level", &ParseOptions::default()).unwrap()
}

/// A follower over a directory, with a store that outlives it.
struct Machine {
    directory: PathBuf,
    db: PathBuf,
    server: String,
    rules: usize,
    ticks: Duration,
    masker: Masker,
    running: Option<(Writer, FileFollower)>,
}

impl Machine {
    fn new(directory: &Path, db: &Path, server: String) -> Self {
        let masker = Masker::new(PseudonymKey::from_bytes([7; 32]), &[]).unwrap();
        let (directory, db) = (directory.into(), db.into());
        let mut machine =
            Self { directory, db, server, rules: 0, ticks: QUIET, masker, running: None };
        machine.start();
        machine
    }

    fn start(&mut self) {
        let pattern = format!("{}/*.log", self.directory.display());
        let source = FileSource {
            places: vec![Place::pattern(&pattern).unwrap()],
            format: Some(iso_level()),
            quiet: QUIET,
            own_log: None,
        };
        let writer = Writer::spawn(&self.db, &self.server, &RULES[self.rules].1).unwrap();
        let follower = FileFollower::open(source, writer.handle()).unwrap();
        self.running = Some((writer, follower));
    }

    fn moment(&self) -> Moment {
        let now = Millis::new(1_790_000_000_000 + i64::try_from(self.ticks.as_millis()).unwrap());
        Moment { now, ticks: self.ticks }
    }

    /// Scans, and reads all unless it is only to look; scans anew where that is wanted.
    fn step(&mut self, is_reading: bool) {
        let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
        let options = IngestOptions {
            server: &self.server,
            classifier: &RULES[self.rules].0,
            fingerprinter: &Fingerprinter::new(),
            masker: &self.masker,
            parse: &ParseOptions::default(),
            format: None,
            since: None,
            until: None,
            stop: &stop,
            progress: &progress,
        };
        let moment = self.moment();
        let (_, follower) = self.running.as_mut().unwrap();
        for _ in 0..6 {
            follower.wake_quiet(moment);
            follower.scan(&options, moment).unwrap();
            while is_reading && follower.read(&options, moment).unwrap() {}
            if !follower.is_scan_due() {
                break;
            }
        }
        self.ticks += Duration::from_millis(10);
    }

    fn read(&mut self) {
        self.step(true);
        self.running.as_ref().unwrap().0.flush().unwrap();
    }

    fn kill(&mut self) {
        self.step(true);
        if let Some((writer, follower)) = self.running.take() {
            drop(follower);
            writer.abandon().unwrap();
        }
        self.start();
    }

    fn stop(&mut self) {
        if let Some((writer, follower)) = self.running.take() {
            drop(follower);
            writer.finish().unwrap();
        }
    }

    fn restart(&mut self) {
        self.stop();
        self.start();
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Runs a history, and checks what is stored at its end.
fn check(ops: &[Op], db: &Path, server: usize) -> Result<(), TestCaseError> {
    let directory = TempDir::new().unwrap();
    let mut world = World::new(directory.path());
    let mut machine = Machine::new(directory.path(), db, format!("s{server}"));
    for op in ops {
        match op {
            Op::Write(n) => world.write(*n),
            Op::WriteHalf(share) => world.write_half(*share),
            Op::Rotate(steps) => {
                for step in 0..*steps {
                    world.rotate();
                    if step + 1 < *steps {
                        world.write(1);
                    }
                }
            }
            Op::CopyTruncate => world.copy_truncate(),
            Op::Rewrite(n) => world.rewrite(*n),
            Op::Delete => world.delete(),
            Op::Gzip(number) => world.gzip(*number),
            Op::Read => {
                machine.read();
                world.see(false);
            }
            Op::Look => machine.step(false),
            Op::ReadQuiet => {
                machine.read();
                machine.ticks += QUIET;
                machine.read();
                world.see(true);
            }
            Op::Kill => machine.kill(),
            Op::Restart => machine.restart(),
            Op::Reload => {
                machine.rules = 1 - machine.rules;
                machine.restart();
            }
        }
    }
    world.finish_half();
    machine.read();
    machine.ticks += QUIET;
    machine.read();
    world.see(true);
    drop(machine);
    compare(&world, &Connection::open(db).unwrap(), &format!("s{server}"))
}

fn compare(world: &World, db: &Connection, server: &str) -> Result<(), TestCaseError> {
    let n_broken = world.written.iter().filter(|written| written.is_broken).count();
    let mut stored: BTreeMap<i64, usize> = BTreeMap::new();
    let mut last = (0, -1);
    let mut statement = db
        .prepare(
            "SELECT event.time, event.file FROM event JOIN server ON server.id = event.server \
             WHERE server.name = ? ORDER BY event.file, event.offset",
        )
        .unwrap();
    let rows = statement.query_map([server], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    for row in rows {
        let (time, file): (i64, i64) = row.unwrap();
        *stored.entry(time).or_default() += 1;
        // A piece of a line has the time of an entry beside it.
        let is_in_order = time > last.1 || n_broken > 0 && time == last.1;
        prop_assert!(file != last.0 || is_in_order, "{time} after {last:?}: out of order");
        last = (file, time);
    }
    for (entry, written) in world.written.iter().enumerate() {
        let times = stored.remove(&time_of(entry).get()).unwrap_or(0);
        // A line that was never ended may be read with another time.
        let allowed = usize::from(written.was_seen)..=written.times + n_broken;
        prop_assert!(
            allowed.contains(&times),
            "entry {entry} is stored {times} times, expected {allowed:?}"
        );
    }
    prop_assert!(stored.len() <= n_broken, "never written: {stored:?}");
    if n_broken > 0 {
        return Ok(()); // Pieces of lines are counted, and may be no events.
    }
    let counted: i64 = db
        .query_row(
            "SELECT coalesce(sum(entries), 0) FROM hourly \
             JOIN component ON component.id = component JOIN server ON server.id = server \
             WHERE server.name = ?",
            [server],
            |row| row.get(0),
        )
        .unwrap();
    let events: i64 = db
        .query_row(
            "SELECT count(*) FROM event JOIN server ON server.id = server WHERE server.name = ?",
            [server],
            |row| row.get(0),
        )
        .unwrap();
    prop_assert_eq!(counted, events, "each entry is counted once");
    Ok(())
}

/// Runs so many histories, from a seed that is printed.
fn run(share: u64) {
    let asked = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let cases = asked("DEWLAP_HISTORIES").unwrap_or(2_500);
    let seed = asked("DEWLAP_SEED").unwrap_or_else(|| fastrand::u64(..)) ^ share;
    let told = format!("histories: {cases}, DEWLAP_SEED={}\n", seed ^ share);
    std::io::stderr().write_all(told.as_bytes()).unwrap();
    let place = TempDir::new().unwrap();
    let db = place.path().join("model.db");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases: u32::try_from(cases).unwrap(),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let server = AtomicU64::new(0);
    let outcome = runner.run(&prop::collection::vec(op(), 1..24), |ops| {
        let server = server.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        check(&ops, &db, usize::try_from(server).unwrap())
    });
    assert!(outcome.is_ok(), "DEWLAP_SEED={}: {}", seed ^ share, outcome.unwrap_err());
}

#[test]
fn every_entry_is_stored_once_whatever_becomes_of_the_log_1() {
    run(0);
}

#[test]
fn every_entry_is_stored_once_whatever_becomes_of_the_log_2() {
    run(1);
}

#[test]
fn every_entry_is_stored_once_whatever_becomes_of_the_log_3() {
    run(2);
}

#[test]
fn every_entry_is_stored_once_whatever_becomes_of_the_log_4() {
    run(3);
}
