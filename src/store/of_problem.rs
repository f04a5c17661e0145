//! The events of a problem, found hour by hour.
//!
//! The roll-up tells in which hours a problem has events, and an index has the events of each hour
//! by problem: hour and problem are one number, the slot. An index by problem alone would be simpler,
//! but each new event would end up on another page of it: in a store of ten million events that took
//! as long as all the rest.
//!
//! **Invariant:** each stored event has its row in the roll-up, but for events of a transaction that
//! is not at its end.

use crate::model::{Millis, Outcome};

/// So many rows of the roll-up are two hours of a problem: one for each outcome, and one for none.
pub(super) const TWO_HOURS: usize = 2 * (Outcome::ALL.len() + 1);

/// Rows of the roll-up, each with its events: an event has one row. What follows says which problems
/// (`rollup.problem`), and perhaps which hours (`rollup.hour`).
pub(super) const ROWS_AND_EVENTS: &str = "rollup CROSS JOIN event INDEXED BY event_by_slot \
    ON event.slot = (rollup.hour << 32) + rollup.problem \
    AND coalesce(event.outcome + 1, 0) = rollup.outcome";

/// The problem of an event, as its slot tells it: an index has that.
pub(super) const PROBLEM_OF_SLOT: &str = "event.slot & 4294967295";

/// Hours before and after 1970 that a slot has room for: 120,000 years.
const FAR: i64 = 1 << 30;

/// Returns the first and the last hour of a span of time.
pub(super) fn hours(since: Option<Millis>, until: Option<Millis>) -> [i64; 2] {
    let hour = |at: Option<Millis>, other| at.map_or(other, |at| at.hour().get().clamp(-FAR, FAR));
    [hour(since, -FAR), hour(until, FAR)]
}

/// Returns the first and the last slot of the hours between two, these included.
pub(super) fn slots([first, last]: [i64; 2]) -> [i64; 2] {
    [first << 32, (last << 32) + i64::from(u32::MAX)]
}

/// Returns a query for the slots of the hours that hold the latest events of a problem: at least so
/// many as are wanted, where there are so many.
pub(super) fn latest_slots(problem: &str, wanted: &str) -> String {
    format!(
        "SELECT slot FROM (SELECT (hour << 32) + problem AS slot, events - gone AS n, \
         sum(events - gone) OVER (ORDER BY hour DESC, outcome) AS n_since \
         FROM rollup WHERE problem = {problem}) WHERE n_since - n < {wanted} AND n > 0"
    )
}

/// Returns the condition, of those rows, that they are of the hours of a span of time.
pub(super) fn in_hours(since: Option<Millis>, until: Option<Millis>) -> String {
    let [first, last] = hours(since, until);
    format!("rollup.hour BETWEEN {first} AND {last}")
}
