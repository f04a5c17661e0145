//! How often a component writes, and whether it is silent for too long.

use std::time::Duration;

use super::calendar::{WEEK, similar};
use super::tail::{Tail, as_float};
use super::{Calendar, Minutes, Pulse};
use crate::model::{Hour, Millis};

/// Hours of history that are learned from: eight weeks.
pub const HISTORY_HOURS: i64 = 8 * 168;

/// What is rarer than this is told.
const MAX_PROBABILITY: f64 = 1e-4;

/// What is rarer than one in a hundred is unusual: the natural logarithm of a hundred.
const UNUSUAL: f64 = 4.605;

/// Silences told by mistake in a quarter of a year, where all is as it was learned.
const MISTAKES_A_QUARTER: f64 = 0.02;

/// Weeks of a quarter.
const QUARTER_WEEKS: f64 = 13.0;

/// No silence is told before it has lasted so long: a restart takes minutes.
const MIN_SILENCE_MILLIS: i64 = 10 * 60_000;

/// A silence is told where it is longer than the longest usual one by this factor.
const LONGER: f64 = 1.2;

/// A share of active minutes above this is taken for it.
const MAX_SHARE: f64 = 0.98;

/// Weeks in which an hour of the week must have been seen, or
const MIN_WEEKS: u32 = 2;
/// so many hours that are like it.
const MIN_SIMILAR: u32 = 20;

/// Weeks in which one holiday or outage is expected; the history forgets it.
const WEEKS_AN_OUTAGE: i64 = 4;

/// How often something writes, by the hour of the week.
#[derive(Clone, Debug)]
pub struct Cadence {
    /// Entries expected in a minute, bursts counted once, by the hour of the week.
    rates: [f64; WEEK],
    /// Entries usual in an hour, by the hour of the week.
    usual: [Option<u64>; WEEK],
    tail: Tail,
    /// How unlikely a silence must be to be told, as a natural logarithm.
    threshold: f64,
}

/// A silence that is longer than what is usual explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// How long it lasts.
    pub span: Duration,
    /// Entries usual in an hour at this hour of the week; 0: none.
    pub usual: u64,
}

impl Cadence {
    /// Learns from the hours before `end`, which are sorted; an hour that is missing was silent.
    ///
    /// The history begins with the first hour in which anything was written. Returns `None` where
    /// there is too little of it: less than two weeks, or too few silences to tell how long they
    /// usually are.
    #[must_use]
    pub fn learn(pulses: &[Pulse], calendar: &Calendar, end: Hour) -> Option<Self> {
        let is_known = |pulse: &&Pulse| pulse.hour >= calendar.first() && pulse.hour < end;
        let pulses: Vec<Pulse> = pulses.iter().filter(is_known).copied().collect();
        let first = pulses.first()?.hour;
        let n_weeks = (end.get() - first.get()) / 168;
        let rates = rates(&pulses, calendar, (first, end));
        let lengths = silences(&pulses, calendar, &rates);
        let n_outliers = usize::try_from(n_weeks / WEEKS_AN_OUTAGE).unwrap_or(0);
        let n_a_week = as_float(lengths.len()) / as_float(usize::try_from(n_weeks).ok()?.max(1));
        let tail = Tail::learn(lengths, n_outliers)?;
        let rarest = MISTAKES_A_QUARTER / (n_a_week * QUARTER_WEEKS);
        let threshold = -rarest.min(MAX_PROBABILITY).ln();
        let usual = usual(&pulses, calendar, (first, end));
        Some(Self { rates, usual, tail, threshold })
    }

    /// Returns true where a silence lasts so long that it could be told.
    #[must_use]
    pub fn is_worth_judging(latest: Millis, now: Millis) -> bool {
        now.get().saturating_sub(latest.get()) >= MIN_SILENCE_MILLIS
    }

    /// Returns the silence since the entry at `latest`, where it lasts too long to be usual.
    #[must_use]
    pub fn judge(&self, latest: Millis, now: Millis, calendar: &Calendar) -> Option<Silence> {
        let millis = now.get().checked_sub(latest.get())?;
        let span = Duration::from_millis(u64::try_from(millis).ok()?);
        if !Self::is_worth_judging(latest, now) {
            return None;
        }
        let length = self.length(latest, now, calendar);
        let is_rare = self.tail.surprise(length) > self.threshold;
        let is_long = length > LONGER * self.tail.longest();
        let usual = calendar.slot(now.hour()).and_then(|slot| self.usual.get(slot).copied()?);
        (is_rare && is_long).then_some(Silence { span, usual: usual.unwrap_or(0) })
    }

    /// Returns true where one silence in a hundred, or fewer, lasts as long as that since the
    /// entry at `latest`.
    #[must_use]
    pub fn is_unusual(&self, latest: Millis, now: Millis, calendar: &Calendar) -> bool {
        self.tail.surprise(self.length(latest, now, calendar)) > UNUSUAL
    }

    /// Returns how many entries are missing.
    fn length(&self, latest: Millis, now: Millis, calendar: &Calendar) -> f64 {
        expected(&self.rates, calendar, minute(latest) + 1, minute(now))
    }
}

/// What is known of an hour of the week.
#[derive(Clone, Copy, Default)]
struct Sum {
    hours: u32,
    active: u32,
}

impl Sum {
    fn share(self) -> f64 {
        f64::from(self.active) / (f64::from(self.hours) * 60.0)
    }
}

/// Returns the entries expected in a minute, by the hour of the week; 0 where little is known.
///
/// An hour of the week counts as no busier than those that are like it, so that a single busy
/// Monday does not make the next one an outage.
fn rates(pulses: &[Pulse], calendar: &Calendar, (first, end): (Hour, Hour)) -> [f64; WEEK] {
    let mut sums = [Sum::default(); WEEK];
    for (hour, minutes, _) in hours(pulses, (first, end)) {
        if let Some(sum) = calendar.slot(hour).and_then(|slot| sums.get_mut(slot)) {
            sum.hours += 1;
            sum.active += minutes.count();
        }
    }
    std::array::from_fn(|slot| {
        let own = sums.get(slot).copied().unwrap_or_default();
        let alike =
            similar(slot).filter_map(|slot| sums.get(slot)).fold(Sum::default(), |all, sum| Sum {
                hours: all.hours + sum.hours,
                active: all.active + sum.active,
            });
        let has_own = own.hours >= MIN_WEEKS;
        let share = match (has_own, alike.hours >= MIN_SIMILAR) {
            (true, true) => own.share().min(alike.share()),
            (true, false) => own.share(),
            (false, true) => alike.share(),
            (false, false) => 0.0,
        };
        -(1.0 - share.min(MAX_SHARE)).ln()
    })
}

/// Returns the median of the entries in an hour, by the hour of the week.
fn usual(pulses: &[Pulse], calendar: &Calendar, span: (Hour, Hour)) -> [Option<u64>; WEEK] {
    let mut counts: [Vec<u64>; WEEK] = std::array::from_fn(|_| Vec::new());
    for (hour, _, entries) in hours(pulses, span) {
        if let Some(counts) = calendar.slot(hour).and_then(|slot| counts.get_mut(slot)) {
            counts.push(entries);
        }
    }
    counts.map(|mut counts| {
        counts.sort_unstable();
        counts.get(counts.len() / 2).copied()
    })
}

/// Iterates over every hour of a span, with its minutes and entries: none where it is missing.
fn hours(
    pulses: &[Pulse],
    (first, end): (Hour, Hour),
) -> impl Iterator<Item = (Hour, Minutes, u64)> {
    let mut pulses = pulses.iter().peekable();
    (first.get()..end.get()).map(Hour::new).map(move |hour| {
        let pulse = pulses.next_if(|pulse| pulse.hour == hour);
        pulse.map_or((hour, Minutes::default(), 0), |pulse| (hour, pulse.minutes, pulse.entries))
    })
}

/// Returns the length of every silence, in expected entries.
fn silences(pulses: &[Pulse], calendar: &Calendar, rates: &[f64; WEEK]) -> Vec<f64> {
    let active = pulses.iter().flat_map(|pulse| {
        pulse.minutes.iter().map(|minute| pulse.hour.get() * 60 + i64::from(minute))
    });
    let mut lengths = Vec::new();
    let mut before = None;
    for minute in active {
        if let Some(before) = before.replace(minute)
            && minute > before + 1
        {
            lengths.push(expected(rates, calendar, before + 1, minute));
        }
    }
    lengths
}

/// Returns the entries expected from one minute since 1970 to before another.
fn expected(rates: &[f64; WEEK], calendar: &Calendar, from: i64, to: i64) -> f64 {
    let mut sum = 0.0;
    let mut at = from;
    while at < to {
        let hour = Hour::new(at.div_euclid(60));
        let next = ((hour.get() + 1) * 60).min(to);
        let rate = calendar.slot(hour).and_then(|slot| rates.get(slot)).copied();
        let n_minutes = u32::try_from(next - at).unwrap_or(60);
        sum += rate.unwrap_or(0.0) * f64::from(n_minutes);
        at = next;
    }
    sum
}

fn minute(time: Millis) -> i64 {
    time.get().div_euclid(60_000)
}
