//! What several entries tell together: so many in so short a time, until they end.
//!
//! Entry points: [`Threshold::episodes`] turns marks into episodes; [`Threshold::reach`] says how
//! far apart marks may be and still belong together, so that a store need look no farther.
//!
//! **Invariant:** the episodes depend on the marks alone, not on the order in which they came, and
//! marks farther apart than the reach never change each other's episodes, but for the end that a
//! later mark gives to an earlier episode.
//!
//! **Not here:** which entries are marks (`classify`), keeping them (`store`).

use std::time::Duration;

use crate::model::Millis;

/// How many marks, and how close, make an episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// So many make an episode.
    pub count: u32,
    /// The time in which they come, and the quiet that ends an episode.
    pub within: Duration,
    /// A mark that comes sooner after one that counts is the same one, told twice.
    pub apart: Duration,
    /// True for a pair, failed and recovered: what a mark does not end is no episode.
    pub is_pair: bool,
}

/// A moment that matters to a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// When it was.
    pub time: Millis,
    /// What it does.
    pub effect: Effect,
}

/// What a mark does. At the same moment, one that counts goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// It counts.
    Counts,
    /// It ends an episode: what failed works again.
    Ends,
}

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Each component.
    Component,
    /// Each server.
    Server,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 2] = [Self::Component, Self::Server];

    /// Returns the name used in pattern files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Server => "server",
        }
    }
}

/// A time in which a threshold was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode {
    /// The first mark that counts.
    pub first: Millis,
    /// The last one.
    pub last: Millis,
    /// How many there are.
    pub count: u64,
    /// When a mark ended it; `None` where it ended by itself, or is not known to have ended.
    pub ended: Option<Millis>,
}

impl Threshold {
    /// Returns the greatest distance of marks that can belong together.
    #[must_use]
    pub fn reach(&self) -> Duration {
        self.within.max(self.apart)
    }

    /// Returns the episodes that the marks make, in the order of their times.
    ///
    /// An episode is a run of marks of which each lies in a span of [`Threshold::within`] that
    /// holds at least [`Threshold::count`], and follows the one before within that span.
    #[must_use]
    pub fn episodes(&self, marks: &[Mark]) -> Vec<Episode> {
        let mut marks = marks.to_vec();
        marks.sort_unstable();
        let mut episodes = Vec::new();
        let mut run: Vec<Millis> = Vec::new();
        for mark in marks {
            match mark.effect {
                Effect::Counts if run.last().is_some_and(|last| self.is_same(*last, mark.time)) => {
                }
                Effect::Counts => run.push(mark.time),
                Effect::Ends => {
                    self.close(&run, Some(mark.time), &mut episodes);
                    run.clear();
                }
            }
        }
        self.close(&run, None, &mut episodes);
        episodes.retain(|episode: &Episode| !self.is_pair || episode.ended.is_some());
        episodes
    }

    /// Adds the episodes of a run of marks with no end among them. The end is that of the last
    /// episode only: those before it were over already.
    fn close(&self, run: &[Millis], end: Option<Millis>, episodes: &mut Vec<Episode>) {
        let before = episodes.len();
        let mut from = 0;
        for (index, time) in run.iter().enumerate() {
            let is_last = run.get(index + 1).is_none_or(|next| !self.is_near(*time, *next));
            if is_last {
                self.cluster(run.get(from..=index).unwrap_or_default(), episodes);
                from = index + 1;
            }
        }
        if let Some(last) = episodes.get_mut(before..).and_then(<[_]>::last_mut) {
            last.ended = end.filter(|_| run.last() == Some(&last.last));
        }
    }

    /// Adds the episodes of marks that each follow the one before closely.
    fn cluster(&self, marks: &[Millis], episodes: &mut Vec<Episode>) {
        let count = usize::try_from(self.count).unwrap_or(usize::MAX).max(1);
        let mut current: Option<(usize, usize)> = None;
        for (start, window) in marks.windows(count).enumerate() {
            let [first, .., last] = window else {
                current = Some((current.map_or(start, |(from, _)| from), start));
                continue;
            };
            if !self.is_near(*first, *last) {
                continue;
            }
            let end = start + count - 1;
            match &mut current {
                Some((_, until)) if start <= *until + 1 => *until = end,
                _ => {
                    episodes.extend(current.and_then(|span| episode(marks, span)));
                    current = Some((start, end));
                }
            }
        }
        episodes.extend(current.and_then(|span| episode(marks, span)));
    }

    fn is_near(&self, a: Millis, b: Millis) -> bool {
        millis_between(a, b) <= self.within.as_millis()
    }

    fn is_same(&self, a: Millis, b: Millis) -> bool {
        millis_between(a, b) < self.apart.as_millis()
    }
}

fn episode(marks: &[Millis], (from, until): (usize, usize)) -> Option<Episode> {
    let marks = marks.get(from..=until)?;
    let (first, last) = (*marks.first()?, *marks.last()?);
    let count = u64::try_from(marks.len()).unwrap_or(u64::MAX);
    Some(Episode { first, last, count, ended: None })
}

fn millis_between(a: Millis, b: Millis) -> u128 {
    u128::from(a.get().abs_diff(b.get()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks at these seconds, an end where the second is negative.
    fn marks(seconds: &[i64]) -> Vec<Mark> {
        let effect = |second: i64| if second < 0 { Effect::Ends } else { Effect::Counts };
        let mark = |second: &i64| Mark {
            time: Millis::new(second.abs() * 1_000),
            effect: effect(*second),
        };
        seconds.iter().map(mark).collect()
    }

    /// Episodes as first, last, count and end, in seconds.
    #[track_caller]
    fn check(threshold: (u32, u64, u64), seconds: &[i64], want: &[(i64, i64, u64, Option<i64>)]) {
        let (count, within, apart) = threshold;
        let threshold = Threshold {
            count,
            within: Duration::from_secs(within),
            apart: Duration::from_secs(apart),
            is_pair: false,
        };
        let told = |marks: &[Mark]| {
            let episodes = threshold.episodes(marks);
            let seconds = |time: Millis| time.get() / 1_000;
            let told = episodes.iter().map(|episode| {
                let ended = episode.ended.map(seconds);
                (seconds(episode.first), seconds(episode.last), episode.count, ended)
            });
            told.collect::<Vec<_>>()
        };
        let mut marks = marks(seconds);
        assert_eq!(told(&marks), want);
        marks.reverse();
        assert_eq!(told(&marks), want, "in another order");
    }

    #[test]
    fn too_few_or_too_far_apart_make_no_episode() {
        check((3, 10, 0), &[], &[]);
        check((3, 10, 0), &[1, 2], &[]);
        check((3, 10, 0), &[1, 8, 15, 22], &[]);
    }

    #[test]
    fn enough_in_the_time_make_one_that_lasts_as_long_as_they_go_on() {
        check((3, 10, 0), &[1, 5, 11], &[(1, 11, 3, None)]);
        check((3, 10, 0), &[1, 5, 9, 13, 17, 40], &[(1, 17, 5, None)]);
        check((2, 10, 0), &[1, 2, 50, 51], &[(1, 2, 2, None), (50, 51, 2, None)]);
    }

    #[test]
    fn one_is_enough_where_the_count_is_one() {
        check((1, 10, 0), &[1, 5, 30], &[(1, 5, 2, None), (30, 30, 1, None)]);
    }

    #[test]
    fn a_pair_needs_its_end() {
        let second = Duration::from_secs(1);
        let pair = Threshold { count: 1, within: second, apart: second, is_pair: true };
        assert_eq!(pair.episodes(&marks(&[1, 30])), []);
        assert_eq!(pair.episodes(&marks(&[1, 30, -40])).len(), 1);
    }

    #[test]
    fn a_slow_stretch_between_two_bursts_parts_them() {
        let slow = [0, 1, 2, 9, 17, 25, 33, 34, 35];
        check((3, 10, 0), &slow, &[(0, 9, 4, None), (25, 35, 4, None)]);
    }

    #[test]
    fn what_is_told_twice_counts_once() {
        check((3, 60, 5), &[1, 2, 10, 11, 20], &[(1, 20, 3, None)]);
        check((3, 60, 5), &[1, 2, 10, 11], &[]);
    }

    #[test]
    fn an_end_closes_the_episode_before_it_and_no_other() {
        check((1, 10, 0), &[1, 4, -9, 12], &[(1, 4, 2, Some(9)), (12, 12, 1, None)]);
        check((1, 10, 0), &[1, 50, -60], &[(1, 1, 1, None), (50, 50, 1, Some(60))]);
        check((3, 10, 0), &[1, 2, -3, 4, 5], &[]);
        check((2, 10, 0), &[1, 2, 30, -40], &[(1, 2, 2, None)]);
    }
}
