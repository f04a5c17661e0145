//! A run that is killed at any moment, and the next one, are together one undisturbed run.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::LazyLock;

use dewlap::sample::write::iguana_x::{self, Layout};
use dewlap::sample::{CorpusOptions, SampleEntry, corpus};

use crate::run::{DB, Place, rows};

const BYTES: usize = 20_000_000;
/// The store's write-ahead log has this many bytes when the process is killed.
const MOMENTS: [u64; 4] = [0, 1, 200_000, 700_000];

/// What two stores with the same logs must agree on.
const TABLES: [(&str, &str); 7] = [
    (
        "events",
        "SELECT entry, problem.key, rule, cluster, time, text, severity, outcome, captures, tags, \
         file.path, event.offset, length FROM event JOIN problem ON problem.id = problem \
         JOIN file ON file.id = file",
    ),
    ("problems", "SELECT key, rule, cluster FROM problem"),
    (
        "hourly counts",
        "SELECT component.key, hour, kind, level, entries FROM hourly \
         JOIN component ON component.id = component",
    ),
    ("components", "SELECT key, name FROM component"),
    // Standard input cannot be read again, so it may be a file of its own each time.
    ("positions", "SELECT path, offset, size, entries_before FROM file WHERE path <> '<stdin>'"),
    (
        "episodes",
        "SELECT rule, key, split, first, last, count, ended FROM episode \
         JOIN series ON series.id = series JOIN component ON component.id = component",
    ),
    ("gaps", "SELECT path, start, stop, reason FROM gap JOIN file ON file.id = file"),
];

static ENTRIES: LazyLock<Vec<SampleEntry>> = LazyLock::new(|| {
    let mut bytes = 0;
    let options = CorpusOptions { failures_per_mille: 30, ..CorpusOptions::default() };
    let is_wanted = |entry: &SampleEntry| {
        bytes += entry.text.len() + 60;
        bytes < BYTES
    };
    corpus(&options).take_while(is_wanted).collect()
});

fn put_tree(place: &Place) {
    for (path, bytes) in iguana_x::tree(&ENTRIES, Layout::New) {
        place.put(&format!("logt/{path}"), bytes);
    }
    // A log without ids as well: only positions tell its entries apart.
    let line = |entry: &SampleEntry| {
        let stamp = entry.time.timestamp().strftime("%Y-%m-%d %H:%M:%S%.3f");
        let text = entry.text_lossy();
        let first = text.split(['\n', '\r']).next().unwrap_or_default();
        format!(
            "{stamp} {} {}: {first}\n",
            entry.type_word().replace(' ', ""),
            entry.component_name
        )
    };
    let words = |entry: &&SampleEntry| ["Info", "Warning", "Error"].contains(&entry.type_word());
    let text: String = ENTRIES.iter().filter(words).map(line).collect();
    place.put("text/engine.log", text);
}

fn facts(place: &Place) -> Vec<(&'static str, Vec<String>)> {
    let db = place.sqlite();
    TABLES.into_iter().map(|(name, sql)| (name, rows(&db, sql))).collect()
}

#[track_caller]
fn assert_same(have: &Place, want: &Place, when: &str) {
    for ((name, have), (_, want)) in facts(have).into_iter().zip(facts(want)) {
        let only = |a: &[String], b: &[String]| {
            a.iter().find(|row| b.binary_search(row).is_err()).cloned()
        };
        let (more, less) = (only(&have, &want), only(&want, &have));
        assert_eq!(have.len(), want.len(), "{name}, killed {when}: {more:?} {less:?}");
        assert_eq!((more, less), (None, None), "{name}, killed {when}");
    }
}

/// Waits until the process has ended, or the store's write-ahead log is so long.
fn wait_for(child: &mut Child, wal: &Path, bytes: u64) {
    let len = || fs::metadata(wal).map(|metadata| metadata.len());
    while child.try_wait().unwrap().is_none() && !len().is_ok_and(|len| len >= bytes) {
        std::thread::yield_now();
    }
}

/// Starts a run, kills it at a moment, and returns whether it was still at work.
fn kill_at(place: &Place, bytes: u64) -> bool {
    let mut command = place.command(&["ingest", "--quiet", "logt", "text"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&mut child, &place.path(&format!("{DB}-wal")), bytes);
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

#[test]
fn a_killed_run_is_finished_by_the_next_one() {
    let undisturbed = Place::with_key();
    put_tree(&undisturbed);
    undisturbed.ingest(&["logt", "text"]);
    for bytes in MOMENTS {
        let place = Place::with_key();
        put_tree(&place);
        kill_at(&place, bytes);
        place.ingest(&["logt", "text"]);
        assert_same(&place, &undisturbed, &format!("once at {bytes} bytes"));
    }
}

#[test]
fn a_run_that_is_killed_again_and_again_gets_to_its_end() {
    let undisturbed = Place::with_key();
    put_tree(&undisturbed);
    undisturbed.ingest(&["logt", "text"]);
    let place = Place::with_key();
    put_tree(&place);
    for bytes in MOMENTS {
        kill_at(&place, bytes);
    }
    place.ingest(&["logt", "text"]);
    assert_same(&place, &undisturbed, "at every moment");
}

#[test]
fn a_stream_that_is_cut_by_a_kill_is_continued() {
    let bytes = iguana_x::file(&ENTRIES, Layout::New);
    let undisturbed = Place::with_key();
    undisturbed.ingest_stdin(&bytes);
    for share in [10, 50, 90] {
        let place = Place::with_key();
        let mut command = place.command(&["ingest", "--quiet", "-"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        // The pipe stays open, so the process cannot be done when it is killed.
        pipe.write_all(bytes.get(..bytes.len() / 100 * share).unwrap()).unwrap();
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().code(), None, "it was at work");
        drop(pipe);
        place.ingest_stdin(&bytes);
        assert_same(&place, &undisturbed, &format!("after {share} % of a stream"));
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_says_so_and_is_finished_by_the_next_one() {
    let bytes = iguana_x::file(&ENTRIES, Layout::New);
    let place = Place::with_key();
    let mut command = place.command(&["ingest", "--quiet", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(bytes.get(..bytes.len() / 2).unwrap()).unwrap();
    let id = child.id().to_string();
    let status = std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(status.success());
    drop(pipe);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    place.ingest_stdin(&bytes);
    let undisturbed = Place::with_key();
    undisturbed.ingest_stdin(&bytes);
    assert_same(&place, &undisturbed, "by Ctrl-C");
}
