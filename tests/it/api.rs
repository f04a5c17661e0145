//! Sources over HTTP: each entry once, whatever the server does.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use dewlap::api::{Auth, Credentials, Interface, SourceOptions};
use dewlap::catalogue::Catalogue;
use dewlap::classify::Classifier;
use dewlap::model::{Level, Millis};
use dewlap::pipeline::{IngestOptions, PollSource, PollStep, SourceState};
use dewlap::sample::{CorpusOptions, SampleEntry, corpus};
use dewlap::secret::Secret;
use dewlap::store::{Classes, Writer};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use rusqlite::Connection;

use crate::iguana::{Fault, Fold, Iguana, PASSWORD, USER, World};
use crate::reading;
use crate::run::{DB, Place, number, rows};

static CLASSIFIER: LazyLock<Classifier> =
    LazyLock::new(|| Classifier::new(&Catalogue::builtin().unwrap()).unwrap());

/// Returns so many entries of a corpus with many failures.
fn entries(n_entries: usize, max_pause_ms: u32, seed: u64) -> Vec<SampleEntry> {
    let options =
        CorpusOptions { seed, failures_per_mille: 300, max_pause_ms, ..CorpusOptions::default() };
    corpus(&options).take(n_entries).collect()
}

/// Returns a moment behind all entries of a corpus.
fn later() -> Millis {
    Millis::new(CorpusOptions::default().start.get() + 1_800_000)
}

fn classic() -> Interface {
    Interface::ApiQuery { zone: TimeZone::UTC, types: Vec::new() }
}

fn options(server: &Iguana, interface: Interface) -> SourceOptions {
    SourceOptions {
        address: server.address.clone(),
        interface,
        credentials: Some(Credentials {
            user: USER.into(),
            password: Secret::new(PASSWORD),
            auth: Auth::Basic,
        }),
        ca_file: None,
        only: Vec::new(),
        page: 1_000,
        since: Duration::from_hours(24),
        interval: Duration::from_secs(15),
        timeout: Duration::from_secs(30),
        overlap: Duration::from_secs(2),
    }
}

/// A store, and the clock of whoever reads into it.
struct Follower {
    place: Place,
    now: Millis,
}

impl Follower {
    fn new() -> Self {
        Self { place: Place::with_key(), now: later() }
    }

    /// Opens the source as after a start, and lets `run` go on with it.
    fn start<T>(
        &mut self,
        options: &SourceOptions,
        stop: &AtomicBool,
        run: impl FnOnce(&mut PollSource<'_>, &mut Millis) -> T,
    ) -> T {
        let path = self.place.path(DB);
        let writer = Writer::spawn(&path, "iguana", &Classes::default()).unwrap();
        let ingest = IngestOptions { stop, ..reading::options("iguana", &CLASSIFIER) };
        let opened = PollSource::open(options.clone(), &ingest, writer.handle(), (self.now, 7));
        let mut source = opened.unwrap();
        let outcome = run(&mut source, &mut self.now);
        drop(source);
        writer.finish().unwrap();
        outcome
    }

    /// Makes one step and waits as long as it says, by the clock of the test.
    fn step(source: &mut PollSource<'_>, now: &mut Millis) -> PollStep {
        let step = source.step(*now).unwrap();
        let wait = i64::try_from(step.wait.as_millis()).unwrap();
        *now = Millis::new(now.get() + wait.max(20));
        step
    }

    /// Reads until the server has nothing more to give.
    fn read_all(&mut self, server: &Iguana, options: &SourceOptions) {
        self.start(options, &AtomicBool::new(false), |source, now| {
            let mut n_quiet = 0;
            for _ in 0..2_000 {
                let step = Self::step(source, now);
                let is_done = server.world().is_done();
                let is_quiet = is_done && *source.state() == SourceState::Up;
                let is_quiet = is_quiet && step.tally.entries() == 0;
                let is_round = step.wait >= options.interval;
                n_quiet = if is_quiet { n_quiet + u32::from(is_round) } else { 0 };
                if n_quiet == 2 {
                    return;
                }
            }
            panic!("it never ends: {:?} {:?}", source.state(), server.world().asked.last());
        });
    }

    fn db(&self) -> Connection {
        self.place.sqlite()
    }

    /// Checks that the store has what the server had, once each, and that nothing is said to be
    /// lost.
    #[track_caller]
    fn has_all(&self, world: &World, interface: &Interface) {
        let db = self.db();
        let n_entries = number(&db, "SELECT coalesce(sum(entries), 0) FROM hourly");
        assert_eq!(n_entries, world.log.len() as u64, "{:?}", rows(&db, "SELECT * FROM gap"));
        assert_eq!(
            number(&db, "SELECT count(*) FROM gap"),
            0,
            "{:?}",
            rows(&db, "SELECT reason FROM gap")
        );
        let (ids, bad) = world.ids(interface);
        let stored: BTreeSet<String> = self.events();
        assert!(stored.is_subset(&ids), "{stored:?}");
        assert!(bad.is_subset(&stored), "{:?}", bad.difference(&stored));
    }

    fn events(&self) -> BTreeSet<String> {
        let db = self.db();
        let mut statement = db.prepare("SELECT entry FROM event").unwrap();
        let found = statement.query_map([], |row| row.get(0)).unwrap();
        found.map(Result::unwrap).collect()
    }

    fn gaps(&self) -> Vec<String> {
        let db = self.db();
        let mut statement = db.prepare("SELECT reason FROM gap ORDER BY start").unwrap();
        let found = statement.query_map([], |row| row.get(0)).unwrap();
        found.map(Result::unwrap).collect()
    }
}

impl World {
    fn is_done(&self) -> bool {
        self.faults.is_empty() && self.n_written == self.log.len()
    }

    /// Returns the ids of all entries, and of those that are errors or warnings.
    fn ids(&self, interface: &Interface) -> (BTreeSet<String>, BTreeSet<String>) {
        let id = |written: &crate::iguana::Written| match interface {
            Interface::ApiQuery { .. } => written.id.clone(),
            Interface::IguanaX => written.entry.id(),
        };
        let is_bad = |entry: &SampleEntry| entry.as_entry().level() != Level::Other;
        let bad = self.log.iter().filter(|written| is_bad(&written.entry));
        (self.log.iter().map(id).collect(), bad.map(id).collect())
    }
}

/// What is said while `run` runs, as the daemon would log it.
fn logged<T>(run: impl FnOnce() -> T) -> (String, T) {
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let outcome = tracing::subscriber::with_default(subscriber, run);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    (text, outcome)
}

/// Checks that nobody can find the password in what was said or stored.
#[track_caller]
fn hides_the_password(said: &str, follower: &Follower) {
    let encoded = "cmVhZGVyOm9wZW46c2VzYW1lJsOp";
    for secret in ["sesame", encoded, "sid="] {
        assert!(!said.contains(secret), "{said}");
        let store = follower.place.read(DB);
        assert_eq!(memchr::memmem::find(&store, secret.as_bytes()), None);
    }
}

#[test]
fn every_entry_of_both_interfaces_is_stored_once() {
    for interface in [classic(), Interface::IguanaX] {
        let server = Iguana::new(entries(2_500, 10, 1));
        let mut follower = Follower::new();
        let (said, ()) =
            logged(|| follower.read_all(&server, &options(&server, interface.clone())));
        follower.has_all(&server.world(), &interface);
        hides_the_password(&said, &follower);
        // And again from where it was: nothing more.
        follower.read_all(&server, &options(&server, interface.clone()));
        follower.has_all(&server.world(), &interface);
    }
}

#[test]
fn credentials_may_be_parameters_but_never_in_an_address() {
    let server = Iguana::new(entries(50, 10, 1));
    let mut options = options(&server, classic());
    options.credentials.as_mut().unwrap().auth = Auth::Parameters;
    let mut follower = Follower::new();
    follower.read_all(&server, &options);
    follower.has_all(&server.world(), &classic());
    for asked in &server.world().asked {
        assert!(!asked.lines().next().unwrap().contains("sesame"), "{asked}");
        assert!(!asked.contains("uthorization"), "{asked}");
    }
}

#[test]
fn components_get_their_names_and_new_ones_are_found() {
    let all = entries(300, 10, 1);
    let server = Iguana::new(all);
    server.world().n_listed = Some(1);
    let options = options(&server, Interface::IguanaX);
    let mut follower = Follower::new();
    follower.start(&options, &AtomicBool::new(false), |source, now| {
        Follower::step(source, now);
        server.world().n_listed = None;
        // Until the list of components is looked at again.
        for _ in 0..200 {
            Follower::step(source, now);
        }
    });
    follower.has_all(&server.world(), &Interface::IguanaX);
    let named = "SELECT count(*) FROM component WHERE name IS NULL AND key <> 'Iguana-Service'";
    assert_eq!(number(&follower.db(), named), 0);
}

#[test]
fn only_the_channels_and_components_that_are_asked_for_are_read() {
    let all = entries(400, 10, 1);
    let (guid, name) = (all[0].component.clone(), all[0].component_name.clone());
    let n_wanted = all.iter().filter(|entry| entry.component == guid).count();
    assert!(n_wanted < 400);
    for (interface, only) in [
        (classic(), name.to_string()),
        (Interface::IguanaX, name.to_lowercase()),
        (Interface::IguanaX, guid.to_string()),
    ] {
        let server = Iguana::new(all.clone());
        let mut follower = Follower::new();
        let options = SourceOptions { only: vec![only], ..options(&server, interface) };
        follower.read_all(&server, &options);
        let sql = "SELECT coalesce(sum(entries), 0) FROM hourly";
        assert_eq!(number(&follower.db(), sql), n_wanted as u64);
    }
}

#[test]
fn what_is_asked_for_twice_is_no_duplicate_and_what_a_file_had_is_one() {
    let server = Iguana::new(entries(200, 10, 1));
    let mut follower = Follower::new();
    let log = dewlap::sample::write::api_xml::file(&entries(50, 10, 1));
    follower.place.put("saved.xml", log);
    follower.place.ingest(&["saved.xml"]);
    let options = options(&server, classic());
    follower.start(&options, &AtomicBool::new(false), |source, now| {
        let first = Follower::step(source, now);
        assert_eq!((first.tally.entries(), first.tally.duplicates, first.repeated), (150, 50, 0));
        let second = Follower::step(source, now);
        assert_eq!((second.tally.entries(), second.tally.duplicates), (0, 0));
        assert!(second.repeated > 100, "{second:?}");
        assert_eq!(second.wait, options.interval);
    });
    follower.has_all(&server.world(), &classic());
}

#[test]
fn a_wrong_password_is_said_once_and_tried_rarely() {
    for interface in [classic(), Interface::IguanaX] {
        let server = Iguana::new(entries(10, 10, 1));
        let mut options = options(&server, interface);
        options.credentials.as_mut().unwrap().password = Secret::new("open:sesame?");
        let mut follower = Follower::new();
        let (said, ()) = logged(|| {
            follower.start(&options, &AtomicBool::new(false), |source, now| {
                let waits: Vec<_> =
                    (0..3).map(|_| Follower::step(source, now).wait.as_secs()).collect();
                assert!(waits[0] >= 30 && waits[1] >= 60 && waits[2] >= 120, "{waits:?}");
                let state = format!("{:?}", source.state());
                assert!(state.contains("refuses the user name or the password"), "{state}");
                assert!(!state.contains("sesame"));
            });
        });
        assert_eq!(said.matches("source does not answer").count(), 1, "{said}");
        hides_the_password(&said, &follower);
        assert_eq!(number(&follower.db(), "SELECT count(*) FROM hourly"), 0);
    }
}

#[test]
fn a_server_that_is_busy_is_left_alone_as_long_as_it_asks() {
    let server = Iguana::new(entries(10, 10, 1));
    server.world().faults = [Some(Fault::Busy(77)), Some(Fault::Status(500))].into();
    let mut follower = Follower::new();
    follower.start(&options(&server, classic()), &AtomicBool::new(false), |source, now| {
        assert_eq!(Follower::step(source, now).wait, Duration::from_secs(77));
        let wait = Follower::step(source, now).wait;
        assert!(wait >= Duration::from_secs(1) && wait <= Duration::from_secs(2), "{wait:?}");
        assert!(matches!(source.state(), SourceState::Down { since, .. } if *since == later()));
        assert_eq!(Follower::step(source, now).tally.entries(), 10);
        assert_eq!(*source.state(), SourceState::Up);
    });
}

#[test]
fn what_a_server_says_is_masked_before_it_is_told() {
    for interface in [classic(), Interface::IguanaX] {
        let server = Iguana::new(entries(10, 10, 1));
        server.world().faults = vec![Some(Fault::Refuse); 8].into();
        let options = options(&server, interface);
        let mut follower = Follower::new();
        let (said, ()) = logged(|| {
            follower.start(&options, &AtomicBool::new(false), |source, now| {
                Follower::step(source, now);
                let state = format!("{:?}", source.state());
                assert!(state.contains("no index for patient"), "{state}");
                assert!(!state.contains("JOHNSON"), "{state}");
            });
        });
        assert!(said.contains("no index for patient") && !said.contains("JOHNSON"), "{said}");
    }
}

#[test]
fn a_session_that_has_ended_is_begun_anew() {
    let server = Iguana::new(entries(100, 10, 1));
    let mut follower = Follower::new();
    let faults = [None, None, Some(Fault::Expire), None, Some(Fault::Expire)];
    server.world().faults = faults.into();
    let (said, ()) = logged(|| follower.read_all(&server, &options(&server, Interface::IguanaX)));
    follower.has_all(&server.world(), &Interface::IguanaX);
    assert_eq!(server.world().n_logins, 3);
    assert!(!said.contains("does not answer"), "{said}");
}

#[test]
fn a_component_that_goes_on_failing_causes_one_login_and_holds_up_no_other() {
    let server = Iguana::new(entries(100, 10, 1));
    let n_components = server.world().ids(&Interface::IguanaX).0.len().min(6);
    let round: Vec<_> =
        std::iter::once(Some(Fault::Refuse)).chain(vec![None; n_components]).collect();
    server.world().faults = [Some(Fault::Refuse)].into_iter().chain(round.repeat(3)).collect();
    let mut follower = Follower::new();
    follower.read_all(&server, &options(&server, Interface::IguanaX));
    follower.has_all(&server.world(), &Interface::IguanaX);
    assert!(server.world().n_logins <= 4, "{}", server.world().n_logins);
}

#[test]
fn damage_in_an_answer_is_one_gap_however_often_it_is_shown() {
    for interface in [classic(), Interface::IguanaX] {
        let server = Iguana::new(entries(60, 2, 1));
        server.world().faults = vec![Some(Fault::Damage); 30].into();
        let mut follower = Follower::new();
        let options = SourceOptions { only: Vec::new(), ..options(&server, interface) };
        follower.start(&options, &AtomicBool::new(false), |source, now| {
            for _ in 0..40 {
                Follower::step(source, now);
            }
        });
        let db = follower.db();
        assert_eq!(number(&db, "SELECT coalesce(sum(entries), 0) FROM hourly"), 60);
        let world = server.world();
        let lanes = world.log.iter().map(|written| &*written.entry.component);
        let lanes: BTreeSet<_> = lanes.collect();
        let n_lanes = match options.interface {
            Interface::ApiQuery { .. } => 1,
            Interface::IguanaX => lanes.len(),
        };
        assert_eq!(follower.gaps().len(), n_lanes, "{:?}", follower.gaps());
    }
}

#[test]
fn a_request_in_flight_is_given_up_when_told_to_stop() {
    let server = Iguana::new(entries(10, 10, 1));
    server.world().faults = [Some(Fault::Stop)].into();
    let mut follower = Follower::new();
    let options = SourceOptions { timeout: Duration::from_hours(1), ..options(&server, classic()) };
    follower.start(&options, &server.stop, |source, now| {
        assert!(Follower::step(source, now).is_stopped);
    });
    server.stop.store(false, Ordering::Relaxed);
    follower.read_all(&server, &options);
    follower.has_all(&server.world(), &classic());
}

#[test]
fn only_a_certificate_of_a_trusted_authority_is_accepted() {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    let authority = || {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    };
    let (ours, theirs) = (authority(), authority());
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &ours).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let server = Iguana::with_tls(entries(40, 10, 1), tls);
    let mut follower = Follower::new();
    follower.place.put("ours.pem", ours.pem());
    follower.place.put("theirs.pem", theirs.pem());
    let with = |ca_file: Option<&str>| SourceOptions {
        ca_file: ca_file.map(|name| follower.place.path(name)),
        ..options(&server, classic())
    };
    let (right, wrong) =
        (with(Some("ours.pem")), [with(Some("theirs.pem")), with(None), with(Some("no.pem"))]);
    for options in wrong {
        follower.start(&options, &AtomicBool::new(false), |source, now| {
            Follower::step(source, now);
            let state = format!("{:?}", source.state());
            assert!(state.contains("ertificate"), "{state}");
        });
        assert!(server.world().asked.is_empty(), "the password was sent to a stranger");
    }
    follower.read_all(&server, &right);
    follower.has_all(&server.world(), &classic());
}

/// Returns entries every 100 seconds of real time.
fn around(from: &str, to: &str) -> Vec<SampleEntry> {
    let (from, to) = (Millis::parse(from).unwrap().get(), Millis::parse(to).unwrap().get());
    let n_entries = usize::try_from((to - from) / 100_000).unwrap();
    let made = entries(n_entries, 10, 3).into_iter();
    made.zip(0..)
        .map(|(entry, nth)| SampleEntry { time: Millis::new(from + nth * 100_000), ..entry })
        .collect()
}

#[test]
fn a_clock_that_is_put_back_or_forward_hides_nothing() {
    let zone = TimeZone::get("America/Toronto").unwrap();
    let back = || around("2026-11-01T04:20:00Z", "2026-11-01T08:00:00Z");
    let forward = || around("2026-03-08T06:00:00Z", "2026-03-08T09:00:00Z");
    for (log, fold, is_exclusive) in [
        (back(), Fold::Naive, false),
        (back(), Fold::First, true),
        (back(), Fold::Second, false),
        (forward(), Fold::Naive, true),
        (forward(), Fold::First, false),
        (forward(), Fold::Second, true),
    ] {
        for (n_written, n_per_answer) in [(0, 3), (usize::MAX, 0)] {
            let server = Iguana::new(log.clone());
            let mut world = server.world();
            world.zone = Some(zone.clone());
            (world.fold, world.is_exclusive) = (fold, is_exclusive);
            world.n_written = n_written.min(log.len());
            world.n_per_answer = n_per_answer;
            drop(world);
            let mut follower = Follower::new();
            follower.now = Millis::new(log.last().unwrap().time.get() + 60_000);
            let interface = Interface::ApiQuery { zone: zone.clone(), types: Vec::new() };
            let options = SourceOptions { page: 10, ..options(&server, interface) };
            follower.read_all(&server, &options);
            follower.has_all(&server.world(), &options.interface);
        }
    }
}

#[test]
fn more_entries_of_one_second_than_a_server_hands_out_are_a_gap() {
    let start = CorpusOptions::default().start;
    let at_once = entries(100, 10, 1).into_iter().zip(0..);
    let log = at_once.map(|(entry, nth)| {
        let second = if nth < 90 { 0 } else { nth };
        SampleEntry { time: Millis::new(start.get() + second * 1_000), ..entry }
    });
    let server = Iguana::new(log);
    server.world().cap = Some(40);
    let options = SourceOptions { page: 20, ..options(&server, classic()) };
    let mut follower = Follower::new();
    follower.read_all(&server, &options);
    let gaps = follower.gaps();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(gaps[0].contains("hands out no more than 40 entries"), "{gaps:?}");
    assert_eq!(number(&follower.db(), "SELECT sum(entries) FROM hourly"), 50);
}

#[test]
fn what_was_purged_while_nobody_asked_is_a_gap() {
    for interface in [classic(), Interface::IguanaX] {
        let mut log = entries(400, 10, 1);
        for (nth, entry) in log.iter_mut().enumerate().skip(200) {
            let days = if nth < 300 { 3 } else { 6 };
            entry.time = Millis::new(entry.time.get() + days * 86_400_000);
        }
        let server = Iguana::new(log);
        let options = options(&server, interface);
        server.world().n_written = 200;
        let mut follower = Follower::new();
        follower.start(&options, &AtomicBool::new(false), |source, now| {
            for _ in 0..20 {
                Follower::step(source, now);
            }
        });
        assert!(follower.gaps().is_empty());
        let mut world = server.world();
        (world.n_written, world.n_purged) = (400, 300);
        drop(world);
        follower.now = Millis::new(follower.now.get() + 6 * 86_400_000);
        follower.read_all(&server, &options);
        let gaps = follower.gaps();
        assert!(!gaps.is_empty() && gaps.iter().all(|gap| gap.contains("purged")), "{gaps:?}");
        let n_stored = number(&follower.db(), "SELECT sum(entries) FROM hourly");
        assert_eq!(n_stored, 300);
    }
}

/// What happens while a source is read.
#[derive(Clone, Debug)]
struct Plan {
    is_iguana_x: bool,
    log: Vec<SampleEntry>,
    page: u32,
    n_written: usize,
    n_per_answer: usize,
    is_exclusive: bool,
    faults: Vec<Option<Fault>>,
    /// After so many steps all is dropped and begun anew.
    sessions: Vec<usize>,
}

fn plans() -> impl Strategy<Value = Plan> {
    let fault = prop_oneof![
        8 => Just(None),
        1 => Just(Some(Fault::Silent)),
        3 => Just(Some(Fault::Cut)),
        3 => Just(Some(Fault::CutQuietly)),
        2 => Just(Some(Fault::Status(500))),
        1 => Just(Some(Fault::Busy(3))),
        3 => Just(Some(Fault::Repeat)),
        4 => Just(Some(Fault::Shuffle)),
        2 => Just(Some(Fault::Expire)),
        1 => Just(Some(Fault::Refuse)),
    ];
    let log = (any::<u64>(), 1..120_usize, 1..1_500_u32, proptest::bool::ANY).prop_map(
        |(seed, n_entries, max_pause_ms, is_late)| {
            let mut log = entries(n_entries, max_pause_ms, seed);
            if is_late {
                // Each is written up to 0.9 s after it happened.
                let delay =
                    |entry: &SampleEntry| i64::try_from(entry.text.len() * 37 % 900).unwrap();
                log.sort_by_key(|entry| entry.time.get() + delay(entry));
            }
            log
        },
    );
    let how = (any::<bool>(), 2..40_u32, 0..120_usize, 1..20_usize, any::<bool>());
    let faults = proptest::collection::vec(fault, 0..14);
    let sessions = proptest::collection::vec(1..8_usize, 0..4);
    (log, how, faults, sessions).prop_map(|(log, how, faults, sessions)| {
        let (is_iguana_x, page, n_written, n_per_answer, is_exclusive) = how;
        let mut faults = faults;
        // A server that repeats for ever cannot be told from one that hands out no more, even if it
        // fails to answer in between.
        let mut is_repeated = false;
        faults.retain(|fault| match fault {
            Some(Fault::Repeat) => !std::mem::replace(&mut is_repeated, true),
            None | Some(Fault::Shuffle) => {
                is_repeated = false;
                true
            }
            Some(_) => true,
        });
        let n_written = n_written.min(log.len());
        Plan { is_iguana_x, log, page, n_written, n_per_answer, is_exclusive, faults, sessions }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_goes_wrong_each_entry_is_stored_once(plan in plans()) {
        let interface = if plan.is_iguana_x { Interface::IguanaX } else { classic() };
        let server = Iguana::new(plan.log);
        let mut world = server.world();
        (world.n_written, world.n_per_answer) = (plan.n_written, plan.n_per_answer);
        world.is_exclusive = plan.is_exclusive;
        world.faults = plan.faults.into();
        drop(world);
        let timeout = Duration::from_millis(300);
        let options =
            SourceOptions { page: plan.page, timeout, ..options(&server, interface.clone()) };
        let mut follower = Follower::new();
        let (said, ()) = logged(|| {
            for n_steps in plan.sessions {
                follower.start(&options, &AtomicBool::new(false), |source, now| {
                    for _ in 0..n_steps {
                        Follower::step(source, now);
                    }
                });
            }
            follower.read_all(&server, &options);
        });
        follower.has_all(&server.world(), &interface);
        hides_the_password(&said, &follower);
    }
}
