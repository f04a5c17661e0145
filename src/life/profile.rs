//! At which hours of the week episodes begin.

use super::spells::Waited;

const HOURS: usize = 24;
const DAYS: usize = 7;
const WEEK: i64 = 168;
/// 1970 began on a Thursday; so many hours after a Monday.
const MONDAY: i64 = 72;
/// Episodes that speak for a flat profile at each hour of the day, and on each day of the week.
const PRIOR: f64 = 1.0;

/// How often episodes begin at each hour of the week, against the mean of all.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    /// The sum of the weights of all hours of the week before this one.
    before: Vec<f64>,
}

impl Profile {
    /// Learns from the hours in which episodes could begin, and did.
    pub(super) fn learn(waits: &[Waited]) -> Self {
        let mut seen = [0.0; HOURS * DAYS];
        let mut begun = [0.0; HOURS * DAYS];
        for wait in waits {
            add_span(&mut seen, wait);
            if let Some(cell) = begun.get_mut(place(wait.to - 1)).filter(|_| wait.is_ended) {
                *cell += 1.0;
            }
        }
        let rate = begun.iter().sum::<f64>() / seen.iter().sum::<f64>().max(1.0);
        let (mut hours, mut days) = ([Share::default(); HOURS], [Share::default(); DAYS]);
        for (at, (begun, seen)) in begun.iter().zip(&seen).enumerate() {
            for share in [&mut hours[at % HOURS], &mut days[at / HOURS]] {
                share.begun += begun;
                share.usual += rate * seen;
            }
        }
        let weights =
            days.iter().flat_map(|day| hours.iter().map(|hour| day.weight() * hour.weight()));
        let mut before = vec![0.0];
        let mut sum = 0.0;
        for weight in weights {
            sum += weight;
            before.push(sum);
        }
        Self { before }
    }

    /// Returns the weight of the hours from one up to, not including, another.
    pub(super) fn weight(&self, from: i64, to: i64) -> f64 {
        if to <= from { 0.0 } else { self.since_monday(to) - self.since_monday(from) }
    }

    /// Returns the first hour up to which more than a weight lies from another hour on; `None` where
    /// that is more than `max_weeks` away.
    pub(super) fn after(&self, from: i64, weight: f64, max_weeks: i64) -> Option<i64> {
        let week = self.week();
        let mut weeks = 0;
        // Halving the span of weeks finds the one in which it lies.
        let mut step = max_weeks;
        while step > 0 {
            if as_weeks(weeks + step) * week <= weight && weeks + step <= max_weeks {
                weeks += step;
            } else {
                step /= 2;
            }
        }
        let start = from.saturating_add(weeks * WEEK);
        (0..=WEEK + 1).map(|hour| start + hour).find(|to| self.weight(from, *to) > weight)
    }

    fn week(&self) -> f64 {
        self.before.last().copied().unwrap_or_default()
    }

    /// Returns the weight of all hours between a Monday of long ago and this hour.
    fn since_monday(&self, hour: i64) -> f64 {
        let part = self.before.get(place(hour)).copied().unwrap_or_default();
        as_weeks((hour + MONDAY).div_euclid(WEEK)) * self.week() + part
    }
}

/// Episodes of an hour of the day, or of a day of the week.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    begun: f64,
    /// How many would have begun, were all hours alike.
    usual: f64,
}

impl Share {
    fn weight(self) -> f64 {
        (self.begun + PRIOR) / (self.usual + PRIOR)
    }
}

/// Returns the place of an hour in its week, from Monday 0 o'clock in UTC.
fn place(hour: i64) -> usize {
    usize::try_from((hour + MONDAY).rem_euclid(WEEK)).unwrap_or_default()
}

/// Counts how often each hour of the week lies in a span.
fn add_span(cells: &mut [f64; HOURS * DAYS], wait: &Waited) {
    let len = (wait.to - wait.from).max(0);
    let whole = as_weeks(len / WEEK);
    if whole > 0.0 {
        for cell in cells.iter_mut() {
            *cell += whole;
        }
    }
    for hour in 0..len % WEEK {
        if let Some(cell) = cells.get_mut(place(wait.from + hour)) {
            *cell += 1.0;
        }
    }
}

/// Returns a count of weeks as a float.
fn as_weeks(weeks: i64) -> f64 {
    let size = u32::try_from(weeks.unsigned_abs()).map_or(f64::from(u32::MAX), f64::from);
    if weeks < 0 { -size } else { size }
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    fn office(weeks: i64) -> Vec<Waited> {
        // An episode at 9 o'clock of each working day, from a Monday on.
        let monday = WEEK - MONDAY;
        let days = (0..weeks * 7).filter(|day| day % 7 < 5);
        let begun: Vec<i64> = days.map(|day| monday + day * 24 + 9).collect();
        let pairs = begun.iter().zip(begun.iter().skip(1));
        pairs.map(|(one, next)| Waited { from: one + 3, to: next + 1, is_ended: true }).collect()
    }

    #[test]
    fn what_nothing_is_known_of_is_flat() {
        let profile = Profile::learn(&[]);
        assert!((profile.weight(0, WEEK) - 168.0).abs() < 1e-9);
        assert!((profile.weight(5, 8) - 3.0).abs() < 1e-9);
        assert!(profile.weight(8, 5).abs() < 1e-9);
    }

    #[test]
    fn many_weeks_teach_the_hours_and_few_hardly_any() {
        let monday = WEEK - MONDAY;
        let weights = |weeks| {
            let profile = Profile::learn(&office(weeks));
            let hour = |at: i64| profile.weight(monday + at, monday + at + 1);
            (hour(9), hour(3), hour(5 * 24 + 9))
        };
        let (nine, three, saturday) = weights(50);
        assert!(nine > 15.0 && three < 0.2 && saturday < 3.0, "{nine} {three} {saturday}");
        let (nine, three, saturday) = weights(1);
        assert!(nine < 8.0 && three > 0.5 && saturday > 1.0, "{nine} {three} {saturday}");
    }

    #[test]
    fn the_hour_is_found_up_to_which_a_weight_lies() {
        let profile = Profile::learn(&office(20));
        for weight in [0.0, 0.5, 10.0, 167.0, 168.0, 1_000.0] {
            let to = profile.after(7, weight, 5_000).unwrap();
            assert!(profile.weight(7, to) > weight, "{weight}");
            assert!(profile.weight(7, to - 1) <= weight, "{weight}");
        }
        assert_eq!(profile.after(7, 1e9, 5_000), None);
    }
}
