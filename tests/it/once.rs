//! Exactly once: whatever is read again, in whatever wrapping, adds nothing.

use std::io::{Cursor, Write};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use dewlap::archive::discover;
use dewlap::catalogue::Catalogue;
use dewlap::classify::Classifier;
use dewlap::pipeline::{Effort, IngestOptions, ingest};
use dewlap::sample::{self, CorpusOptions, SampleEntry, corpus, write};
use dewlap::store::{Classes, Writer};
use serde_json::Value;

use crate::reading;
use crate::run::{DB, Place, count, texts, tree};

/// Three entries of a text log without ids, the last of two lines.
const LOG: &str = "\
2026-09-07 08:00:00,101 INFO engine: Started
2026-09-07 08:00:01,202 ERROR engine: ORA-12541: TNS:no listener
2026-09-07 08:00:02,303 ERROR engine: Stopping component with runtime error:
main.lua:47: attempt to index field 'PID' (a nil value)
";
/// What follows in it later.
const MORE: &str = "\
2026-09-07 09:00:00,404 WARN engine: Connection refused
2026-09-07 09:00:01,505 ERROR engine: Too many open files
";

/// Reads again, and proves that nothing was added.
#[track_caller]
fn adds_nothing(place: &Place, paths: &[&str]) -> Value {
    let before = placeless_events(place);
    let again = place.ingest(paths);
    assert_eq!((count(&again, "new_events"), count(&again, "entries")), (0, 0), "{again}");
    assert!(placeless_events(place) == before, "events have changed");
    again
}

/// Returns the events without their paths: a log that is found elsewhere is there now.
fn placeless_events(place: &Place) -> Vec<Value> {
    let mut events = place.events(&[]);
    for event in &mut events {
        event["path"] = Value::Null;
    }
    events
}

/// Returns the texts of the stored events, sorted.
fn event_texts(place: &Place) -> Vec<String> {
    texts(&place.events(&[]), "text")
}

/// Returns a text log without ids of so many entries; the seed tells logs apart.
fn long_log(n_entries: usize, seed: &str) -> String {
    let line = |nth: usize| {
        let (minute, second) = (nth / 60 % 60, nth % 60);
        format!(
            "2026-09-07 08:{minute:02}:{second:02} ERROR engine: Unknown site code {seed}{nth}\n"
        )
    };
    (0..n_entries).map(line).collect()
}

pub(crate) fn tar(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, path, bytes.as_slice()).unwrap();
    }
    archive.into_inner().unwrap()
}

fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(path.as_str(), options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Returns the demo's working directory, below a directory named `server`.
fn demo_files() -> Vec<(String, Vec<u8>)> {
    let files = sample::files().into_iter();
    let below = files.filter_map(|(path, bytes)| {
        Some((format!("server/{}", path.strip_prefix("iguana-x/")?), bytes))
    });
    below.collect()
}

/// Returns that directory in every archive that holds trees.
fn archives() -> Vec<(&'static str, Vec<u8>)> {
    let files = demo_files();
    let plain = tar(&files);
    vec![
        ("server.tar.gz", gzip(&plain)),
        ("server.tar.zst", zstd(&plain)),
        ("server.tar.bz2", bzip2(&plain)),
        ("server.zip", zip(&files)),
        ("server.tar", plain),
    ]
}

/// Compresses a file.
type Encode = fn(&[u8]) -> Vec<u8>;

/// Returns the three codecs of single files.
fn codecs() -> [(&'static str, Encode); 3] {
    [("gz", gzip), ("zst", zstd), ("bz2", bzip2)]
}

#[test]
fn a_second_run_over_all_samples_changes_no_table() {
    let place = Place::new();
    place.put_samples("");
    let first = place.ingest(&["samples"]);
    assert!(count(&first, "new_events") > 300);
    let before = place.dump();
    let again = adds_nothing(&place, &["samples"]);
    assert_eq!(place.dump(), before);
    assert_eq!(
        count(&again, "duplicates"),
        count(&first, "entries") + count(&first, "duplicates"),
        "each entry that was met is met again"
    );
}

#[test]
fn the_order_of_the_paths_changes_no_event() {
    let read = |paths: &[&str]| {
        let place = Place::with_key();
        place.put_samples("");
        place.ingest(paths);
        texts(&place.events(&[]), "id")
    };
    let forth = read(&["samples/iguana-x", "samples/text", "samples/classic"]);
    let back = read(&["samples/classic", "samples/text", "samples/iguana-x"]);
    assert_eq!(forth, back);
}

#[test]
fn an_archive_of_a_tree_that_was_read_adds_nothing() {
    let place = Place::new();
    for (path, bytes) in demo_files() {
        place.put(&path, bytes);
    }
    let plain = place.ingest(&["server"]);
    for (name, bytes) in archives() {
        place.put(name, bytes);
        let again = adds_nothing(&place, &[name]);
        assert_eq!(count(&again, "duplicates"), count(&plain, "entries"), "{name}");
        assert_eq!(again["skipped"].as_array().unwrap().len(), 0, "{name}: {again}");
    }
}

#[test]
fn a_tree_that_was_read_from_its_archive_adds_nothing() {
    for (name, bytes) in archives() {
        let place = Place::new();
        place.put(name, bytes);
        let archive = place.ingest(&[name]);
        assert!(count(&archive, "new_events") > 200, "{name}");
        for (path, bytes) in demo_files() {
            place.put(&path, bytes);
        }
        let again = adds_nothing(&place, &["server"]);
        assert_eq!(count(&again, "duplicates"), count(&archive, "entries"), "{name}");
    }
}

#[test]
fn an_archive_names_components_as_its_tree_does() {
    let (name, bytes) = archives().swap_remove(0);
    let place = Place::new();
    place.put(name, bytes);
    place.ingest(&[name]);
    let events = place.events(&["--component", "ADT Inbound"]);
    assert!(!events.is_empty());
}

#[test]
fn a_compressed_copy_of_a_text_log_adds_nothing() {
    let log = long_log(100, "a");
    for (end, encode) in codecs() {
        let place = Place::new();
        place.put("engine.log", &log);
        let first = place.ingest(&["engine.log"]);
        assert_eq!(count(&first, "new_events"), 100);
        let name = format!("engine.log.{end}");
        place.put(&name, encode(log.as_bytes()));
        let again = adds_nothing(&place, &[&name]);
        assert_eq!(count(&again, "duplicates"), 100, "{end}");
    }
}

#[test]
fn a_text_log_adds_nothing_where_its_compressed_copy_was_read_first() {
    let log = long_log(100, "a");
    for (end, encode) in codecs() {
        let place = Place::new();
        let name = format!("engine.log.{end}");
        place.put(&name, encode(log.as_bytes()));
        assert_eq!(count(&place.ingest(&[&name]), "new_events"), 100);
        place.put("engine.log", &log);
        let again = adds_nothing(&place, &["engine.log"]);
        assert_eq!(count(&again, "duplicates"), 100, "{end}");
    }
}

#[test]
fn a_compressed_copy_of_each_sample_adds_nothing() {
    let place = Place::new();
    place.put_samples("");
    let plain = ["text/engine.log", "classic/api_query.xml", "classic/logs-export.csv"];
    for (path, (end, encode)) in plain.into_iter().zip(codecs()) {
        let path = format!("samples/{path}");
        let first = place.ingest(&[&path]);
        let name = format!("{path}.{end}");
        place.put(&name, encode(&place.read(&path)));
        let again = adds_nothing(&place, &[&name]);
        assert_eq!(count(&again, "duplicates"), count(&first, "entries"), "{name}");
    }
}

#[test]
fn a_mirror_root_adds_nothing() {
    let place = Place::new();
    place.put_samples("iguana-x");
    for (path, bytes) in tree(&place.path("samples/iguana-x/logt")) {
        place.put(&format!("mirror/logt/{path}"), bytes);
    }
    place.ingest(&["samples/iguana-x/logt"]);
    let again = adds_nothing(&place, &["mirror/logt"]);
    assert!(count(&again, "duplicates") > 1_000);
}

#[test]
fn a_text_log_that_has_grown_is_continued() {
    let place = Place::new();
    place.put("engine.log", LOG);
    assert_eq!(count(&place.ingest(&["engine.log"]), "new_events"), 2);
    place.put("engine.log", format!("{LOG}{MORE}"));
    let grown = place.ingest(&["engine.log"]);
    assert_eq!((count(&grown, "new_events"), count(&grown, "entries")), (2, 2));
    assert_eq!(place.events(&[]).len(), 4);
    adds_nothing(&place, &["engine.log"]);
}

#[test]
fn an_entry_that_was_half_written_is_one_event_with_its_full_text() {
    let whole = LOG.trim_end();
    for missing in [1, 20, 60] {
        let place = Place::new();
        let (half, _) = whole.split_at(whole.len() - missing);
        place.put("engine.log", half);
        place.ingest(&["engine.log"]);
        place.put("engine.log", LOG);
        place.ingest(&["engine.log"]);
        let texts = event_texts(&place);
        let stopped = "Stopping component with runtime error:\nmain.lua:47: attempt to index field 'PID' (a nil value)";
        assert_eq!(texts, ["ORA-12541: TNS:no listener", stopped], "{missing} bytes missing");
        let stopped = place.events(&["--grep", "main.lua"]);
        assert_eq!(stopped[0]["rule"], "lua.index-nil", "the rule is that of the full text");
        adds_nothing(&place, &["engine.log"]);
    }
}

#[test]
fn an_entry_that_is_an_event_only_while_it_is_half_written_is_taken_back() {
    let half = "2026-09-07 08:00:00 INFO engine: Failed to create user directory /var/iguana/u7";
    let place = Place::new();
    place.put("engine.log", half);
    assert_eq!(count(&place.ingest(&["engine.log"]), "new_events"), 1);
    place.put("engine.log", format!("{half}: the user directory for it is there\n"));
    place.ingest(&["engine.log"]);
    assert_eq!(event_texts(&place), [""; 0]);
    adds_nothing(&place, &["engine.log"]);
}

#[test]
fn an_entry_that_was_half_written_and_filled_a_batch_is_one_event_with_its_full_text() {
    let place = Place::new();
    let line = |n: usize| {
        let (minute, second) = (n / 60, n % 60);
        let time = format!("{:02}:{:02}:{second:02}", minute / 60, minute % 60);
        format!("[2026-09-07 {time}.000] [A] [Error] [x-{}-1] step failed\n", 1_788_739_200_000 + n)
    };
    let log: String = (0..4_096).map(line).collect(); // So many events are one batch.
    place.put("engine.log", log.strip_suffix("failed\n").unwrap());
    place.ingest(&["engine.log"]);
    place.put("engine.log", &log);
    place.ingest(&["engine.log"]);
    assert_eq!(place.events(&["--limit", "1"])[0]["text"], "step failed");
    assert_eq!(place.events(&[]).len(), 4_096);
    adds_nothing(&place, &["engine.log"]);
}

#[test]
fn a_line_of_iguana_x_that_was_half_written_is_one_event() {
    let entries: Vec<SampleEntry> = corpus(&CorpusOptions {
        failures_per_mille: 1_000,
        messages_per_mille: 0,
        ..CorpusOptions::default()
    })
    .take(5)
    .collect();
    let whole = write::iguana_x::file(&entries, write::iguana_x::Layout::New);
    let place = Place::new();
    place.put("a.log", whole.get(..whole.len() - 10).unwrap());
    assert_eq!(count(&place.ingest(&["a.log"]), "entries"), 4);
    place.put("a.log", &whole);
    assert_eq!(count(&place.ingest(&["a.log"]), "entries"), 1);
    adds_nothing(&place, &["a.log"]);
}

#[test]
fn a_text_log_that_was_rewritten_under_the_same_first_line_is_read_anew() {
    let place = Place::new();
    place.put("engine.log", format!("{LOG}{MORE}"));
    place.ingest(&["engine.log"]);
    let (first, _) = LOG.split_at(LOG.find('\n').unwrap() + 1);
    let rewritten = format!("{first}2026-09-08 08:00:00,001 ERROR engine: Too many open files\n");
    place.put("engine.log", rewritten);
    let again = place.ingest(&["engine.log"]);
    assert_eq!(count(&again, "new_events"), 1, "{again}");
    assert_eq!(place.events(&[]).len(), 5, "what was there is kept");
    adds_nothing(&place, &["engine.log"]);
}

#[test]
fn two_text_logs_that_begin_alike_are_both_read() {
    let head = long_log(40, "same");
    assert!(head.len() > 1_024);
    let place = Place::new();
    place.put("a.log", format!("{head}{}", long_log(3, "a")));
    place.put("b.log", format!("{head}{}", long_log(5, "b")));
    place.ingest(&["a.log", "b.log"]);
    let own = |seed| place.events(&["--grep", &format!("code {seed}")]).len();
    let both = (own("a"), own("b"));
    // A masked text may not tell the logs apart; the number of events does.
    assert!(both == (3, 5) || place.events(&[]).len() == 88, "{both:?}");
    adds_nothing(&place, &["a.log", "b.log"]);
}

#[test]
fn a_copy_of_a_text_log_under_another_path_adds_nothing() {
    let log = long_log(100, "a");
    let place = Place::new();
    place.put("engine.log", &log);
    place.ingest(&["engine.log"]);
    place.put("old/engine.log.1", &log);
    let again = adds_nothing(&place, &["old/engine.log.1"]);
    assert_eq!(count(&again, "duplicates"), 100);
}

#[test]
fn an_older_copy_of_a_text_log_adds_nothing() {
    let log = long_log(200, "a");
    let older: String = log.lines().take(100).flat_map(|line| [line, "\n"]).collect();
    let place = Place::new();
    place.put("engine.log", &log);
    place.ingest(&["engine.log"]);
    place.put("backup/engine.log.gz", gzip(older.as_bytes()));
    adds_nothing(&place, &["backup/engine.log.gz"]);
}

#[test]
fn a_short_log_in_an_archive_is_known_and_goes_on_growing_where_it_is() {
    let place = Place::new();
    place.put("engine.log", LOG);
    place.ingest(&["engine.log"]);
    place.put("engine.log.gz", gzip(LOG.as_bytes()));
    adds_nothing(&place, &["engine.log.gz"]);
    place.put("engine.log", format!("{LOG}{MORE}"));
    assert_eq!(count(&place.ingest(&["engine.log"]), "new_events"), 2);
    assert_eq!(place.events(&[]).len(), 4);
}

#[test]
fn two_short_logs_that_were_the_same_and_go_on_apart_lose_no_event() {
    let first = "2026-09-07 08:00:00 ERROR engine: Site code Z1 is unknown\n";
    let place = Place::new();
    place.put("a.log", first);
    place.put("b.log", first);
    place.ingest(&["a.log", "b.log"]);
    place.put("a.log", format!("{first}2026-09-07 08:00:01 ERROR engine: A failed\n"));
    place.put("b.log", format!("{first}2026-09-07 08:00:01 ERROR engine: B failed\n"));
    place.ingest(&["a.log", "b.log"]);
    let texts = event_texts(&place);
    assert!(texts.contains(&"A failed".into()) && texts.contains(&"B failed".into()), "{texts:?}");
}

#[test]
fn a_text_log_that_was_rotated_and_grew_before_it_was_is_continued_at_its_new_path() {
    let place = Place::new();
    let log = long_log(100, "a");
    place.put("engine.log", &log);
    place.ingest(&["engine.log"]);
    place.put("engine.log.1", format!("{log}{MORE}"));
    place.put("engine.log", long_log(2, "b"));
    let rotated = place.ingest(&["engine.log", "engine.log.1"]);
    assert_eq!(count(&rotated, "new_events"), 4, "{rotated}");
    assert_eq!(place.events(&[]).len(), 104);
}

#[test]
fn a_log_in_utf_16_that_is_read_twice_adds_nothing() {
    let log = long_log(200, "ü");
    for is_little in [true, false] {
        let name = if is_little { "little" } else { "big" };
        let encode = if is_little { u16::to_le_bytes } else { u16::to_be_bytes };
        let wide = |text: &str| {
            let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
            units.flat_map(encode).collect::<Vec<u8>>()
        };
        let place = Place::new();
        place.put("wide.log", wide(&log));
        assert_eq!(count(&place.ingest(&["wide.log"]), "new_events"), 200, "{name}");
        let before = place.dump();
        adds_nothing(&place, &["wide.log"]);
        assert_eq!(place.dump(), before, "{name}");
        place.put("wide.log", wide(&format!("{log}{MORE}")));
        assert_eq!(count(&place.ingest(&["wide.log"]), "new_events"), 2, "{name}");
    }
}

#[test]
fn a_window_of_time_and_then_the_rest_are_together_the_whole() {
    let whole = Place::with_key();
    whole.put_samples("iguana-x");
    whole.ingest(&["samples/iguana-x"]);
    let place = Place::with_key();
    place.put_samples("iguana-x");
    let window = ["--since", "2026-09-03", "--until", "2026-09-05T12:00:00Z", "samples/iguana-x"];
    let first = place.ingest(&window);
    assert!(count(&first, "new_events") > 0);
    let times = texts(&place.events(&[]), "time");
    assert!(times.first().unwrap().as_str() >= "2026-09-03T00:00:00.000Z");
    assert!(times.last().unwrap().as_str() < "2026-09-05T12:00:00.000Z");
    adds_nothing(&place, &window);
    let rest = place.ingest(&["samples/iguana-x"]);
    assert!(count(&rest, "new_events") > 0);
    assert_eq!(place.events(&[]), whole.events(&[]));
    assert_eq!(place.dump()["hourly"].len(), whole.dump()["hourly"].len());
}

#[test]
fn a_window_of_a_text_log_and_then_the_rest_are_together_the_whole() {
    let place = Place::new();
    place.put("engine.log", format!("{LOG}{MORE}"));
    let first = place.ingest(&["--since", "2026-09-07T08:30:00Z", "engine.log"]);
    assert_eq!(count(&first, "new_events"), 2);
    assert_eq!(count(&place.ingest(&["engine.log"]), "new_events"), 2);
    adds_nothing(&place, &["engine.log"]);
}

#[test]
fn standard_input_that_is_read_twice_adds_nothing() {
    for log in [long_log(100, "a").into_bytes(), LOG.as_bytes().to_vec()] {
        let place = Place::new();
        let first = place.ingest_stdin(&log);
        assert!(count(&first, "new_events") > 1);
        let again = place.ingest_stdin(&log);
        assert_eq!(count(&again, "new_events"), 0, "{again}");
        assert_eq!(count(&again, "duplicates"), count(&first, "entries"));
    }
}

#[test]
fn a_long_log_without_ids_on_standard_input_is_new_each_time() {
    // It cannot be read again from its start if it turns out to be another log: see README, Limits.
    let log = long_log(60_000, "a").into_bytes();
    assert!(log.len() > 3_000_000, "longer than what is read at once");
    let place = Place::new();
    assert_eq!(count(&place.ingest_stdin(&log), "new_events"), 60_000);
    assert_eq!(count(&place.ingest_stdin(&log), "new_events"), 60_000);
}

#[test]
fn standard_input_that_begins_alike_and_goes_on_otherwise_is_read() {
    let head = long_log(40, "same");
    let place = Place::new();
    place.ingest_stdin(format!("{head}{}", long_log(30, "a")).as_bytes());
    let other = place.ingest_stdin(format!("{head}{}", long_log(50, "b")).as_bytes());
    assert!(count(&other, "new_events") >= 50, "{other}");
}

#[test]
fn two_servers_keep_their_entries_apart() {
    let place = Place::new();
    place.put_samples("text");
    let first = place.ingest(&["--server", "north", "samples/text"]);
    let other = place.ingest(&["--server", "south", "samples/text"]);
    assert_eq!(count(&first, "new_events"), count(&other, "new_events"));
    let of = |server| place.events(&["--server", server]).len() as u64;
    assert_eq!((of("north"), of("south")), (count(&first, "events"), count(&first, "events")));
}

/// Reads a log and stops when its last bytes were read, before they are looked at.
fn read_and_stop_at_the_end(place: &Place, log: &str) {
    let classifier = Classifier::new(&Catalogue::builtin().unwrap()).unwrap();
    let stop = AtomicBool::new(false);
    let (len, read) = (place.read(log).len() as u64, AtomicU64::new(0));
    let halt = |bytes| {
        let is_all = read.fetch_add(bytes, Ordering::Relaxed) + bytes == len;
        stop.fetch_or(is_all, Ordering::Relaxed);
    };
    let effort = Effort { threads: NonZeroUsize::MIN, pace: &halt };
    let options = IngestOptions { stop: &stop, ..reading::options("iguana", &classifier) };
    let writer = Writer::spawn(&place.path(DB), "iguana", &Classes::default()).unwrap();
    let summary = ingest(discover(&[place.path(log)]), &options, &effort, writer).unwrap();
    assert!(summary.is_interrupted);
}

#[test]
fn the_last_entry_goes_on_after_a_run_that_was_stopped_at_it() {
    let place = Place::new();
    let line =
        |nth: u32| format!("2026-09-07 10:00:{:02} INFO engine: {}\n", nth % 60, "x".repeat(200));
    let lines: String = (0..6_000).map(line).collect(); // More than is read at once.
    let begun = format!("{lines}2026-09-07 10:01:00 ERROR engine: It failed:\n");
    place.put("a.log", &begun);
    read_and_stop_at_the_end(&place, "a.log");
    let rest = "ORA-12541: TNS:no listener\n2026-09-07 10:02:00 INFO engine: x\n";
    place.put("a.log", begun + rest);
    place.ingest(&["a.log"]);
    let found = texts(&place.events(&[]), "text");
    assert_eq!(found, ["It failed:\nORA-12541: TNS:no listener"]);
}

#[test]
fn a_rate_is_told_of_all_bytes_of_small_logs() {
    let place = Place::new();
    place.put_samples("iguana-x");
    let classifier = Classifier::new(&Catalogue::builtin().unwrap()).unwrap();
    let told = AtomicU64::new(0);
    let tell = |bytes| {
        told.fetch_add(bytes, Ordering::Relaxed);
    };
    let effort = Effort { threads: NonZeroUsize::MIN, pace: &tell };
    let options = reading::options("iguana", &classifier);
    let writer = Writer::spawn(&place.path(DB), "iguana", &Classes::default()).unwrap();
    let found = discover(&[place.path("samples/iguana-x")]);
    let summary = ingest(found, &options, &effort, writer).unwrap();
    assert_eq!((told.into_inner(), summary.files > 100), (summary.bytes, true));
}
