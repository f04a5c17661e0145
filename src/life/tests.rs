use std::collections::BTreeMap;

use super::*;
use crate::model::{Hour, Millis, ProblemState};

const HOUR: i64 = Hour::MILLIS;
const DAY: i64 = 24 * HOUR;
/// Monday 2026-01-05, 00:00 UTC.
const START: i64 = 1_767_571_200_000;

fn at(millis: i64) -> Millis {
    Millis::new(START + millis)
}

/// Returns the hours of events at these times.
fn hours(times: &[i64]) -> BTreeMap<Hour, HourEvents> {
    let mut hours: BTreeMap<Hour, HourEvents> = BTreeMap::new();
    for time in times.iter().map(|time| at(*time)) {
        let new = HourEvents { first: time, last: time, events: 0 };
        let hour = hours.entry(time.hour()).or_insert(new);
        hour.first = hour.first.min(time);
        hour.last = hour.last.max(time);
        hour.events += 1;
    }
    hours
}

fn decided(action: Action, time: i64) -> Decision {
    Decision {
        at: at(time),
        recorded: at(time + HOUR),
        action,
        by: "Ann".into(),
        why: "because".into(),
        ticket: None,
        documentation: None,
    }
}

/// An event each day at noon, for so many days.
fn daily(days: i64) -> Vec<i64> {
    (0..days).map(|day| day * DAY + 12 * HOUR).collect()
}

/// Checks all states of a problem, in days since the start, rounded down.
#[track_caller]
fn check(times: &[i64], decisions: &[Decision], now: i64, want: &[(ProblemState, i64)]) {
    let life = live(&hours(times), decisions, at(now));
    let days = |time: Millis| (time.get() - START).div_euclid(DAY);
    let found: Vec<_> = life.transitions.iter().map(|one| (one.to, days(one.at))).collect();
    assert_eq!(found, want);
    assert_eq!(
        life.transitions.last().map(|last| (last.to, last.at)),
        Some((life.state, life.since))
    );
    let froms: Vec<_> = life.transitions.iter().skip(1).map(|one| one.from).collect();
    let tos: Vec<_> = life.transitions.iter().map(|one| Some(one.to)).collect();
    assert_eq!(froms, tos[..tos.len() - 1], "each begins where the one before ended");
}

use ProblemState::{Accepted, Fixed, New, Open, Regressed, Targeted, VerifiedGone};

#[test]
fn a_problem_is_new_for_a_week_and_open_after_it() {
    check(&[HOUR], &[], 6 * DAY, &[(New, 0)]);
    check(&[HOUR], &[], 7 * DAY + HOUR, &[(New, 0), (Open, 7)]);
    check(&[HOUR], &[decided(Action::Note, DAY)], 8 * DAY, &[(New, 0), (Open, 7)]);
}

#[test]
fn people_move_a_problem_to_any_state() {
    let decisions = [
        decided(Action::Target, DAY),
        decided(Action::Accept, 2 * DAY),
        decided(Action::Reopen, 3 * DAY),
        decided(Action::Fix, 4 * DAY),
        decided(Action::Target, 4 * DAY + HOUR),
    ];
    let want = [(New, 0), (Targeted, 1), (Accepted, 2), (Open, 3), (Fixed, 4), (Targeted, 4)];
    let times = [HOUR, 3 * DAY + 1, 5 * DAY];
    check(&times, &decisions, 30 * DAY, &want);
    check(&times, &decisions, 2 * DAY, &want[..3]);
}

#[test]
fn the_order_of_decisions_and_of_reading_does_not_matter() {
    let mut decisions = [
        decided(Action::Target, DAY),
        decided(Action::Fix, 20 * DAY),
        decided(Action::Reopen, 90 * DAY),
        decided(Action::Fix, 91 * DAY),
    ];
    let mut times = daily(20);
    times.extend([80 * DAY, 85 * DAY]);
    let want = live(&hours(&times), &decisions, at(200 * DAY));
    decisions.reverse();
    times.reverse();
    assert_eq!(live(&hours(&times), &decisions, at(200 * DAY)), want);
}

#[test]
fn an_event_after_the_fix_is_a_regression_and_one_before_it_is_none() {
    let mut times = daily(10);
    let fix = decided(Action::Fix, 10 * DAY);
    check(&times, std::slice::from_ref(&fix), 11 * DAY, &[(New, 0), (Open, 7), (Fixed, 10)]);
    // Read late, from an archive: the moment of the fix itself is before it.
    times.extend([9 * DAY + HOUR, 10 * DAY]);
    check(&times, std::slice::from_ref(&fix), 11 * DAY, &[(New, 0), (Open, 7), (Fixed, 10)]);
    times.push(10 * DAY + 1);
    let regressed = [(New, 0), (Open, 7), (Fixed, 10), (Regressed, 10)];
    check(&times, std::slice::from_ref(&fix), 11 * DAY, &regressed);
    // It stays so until somebody decides.
    check(&times, std::slice::from_ref(&fix), 300 * DAY, &regressed);
    let again = [fix, decided(Action::Fix, 12 * DAY)];
    let life = live(&hours(&times), &again, at(13 * DAY));
    assert_eq!((life.state, life.since), (Fixed, at(12 * DAY)));
}

#[test]
fn a_silence_that_chance_hardly_explains_verifies_a_fix() {
    let fix = decided(Action::Fix, 20 * DAY);
    let fixes = std::slice::from_ref(&fix);
    let early = live(&hours(&daily(20)), fixes, at(22 * DAY));
    assert_eq!(early.state, Fixed);
    let silence = early.silence.unwrap();
    assert_eq!((silence.since, silence.until, silence.episodes), (fix.at, at(22 * DAY), 20));
    assert!((0.05..0.3).contains(&silence.chance.unwrap()), "{silence:?}");
    // At a rate of one a day, known from 19 pauses, a little more than ln 20 days.
    let verified = silence.verified_at.unwrap();
    assert!((3 * DAY..5 * DAY).contains(&(verified.get() - fix.at.get())), "{verified}");
    let just = live(&hours(&daily(20)), fixes, verified);
    assert_eq!((just.state, just.since), (VerifiedGone, verified));
    assert!(just.silence.unwrap().chance.unwrap() < SURPRISE);
    let before = live(&hours(&daily(20)), fixes, Millis::new(verified.get() - 1));
    assert_eq!(before.state, Fixed);
    assert!(before.silence.unwrap().chance.unwrap() >= SURPRISE);
}

#[test]
fn what_comes_after_it_was_verified_gone_is_a_regression_from_there() {
    let mut times = daily(20);
    times.push(60 * DAY);
    let fix = [decided(Action::Fix, 20 * DAY)];
    let want = [(New, 0), (Open, 7), (Fixed, 20), (VerifiedGone, 23), (Regressed, 60)];
    check(&times, &fix, 70 * DAY, &want);
    assert_eq!(live(&hours(&times), &fix, at(70 * DAY)).decision, Some(fix[0].clone()));
}

#[test]
fn the_time_in_which_it_was_gone_says_nothing_of_the_rate() {
    let mut times = daily(20);
    times.extend(daily(10).iter().map(|time| time + 200 * DAY));
    let fixes = [decided(Action::Fix, 20 * DAY), decided(Action::Fix, 210 * DAY)];
    let life = live(&hours(&times), &fixes, at(211 * DAY));
    let verified = life.silence.unwrap().verified_at.unwrap();
    assert!(verified < at(215 * DAY), "{verified}");
}

#[test]
fn a_burst_counts_once() {
    let bursts = |per_burst: i64| -> Vec<i64> {
        let burst = |day: i64| (0..per_burst).map(move |nth| day * DAY + nth * HOUR / 10);
        (0..40).step_by(4).flat_map(burst).collect()
    };
    let fix = [decided(Action::Fix, 40 * DAY)];
    let silence = |per_burst| live(&hours(&bursts(per_burst)), &fix, at(41 * DAY)).silence.unwrap();
    assert_eq!(silence(1).episodes, 10);
    assert_eq!(silence(30).episodes, 10);
    assert!(silence(30).verified_at.unwrap() >= at(50 * DAY), "{:?}", silence(30));
}

#[test]
fn episodes_that_come_in_bursts_themselves_count_once_as_well() {
    // Four days in a row, every 40 days.
    let times: Vec<i64> =
        (0..400).step_by(40).flat_map(|day| (0..4).map(move |nth| (day + nth) * DAY)).collect();
    let fix = [decided(Action::Fix, 390 * DAY)];
    let life = live(&hours(&times), &fix, at(420 * DAY));
    assert_eq!(life.state, Fixed, "{:?}", life.silence);
    assert!(life.silence.unwrap().verified_at.unwrap() > at(450 * DAY));
}

#[test]
fn nights_and_weekends_count_little_where_episodes_come_in_office_hours() {
    // Two each working day, for half a year; the fix comes on a Friday evening.
    let days = (0..26 * 7).filter(|day| day % 7 < 5);
    let times: Vec<i64> =
        days.flat_map(|day| [day * DAY + 9 * HOUR, day * DAY + 15 * HOUR]).collect();
    let friday = 25 * 7 * DAY + 4 * DAY + 18 * HOUR;
    let fix = [decided(Action::Fix, friday)];
    let known: Vec<i64> = times.into_iter().filter(|time| *time < friday).collect();
    let chance = |hours_later: i64| {
        let life = live(&hours(&known), &fix, at(friday + hours_later * HOUR));
        life.silence.unwrap().chance.unwrap()
    };
    assert!(chance(62) > 0.5, "Monday at 8: {}", chance(62));
    assert!(chance(72) < 0.25, "Monday at 18: {}", chance(72));
}

#[test]
fn few_episodes_are_too_few_to_tell() {
    for n in [1, 2] {
        let life = live(&hours(&daily(n)), &[decided(Action::Fix, 5 * DAY)], at(3_000 * DAY));
        let silence = life.silence.unwrap();
        assert_eq!((life.state, silence.chance, silence.verified_at), (Fixed, None, None));
        assert_eq!(silence.episodes, u64::try_from(n).unwrap());
    }
    let life = live(&hours(&daily(3)), &[decided(Action::Fix, 5 * DAY)], at(3_000 * DAY));
    assert_eq!(life.state, VerifiedGone);
}

#[test]
fn less_than_a_day_of_silence_proves_nothing() {
    let often: Vec<i64> = (0..40).map(|nth| nth * 4 * HOUR).collect();
    let life = live(&hours(&often), &[decided(Action::Fix, 7 * DAY)], at(7 * DAY + 20 * HOUR));
    assert_eq!(life.state, Fixed);
    assert!(life.silence.unwrap().chance.unwrap() < SURPRISE);
    assert_eq!(life.silence.unwrap().verified_at, Some(at(8 * DAY + HOUR)));
}

#[test]
fn what_nobody_fixed_has_been_silent_since_its_last_event() {
    let life = live(&hours(&daily(10)), &[decided(Action::Target, 5 * DAY)], at(12 * DAY));
    let silence = life.silence.unwrap();
    assert_eq!(silence.since, at(9 * DAY + 12 * HOUR));
    assert!(silence.chance.unwrap() < 0.3);
    assert_eq!(life.state, Targeted);
}

#[test]
fn a_problem_without_events_has_a_state_all_the_same() {
    let life = live(&BTreeMap::new(), &[], at(0));
    assert_eq!((life.state, life.since, life.silence), (New, at(0), None));
    check(&[5 * DAY], &[decided(Action::Fix, DAY)], 6 * DAY, &[(Fixed, 1), (Regressed, 5)]);
}

#[test]
fn a_chance_is_told_in_thousandths() {
    let silence =
        |chance| Silence { since: at(0), until: at(0), episodes: 5, chance, verified_at: None };
    let cases =
        [(None, None), (Some(0.0), Some(0)), (Some(0.0314), Some(31)), (Some(1.0), Some(1_000))];
    for (chance, want) in cases {
        assert_eq!(silence(chance).chance_permille(), want);
    }
}

#[test]
fn a_server_whose_logs_are_not_read_proves_nothing() {
    let fix = [decided(Action::Fix, 21 * DAY)];
    let known_to = |day| live(&hours(&daily(20)), &fix, AsOf { now: at(90 * DAY), heard: at(day) });
    let read = known_to(90 * DAY);
    assert_eq!(read.state, ProblemState::VerifiedGone);
    let unread = known_to(21 * DAY + 2 * HOUR);
    assert_eq!(unread.state, ProblemState::Fixed);
    assert_eq!(unread.silence.unwrap().until, at(21 * DAY + 2 * HOUR));
    let ended_before = known_to(10 * DAY).silence.unwrap();
    assert_eq!((ended_before.since, ended_before.until), (at(21 * DAY), at(21 * DAY)));
    let undecided = live(&hours(&daily(20)), &[], AsOf { now: at(90 * DAY), heard: at(22 * DAY) });
    assert_eq!(undecided.silence.unwrap().until, at(22 * DAY));
}
