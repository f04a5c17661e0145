//! How far a lane has been read, and what an answer does to that.
//!
//! **Invariant:** whatever an answer holds, the next question either begins at most at the latest
//! entry that was handed out, or a gap says what may be missing.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::grid::Grid;
use crate::model::Millis;

/// So many times the usual amount is asked for where more entries share one moment.
const LARGEST: u32 = 256;
/// An overlap that keeps finding late entries grows up to here, in milliseconds.
const LONGEST_OVERLAP: i64 = 300_000;
/// While answers are full, a question reaches back over them by no more, in milliseconds.
const LEAST_OVERLAP: i64 = 1_000;
/// A server has a limit of its own where asking for twice as much so often brings as much.
const CAPPED: u32 = 2;
/// A server that was not asked for so long, in milliseconds, may have purged what was not read.
const AWAY: i64 = 3_600_000;

/// How far one lane has been read. All times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// The component or channel; empty: the whole server.
    pub(super) lane: String,
    /// All that happened before this was read, but for what is written late.
    last: i64,
    /// When the latest entry happened that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<i64>,
    /// No question begins earlier: what is before was given up, with a gap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    floor: Option<i64>,
    /// How far a question reaches back.
    overlap: i64,
    /// When an answer last brought everything, by our clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked: Option<i64>,
    /// Damage in the answer before, which the overlap shows again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    damage: Vec<u64>,
    /// Damage behind a moment, which is asked for again once that moment is done with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    damage_behind: Vec<u64>,
    #[serde(skip)]
    size: PageSize,
    /// Where the next question begins while answers are full.
    #[serde(skip)]
    catch_up: Option<i64>,
    /// Where to look whether the server has more than it hands out.
    #[serde(skip)]
    peek: Option<i64>,
}

/// How much is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct PageSize {
    /// `None`: the usual amount.
    limit: Option<u32>,
    /// No more than that; `None`: a multiple of the usual amount.
    largest: Option<u32>,
    /// How many entries came where as many as asked for did not reach further.
    stuck_at: Option<u32>,
    /// How often no more came where more were asked for.
    n_same: u32,
    /// The latest time of those that came then, once it was looked what is behind them.
    peeked: Option<Millis>,
}

impl PageSize {
    fn largest(self, grid: &Grid) -> u32 {
        self.largest.unwrap_or(grid.page.saturating_mul(LARGEST))
    }

    fn limit(self, grid: &Grid) -> u32 {
        self.limit.unwrap_or(grid.page).min(self.largest(grid))
    }
}

/// What is asked of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) from: Millis,
    pub(super) limit: u32,
}

/// What an answer means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    /// True where there is more to be had at once.
    pub(super) is_more: bool,
    /// What may be missing.
    pub(super) loss: Option<String>,
    /// Why the answer does not help.
    pub(super) trouble: Option<Trouble>,
}

/// Why an answer does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Cut,
    Repeated,
}

impl Position {
    /// Begins at a moment.
    pub(super) fn new(lane: &str, since: Millis, overlap: i64) -> Self {
        Self {
            lane: lane.into(),
            last: since.get(),
            mark: None,
            floor: None,
            overlap,
            asked: None,
            damage: Vec::new(),
            damage_behind: Vec::new(),
            size: PageSize::default(),
            catch_up: None,
            peek: None,
        }
    }

    /// Goes back to a moment, because other entries are asked for from now on.
    pub(super) fn rewind(&mut self, since: Millis) {
        let last = self.last.min(since.get());
        *self = Self { last, ..Self::new(&self.lane, since, self.overlap) };
    }

    /// Reaches back at least so far.
    pub(super) fn reach_back(&mut self, overlap: i64) {
        self.overlap = self.overlap.max(overlap);
    }

    /// Returns what to ask next.
    pub(super) fn question(&self, grid: &Grid) -> Question {
        let usual = grid.begin(self.last, self.overlap);
        let from = usual.max(self.catch_up.unwrap_or(usual)).max(self.floor.unwrap_or(usual));
        match self.peek {
            // One entry tells that there is something.
            Some(behind) => Question { from: Millis::new(behind), limit: 1 },
            None => Question { from: Millis::new(from), limit: self.size.limit(grid) },
        }
    }

    /// Returns true where an entry of this time was in an answer before, unless it came late.
    pub(super) fn has_read(&self, time: Millis) -> bool {
        self.mark.is_some() && time.get() <= self.last
    }

    /// Returns true where a damaged part was in an answer before, which shows again.
    pub(super) fn has_damage(&self, mark: u64) -> bool {
        self.damage.contains(&mark) || self.damage_behind.contains(&mark)
    }

    /// Moves on by an answer. `is_whole` tells whether it came to its end.
    ///
    /// The position never runs ahead of `now`, so that a server whose clock is put right goes on to
    /// be read.
    pub(super) fn settle(
        &mut self,
        (asked, is_whole): (Question, bool),
        facts: &Facts,
        grid: &Grid,
        now: Millis,
    ) -> Meaning {
        if facts.n_foreign > 0 {
            return Meaning { trouble: Some(Trouble::Repeated), ..Meaning::default() };
        }
        if self.peek.is_some() {
            return self.look_behind((asked, is_whole), facts, grid, now);
        }
        if self.size.peeked.is_some_and(|latest| facts.earliest > Some(latest)) {
            // What was there a moment ago is missing.
            self.size = PageSize::default();
            return Meaning { trouble: Some(Trouble::Repeated), ..Meaning::default() };
        }
        let is_full = facts.n_items >= asked.limit;
        let loss = self.purged(asked, facts, now);
        // Of a part, only its last entry tells how far it reaches: the order may not be as asked.
        let reached = if is_full || !is_whole { facts.end } else { facts.latest };
        self.last = reached.map_or(self.last, |at| self.last.max(at.min(now).get()));
        self.mark = self.mark.max(facts.latest.map(Millis::get));
        self.damage.clone_from(&facts.damage);
        self.damage_behind.retain(|mark| !facts.damage.contains(mark));
        let meaning = if is_full || !is_whole {
            self.go_on((asked, is_whole), facts, grid)
        } else {
            self.rest(asked, facts, (grid, now))
        };
        Meaning { loss: meaning.loss.or(loss), ..meaning }
    }

    /// Moves on by an answer that brought everything.
    fn rest(&mut self, asked: Question, facts: &Facts, (grid, now): (&Grid, Millis)) -> Meaning {
        if self.size.stuck_at == Some(facts.n_items)
            && let Some(end) = facts.end
        {
            // More was asked for, and not more came: the server may have a limit of its own.
            self.size.n_same += 1;
            if self.size.n_same >= CAPPED {
                let (moment, next) = behind(asked, end, grid);
                let latest = facts.latest.unwrap_or(end).get();
                if next <= moment || self.mark > Some(latest) {
                    return self.step(asked, end, (facts.n_items, grid));
                }
                self.peek = Some(grid.floor(latest) + grid.tick);
                self.size.peeked = facts.latest;
                return Meaning { is_more: true, ..Meaning::default() };
            }
            self.size.limit = Some(asked.limit.saturating_mul(2));
            return Meaning { is_more: true, ..Meaning::default() };
        }
        // More than before: there is no limit there.
        (self.size.stuck_at, self.size.n_same) = (None, 0);
        self.come_to_rest(now);
        if self.question(grid).from > asked.from {
            self.size = PageSize::default();
        }
        Meaning::default()
    }

    /// Takes what is behind a moment of which no more comes, however much is asked for: where there
    /// is anything, and it is still missing when the moment is asked for again, the server has a
    /// limit of its own.
    fn look_behind(
        &mut self,
        (asked, is_whole): (Question, bool),
        facts: &Facts,
        grid: &Grid,
        now: Millis,
    ) -> Meaning {
        let trouble = if is_of_earlier(asked, facts, grid) {
            Some(Trouble::Repeated)
        } else {
            (!is_whole).then_some(Trouble::Cut)
        };
        if trouble.is_some() {
            return Meaning { trouble, ..Meaning::default() };
        }
        if facts.n_items == 0 {
            self.peek = None;
            self.come_to_rest(now);
            return Meaning::default();
        }
        self.damage_behind.clone_from(&facts.damage);
        self.find_behind(facts.latest.unwrap_or(asked.from));
        Meaning { is_more: true, ..Meaning::default() }
    }

    /// Notes that there is something behind the moment, as late as that.
    fn find_behind(&mut self, latest: Millis) {
        self.peek = None;
        self.mark = self.mark.max(Some(latest.get()));
    }

    fn come_to_rest(&mut self, now: Millis) {
        self.catch_up = None;
        self.asked = Some(now.get());
        self.size.largest = None;
    }

    /// Moves on by an answer that is a part.
    fn go_on(
        &mut self,
        (asked, is_whole): (Question, bool),
        facts: &Facts,
        grid: &Grid,
    ) -> Meaning {
        let trouble = |trouble| Meaning { trouble: Some(trouble), ..Meaning::default() };
        let end = facts.end.map_or(self.last, |end| self.last.min(end.get()));
        if grid.repeated_hour(self.last, self.overlap).is_none() {
            // Never back: what is before was handed out.
            self.catch_up = self.catch_up.max(Some(grid.floor(end - LEAST_OVERLAP)));
        }
        if self.question(grid).from > asked.from {
            let limit = Some(asked.limit.saturating_mul(2).min(grid.page));
            self.size = PageSize { limit, largest: self.size.largest, ..PageSize::default() };
            let trouble = (!is_whole).then_some(Trouble::Cut);
            return Meaning { is_more: is_whole, trouble, loss: None };
        }
        if !is_whole {
            self.shrink(asked);
            return trouble(Trouble::Cut);
        }
        if is_of_earlier(asked, facts, grid) {
            return trouble(Trouble::Repeated);
        }
        if asked.limit < self.size.largest(grid) {
            self.size.stuck_at = Some(facts.n_items);
            self.size.n_same = 0;
            self.size.limit = Some(asked.limit.saturating_mul(2));
            return Meaning { is_more: true, ..Meaning::default() };
        }
        self.step(asked, facts.end.unwrap_or(asked.from), (facts.n_items, grid))
    }

    /// Moves on where asking for more does not help: with the least overlap, or past the moment.
    fn step(&mut self, asked: Question, end: Millis, (n_items, grid): (u32, &Grid)) -> Meaning {
        let (moment, floor) = behind(asked, end, grid);
        self.floor = Some(floor);
        self.size = PageSize { largest: self.size.largest, ..PageSize::default() };
        let loss = (floor > moment).then(|| {
            let at = Millis::new(moment);
            format!("the server hands out no more than {n_items} entries from {at} on; there may be more of that moment")
        });
        Meaning { is_more: true, loss, trouble: None }
    }

    /// Asks for less, because the answer was cut or too slow. For a look behind a moment there is no
    /// less: it is asked again.
    pub(super) fn shrink(&mut self, asked: Question) {
        if self.peek.is_some() {
            return;
        }
        self.size.limit = Some((asked.limit / 2).max(1));
        self.size.stuck_at = None;
    }

    /// Asks for less, because the answer was too large; returns what is given up where there is no
    /// less. What is too large behind a moment is something, which is all that was asked.
    pub(super) fn shrink_for_good(&mut self, asked: Question, grid: &Grid) -> Option<String> {
        if self.peek.is_some() {
            self.find_behind(asked.from);
            return None;
        }
        self.shrink(asked);
        self.size.largest = self.size.limit;
        if asked.limit > 1 {
            return None;
        }
        self.floor = Some(asked.from.get() + grid.tick);
        Some(format!("an answer with one entry, asked for from {} on, is too large", asked.from))
    }

    /// Reaches back further where entries come later than the overlap allows for: `n_new` of those
    /// that should have been read were not. In a repeated hour, those of its second pass look so.
    pub(super) fn note_late(&mut self, n_new: u64, grid: &Grid) {
        let is_late = n_new > 0 && grid.repeated_hour(self.last, self.overlap).is_none();
        if is_late && self.overlap < LONGEST_OVERLAP {
            self.overlap = self.overlap.saturating_mul(2).min(LONGEST_OVERLAP);
        }
    }

    /// Tells what was lost where the server no longer has what was read last, and was not asked for
    /// so long that others may have come and gone.
    fn purged(&self, asked: Question, facts: &Facts, now: Millis) -> Option<String> {
        let (mark, earliest, answered) = (self.mark?, facts.earliest?.get(), self.asked?);
        let is_away = now.get().saturating_sub(answered) >= AWAY;
        (is_away && asked.from.get() <= mark && earliest > mark).then(|| {
            let (from, to) = (Millis::new(mark), Millis::new(earliest));
            format!(
                "the server has purged what happened between {from} and {to}, when it was not read"
            )
        })
    }
}

/// Returns true where an answer begins before it was asked to: it is one to another question.
fn is_of_earlier(asked: Question, facts: &Facts, grid: &Grid) -> bool {
    facts.earliest.is_some_and(|earliest| earliest.get() < asked.from.get() - grid.tick)
}

/// Returns the last moment of an answer, and where to go on so that not only the same comes again.
fn behind(asked: Question, end: Millis, grid: &Grid) -> (i64, i64) {
    let moment = grid.floor(end.get());
    let least = moment - grid.tick;
    let from = asked.from.get();
    (moment, if least > from { least } else { from + grid.tick })
}

#[cfg(test)]
mod tests;
