//! Following a log as it grows makes the store that reading it at once makes.

use std::fs::OpenOptions;
use std::io::Write;

use dewlap::sample::write;

use super::daemon::Daemon;
use crate::run::Place;
use crate::same::{assert_same, entries};

const CONFIGURATION: &str =
    "health = 'off'\n[[source]]\nfiles = 'logs/*.log'\npoll = '1s'\nquiet = '1s'\n";

#[test]
fn a_log_that_was_followed_makes_the_store_of_a_batch() {
    let log = write::text::file(&entries(5, 100));
    let batch = Place::with_key();
    batch.put("logs/engine.log", &log);
    let n_events = batch.ingest(&["logs"])["new_events"].as_u64().unwrap();

    let place = Place::with_key();
    place.put("dewlap.toml", CONFIGURATION);
    place.put("logs/engine.log", "");
    let mut daemon = Daemon::start(place);
    daemon.wait_said("following", 1);
    let mut file = OpenOptions::new().append(true).open(daemon.log("engine.log")).unwrap();
    for part in log.chunks(150_000) {
        file.write_all(part).unwrap();
    }
    daemon.wait_stored(n_events);
    let (followed, code) = daemon.stop();
    assert_eq!(code, Some(0));
    assert_same(&followed, &batch);
}
