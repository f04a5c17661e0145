//! Rows of `event`: storing one, changing one that was half written, and taking the last one back.
//!
//! **Invariant:** whatever changes a row here is counted in the roll-up, in the same transaction.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};

use super::NewEvent;
use super::rollup::{Occurrence, Rollup};
use crate::model::{EntryKind, Millis};

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

/// What became of an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Put {
    pub(super) number: i64,
    /// False where it was there as it is.
    pub(super) is_changed: bool,
}

/// What stores events, for the length of a batch: to look for the statement anew takes a tenth as
/// long as to carry it out.
pub(super) struct EventRows<'c> {
    pub(super) connection: &'c Connection,
    insert: CachedStatement<'c>,
}

impl<'c> EventRows<'c> {
    pub(super) fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        let insert = connection.prepare_cached(
            "INSERT INTO event (server, entry, component, time, kind, tags, problem, \
             severity, outcome, captures, catalogue, text, file, offset, length, message) \
             VALUES (?1, \
             coalesce(?2, (SELECT label FROM file WHERE id = ?13) || '-' || ?14), \
             ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?;
        Ok(Self { connection, insert })
    }

    /// Stores an event; one that has a number already is changed where it had another length.
    pub(super) fn put(
        &mut self,
        rollup: &mut Rollup,
        row: &EventRow,
        (event, before): (&NewEvent, Option<i64>),
    ) -> rusqlite::Result<Put> {
        if let Some(number) = before
            && let Some(is_changed) = revise(self.connection, rollup, row, (event, number))?
        {
            return Ok(Put { number, is_changed });
        }
        self.insert.execute(params![
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
        rollup.add(&row.occurrence(event));
        Ok(Put { number: self.connection.last_insert_rowid(), is_changed: true })
    }
}

/// Changes an event of the same file where it had another length; returns `None` where it is there
/// no more.
fn revise(
    connection: &Connection,
    rollup: &mut Rollup,
    row: &EventRow,
    (event, number): (&NewEvent, i64),
) -> rusqlite::Result<Option<bool>> {
    let found = connection
        .prepare_cached(
            "SELECT problem, time, outcome, message, length FROM event WHERE id = ? AND file = ?",
        )?
        .query_row([number, row.file], |row| Ok((read_occurrence(row)?, row.get::<_, u64>(4)?)))
        .optional()?;
    let Some((before, len)) = found else { return Ok(None) };
    if len == event.len {
        return Ok(Some(false));
    }
    connection
        .prepare_cached(
            "UPDATE event SET problem = ?2, severity = ?3, outcome = ?4, captures = ?5, \
             catalogue = ?6, text = ?7, length = ?8, message = ?9 WHERE id = ?1",
        )?
        .execute(params![
            number,
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
    Ok(Some(true))
}

/// Deletes an event of a file.
pub(super) fn take_back(
    connection: &Connection,
    rollup: &mut Rollup,
    (file, number): (i64, i64),
) -> rusqlite::Result<()> {
    let taken = connection
        .prepare_cached(
            "DELETE FROM event WHERE id = ? AND file = ? \
             RETURNING problem, time, outcome, message",
        )?
        .query_row([number, file], read_occurrence)
        .optional()?;
    match taken {
        Some(event) => rollup.take_back(connection, &event),
        None => Ok(()),
    }
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
