//! Rows of `event`: storing one, changing one that was half written, and taking the last one back.
//!
//! **Invariant:** whatever changes a row here is counted in the roll-up, in the same transaction.

use std::borrow::Cow;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, ToSql, params};

use super::rollup::{Occurrence, Rollup};
use super::{NewEvent, Texts};
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
    /// `None`: that of the last row, once it is written.
    pub(super) number: Option<i64>,
    /// False where it was there as it is.
    pub(super) is_changed: bool,
}

/// A row that is to be written, with the event's id.
type Waiting<'e> = (EventRow, &'e NewEvent, Cow<'e, str>);

/// Rows that one statement writes: to begin and end one takes a quarter of the time of a row.
const ROWS_AT_ONCE: usize = 16;
const COLUMNS: &str = "server, entry, component, time, kind, tags, problem, severity, outcome, \
    captures, catalogue, text, file, offset, length, message";

/// What stores events, for the length of a batch: to look for the statement anew takes a tenth as
/// long as to carry it out.
///
/// **Invariant:** rows are written in the order in which they are put, and all of them once
/// [`EventRows::flush`] returns.
pub(super) struct EventRows<'c, 'e> {
    pub(super) connection: &'c Connection,
    texts: &'e Texts,
    one: CachedStatement<'c>,
    many: CachedStatement<'c>,
    waiting: Vec<Waiting<'e>>,
    /// What begins the ids of events that have none in the log.
    label: Option<String>,
    /// The number of the row that was written last.
    last: i64,
}

impl<'c, 'e> EventRows<'c, 'e> {
    pub(super) fn new(connection: &'c Connection, texts: &'e Texts) -> rusqlite::Result<Self> {
        let insert = |n_rows| {
            let row = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
            let rows = vec![row; n_rows].join(", ");
            // Where a row fails the transaction does: `FAIL` spares the journal that would take back
            // the rows before it.
            connection
                .prepare_cached(&format!("INSERT OR FAIL INTO event ({COLUMNS}) VALUES {rows}"))
        };
        let (one, many) = (insert(1)?, insert(ROWS_AT_ONCE)?);
        Ok(Self { connection, texts, one, many, waiting: Vec::new(), label: None, last: 0 })
    }

    /// Stores an event; one that has a number already is changed where it had another length.
    pub(super) fn put(
        &mut self,
        rollup: &mut Rollup,
        row: EventRow,
        (event, before): (&'e NewEvent, Option<i64>),
    ) -> rusqlite::Result<Put> {
        if let Some(number) = before
            && let Some(is_changed) =
                revise(self.connection, rollup, &row, (event, self.texts, number))?
        {
            return Ok(Put { number: Some(number), is_changed });
        }
        rollup.add(&row.occurrence(event));
        let entry = self.entry_of(row.file, event)?;
        self.waiting.push((row, event, entry));
        if self.waiting.len() == ROWS_AT_ONCE {
            self.flush()?;
        }
        Ok(Put { number: None, is_changed: true })
    }

    /// Writes the rows that wait, and returns the number of the last row.
    pub(super) fn flush(&mut self) -> rusqlite::Result<i64> {
        let (statement, at_once) = match self.waiting.len() {
            ROWS_AT_ONCE => (&mut self.many, ROWS_AT_ONCE),
            _ => (&mut self.one, 1),
        };
        for rows in self.waiting.chunks(at_once) {
            let mut parameter = 1;
            for row in rows {
                parameter = bind(statement, parameter, row, self.texts)?;
            }
            statement.raw_execute()?;
            self.last = self.connection.last_insert_rowid();
        }
        self.waiting.clear();
        Ok(self.last)
    }

    /// Returns the id of an event of a file.
    fn entry_of(&mut self, file: i64, event: &'e NewEvent) -> rusqlite::Result<Cow<'e, str>> {
        if let Some(entry) = event.entry {
            return Ok(self.texts.get(entry).into());
        }
        if self.label.is_none() {
            self.label = Some(label_of(self.connection, file)?);
        }
        let label = self.label.as_deref().unwrap_or_default();
        Ok(format!("{label}-{}", event.offset).into())
    }
}

/// Binds the columns of a row, from this parameter on; returns the one behind them.
fn bind(
    statement: &mut CachedStatement<'_>,
    first: usize,
    (row, event, entry): &Waiting<'_>,
    texts: &Texts,
) -> rusqlite::Result<usize> {
    let values: [&dyn ToSql; 16] = [
        &row.server,
        entry,
        &row.component,
        &row.time.get(),
        &row.kind.code(),
        &texts.get(event.tags),
        &row.problem,
        &(event.severity as u8),
        &event.outcome.map(|outcome| outcome as u8),
        &texts.get(event.captures),
        &row.catalogue,
        &texts.get(event.text),
        &row.file,
        &event.offset,
        &event.len,
        &event.message.map(u64::cast_signed),
    ];
    for (parameter, value) in (first..).zip(values) {
        statement.raw_bind_parameter(parameter, value)?;
    }
    Ok(first + values.len())
}

/// Returns what begins the ids of a file's events that have none in the log.
fn label_of(connection: &Connection, file: i64) -> rusqlite::Result<String> {
    connection
        .prepare_cached("SELECT label FROM file WHERE id = ?")?
        .query_row([file], |row| row.get(0))
}

/// Changes an event of the same file where it had another length; returns `None` where it is there
/// no more.
fn revise(
    connection: &Connection,
    rollup: &mut Rollup,
    row: &EventRow,
    (event, texts, number): (&NewEvent, &Texts, i64),
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
            texts.get(event.captures),
            row.catalogue,
            texts.get(event.text),
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
