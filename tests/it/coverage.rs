//! `patterns coverage`: how much of the errors the catalogue explains.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::backtest::rule;
use crate::run::{DB, Place, count, lines};

fn coverage(place: &Place, args: &[&str]) -> Value {
    let args = [&["patterns", "coverage", "--format", "json"], args].concat();
    serde_json::from_str(&place.stdout(&args)).unwrap()
}

fn place_with_samples() -> Place {
    let place = Place::with_key();
    place.put_samples("iguana-x");
    place
}

/// Returns true for an event that says itself that it is an error or a warning.
fn is_bad(event: &Value) -> bool {
    let tags = event["tags"].as_array().unwrap();
    ["error", "warning"]
        .iter()
        .any(|word| event["type"] == **word || tags.contains(&json!(format!("#{word}"))))
}

#[test]
fn the_counts_are_those_of_the_stored_events() {
    let place = place_with_samples();
    place.ingest(&["samples/iguana-x"]);
    let found = coverage(&place, &[]);
    let events = place.events(&[]);
    let rules = lines(&place.stdout(&["patterns", "list", "--format", "json"]));
    let fallbacks: BTreeSet<Option<&str>> = rules
        .iter()
        .filter(|rule| rule["fallback"] == true)
        .map(|rule| rule["id"].as_str())
        .collect();
    let bad: Vec<_> = events.iter().filter(|event| is_bad(event)).collect();
    let n = |wanted: &dyn Fn(&Value) -> bool| bad.iter().filter(|event| wanted(event)).count();
    let counts = json!({
        "events": events.len(),
        "informational": events.len() - bad.len(),
        "errors_and_warnings": bad.len(),
        "known": n(&|event| !event["rule"].is_null() && !fallbacks.contains(&event["rule"].as_str())),
        "fallback": n(&|event| fallbacks.contains(&event["rule"].as_str())),
        "unknown": n(&|event| event["rule"].is_null()),
    });
    for (name, want) in counts.as_object().unwrap() {
        assert_eq!(&found[name], want, "{name}");
    }
    assert!(count(&found, "known") > 100 && count(&found, "unknown") > 10, "{counts}");
    let met: BTreeSet<_> = events.iter().map(|event| event["rule"].as_str()).collect();
    let dead = found["dead_rules"].as_array().unwrap();
    assert!(dead.len() > 50 && dead.iter().all(|rule| !met.contains(&rule.as_str())), "{dead:?}");
}

#[test]
fn components_weeks_and_clusters_add_up() {
    let place = place_with_samples();
    place.ingest(&["samples/iguana-x"]);
    let found = coverage(&place, &[]);
    let sum = |list: &str, key: &str| -> u64 {
        found[list].as_array().unwrap().iter().map(|row| count(row, key)).sum()
    };
    for key in ["errors_and_warnings", "known", "fallback", "unknown"] {
        assert_eq!(sum("by_component", key), count(&found, key), "{key}");
        assert_eq!(sum("by_week", key), count(&found, key), "{key}");
    }
    assert_eq!(sum("unknown_clusters", "events"), count(&found, "unknown"));
    let weeks: Vec<_> =
        found["by_week"].as_array().unwrap().iter().map(|row| &row["week"]).collect();
    assert_eq!(weeks, ["2026-W36", "2026-W37"]);
}

#[test]
fn logs_are_judged_without_a_store_as_with_one() {
    let place = place_with_samples();
    let without = coverage(&place, &["samples/iguana-x"]);
    assert!(!place.path(DB).exists());
    place.ingest(&["samples/iguana-x"]);
    let with = coverage(&place, &[]);
    let comparable = |found: &Value| -> BTreeMap<String, Value> {
        let fields = found.as_object().unwrap().clone().into_iter();
        fields.filter(|(name, _)| name != "slowest").collect()
    };
    assert_eq!(comparable(&without), comparable(&with));
}

#[test]
fn a_window_chooses_the_events() {
    let place = place_with_samples();
    place.ingest(&["samples/iguana-x"]);
    let all = count(&coverage(&place, &[]), "events");
    let first = coverage(&place, &["--until", "2026-09-07", "--server", "iguana"]);
    let second = coverage(&place, &["--since", "2026-09-07"]);
    assert_eq!(count(&first, "events") + count(&second, "events"), all);
    assert_eq!(first["by_week"].as_array().unwrap().len(), 1);
    let of_logs = coverage(&place, &["--until", "2026-09-07", "samples/iguana-x"]);
    assert_eq!(of_logs["known"], first["known"]);
}

#[test]
fn the_slowest_rules_come_first() {
    let place = place_with_samples();
    let found = coverage(&place, &["samples/iguana-x"]);
    let rows = found["slowest"].as_array().unwrap();
    let shares: Vec<f64> = rows.iter().map(|row| row["share"].as_f64().unwrap()).collect();
    assert!(shares.is_sorted_by(|a, b| a >= b), "{shares:?}");
    let sum: f64 = shares.iter().sum();
    assert!((0.9..1.1).contains(&sum), "{sum}");
    assert!(rows.iter().all(|row| count(row, "texts") > 0));
}

#[test]
fn a_store_that_another_catalogue_decided_says_so() {
    let place = place_with_samples();
    place.ingest(&["samples/iguana-x"]);
    assert!(!place.stdout(&["patterns", "coverage"]).contains("backtest"));
    place.put("rules/site.toml", rule("slot", "Scheduler slot", "Scheduler slot", ""));
    let args = ["patterns", "coverage", "--patterns", "rules"];
    let text = place.stdout(&args);
    assert!(text.contains("Not all events were decided by this catalogue:"), "{text}");
    assert!(text.contains("`dewlap patterns backtest` tells"), "{text}");
    assert!(text.contains("rules met and not in this catalogue:"), "{text}");
}
