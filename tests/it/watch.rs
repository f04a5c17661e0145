//! Silence, told from a real store, and the notices that come of it.

use std::fmt::Write;

use dewlap::catalogue::Catalogue;
use dewlap::classify::Classifier;
use dewlap::model::{Level, Millis};
use dewlap::pipeline::{Notice, SilenceWatch, classes, commit_notices};
use dewlap::store::{FileId, Headroom, Loss, Store, Tally, Writer};
use jiff::tz::TimeZone;

use crate::reading;
use crate::run::{DB, Place};

const MINUTE: i64 = 60_000;

fn at(text: &str) -> Millis {
    Millis::parse(text).unwrap()
}

/// Returns a log of three weeks, from 2026-09-07, of components that end at these times and write
/// in every second minute, on average.
fn log(components: &[(&str, &str)]) -> String {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut text = String::new();
    let mut minute = at("2026-09-07").get();
    while minute < at("2026-09-28T12:00:00Z").get() {
        for (component, end) in components {
            if minute < at(end).get() && rng.bool() {
                let time = Millis::new(minute).to_string().replace('T', " ").replace('Z', "");
                writeln!(text, "[{time}] [{component}] [Info] [] Message accepted").unwrap();
            }
        }
        minute += MINUTE;
    }
    text
}

fn place(components: &[(&str, &str)]) -> Place {
    let place = Place::with_key();
    place.put("engine.log", log(components));
    place.ingest(&["engine.log"]);
    place
}

fn watch() -> SilenceWatch {
    SilenceWatch::new(vec!["iguana".into()], TimeZone::UTC)
}

/// Looks every minute, and returns what is told first.
fn first_told(place: &Place, watch: &mut SilenceWatch, from: &str, to: &str) -> Vec<Notice> {
    let store = Store::open(&place.path(DB)).unwrap();
    let (mut now, end) = (at(from).get(), at(to).get());
    while now < end {
        let told = watch.step(&store, Millis::new(now)).unwrap();
        if !told.is_empty() {
            return told;
        }
        now += MINUTE;
    }
    Vec::new()
}

fn commit(place: &Place, notices: &[Notice]) -> Tally {
    let catalogue = Catalogue::load(None, None).unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    let path = place.path(DB);
    let writer = Writer::spawn(&path, "iguana", &classes(&catalogue, &classifier)).unwrap();
    let options = reading::options("iguana", &classifier);
    let store = Store::open(&path).unwrap();
    let tally = commit_notices(notices, &options, &writer.handle(), &store).unwrap();
    writer.finish().unwrap();
    tally
}

#[test]
fn a_component_that_stops_is_told_once_and_never_again() {
    let place = place(&[
        ("ADT In", "2026-09-28T10:00:00Z"),
        ("Lab In", "2026-09-28T12:00:00Z"),
        ("Old In", "2026-09-15T10:00:00Z"),
    ]);
    let told = first_told(&place, &mut watch(), "2026-09-28T10:00:00Z", "2026-09-28T10:40:00Z");
    let [notice] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((notice.component.as_str(), notice.level), ("ADT In", Level::Warning));
    assert!(notice.text.starts_with("No entries for "), "{}", notice.text);
    assert!(notice.text.ends_with(", usual at this hour: one every 2 minutes"), "{}", notice.text);

    assert_eq!(commit(&place, &told).new_events, 1);
    // Another process, which knows nothing but the store.
    let again = first_told(&place, &mut watch(), "2026-09-28T10:40:00Z", "2026-09-28T12:00:00Z");
    assert_eq!(again, []);
    assert_eq!(commit(&place, &told).entries(), 0);

    let events = place.events(&["--rule", "watch.silence"]);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["component"], "ADT In");
    assert_eq!(events[0]["text"], notice.text.as_str());
    assert_eq!(events[0]["id"], notice.id.as_str());
}

#[test]
fn a_server_that_stops_is_told_as_one() {
    let end = "2026-09-28T10:00:00Z";
    let place = place(&[("ADT In", end), ("Lab In", end)]);
    let told = first_told(&place, &mut watch(), end, "2026-09-28T10:40:00Z");
    let [notice] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((notice.component.as_str(), notice.level), ("Iguana-Service", Level::Error));
    commit(&place, &told);
    assert_eq!(place.events(&["--rule", "watch.iguana-stopped"]).len(), 1);
}

#[test]
fn a_server_that_crashed_and_is_silent_is_told_within_minutes() {
    let end = "2026-09-28T10:00:00Z";
    let place = place(&[("ADT In", end), ("Lab In", end)]);
    let mut watch = watch();
    watch.note_crash("iguana", at("2026-09-28T09:59:30Z"));
    let told = first_told(&place, &mut watch, end, "2026-09-28T10:06:00Z");
    let [notice] = told.as_slice() else { panic!("{told:?}") };
    assert!(notice.text.ends_with("since it crashed"), "{}", notice.text);
    // A crash that it came back from is no news.
    let mut other = self::watch();
    other.note_crash("iguana", at("2026-09-28T09:00:00Z"));
    assert_eq!(first_told(&place, &mut other, end, "2026-09-28T10:06:00Z"), []);
}

#[test]
fn what_is_not_followed_and_what_is_long_over_is_not_told() {
    let end = "2026-09-28T10:00:00Z";
    let place = place(&[("ADT In", end)]);
    let mut other = SilenceWatch::new(vec!["other".into()], TimeZone::UTC);
    assert_eq!(first_told(&place, &mut other, end, "2026-09-28T11:00:00Z"), []);
    let late = first_told(&place, &mut watch(), "2026-10-06T10:00:00Z", "2026-10-06T10:05:00Z");
    assert_eq!(late, []);
}

#[test]
fn a_server_whose_clock_is_slow_is_not_taken_for_silent() {
    let end = "2026-09-28T10:00:00Z";
    let place = place(&[("ADT In", end)]);
    // A file was found grown by our clock, half an hour later than its last entry says.
    let grown = at("2026-09-28T10:30:00Z").get();
    place.sqlite().execute("UPDATE file SET last_seen = ?", [grown]).unwrap();
    let told = first_told(&place, &mut watch(), "2026-09-28T10:30:00Z", "2026-09-28T10:40:00Z");
    assert_eq!(told, []);
    let told = first_told(&place, &mut watch(), "2026-09-28T10:40:00Z", "2026-09-28T11:10:00Z");
    assert_eq!(told.len(), 1);
}

#[test]
fn losses_are_told_with_their_place_and_time() {
    let place = place(&[("ADT In", "2026-09-07T00:10:00Z")]);
    let loss = Loss {
        file: FileId::default(),
        from: 1_000,
        to: 13_345,
        since: at("2026-09-28T10:00:00Z"),
        noticed: at("2026-09-28T10:05:00Z"),
        reason: "truncated".into(),
    };
    let headroom = Headroom {
        path: "/var/log/engine.log".into(),
        kept: 5_000_000,
        span: 7 * 60_000,
        measured: at("2026-09-28T10:05:00Z"),
    };
    let notices = [
        Notice::capture_loss("iguana", "ADT In", "/var/log/engine.log", &loss),
        Notice::overwritten_soon("iguana", "ADT In", &headroom),
    ];
    assert_eq!(commit(&place, &notices).known, 2);
    let texts = crate::run::texts(&place.events(&["--since", "2026-09-28"]), "text");
    assert_eq!(
        texts,
        [
            "/var/log/engine.log is overwritten every 7 minutes at the present rate",
            "12,345 bytes of /var/log/engine.log were destroyed before they could be read, \
             between 2026-09-28T10:00:00.000Z and 2026-09-28T10:05:00.000Z",
        ]
    );
}
