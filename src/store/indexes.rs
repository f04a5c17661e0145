//! The index over the events of each problem, which is made last where an empty store is filled.
//!
//! The events of some thousand problems come in no order of theirs, so that each ends up on another
//! page of this index: a third of what it takes to store an event. Made from all events at once it
//! takes a third of that. The writer leaves it out of a store without events, and makes it when it
//! has taken in all there is, or when somebody wants to know more than counts (`Settle`).
//!
//! **Invariant:** no statement names it, so that whoever reads a store meanwhile is answered all the
//! same, only later. Where a run was cut off, it is made by whoever opens the store next and finds
//! no writer at work.

use rusqlite::{Connection, OptionalExtension};

/// Leaves the index out of a store that has no events; makes it where it is missing in another.
pub(super) fn leave_out_of_empty(connection: &Connection) -> rusqlite::Result<()> {
    let any = connection.query_row("SELECT 1 FROM event LIMIT 1", [], |_| Ok(())).optional()?;
    match any {
        Some(()) => make(connection),
        None => connection.execute_batch("DROP INDEX IF EXISTS event_by_problem"),
    }
}

/// Makes the index where it is missing.
pub(super) fn make(connection: &Connection) -> rusqlite::Result<()> {
    let sql = "CREATE INDEX IF NOT EXISTS event_by_problem ON event (problem, time)";
    connection.execute_batch(sql)
}

/// Returns true where it is missing.
pub(super) fn is_missing(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = 'event_by_problem'";
    Ok(connection.query_row(sql, [], |_| Ok(())).optional()?.is_none())
}
