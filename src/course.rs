//! What several entries tell together: so many in so short a time, until they end.
//!
//! Entry points: [`Threshold::episodes`] turns marks into episodes, [`EpisodeFinder`] does so mark
//! by mark; [`Threshold::reach`] says how far apart marks may be and still belong together, so that
//! a store need look no farther.
//!
//! **Invariant:** the episodes depend on the marks alone, not on the order in which they came, and
//! marks farther apart than the reach never change each other's episodes, but for the end that a
//! later mark gives to an earlier episode.
//!
//! **Not here:** which entries are marks (`classify`), keeping them (`store`).

use std::collections::VecDeque;
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
        let mut finder = EpisodeFinder::new(*self);
        for mark in marks {
            finder.push(mark);
        }
        finder.finish()
    }

    fn is_near(&self, a: Millis, b: Millis) -> bool {
        millis_between(a, b) <= self.within.as_millis()
    }

    fn is_same(&self, a: Millis, b: Millis) -> bool {
        millis_between(a, b) < self.apart.as_millis()
    }
}

/// Finds episodes mark by mark, in memory for the episodes and for as many marks as make one.
#[derive(Debug)]
pub struct EpisodeFinder {
    threshold: Threshold,
    /// The last marks that count and follow each other closely, at most [`Threshold::count`].
    recent: VecDeque<Millis>,
    /// The episode that the next mark may belong to.
    open: Option<Open>,
    episodes: Vec<Episode>,
}

#[derive(Debug)]
struct Open {
    episode: Episode,
    /// Marks that came after its last one, and that it holds only if it is reached again.
    n_behind: usize,
}

impl EpisodeFinder {
    /// Begins with no mark.
    #[must_use]
    pub fn new(threshold: Threshold) -> Self {
        Self { threshold, recent: VecDeque::new(), open: None, episodes: Vec::new() }
    }

    /// Goes on to the next mark; marks have to come in the order of [`Mark`].
    pub fn push(&mut self, mark: Mark) {
        match mark.effect {
            Effect::Counts => self.count(mark.time),
            Effect::Ends => self.end(mark.time),
        }
    }

    /// Returns the episodes, in the order of their times.
    #[must_use]
    pub fn finish(mut self) -> Vec<Episode> {
        self.close();
        self.episodes
    }

    fn count(&mut self, time: Millis) {
        if let Some(last) = self.recent.back() {
            if self.threshold.is_same(*last, time) {
                return;
            }
            if !self.threshold.is_near(*last, time) {
                self.close();
            }
        }
        let count = usize::try_from(self.threshold.count).unwrap_or(usize::MAX).max(1);
        if self.recent.len() == count {
            self.recent.pop_front();
        }
        self.recent.push_back(time);
        if let Some(open) = &mut self.open {
            open.n_behind += 1;
        }
        let first = self.recent.front().filter(|_| self.recent.len() == count);
        if let Some(first) = first.filter(|first| self.threshold.is_near(**first, time)) {
            self.extend(*first, time, count);
        }
    }

    /// Goes on with the episode, or begins one: the last `count` marks are close enough.
    fn extend(&mut self, first: Millis, last: Millis, count: usize) {
        match &mut self.open {
            // The first of them is in it, or the next after its last one.
            Some(open) if open.n_behind <= count => {
                open.episode.last = last;
                open.episode.count += std::mem::take(&mut open.n_behind) as u64;
            }
            _ => {
                self.keep_open();
                let episode = Episode { first, last, count: count as u64, ended: None };
                self.open = Some(Open { episode, n_behind: 0 });
            }
        }
    }

    /// Ends the episode that the last mark belongs to; those before it were over already.
    fn end(&mut self, time: Millis) {
        if let Some(open) = self.open.as_mut().filter(|open| open.n_behind == 0) {
            open.episode.ended = Some(time);
        }
        self.close();
    }

    /// Has the next mark begin anew.
    fn close(&mut self) {
        self.keep_open();
        self.recent.clear();
    }

    fn keep_open(&mut self) {
        let open = self.open.take().map(|open| open.episode);
        let is_whole = |episode: &Episode| !self.threshold.is_pair || episode.ended.is_some();
        self.episodes.extend(open.filter(is_whole));
    }
}

fn millis_between(a: Millis, b: Millis) -> u128 {
    u128::from(a.get().abs_diff(b.get()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same by the definition: the runs of marks that each lie in some window of enough marks.
    fn by_definition(threshold: Threshold, marks: &[Mark]) -> Vec<Episode> {
        let mut sorted = marks.to_vec();
        sorted.sort_unstable();
        let mut found = Vec::new();
        let mut rest = sorted.as_slice();
        while !rest.is_empty() {
            let ends = |mark: &Mark| mark.effect == Effect::Ends;
            let n_counting = rest.iter().position(ends).unwrap_or(rest.len());
            let (counting, behind) = rest.split_at(n_counting);
            let times: Vec<Millis> = counting.iter().map(|mark| mark.time).collect();
            let end = behind.first().map(|mark| mark.time);
            found.extend(between_ends(threshold, times, end));
            rest = behind.get(1..).unwrap_or_default();
        }
        found.retain(|episode| !threshold.is_pair || episode.ended.is_some());
        found
    }

    fn between_ends(
        threshold: Threshold,
        mut times: Vec<Millis>,
        end: Option<Millis>,
    ) -> Vec<Episode> {
        times.dedup_by(|next, kept| threshold.is_same(*kept, *next));
        let count = threshold.count.max(1) as usize;
        let is_window = |from: usize| {
            let window = times.get(from..from + count);
            window.is_some_and(|window| threshold.is_near(window[0], window[count - 1]))
        };
        let is_in = |at: usize| (at.saturating_sub(count - 1)..=at).any(is_window);
        let mut found: Vec<Vec<Millis>> = Vec::new();
        for at in (0..times.len()).filter(|at| is_in(*at)) {
            let is_tied = at > 0 && is_in(at - 1) && threshold.is_near(times[at - 1], times[at]);
            match found.last_mut().filter(|_| is_tied) {
                Some(run) => run.push(times[at]),
                None => found.push(vec![times[at]]),
            }
        }
        let told = |run: Vec<Millis>| {
            let (first, last) = (run[0], run[run.len() - 1]);
            let ended = end.filter(|_| times.last() == Some(&last));
            Episode { first, last, count: run.len() as u64, ended }
        };
        found.into_iter().map(told).collect()
    }

    proptest! {
        #[test]
        fn episodes_are_those_of_the_definition(
            moments in prop::collection::vec((0_i64..120, prop::bool::weighted(0.1)), 0..60),
            count in 0_u32..5,
            within in 0_u64..12,
            apart in prop_oneof![Just(0_u64), 0_u64..4],
            is_pair in prop::bool::weighted(0.2),
        ) {
            let (within, apart) = (Duration::from_millis(within), Duration::from_millis(apart));
            let threshold = Threshold { count, within, apart, is_pair };
            let effect = |ends| if ends { Effect::Ends } else { Effect::Counts };
            let marks: Vec<Mark> = moments
                .into_iter()
                .map(|(time, ends)| Mark { time: Millis::new(time), effect: effect(ends) })
                .collect();
            prop_assert_eq!(threshold.episodes(&marks), by_definition(threshold, &marks));
        }
    }

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
