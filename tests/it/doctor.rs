//! `doctor`: what it says of a place where all is well, and of one where it is not.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use dewlap::store::{Classes, Writer};
use serde_json::Value;

use crate::run::{DB, Place, lines};

const CONFIG: &str = "timezone = 'UTC'\nhealth = 'off'\n\
    [[source]]\nname = 'engine'\nfiles = ['logs/*.log']\n";

fn place() -> Place {
    let place = Place::with_key();
    place.put("dewlap.toml", CONFIG);
    place.put("logs/engine.log", "[2026-09-07 00:00:00.000] [ADT] [Info] [] started\n");
    private(&place, "dewlap.db.key");
    place
}

fn private(place: &Place, name: &str) {
    std::fs::set_permissions(place.path(name), PermissionsExt::from_mode(0o600)).unwrap();
}

/// Runs it and returns its exit code with what it says.
fn examine(place: &Place) -> (i32, Vec<Value>) {
    let output = place.run(&["doctor", "--format", "json"]);
    assert_eq!(output.stderr, "");
    (output.code.unwrap(), lines(&output.stdout))
}

/// Returns what is said of a subject with this grade.
#[track_caller]
fn said(place: &Place, subject: &str, grade: &str) -> String {
    let (code, all) = examine(place);
    assert_eq!(code, i32::from(all.iter().any(|said| said["grade"] == "fault")), "{all:#?}");
    let found = all.iter().find(|said| said["subject"] == subject && said["grade"] == grade);
    let found = found.unwrap_or_else(|| panic!("no {grade} of {subject} in {all:#?}"));
    format!("{} {}", found["message"].as_str().unwrap(), found["advice"].as_str().unwrap_or(""))
}

#[test]
fn a_place_where_all_is_well_has_no_faults() {
    let place = place();
    let (code, all) = examine(&place);
    assert_eq!(code, 0, "{all:#?}");
    place.ingest(&["logs"]);
    assert!(said(&place, "store", "ok").contains("is sound"));
    assert!(said(&place, "source engine", "ok").contains("1 file in 1 directory can be read"));
    assert!(said(&place, "key", "ok").contains("only its owner reads"));
    assert!(said(&place, "catalogue", "ok").contains("rules"));
}

#[test]
fn a_store_that_is_open_to_others_or_damaged_is_a_fault() {
    let place = place();
    place.ingest(&["logs"]);
    std::fs::set_permissions(place.path(DB), PermissionsExt::from_mode(0o644)).unwrap();
    assert!(said(&place, "store", "fault").contains("chmod 600"));
    private(&place, DB);
    place.put(DB, "not a database at all, and long enough to be read as a page of one");
    private(&place, DB);
    assert!(said(&place, "store", "fault").contains("is not a dewlap store"));
}

#[test]
fn a_store_that_is_written_to_is_no_fault() {
    let place = place();
    let writer = Writer::spawn(&place.path(DB), "iguana", &Classes::default()).unwrap();
    let (code, all) = examine(&place);
    assert_eq!(code, 0, "{all:#?}");
    let is_told = |said: &Value| said["message"].as_str().unwrap().contains("writes to it now");
    assert!(all.iter().any(is_told), "{all:#?}");
    writer.finish().unwrap();
    assert!(!examine(&place).1.iter().any(is_told));
}

#[test]
fn a_key_that_is_gone_or_malformed_is_a_fault() {
    let place = place();
    place.ingest(&["logs"]);
    place.put("dewlap.db.key", "short");
    assert!(said(&place, "key", "fault").contains("failed to read"));
    std::fs::remove_file(place.path("dewlap.db.key")).unwrap();
    assert!(said(&place, "key", "fault").contains("is gone"));
}

#[test]
fn a_source_says_what_keeps_it_from_being_read() {
    let place = place();
    place.put("empty/config/settings/log.json", "{}");
    place.put("closed/config/settings/log.json", "{}");
    place.put("closed/loge/A/B615.log", "");
    for (setting, grade, want) in [
        ("iguana = 'nowhere'", "fault", "there is no directory"),
        ("iguana = 'logs'", "fault", "is no working directory"),
        ("iguana = 'empty'", "fault", "has no logs yet"),
        ("iguana = 'closed'", "fault", "are encrypted"),
        ("files = ['logs/*.txt']", "warning", "no file is named"),
        ("files = ['nowhere/*.log']", "fault", "cannot be read"),
    ] {
        place.put("dewlap.toml", format!("health = 'off'\n[[source]]\nname = 'lab'\n{setting}\n"));
        let found = said(&place, "source lab", grade);
        assert!(found.contains(want), "{setting}: {found}");
    }
}

#[test]
fn a_file_from_the_future_tells_of_a_wrong_clock() {
    let place = place();
    let file = std::fs::File::options().write(true).open(place.path("logs/engine.log")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_hours(24 * 365 * 100))
        .unwrap();
    assert!(said(&place, "source engine", "warning").contains("in the future"));
}

#[test]
fn a_configuration_with_faults_is_told_with_lines() {
    let place = place();
    place.put("dewlap.toml", "servr = 'x'\n");
    let found = said(&place, "configuration", "fault");
    assert!(found.contains("line 1: `servr` is unknown"), "{found}");
    assert!(found.contains("did you mean `server`?"), "{found}");
}

#[test]
fn the_address_of_the_health_page_is_free_ours_or_taken() {
    let place = place();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    place.put("dewlap.toml", format!("health = '{address}'\n"));
    let server = std::thread::spawn(move || {
        for answer in ["HTTP/1.1 200 OK\r\n\r\n{\"program\":\"dewlap\"}", "220 mail\r\n"] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 512];
            assert!(stream.read(&mut request).unwrap() > 0);
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    assert!(said(&place, "health page", "ok").contains("a follower answers"));
    assert!(said(&place, "health page", "fault").contains("another program"));
    server.join().unwrap();
    assert!(said(&place, "health page", "ok").contains("is free"));
}

#[test]
fn the_mail_server_of_the_report_is_connected_to() {
    let place = place();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let mail = |port: u16, more: &str| {
        format!(
            "{CONFIG}[report.mail]\nhost = '127.0.0.1'\nport = {port}\nfrom = 'd@example.org'\n\
             to = 't@example.org'\n{more}"
        )
    };
    place.put("dewlap.toml", mail(port, ""));
    assert!(said(&place, "report", "ok").contains(&format!("`127.0.0.1:{port}` answers")));
    let login = "user = 'dewlap'\npassword_file = 'mail.password'\n";
    place.put("dewlap.toml", mail(port, login));
    assert!(said(&place, "report", "fault").contains("failed to read the secret"));
    place.put("mail.password", "open\n");
    said(&place, "report", "ok");
    drop(server);
    assert!(said(&place, "report", "fault").contains("cannot be reached"));
}
