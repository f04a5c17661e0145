//! `unknown` and `unknown ID draft`: from an unknown to a rule.

use serde_json::Value;

use crate::run::{Place, count, texts};

/// Returns the clusters of the store, those with most events first.
fn clusters(place: &Place) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for event in place.events(&["--unknown"]) {
        let cluster = event["cluster"].as_str().unwrap();
        match counts.iter_mut().find(|(id, _)| id == cluster) {
            Some((_, n)) => *n += 1,
            None => counts.push((cluster.into(), 1)),
        }
    }
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    counts
}

/// Returns a draft with `cause` and `fix` filled in and all else as it is.
fn filled(draft: &str) -> String {
    let lines = draft.lines().map(|line| match line.split_once(" = \"TODO") {
        Some((key, _)) => format!("{key} = \"Known.\"\n"),
        None => format!("{line}\n"),
    });
    lines.collect()
}

/// Drafts a rule for each of the largest clusters, each into a file of its own, and asserts that
/// all of them together pass `patterns check` and explain their clusters and nothing else.
#[track_caller]
fn check_drafts(place: &Place, catalogue: &[&str], max: usize) {
    let mut clusters = clusters(place);
    clusters.truncate(max);
    place.put("drafts/README.md", "");
    let check =
        || place.run(&[&["patterns", "check", "--local-patterns", "drafts"], catalogue].concat());
    for (nth, (cluster, _)) in clusters.iter().enumerate() {
        let out = format!("drafts/draft-{nth}.toml");
        let args = [&["--quiet", "unknown", cluster, "draft", "--out", &out], catalogue].concat();
        assert_eq!(place.stdout(&args), "");
        let draft = String::from_utf8(place.read(&out)).unwrap();
        if nth == 0 {
            let refused = check();
            assert_eq!(refused.code, Some(1), "{}", refused.stdout);
            assert!(refused.stdout.contains("`cause` still says TODO"), "{}", refused.stdout);
        }
        place.put(&out, filled(&draft));
    }
    let checked = check();
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    let args = ["patterns", "backtest", "--format", "json", "--local-patterns", "drafts"];
    let found: Value =
        serde_json::from_str(&place.stdout(&[&args[..], catalogue].concat())).unwrap();
    let changes = found["changes"].as_array().unwrap();
    let gained: Vec<usize> = changes
        .iter()
        .map(|change| {
            assert_eq!(change["change"], "gained", "{change}");
            count(change, "events").try_into().unwrap()
        })
        .collect();
    let want: Vec<usize> = clusters.iter().map(|(_, events)| *events).collect();
    assert_eq!(gained, want);
}

#[test]
fn every_unknown_of_the_samples_gets_a_rule_that_explains_it_alone() {
    let place = Place::with_key();
    place.put_samples("");
    place.ingest(&["samples"]);
    check_drafts(&place, &[], 12);
}

#[test]
fn with_an_empty_catalogue_the_known_errors_of_the_samples_get_their_rules_back() {
    let place = Place::with_key();
    place.put_samples("iguana-x");
    let wrappers = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/patterns/wrappers.toml"));
    place.put("empty/wrappers.toml", wrappers.unwrap());
    place.ingest(&["--patterns", "empty", "samples"]);
    check_drafts(&place, &["--patterns", "empty"], 12);
}

/// Returns a store with two slots of a scheduler and a spool.
fn small_place() -> Place {
    let place = Place::with_key();
    let texts = ["Slot 7 fell behind", "Slot 12 fell behind", "Spool 1 has 5 MB left"];
    let lines = texts.iter().enumerate().map(|(second, text)| {
        format!("[2026-09-07 00:00:0{second}.000] [ADT] [Error] [20260907-{second}] {text}\n")
    });
    place.put("engine.log", lines.collect::<String>());
    place.ingest(&["engine.log"]);
    place
}

#[test]
fn a_cluster_is_shown_with_its_texts() {
    let place = small_place();
    let (id, _) = clusters(&place).remove(0);
    let shown = place.stdout(&["unknown", &id]);
    for part in
        ["Slot <num> fell behind", "2 events, 1 component", "ADT on iguana: 2 events", "Slot 12"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let json: Value =
        serde_json::from_str(&place.stdout(&["unknown", &id, "--format", "json"])).unwrap();
    assert_eq!(count(&json, "events"), 2);
    let shown = texts(json["texts"].as_array().unwrap(), "text");
    assert_eq!(shown, ["Slot 12 fell behind", "Slot 7 fell behind"]);
}

#[test]
fn an_unknown_id_is_told_with_the_nearest() {
    let place = small_place();
    let (id, _) = clusters(&place).remove(0);
    let mut wrong = id.clone();
    wrong.pop();
    wrong.push('!');
    let output = place.run(&["unknown", &wrong, "draft"]);
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains(&format!("did you mean `{id}`?")), "{}", output.stderr);
}

#[test]
fn a_file_is_written_over_only_when_forced() {
    let place = small_place();
    let (id, _) = clusters(&place).remove(0);
    place.put("local.toml", "kept");
    let draft = |more: &[&str]| {
        place.run(&[&["unknown", &id, "draft", "--out", "local.toml"], more].concat())
    };
    let refused = draft(&[]);
    assert_eq!((refused.code, place.read("local.toml").as_slice()), (Some(2), &b"kept"[..]));
    assert_eq!(draft(&["--force", "--id", "local.slot-late"]).code, Some(0));
    let written = String::from_utf8(place.read("local.toml")).unwrap();
    assert!(written.contains("\nid = \"local.slot-late\"\n"), "{written}");
    assert!(written.contains("# Tried on 3 stored events"), "{written}");
    assert!(written.contains("its cluster: 2 of 2 matched (100.0 %)"), "{written}");
}
