//! Components of many kinds, minute by minute over half a year, with and without outages.

use std::time::Duration;

use fastrand::Rng;
use jiff::tz::TimeZone;

use super::*;
use crate::model::{Hour, Millis};

/// Monday 2026-01-05 in UTC, in hours since 1970.
const START: i64 = 490_992;
/// Hours before anything is judged: eight weeks,
const LEARNED: i64 = HISTORY_HOURS;
/// and hours in which it is: three months.
const JUDGED: i64 = 13 * 168;

/// Ways in which components write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// One every two minutes, day and night.
    Steady,
    /// Busy from 8 to 18 on working days, nothing else.
    Office,
    /// Every night from 2 o'clock, for 15 to 25 minutes.
    Nightly,
    /// Bursts of some minutes, an hour apart on average.
    Bursty,
    /// Busy on working days, a tenth of it on weekends and at night.
    WeekendQuiet,
    /// Four entries at once, every 15 minutes.
    Periodic,
    /// One entry in three hours, at any time.
    Rare,
}

const KINDS: [Kind; 7] = [
    Kind::Steady,
    Kind::Office,
    Kind::Nightly,
    Kind::Bursty,
    Kind::WeekendQuiet,
    Kind::Periodic,
    Kind::Rare,
];

/// A component that is made up minute by minute.
struct Component {
    kind: Kind,
    rng: Rng,
    /// Minutes that the present burst goes on.
    burst: u32,
}

impl Component {
    fn new(kind: Kind, seed: u64) -> Self {
        Self { kind, rng: Rng::with_seed(seed), burst: 0 }
    }

    /// Returns true with so many chances in a thousand.
    fn happens(&mut self, per_mille: u32) -> bool {
        self.rng.u32(0..1_000) < per_mille
    }

    /// Returns true where there is an entry in a minute since 1970.
    fn writes(&mut self, minute: i64) -> bool {
        let hour = minute.div_euclid(60) - START;
        let (day, hour) = (hour.div_euclid(24) % 7, hour.rem_euclid(24));
        let is_busy = day < 5 && (8..18).contains(&hour);
        match self.kind {
            // 1 - exp(-1/2): entries come as a Poisson process.
            Kind::Steady => self.happens(393),
            Kind::Office => is_busy && self.happens(393),
            Kind::Nightly => {
                if minute.rem_euclid(24 * 60) == 120 {
                    self.burst = self.rng.u32(15..26);
                }
                self.goes_on()
            }
            Kind::Bursty => {
                if self.happens(16) {
                    self.burst += self.rng.u32(1..8);
                }
                self.goes_on()
            }
            Kind::WeekendQuiet => self.happens(if is_busy { 632 } else { 95 }),
            Kind::Periodic => minute.rem_euclid(15) == 3,
            Kind::Rare => self.happens(5),
        }
    }

    fn goes_on(&mut self) -> bool {
        let is_on = self.burst > 0;
        self.burst = self.burst.saturating_sub(1);
        is_on
    }
}

/// What was told, in minutes since 1970, and what the watch knows.
struct Run {
    pulses: Vec<Pulse>,
    latest: i64,
    told: Vec<i64>,
    is_told: bool,
    calendar: Calendar,
    cadence: Option<Cadence>,
}

impl Run {
    fn new() -> Self {
        let last = Hour::new(START + LEARNED + JUDGED + 168);
        let calendar = Calendar::new(&TimeZone::UTC, Hour::new(START), last);
        let (pulses, told) = (Vec::new(), Vec::new());
        Self { pulses, latest: 0, told, is_told: false, calendar, cadence: None }
    }

    fn note(&mut self, minute: i64) {
        (self.latest, self.is_told) = (minute, false);
        let hour = Hour::new(minute.div_euclid(60));
        if self.pulses.last().is_none_or(|pulse| pulse.hour != hour) {
            self.pulses.push(Pulse { hour, minutes: Minutes::default(), entries: 0 });
        }
        let pulse = self.pulses.last_mut().unwrap();
        pulse.minutes = pulse.minutes.or(Minutes::of(Millis::new(minute * 60_000)));
        pulse.entries += 1;
    }

    /// Judges every minute, by what was learned from the time before the silence; learns once a
    /// week, so that the test is quick.
    fn judge(&mut self, minute: i64) {
        if (minute - START * 60).rem_euclid(168 * 60) == 0 {
            let end = Hour::new(self.latest.div_euclid(60));
            let since = end.get() - HISTORY_HOURS;
            let from = self.pulses.partition_point(|pulse| pulse.hour.get() < since);
            self.cadence = Cadence::learn(&self.pulses[from..], &self.calendar, end);
        }
        let (latest, now) = (Millis::new(self.latest * 60_000), Millis::new(minute * 60_000));
        let silence = self.cadence.as_ref().and_then(|c| c.judge(latest, now, &self.calendar));
        if silence.is_some() && !self.is_told {
            self.is_told = true;
            self.told.push(minute);
        }
    }
}

/// Runs a component for the hours from `START`; `is_off` tells the minutes in which it is off.
fn run(kind: Kind, seed: u64, hours: i64, is_off: impl Fn(i64) -> bool) -> Vec<i64> {
    let mut component = Component::new(kind, seed);
    let mut run = Run::new();
    for minute in START * 60..(START + hours) * 60 {
        if component.writes(minute) && !is_off(minute) {
            run.note(minute);
        }
        if minute >= (START + LEARNED) * 60 {
            run.judge(minute);
        }
    }
    run.told
}

#[test]
fn nothing_is_told_of_components_that_write_as_ever() {
    for kind in KINDS {
        let told: Vec<usize> =
            (0..6).map(|seed| run(kind, seed, LEARNED + JUDGED, |_| false).len()).collect();
        let total: usize = told.iter().sum();
        assert!(told.iter().all(|count| *count <= 1) && total <= 1, "{kind:?}: {told:?}");
    }
}

#[test]
fn forty_minutes_without_an_entry_are_told_where_one_comes_every_two_minutes() {
    // Thursday at 10 in the morning, in the week after the eight that were learned.
    let begin = (START + LEARNED + 3 * 24 + 10) * 60;
    for seed in 0..6 {
        let is_off = |minute: i64| (begin..begin + 40).contains(&minute);
        for kind in [Kind::Steady, Kind::Office] {
            let told = run(kind, seed, LEARNED + 168, is_off);
            let found = told.iter().find(|minute| is_off(**minute) || **minute == begin + 40);
            assert!(found.is_some(), "{kind:?} {seed}: {told:?}");
        }
    }
}

#[test]
fn a_component_that_is_switched_off_is_told_once() {
    let begin = (START + LEARNED + 3 * 24 + 10) * 60;
    // How long it may take, in hours, until it is certain.
    let limits = [
        (Kind::Steady, 1),
        (Kind::Office, 1),
        (Kind::Nightly, 24),
        (Kind::Bursty, 24),
        (Kind::WeekendQuiet, 2),
        (Kind::Periodic, 1),
        (Kind::Rare, 72),
    ];
    for (kind, hours) in limits {
        let told = run(kind, 7, LEARNED + 2 * 168, |minute| minute >= begin);
        assert_eq!(told.len(), 1, "{kind:?}: {told:?}");
        let after = told[0] - begin;
        assert!((0..=hours * 60).contains(&after), "{kind:?}: told after {after} minutes");
    }
}

#[test]
fn a_holiday_in_the_weeks_that_were_learned_hides_no_outage() {
    let holiday = (START + 4 * 168) * 60;
    let begin = (START + LEARNED + 10) * 60;
    let is_off = |minute: i64| {
        (holiday..holiday + 24 * 60).contains(&minute) || (begin..begin + 60).contains(&minute)
    };
    for seed in 0..6 {
        let told = run(Kind::Office, seed, LEARNED + 24, is_off);
        assert_eq!(told.len(), 1, "{seed}: {told:?}");
        assert!((begin..=begin + 60).contains(&told[0]), "{seed}: {told:?}");
    }
}

#[test]
fn a_component_of_less_than_two_weeks_is_left_alone() {
    let mut component = Component::new(Kind::Steady, 1);
    let mut run = Run::new();
    // It begins ten days before its silence, which lasts a day.
    for minute in START * 60..(START + 240) * 60 {
        if component.writes(minute) {
            run.note(minute);
        }
    }
    let end = Hour::new(START + 240);
    let latest = Millis::new(run.latest * 60_000);
    let judge = |cadence: Option<Cadence>| {
        let now = Millis::new((START + 264) * Hour::MILLIS);
        cadence.and_then(|cadence| cadence.judge(latest, now, &run.calendar))
    };
    let five_days = run.pulses.split_at(120).1;
    assert_eq!(judge(Cadence::learn(&five_days[..48], &run.calendar, end)), None);
    let all = judge(Cadence::learn(&run.pulses, &run.calendar, end)).unwrap();
    assert!(all.span >= Duration::from_hours(24), "{all:?}");
}
