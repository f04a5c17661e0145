//! What a problem costs, in minutes of somebody's time.

use std::collections::BTreeMap;

use super::{ProblemInput, measure};
use crate::model::Hour;

/// Minutes of handling that an episode of an unknown is taken to need.
pub(super) const UNKNOWN_MINUTES: u64 = 15;
/// Minutes that it takes to start a stopped component again.
pub(super) const STOP_MINUTES: u64 = 15;
/// Minutes that an episode takes longer each time its failures double.
pub(super) const DOUBLING_MINUTES: u64 = 2;

/// Returns the cost of so many episodes.
pub(super) fn minutes(toil: u64, episodes: u64, stops: u64, failures: u64) -> u64 {
    let doublings = failures.checked_div(episodes).and_then(u64::checked_ilog2).unwrap_or(0);
    let each = toil.saturating_add(DOUBLING_MINUTES * u64::from(doublings));
    each.saturating_mul(episodes).saturating_add(STOP_MINUTES.saturating_mul(stops))
}

/// Returns how often components had to be started again: at most once per component and episode.
pub(super) fn stops<'r>(rows: impl IntoIterator<Item = &'r ProblemInput>) -> u64 {
    let mut components: BTreeMap<&str, (u64, BTreeMap<Hour, u64>)> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| row.outcomes.stopped > 0) {
        let (stopped, hours) = components.entry(&row.component).or_default();
        measure::add(stopped, row.outcomes.stopped);
        for (hour, count) in &row.hours {
            measure::add(hours.entry(*hour).or_insert(0), *count);
        }
    }
    let stops = components.values().map(|(stopped, hours)| {
        let episodes = u64::try_from(measure::episodes(hours).len()).unwrap_or(u64::MAX);
        episodes.min(*stopped)
    });
    measure::total(stops)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_episode_takes_two_minutes_more_for_each_doubling_of_its_failures() {
        let cases = [
            (20, 0, 0, 0, 0),
            (20, 1, 0, 1, 20),
            (20, 1, 0, 1_000, 38),
            (20, 1, 2, 1_000, 68),
            (20, 10, 0, 1_000, 320),
            (u64::MAX, 2, 1, u64::MAX, u64::MAX),
        ];
        for (toil, episodes, stops, failures, want) in cases {
            assert_eq!(minutes(toil, episodes, stops, failures), want, "{failures} in {episodes}");
        }
    }
}
