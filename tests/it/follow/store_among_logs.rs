//! A store that lies among the logs that are read into it.

use std::fs;
use std::time::Duration;

use dewlap::catalogue::Catalogue;
use dewlap::classify::Classifier;
use dewlap::model::Millis;
use dewlap::pipeline::{FileFollower, FileSource, Moment, classes};
use dewlap::store::Writer;
use dewlap::tail::Place;

use crate::reading;

#[test]
fn a_store_among_the_logs_is_no_log_and_its_growth_calls_for_no_scan() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("a.log"), "2026-09-07 00:00:00,000 ERROR gateway: refused\n").unwrap();
    let catalogue = Catalogue::builtin().unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    let options = reading::options("iguana", &classifier);
    let db = directory.path().join("dewlap.db");
    let writer = Writer::spawn(&db, "iguana", &classes(&catalogue, &classifier)).unwrap();
    let source = FileSource {
        places: vec![Place::pattern(&path("")).unwrap()],
        format: None,
        quiet: Duration::from_secs(2),
        own_log: None,
    };
    let mut follower = FileFollower::open(source, writer.handle()).unwrap();
    let moment = Moment { now: Millis::new(1_790_000_000_000), ticks: Duration::from_secs(9) };
    follower.scan(&options, moment).unwrap();
    follower.read(&options, moment).unwrap();
    writer.flush().unwrap();

    assert_eq!(follower.n_files(), 1);
    assert_eq!(follower.troubles().next(), None, "the store is not told to be no log");
    for end in ["", "-wal", "-shm", ".lock"] {
        let part = path(&format!("dewlap.db{end}"));
        assert!(fs::exists(&part).unwrap(), "{part}");
        follower.touch([part.as_str()], moment);
        assert!(!follower.is_scan_due(), "{part}");
    }
    fs::create_dir(path("other")).unwrap();
    let other = path("other/dewlap.db-wal");
    fs::write(&other, "2026-09-07 00:00:00,000 ERROR gateway: refused\n").unwrap();
    follower.touch([other.as_str()], moment);
    assert!(follower.is_scan_due(), "a file of this name elsewhere is none of the store's");
}
