//! Random histories of a log, and a follower that is killed, restarted and given other rules in
//! between: each entry is stored once, in the order of its file, and what was destroyed unread is
//! noted to the byte.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rusqlite::Connection;
use tempfile::TempDir;

use super::machine::Machine;
use super::world::{World, time_of};

/// A store is not made for each history, and not searched through for all of them.
const HISTORIES_PER_STORE: u64 = 50;
/// The histories are the same each time, so that a change that breaks one is told from chance;
/// `DEWLAP_SEED` chooses others, and `DEWLAP_HISTORIES` how many of each share.
const SEED: u64 = 20_260_907;

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
    /// It reads what it saw before, wherever that is by now.
    Turn,
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
        1 => Just(Op::Turn),
        2 => Just(Op::ReadQuiet),
        2 => Just(Op::Kill),
        1 => Just(Op::Restart),
        1 => Just(Op::Reload),
    ]
}

/// Runs a history, and checks what is stored at its end.
fn check(ops: &[Op], db: &Path, server: u64) -> Result<(), TestCaseError> {
    let directory = TempDir::new().unwrap();
    let mut world = World::new(directory.path());
    let name = format!("s{server}");
    let mut machine = Machine::new(directory.path(), db, name.clone());
    let store = (&Connection::open(db).unwrap(), name.as_str());
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
                world.look(store, false);
            }
            Op::Look => {
                machine.look();
                world.look(store, false);
            }
            Op::Turn => {
                machine.turn();
                world.look(store, true);
            }
            Op::ReadQuiet => {
                machine.read_quiet();
                world.see(true);
                world.look(store, false);
            }
            Op::Kill => {
                machine.kill();
                world.look(store, true);
            }
            Op::Restart => machine.restart(),
            Op::Reload => {
                machine.rules = 1 - machine.rules;
                machine.restart();
            }
        }
    }
    world.finish_half();
    machine.read_quiet();
    world.see(true);
    world.look(store, false);
    drop(machine);
    compare(&world, store.0, store.1)?;
    world.losses.compare(store)
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

/// Makes a directory for a store, in memory where that can be: each history syncs its store several
/// times. The logs stay on a disk, which gives the number of a deleted file to the next one.
fn place_of_store() -> TempDir {
    TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).unwrap()
}

/// Runs so many histories, from a seed that is printed.
fn run(share: u64) {
    let asked = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let cases = asked("DEWLAP_HISTORIES").unwrap_or(2_500);
    let seed = asked("DEWLAP_SEED").unwrap_or(SEED) ^ share;
    let told = format!("histories: {cases}, DEWLAP_SEED={}\n", seed ^ share);
    std::io::stderr().write_all(told.as_bytes()).unwrap();
    let store = RefCell::new(place_of_store());
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
    let server = Cell::new(0_u64);
    let outcome = runner.run(&prop::collection::vec(op(), 1..24), |ops| {
        if server.get().is_multiple_of(HISTORIES_PER_STORE) {
            store.replace(place_of_store());
        }
        let db = store.borrow().path().join("model.db");
        check(&ops, &db, server.replace(server.get() + 1))
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

/// Histories that a random one has come down to, which went wrong.
fn known_histories() -> Vec<Vec<Op>> {
    use Op::{
        CopyTruncate, Delete, Gzip, Kill, Look, Read, ReadQuiet, Rewrite, Rotate, Write, WriteHalf,
    };
    vec![
        // The compressed file got the number of one that was deleted unread.
        vec![Write(2), CopyTruncate, Read, Write(5), Look, Delete, Write(3), Gzip(1), Read, Kill],
        // Half a line went with the file before, which was away when the line was ended.
        vec![Rotate(2), WriteHalf(1), ReadQuiet, Gzip(1)],
        // And here another file had its place by then.
        vec![Rotate(2), WriteHalf(1), ReadQuiet, Rotate(1), Gzip(2), Write(1)],
        // A half line was taken as it was, and its file compressed before the rest was read.
        vec![Rotate(2), WriteHalf(1), ReadQuiet, Rotate(2), Gzip(2)],
        // A log of one line, compressed, was taken for the beginning of a copy that begins alike.
        vec![Rotate(2), Write(1), Rewrite(0), Read, Write(1), Gzip(1), Read, CopyTruncate],
        // A line that one file had ended was ended again by the next.
        vec![WriteHalf(1), CopyTruncate, Read, Delete, WriteHalf(1), ReadQuiet],
        // A log was cut, and by the time it was looked at it held the very bytes that were read.
        vec![Write(1), WriteHalf(1), ReadQuiet, Rewrite(0), Write(1)],
        // Of two compressed files that are alike, the older took what was the younger.
        vec![
            Rotate(2),
            Write(1),
            CopyTruncate,
            Rewrite(0),
            CopyTruncate,
            Read,
            Gzip(3),
            CopyTruncate,
            Gzip(2),
        ],
    ]
}

/// The same, where logs begin alike.
fn known_twins() -> Vec<Vec<Op>> {
    use Op::{
        CopyTruncate, Delete, Gzip, Kill, Look, Read, ReadQuiet, Restart, Rewrite, Rotate, Turn,
        Write, WriteHalf,
    };
    vec![
        // A log that begins with the first half of a cut line was taken for the log with that half.
        vec![WriteHalf(1), CopyTruncate, Read, Rewrite(0), Gzip(1), Rotate(1)],
        // How long a log was found was forgotten when only its first lines were taken.
        vec![WriteHalf(1), CopyTruncate, Look, Write(1), Turn, Rewrite(0)],
        // Before it was looked for, a log that begins alike had the place of a short one.
        vec![
            Write(1),
            CopyTruncate,
            Rewrite(0),
            Write(11),
            Look,
            Gzip(1),
            Write(4),
            Kill,
            CopyTruncate,
            Turn,
            WriteHalf(71),
        ],
        // The copies of a cut line went with a log that was written anew with the same first line.
        vec![WriteHalf(1), ReadQuiet, CopyTruncate, CopyTruncate, Rewrite(0), Read],
        vec![WriteHalf(1), Read, WriteHalf(1), CopyTruncate, CopyTruncate, Rewrite(1)],
        // A copy got the place and the number of a short file, and began as it did.
        vec![
            Write(1),
            Rotate(1),
            Write(5),
            Rewrite(1),
            Write(2),
            Read,
            Gzip(1),
            Restart,
            CopyTruncate,
            Read,
            Write(2),
        ],
        // A copy got the number of a short file that was dropped, and began as it did.
        vec![
            Rotate(4),
            Write(5),
            ReadQuiet,
            Kill,
            Rotate(5),
            Delete,
            CopyTruncate,
            Read,
            Write(2),
            WriteHalf(60),
            Write(5),
            WriteHalf(37),
            Rewrite(2),
            Kill,
            ReadQuiet,
            WriteHalf(33),
            Read,
            Read,
            Write(3),
            CopyTruncate,
            Write(4),
        ],
    ]
}

#[test]
fn histories_that_went_wrong_once_go_well() {
    let place = TempDir::new().unwrap();
    let db = place.path().join("known.db");
    for (number, history) in (0..).zip([known_histories(), known_twins()].concat()) {
        check(&history, &db, number).unwrap();
    }
}
