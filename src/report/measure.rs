//! The arithmetic of the report: episodes, trend, shares, times of day.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

use crate::model::{Hour, Millis};

/// Empty hours that end an episode.
const QUIET_HOURS: i64 = 2;
/// The longest span of a day that is called "mostly then", in hours.
const MAX_BUSY_HOURS: usize = 6;
/// The part of the events that must lie in it, in thousandths.
const BUSY_PERMILLE: u32 = 600;
/// A smaller change than this is none, in percent of the count before.
const STEADY_PERCENT: u64 = 20;

/// How a count moved against the period before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// The store has no earlier data to compare with.
    NoHistory,
    /// First seen ever in this period.
    New,
    /// Seen earlier, but not in the period before.
    Back,
    /// More than before.
    Up,
    /// About as before.
    Steady,
    /// Less than before.
    Down,
    /// Seen before, not in this period.
    Quiet,
}

impl Trend {
    /// Returns the name that JSON and CSV use, such as `no_history`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoHistory => "no_history",
            Self::New => "new",
            Self::Back => "back",
            Self::Up => "up",
            Self::Steady => "steady",
            Self::Down => "down",
            Self::Quiet => "quiet",
        }
    }

    /// Returns the trend of a problem that was seen before this period.
    pub(super) fn between(before: u64, now: u64) -> Self {
        let change = now.abs_diff(before);
        let is_chance = change.saturating_mul(change) <= now.saturating_add(before);
        let is_small = change.saturating_mul(100) < before.saturating_mul(STEADY_PERCENT);
        match (before, now) {
            (_, 0) => Self::Quiet,
            (0, _) => Self::Back,
            _ if is_chance || is_small => Self::Steady,
            _ if now > before => Self::Up,
            _ => Self::Down,
        }
    }
}

impl Serialize for Trend {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

/// A burst of events: hours that hold some, with never two empty ones between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Episode {
    /// The first hour with an event.
    pub(super) first: Hour,
    /// The last hour with an event.
    pub(super) last: Hour,
}

/// Splits counts by hour into episodes, oldest first.
pub(super) fn episodes(hours: &BTreeMap<Hour, u64>) -> Vec<Episode> {
    let mut episodes: Vec<Episode> = Vec::new();
    for hour in hours.iter().filter(|(_, count)| **count > 0).map(|(hour, _)| *hour) {
        match episodes.last_mut() {
            Some(open) if hour.get().saturating_sub(open.last.get()) <= QUIET_HOURS => {
                open.last = hour;
            }
            _ => episodes.push(Episode { first: hour, last: hour }),
        }
    }
    episodes
}

/// Returns the mean time from the start of an episode to the start of the next, in hours, or
/// `None` where there are not two.
pub(super) fn hours_between(episodes: &[Episode]) -> Option<u64> {
    let (first, last) = (episodes.first()?, episodes.last()?);
    let pauses = u64::try_from(episodes.len()).ok()?.checked_sub(1).filter(|count| *count > 0)?;
    let hours = first.first.get().abs_diff(last.first.get());
    Some((hours + pauses / 2) / pauses)
}

/// Returns the counts of each hour of the day, in UTC.
pub(super) fn hours_of_day(hours: &BTreeMap<Hour, u64>) -> [u64; 24] {
    let mut day = [0_u64; 24];
    for (hour, count) in hours {
        let index = usize::try_from(hour.get().rem_euclid(24)).unwrap_or(0);
        add(&mut day[index], *count);
    }
    day
}

/// Returns the counts by day of the week, Monday first, and hour of the day, in UTC.
pub(super) fn hours_of_week(hours: &BTreeMap<Hour, u64>) -> [[u64; 24]; 7] {
    /// 1970 began on a Thursday.
    const FIRST_DAY: i64 = 3;
    let mut week = [[0_u64; 24]; 7];
    for (hour, count) in hours {
        let day = hour.get().div_euclid(24).saturating_add(FIRST_DAY).rem_euclid(7);
        let [day, hour] = [day, hour.get().rem_euclid(24)].map(usize::try_from);
        add(&mut week[day.unwrap_or(0)][hour.unwrap_or(0)], *count);
    }
    week
}

/// Returns the counts of each day in UTC that has any.
pub(super) fn days(hours: &BTreeMap<Hour, u64>) -> BTreeMap<Date, u64> {
    let mut days = BTreeMap::new();
    for (hour, count) in hours.iter().filter(|(_, count)| **count > 0) {
        let start = Millis::new(hour.get().saturating_mul(Hour::MILLIS));
        add(days.entry(date(start)).or_insert(0), *count);
    }
    days
}

/// Returns the date of a moment, in UTC.
pub(super) fn date(at: Millis) -> Date {
    at.timestamp().to_zoned(TimeZone::UTC).date()
}

/// A span of the day in which most events lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BusyHours {
    /// The first hour of the day.
    pub(super) from: usize,
    /// The hour at which it ends; smaller than `from` where it runs over midnight.
    pub(super) to: usize,
    /// The part of the events that lie in it, in thousandths.
    pub(super) permille: u32,
}

/// Returns the shortest span of at most six hours that holds 60 % of the events, if there is one.
pub(super) fn busy_hours(day: &[u64; 24]) -> Option<BusyHours> {
    let whole = total(day.iter().copied());
    if whole == 0 {
        return None;
    }
    (1..=MAX_BUSY_HOURS).find_map(|len| {
        let sum = |from: usize| total((from..from + len).map(|hour| day[hour % 24]));
        // The fullest span wins, the earliest of equals.
        let from = (0..24).rev().max_by_key(|from| sum(*from))?;
        let permille = permille(sum(from), whole);
        (permille >= BUSY_PERMILLE).then_some(BusyHours { from, to: (from + len) % 24, permille })
    })
}

/// Returns a part in thousandths of the whole, rounded; 0 of nothing is 0.
pub(super) fn permille(part: u64, whole: u64) -> u32 {
    let (part, whole) = (u128::from(part), u128::from(whole));
    let rounded = (part * 1_000 + whole / 2).checked_div(whole).unwrap_or(0);
    u32::try_from(rounded).unwrap_or(u32::MAX)
}

/// Adds counts up; a sum that does not fit is the greatest number.
pub(super) fn total(counts: impl IntoIterator<Item = u64>) -> u64 {
    counts.into_iter().fold(0, u64::saturating_add)
}

/// Adds a count to another.
pub(super) fn add(sum: &mut u64, count: u64) {
    *sum = sum.saturating_add(count);
}

/// Adds the counts of one list to another; both end with the same period.
pub(super) fn add_weeks(sum: &mut Vec<u64>, weeks: &[u64]) {
    while sum.len() < weeks.len() {
        sum.insert(0, 0);
    }
    for (total, count) in sum.iter_mut().rev().zip(weeks.iter().rev()) {
        add(total, *count);
    }
}

/// Draws counts as a row of bars; a dot is zero, and the highest bar is the highest count.
pub(super) fn sparkline(counts: &[u64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let max = counts.iter().copied().max().unwrap_or(0);
    let bar = |count: u64| {
        let height = u128::from(count) * 8;
        let index = height.div_ceil(u128::from(max.max(1))).saturating_sub(1);
        BARS[usize::try_from(index).unwrap_or(0).min(7)]
    };
    counts.iter().map(|count| if *count == 0 { '·' } else { bar(*count) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hours and their counts.
    type Hours = [(i64, u64)];

    fn hours(list: &Hours) -> BTreeMap<Hour, u64> {
        list.iter().map(|(hour, count)| (Hour::new(*hour), *count)).collect()
    }

    #[test]
    fn two_empty_hours_end_an_episode_and_one_does_not() {
        let cases: [(&Hours, &[(i64, i64)]); 6] = [
            (&[], &[]),
            (&[(5, 0)], &[]),
            (&[(5, 3)], &[(5, 5)]),
            (&[(5, 3), (7, 1)], &[(5, 7)]),
            (&[(5, 3), (8, 1)], &[(5, 5), (8, 8)]),
            (&[(-9, 1), (-8, 1), (-7, 0), (-6, 0), (-5, 2)], &[(-9, -8), (-5, -5)]),
        ];
        for (given, want) in cases {
            let have: Vec<_> = episodes(&hours(given))
                .iter()
                .map(|episode| (episode.first.get(), episode.last.get()))
                .collect();
            assert_eq!(have, want, "{given:?}");
        }
    }

    #[test]
    fn the_time_between_episodes_is_the_mean_from_start_to_start() {
        let cases: [(&Hours, Option<u64>); 4] = [
            (&[], None),
            (&[(1, 1)], None),
            (&[(0, 1), (10, 1)], Some(10)),
            (&[(0, 1), (10, 1), (25, 1)], Some(13)),
        ];
        for (given, want) in cases {
            assert_eq!(hours_between(&episodes(&hours(given))), want, "{given:?}");
        }
    }

    #[test]
    fn a_trend_is_told_only_where_it_is_more_than_chance() {
        use Trend::{Back, Down, Quiet, Steady, Up};
        let cases = [
            (0, 5, Back),
            (5, 0, Quiet),
            (0, 0, Quiet),
            (2, 3, Steady),
            (1, 3, Steady),
            (1, 4, Up),
            (100, 119, Steady),
            (100, 121, Up),
            (1_000, 1_190, Steady),
            (1_000, 700, Down),
            (u64::MAX, u64::MAX, Steady),
        ];
        for (before, now, want) in cases {
            assert_eq!(Trend::between(before, now), want, "{before} to {now}");
        }
    }

    #[test]
    fn busy_hours_are_the_shortest_span_with_most_events() {
        let busy = |list: &Hours| {
            busy_hours(&hours_of_day(&hours(list))).map(|busy| (busy.from, busy.to, busy.permille))
        };
        let even: Vec<_> = (0..24).map(|hour| (hour, 1)).collect();
        assert_eq!(busy(&[]), None);
        assert_eq!(busy(&even), None);
        assert_eq!(busy(&[(6, 8), (24 + 7, 1), (20, 1)]), Some((6, 7, 800)));
        assert_eq!(busy(&[(23, 5), (24, 5)]), Some((23, 1, 1_000)));
        assert_eq!(busy(&[(-1, 5)]), Some((23, 0, 1_000)));
    }

    #[test]
    fn a_share_of_nothing_is_nothing() {
        for (part, whole, want) in [(1, 3, 333), (2, 3, 667), (0, 0, 0), (5, 0, 0), (4, 4, 1_000)] {
            assert_eq!(permille(part, whole), want, "{part} of {whole}");
        }
    }

    #[test]
    fn weeks_are_added_from_the_end() {
        let mut sum = vec![1, 2];
        add_weeks(&mut sum, &[10, 20, 30]);
        add_weeks(&mut sum, &[100]);
        assert_eq!(sum, [10, 21, 132]);
    }

    #[test]
    fn a_sparkline_shows_even_the_smallest_count() {
        assert_eq!(sparkline(&[]), "");
        assert_eq!(sparkline(&[0, 0]), "··");
        assert_eq!(sparkline(&[0, 1, 500, 1_000]), "·▁▄█");
        assert_eq!(sparkline(&[u64::MAX, 1]), "█▁");
    }

    #[test]
    fn a_week_begins_on_monday_at_midnight() {
        let monday = hours_of_week(&hours(&[(4 * 24, 5), (11 * 24, 2), (-3 * 24, 1)]));
        assert_eq!(monday[0][0], 8);
        let sunday = hours_of_week(&hours(&[(4 * 24 - 1, 5)]));
        assert_eq!(sunday[6][23], 5);
    }

    #[test]
    fn days_are_those_of_utc() {
        let days = days(&hours(&[(23, 2), (24, 3), (48, 0)]));
        let text: Vec<_> = days.iter().map(|(day, count)| format!("{day} {count}")).collect();
        assert_eq!(text, ["1970-01-01 2", "1970-01-02 3"]);
    }
}
