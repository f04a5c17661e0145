//! `patterns backtest`: what another catalogue would say of stored events.

use std::path::Path;

use dewlap::catalogue::{Catalogue, PatternFile};
use dewlap::classify::Classifier;
use dewlap::pipeline::{BacktestOptions, ChangeKind, backtest as decide_anew};
use dewlap::store::{Store, Window};
use serde_json::{Value, json};

use crate::run::{DB, Output, Place, count, tree};

/// The words that are put around each example of the catalogue.
const AROUND: [&str; 4] = [
    "",
    "Stopping component with runtime error:\nmain.lua:12: ",
    "Continuing to run with error:\n[string \"main\"]:7: ",
    "Error executing operation. Retrying (3 of 100)...\n",
];

/// Returns a rule's text: id, words in every match, expression, more fields.
pub(crate) fn rule(id: &str, literal: &str, regex: &str, fields: &str) -> String {
    let (severity, fields) = fields.split_once(';').unwrap_or(("error", fields));
    format!(
        "[[rule]]\nid = \"site.{id}\"\ntitle = \"A site rule\"\nstatus = \"stable\"\n\
         severity = \"{severity}\"\nnature = \"resource\"\nstops = false\ntoil_minutes = 5\n\
         cause = \"Too much to do.\"\nfix = \"Wait.\"\nowner = \"support\"\nescalation = []\n\
         references = []\napplies_to = [\"iguana-x\"]\nreview_by = \"2030-01-01\"\n{fields}\n\
         [rule.match]\nany = [\"{literal}\"]\nregex = '{regex}'\n\n\
         [[rule.examples]]\nline = \"one\"\n[[rule.examples]]\nline = \"two\"\n\
         [[rule.counter_examples]]\nline = \"three\"\nbecause = \"it is another\"\n\n"
    )
}

fn checksum() -> String {
    rule("checksum", "Checksum of", r"Checksum of lookup table (?<code>\d+) is", "")
}

fn slot(regex: &str, fields: &str) -> String {
    rule("slot", "Scheduler slot", regex, fields)
}

fn spool() -> String {
    rule("spool", "Audit spool", r"Audit spool \d+ has", "")
}

/// Any slot of the scheduler.
const SLOT: &str = r"Scheduler slot (?<count>\d+) fell behind";

/// Writes a catalogue into a directory.
fn put_rules(place: &Place, directory: &str, rules: &[String]) {
    place.put(&format!("{directory}/site.toml"), rules.concat());
}

/// Returns a store whose events were decided by the rules in `old/`: a checksum, slots 7 and 8 of
/// the scheduler, two audit spools, and something unknown.
fn place() -> Place {
    let place = Place::with_key();
    put_rules(&place, "old", &[checksum(), slot(SLOT, ""), spool()]);
    place.put("engine.log", log());
    place.ingest(&["--patterns", "old", "engine.log"]);
    place
}

fn log() -> String {
    let texts = [
        "Checksum of lookup table 4 is bad",
        "Scheduler slot 7 fell behind",
        "Scheduler slot 8 fell behind",
        "Audit spool 1 has only 5 MB left",
        "Audit spool 2 has only 0 MB left",
        "Unknown site code in routing map",
    ];
    let lines = texts.iter().enumerate().map(|(second, text)| {
        format!("[2026-09-07 00:00:0{second}.000] [ADT] [Error] [20260907-{second}] {text}\n")
    });
    lines.collect()
}

fn backtest(place: &Place) -> Output {
    place.run(&[
        "patterns",
        "backtest",
        "--patterns",
        "old",
        "--catalog",
        "new",
        "--format",
        "json",
    ])
}

#[track_caller]
fn parsed(output: &Output) -> Value {
    assert_eq!(output.stderr, "");
    serde_json::from_str(&output.stdout).unwrap()
}

/// Returns each change with its rules and its number of events.
fn changes(found: &Value) -> Vec<Value> {
    let rows = found["changes"].as_array().unwrap().iter();
    rows.map(|row| json!([row["change"], row["from"], row["to"], row["events"]])).collect()
}

#[test]
fn a_rule_that_is_dropped_narrowed_or_overruled_is_one_row_each() {
    let place = place();
    let zero = rule("spool-full", "Audit spool", r"Audit spool \d+ has only 0 MB left", "");
    put_rules(&place, "new", &[slot("Scheduler slot 7 fell behind", ""), spool(), zero]);
    let output = backtest(&place);
    assert_eq!(output.code, Some(1));
    let found = parsed(&output);
    assert_eq!(
        changes(&found),
        [
            json!(["lost", "site.checksum", null, 1]),
            json!(["lost", "site.slot", null, 1]),
            json!(["moved", "site.spool", "site.spool-full", 1]),
        ]
    );
    assert_eq!(found["changes"][1]["samples"][0]["id"], "20260907-2");
    assert_eq!(found["changes"][1]["samples"][0]["text"], "Scheduler slot 8 fell behind");
    let why = found["changes"][1]["why"].as_str().unwrap();
    assert!(why.starts_with("the regex matches up to `Scheduler slot `"), "{why}");
    assert_eq!(found["new_rules"], json!(["site.spool-full"]));
    assert_eq!(found["gone_rules"], json!(["site.checksum"]));
    assert_eq!(found["before"], json!({"known": 5, "fallback": 0, "unknown": 1}));
    assert_eq!(found["after"], json!({"known": 3, "fallback": 0, "unknown": 3}));
}

#[test]
fn what_is_only_gained_is_no_reason_to_fail() {
    let place = place();
    let site = rule("code", "Unknown site", "Unknown site code", "");
    put_rules(&place, "new", &[checksum(), site, slot(SLOT, ""), spool()]);
    let output = backtest(&place);
    assert_eq!(output.code, Some(0));
    assert_eq!(changes(&parsed(&output)), [json!(["gained", null, "site.code", 1])]);
}

#[test]
fn a_rule_that_becomes_a_fallback_loses_its_events() {
    let place = place();
    put_rules(&place, "new", &[checksum(), slot(SLOT, "fallback = true"), spool()]);
    let output = backtest(&place);
    assert_eq!(output.code, Some(1));
    let found = parsed(&output);
    assert_eq!(changes(&found), [json!(["lost", "site.slot", "site.slot", 2])]);
    assert_eq!(found["changes"][0]["to_fallback"], true);
}

#[test]
fn lesser_changes_are_told_apart() {
    let place = place();
    let fields = "warning;outcome = \"stopped\"\ngroup_by = [\"code\"]";
    let slot = slot(r"Scheduler slot (?<code>\d+) fell behind", fields);
    put_rules(&place, "new", &[checksum(), slot, spool()]);
    let output = backtest(&place);
    assert_eq!(output.code, Some(0));
    let found = parsed(&output);
    assert_eq!(changes(&found), [Value::Null; 0]);
    let row = &found["lesser"][0];
    for what in ["events", "captures", "outcome", "severity", "regrouped"] {
        assert_eq!(row[what], 2, "{what}");
    }
    assert_eq!((&row["rule"], &found["lesser"][1]), (&json!("site.slot"), &Value::Null));
}

#[test]
fn events_are_compared_with_their_stored_class_whichever_catalogue_decided_it() {
    let place = place();
    put_rules(&place, "new", &[slot(SLOT, "")]);
    let later = log().replace("[20260907-", "[20260908-").replace("[2026-09-07", "[2026-09-08");
    place.put("later.log", later);
    place.ingest(&["--patterns", "new", "later.log"]);
    let found = parsed(&backtest(&place));
    assert_eq!(found["events"], 12);
    let rows = found["catalogues"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["events"].clone()).collect::<Vec<_>>(), [6, 6]);
    assert!(rows.iter().any(|row| row["catalogue"] == found["catalogue"]), "{rows:?}");
    let lost = [json!(["lost", "site.spool", null, 2]), json!(["lost", "site.checksum", null, 1])];
    assert_eq!(changes(&found), lost);
}

#[test]
fn a_window_and_a_server_choose_the_events() {
    let place = place();
    put_rules(&place, "new", &[spool()]);
    let seen = |args: &[&str]| {
        let base = ["patterns", "backtest", "--catalog", "new", "--format", "json"];
        let output = place.run(&[&base[..], args].concat());
        count(&parsed(&output), "events")
    };
    assert_eq!(seen(&["--since", "2026-09-07T00:00:04Z"]), 2);
    assert_eq!(seen(&["--until", "2026-09-07T00:00:04Z", "--server", "iguana"]), 4);
    let unknown = place.run(&["patterns", "backtest", "--server", "other"]);
    assert_eq!(unknown.code, Some(2));
}

/// Returns every example of the built-in catalogue, plain and with words around it, with both line
/// ends, as a saved answer of Iguana's HTTP interface.
fn every_example() -> String {
    let catalogue = Catalogue::builtin().unwrap();
    let mut out = String::new();
    let examples = catalogue.rules().iter().flat_map(dewlap::catalogue::Rule::examples);
    for (index, example) in examples.enumerate() {
        for (nth, around) in AROUND.iter().enumerate() {
            let text = format!("{around}{}", example.text);
            let text = if index % 2 == 0 { text } else { text.replace('\n', "\r\n") };
            let time = 1_788_854_400_000_usize + 10 * index + nth;
            let entry = json!({
                "type": "5", "time": time.to_string(), "id": "1", "size": "1",
                "comp": "1dFsG6jHk3LzX8cVbN2mQw", "rel_comp": "", "rel_time": "0", "rel_id": "0",
                "sid": time.to_string(), "qid": "0",
                "tags": [if nth == 1 { "" } else { "#error" }],
                "match": false, "content": text,
            });
            out.push_str(&entry.to_string());
            out.push('\n');
        }
    }
    out
}

#[test]
fn the_catalogue_that_decided_the_events_changes_nothing() {
    let place = Place::with_key();
    place.put_samples("");
    for (name, bytes) in tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("patterns")) {
        place.put(&format!("rules/{name}"), bytes);
    }
    place.put("examples.ndjson", every_example());
    place.ingest(&["samples", "examples.ndjson"]);
    for args in [&[][..], &["--catalog", "rules"]] {
        let args = [&["patterns", "backtest", "--format", "json"], args].concat();
        let found: Value = serde_json::from_str(&place.stdout(&args)).unwrap();
        assert!(count(&found, "events") > 1_000, "{}", found["events"]);
        for list in ["changes", "lesser", "new_rules", "gone_rules"] {
            assert_eq!(found[list], json!([]), "{list}");
        }
        assert_eq!(found["before"], found["after"]);
        assert_eq!(found["catalogues"][0]["catalogue"], found["catalogue"]);
    }
}

#[test]
fn the_answer_does_not_depend_on_the_number_of_threads() {
    let place = Place::with_key();
    place.put("examples.ndjson", every_example());
    place.ingest(&["examples.ndjson"]);
    let present = Catalogue::builtin().unwrap();
    let text = slot(SLOT, "");
    let file = PatternFile { path: "site.toml".into(), text };
    let catalogue = Catalogue::parse(vec![file], Vec::new()).unwrap();
    let found = |threads: usize| {
        let options = BacktestOptions {
            window: Window::default(),
            catalogue: &catalogue,
            classifier: &Classifier::new(&catalogue).unwrap(),
            present: &present,
            threads: threads.try_into().unwrap(),
        };
        decide_anew(&Store::open(&place.path(DB)).unwrap(), &options).unwrap()
    };
    let alone = found(1);
    assert!(alone.changed(ChangeKind::Lost) > 1_000 && alone.changes.len() > 100);
    assert!(alone.changes.iter().any(|change| change.samples.len() == 3));
    assert_eq!(found(4), alone);
}
