//! The same logs make the same store, however they are read.

use std::collections::BTreeMap;

use dewlap::sample::{CorpusOptions, SampleEntry, corpus, write};

use crate::once::{tar, zstd};
use crate::run::{Place, count, rows};

/// Entries of each log: enough for several batches, and for all threads to have some at once.
const N_ENTRIES: usize = 12_000;

/// What a store says of its logs, without the numbers that rows go by and without where a log was
/// found.
const MEANING: [(&str, &str); 8] = [
    (
        "events",
        "SELECT server.name, entry, component.key, time, kind, tags, rule, cluster, template, \
         problem.key, severity, outcome, captures, text, message FROM event \
         JOIN server ON server.id = event.server JOIN component ON component.id = event.component \
         JOIN problem ON problem.id = event.problem",
    ),
    (
        "hourly",
        "SELECT component.key, hour, kind, level, entries FROM hourly \
         JOIN component ON component.id = component",
    ),
    (
        "rollup",
        "SELECT problem.key, hour, outcome, events, failures, gone, rollup.first, rollup.last \
         FROM rollup JOIN problem ON problem.id = problem",
    ),
    (
        "messages",
        "SELECT key, message, message.first, outcome, attempts FROM message \
         JOIN problem ON id = problem",
    ),
    ("problems", "SELECT key, rule, cluster, template, first, last FROM problem"),
    (
        "marks",
        "SELECT rule, component.key, split, time, mark.key, ends FROM mark \
         JOIN series ON series.id = series JOIN component ON component.id = component",
    ),
    (
        "pulse",
        "SELECT component.key, hour, minutes FROM pulse \
         JOIN component ON component.id = component",
    ),
    ("fingerprints", "SELECT id, template, first FROM fingerprint"),
];

/// Returns what a store says of its logs.
pub(crate) fn meaning(place: &Place) -> Vec<(&'static str, Vec<String>)> {
    let db = place.sqlite();
    MEANING.iter().map(|(name, sql)| (*name, rows(&db, sql))).collect()
}

/// Fails where two stores do not say the same, and names the first difference.
#[track_caller]
pub(crate) fn assert_same(found: &Place, wanted: &Place) {
    for ((name, found), (_, wanted)) in meaning(found).into_iter().zip(meaning(wanted)) {
        let differs = found.iter().zip(&wanted).find(|(a, b)| a != b);
        assert_eq!(differs, None, "{name}");
        assert_eq!(found.len(), wanted.len(), "{name}");
    }
}

/// Returns entries of which so many in a thousand are failures.
pub(crate) fn entries(seed: u64, failures_per_mille: u32) -> Vec<SampleEntry> {
    let options = CorpusOptions { seed, failures_per_mille, ..CorpusOptions::default() };
    corpus(&options).take(N_ENTRIES).collect()
}

/// Returns entries as a text log.
fn text(entries: &[SampleEntry]) -> Vec<(String, Vec<u8>)> {
    vec![("logs/engine.log".into(), write::text::file(entries))]
}

/// Returns entries as a tree of Iguana X.
fn tree(entries: &[SampleEntry]) -> Vec<(String, Vec<u8>)> {
    let files = write::iguana_x::tree(entries, write::iguana_x::Layout::New).into_iter();
    files.map(|(path, bytes)| (format!("logs/logt/{path}"), bytes)).collect()
}

/// Reads files with these options, and returns where the store is.
fn read(files: &[(String, Vec<u8>)], args: &[&str]) -> Place {
    let place = Place::with_key();
    for (path, bytes) in files {
        place.put(path, bytes);
    }
    let summary = place.ingest(args);
    assert_eq!(count(&summary, "entries"), N_ENTRIES as u64);
    assert!(count(&summary, "events") > 100, "{summary}");
    place
}

/// Returns all tables that do not differ by nature: each store has an id of its own, and keys of
/// entries are kept by transaction, which holds what happens to be there.
fn tables(place: &Place) -> BTreeMap<String, Vec<String>> {
    let mut tables = place.dump();
    for name in ["store", "seen"] {
        assert!(tables.remove(name).is_some_and(|rows| !rows.is_empty()), "{name}");
    }
    tables
}

#[test]
fn any_number_of_threads_makes_the_same_store() {
    for (seed, failures_per_mille) in [(1, 50), (2, 300)] {
        let entries = entries(seed, failures_per_mille);
        for files in [text(&entries), tree(&entries)] {
            let one = tables(&read(&files, &["--threads", "1", "logs"]));
            for threads in ["2", "5"] {
                let many = tables(&read(&files, &["--threads", threads, "logs"]));
                for (name, rows) in &one {
                    let is_same = many.get(name) == Some(rows);
                    assert!(is_same, "{name} differs: seed {seed}, {threads} threads");
                }
            }
        }
    }
}

#[test]
fn an_archive_makes_the_store_that_its_files_make() {
    let entries = entries(3, 100);
    for files in [text(&entries), tree(&entries)] {
        let plain = read(&files, &["logs"]);
        let archive = [("logs.tar.zst".to_owned(), zstd(&tar(&files)))];
        assert_same(&read(&archive, &["logs.tar.zst"]), &plain);
    }
}

#[test]
fn a_run_that_keeps_to_a_rate_makes_the_same_store() {
    let files = text(&entries(4, 100));
    let args = ["--max-rate", "20MB", "--nice", "5", "logs"];
    assert_same(&read(&files, &args), &read(&files, &["logs"]));
}
