//! The weekly report, mailed by the daemon.

use jiff::{ToSpan, Zoned, tz::TimeZone};

use super::daemon::{Daemon, configuration, place};
use crate::report_mail::{MailServer, mail_settings};
use crate::run::Place;

/// Returns `[report]` for the beginning of yesterday: what is due has been for hours.
fn settings(server: &MailServer) -> String {
    let yesterday = Zoned::now().with_time_zone(TimeZone::UTC).checked_sub(1.day()).unwrap();
    let day = yesterday.strftime("%a").to_string().to_lowercase();
    mail_settings(server, &format!("day = '{day}'\nat = '00:00'"))
}

fn wait_mailed(daemon: &mut Daemon) -> i64 {
    daemon.wait("note of what was mailed", |daemon| mailed_until(&daemon.place).is_some());
    mailed_until(&daemon.place).unwrap()
}

fn mailed_until(place: &Place) -> Option<i64> {
    place.sqlite().query_row("SELECT until FROM mailed", [], |row| row.get(0)).ok()
}

#[test]
fn the_daemon_mails_each_weeks_report_once() {
    let server = MailServer::start();
    let place = place();
    place.put("dewlap.toml", configuration() + &settings(&server));
    let mut daemon = Daemon::start(place);
    let until = wait_mailed(&mut daemon);
    let (place, _) = daemon.stop();
    assert!(server.is_idle(), "the week before it was asked for is mailed");
    let week = 7 * 86_400_000;
    place.sqlite().execute("UPDATE mailed SET until = ?", [until - week]).unwrap();
    let mut daemon = Daemon::start(place);
    daemon.wait_said("report mailed", 1);
    let letter = server.next();
    assert!(String::from_utf8_lossy(&letter).contains("Subject: Recurring problems of 20"));
    let (place, code) = daemon.stop();
    assert_eq!((code, mailed_until(&place)), (Some(0), Some(until)));
    let mut daemon = Daemon::start(place);
    daemon.wait_said("following", 1);
    daemon.stop();
    assert!(server.is_idle(), "a report is mailed twice");
}

#[test]
fn a_mail_server_that_is_down_costs_no_report() {
    let server = MailServer::start();
    let place = place();
    let settings = settings(&server);
    let gone = settings.replace(&format!("port = {}", server.port), "port = 1");
    place.put("dewlap.toml", configuration() + &gone);
    let mut daemon = Daemon::start(place);
    let until = wait_mailed(&mut daemon) - 7 * 86_400_000;
    let place = daemon.kill();
    place.sqlite().execute("UPDATE mailed SET until = ?", [until]).unwrap();
    let mut daemon = Daemon::start(place);
    daemon.wait_said("report not mailed", 1);
    assert_eq!(mailed_until(&daemon.place), Some(until));
    // A changed configuration begins a session anew.
    daemon.place.put("dewlap.toml", configuration() + &settings);
    daemon.wait_said("report mailed", 1);
    server.next();
    daemon.stop();
}
