//! The report of the samples' week, recounted from the store with SQL.

use rusqlite::Connection;
use serde_json::Value;

use crate::run::{Place, count, number};

const WEEK: &str = "2026-W37";
/// 2026-09-07 and 2026-09-14, in milliseconds since 1970.
const FROM: u64 = 1_788_739_200_000;
const TO: u64 = FROM + 7 * 86_400_000;

fn demo() -> Place {
    let place = Place::new();
    place.put_samples("iguana-x");
    place.ingest(&["samples/iguana-x"]);
    place
}

fn json(place: &Place, args: &[&str]) -> Value {
    let text = place.stdout(&[&["report", "--format", "json"], args].concat());
    serde_json::from_str(&text).unwrap()
}

/// Counts the events of a span that meet a condition.
fn events(db: &Connection, from: u64, to: u64, condition: &str) -> u64 {
    let sql = format!(
        "SELECT count(*) FROM event JOIN problem ON problem.id = problem \
         WHERE time >= {from} AND time < {to} AND {condition}"
    );
    number(db, &sql)
}

fn entries(db: &Connection, from: u64, to: u64, condition: &str) -> u64 {
    let sql = format!(
        "SELECT coalesce(sum(entries), 0) FROM hourly JOIN component ON component.id = component \
         WHERE hour >= {} AND hour < {} AND {condition}",
        from / 3_600_000,
        to / 3_600_000
    );
    number(db, &sql)
}

#[test]
fn its_totals_are_those_of_the_store() {
    let place = demo();
    let report = json(&place, &["--week", WEEK]);
    let db = place.sqlite();
    let weeks = [("totals", FROM, TO), ("totals_before", 2 * FROM - TO, FROM)];
    for (name, from, to) in weeks {
        let totals = &report[name];
        assert_eq!(count(totals, "events"), events(&db, from, to, "1"), "{name}");
        assert_eq!(count(totals, "unknown"), events(&db, from, to, "rule IS NULL"), "{name}");
        let parts = ["known", "fallback", "unknown"].map(|part| count(totals, part));
        assert_eq!(parts.iter().sum::<u64>(), count(totals, "events"), "{name}: {parts:?}");
        assert_eq!(count(totals, "entries"), entries(&db, from, to, "1"), "{name}");
        for (kind, code) in [("message", 4), ("trace", 5), ("error", 9)] {
            let want = entries(&db, from, to, &format!("kind = {code}"));
            assert_eq!(count(&totals["by_type"], kind), want, "{kind} in {name}");
        }
    }
}

#[test]
fn the_count_of_each_problem_is_that_of_the_store() {
    let place = demo();
    let report = json(&place, &["--week", WEEK]);
    let db = place.sqlite();
    let problems = report["problems"].as_array().unwrap();
    assert!(problems.len() > 5);
    for problem in problems {
        let what = match (problem["rule"].as_str(), problem["cluster"].as_str()) {
            (Some(rule), _) => format!("rule = '{rule}'"),
            (None, cluster) => format!("cluster = '{}'", cluster.unwrap()),
        };
        assert_eq!(count(problem, "count"), events(&db, FROM, TO, &what), "{what}");
        assert_eq!(count(problem, "before"), events(&db, 2 * FROM - TO, FROM, &what), "{what}");
    }
    let sum: u64 = problems.iter().map(|problem| count(problem, "count")).sum();
    assert_eq!(sum, count(&report["totals"], "events"), "every event counts for one problem");
}

#[test]
fn a_problem_is_the_sum_of_its_places_days_and_hours() {
    let report = json(&demo(), &["--week", WEEK]);
    for problem in report["problems"].as_array().unwrap() {
        let sum = |list: &str| -> u64 {
            problem[list].as_array().unwrap().iter().map(|one| count(one, "count")).sum()
        };
        let total = count(problem, "count");
        assert_eq!((sum("places"), sum("days")), (total, total), "{problem}");
        let hours = problem["hours_of_day"].as_array().unwrap();
        let hours: u64 = hours.iter().map(|hour| hour.as_u64().unwrap()).sum();
        assert_eq!(hours, total, "{problem}");
    }
}

#[test]
fn costs_add_up_to_the_total() {
    let report = json(&demo(), &["--week", WEEK]);
    let problems = report["problems"].as_array().unwrap();
    let sum: u64 = problems.iter().map(|problem| count(problem, "cost_minutes")).sum();
    assert_eq!(sum, count(&report["cost"], "total_minutes"));
    let costs: Vec<u64> = problems.iter().map(|problem| count(problem, "cost_minutes")).collect();
    assert!(costs.is_sorted_by(|a, b| a >= b), "costliest first: {costs:?}");
}

#[test]
fn the_incidents_of_the_story_are_in_the_report_with_their_counts() {
    let report = json(&demo(), &["--week", WEEK]);
    let incidents = dewlap::sample::incidents(dewlap::sample::SEED);
    for (incident, rule) in [
        ("oracle-listener", "db-oracle.no-listener"),
        ("duplicate-visit", "db-sqlserver.duplicate-key"),
        ("low-space", "logs.disk-space-low"),
    ] {
        let want: u64 =
            incidents.iter().filter(|one| one.name == incident).map(|one| one.weeks[1]).sum();
        let lists = [&report["problems"], &report["quiet"]];
        let mut all = lists.iter().flat_map(|list| list.as_array().unwrap());
        let found = all.find(|problem| problem["rule"] == rule);
        let found = found.unwrap_or_else(|| panic!("no problem `{rule}`"));
        assert_eq!(count(found, "count"), want, "{incident}");
    }
}

#[test]
fn components_are_counted_as_the_store_has_them() {
    let place = demo();
    let report = json(&place, &["--week", WEEK]);
    let db = place.sqlite();
    let components = report["components"].as_array().unwrap();
    assert_eq!(components.len(), 8);
    for component in components {
        let key = component["component"].as_str().unwrap();
        for (field, condition) in
            [("messages", "kind = 4"), ("errors", "level = 2"), ("warnings", "level = 1")]
        {
            let want = entries(&db, FROM, TO, &format!("key = '{key}' AND {condition}"));
            assert_eq!(count(component, field), want, "{field} of {key}");
        }
    }
}

#[test]
fn two_runs_give_the_same_bytes_in_every_format() {
    let place = demo();
    for format in ["text", "json", "csv", "md", "html"] {
        let run = || place.stdout(&["report", "--week", WEEK, "--format", format]);
        assert_eq!(run(), run(), "{format}");
    }
}

#[test]
fn the_footer_names_store_catalogue_and_window() {
    let place = demo();
    let store: String =
        place.sqlite().query_row("SELECT id FROM store", [], |row| row.get(0)).unwrap();
    let check = place.stdout(&["patterns", "check"]);
    let hash = check.trim_end().trim_end_matches('.').rsplit(' ').next().unwrap().to_owned();
    for format in ["text", "md"] {
        let report = place.stdout(&["report", "--week", WEEK, "--format", format]);
        let at = report.len() - report.len().min(400);
        let (_, footer) = report.split_at(report.ceil_char_boundary(at));
        for part in [store.as_str(), hash.as_str(), "2026-09-07 00:00", "2026-09-14 00:00"] {
            assert!(footer.contains(part), "{part} is not in the footer of {format}: {footer}");
        }
    }
    let report = json(&place, &["--week", WEEK]);
    assert_eq!((&report["store"], &report["catalogue"]), (&Value::from(store), &Value::from(hash)));
    assert_eq!(report["window"]["name"], WEEK);
    assert_eq!(report["window"]["from"], "2026-09-07T00:00:00.000Z");
    assert_eq!(report["window"]["to"], "2026-09-14T00:00:00.000Z");
}

#[test]
fn a_week_without_entries_says_so() {
    let place = demo();
    for format in ["text", "md"] {
        let report = place.stdout(&["report", "--week", "2025-W01", "--format", format]);
        assert!(report.contains("2025-W01"), "{report}");
        assert!(report.contains("No data for 2025-W01"), "{report}");
    }
    let report = json(&place, &["--week", "2025-W01"]);
    assert_eq!(count(&report["totals"], "events"), 0);
    assert_eq!(report["problems"].as_array().unwrap().len(), 0);
}

#[test]
fn a_report_of_one_server_leaves_the_others_out() {
    let place = Place::new();
    place.put_samples("iguana-x");
    place.put_samples("text");
    place.ingest(&["--server", "north", "samples/iguana-x"]);
    place.ingest(&["--server", "south", "samples/text"]);
    let all = json(&place, &["--week", WEEK]);
    assert_eq!(all["servers"], serde_json::json!(["north", "south"]));
    let mut sum = 0;
    for server in ["north", "south"] {
        let one = json(&place, &["--week", WEEK, "--server", server]);
        assert_eq!(one["servers"], serde_json::json!([server]));
        let problems = one["problems"].as_array().unwrap();
        assert!(problems.iter().all(|problem| problem["server"] == server));
        sum += count(&one["totals"], "events");
    }
    assert_eq!(sum, count(&all["totals"], "events"));
}

#[test]
fn a_server_that_is_not_in_the_store_gives_no_numbers() {
    let place = demo();
    let output = place.run(&["report", "--week", WEEK, "--server", "nowhere", "--format", "json"]);
    let is_empty = || {
        let report: Value = serde_json::from_str(&output.stdout).unwrap();
        count(&report["totals"], "events") == 0
    };
    assert!(output.code == Some(2) || is_empty(), "{output:?}");
}

#[test]
fn since_and_until_cut_the_window() {
    let place = demo();
    let day = ["--since", "2026-09-09", "--until", "2026-09-10"];
    let report = json(&place, &day);
    let from = FROM + 2 * 86_400_000;
    let want = events(&place.sqlite(), from, from + 86_400_000, "1");
    assert_eq!(count(&report["totals"], "events"), want);
    assert!(want > 0);
}

#[test]
fn a_report_goes_to_a_file_without_colours() {
    let place = demo();
    let args = ["report", "--quiet", "--week", WEEK, "--out", "week.txt", "--color", "always"];
    assert_eq!(place.stdout(&args), "");
    let report = String::from_utf8(place.read("week.txt")).unwrap();
    assert!(report.contains(WEEK) && !report.contains('\u{1b}'));
}

#[test]
fn the_demo_tells_the_story_of_the_samples() {
    let place = Place::new();
    let output = place.run(&["demo", "--quiet"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.stdout.contains(WEEK), "{}", output.stdout);
    assert!(output.stdout.contains("Catalogue") || output.stdout.contains("catalogue"));
    assert!(!place.path(crate::run::DB).exists(), "it keeps to a temporary store");
}
