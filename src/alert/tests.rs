use std::convert::Infallible;
use std::sync::Arc;

use super::*;
use crate::catalogue::Catalogue;
use crate::life::{Action, Decision};
use crate::model::{Millis, Outcome, Severity};
use crate::store::{Bout, Bouts, Phase, Trigger};

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;
const START: i64 = 1_788_739_200_000;
/// A critical problem that usually stops the component, told again after 10 minutes.
const CRITICAL: &str = "resource.disk-full";
/// A problem that is no more than an error.
const ERROR: &str = "net.address-in-use";

/// A desk with a clock, and what the store would say of the one problem that it meets.
struct Office {
    desk: Desk,
    past: Vec<Bout>,
    latest: Option<Millis>,
    decision: Option<Decision>,
}

fn at(millis: i64) -> Millis {
    Millis::new(START + millis)
}

fn met(rule: Option<&str>, severity: Severity, first: i64, last: i64) -> Met {
    Met {
        problem: format!("p-{}", rule.unwrap_or("unknown")),
        rule: rule.map(str::to_owned),
        server: "lab".into(),
        component: "ADT In".into(),
        split: None,
        first: at(first),
        last: at(last),
        severity,
        outcome: Some(Outcome::Continued),
        ended: None,
    }
}

fn bout(first: i64, last: i64) -> Bout {
    Bout { first: at(first), last: at(last), count: 5, outcome: None }
}

impl Office {
    fn new(settings: AlertSettings) -> Self {
        let catalogue = Arc::new(Catalogue::builtin().unwrap());
        let desk = Desk::new(Arc::new(settings), catalogue, Vec::new(), None);
        Self { desk, past: Vec::new(), latest: None, decision: None }
    }

    /// Lets the problem have been there before, on the days before and for so many minutes each.
    fn with_past(mut self, minutes: &[i64]) -> Self {
        let days = (1..).map(|day| -day * DAY);
        self.past = days.zip(minutes).map(|(day, span)| bout(day, day + span * MINUTE)).collect();
        self
    }

    fn see(&mut self, met: &Met, now: i64) {
        let mut bouts = vec![Bout { first: met.first, last: met.last, count: 1, outcome: None }];
        bouts.extend(&self.past);
        let earliest = bouts.last().map(|bout| bout.first);
        let history = Bouts { bouts, earliest, is_cut: false };
        let decision = self.decision.as_ref().filter(|decision| decision.at < met.last);
        let history = || Ok::<_, Infallible>(history.clone());
        self.desk.see(met, at(now), decision, history).unwrap();
    }

    /// Returns what is told at a moment, as kinds of messages.
    fn told(&mut self, now: i64) -> Vec<&'static str> {
        let place = Place { name: "ADT In".into(), latest: self.latest };
        let told = self.desk.judge(at(now), |_| Ok::<_, Infallible>(place.clone())).unwrap();
        told.iter()
            .map(|told| match told {
                Told::Opened(_) => "opened",
                Told::Escalated(..) => "escalated",
                Told::Ended(_) => "over",
                Told::HeldBack(..) => "held back",
            })
            .collect()
    }

    fn phases(&self) -> Vec<Phase> {
        self.desk.rows.values().map(|row| row.phase).collect()
    }
}

#[test]
fn an_alert_is_raised_by_what_matters() {
    use Severity::{Critical, Error, Info, Warning};
    let day_ago: &[i64] = &[0];
    let cases = [
        (Some(CRITICAL), Critical, &[][..], Some(Trigger::New)),
        (Some(CRITICAL), Critical, day_ago, Some(Trigger::Severity)),
        (Some(ERROR), Error, &[], Some(Trigger::New)),
        (Some(ERROR), Error, day_ago, None),
        (Some(ERROR), Info, &[], None),
        (Some("rule.gone"), Error, &[], None),
        (None, Warning, &[], Some(Trigger::New)),
        (None, Warning, day_ago, None),
        // It matters from a number of events on, which its episodes tell.
        (Some("net.connection-refused"), Error, &[], None),
        (Some("db-mysql.unreachable"), Critical, &[], Some(Trigger::Severity)),
    ];
    for (rule, severity, past, want) in cases {
        let mut office = Office::new(AlertSettings::default()).with_past(past);
        office.see(&met(rule, severity, 0, 0), 0);
        let found = office.desk.rows.values().next().map(|row| row.trigger);
        assert_eq!(found, want, "{rule:?} {severity:?} {past:?}");
    }
}

#[test]
fn an_episode_raises_an_alert_but_for_a_pair_that_is_over_already() {
    let cases = [
        ("queue.stuck", Severity::Critical, Some(Trigger::Threshold)),
        ("net.connection-refused", Severity::Error, Some(Trigger::Threshold)),
        ("retry.outage", Severity::Info, None),
    ];
    for (rule, severity, want) in cases {
        let mut office = Office::new(AlertSettings::default());
        let episode = Met { split: Some("{}".into()), ..met(Some(rule), severity, 0, MINUTE) };
        office.see(&episode, MINUTE);
        assert_eq!(office.desk.rows.values().next().map(|row| row.trigger), want, "{rule}");
    }
}

#[test]
fn events_and_episodes_of_one_problem_are_one_alert() {
    let mut office = Office::new(AlertSettings::default());
    let events = met(Some("db-mysql.unreachable"), Severity::Critical, 0, MINUTE);
    office.see(&events, MINUTE);
    office.see(&Met { split: Some("{}".into()), ..events }, MINUTE);
    assert_eq!(office.desk.rows.len(), 1);
}

#[test]
fn what_was_quiet_for_two_weeks_has_returned() {
    for (days, want) in [(13, None), (15, Some(Trigger::Returned))] {
        let mut office = Office::new(AlertSettings::default());
        office.past = vec![bout(-days * DAY, -days * DAY)];
        office.see(&met(Some(ERROR), Severity::Error, 0, 0), 0);
        assert_eq!(office.desk.rows.values().next().map(|row| row.trigger), want, "{days}");
    }
}

#[test]
fn a_cause_that_is_not_wanted_raises_nothing() {
    let settings = AlertSettings { triggers: vec![Trigger::Watch], ..AlertSettings::default() };
    let mut office = Office::new(settings);
    office.see(&met(Some(CRITICAL), Severity::Critical, 0, 0), 0);
    assert!(office.desk.rows.is_empty());
    let settings = AlertSettings { with_unknowns: false, ..AlertSettings::default() };
    let mut office = Office::new(settings);
    office.see(&met(None, Severity::Error, 0, 0), 0);
    assert!(office.desk.rows.is_empty());
}

#[test]
fn what_is_new_is_told_once_its_events_are_gathered() {
    for (rule, severity, settle) in
        [(CRITICAL, Severity::Critical, 10_000), (ERROR, Severity::Error, 30_000)]
    {
        let mut office = Office::new(AlertSettings::default());
        office.see(&met(Some(rule), severity, 0, 0), 0);
        assert_eq!(office.told(settle - 1), [""; 0], "{rule}");
        assert_eq!(office.told(settle), ["opened"], "{rule}");
        assert_eq!(office.told(settle + 1), [""; 0], "{rule}");
    }
}

#[test]
fn what_usually_heals_is_told_only_when_it_is_seen_after_its_usual_time() {
    // Two minutes and a quarter more: 150 s.
    let cases = [(120, &[][..]), (150, &[]), (151, &["opened"])];
    for (seconds, want) in cases {
        let mut office = Office::new(AlertSettings::default()).with_past(&[2, 2, 2, 2]);
        for second in 0..=seconds {
            let event = met(Some(CRITICAL), Severity::Critical, second * 1_000, second * 1_000);
            office.see(&event, second * 1_000);
            let told = office.told(second * 1_000);
            assert_eq!(told, if second == seconds { want } else { &[] }, "{seconds}: {second}");
        }
    }
    let mut office = Office::new(AlertSettings::default()).with_past(&[2, 2, 2, 2]);
    office.see(&met(Some(CRITICAL), Severity::Critical, 0, 2 * MINUTE), 2 * MINUTE);
    assert_eq!(office.told(17 * MINUTE), [""; 0]);
    assert_eq!(office.phases(), [Phase::Over], "its end is not told either");
}

#[test]
fn a_component_that_stopped_does_not_heal() {
    let mut office = Office::new(AlertSettings::default()).with_past(&[2, 2, 2, 2]);
    let stopped = Some(Outcome::Stopped);
    let event = met(Some(CRITICAL), Severity::Critical, 0, 0);
    office.see(&Met { outcome: stopped, ..event }, 0);
    assert_eq!(office.told(10_000), ["opened"]);
}

#[test]
fn a_bout_ends_after_the_quiet_span_and_the_next_one_is_another_alert() {
    let mut office = Office::new(AlertSettings::default());
    office.see(&met(Some(CRITICAL), Severity::Critical, 0, MINUTE), MINUTE);
    assert_eq!(office.told(2 * MINUTE), ["opened"]);
    office.see(&met(Some(CRITICAL), Severity::Critical, 15 * MINUTE, 15 * MINUTE), 15 * MINUTE);
    // Ten minutes after the first event, a step of its escalation is reached.
    assert_eq!(office.told(29 * MINUTE), ["escalated"]);
    assert_eq!(office.told(30 * MINUTE), ["over"]);
    office.past = vec![bout(0, 15 * MINUTE)];
    office.see(&met(Some(CRITICAL), Severity::Critical, 31 * MINUTE, 31 * MINUTE), 31 * MINUTE);
    assert_eq!(office.told(32 * MINUTE), ["opened"]);
    assert_eq!(office.desk.rows.len(), 2);
}

#[test]
fn the_end_is_not_told_where_nobody_wants_it() {
    let mut office = Office::new(AlertSettings { is_end_told: false, ..AlertSettings::default() });
    office.see(&met(Some(CRITICAL), Severity::Critical, 0, 0), 0);
    assert_eq!(office.told(MINUTE), ["opened"]);
    assert_eq!(office.told(16 * MINUTE), [""; 0]);
    assert_eq!(office.phases(), [Phase::Over]);
}

#[test]
fn a_component_that_stopped_goes_on_until_it_writes_again() {
    let mut office = Office::new(AlertSettings::default());
    let event = met(Some(CRITICAL), Severity::Critical, 0, 0);
    office.see(&Met { outcome: Some(Outcome::Stopped), ..event }, 0);
    assert_eq!(office.told(MINUTE), ["opened"]);
    assert_eq!(office.told(10 * MINUTE), ["escalated"], "without another event");
    office.latest = Some(at(30_000));
    assert_eq!(office.told(60 * MINUTE), [""; 0], "its last words are no sign of life");
    office.latest = Some(at(70 * MINUTE));
    assert_eq!(office.told(71 * MINUTE), ["over"]);
}

#[test]
fn a_step_of_escalation_needs_a_bout_that_lasted_as_long() {
    let mut office = Office::new(AlertSettings::default());
    office.see(&met(Some(CRITICAL), Severity::Critical, 0, 0), 0);
    assert_eq!(office.told(MINUTE), ["opened"]);
    assert_eq!(office.told(14 * MINUTE), [""; 0], "one event alone");
    office.see(&met(Some(CRITICAL), Severity::Critical, 14 * MINUTE, 14 * MINUTE), 14 * MINUTE);
    assert_eq!(office.told(14 * MINUTE), ["escalated"]);
    assert_eq!(office.told(15 * MINUTE), [""; 0], "once");
}

#[test]
fn nothing_is_told_in_a_maintenance_and_afterwards_only_what_goes_on() {
    let maintenance = Maintenance {
        name: "patches".into(),
        server: Some("lab".into()),
        component: Some("ADT In".into()),
        when: MaintenanceTime::Once { from: at(0), to: at(60 * MINUTE) },
    };
    let settings =
        || AlertSettings { maintenance: vec![maintenance.clone()], ..AlertSettings::default() };
    let event =
        |minute: i64| met(Some(CRITICAL), Severity::Critical, minute * MINUTE, minute * MINUTE);
    let mut office = Office::new(settings());
    for minute in [5, 10, 58] {
        office.see(&event(minute), minute * MINUTE);
        assert_eq!(office.told(minute * MINUTE + 30_000), [""; 0], "{minute}");
    }
    assert_eq!(office.told(61 * MINUTE), [""; 0], "it may be over");
    office.see(&event(62), 62 * MINUTE);
    assert_eq!(office.told(62 * MINUTE), ["opened"]);
    let row = office.desk.rows.values().next().unwrap();
    assert_eq!(row.spared_until, Some(at(60 * MINUTE)));

    let mut office = Office::new(settings());
    office.see(&event(5), 5 * MINUTE);
    assert_eq!(office.told(30 * MINUTE), [""; 0]);
    assert_eq!(office.phases(), [Phase::Over], "it ended within the maintenance");
}

#[test]
fn more_than_so_many_alerts_an_hour_are_held_back_and_counted() {
    let mut office = Office::new(AlertSettings { max_per_hour: 2, ..AlertSettings::default() });
    for number in 0..5 {
        let event = met(Some(CRITICAL), Severity::Critical, 0, 0);
        office.see(&Met { problem: format!("p-{number}"), ..event }, 0);
    }
    assert_eq!(office.told(10_000), ["opened", "opened"]);
    let place = || Ok::<_, Infallible>(Place::default());
    let told = office.desk.judge(at(70_000), |_| place()).unwrap();
    assert_eq!(told, [Told::HeldBack(3, at(10_000))]);
    assert_eq!(office.told(80_000), [""; 0], "that is said once");
    for number in 0..5 {
        let event = met(Some(CRITICAL), Severity::Critical, 0, 14 * MINUTE);
        office.see(&Met { problem: format!("p-{number}"), ..event }, 55 * MINUTE);
    }
    let told = office.told(61 * MINUTE);
    assert_eq!(told.iter().filter(|told| **told == "opened").count(), 2, "{told:?}");
}

#[test]
fn what_was_more_than_an_hour_old_when_it_was_read_raises_nothing() {
    let mut office = Office::new(AlertSettings::default());
    office.see(&met(Some(CRITICAL), Severity::Critical, 0, 0), 61 * MINUTE);
    assert!(office.desk.rows.is_empty());
    office.see(&met(Some(CRITICAL), Severity::Critical, 0, 0), 59 * MINUTE);
    assert_eq!(office.desk.rows.len(), 1);
}

#[test]
fn a_problem_that_gets_worse_is_looked_at_again() {
    let mut office = Office::new(AlertSettings::default()).with_past(&[0]);
    office.see(&met(Some(CRITICAL), Severity::Error, 0, 0), 0);
    assert!(office.desk.rows.is_empty());
    office.see(&met(Some(CRITICAL), Severity::Critical, MINUTE, MINUTE), MINUTE);
    assert_eq!(office.desk.rows.len(), 1);
}

#[test]
fn why_an_alert_is_held_can_be_told() {
    let mut office = Office::new(AlertSettings::default()).with_past(&[2, 2, 2]);
    office.see(&met(Some(CRITICAL), Severity::Critical, 0, 0), 5_000);
    let settings = AlertSettings::default();
    let row = office.desk.rows.values().next().unwrap().clone();
    assert_eq!(why_held(&row, &settings), Held::Heals(at(150_000)));
    let mut new = row.clone();
    new.hold = None;
    assert_eq!(why_held(&new, &settings), Held::Gathers(at(15_000)));
    new.crowded = Some(at(0));
    assert_eq!(why_held(&new, &settings), Held::Crowded);
    new.spared_until = Some(at(MINUTE));
    assert_eq!(why_held(&new, &settings), Held::Maintenance(at(MINUTE)));
}

fn decided(action: Action, time: i64) -> Decision {
    Decision {
        at: at(time),
        recorded: at(time),
        action,
        by: "Ann".into(),
        why: "a larger disk".into(),
        ticket: Some("IT-7".into()),
        documentation: None,
    }
}

#[test]
fn the_first_event_after_a_fix_is_told_at_once_however_usual_the_problem_was() {
    // It usually heals by itself in ten minutes, and would be held for longer than that.
    let mut office = Office::new(AlertSettings::default()).with_past(&[10, 10, 10]);
    office.decision = Some(decided(Action::Fix, -60 * MINUTE));
    office.see(&met(Some(ERROR), Severity::Error, 0, 0), 0);
    assert_eq!(office.told(9_000), [""; 0]);
    assert_eq!(office.told(10_000), ["opened"]);
    office.see(&met(Some(ERROR), Severity::Error, MINUTE, MINUTE), MINUTE);
    assert_eq!(office.phases(), [Phase::Open], "one bout is one alert");
    assert_eq!(office.told(30 * MINUTE), ["over"]);
}

#[test]
fn a_problem_that_came_again_before_raises_no_second_alert_of_its_fix() {
    let mut office = Office::new(AlertSettings::default()).with_past(&[1, 1]);
    office.decision = Some(decided(Action::Fix, -40 * 24 * 60 * MINUTE));
    office.see(&met(Some(ERROR), Severity::Error, 0, 0), 0);
    assert_eq!(office.phases(), []);
}

#[test]
fn a_fix_in_the_middle_of_a_bout_ends_the_alert_before_it() {
    let mut office = Office::new(AlertSettings::default());
    office.see(&met(Some(ERROR), Severity::Error, 0, 0), 0);
    assert_eq!(office.told(MINUTE), ["opened"]);
    office.decision = Some(decided(Action::Fix, 2 * MINUTE));
    office.see(&met(Some(ERROR), Severity::Error, 2 * MINUTE, 2 * MINUTE), 2 * MINUTE);
    assert_eq!(office.phases(), [Phase::Open], "an event of the very moment came before the fix");
    office.see(&met(Some(ERROR), Severity::Error, 3 * MINUTE, 3 * MINUTE), 3 * MINUTE);
    let rows = || office.desk.rows.values();
    let found: Vec<_> = rows().map(|row| (row.trigger, row.phase)).collect();
    assert!(found.contains(&(Trigger::New, Phase::Over)), "{found:?}");
    assert!(found.contains(&(Trigger::Regressed, Phase::Held)), "{found:?}");
    assert_eq!(office.told(4 * MINUTE), ["opened"]);
}

#[test]
fn what_is_accepted_is_told_only_where_it_is_critical() {
    use Severity::{Critical, Error};
    for (rule, severity, want) in [(ERROR, Error, 0), (CRITICAL, Error, 0), (CRITICAL, Critical, 1)]
    {
        let mut office = Office::new(AlertSettings::default());
        office.decision = Some(decided(Action::Accept, -DAY));
        office.see(&met(Some(rule), severity, 0, 0), 0);
        assert_eq!(office.phases().len(), want, "{rule} {severity:?}");
    }
}

#[test]
fn fixes_that_fail_are_not_told_where_nobody_wants_to_know() {
    let triggers = vec![Trigger::Severity];
    let mut office = Office::new(AlertSettings { triggers, ..AlertSettings::default() });
    office.decision = Some(decided(Action::Fix, -DAY));
    office.see(&met(Some(ERROR), Severity::Error, 0, 0), 0);
    assert_eq!(office.phases(), []);
}
