//! Problems of many kinds in which nothing changes, and how often they are taken for gone.

use std::collections::BTreeMap;

use fastrand::Rng;

use super::*;
use crate::model::{Hour, Millis};

/// Problems of each kind; the figures in `mod.rs` are those of 10,000.
const RUNS: u32 = 2_000;
/// Monday 2026-01-05 in UTC, in hours since 1970.
const START: i64 = 490_992;
const WEEK: f64 = 168.0;

/// Ways in which a problem comes; times are in hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// At random; the fix has nothing to do with it.
    Random,
    /// At random; it is fixed within an hour of an event, as people do.
    RandomThenFixed,
    /// At random, from 8 to 18 on working days; a twentieth of it at other times.
    Office,
    /// Bursts of some hours at random.
    Bursts,
    /// Bursts of episodes over days, at random.
    Clusters,
    /// At random, at a rate that changes threefold from week to week.
    Changing,
}

const KINDS: [Kind; 6] = [
    Kind::Random,
    Kind::RandomThenFixed,
    Kind::Office,
    Kind::Bursts,
    Kind::Clusters,
    Kind::Changing,
];

/// A problem that never ends.
struct Source {
    kind: Kind,
    rng: Rng,
    /// The mean time between starts.
    mean: f64,
    /// Now, in hours since the start.
    at: f64,
    /// Events that are known to come.
    coming: Vec<f64>,
}

impl Source {
    fn exponential(&mut self, mean: f64) -> f64 {
        -(1.0 - self.rng.f64()).ln() * mean
    }

    /// Returns how often the problem comes at a moment, against the most.
    fn share(&self, at: f64) -> f64 {
        let (day, hour) = ((at / 24.0).floor() % 7.0, at % 24.0);
        match self.kind {
            Kind::Office if day >= 5.0 || !(8.0..18.0).contains(&hour) => 0.05,
            Kind::Changing if (at / WEEK).floor() % 2.0 > 0.5 => 1.0 / 3.0,
            _ => 1.0,
        }
    }

    /// Returns the next event.
    fn next(&mut self) -> f64 {
        let start = self.next_start();
        let (count, mean) = match self.kind {
            Kind::Bursts => (self.rng.u32(0..30), 0.4),
            Kind::Clusters => (self.rng.u32(0..8), 9.0),
            _ => (0, 1.0),
        };
        let first = self.coming.iter().copied().fold(f64::INFINITY, f64::min);
        if first <= start {
            // The start is found anew from there, which changes nothing: it has no memory.
            self.coming.retain(|event| *event > first);
            self.at = first;
            return first;
        }
        let mut event = start;
        for _ in 0..count {
            event += self.exponential(mean);
            self.coming.push(event);
        }
        self.at = start;
        start
    }

    fn next_start(&mut self) -> f64 {
        let mut at = self.at;
        loop {
            at += self.exponential(self.mean);
            if self.rng.f64() < self.share(at) {
                return at;
            }
        }
    }
}

fn moment(hours: f64) -> Millis {
    let span = std::time::Duration::from_secs_f64(hours * 3_600.0);
    Millis::new(START * Hour::MILLIS + i64::try_from(span.as_millis()).unwrap())
}

fn add(hours: &mut BTreeMap<Hour, HourEvents>, at: Millis) {
    let hour = hours.entry(at.hour()).or_insert(HourEvents { first: at, last: at, events: 0 });
    hour.last = at;
    hour.events += 1;
}

/// Returns whether one problem was falsely verified gone; `None` where nothing can be told of it.
fn run(kind: Kind, seed: u64) -> Option<bool> {
    let mut rng = Rng::with_seed(seed);
    let mean = [12.0, 30.0, 100.0, 300.0][rng.usize(..4)];
    let known = mean * [8.0, 20.0, 60.0][rng.usize(..3)];
    let mut source = Source { kind, rng, mean, at: 0.0, coming: Vec::new() };
    let mut hours = BTreeMap::new();
    let mut event = source.next();
    while event < known {
        add(&mut hours, moment(event));
        event = source.next();
    }
    if kind == Kind::RandomThenFixed {
        // The event at which patience ends.
        add(&mut hours, moment(event));
    }
    let fixed = if kind == Kind::RandomThenFixed {
        let fixed = event + source.rng.f64();
        event = source.next();
        fixed
    } else {
        known
    };
    while event <= fixed {
        add(&mut hours, moment(event));
        event = source.next();
    }
    let fix = Decision {
        at: moment(fixed),
        recorded: moment(fixed),
        action: Action::Fix,
        by: "somebody".into(),
        why: "nothing".into(),
        ticket: None,
        documentation: None,
    };
    let verified = live(&hours, &[fix], moment(fixed)).silence?.verified_at?;
    Some(verified <= moment(event))
}

#[test]
fn what_did_not_change_is_taken_for_gone_in_five_of_a_hundred_cases_at_most() {
    let (mut told, mut is_wrong) = (Vec::new(), false);
    for kind in KINDS {
        let (least, claimed) = match kind {
            Kind::Random | Kind::RandomThenFixed => (0.02, SURPRISE),
            Kind::Office | Kind::Bursts | Kind::Clusters => (0.0, SURPRISE),
            // Nothing tells what the rate will be next week.
            Kind::Changing => (0.0, 0.07),
        };
        let known: Vec<bool> = (0..RUNS).filter_map(|seed| run(kind, seed.into())).collect();
        let n = f64::from(u32::try_from(known.len()).unwrap());
        let wrong = known.iter().filter(|is_false| **is_false).count();
        let share = f64::from(u32::try_from(wrong).unwrap()) / n;
        let most = claimed + 3.0 * (claimed * (1.0 - claimed) / n).sqrt();
        told.push(format!("{kind:?}: {:.2} % of {n}, at most {:.2}", share * 100.0, most * 100.0));
        is_wrong |= !(least..=most).contains(&share) || n < f64::from(RUNS) / 2.0;
    }
    assert!(!is_wrong, "{told:#?}");
}
