//! The health page, asked as a plain client asks it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use dewlap::model::Millis;
use dewlap::serve::{Board, Hosts, SourceKind, SourceState, SourceStatus, Status, bind, serve};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// 2026-09-07T00:00:00Z
const START: i64 = 1_788_739_200_000;

/// A page that is served, and the clock by which it lives.
struct Site {
    runtime: Runtime,
    board: Board,
    now: Arc<AtomicI64>,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), dewlap::serve::ServeError>>,
}

/// What came back.
struct Answer {
    code: u16,
    head: String,
    body: String,
}

impl Site {
    fn start() -> Self {
        let now = Arc::new(AtomicI64::new(START));
        let clock = Arc::clone(&now);
        let clock = Arc::new(move || Millis::new(clock.load(Ordering::Relaxed)));
        let board = Board::new(status(), clock);
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(bind("127.0.0.1:0".parse().unwrap())).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async { stopped.await.unwrap_or_default() };
        let hosts = Hosts::new(vec!["monitor.example.org".into()]);
        let task = runtime.spawn(serve(board.clone(), hosts, listener, shutdown));
        Self { runtime, board, now, address, stop, task }
    }

    fn ask(&self, method: &str, path: &str, host: &str) -> Answer {
        self.send(&format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "localhost")
    }

    fn send(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        // It comes to an end because the server closes the connection.
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let code = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { code, head: head.to_ascii_lowercase(), body: body.into() }
    }

    fn pass(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1_000, Ordering::Relaxed);
    }
}

fn status() -> Status {
    let lab = SourceStatus {
        name: "lab".into(),
        server: "iguana-prod-1".into(),
        entries: 120,
        events: 7,
        known: 5,
        unknown: 2,
        lost_bytes: 12_345,
        last_round: Some(Millis::new(START)),
        ..SourceStatus::default()
    };
    let old = SourceStatus {
        name: "old \"6\"".into(),
        server: "iguana-6".into(),
        kind: SourceKind::ApiQuery,
        state: SourceState::Down { since: Millis::new(START), reason: "login refused".into() },
        ..SourceStatus::default()
    };
    let mut status = Status {
        version: "0.1.0".into(),
        store: "/var/lib/dewlap/dewlap.db".into(),
        catalogue: "abc".into(),
        started: Millis::new(START),
        is_ready: true,
        sources: vec![lab, old],
        queue_depth: 3,
        resident_bytes: Some(1_048_576),
        ..Status::default()
    };
    status.commits.record(Duration::from_millis(3));
    status.reloads.accepted = 1;
    status.reloads.last = Some(Millis::new(START + 5_000));
    status.alerts.sent = 4;
    status
}

#[test]
fn it_is_healthy_while_the_supervisor_was_alive_within_30_seconds() {
    let site = Site::start();
    site.pass(29);
    let answer = site.get("/healthz");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        (answer.code, &body["status"], &body["uptime_seconds"]),
        (200, &"ok".into(), &29.into())
    );
    assert_eq!(answer.body.lines().count(), 1);
    assert_eq!(body["down"], serde_json::json!(["old \"6\""]));
    site.pass(1);
    let answer = site.get("/healthz");
    assert_eq!(answer.code, 503);
    assert!(answer.body.contains("\"stuck\""), "{}", answer.body);
    site.board.beat();
    assert_eq!(site.get("/healthz").code, 200);
}

#[test]
fn it_is_ready_once_every_source_was_read_through() {
    let site = Site::start();
    let answer = site.get("/readyz");
    assert_eq!((answer.code, answer.body.as_str()), (503, "source `old \"6\"`: login refused\n"));
    site.board.update(|status| status.sources[1].last_round = Some(Millis::new(START)));
    assert_eq!(site.get("/readyz").code, 200);
    site.board.update(|status| status.is_ready = false);
    assert_eq!(site.get("/readyz").code, 503);
}

#[test]
fn a_store_that_takes_nothing_is_told_on_every_page() {
    let site = Site::start();
    let health = |site: &Site| serde_json::from_str::<Value>(&site.get("/healthz").body).unwrap();
    assert_eq!(health(&site)["store_error"], Value::Null);
    let reason = "failed to write to `dewlap.db`: database or disk is full".to_owned();
    let since = Millis::new(START);
    site.board.update(|status| status.store_state = SourceState::Down { since, reason });
    let answer = site.get("/readyz");
    assert_eq!(answer.code, 503);
    assert!(answer.body.starts_with("store: failed to write to"), "{}", answer.body);
    let health = health(&site);
    assert!(health["store_error"].as_str().unwrap().contains("disk is full"), "{health}");
    assert_eq!(health["store_down_since"], "2026-09-07T00:00:00.000Z");
    assert!(site.get("/metrics").body.contains("\ndewlap_store_up 0\n"));
}

#[test]
fn the_metrics_are_text_that_prometheus_reads() {
    let site = Site::start();
    site.pass(61);
    let answer = site.get("/metrics");
    assert_eq!(answer.code, 200);
    assert!(answer.head.contains("content-type: application/openmetrics-text"), "{}", answer.head);
    assert!(answer.body.ends_with("\n# EOF\n"));
    assert!(answer.body.contains("\n# TYPE dewlap_source_entries counter\n"));
    assert!(
        answer.body.contains("dewlap_source_up{source=\"old \\\"6\\\"\",server=\"iguana-6\"} 0\n")
    );
    assert!(answer.body.contains("dewlap_commit_duration_seconds_bucket{le=\"0.005\"} 1\n"));
    let is_shown = |line: &&str| !["#", "old", "bucket"].iter().any(|part| line.contains(part));
    let values: Vec<_> = answer.body.lines().filter(is_shown).collect();
    insta::assert_snapshot!(values.join("\n"), @r#"
    dewlap_uptime_seconds 61
    dewlap_reload_timestamp_seconds 1788739205
    dewlap_resident_memory_bytes 1048576
    dewlap_ready 0
    dewlap_store_up 1
    dewlap_commits_waiting 3
    dewlap_reloads_total 1
    dewlap_reloads_refused_total 0
    dewlap_alerts_sent_total 4
    dewlap_alerts_failed_total 0
    dewlap_alerts_pending 0
    dewlap_commit_duration_seconds_sum 0.003
    dewlap_commit_duration_seconds_count 1
    dewlap_source_up{source="lab",server="iguana-prod-1"} 1
    dewlap_source_files{source="lab",server="iguana-prod-1"} 0
    dewlap_source_lag_bytes{source="lab",server="iguana-prod-1"} 0
    dewlap_source_lag_seconds{source="lab",server="iguana-prod-1"} 0
    dewlap_source_entries_total{source="lab",server="iguana-prod-1"} 120
    dewlap_source_events_total{source="lab",server="iguana-prod-1"} 7
    dewlap_source_events_known_total{source="lab",server="iguana-prod-1"} 5
    dewlap_source_events_unknown_total{source="lab",server="iguana-prod-1"} 2
    dewlap_source_duplicates_total{source="lab",server="iguana-prod-1"} 0
    dewlap_source_gaps_total{source="lab",server="iguana-prod-1"} 0
    dewlap_source_lost_bytes_total{source="lab",server="iguana-prod-1"} 12345
    dewlap_source_round_timestamp_seconds{source="lab",server="iguana-prod-1"} 1788739200
    "#);
}

#[test]
fn metrics_have_help_a_type_and_no_labels_but_source_and_server() {
    let site = Site::start();
    let body = site.get("/metrics").body;
    let mut described = std::collections::BTreeSet::new();
    for line in body.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            described.insert(help.split(' ').next().unwrap().to_owned());
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap();
            let family = ["_total", "_sum", "_count", "_bucket"]
                .iter()
                .find_map(|end| name.strip_suffix(end))
                .filter(|family| described.contains(*family))
                .unwrap_or(name);
            assert!(described.contains(family), "{line}");
        }
        for label in line.split(['{', ',']).skip(1).filter_map(|part| part.split_once("=\"")) {
            assert!(["source", "server", "le"].contains(&label.0), "{line}");
        }
    }
    assert!(!body.contains("/var/lib"), "{body}");
}

#[test]
fn the_first_page_names_the_others_and_runs_nothing() {
    let site = Site::start();
    let answer = site.get("/");
    for part in ["healthz", "readyz", "metrics"] {
        assert!(answer.body.contains(&format!("href=\"{part}\"")), "{}", answer.body);
    }
    assert!(answer.head.contains("content-security-policy: default-src 'none'"));
    assert_eq!(site.get("/status").code, 404);
}

#[test]
fn a_request_by_another_name_is_refused() {
    let site = Site::start();
    let cases = [
        ("localhost", 200),
        ("127.0.0.1:9464", 200),
        ("[::1]:9464", 200),
        ("monitor.example.org", 200),
        ("rebound.example.net", 421),
        ("rebound.example.net:9464", 421),
    ];
    for (host, code) in cases {
        assert_eq!(site.ask("GET", "/healthz", host).code, code, "{host}");
    }
    assert_eq!(site.send("GET /healthz HTTP/1.1\r\n\r\n").code, 400);
}

#[test]
fn only_reading_is_answered() {
    let site = Site::start();
    let answer = site.ask("HEAD", "/healthz", "localhost");
    assert_eq!((answer.code, answer.body.as_str()), (200, ""));
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let answer = site.ask(method, "/healthz", "localhost");
        assert_eq!(answer.code, 405, "{method}");
        assert!(answer.head.contains("allow: get, head"), "{}", answer.head);
    }
}

#[test]
fn it_ends_when_it_is_told_to_and_lets_the_address_go() {
    let site = Site::start();
    assert_eq!(site.get("/").code, 200);
    site.stop.send(()).unwrap();
    site.runtime.block_on(site.task).unwrap().unwrap();
    let again = site.runtime.block_on(bind(site.address));
    let taken = site.runtime.block_on(bind(site.address));
    assert!(again.is_ok());
    let hint = taken.unwrap_err().hint().unwrap();
    assert!(hint.contains("another program"), "{hint}");
}
