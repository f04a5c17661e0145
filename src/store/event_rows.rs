//! Rows of `event`: storing one, changing one that was half written, and taking the last one back.
//!
//! **Invariant:** whatever changes a row here is counted in the roll-up, in the same transaction.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::NewEvent;
use super::rollup::{Occurrence, Rollup};
use crate::model::{EntryKind, Hour, Millis};

/// What the columns of an event need beside the event.
#[derive(Clone, Copy, Debug)]
pub(super) struct EventRow {
    pub(super) server: i64,
    pub(super) file: i64,
    pub(super) component: i64,
    pub(super) problem: i64,
    pub(super) catalogue: i64,
    pub(super) time: Millis,
    pub(super) kind: EntryKind,
}

/// Stores an event, or changes it where it is there with another length; returns true where it did.
pub(super) fn put(
    connection: &Connection,
    rollup: &mut Rollup,
    row: &EventRow,
    event: &NewEvent,
) -> rusqlite::Result<bool> {
    let n_new = connection
        .prepare_cached(
            "INSERT INTO event (server, entry, component, time, kind, tags, problem, \
             severity, outcome, captures, catalogue, text, file, offset, length, message) \
             VALUES (?1, \
             coalesce(?2, (SELECT label FROM file WHERE id = ?13) || '-' || ?14), \
             ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) \
             ON CONFLICT (server, entry) DO NOTHING",
        )?
        .execute(params![
            row.server,
            event.entry,
            row.component,
            row.time.get(),
            row.kind.code(),
            event.tags,
            row.problem,
            event.severity as u8,
            event.outcome.map(|outcome| outcome as u8),
            event.captures,
            row.catalogue,
            event.text,
            row.file,
            event.offset,
            event.len,
            event.message.map(u64::cast_signed),
        ])?;
    if n_new == 0 {
        return revise(connection, rollup, row, event);
    }
    rollup.add(&row.occurrence(event));
    Ok(true)
}

/// Changes an event of the same file that had another length.
fn revise(
    connection: &Connection,
    rollup: &mut Rollup,
    row: &EventRow,
    event: &NewEvent,
) -> rusqlite::Result<bool> {
    let before = connection
        .prepare_cached(
            "SELECT problem, time, outcome, message, id FROM event WHERE server = ?1 AND entry = \
             coalesce(?2, (SELECT label FROM file WHERE id = ?3) || '-' || ?4) \
             AND file = ?3 AND length <> ?5",
        )?
        .query_row(params![row.server, event.entry, row.file, event.offset, event.len], |row| {
            Ok((read_occurrence(row)?, row.get::<_, i64>(4)?))
        })
        .optional()?;
    let Some((before, id)) = before else { return Ok(false) };
    connection
        .prepare_cached(
            "UPDATE event SET problem = ?2, severity = ?3, outcome = ?4, captures = ?5, \
             catalogue = ?6, text = ?7, length = ?8, message = ?9 WHERE id = ?1",
        )?
        .execute(params![
            id,
            row.problem,
            event.severity as u8,
            event.outcome.map(|outcome| outcome as u8),
            event.captures,
            row.catalogue,
            event.text,
            event.len,
            event.message.map(u64::cast_signed),
        ])?;
    let after = Occurrence { time: before.time, ..row.occurrence(event) };
    if after != before {
        rollup.take_back(connection, &before)?;
        rollup.add(&after);
    }
    Ok(true)
}

/// Deletes the event of this hour at which reading of a file goes on, if there is one.
pub(super) fn take_back(
    connection: &Connection,
    rollup: &mut Rollup,
    (file, hour): (i64, Hour),
) -> rusqlite::Result<()> {
    let from = hour.get().saturating_mul(Hour::MILLIS);
    // The index over times finds it: there is none over files.
    let taken = connection
        .prepare_cached(
            "DELETE FROM event WHERE file = ?1 \
             AND offset = (SELECT offset FROM file WHERE id = ?1) \
             AND time BETWEEN ?2 AND ?2 + 3599999 \
             RETURNING problem, time, outcome, message",
        )?
        .query_map([file, from], read_occurrence)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    taken.iter().try_for_each(|event| rollup.take_back(connection, event))
}

impl EventRow {
    fn occurrence(&self, event: &NewEvent) -> Occurrence {
        Occurrence {
            problem: self.problem,
            time: self.time,
            outcome: event.outcome.map_or(0, |outcome| outcome as u8 + 1),
            message: event.message.map(u64::cast_signed),
        }
    }
}

fn read_occurrence(row: &Row<'_>) -> rusqlite::Result<Occurrence> {
    Ok(Occurrence {
        problem: row.get(0)?,
        time: Millis::new(row.get(1)?),
        outcome: row.get::<_, Option<u8>>(2)?.map_or(0, |outcome| outcome + 1),
        message: row.get(3)?,
    })
}
