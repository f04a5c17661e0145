//! The events of a problem, found hour by hour.
//!
//! The roll-up tells in which hours a problem has events, and an index has the events of each hour
//! by problem: hour and problem are one number, the slot. An index by problem alone would be simpler,
//! but each new event would end up on another page of it: in a store of ten million events that took
//! as long as all the rest. For the same reason the rows of the roll-up lie block by block, and by
//! problem only within a block; a problem's are looked for in the blocks between its first and its
//! last event.
//!
//! **Invariant:** each stored event has its row in the roll-up, but for events of a transaction that
//! is not at its end.

use crate::model::{Millis, Outcome};

// Queries ask for the first or the last five, one for each outcome and one for none.
const _: () = assert!(Outcome::ALL.len() == 4, "an hour of a problem has at most five rows");

/// Rows of the roll-up, each with its events: an event has one row. What follows says which problems
/// (`rollup.problem`), and perhaps which hours (`rollup.hour`).
pub(super) const ROWS_AND_EVENTS: &str = "rollup CROSS JOIN event INDEXED BY event_by_slot \
    ON event.slot = (rollup.hour << 32) + rollup.problem \
    AND coalesce(event.outcome + 1, 0) = rollup.outcome";

/// The problem of an event, as its slot tells it: an index has that.
pub(super) const PROBLEM_OF_SLOT: &str = "event.slot & 4294967295";

/// The blocks of the roll-up from the first event of `problem` to its last one. Before 1970, SQL
/// rounds hours up.
pub(super) const ITS_BLOCKS: &str =
    "BETWEEN (problem.first / 3600000 - 1) >> 5 AND (problem.last / 3600000) >> 5";

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

/// Returns a query for the slots of the hours that hold the latest events of a problem, which a
/// condition names: at least so many as are wanted, where there are so many.
pub(super) fn latest_slots(is_meant: &str, wanted: &str) -> String {
    format!(
        "SELECT slot FROM (SELECT (hour << 32) + problem.id AS slot, events - gone AS n, \
         sum(events - gone) OVER (ORDER BY block DESC, hour DESC, outcome DESC) AS n_since \
         FROM problem CROSS JOIN rollup ON rollup.problem = problem.id AND block {ITS_BLOCKS} \
         WHERE {is_meant}) WHERE n_since - n < {wanted} AND n > 0"
    )
}

/// Returns the condition, of those rows, that they are of the hours of a span of time.
pub(super) fn in_hours(since: Option<Millis>, until: Option<Millis>) -> String {
    of_hours(hours(since, until))
}

/// Returns the condition, of those rows, that they are of the hours between two, these included.
pub(super) fn of_hours([first, last]: [i64; 2]) -> String {
    format!(
        "rollup.block BETWEEN {first} >> 5 AND {last} >> 5 \
         AND rollup.hour BETWEEN {first} AND {last}"
    )
}
