//! Iguana X's working directory while Iguana runs, crashes, recovers and cleans up.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::ops::Range;
use std::path::PathBuf;

use dewlap::model::EntryKind;
use dewlap::sample::SampleEntry;
use dewlap::sample::write::iguana_x::{self, Layout};
use dewlap::tail::Place;
use rusqlite::Connection;
use tempfile::TempDir;

use super::machine::Machine;
use super::world::time_of;
use crate::run::{DB, number};

const COMPONENT: &str = "5pTq0cKdVZb1mXy8RnWg2H";
const OTHER: &str = "7aBq0cKdVZb1mXy8RnWg9K";

/// A working directory, and a follower of it.
struct Server {
    directory: TempDir,
    machine: Machine,
}

fn entry(component: &'static str, number: usize) -> SampleEntry {
    SampleEntry {
        component: component.into(),
        component_name: component.into(),
        kind: EntryKind::Error,
        time: time_of(number),
        index: 1,
        related: None,
        sequence: number as u64 + 1,
        queue: 0,
        tags: "".into(),
        text: b"Too many open files".to_vec(),
    }
}

fn envelopes(component: &'static str, entries: Range<usize>) -> Vec<u8> {
    let entries: Vec<_> = entries.map(|number| entry(component, number)).collect();
    iguana_x::file(&entries, Layout::New)
}

impl Server {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let working = directory.path().join("server");
        fs::create_dir_all(working.join("logt")).unwrap();
        fs::create_dir_all(working.join("config/comps")).unwrap();
        let place = Place::WorkingDir(working);
        let db = directory.path().join(DB);
        let machine = Machine::over(vec![place], None, (&db, "iguana".into()));
        Self { directory, machine }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join("server").join(name)
    }

    /// Returns the path of a component's log, below a root.
    fn log(&self, root: &str, component: &str) -> PathBuf {
        let seconds = time_of(0).get() / 1_000;
        self.path(root).join(iguana_x::path(component, seconds))
    }

    fn append(&self, path: &PathBuf, bytes: &[u8]) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
        file.write_all(bytes).unwrap();
        assert!(path.starts_with(self.directory.path()));
    }

    fn db(&self) -> Connection {
        Connection::open(self.directory.path().join(DB)).unwrap()
    }

    /// Reads what there is, and checks that these entries of the components are stored and counted,
    /// each once.
    #[track_caller]
    fn has_each_once(&mut self, want: &[(&str, Range<usize>)]) {
        self.machine.read_quiet();
        let db = self.db();
        let mut stored: BTreeMap<(String, i64), usize> = BTreeMap::new();
        let sql = "SELECT component.key, time FROM event \
                   JOIN component ON component.id = event.component";
        let mut statement = db.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        for row in rows {
            *stored.entry(row.unwrap()).or_default() += 1;
        }
        let all = want.iter().flat_map(|(component, entries)| {
            entries.clone().map(|entry| (((*component).to_owned(), time_of(entry).get()), 1))
        });
        assert_eq!(stored, all.collect());
        let n_entries: usize = want.iter().map(|(_, entries)| entries.len()).sum();
        assert_eq!(number(&db, "SELECT sum(entries) FROM hourly"), n_entries as u64, "counted");
    }
}

#[test]
fn a_recovery_after_a_crash_adds_what_is_new_and_nothing_else() {
    let whole = envelopes(COMPONENT, 0..10);
    let seven = envelopes(COMPONENT, 0..7).len();
    for was_running in [true, false] {
        // Iguana cuts what it is not sure of: whole entries, all of them, or none.
        for cut in [0, seven, whole.len()] {
            let mut server = Server::new();
            let log = server.log("logt", COMPONENT);
            // The crash leaves half an envelope.
            server.append(&log, &whole);
            server.append(&log, &envelopes(COMPONENT, 10..11)[..20]);
            server.machine.read();
            if !was_running {
                server.machine.stop();
            }
            let aside = PathBuf::from(format!("{}.orig", log.display()));
            fs::rename(&log, &aside).unwrap();
            if was_running {
                server.machine.read();
            }
            let bytes = fs::read(&aside).unwrap();
            server.append(&log, &bytes[..cut]);
            if was_running {
                server.machine.read();
            } else {
                server.machine.start();
            }
            server.append(&log, &envelopes(COMPONENT, 5..13));
            server.has_each_once(&[(COMPONENT, 0..13)]);
            server.append(&log, &envelopes(COMPONENT, 13..15));
            server.has_each_once(&[(COMPONENT, 0..15)]);
        }
    }
}

#[test]
fn an_envelope_that_is_written_in_pieces_is_one_entry() {
    let mut server = Server::new();
    let log = server.log("logt", COMPONENT);
    for (number, piece) in envelopes(COMPONENT, 0..6).chunks(17).enumerate() {
        server.append(&log, piece);
        match number % 3 {
            0 => server.machine.read(),
            1 => server.machine.read_quiet(),
            _ => server.machine.restart(),
        }
    }
    server.has_each_once(&[(COMPONENT, 0..6)]);
    assert_eq!(number(&server.db(), "SELECT count(*) FROM gap"), 0, "nothing was damaged");
}

#[test]
fn a_component_that_is_added_while_following_is_followed() {
    let mut server = Server::new();
    server.append(&server.log("logt", COMPONENT), &envelopes(COMPONENT, 0..3));
    server.has_each_once(&[(COMPONENT, 0..3)]);
    server.append(&server.log("logt", OTHER), &envelopes(OTHER, 2..5));
    server.append(&server.log("logt", COMPONENT), &envelopes(COMPONENT, 3..4));
    server.has_each_once(&[(COMPONENT, 0..4), (OTHER, 2..5)]);
}

#[test]
fn a_mirror_adds_what_the_first_root_lacks_only() {
    let mut server = Server::new();
    let settings = server.path("config/settings");
    fs::create_dir_all(&settings).unwrap();
    fs::create_dir_all(server.path("mirror/logt")).unwrap();
    fs::write(settings.join("log.json"), r#"{"alt_dir": "mirror"}"#).unwrap();
    let (log, mirror) = (server.log("logt", COMPONENT), server.log("mirror/logt", COMPONENT));
    for step in 0..3 {
        let entries = envelopes(COMPONENT, step * 4..step * 4 + 4);
        server.append(&mirror, &entries);
        if step == 1 {
            server.machine.read();
        }
        server.append(&log, &entries);
        server.machine.read();
    }
    server.has_each_once(&[(COMPONENT, 0..12)]);
    // The first root's disk is full; the mirror goes on.
    server.append(&mirror, &envelopes(COMPONENT, 12..14));
    server.has_each_once(&[(COMPONENT, 0..14)]);
}

#[test]
fn a_purge_of_whole_files_that_were_read_loses_nothing() {
    let mut server = Server::new();
    let (old, new) = (server.log("logt", COMPONENT), server.log("logt", OTHER));
    server.append(&old, &envelopes(COMPONENT, 0..5));
    server.append(&new, &envelopes(OTHER, 0..5));
    server.machine.read();
    fs::remove_dir_all(server.path("logt").join(COMPONENT)).unwrap();
    server.has_each_once(&[(COMPONENT, 0..5), (OTHER, 0..5)]);
    assert_eq!(server.machine.follower().n_files(), 1);
    assert_eq!(number(&server.db(), "SELECT count(*) FROM loss"), 0);
    // A purge of what was not read yet is told.
    server.append(&new, &envelopes(OTHER, 5..7));
    server.machine.look();
    fs::remove_file(&new).unwrap();
    server.machine.read();
    let lost = envelopes(OTHER, 5..7).len();
    assert_eq!(number(&server.db(), "SELECT sum(stop - start) FROM loss"), lost as u64);
}

#[test]
fn the_files_of_another_source_of_the_server_are_not_taken_for_destroyed() {
    let mut server = Server::new();
    let log = server.log("logt", COMPONENT);
    server.append(&log, &envelopes(COMPONENT, 0..5));
    server.machine.read();
    server.machine.stop();
    let second = server.path("second");
    fs::create_dir_all(second.join("logt")).unwrap();
    server.machine.source.places = vec![Place::WorkingDir(second)];
    server.machine.start();
    server.machine.read_quiet();
    assert_eq!(server.machine.follower().n_files(), 0);
    assert_eq!(number(&server.db(), "SELECT count(*) FROM loss"), 0);
}

#[test]
fn the_journal_is_not_read() {
    let mut server = Server::new();
    server.append(&server.path("logt/journal.log"), &envelopes(COMPONENT, 0..9));
    server.append(&server.path("logt/journal.old.log"), &envelopes(COMPONENT, 0..9));
    server.append(&server.path("logt/journal.log.corrupted.17"), &envelopes(COMPONENT, 0..9));
    server.append(&server.log("logt", COMPONENT), &envelopes(COMPONENT, 0..2));
    server.has_each_once(&[(COMPONENT, 0..2)]);
    assert_eq!(server.machine.follower().n_files(), 1);
}
