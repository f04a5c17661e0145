//! Failures that users of other log followers reported: none of them happens here.
//!
//! What needs the whole daemon (a full disk, a reload) is in `weather`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dewlap::catalogue::{Catalogue, Rule};
use dewlap::classify::Classifier;
use flate2::Compression;
use flate2::write::GzEncoder;
use rusqlite::Connection;
use tempfile::TempDir;

use super::machine::Machine;
use super::world::time_of;
use crate::run::{DB, Place, count, number};

/// A directory of logs, and a follower of them.
struct Site {
    directory: TempDir,
    machine: Machine,
}

/// Returns the line of an entry; its time tells its number.
fn line(entry: usize) -> String {
    let stamp = time_of(entry).timestamp().strftime("%Y-%m-%d %H:%M:%S,%3f");
    format!("{stamp} ERROR gateway: Too many open files\n")
}

fn lines(entries: std::ops::Range<usize>) -> String {
    entries.map(line).collect()
}

fn append(path: &Path, bytes: impl AsRef<[u8]>) {
    let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
    file.write_all(bytes.as_ref()).unwrap();
}

fn gzip(path: &Path) {
    let packed = PathBuf::from(format!("{}.gz", path.display()));
    let mut encoder = GzEncoder::new(File::create(packed).unwrap(), Compression::fast());
    encoder.write_all(&fs::read(path).unwrap()).unwrap();
    encoder.finish().unwrap();
    fs::remove_file(path).unwrap();
}

impl Site {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let logs = directory.path().join("logs");
        fs::create_dir(&logs).unwrap();
        let db = directory.path().join(DB);
        let machine = Machine::new(&logs, &db, "iguana".into());
        Self { directory, machine }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join("logs").join(name)
    }

    fn db(&self) -> Connection {
        Connection::open(self.directory.path().join(DB)).unwrap()
    }

    /// Renames `engine.log.2` to `engine.log.3`, and so on down to the log itself.
    fn rotate(&self) {
        for place in (1..20).rev() {
            let kept = |place: usize| self.path(&format!("engine.log.{place}"));
            if kept(place).exists() {
                fs::rename(kept(place), kept(place + 1)).unwrap();
            }
        }
        fs::rename(self.path("engine.log"), self.path("engine.log.1")).unwrap();
    }

    /// Returns how often each entry is stored.
    fn stored(&self) -> BTreeMap<usize, usize> {
        let db = self.db();
        let mut stored = BTreeMap::new();
        let mut statement = db.prepare("SELECT time FROM event").unwrap();
        for time in statement.query_map([], |row| row.get::<_, i64>(0)).unwrap() {
            let entry = (time.unwrap() - time_of(0).get()) / 10;
            *stored.entry(usize::try_from(entry).unwrap()).or_default() += 1;
        }
        stored
    }

    /// Reads what there is, and checks that these entries are stored, each once.
    #[track_caller]
    fn has_each_once(&mut self, n_entries: usize) {
        self.machine.read_quiet();
        let once: BTreeMap<usize, usize> = (0..n_entries).map(|entry| (entry, 1)).collect();
        assert_eq!(self.stored(), once);
    }
}

/// Vector 23076 and Fluent Bit 11455: the offset that was kept for a number on the disk lay behind
/// the end of the new file with that number, and nothing was read until it had grown past it.
#[test]
fn a_new_file_with_the_number_of_a_longer_one_is_read_from_its_start() {
    let mut site = Site::new();
    let log = site.path("engine.log");
    fs::write(&log, lines(0..50)).unwrap();
    site.machine.read();
    site.machine.stop();
    fs::write(&log, lines(50..60)).unwrap(); // Cuts the file, and keeps its number.
    site.machine.start();
    site.has_each_once(60);
}

/// OpenTelemetry 46496 and Beats 38003: of two files with the same first 1,000 bytes, one was taken
/// for the other and never read.
#[test]
fn two_files_that_begin_alike_are_both_read() {
    let mut site = Site::new();
    fs::write(site.path("a.log"), lines(0..60) + &line(60)).unwrap();
    fs::write(site.path("b.log"), lines(0..60) + &line(61)).unwrap();
    site.machine.read_quiet();
    append(&site.path("a.log"), line(62));
    append(&site.path("b.log"), line(63));
    site.machine.read_quiet();
    let twice = (0..60).map(|entry| (entry, 2));
    assert_eq!(site.stored(), twice.chain((60..64).map(|entry| (entry, 1))).collect());
}

/// Vector 22954, rsyslog: files that rotation had moved while nobody followed were not read on.
#[test]
fn files_that_moved_twenty_places_while_nobody_followed_are_read_on() {
    let mut site = Site::new();
    let log = site.path("engine.log");
    append(&log, lines(0..3));
    site.machine.read();
    append(&log, line(3));
    site.machine.stop();
    for step in 0..20 {
        site.rotate();
        append(&log, line(4 + step));
    }
    site.machine.start();
    site.has_each_once(24);
}

/// After a start, all but the last entry is left alone: that one may have grown meanwhile.
#[test]
fn a_follower_that_is_started_again_reads_no_entry_twice() {
    let mut site = Site::new();
    let log = site.path("engine.log");
    append(&log, lines(0..50));
    site.machine.read();
    site.machine.stop();
    append(&log, lines(50..60));
    site.machine.start();
    site.has_each_once(60);
    let tally = site.machine.follower().counts().tally;
    assert_eq!((tally.entries(), tally.duplicates, tally.rereads), (10, 1, 1));
}

/// Alloy 3931: lines were lost and doubled where Log4j renames files of a size in a storm.
#[test]
fn a_storm_that_fills_file_after_file_is_read_whole() {
    const ENTRIES: usize = 4_000;
    const MAX_BYTES: usize = 50_000;
    let mut site = Site::new();
    let (next, is_over) = (Arc::new(Mutex::new((0, 0))), Arc::new(AtomicBool::new(false)));
    let directory = site.path("");
    let writers = (0..4).map(|_| {
        let (next, directory) = (Arc::clone(&next), directory.clone());
        std::thread::spawn(move || {
            loop {
                let mut next = next.lock().unwrap();
                let (entry, len) = *next;
                if entry == ENTRIES {
                    return;
                }
                let text = line(entry);
                if len + text.len() > MAX_BYTES {
                    let kept = |place: usize| directory.join(format!("engine.log.{place}"));
                    for place in (1..20).rev().filter(|place| kept(*place).exists()) {
                        fs::rename(kept(place), kept(place + 1)).unwrap();
                    }
                    fs::rename(directory.join("engine.log"), kept(1)).unwrap();
                    next.1 = 0;
                }
                append(&directory.join("engine.log"), &text);
                *next = (entry + 1, next.1 + text.len());
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let told = Arc::clone(&is_over);
    let watcher = std::thread::spawn(move || {
        for writer in writers {
            writer.join().unwrap();
        }
        told.store(true, Ordering::SeqCst);
    });
    while !is_over.load(Ordering::SeqCst) {
        site.machine.read();
    }
    watcher.join().unwrap();
    assert!(site.path("engine.log.4").exists(), "it was rotated");
    site.has_each_once(ENTRIES);
}

/// The same, step by step: a log was renamed after it was looked at, before it was its turn, and
/// then looked as it had before.
#[test]
fn a_log_that_is_renamed_before_its_turn_is_read_where_it_is_then() {
    let mut site = Site::new();
    append(&site.path("engine.log"), lines(0..3));
    site.machine.look();
    site.rotate();
    site.machine.turn();
    site.has_each_once(3);
}

/// OpenTelemetry 43693: a log that was copied, cut and grown past the old offset before anybody
/// looked was read from there.
#[test]
fn a_log_that_grew_past_its_old_length_after_it_was_cut_is_read_from_its_start() {
    let mut site = Site::new();
    let log = site.path("engine.log");
    append(&log, lines(0..10));
    site.machine.read();
    append(&log, lines(10..12));
    fs::copy(&log, site.path("engine.log.1")).unwrap();
    fs::write(&log, lines(12..40)).unwrap();
    site.has_each_once(40);
}

/// Vector 23619: where a log was cut and began with the same line again, the old reader and the
/// new one both told its lines.
#[test]
fn a_log_that_is_written_anew_with_the_same_first_line_tells_the_others_once() {
    let mut site = Site::new();
    let log = site.path("engine.log");
    fs::write(&log, lines(0..20)).unwrap();
    site.machine.read();
    fs::write(&log, line(0) + &lines(20..30)).unwrap();
    site.machine.read_quiet();
    let mut stored = site.stored();
    assert_eq!(stored.remove(&0), Some(2), "it was written twice");
    assert_eq!(stored, (1..30).map(|entry| (entry, 1)).collect());
}

/// Vector 7990 and Alloy 3193: a log that was read and then compressed was read again.
#[test]
fn a_log_that_is_compressed_after_it_was_read_adds_nothing() {
    let mut site = Site::new();
    append(&site.path("engine.log"), lines(0..40));
    site.machine.read();
    site.rotate();
    site.machine.read();
    gzip(&site.path("engine.log.1"));
    site.has_each_once(40);
    site.machine.stop();
    let archive = site.path("engine.log.1.gz");
    let db = site.directory.path().join(DB);
    let args = ["--db", db.to_str().unwrap(), "ingest", "--quiet", "--format", "json"];
    let out = Place::new().stdout(&[&args[..], &[archive.to_str().unwrap()]].concat());
    let summary = serde_json::from_str(&out).unwrap();
    assert_eq!((count(&summary, "entries"), count(&summary, "new_events")), (0, 0), "{summary}");
    site.machine.start();
    site.has_each_once(40);
}

/// Fluent Bit 11265: a line that was half written when the follower stopped was lost.
#[test]
fn a_line_that_is_ended_after_a_restart_is_stored_whole() {
    for is_quiet in [false, true] {
        let mut site = Site::new();
        let log = site.path("engine.log");
        let text = line(1);
        let (half, rest) = text.split_at(50);
        append(&log, line(0) + half);
        if is_quiet {
            site.machine.read_quiet();
        } else {
            site.machine.read();
        }
        site.machine.restart();
        append(&log, rest);
        site.has_each_once(2);
        let sql = "SELECT count(*) FROM event WHERE text = 'Too many open files'";
        assert_eq!(number(&site.db(), sql), 2, "after half a line that was quiet: {is_quiet}");
    }
}

/// Fluent Bit 9903: one long line kept the processor busy and stopped all inputs.
#[test]
fn a_line_of_fifty_megabytes_stops_nothing() {
    let mut site = Site::new();
    let long = line(0).trim_end().to_owned() + &" x".repeat(25_000_000) + "\n";
    fs::write(site.path("engine.log"), long + &line(1)).unwrap();
    fs::write(site.path("other.log"), line(2)).unwrap();
    site.has_each_once(3);
    assert!(number(&site.db(), "SELECT max(length(text)) FROM event") <= 65_536);
}

/// Beats 44780: files of less than 1 KiB were never read.
#[test]
fn a_file_of_one_short_line_is_read_at_once() {
    let mut site = Site::new();
    fs::write(site.path("engine.log"), line(0)).unwrap();
    site.machine.read();
    assert_eq!(site.stored(), BTreeMap::from([(0, 1)]));
    // What begins with twenty bytes is one entry once it is whole.
    let text = line(1);
    let (first, rest) = text.split_at(20);
    fs::write(site.path("other.log"), first).unwrap();
    site.machine.read();
    append(&site.path("other.log"), rest);
    site.has_each_once(2);
}

/// Undocumented with all of them: a stack trace of which the first lines are in the old file and
/// the others in the new one.
#[test]
fn a_stack_trace_that_rotation_cut_is_one_event() {
    let trace = line(1) + "  at step one\n  at step two\n  at step three\n";
    for cut in [line(1).len(), line(1).len() + 14, line(1).len() + 20] {
        let mut site = Site::new();
        let (first, rest) = trace.split_at(cut);
        append(&site.path("engine.log"), line(0) + first);
        site.machine.read();
        site.rotate();
        append(&site.path("engine.log"), rest.to_owned() + &line(2));
        site.has_each_once(3);
        let sql = "SELECT count(*) FROM event WHERE text LIKE '%one%  at %two%  at %three'";
        assert_eq!(number(&site.db(), sql), 1, "cut at {cut}");
    }
}

/// The byte order mark is at the start of the file only: whoever resumed in the middle read noise.
#[test]
fn a_log_in_utf_16_is_read_on_in_the_middle() {
    let encode = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let mut site = Site::new();
    let log = site.path("engine.log");
    append(&log, [b"\xFF\xFE".to_vec(), encode(&lines(0..40))].concat());
    site.machine.read();
    let more = encode(&lines(40..50));
    let (half, rest) = more.split_at(101); // In the middle of a character.
    append(&log, half);
    site.machine.read();
    site.machine.restart();
    append(&log, rest);
    site.has_each_once(50);
}

/// Vector 11863: 400,000 small files cost 2.4 GB of memory, and were kept in mind for ever.
#[test]
fn many_small_files_cost_little_and_are_forgotten_when_they_are_gone() {
    const FILES: usize = 1_000;
    let mut site = Site::new();
    for file in 0..FILES {
        fs::write(site.path(&format!("{file}.log")), line(file)).unwrap();
    }
    site.has_each_once(FILES);
    assert_eq!(site.machine.follower().n_files(), FILES);
    let sql = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'file%' OR name LIKE '%_file_%'";
    let bytes = site.db().query_row(sql, [], |row| row.get::<_, u64>(0));
    if let Ok(bytes) = bytes {
        assert!(bytes < 1_500 * FILES as u64, "{bytes} B");
    }
    for file in 0..FILES {
        fs::remove_file(site.path(&format!("{file}.log"))).unwrap();
    }
    site.machine.read_quiet();
    assert_eq!(site.machine.follower().n_files(), 0);
    site.machine.restart();
    assert_eq!(site.machine.follower().n_files(), 0, "nor does it come back");
}

/// `grok_exporter` 58, fail2ban 1252: the more rules, the slower.
#[test]
fn two_thousand_rules_are_tried_on_no_more_texts_than_the_built_in_ones() {
    let local = TempDir::new().unwrap();
    let rule = include_str!("site.toml").split_once("[[rule]]").unwrap().1;
    let mut all = String::new();
    for number in 0..2_000 {
        let rule = rule.replace("site.steps", &format!("site.steps-{number:04}"));
        let literal = format!("Too many open doors {number:05}\\n  at the first step");
        writeln!(
            all,
            "[[rule]]{}",
            rule.replace("Too many open files\\n  at the first step", &literal)
        )
        .unwrap();
    }
    fs::write(local.path().join("site.toml"), all).unwrap();
    let trials = |add: Option<&Path>| {
        let catalogue = Catalogue::load(None, add).unwrap();
        let texts = catalogue_texts();
        let classifier = Classifier::new(&catalogue).unwrap();
        let profile = classifier.profile(texts.iter().map(String::as_str), || Duration::ZERO);
        let tried = profile.iter().map(|rule| rule.texts).sum::<u64>();
        (catalogue.rules().len(), tried)
    };
    let (built_in, many) = (trials(None), trials(Some(local.path())));
    assert_eq!(many.0, built_in.0 + 2_000);
    assert!(built_in.1 > 1_000, "the texts are tried");
    assert_eq!(many.1, built_in.1);
}

/// Returns the examples of all built-in rules.
fn catalogue_texts() -> Vec<String> {
    let catalogue = Catalogue::load(None, None).unwrap();
    let examples = catalogue.rules().iter().flat_map(Rule::examples);
    examples.map(|example| example.text.clone()).collect()
}

/// An archive that is read twice is read once.
#[test]
fn the_same_archive_twice_gives_the_same_rows() {
    let place = Place::with_key();
    place.put("old/engine.log.1", lines(0..40));
    gzip(&place.path("old/engine.log.1"));
    let first = place.ingest(&["old/engine.log.1.gz"]);
    assert_eq!(count(&first, "new_events"), 40);
    let before = place.dump();
    let again = place.ingest(&["old/engine.log.1.gz"]);
    assert_eq!((count(&again, "entries"), count(&again, "new_events")), (0, 0));
    assert!(place.dump() == before, "rows have changed");
}

/// Loki 3651: a directory on a share that was away had its handles go stale; when it came back,
/// nothing was read, or all of it again.
#[test]
fn a_directory_that_was_away_is_read_on_where_it_was_left() {
    let mut site = Site::new();
    let (here, away) = (site.path(""), site.directory.path().join("away"));
    append(&site.path("engine.log"), lines(0..10));
    site.machine.read();
    append(&site.path("engine.log"), lines(10..12));
    site.machine.look();
    fs::rename(&here, &away).unwrap();
    for _ in 0..3 {
        site.machine.read_quiet();
    }
    assert_eq!(site.machine.follower().unlisted().count(), 1, "it is said");
    site.machine.restart();
    site.machine.read_quiet();
    append(&away.join("engine.log"), lines(12..14));
    fs::rename(&away, &here).unwrap();
    site.has_each_once(14);
    assert_eq!(site.machine.follower().unlisted().count(), 0);
    assert_eq!(number(&site.db(), "SELECT count(*) FROM loss"), 0);
}

/// Loki 3668: the follower kept files open, so that on Windows nobody could rename or delete them.
#[test]
#[cfg(target_os = "linux")]
fn no_file_is_open_between_two_reads_and_each_may_be_moved_at_any_time() {
    let mut site = Site::new();
    let log = site.path("engine.log");
    // More than one turn of reading.
    let padding = "x".repeat(1_000_000);
    let mut text = String::new();
    for entry in 0..20 {
        text += &line(entry);
        text +=
            &line(entry).replace("ERROR gateway: Too many", &format!("INFO gateway: {padding}"));
    }
    fs::write(&log, text).unwrap();
    site.machine.look();
    let directory = site.path("").canonicalize().unwrap();
    let mut n_turns = 1;
    while site.machine.turn() {
        let open = fs::read_dir("/proc/self/fd").unwrap();
        let open = open.filter_map(|fd| fs::read_link(fd.unwrap().path()).ok());
        let held: Vec<PathBuf> = open.filter(|path| path.starts_with(&directory)).collect();
        assert_eq!(held, Vec::<PathBuf>::new());
        site.rotate();
        append(&log, line(20));
        site.machine.look();
        n_turns += 1;
        if n_turns > 2 {
            break;
        }
    }
    assert_eq!(n_turns, 2);
    site.has_each_once(21);
    fs::remove_file(site.path("engine.log.1")).unwrap();
    site.has_each_once(21);
}

/// A format that is told from the content, as most sources have it.
#[test]
fn the_format_of_a_file_is_told_once_there_is_enough_of_it() {
    let mut site = Site::new();
    site.machine.source.format = None;
    site.machine.restart();
    let log = site.path("engine.log");
    let text = line(0);
    let (first, rest) = text.split_at(10);
    append(&log, first);
    site.machine.read();
    append(&log, rest.to_owned() + &lines(1..5));
    site.has_each_once(5);
    let format = site.db().query_row("SELECT format FROM file", [], |row| row.get::<_, String>(0));
    assert_eq!(format.unwrap(), "iso-level");
}
