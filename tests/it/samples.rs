//! Every sample, read by the real binary, against what its generator says is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use dewlap::model::{EntryKind, Level};
use dewlap::sample::write::iguana_x::{self, Layout};
use dewlap::sample::{self, SampleEntry, Truth, TruthGap};
use serde_json::Value;

use crate::run::{Place, count, number};

/// The samples that are trees; every other one is a file.
const TREES: [&str; 2] = ["iguana-x", "edge/working-dir"];

static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(sample::files);

/// Returns the truth of every sample, each once.
fn truths() -> Vec<Truth> {
    let units: BTreeSet<String> = FILES
        .iter()
        .map(|(path, _)| {
            let tree = TREES.iter().find(|tree| path.starts_with(&format!("{tree}/")));
            tree.map_or(path.clone(), |tree| (*tree).to_owned())
        })
        .collect();
    units.iter().map(|unit| sample::truth(unit).unwrap_or_else(|| panic!("{unit}"))).collect()
}

/// Returns a place with a sample, but for its service log where it is a tree.
fn place_with(truth: &Truth) -> Place {
    let place = Place::new();
    for (path, bytes) in FILES.iter() {
        let is_in = *path == truth.path || path.starts_with(&format!("{}/", truth.path));
        let is_apart = *path != truth.path && path.ends_with("/ServiceErrorLog.txt");
        if is_in && !is_apart {
            place.put(path, bytes);
        }
    }
    place
}

/// Returns the gaps of a summary.
fn gaps(summary: &Value) -> Vec<TruthGap> {
    let gap = |gap: &Value| TruthGap {
        path: gap["path"].as_str().unwrap().to_owned(),
        from: count(gap, "from"),
        to: count(gap, "to"),
    };
    let mut gaps: Vec<_> = summary["gaps"].as_array().unwrap().iter().map(gap).collect();
    gaps.sort_by(|a, b| (&a.path, a.from).cmp(&(&b.path, b.from)));
    gaps
}

fn check_counts(truth: &Truth, summary: &Value, place: &Place) {
    let path = &truth.path;
    assert_eq!(count(summary, "duplicates"), truth.duplicates, "duplicates of {path}");
    let entries = if TREES.contains(&path.as_str()) { 0 } else { truth.service_log };
    let dumps = if entries == 0 { 0 } else { truth.crash_dumps };
    assert_eq!(count(summary, "entries"), truth.entries + entries + dumps, "entries of {path}");
    if entries > 0 {
        return;
    }
    for (kind, want) in EntryKind::ALL.into_iter().zip(truth.by_kind) {
        assert_eq!(count(&summary["by_type"], kind.name()), want, "{} of {path}", kind.name());
    }
    let db = place.sqlite();
    for (level, want) in [(2, truth.errors), (1, truth.warnings)] {
        let sql = format!("SELECT coalesce(sum(entries), 0) FROM hourly WHERE level = {level}");
        assert_eq!(number(&db, &sql), want, "level {level} of {path}");
    }
}

#[test]
fn every_sample_is_read_as_its_generator_says() {
    for truth in truths() {
        let place = place_with(&truth);
        let summary = place.ingest(&[&truth.path]);
        check_counts(&truth, &summary, &place);
    }
}

#[test]
fn gaps_are_told_with_their_exact_bytes() {
    for truth in truths() {
        let place = place_with(&truth);
        let found = gaps(&place.ingest(&[&truth.path]));
        let mut want = truth.gaps.clone();
        want.sort_by(|a, b| (&a.path, a.from).cmp(&(&b.path, b.from)));
        let unfinished = |gap: &&TruthGap| truth.unfinished.contains(gap);
        let damaged: Vec<_> = found.iter().filter(|gap| !unfinished(gap)).cloned().collect();
        assert_eq!(damaged, want, "{}", truth.path);
    }
}

#[test]
fn an_entry_that_is_still_being_written_waits_for_its_rest() {
    let truths: Vec<Truth> = truths();
    let logs = truths.iter().filter(|truth| truth.path.contains("iguana-x"));
    let unfinished: Vec<_> = logs.flat_map(|truth| &truth.unfinished).collect();
    assert!(!unfinished.is_empty());
    for gap in unfinished {
        let (_, whole) = FILES.iter().find(|(path, _)| *path == gap.path).unwrap();
        let place = Place::new();
        place.put("a.log", whole);
        let summary = place.ingest(&["a.log"]);
        assert_eq!(gaps(&summary), [], "{}", gap.path);
        let offset = number(&place.sqlite(), "SELECT offset FROM file");
        assert_eq!(offset, gap.from, "{}", gap.path);
    }
}

#[test]
fn what_is_no_log_is_skipped_with_a_reason() {
    for truth in truths() {
        let place = place_with(&truth);
        let summary = place.ingest(&[&truth.path]);
        let skipped = summary["skipped"].as_array().unwrap();
        let names: Vec<&str> = skipped.iter().map(|one| one["path"].as_str().unwrap()).collect();
        let covers = |name: &str, path: &str| {
            path == name || path.starts_with(&format!("{}/", name.trim_end_matches('/')))
        };
        for path in &truth.skipped {
            assert!(names.iter().any(|name| covers(name, path)), "{path} is not in {names:?}");
        }
        for name in &names {
            let is_true = truth.skipped.iter().any(|path| covers(name, path));
            assert!(is_true, "{name} is skipped and should not be");
        }
        assert!(skipped.iter().all(|one| !one["reason"].as_str().unwrap().is_empty()));
    }
}

#[test]
fn the_service_log_of_a_tree_is_read_as_well() {
    for tree in TREES {
        let truth = sample::truth(tree).unwrap();
        let place = place_with(&truth);
        place.ingest(&[tree]);
        place.put_samples("");
        let name = format!("{tree}/ServiceErrorLog.txt");
        place.put(&name, place.read(&format!("samples/{name}")));
        let summary = place.ingest(&[tree]);
        assert_eq!(count(&summary, "entries"), truth.service_log + truth.crash_dumps, "{tree}");
    }
}

#[test]
fn a_quiet_morning_raises_no_event_in_any_format() {
    let place = Place::new();
    place.put_samples("clean");
    let summary = place.ingest(&["samples/clean"]);
    assert_eq!(summary["formats"].as_object().unwrap().len(), 6, "{}", summary["formats"]);
    assert!(count(&summary, "entries") > 0);
    let raised = place.events(&[]);
    assert_eq!(raised, Vec::<Value>::new());
    assert_eq!(count(&summary, "events"), 0);
}

/// Returns the entries of the demo's server that say that something is wrong, by id.
fn failures() -> BTreeMap<String, SampleEntry> {
    sample::week(sample::SEED)
        .into_iter()
        .filter(|entry| entry.as_entry().level() != Level::Other)
        .map(|entry| (entry.id(), entry))
        .collect()
}

fn demo_server() -> (Place, BTreeMap<String, Value>) {
    let place = Place::new();
    place.put_samples("iguana-x");
    place.ingest(&["samples/iguana-x"]);
    let events = place.events(&[]);
    let by_id = |event: Value| (event["id"].as_str().unwrap().to_owned(), event);
    (place, events.into_iter().map(by_id).collect())
}

#[test]
fn every_error_and_warning_of_the_demo_is_an_event_with_its_particulars() {
    let (_place, events) = demo_server();
    let failures = failures();
    assert!(failures.len() > 100);
    for (id, entry) in &failures {
        let event = events.get(id).unwrap_or_else(|| panic!("{id} is no event"));
        assert_eq!(event["component"], entry.component.as_ref(), "{id}");
        assert_eq!(event["component_name"], entry.component_name.as_ref(), "{id}");
        assert_eq!(event["time"], entry.time.to_string(), "{id}");
        assert_eq!(event["type"], entry.kind.name(), "{id}");
        let tags: Vec<&str> = entry.tags.split_ascii_whitespace().collect();
        assert_eq!(event["tags"], serde_json::json!(tags), "{id}");
    }
}

#[test]
fn offset_and_length_of_an_event_point_at_its_envelope() {
    let (place, events) = demo_server();
    for (id, entry) in failures() {
        let event = &events[&id];
        let file = place.read(event["path"].as_str().unwrap());
        let from = usize::try_from(count(event, "offset")).unwrap();
        let to = from + usize::try_from(count(event, "length")).unwrap();
        let mut envelope = Vec::new();
        iguana_x::append(&mut envelope, &entry, Layout::New);
        assert_eq!(file.get(from..to), Some(envelope.as_slice()), "{id}");
    }
}

#[test]
fn an_event_that_says_nothing_bad_is_there_because_a_rule_explains_it() {
    let (_place, events) = demo_server();
    let failures = failures();
    let others: Vec<_> = events
        .values()
        .filter(|event| {
            !failures.contains_key(event["id"].as_str().unwrap())
                && event["path"].as_str().unwrap().contains("/logt/")
        })
        .collect();
    assert!(!others.is_empty(), "retries come as information");
    for event in others {
        assert!(event["rule"].is_string() || event["outcome"].is_string(), "{event}");
    }
}
