//! Rules that look beyond one entry: their episodes depend on what was written, and on nothing else.

use serde_json::{Value, json};

use crate::run::{Place, lines};

/// A rule for starts, and one that counts them.
const RULES: &str = r#"
[[rule]]
id = "t.loop"
title = "It starts again and again"
status = "stable"
severity = "error"
nature = "platform"
stops = true
toil_minutes = 10
cause = "It stops."
fix = "Look why."
owner = "support"
escalation = []
references = []
applies_to = ["iguana-x"]
review_by = "2027-11-01"

[rule.when]
rules = ["t.start"]
count = COUNT
within = "10m"
scope = "component"
until = ["t.well"]

[[rule.examples]]
entries = ["0s engine starts", "10s engine starts", "20s engine starts"]

[[rule.examples]]
entries = ["0s engine starts", "1m engine starts", "2m engine starts", "3m engine is well"]

[[rule.counter_examples]]
entries = ["0s engine starts"]
because = "one start is none too many"
"#;

/// A rule that is met by one text.
fn routine(id: &str, text: &str) -> String {
    let head = RULES.split("[rule.when]").next().unwrap().replace("t.loop", id);
    format!(
        "{head}routine = true\n[rule.match]\nany = ['{text}']\nregex = '^{text}(?: now)?$'\n\
         [[rule.examples]]\nline = '{text}'\n[[rule.examples]]\nline = '{text} now'\n\
         [[rule.counter_examples]]\nline = 'engine'\nbecause = 'it says nothing'\n"
    )
}

fn put_rules(place: &Place, count: &str) {
    let course = RULES.replace("COUNT", count);
    let rules = [course, routine("t.start", "engine starts"), routine("t.well", "engine is well")];
    place.put("rules/t.toml", rules.concat());
}

/// Returns lines of a text log, one a minute and text.
fn log(entries: &[(u32, &str)]) -> String {
    let line = |(minute, text): &(u32, &str)| {
        format!("[2026-09-08 08:{minute:02}:00.000] [ADT] [Info] [ADT-{minute}] {text}\n")
    };
    entries.iter().map(line).collect()
}

fn ingest(place: &Place, paths: &[&str]) -> Value {
    place.ingest(&[&["--patterns", "rules"], paths].concat())
}

/// Returns the episodes as first minute, last minute, entries and the minute of the end.
fn episodes(place: &Place) -> Vec<String> {
    let out = place.stdout(&["episodes", "--quiet", "--patterns", "rules", "--format", "json"]);
    let minute =
        |at: &Value| at.as_str().map_or("-".into(), |at| at.chars().skip(14).take(2).collect());
    let told = |row: Value| {
        let minutes =
            [&row["first"], &row["last"], &row["ended"]].map(|at| -> String { minute(at) });
        format!("{}-{} {} {}", minutes[0], minutes[1], row["entries"], minutes[2])
    };
    lines(&out).into_iter().map(told).collect()
}

const EARLY: &[(u32, &str)] = &[(0, "engine starts"), (9, "engine starts")];
const LATE: &[(u32, &str)] =
    &[(15, "engine starts"), (18, "engine starts"), (20, "engine is well"), (50, "engine starts")];

fn place() -> Place {
    let place = Place::new();
    put_rules(&place, "3");
    place.put("early.log", log(EARLY));
    place.put("late.log", log(LATE));
    place
}

#[test]
fn episodes_do_not_depend_on_the_order_of_files_or_on_the_number_of_runs() {
    let runs: [&[&[&str]]; 4] = [
        &[&["early.log", "late.log"]],
        &[&["early.log"], &["late.log"]],
        &[&["late.log"], &["early.log"]],
        &[&["late.log"], &["late.log", "early.log"], &["early.log"]],
    ];
    for run in runs {
        let place = place();
        for paths in run {
            ingest(&place, paths);
        }
        assert_eq!(episodes(&place), ["09-18 3 20"], "{run:?}");
    }
}

#[test]
fn a_line_of_normal_work_is_counted_and_is_no_event() {
    let place = place();
    assert_eq!(ingest(&place, &["early.log", "late.log"])["events"], 0);
    assert_eq!(episodes(&place).len(), 1);
}

#[test]
fn an_entry_that_is_met_again_in_another_file_counts_once() {
    let place = place();
    place.put("copy.log", log(LATE));
    ingest(&place, &["early.log", "late.log", "copy.log"]);
    assert_eq!(episodes(&place), ["09-18 3 20"]);
}

#[test]
fn a_half_written_line_that_becomes_another_one_is_taken_back() {
    let place = place();
    let whole = log(&[(0, "engine starts"), (1, "engine starts"), (2, "engine starts a test")]);
    place.put("grows.log", whole.trim_end().trim_end_matches(" a test"));
    ingest(&place, &["grows.log"]);
    assert_eq!(episodes(&place), ["00-02 3 -"]);
    place.put("grows.log", whole);
    ingest(&place, &["grows.log"]);
    assert!(episodes(&place).is_empty());
}

#[test]
fn another_threshold_finds_the_episodes_anew() {
    let place = place();
    ingest(&place, &["early.log", "late.log"]);
    put_rules(&place, "2");
    ingest(&place, &["early.log"]);
    assert_eq!(episodes(&place), ["00-18 4 20"]);
    put_rules(&place, "3");
    ingest(&place, &["early.log"]);
    assert_eq!(episodes(&place), ["09-18 3 20"]);
}

#[test]
fn an_episode_stands_in_the_report_and_its_entries_cost_once() {
    let place = place();
    ingest(&place, &["early.log", "late.log"]);
    let args = ["report", "--patterns", "rules", "--week", "2026-W37", "--format", "json"];
    let report: Value = serde_json::from_str(&place.stdout(&args)).unwrap();
    let problem = &report["courses"][0];
    assert_eq!(problem["rule"], "t.loop");
    assert_eq!((&report["problems"], &report["cost"]["total_minutes"]), (&json!([]), &json!(0)));
    assert_eq!(
        (problem["count"].as_u64(), problem["outcomes"]["recovered"].as_u64()),
        (Some(1), Some(1))
    );
}

#[test]
fn a_rule_without_episodes_is_told_from_one_that_is_not_there() {
    let place = place();
    ingest(&place, &["early.log"]);
    let error = |rule| place.run(&["episodes", "--patterns", "rules", "--rule", rule]).stderr;
    assert!(error("t.start").starts_with("error: rule `t.start` looks at one entry"));
    assert!(error("t.lop").ends_with("hint: did you mean `t.loop`?\n"));
}

#[test]
fn a_history_that_shows_no_episode_is_a_fault_of_the_rule() {
    let place = place();
    put_rules(&place, "4");
    let output = place.run(&["patterns", "check", "--patterns", "rules"]);
    assert_eq!(output.code, Some(1));
    let wanted =
        "an example of `t.loop` makes no episode\n  hint: 3 of its 3 entries count, expected 4";
    assert!(output.stdout.contains(wanted), "{}", output.stdout);
}
