use std::collections::HashSet;

use super::*;
use crate::model::{Level, Period};

fn weeks_of(name: &str, component: Component) -> [u64; 2] {
    let incidents = incidents(SEED);
    let is_it = |known: &&Incident| known.name == name && known.component == component.name;
    incidents.iter().find(is_it).map_or([0; 2], |known| known.weeks)
}

#[test]
fn the_story_is_the_same_every_time() {
    assert_eq!(week(SEED), week(SEED));
}

#[test]
fn the_entries_lie_in_two_iso_weeks_in_order_of_time() {
    let entries = week(SEED);
    let first = Period::parse_week("2026-W36").unwrap();
    let second = Period::parse_week("2026-W37").unwrap();
    assert!(entries.iter().all(|at| first.contains(at.time) || second.contains(at.time)));
    assert!(entries.is_sorted_by_key(|entry| entry.time));
    assert!((5_000..7_000).contains(&entries.len()), "{}", entries.len());
}

#[test]
fn ids_are_unique_and_every_component_speaks() {
    let entries = week(SEED);
    let ids: HashSet<_> = entries.iter().map(SampleEntry::id).collect();
    assert_eq!(ids.len(), entries.len());
    let components: HashSet<_> = entries.iter().map(|entry| &entry.component_name).collect();
    assert_eq!(components.len(), COMPONENTS.len() + 1);
}

#[test]
fn what_tells_of_a_message_names_one_that_is_there() {
    let entries = week(SEED);
    let ids: HashSet<_> = entries.iter().map(SampleEntry::id).collect();
    for related in entries.iter().filter_map(|entry| entry.related.as_ref()) {
        let id = format!("{}-{}-{}", related.component, related.time.get(), related.index);
        assert!(ids.contains(&id), "{id}");
    }
}

#[test]
fn the_incidents_differ_between_the_weeks_as_scripted() {
    let cases = [
        ("nil-index", ADT, [8, 27]),
        ("oracle-listener", DFT, [0, 60]),
        ("oracle-deadlock", DFT, [10, 0]),
        ("purge-failed", SERVICE, [0, 3]),
        ("low-space", SERVICE, [0, 12]),
        ("duplicate-visit", ADT, [24, 24]),
        ("missing-file", NIGHTLY, [1, 1]),
    ];
    for (name, component, want) in cases {
        assert_eq!(weeks_of(name, component), want, "{name}");
    }
    let expired = weeks_of("certificate-expired", FHIR);
    assert!(expired[0] == 0 && expired[1] > 40, "{expired:?}");
    let refused = weeks_of("llp-refused", ORU);
    assert!(refused.iter().all(|count| (25..=40).contains(count)), "{refused:?}");
}

#[test]
fn a_component_is_silent_while_it_stands_still() {
    let entries = week(SEED);
    let (from, to) = (moment(8, 22, 10), moment(8, 23, 10));
    let is_quiet = entries
        .iter()
        .filter(|entry| entry.component == DFT.guid && (from..to).contains(&entry.time.get()))
        .all(|entry| entry.text.starts_with(b"Error executing operation. Retrying ("));
    assert!(is_quiet);
}

#[test]
fn only_the_certificate_fails_while_it_is_expired() {
    let entries = week(SEED);
    let (from, to) = (moment(9, 0, 0), moment(11, 10, 40));
    let is_only = entries
        .iter()
        .filter(|entry| entry.component == FHIR.guid && (from..to).contains(&entry.time.get()))
        .all(|entry| entry.text_lossy().contains("certificate has expired"));
    assert!(is_only);
}

#[test]
fn what_the_server_says_of_itself_names_no_patient() {
    for entry in week(SEED).iter().filter(|entry| entry.component == SERVICE.guid) {
        let text = entry.text_lossy();
        for identifier in patients().iter().flat_map(Patient::identifiers) {
            assert!(!text.contains(&identifier), "{text}");
        }
    }
}

#[test]
fn messages_are_not_errors_and_their_copies_are_told_by_their_text() {
    let entries = week(SEED);
    let bodies = entries.iter().filter(|entry| entry.as_entry().is_message_body()).count();
    let messages =
        entries.iter().filter(|entry| entry.queue > 0 && entry.related.is_none()).count();
    assert_eq!(bodies, 2 * messages);
    let is_bad = |entry: &&SampleEntry| {
        entry.as_entry().is_message_body() && entry.as_entry().level() != Level::Other
    };
    assert_eq!(entries.iter().find(is_bad), None);
}
