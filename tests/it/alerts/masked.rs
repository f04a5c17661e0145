//! No message shows a patient, whatever the log said.

use std::sync::Arc;

use aho_corasick::AhoCorasick;
use dewlap::alert::{AlertSettings, Lookout};
use dewlap::catalogue::Catalogue;
use dewlap::model::{Millis, Severity};
use dewlap::sample::write::iguana_x::{self, Layout};
use dewlap::sample::{Patient, SEED, SampleEntry, patients, week};
use dewlap::store::{Classes, DeliveryFilter, Store, Writer};

use super::site::nowhere;
use crate::run::{DB, Place};

#[test]
fn no_message_shows_a_patient() {
    let place = Place::new();
    let entries: Vec<SampleEntry> = week(SEED);
    for (path, bytes) in iguana_x::tree(&entries, Layout::New) {
        place.put(&format!("logt/{path}"), bytes);
    }
    place.ingest(&["logt"]);
    let classes = Classes { hash: "other".into(), ..Classes::default() };
    let writer = Writer::spawn(&place.path(DB), "iguana", &classes).unwrap();
    // All events are young enough where the clock stands at the beginning of the week.
    let first: i64 =
        place.sqlite().query_row("SELECT min(time) FROM event", [], |row| row.get(0)).unwrap();
    let settings = AlertSettings { severity: Severity::Warning, max_per_hour: 10_000, ..nowhere() };
    let catalogue = Arc::new(Catalogue::builtin().unwrap());
    let store = || Store::open(&place.path(DB)).unwrap();
    let parts = (store(), writer.handle());
    let mut lookout =
        Lookout::new(Arc::new(settings), catalogue, None, parts, Millis::new(first)).unwrap();
    for minutes in [0, 1, 16, 32] {
        lookout.look(Millis::new(first + minutes * 60_000)).unwrap();
    }
    let deliveries = store().deliveries(&DeliveryFilter::default()).unwrap();
    assert!(deliveries.len() > 20, "{}", deliveries.len());
    let examples = deliveries.iter().filter(|row| row.body.contains("[name:")).count();
    assert!(examples > 0, "some examples have something to hide");
    let identifiers: Vec<String> = patients().iter().flat_map(Patient::identifiers).collect();
    let searcher = AhoCorasick::new(&identifiers).unwrap();
    for row in &deliveries {
        let found = searcher.find(&row.body).map(|found| found.pattern().as_usize());
        let found = found.map(|index| &identifiers[index]);
        assert_eq!(found, None, "{}", row.body);
    }
    drop(lookout);
    writer.finish().unwrap();
}
