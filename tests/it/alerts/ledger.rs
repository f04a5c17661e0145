//! What people decided, while the store is written to and watched.

use dewlap::alert::MessageKind;
use dewlap::life::{Action, Decision};
use dewlap::model::Severity;
use dewlap::store::{Store, StoreError};

use super::site::{DAY, Failure, MINUTE, Site, at, nowhere};

/// A problem that is an error, and usual.
fn usual() -> Failure {
    Failure { rule: Some("net.address-in-use"), severity: Severity::Error, ..Failure::critical() }
}

fn decided(action: Action, time: i64) -> Decision {
    Decision {
        at: at(time),
        recorded: at(time + MINUTE),
        action,
        by: "Ann".into(),
        why: "another port".into(),
        ticket: Some("IT-7".into()),
        documentation: None,
    }
}

/// Decides about the problem while the writer runs.
fn decide(site: &Site, action: Action, time: i64) {
    Store::decide(&site.db(), &usual().problem(), &decided(action, time)).unwrap();
}

#[test]
fn the_first_event_after_a_fix_is_told_with_the_fix() {
    let mut site = Site::new();
    site.put(&usual(), [-3 * DAY, -2 * DAY]);
    decide(&site, Action::Fix, -DAY);
    let mut lookout = site.lookout(&nowhere(), 0);
    site.put(&usual(), [0]);
    lookout.look(at(0)).unwrap();
    lookout.look(at(10_000)).unwrap();
    let messages = site.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0].kind, MessageKind::Opened);
    assert_eq!(messages[0].trigger.as_deref(), Some("regressed"));
    let note = "It was fixed at 2026-09-06T00:00:00.000Z by Ann (IT-7): another port. It came \
                again 1 d later.";
    assert_eq!(messages[0].notes, [note]);
    // The next time it is a problem that comes and goes, until somebody decides anew.
    site.put(&usual(), [2 * 60 * MINUTE]);
    lookout.look(at(2 * 60 * MINUTE)).unwrap();
    lookout.look(at(2 * 60 * MINUTE + MINUTE)).unwrap();
    let kinds: Vec<_> = site.messages().iter().map(|message| message.kind).collect();
    assert_eq!(kinds, [MessageKind::Opened, MessageKind::Over]);
}

#[test]
fn a_message_says_who_is_to_eliminate_the_problem() {
    let mut site = Site::new();
    site.put(&usual(), [-20 * DAY]);
    decide(&site, Action::Target, -DAY);
    let mut lookout = site.lookout(&nowhere(), 0);
    site.put(&usual(), [0]);
    lookout.look(at(0)).unwrap();
    lookout.look(at(MINUTE)).unwrap();
    let message = &site.messages()[0];
    assert_eq!(message.trigger.as_deref(), Some("returned"));
    let note = "Ann is to eliminate it, since 2026-09-06T00:00:00.000Z (IT-7): another port.";
    assert_eq!(message.notes, [note]);
}

#[test]
fn a_decision_waits_for_nobody_and_is_never_changed() {
    let mut site = Site::new();
    site.put(&usual(), [0]);
    decide(&site, Action::Fix, MINUTE);
    site.put(&usual(), [2 * MINUTE]);
    decide(&site, Action::Note, 3 * MINUTE);
    let want = [decided(Action::Fix, MINUTE), decided(Action::Note, 3 * MINUTE)];
    assert_eq!(site.store().decisions_about(&usual().problem()).unwrap(), want);
    let db = rusqlite::Connection::open(site.db()).unwrap();
    for sql in ["UPDATE decision SET why = 'x'", "DELETE FROM decision"] {
        let refused = db.execute(sql, []).unwrap_err().to_string();
        assert!(refused.contains("decisions are added, never"), "{refused}");
    }
}

#[test]
fn a_decision_about_no_problem_of_the_store_is_refused() {
    let site = Site::new();
    let refused = Store::decide(&site.db(), "p-none", &decided(Action::Fix, 0)).unwrap_err();
    assert!(matches!(refused, StoreError::NoProblem { .. }), "{refused}");
    assert!(refused.hint().unwrap().contains("dewlap problems"));
}
