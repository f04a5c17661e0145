//! What befalls a machine for a while: the daemon goes on by itself, nothing is lost or doubled,
//! and each trouble is said once.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;
use tempfile::TempDir;

use super::daemon::{Daemon, assert_each_once, configuration, place};
use super::machine::Machine;
use super::world::time_of;
use crate::run::{DB, Place, number};

fn line(entry: usize) -> String {
    let stamp = time_of(entry).timestamp().strftime("%Y-%m-%d %H:%M:%S,%3f");
    format!("{stamp} ERROR gateway: Too many open files\n")
}

fn lines(entries: std::ops::Range<usize>) -> String {
    entries.map(line).collect()
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn succeeds(program: &str, args: &[&str]) -> bool {
    Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
}

/// Asks the daemon for its metrics.
fn metrics(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A file system of its own, where the test may mount one.
struct Mount(String);

impl Mount {
    fn new(at: &Path, size: &str) -> Option<Self> {
        let at = at.to_str().unwrap().to_owned();
        let size = format!("size={size}");
        succeeds("mount", &["-t", "tmpfs", "-o", &size, "tmpfs", &at]).then_some(Self(at))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        succeeds("umount", &["-l", &self.0]);
    }
}

/// Vector 22288: with a full disk, the position could not be kept; nothing went on until a restart.
#[test]
fn a_disk_that_is_full_for_a_while_stops_nothing_for_good() {
    let place = place();
    fs::create_dir(place.path("store")).unwrap();
    let Some(_mount) = Mount::new(&place.path("store"), "2m") else { return };
    place.put("store/dewlap.db.key", crate::run::KEY);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let health = format!("health = '127.0.0.1:{port}'");
    let text = configuration().replace("health = 'off'", &health);
    place.put("dewlap.toml", format!("db = 'store/{DB}'\n{text}"));
    std::os::unix::fs::symlink(place.path("store/dewlap.db"), place.path(DB)).unwrap();
    let mut daemon = Daemon::start(place);
    append(&daemon.log("engine.log"), &lines(0..20));
    daemon.wait_stored(20);
    let filler = daemon.place.path("store/filler");
    let fill = || {
        let mut file = OpenOptions::new().append(true).create(true).open(&filler).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
    };
    fill();
    append(&daemon.log("engine.log"), &lines(20..2_000));
    daemon.wait_said("store failed; it is tried again", 1);
    assert!(metrics(port).contains("\ndewlap_store_up 0\n"));
    fs::remove_file(&filler).unwrap();
    append(&daemon.log("engine.log"), &line(2_000));
    daemon.wait_stored(2_001);
    daemon.wait_said("store is written to again", 1);
    assert!(metrics(port).contains("\ndewlap_store_up 1\n"));
    assert_eq!(daemon.said().matches("store failed").count(), 1, "{}", daemon.said());
    let (place, code) = daemon.stop();
    assert_eq!(code, Some(0));
    assert_each_once(&place, 2_001);
}

#[test]
fn a_store_that_another_program_holds_for_a_while_is_waited_for() {
    let mut daemon = Daemon::start(place());
    append(&daemon.log("engine.log"), &lines(0..5));
    daemon.wait_stored(5);
    let db = Connection::open(daemon.place.path(DB)).unwrap();
    db.execute_batch("BEGIN EXCLUSIVE").unwrap();
    append(&daemon.log("engine.log"), &lines(5..9));
    let mut n_looks = 0;
    daemon.wait("some time", |_| {
        n_looks += 1;
        n_looks > 200
    });
    db.execute_batch("COMMIT").unwrap();
    daemon.wait_stored(9);
    assert_eq!(daemon.said().matches("ERROR").count(), 0, "{}", daemon.said());
    let (place, code) = daemon.stop();
    assert_eq!(code, Some(0));
    assert_each_once(&place, 9);
}

#[test]
fn a_clock_that_is_set_back_an_hour_changes_nothing() {
    let directory = TempDir::new().unwrap();
    let db = directory.path().join(DB);
    let log = directory.path().join("engine.log");
    let mut machine = Machine::new(directory.path(), &db, "iguana".into());
    append(&log, &lines(0..5));
    machine.read();
    machine.shift = -3_600_000;
    append(&log, &(lines(5..8) + line(8).split_at(30).0));
    machine.read();
    append(&log, line(8).split_at(30).1);
    machine.restart();
    machine.read_quiet();
    machine.stop();
    let db = Connection::open(&db).unwrap();
    assert_eq!(number(&db, "SELECT count(*) FROM event"), 9);
    assert_eq!(number(&db, "SELECT count(DISTINCT time) FROM event"), 9);
}

#[test]
fn entries_of_the_hour_that_comes_twice_are_stored_once_each() {
    let directory = TempDir::new().unwrap();
    let db = directory.path().join(DB);
    let log = directory.path().join("engine.log");
    let mut machine = Machine::new(directory.path(), &db, "iguana".into());
    machine.parse.zone = jiff::tz::TimeZone::get("America/Toronto").unwrap();
    // On 2026-11-01, 02:00 is followed by 01:00.
    let entry = |time: &str| format!("2026-11-01 {time} ERROR gateway: Too many open files\n");
    for time in ["00:59:59,000", "01:30:00,000", "01:59:59,000", "01:00:01,000", "01:30:00,000"] {
        append(&log, &entry(time));
        machine.read();
        machine.restart();
    }
    append(&log, &entry("02:00:00,000"));
    machine.read_quiet();
    machine.stop();
    let db = Connection::open(&db).unwrap();
    assert_eq!(number(&db, "SELECT count(*) FROM event"), 6);
    assert_eq!(number(&db, "SELECT sum(entries) FROM hourly"), 6);
}

#[test]
fn logs_that_may_not_be_read_for_a_while_are_read_on() {
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let program = env!("CARGO_BIN_EXE_dewlap");
    let args = [nobody[1], nobody[2], nobody[3], program, "--version"];
    let may_be_nobody = succeeds("setpriv", &args);
    let place = place();
    fs::set_permissions(place.path(""), fs::Permissions::from_mode(0o777)).unwrap();
    for name in ["logs", "dewlap.toml", "dewlap.db.key"] {
        fs::set_permissions(place.path(name), fs::Permissions::from_mode(0o777)).unwrap();
    }
    let mut daemon =
        if may_be_nobody { Daemon::start_as(place, &nobody) } else { Daemon::start(place) };
    append(&daemon.log("engine.log"), &lines(0..5));
    daemon.wait_stored(5);
    let logs = daemon.place.path("logs");
    fs::set_permissions(&logs, fs::Permissions::from_mode(0o000)).unwrap();
    append(&daemon.log("engine.log"), &lines(5..8));
    if may_be_nobody {
        daemon.wait_said("not read", 1);
    }
    fs::set_permissions(&logs, fs::Permissions::from_mode(0o777)).unwrap();
    append(&daemon.log("engine.log"), &line(8));
    daemon.wait_stored(9);
    if may_be_nobody {
        daemon.wait_said("no longer in the way", 1);
        assert_eq!(daemon.said().matches("not read").count(), 1, "{}", daemon.said());
    }
    let (place, _) = daemon.stop();
    assert_each_once(&place, 9);
}

#[test]
fn a_directory_that_is_not_mounted_for_a_while_has_lost_nothing() {
    let place = place();
    let mount = Mount::new(&place.path("logs"), "1m");
    let mut daemon = Daemon::start(place);
    append(&daemon.log("engine.log"), &lines(0..5));
    daemon.wait_stored(5);
    let (logs, away) = (daemon.place.path("logs"), daemon.place.path("away"));
    let shown = |path: &Path| path.to_str().unwrap().to_owned();
    if mount.is_some() {
        // Another directory appears below it, as where a share is gone.
        fs::create_dir(&away).unwrap();
        assert!(succeeds("mount", &["--bind", &shown(&logs), &shown(&away)]));
        assert!(succeeds("umount", &["-l", &shown(&logs)]));
    } else {
        fs::rename(&logs, &away).unwrap();
    }
    append(&away.join("engine.log"), &lines(5..8));
    daemon.wait_said("not read", 1);
    if mount.is_some() {
        assert!(succeeds("mount", &["--bind", &shown(&away), &shown(&logs)]));
    } else {
        fs::rename(&away, &logs).unwrap();
    }
    daemon.wait_stored(8);
    daemon.wait_said("no longer in the way", 1);
    assert_eq!(daemon.said().matches("not read").count(), 1, "{}", daemon.said());
    let (place, code) = daemon.stop();
    succeeds("umount", &["-l", &shown(&away)]);
    assert_eq!(code, Some(0));
    assert_each_once(&place, 8);
}

/// Beats 4733, Loki 6268: after a crash the state was empty, or full of zeros.
#[test]
fn a_daemon_that_is_killed_at_any_moment_goes_on_and_repeats_nothing() {
    const ENTRIES: usize = 3_000;
    let mut place = place();
    append(&place.path("logs/engine.log"), &lines(0..ENTRIES));
    for n_events in [0, 1, 1_000] {
        let mut daemon = Daemon::start(place);
        daemon.wait_stored(n_events);
        place = daemon.kill();
    }
    // What a loss of power leaves: the last pages of the log are short, or zeros.
    let wal = place.path(&format!("{DB}-wal"));
    if let Ok(metadata) = fs::metadata(&wal) {
        let file = OpenOptions::new().write(true).open(&wal).unwrap();
        let len = metadata.len().saturating_sub(5_000);
        file.set_len(len).unwrap();
        file.write_all_at(&vec![0; 3_000], len).unwrap();
    }
    let mut daemon = Daemon::start(place);
    let n_entries = u64::try_from(ENTRIES).unwrap();
    daemon.wait_stored(n_entries);
    let (place, code) = daemon.stop();
    assert_eq!(code, Some(0));
    assert_each_once(&place, n_entries);
}

#[test]
fn a_daemon_that_is_told_to_stop_under_load_has_kept_all_that_it_read() {
    const ENTRIES: usize = 6_000;
    let place = place();
    append(&place.path("logs/engine.log"), &lines(0..ENTRIES));
    let mut daemon = Daemon::start(place);
    daemon.wait_stored(1);
    let (place, code) = daemon.stop();
    assert_eq!(code, Some(0));
    // What was committed lies before the position, so nobody reads it again.
    let stored = number(&place.sqlite(), "SELECT count(*) FROM event");
    let behind = "SELECT entries_before + (read_to > offset) FROM file";
    assert_eq!(number(&place.sqlite(), behind), stored);
    assert!(stored > 0, "it was under way");
    let mut daemon = Daemon::start(place);
    let n_entries = u64::try_from(ENTRIES).unwrap();
    daemon.wait_stored(n_entries);
    let (place, _) = daemon.stop();
    assert_each_once(&place, n_entries);
    assert_eq!(number(&place.sqlite(), behind), n_entries);
}

#[test]
fn a_second_daemon_for_the_same_store_says_so_and_ends() {
    let mut daemon = Daemon::start(place());
    daemon.wait_said("following", 1);
    let second = daemon.place.run(&["follow"]);
    assert_eq!(second.code, Some(2));
    assert!(second.stderr.contains("is being written by another dewlap"), "{}", second.stderr);
    assert_eq!(daemon.child.try_wait().unwrap(), None, "the first one goes on");
}

/// Syslog-ng 4594: a reload failed without a word, or took rules that had faults.
#[test]
fn a_catalogue_with_faults_never_takes_the_place_of_a_sound_one() {
    let place = place();
    let rule = include_str!("site.toml");
    let text = format!("local_patterns = 'patterns'\n{}", configuration());
    place.put("dewlap.toml", &text);
    place.put("patterns/site.toml", rule.replace("first step", "last step"));
    let mut daemon = Daemon::start(place);
    let entry = |number: usize| line(number) + "  at the first step\n";
    append(&daemon.log("engine.log"), &entry(0));
    daemon.wait_stored(1);
    let fault = "configuration has faults; the one before stays";
    daemon
        .place
        .put("patterns/site.toml", rule.replace("severity = \"error\"", "severity = \"bad\""));
    daemon.signal("-HUP");
    daemon.wait_said(fault, 1);
    assert!(daemon.said().contains("site.toml:7"), "{}", daemon.said());
    append(&daemon.log("engine.log"), &entry(1));
    daemon.wait_stored(2);
    daemon.place.put("dewlap.toml", text.replace("poll = '1s'", "poll = 'soon'"));
    daemon.signal("-HUP");
    daemon.wait("the faults", |daemon| daemon.said().contains("dewlap.toml:6"));
    append(&daemon.log("engine.log"), &entry(2));
    daemon.wait_stored(3);
    daemon.place.put("dewlap.toml", &text);
    daemon.place.put("patterns/site.toml", rule);
    daemon.signal("-HUP");
    daemon.wait_said("configuration is read again", 1);
    append(&daemon.log("engine.log"), &entry(3));
    daemon.wait_stored(4);
    let of_rule = "SELECT count(*) FROM event JOIN problem ON problem.id = problem \
                   WHERE rule = 'site.steps' AND time >= ";
    let db = daemon.place.path(DB);
    daemon.wait("the new rule", |_| {
        number(&Connection::open(&db).unwrap(), &format!("{of_rule}{}", time_of(3).get())) == 1
    });
    let (place, code): (Place, _) = daemon.stop();
    assert_eq!(code, Some(0));
    assert_each_once(&place, 4);
}
