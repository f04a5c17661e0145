//! Alerts, from events in a real store to servers of the tests' own.

mod delivery;
mod ledger;
mod masked;
mod servers;
mod site;
mod targets;

use dewlap::alert::{AlertSettings, MessageKind};
use dewlap::model::{Outcome, Severity};
use dewlap::store::{Phase, Trigger};

use site::{CRITICAL, DAY, Failure, MINUTE, Site, at, nowhere};

#[test]
fn ten_thousand_identical_failures_in_a_minute_are_one_alert_with_the_count() {
    let mut site = Site::new();
    let mut lookout = site.lookout(&nowhere(), 0);
    let mut stored = Vec::new();
    for second in 0..60 {
        // The last of 10,000 comes 58 s after the first.
        let times = (0..10_000).map(|nth| nth * 58_000 / 9_999);
        let times: Vec<i64> = times.filter(|time| time / 1_000 == second).collect();
        stored.push(times.len() as u64);
        site.put(&Failure::critical(), times);
        lookout.look(at(second * 1_000 + 999)).unwrap();
    }
    let messages = site.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0].kind, MessageKind::Opened);
    assert_eq!(messages[0].count, stored.iter().take(11).sum::<u64>());
    lookout.look(at(15 * MINUTE)).unwrap();
    assert_eq!(site.messages().len(), 1, "it may go on");
    lookout.look(at(16 * MINUTE)).unwrap();
    lookout.look(at(40 * MINUTE)).unwrap();
    let messages = site.messages();
    assert_eq!(messages.len(), 2, "{messages:?}");
    let over = &messages[1];
    assert_eq!((over.kind, over.count), (MessageKind::Over, 10_000));
    assert!(over.summary.starts_with("over: "), "{}", over.summary);
    assert!(over.summary.ends_with(" ADT In on lab, 10,000 events in 58 s"), "{}", over.summary);
    assert_eq!(over.alert, messages[0].alert);
    assert_eq!(site.store().alerts(at(0)).unwrap().len(), 1);
}

#[test]
fn a_problem_that_heals_by_itself_in_two_minutes_as_it_usually_does_raises_none() {
    let mut site = Site::new();
    let every_ten_seconds =
        |from: i64, minutes: i64| (0..=minutes * 6).map(move |nth| from + nth * 10_000);
    for day in 1..=5 {
        site.put(&Failure::critical(), every_ten_seconds(-day * DAY, 2));
    }
    let mut lookout = site.lookout(&nowhere(), 0);
    for (day, minutes) in [(0, 2), (1, 2), (2, 10)] {
        for time in every_ten_seconds(day * DAY, minutes) {
            site.put(&Failure::critical(), [time]);
            lookout.look(at(time + 1_000)).unwrap();
        }
        lookout.look(at(day * DAY + 30 * MINUTE)).unwrap();
        assert_eq!(site.messages().is_empty(), minutes == 2, "day {day}");
    }
    let opened = &site.messages()[0];
    assert_eq!(opened.kind, MessageKind::Opened);
    assert_eq!(opened.span_ms, 160_000, "at the first event after two minutes and a quarter more");
    assert_eq!(
        opened.notes,
        ["It usually heals by itself within 2 min 30 s, and this time did not."]
    );
    let before: Vec<_> = opened.before.iter().map(|one| (one.span_ms, one.count)).collect();
    assert_eq!(before, [(2 * MINUTE, 13); 3]);
}

#[test]
fn a_message_is_the_runbook_in_short() {
    let mut site = Site::new();
    site.put(&Failure { outcome: Some(Outcome::Stopped), ..Failure::critical() }, [-20 * DAY]);
    let mut lookout = site.lookout(&nowhere(), 0);
    site.put(&Failure::critical(), [0, 1_000, 2_000]);
    lookout.look(at(2_000)).unwrap();
    lookout.look(at(12_000)).unwrap();
    let message = &site.messages()[0];
    let rule = site.catalogue.rule(CRITICAL).unwrap();
    assert_eq!(message.title, rule.title);
    assert_eq!(message.trigger.as_deref(), Some(Trigger::Returned.name()));
    assert_eq!(message.cause.as_ref(), Some(&rule.cause));
    assert_eq!(message.fix.as_ref(), Some(&rule.fix));
    assert_eq!(message.owner.as_deref(), Some(rule.owner.name()));
    let step = message.escalation.as_ref().unwrap();
    assert!(!step.is_reached);
    assert_eq!(step.how, rule.escalation[0].how);
    assert_eq!(message.example.as_deref(), Some("no space left on device"));
    assert_eq!(message.path.as_deref(), Some("/logs/a.log"));
    assert_eq!(message.runbook.as_deref(), Some("https://wiki/r.html#resource.disk-full"));
    let command = format!("dewlap events --problem {}", Failure::critical().problem());
    assert_eq!(message.command, Some(command));
    assert_eq!(message.before.len(), 1);
    assert_eq!(message.before[0].ended, "stopped");
    assert_eq!(message.first.as_deref(), Some("2026-09-07T00:00:00.000Z"));
}

#[test]
fn an_unknown_is_told_with_its_template_and_advice() {
    let mut site = Site::new();
    let mut lookout = site.lookout(&nowhere(), 0);
    let unknown = Failure { rule: None, severity: Severity::Error, ..Failure::critical() };
    site.put(&unknown, [0]);
    lookout.look(at(0)).unwrap();
    lookout.look(at(MINUTE)).unwrap();
    let message = &site.messages()[0];
    assert_eq!(message.title, "Unknown: the <*> said <*>");
    assert_eq!(message.cluster.as_deref(), Some("c-1"));
    assert!(message.fix.as_ref().unwrap().contains("add a rule"), "{message:?}");
}

#[test]
fn enough_events_of_a_rule_that_counts_are_told_as_an_episode() {
    let mut site = Site::new();
    let refused = "net.connection-refused";
    let needed = site.catalogue.rule(refused).unwrap().recurrence.clone().unwrap();
    let failure = Failure {
        rule: Some(refused),
        severity: Severity::Error,
        course: Some(refused),
        ..Failure::critical()
    };
    let mut lookout = site.lookout(&nowhere(), 0);
    let count = i64::from(needed.count);
    site.put(&failure, (0..count - 1).map(|nth| nth * 1_000));
    lookout.look(at(MINUTE)).unwrap();
    lookout.look(at(2 * MINUTE)).unwrap();
    assert_eq!(site.messages(), [], "one is missing");
    site.put(&failure, [(count - 1) * 1_000]);
    lookout.look(at(3 * MINUTE)).unwrap();
    lookout.look(at(4 * MINUTE)).unwrap();
    let messages = site.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0].trigger.as_deref(), Some("threshold"));
    assert_eq!(messages[0].count, u64::from(needed.count));
    assert_eq!(messages[0].example.as_deref(), Some("no space left on device"));
    assert_eq!(
        messages[0].command.as_deref(),
        Some("dewlap episodes --rule net.connection-refused")
    );
}

#[test]
fn the_first_look_at_an_old_store_tells_of_the_last_hour_only() {
    let mut site = Site::new();
    site.put(&Failure::critical(), [0, MINUTE]);
    let unknown = Failure { rule: None, ..Failure::critical() };
    site.put(&unknown, [70 * MINUTE]);
    let mut lookout = site.lookout(&nowhere(), 75 * MINUTE);
    lookout.look(at(75 * MINUTE)).unwrap();
    lookout.look(at(76 * MINUTE)).unwrap();
    let messages = site.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].title.starts_with("Unknown"));
}

#[test]
fn an_event_that_takes_the_number_of_one_that_was_taken_back_is_seen() {
    let mut site = Site::new();
    let mut lookout = site.lookout(&nowhere(), 0);
    site.put(&Failure { severity: Severity::Info, ..Failure::critical() }, [0]);
    lookout.look(at(1_000)).unwrap();
    let db = rusqlite::Connection::open(site.db()).unwrap();
    db.execute("DELETE FROM event", []).unwrap();
    site.put(&Failure { rule: None, ..Failure::critical() }, [2_000]);
    lookout.look(at(3_000)).unwrap();
    lookout.look(at(MINUTE)).unwrap();
    assert_eq!(site.messages().len(), 1);
}

#[test]
fn what_was_decided_survives_the_death_of_the_process_once() {
    let mut site = Site::new();
    let settings = nowhere();
    site.lookout(&settings, 0).look(at(0)).unwrap();
    // Whatever is done between two commits, it is killed after each.
    for (seconds, times) in [(1, Some(0)), (5, Some(4_000)), (12, None), (13, None)] {
        site.put(&Failure::critical(), times);
        site.lookout(&settings, seconds * 1_000).look(at(seconds * 1_000)).unwrap();
        site.kill();
    }
    site.lookout(&settings, 16 * MINUTE).look(at(16 * MINUTE)).unwrap();
    site.kill();
    let kinds: Vec<_> = site.messages().iter().map(|message| message.kind).collect();
    assert_eq!(kinds, [MessageKind::Opened, MessageKind::Over]);
    let ids: Vec<_> = site.deliveries().into_iter().map(|row| row.message).collect();
    assert!(ids[0].ends_with("-1") && ids[1].ends_with("-2"), "{ids:?}");
}

#[test]
fn a_look_that_finds_nothing_writes_nothing() {
    let mut site = Site::new();
    let mut lookout = site.lookout(&nowhere(), 0);
    site.put(&Failure::critical(), [0]);
    lookout.look(at(0)).unwrap();
    let db = rusqlite::Connection::open(site.db()).unwrap();
    let version = || db.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0)).unwrap();
    let before = version();
    lookout.look(at(1_000)).unwrap();
    assert_eq!(version(), before);
    site.put(&Failure::critical(), [2_000]);
    lookout.look(at(2_000)).unwrap();
    assert_ne!(version(), before);
}

#[test]
fn an_alert_that_is_held_back_is_listed_with_its_reason() {
    let mut site = Site::new();
    let settings = AlertSettings { max_per_hour: 1, ..nowhere() };
    let mut lookout = site.lookout(&settings, 0);
    site.put(&Failure::critical(), [0]);
    site.put(&Failure { rule: None, ..Failure::critical() }, [0]);
    for seconds in [0, 30, 31, 120] {
        lookout.look(at(seconds * 1_000)).unwrap();
    }
    let rows = site.store().alerts(at(0)).unwrap();
    let phases: Vec<_> = rows.iter().map(|row| (row.phase, row.crowded.is_some())).collect();
    assert!(phases.contains(&(Phase::Held, true)), "{phases:?}");
    let kinds: Vec<_> = site.messages().iter().map(|message| message.kind).collect();
    assert_eq!(kinds, [MessageKind::Opened, MessageKind::HeldBack]);
    assert_eq!(site.messages()[1].count, 1);
}
