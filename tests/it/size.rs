//! Roll-ups and retention: what is counted stays, whatever is deleted.

use rusqlite::Connection;
use serde_json::Value;

use crate::run::{Place, count, number};

/// 2026-09-07, 00:00 UTC, in milliseconds since 1970.
const MONDAY: u64 = 1_788_739_200_000;
/// Long enough after the logs that all spans but `forever` are over.
const LATER: &str = "2026-10-20";

/// Reads the sample logs of Iguana X, and some attempts for one message.
fn place() -> Place {
    let place = Place::new();
    place.put_samples("iguana-x");
    let attempt = |second: u64| {
        format!("2026-09-08 08:00:0{second} ERROR engine: Receiver answered: MSA|AE|7\n")
    };
    place.put("a.log", (0..3).map(attempt).collect::<String>());
    place.ingest(&["samples/iguana-x", "a.log"]);
    place.put(
        "dewlap.toml",
        "[retention]\ninfo = '1d'\nwarning = '1d'\nerror = '30d'\ncritical = '30d'\nexamples = 2\n",
    );
    place
}

fn report(place: &Place, args: &[&str]) -> Value {
    let text = place.stdout(&[&["report", "--format", "json", "--top", "100"], args].concat());
    serde_json::from_str(&text).unwrap()
}

fn compact(place: &Place, args: &[&str]) -> Value {
    let args = [&["store", "compact", "--format", "json", "--at", LATER], args].concat();
    serde_json::from_str(&place.stdout(&args)).unwrap()
}

/// Asserts what must hold of roll-ups at all times, by counting rows of `event`.
#[track_caller]
fn roll_ups_are_sound(db: &Connection) {
    let wrong = [
        "SELECT count(*) FROM (SELECT problem, time / 3600000, coalesce(outcome + 1, 0), count(*) \
         FROM event GROUP BY 1, 2, 3 \
         EXCEPT SELECT problem, hour, outcome, events - gone FROM rollup)",
        "SELECT count(*) FROM rollup WHERE events - gone <> (SELECT count(*) FROM event \
         WHERE problem = rollup.problem AND time / 3600000 = rollup.hour \
         AND coalesce(outcome + 1, 0) = rollup.outcome)",
        "SELECT count(*) FROM (SELECT problem, message, count(*) FROM event \
         WHERE message IS NOT NULL GROUP BY 1, 2 \
         EXCEPT SELECT problem, message, attempts FROM message)",
        "SELECT count(*) FROM message WHERE attempts <> (SELECT count(*) FROM event \
         WHERE problem = message.problem AND message = message.message)",
        "SELECT count(*) FROM rollup WHERE failures > events OR failures < 0 OR gone > events",
    ];
    for sql in wrong {
        assert_eq!(number(db, sql), 0, "{sql}");
    }
}

#[test]
fn a_report_counts_what_the_events_say() {
    let place = place();
    let db = place.sqlite();
    roll_ups_are_sound(&db);
    let sql = "SELECT count(*) FROM problem WHERE first IS NOT (SELECT min(time) FROM event \
               WHERE problem = problem.id) OR last IS NOT \
               (SELECT max(time) FROM event WHERE problem = problem.id)";
    assert_eq!(number(&db, sql), 0, "first and last are those of the events");
    let failures =
        "SELECT count(DISTINCT problem || ' ' || message) + sum(message IS NULL) FROM event";
    assert_eq!(number(&db, "SELECT sum(failures) FROM rollup"), number(&db, failures));
    assert!(number(&db, failures) < number(&db, "SELECT count(*) FROM event"), "some are retried");
    let windows = [
        ("2026-09-07", "2026-09-14", "2026-09-07", "2026-09-14"),
        ("2026-09-08T09:20:00Z", "2026-09-10T23:01:00Z", "2026-09-08 09:00", "2026-09-11"),
    ];
    for (from, to, since, until) in windows {
        let report = report(&place, &["--since", from, "--until", to]);
        let sql = format!(
            "SELECT count(*) FROM event WHERE time >= unixepoch('{since}') * 1000 \
             AND time < unixepoch('{until}') * 1000"
        );
        assert_eq!(count(&report["totals"], "events"), number(&db, &sql), "{since}");
    }
}

#[test]
fn the_report_is_the_same_once_old_events_are_deleted() {
    let place = place();
    let weeks = [&["--week", "2026-W37"][..], &["--week", "2026-W38"], &["--week", "2026-W36"]];
    let before: Vec<_> = weeks.iter().map(|week| without_texts(report(&place, week))).collect();
    let deleted = compact(&place, &[]);
    assert!(count(&deleted, "events") > 50, "{deleted}");
    let after: Vec<_> = weeks.iter().map(|week| without_texts(report(&place, week))).collect();
    assert_eq!(before, after);
    let db = place.sqlite();
    roll_ups_are_sound(&db);
    let lost = "SELECT count(*) FROM problem WHERE first IS NOT NULL \
                AND id NOT IN (SELECT problem FROM event)";
    assert_eq!(number(&db, lost), 0, "each problem has an example");
}

/// Takes away what is told of single events: texts and captured values.
fn without_texts(mut report: Value) -> Value {
    strip(&mut report);
    report
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for key in ["example", "values", "causes", "split_by", "examples"] {
                object.remove(key);
            }
            object.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

#[test]
fn reading_the_same_logs_again_brings_nothing_back() {
    let place = place();
    let sums = "SELECT sum(events) * 1000003 + sum(failures) FROM rollup";
    let before = number(&place.sqlite(), sums);
    assert!(count(&compact(&place, &[]), "events") > 50);
    let stored = number(&place.sqlite(), "SELECT count(*) FROM event");
    let again = place.ingest(&["samples/iguana-x"]);
    assert_eq!((count(&again, "entries"), count(&again, "new_events")), (0, 0), "{again}");
    let db = place.sqlite();
    assert_eq!(number(&db, "SELECT count(*) FROM event"), stored);
    assert_eq!(number(&db, sums), before);
}

#[test]
fn a_dry_run_tells_what_is_deleted_and_deletes_nothing() {
    let place = place();
    let events = "SELECT count(*) FROM event";
    let before = number(&place.sqlite(), events);
    let told = compact(&place, &["--dry-run"]);
    assert_eq!(number(&place.sqlite(), events), before);
    let done = compact(&place, &[]);
    assert_eq!((&told["events"], &told["by_severity"]), (&done["events"], &done["by_severity"]));
    assert_eq!(before - number(&place.sqlite(), events), count(&done, "events"));
    assert_eq!(count(&compact(&place, &[]), "events"), 0, "the second time there is nothing left");
}

#[test]
fn the_last_entry_of_a_log_counts_once_though_it_is_old_and_the_log_grows() {
    let place = Place::new();
    let line = |second: u64| {
        format!("2026-09-07 08:00:{second:02} ERROR engine: ORA-12541: TNS:no listener\n")
    };
    place.put(
        "dewlap.toml",
        "[retention]\nwarning = '1d'\nerror = '1d'\ncritical = '1d'\nexamples = 0\n",
    );
    place.put("a.log", (0..5).map(line).collect::<String>());
    place.ingest(&["a.log"]);
    // The event with the highest number, which is never deleted, is of another log.
    place.put("b.log", (7..9).map(line).collect::<String>());
    place.ingest(&["b.log"]);
    assert_eq!(count(&compact(&place, &[]), "events"), 5);
    place.put("a.log", (0..6).map(line).collect::<String>());
    place.ingest(&["a.log"]);
    let db = place.sqlite();
    assert_eq!(number(&db, "SELECT sum(events) FROM rollup"), 8);
    roll_ups_are_sound(&db);
}

#[test]
fn numbers_of_deleted_events_are_not_given_again() {
    let place = Place::new();
    let log = |from: u64| -> String {
        let line = |nth: u64| {
            format!("2026-09-07 08:00:{nth:02} ERROR engine: ORA-12541: TNS:no listener\n")
        };
        (from..from + 5).map(line).collect()
    };
    place.put(
        "dewlap.toml",
        "[retention]\nwarning = '1d'\nerror = '1d'\ncritical = '1d'\nexamples = 0\n",
    );
    place.put("b.log", log(10));
    place.put("a.log", log(0));
    place.ingest(&["b.log"]);
    place.ingest(&["a.log"]);
    let last = number(&place.sqlite(), "SELECT max(id) FROM event");
    assert!(count(&compact(&place, &[]), "events") > 0);
    place.put("c.log", log(30));
    place.ingest(&["c.log"]);
    let sql = format!("SELECT count(*) FROM event WHERE id > {last}");
    assert_eq!(number(&place.sqlite(), &sql), 5, "alerts look at what has a higher number");
}

#[test]
fn attempts_for_one_message_are_one_failure() {
    let place = Place::new();
    let line = |nth: u64, id: u64| {
        format!("2026-09-07 0{nth}:00:00 ERROR engine: Receiver answered: MSA|AE|{id}\n")
    };
    place.put("a.log", [line(3, 7), line(4, 7), line(5, 8)].concat());
    place.put("b.log", [line(2, 7), line(6, 7)].concat());
    place.ingest(&["a.log"]);
    place.ingest(&["b.log"]);
    let db = place.sqlite();
    let hours =
        number(&db, &format!("SELECT sum(failures * (hour - {MONDAY} / 3600000)) FROM rollup"));
    assert_eq!(hours, 2 + 5, "the earlier one was read later");
    assert_eq!(number(&db, "SELECT sum(failures) FROM rollup"), 2);
    assert_eq!(number(&db, "SELECT sum(events) FROM rollup"), 5);
    let told = place.stdout(&["store", "info", "--format", "json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((count(&told["counted"], "events"), count(&told["counted"], "failures")), (5, 2));
}
