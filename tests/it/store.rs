//! The store as a file: whose it is, who may write, and what older and newer versions make of it.

use std::collections::BTreeSet;
use std::process::Stdio;

use dewlap::store::{EventFilter, Store};
use rusqlite::Connection;

use crate::run::{DB, Place, count, number, rows, texts};

/// Stores of every older schema, with `samples/text`, `samples/classic` and
/// `samples/edge/working-dir`.
const OLDER: [&[u8]; 5] = [
    include_bytes!("stores/v1.db"),
    include_bytes!("stores/v2.db"),
    include_bytes!("stores/v10.db"),
    include_bytes!("stores/v12.db"),
    include_bytes!("stores/v13.db"),
];

fn place_with_text() -> Place {
    let place = Place::new();
    place.put_samples("text");
    place
}

#[test]
fn a_store_of_a_newer_version_is_refused_by_every_command() {
    let place = place_with_text();
    place.ingest(&["samples/text"]);
    place.sqlite().pragma_update(None, "user_version", 99).unwrap();
    let before = place.read(DB);
    for args in [&["events"][..], &["report"], &["sources"], &["ingest", "samples/text"]] {
        let refused = place.run(args);
        assert_eq!(refused.code, Some(2), "{args:?}");
        assert!(
            refused.stderr.contains("has schema 99, expected 14 or older"),
            "{}",
            refused.stderr
        );
        assert!(refused.stderr.contains("\nhint: "), "{}", refused.stderr);
        assert_eq!(refused.stdout, "");
    }
    assert_eq!(place.read(DB), before);
}

#[test]
fn a_store_to_which_an_older_version_writes_is_not_changed_under_it() {
    let place = Place::new();
    let [older, ..] = OLDER;
    place.put(DB, older);
    place.put("dewlap.db.lock", "");
    let lock = std::fs::File::open(place.path("dewlap.db.lock")).unwrap();
    lock.lock().unwrap();
    let refused = place.run(&["events"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
    assert!(refused.stderr.contains("has schema 1, expected 14, and is being written"));
    assert!(refused.stderr.contains("\nhint: where that is `follow` of an older version, stop it"));
    assert_eq!(place.read(DB), older);
    drop(lock);
    assert!(!place.stdout(&["events"]).is_empty());
}

#[test]
fn a_database_of_somebody_else_is_refused_and_left_as_it_is() {
    let place = place_with_text();
    let db = Connection::open(place.path("theirs.db")).unwrap();
    db.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1);").unwrap();
    drop(db);
    refuses_and_leaves(&place, "theirs.db");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let place = place_with_text();
    place.put("notes.txt", "these are notes\n".repeat(100));
    refuses_and_leaves(&place, "notes.txt");
}

#[track_caller]
fn refuses_and_leaves(place: &Place, name: &str) {
    let before = place.read(name);
    for args in [&["events"][..], &["report"], &["ingest", "samples/text"]] {
        let refused = place.run(&[args, &["--db", name]].concat());
        assert_eq!(refused.code, Some(2), "{args:?}");
        assert!(refused.stderr.contains(&format!("`{name}` is not a dewlap store")), "{refused:?}");
        assert!(refused.stderr.contains("\nhint: "), "{}", refused.stderr);
        assert_eq!(place.read(name), before, "{args:?}");
    }
    let beside = [format!("{name}-wal"), format!("{name}-shm"), format!("{name}.key")];
    for name in beside {
        assert!(!place.path(&name).exists(), "{name}");
    }
}

#[test]
fn a_store_that_is_not_there_is_not_made_by_reading() {
    let place = Place::new();
    for args in [&["events"][..], &["report"], &["sources"], &["audit", "--phi"]] {
        let refused = place.run(args);
        assert_eq!(refused.code, Some(2), "{args:?}");
        assert!(refused.stderr.contains("there is no store at `dewlap.db`"), "{refused:?}");
        assert!(!place.path(DB).exists(), "{args:?}");
    }
}

#[test]
fn a_second_writer_is_refused_while_the_first_one_writes() {
    let place = place_with_text();
    let mut command = place.command(&["ingest", "--quiet", "-"]);
    let mut first = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let pipe = first.stdin.take().unwrap();
    // It waits for its input, and takes the lock before it sets the store up.
    while !place.path(&format!("{DB}-shm")).exists() {
        assert!(first.try_wait().unwrap().is_none(), "the first writer waits for its input");
        std::thread::yield_now();
    }
    let second = place.run(&["ingest", "samples/text"]);
    assert_eq!(second.code, Some(2));
    assert!(second.stderr.contains("is being written by another dewlap"), "{}", second.stderr);
    assert!(second.stderr.contains("\nhint: wait until it ends"), "{}", second.stderr);
    assert_eq!(place.run(&["sources"]).code, Some(0), "reading is allowed");
    drop(pipe);
    assert!(first.wait().unwrap().success());
    assert_eq!(place.run(&["ingest", "samples/text"]).code, Some(0), "then it is free");
}

#[cfg(unix)]
#[test]
fn the_store_and_all_files_beside_it_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let place = place_with_text();
    let mut command = place.command(&["ingest", "--quiet", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let pipe = child.stdin.take().unwrap();
    let names = ["", "-wal", "-shm", ".key", ".lock"].map(|end| format!("{DB}{end}"));
    while !names.iter().all(|name| place.path(name).exists()) {
        assert!(child.try_wait().unwrap().is_none(), "it waits for its input");
        std::thread::yield_now();
    }
    for name in &names {
        let mode = place.path(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    drop(pipe);
    assert!(child.wait().unwrap().success());
}

#[cfg(unix)]
#[test]
fn a_store_that_others_may_read_is_closed_to_them() {
    use std::os::unix::fs::PermissionsExt;

    let place = place_with_text();
    place.put(DB, "");
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(place.path(DB), open).unwrap();
    place.ingest(&["samples/text"]);
    assert_eq!(place.path(DB).metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_empty_file_becomes_a_store() {
    let place = place_with_text();
    place.put(DB, "");
    assert!(count(&place.ingest(&["samples/text"]), "new_events") > 0);
    let version: i64 =
        place.sqlite().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 14);
}

#[test]
fn an_empty_file_is_no_store_to_read_from() {
    let place = Place::new();
    place.put(DB, "");
    let refused = place.run(&["events"]);
    assert_eq!(refused.code, Some(2));
    assert_eq!(place.read(DB), b"");
}

#[test]
fn a_damaged_store_is_refused_with_advice() {
    let place = place_with_text();
    place.ingest(&["samples/text"]);
    let mut bytes = place.read(DB);
    let len = bytes.len();
    bytes.get_mut(4_096..len).unwrap().fill(0xAA);
    place.put(DB, bytes);
    let refused = place.run(&["events"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("\nhint: restore the store"), "{}", refused.stderr);
}

#[test]
fn a_store_of_an_older_schema_opens_and_answers() {
    for store in OLDER {
        let place = Place::new();
        place.put(DB, store);
        let stored = number(&place.sqlite(), "SELECT count(*) FROM event");
        assert!(stored > 20);
        assert_eq!(place.events(&[]).len() as u64, stored);
        let report = place.stdout(&["report", "--week", "2026-W37", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        assert!(count(&report["totals"], "events") > 0);
        assert!(place.stdout(&["sources"]).contains("samples/text/engine.log"));
    }
}

#[test]
fn a_store_of_an_older_schema_knows_what_it_has_read() {
    for store in OLDER {
        let place = Place::new();
        place.put(DB, store);
        place.put_samples("text");
        place.put_samples("classic");
        place.put_samples("edge/working-dir");
        assert!(!place.events(&[]).is_empty(), "opening it brings it to the newest schema");
        let events = rows(&place.sqlite(), "SELECT * FROM event");
        let paths = ["samples/text", "samples/classic", "samples/edge/working-dir"];
        assert_eq!(count(&place.ingest(&paths), "new_events"), 0);
        assert_eq!(rows(&place.sqlite(), "SELECT * FROM event"), events);
    }
}

#[test]
fn a_run_that_ends_leaves_no_write_ahead_log() {
    let place = place_with_text();
    place.ingest(&["samples/text"]);
    place.events(&[]);
    for end in ["-wal", "-shm"] {
        assert!(!place.path(&format!("{DB}{end}")).exists(), "{end}");
    }
}

#[test]
fn a_wrong_key_is_refused_before_anything_is_read() {
    let place = place_with_text();
    place.put(&format!("{DB}.key"), "not a key");
    let refused = place.run(&["ingest", "samples/text"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("failed to read the pseudonym key"), "{}", refused.stderr);
    assert!(refused.stderr.contains("\nhint: the key must be 64"), "{}", refused.stderr);
}

#[test]
fn a_part_of_a_text_is_found_among_all_events_in_the_order_of_their_times() {
    let place = Place::new();
    // More than are looked up one by one, the latest first.
    let line = |nth: u32| {
        let what =
            if nth.is_multiple_of(4_000) { "Needle lost" } else { "ORA-12541: TNS:no listener" };
        let (hour, minute, second) = (23 - nth / 3_600, 59 - nth / 60 % 60, 59 - nth % 60);
        format!("2026-09-07 {hour:02}:{minute:02}:{second:02} ERROR engine: {what}\n")
    };
    place.put("a.log", (0..10_500).map(line).collect::<Vec<_>>().concat());
    place.ingest(&["a.log"]);
    let times = |args: &[&str]| -> Vec<String> {
        let events = place.events(args);
        events.iter().map(|event| event["time"].as_str().unwrap().to_owned()).collect()
    };
    let few = times(&["--grep", "NEEDLE"]);
    assert_eq!(
        few,
        ["2026-09-07T21:46:39.000Z", "2026-09-07T22:53:19.000Z", "2026-09-07T23:59:59.000Z"]
    );
    assert_eq!(times(&["--grep", "needle", "--limit", "2"]), few[1..]);
    assert_eq!(times(&["--grep", "needle", "--until", "2026-09-07T23:00:00Z"]), few[..2]);
    assert_eq!(times(&["--grep", "needle", "--severity", "info"]), [""; 0]);
    let many = times(&["--grep", "No Listener"]);
    assert_eq!(many.len(), 10_500 - 3);
    assert!(many.is_sorted());
    assert_eq!(times(&["--grep", "no listener", "--limit", "3"]), many[many.len() - 3..]);
}

#[test]
fn every_event_is_found_by_its_id() {
    let place = Place::new();
    place.put_samples("");
    // Ids with a time, with a day, and of a file and a place in it.
    place.ingest(&["samples/iguana-x", "samples/classic", "samples/text"]);
    let ids = texts(&place.events(&[]), "id");
    assert!(ids.len() > 100, "{}", ids.len());
    let store = Store::open(&place.path(DB)).unwrap();
    for id in ids {
        assert_eq!(store.event(&id).unwrap().map(|event| event.id), Some(id));
    }
    for id in ["x-1788739200055-1", "20260907-1", "f0-1", "watch:x", "x", ""] {
        assert_eq!(store.event(id).unwrap(), None, "{id}");
    }
}

#[test]
fn events_of_a_problem_are_those_that_a_look_at_all_events_finds() {
    let place = Place::new();
    place.put_samples("");
    place.ingest(&["samples/iguana-x", "samples/classic", "samples/text"]);
    let store = Store::open(&place.path(DB)).unwrap();
    let found = |filter: &EventFilter| {
        let mut events = Vec::new();
        store
            .for_each_event(filter, |event| {
                events.push(event);
                true
            })
            .unwrap();
        events
    };
    let all = found(&EventFilter::default());
    let problems: BTreeSet<_> = all.iter().map(|event| &event.problem).collect();
    assert!(problems.len() > 20, "{}", problems.len());
    let since = Some(all[all.len() / 2].time);
    for problem in problems {
        let of_problem = || all.iter().filter(|event| event.problem == *problem).cloned();
        let filter = EventFilter { problem: Some(problem.clone()), ..EventFilter::default() };
        assert_eq!(found(&filter), of_problem().collect::<Vec<_>>());
        let later: Vec<_> = of_problem().filter(|event| Some(event.time) >= since).collect();
        assert_eq!(found(&EventFilter { since, ..filter.clone() }), later);
        let last: Vec<_> = of_problem().next_back().into_iter().collect();
        assert_eq!(found(&EventFilter { limit: Some(1), ..filter }), last);
    }
}
