//! Counts of events by problem, hour and outcome, which outlive the events.
//!
//! Entry points: [`Rollup::add`] and [`Rollup::take_back`], for every change of a row of `event`
//! but those by which retention deletes it.
//!
//! A message that fails 9,000 times is one failure with 9,000 attempts: its failure counts in the
//! hour of the problem's first event about it, and an event of which no message is known is a
//! failure of its own. Which event was the first is kept by problem and message from the first event
//! on, not looked for when a report is made: a look costs an index over all events, and its answer
//! would change when retention deletes the first of them. An attempt that comes once all events about
//! its message are deleted is a failure again.
//!
//! **Invariant:** what is counted does not depend on the order in which events come. For each
//! row, `events - gone` is the number of events that are stored; so is the sum of `attempts`.
//!
//! **Not here:** writing events (`event_rows`), deleting old ones.

use rusqlite::{Connection, OptionalExtension, params};

use super::Map;
use crate::model::{Hour, Millis};

/// What an event counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Occurrence {
    /// The number of its problem.
    pub(super) problem: i64,
    /// When it happened.
    pub(super) time: Millis,
    /// What became of the work: the number of the outcome and one, 0 for none.
    pub(super) outcome: u8,
    /// The message that it is about.
    pub(super) message: Option<i64>,
}

/// A row: problem, hour, outcome.
type Cell = (i64, i64, u8);

/// Counts of events, to be added to those in the store.
#[derive(Debug, Default)]
pub(super) struct Rollup {
    cells: Map<Cell, Change>,
    /// By problem and message.
    messages: Map<(i64, i64), Attempts>,
}

/// What is added to a row.
#[derive(Clone, Copy, Debug)]
struct Change {
    events: i64,
    failures: i64,
    /// In milliseconds of the hour, as is `last`.
    first: i64,
    last: i64,
}

/// Events of one problem about one message.
#[derive(Clone, Copy, Debug)]
struct Attempts {
    first: Start,
    events: i64,
}

/// Time and outcome of an event: of two in one moment, the smaller outcome is the first.
type Start = (i64, u8);

impl Rollup {
    /// Counts one event more.
    pub(super) fn add(&mut self, event: &Occurrence) {
        let change = self.cells.entry(event.cell()).or_default();
        let within = event.within();
        change.events += 1;
        change.first = change.first.min(within);
        change.last = change.last.max(within);
        match event.message {
            None => change.failures += 1,
            Some(message) => {
                let attempts = self
                    .messages
                    .entry((event.problem, message))
                    .or_insert(Attempts { first: event.start(), events: 0 });
                attempts.first = attempts.first.min(event.start());
                attempts.events += 1;
            }
        }
    }

    /// Counts one event less, which is in the store no more, or is there with another occurrence
    /// that will be added.
    pub(super) fn take_back(
        &mut self,
        connection: &Connection,
        event: &Occurrence,
    ) -> rusqlite::Result<()> {
        // What is added to the store already can be looked up there.
        self.save(connection)?;
        match event.message {
            None => self.move_failure(Some(event.cell()), None),
            Some(message) => self.forget_attempt(connection, event, message)?,
        }
        let problem = event.problem;
        for (cell, change) in std::mem::take(&mut self.cells) {
            // The failure may move to the event that will be added, whose row is not there yet.
            if !save_cell(connection, cell, change)? {
                self.cells.insert(cell, change);
            }
        }
        take_from_cell(connection, event)?;
        connection
            .prepare_cached(
                "UPDATE problem SET first = (SELECT min(hour * 3600000 + first) FROM \
                 (SELECT hour, rollup.first FROM rollup WHERE rollup.problem = ?1 AND block \
                 BETWEEN (problem.first / 3600000 - 1) >> 5 AND (problem.last / 3600000) >> 5 \
                 ORDER BY block, hour LIMIT 5)), \
                 last = (SELECT max(hour * 3600000 + last) FROM \
                 (SELECT hour, rollup.last FROM rollup WHERE rollup.problem = ?1 AND block \
                 BETWEEN (problem.first / 3600000 - 1) >> 5 AND (problem.last / 3600000) >> 5 \
                 ORDER BY block DESC, hour DESC LIMIT 5)) \
                 WHERE id = ?1 AND ?2 IN (first, last)",
            )?
            .execute(params![problem, event.time.get()])?;
        Ok(())
    }

    /// Adds the counts to the store.
    pub(super) fn save(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut messages: Vec<_> = self.messages.drain().collect();
        messages.sort_unstable_by_key(|(key, _)| *key); // Pages are visited once.
        for ((problem, message), attempts) in messages {
            self.save_message(connection, (problem, message), attempts)?;
        }
        let mut cells: Vec<_> = self.cells.drain().collect();
        cells.sort_unstable_by_key(|(cell, _)| (block_of(cell), *cell));
        for of_block in
            cells.chunk_by(|(before, _), (after, _)| block_of(before) == block_of(after))
        {
            save_block(connection, of_block)?;
        }
        cells.sort_unstable_by_key(|(cell, _)| *cell);
        for of_problem in cells.chunk_by(|(before, _), (after, _)| before.0 == after.0) {
            save_bounds(connection, of_problem)?;
        }
        Ok(())
    }

    fn save_message(
        &mut self,
        connection: &Connection,
        (problem, message): (i64, i64),
        attempts: Attempts,
    ) -> rusqlite::Result<()> {
        let (time, outcome) = attempts.first;
        let n_new = connection
            .prepare_cached("INSERT INTO message VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")?
            .execute(params![problem, message, time, outcome, attempts.events])?;
        if n_new > 0 {
            self.move_failure(None, Some(cell_at(problem, attempts.first)));
            return Ok(());
        }
        let Some(before) = known_attempts(connection, (problem, message))? else { return Ok(()) };
        let first = before.first.min(attempts.first);
        let known = Attempts { first, events: before.events + attempts.events };
        put_attempts(connection, (problem, message), known)?;
        let (from, to) = (cell_at(problem, before.first), cell_at(problem, first));
        self.move_failure(Some(from), Some(to));
        Ok(())
    }

    /// Takes an event from those that are about a message.
    fn forget_attempt(
        &mut self,
        connection: &Connection,
        event: &Occurrence,
        message: i64,
    ) -> rusqlite::Result<()> {
        let key = (event.problem, message);
        let Some(known) = known_attempts(connection, key)? else { return Ok(()) };
        let was_first = known.first == event.start();
        let from = cell_at(event.problem, known.first);
        if known.events <= 1 {
            connection
                .prepare_cached("DELETE FROM message WHERE problem = ? AND message = ?")?
                .execute(params![event.problem, message])?;
            // Another first event was deleted for its age: it did happen.
            self.move_failure(Some(from).filter(|_| was_first), None);
            return Ok(());
        }
        let next = if was_first { first_attempt(connection, key, known.first)? } else { None };
        let first = next.unwrap_or(known.first);
        put_attempts(connection, key, Attempts { first, events: known.events - 1 })?;
        self.move_failure(Some(from), Some(cell_at(event.problem, first)));
        Ok(())
    }

    fn move_failure(&mut self, from: Option<Cell>, to: Option<Cell>) {
        if from == to {
            return;
        }
        if let Some(from) = from {
            self.cells.entry(from).or_default().failures -= 1;
        }
        if let Some(to) = to {
            self.cells.entry(to).or_default().failures += 1;
        }
    }
}

impl Default for Change {
    fn default() -> Self {
        Self { events: 0, failures: 0, first: i64::MAX, last: i64::MIN }
    }
}

impl Occurrence {
    fn cell(&self) -> Cell {
        cell_at(self.problem, self.start())
    }

    fn start(&self) -> Start {
        (self.time.get(), self.outcome)
    }

    /// Returns the milliseconds since the hour began.
    fn within(&self) -> i64 {
        self.time.get().rem_euclid(Hour::MILLIS)
    }
}

fn cell_at(problem: i64, (time, outcome): Start) -> Cell {
    (problem, Millis::new(time).hour().get(), outcome)
}

/// Returns the number of the block that a row is in: see the migration that made them.
fn block_of((_, hour, _): &Cell) -> i64 {
    hour >> 5
}

/// Adds to the rows of one block.
fn save_block(connection: &Connection, cells: &[(Cell, Change)]) -> rusqlite::Result<()> {
    let Some((first, _)) = cells.first() else { return Ok(()) };
    connection
        .prepare_cached("INSERT INTO rollup_block VALUES (?) ON CONFLICT DO NOTHING")?
        .execute([block_of(first)])?;
    for (cell, change) in cells {
        save_cell(connection, *cell, *change)?;
    }
    Ok(())
}

/// Adds to a row; returns false where only failures are added, and it is not there.
fn save_cell(connection: &Connection, cell: Cell, change: Change) -> rusqlite::Result<bool> {
    let (problem, hour, outcome) = cell;
    if change.events > 0 {
        connection
            .prepare_cached(
                "INSERT INTO rollup_row \
                 (block, problem, hour, outcome, events, failures, first, last) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
                 ON CONFLICT (block, problem, hour, outcome) DO UPDATE SET \
                 events = events + excluded.events, failures = failures + excluded.failures, \
                 first = min(first, excluded.first), last = max(last, excluded.last)",
            )?
            .execute(params![
                block_of(&cell),
                problem,
                hour,
                outcome,
                change.events,
                change.failures,
                change.first,
                change.last,
            ])?;
    } else if change.failures != 0 {
        let n_changed = connection
            .prepare_cached(
                "UPDATE rollup_row SET failures = failures + ?4 \
                 WHERE block = ?2 >> 5 AND problem = ?1 AND hour = ?2 AND outcome = ?3",
            )?
            .execute(params![problem, hour, outcome, change.failures])?;
        return Ok(n_changed > 0);
    }
    Ok(true)
}

/// Widens the bounds of a problem by those of some of its rows.
fn save_bounds(connection: &Connection, cells: &[(Cell, Change)]) -> rusqlite::Result<()> {
    let with_events = || cells.iter().filter(|(_, change)| change.events > 0);
    let at = |hour: i64, within: i64| hour.saturating_mul(Hour::MILLIS).saturating_add(within);
    let first = with_events().map(|((_, hour, _), change)| at(*hour, change.first)).min();
    let last = with_events().map(|((_, hour, _), change)| at(*hour, change.last)).max();
    let (Some(first), Some(last), Some((cell, _))) = (first, last, cells.first()) else {
        return Ok(());
    };
    connection
        .prepare_cached(
            "UPDATE problem SET first = min(coalesce(first, ?2), ?2), \
             last = max(coalesce(last, ?3), ?3) \
             WHERE id = ?1 AND (first IS NULL OR first > ?2 OR last < ?3)",
        )?
        .execute(params![cell.0, first, last])?;
    Ok(())
}

/// Takes an event from its row, and the row away where it was the only one.
///
/// Where events of the row were deleted for their age, its bounds cannot be told anew, and stay.
fn take_from_cell(connection: &Connection, event: &Occurrence) -> rusqlite::Result<()> {
    let (problem, hour, outcome) = event.cell();
    connection
        .prepare_cached(
            "UPDATE rollup_row SET events = events - 1 \
             WHERE block = ?2 >> 5 AND problem = ?1 AND hour = ?2 AND outcome = ?3",
        )?
        .execute(params![problem, hour, outcome])?;
    let n_empty = connection
        .prepare_cached(
            "DELETE FROM rollup_row WHERE block = ?2 >> 5 AND problem = ?1 AND hour = ?2 \
             AND outcome = ?3 AND events <= 0",
        )?
        .execute(params![problem, hour, outcome])?;
    if n_empty > 0 {
        return Ok(());
    }
    let start = event.time.get() - event.within();
    connection
        .prepare_cached(
            "UPDATE rollup_row SET (first, last) = (SELECT \
             coalesce(min(time) - ?5, rollup_row.first), coalesce(max(time) - ?5, rollup_row.last) \
             FROM event WHERE event.slot = (?2 << 32) + ?1 \
             AND coalesce(event.outcome + 1, 0) = ?3) \
             WHERE block = ?2 >> 5 AND problem = ?1 AND hour = ?2 AND outcome = ?3 \
             AND gone = 0 AND ?4 IN (first, last)",
        )?
        .execute(params![problem, hour, outcome, event.within(), start])?;
    Ok(())
}

fn known_attempts(
    connection: &Connection,
    (problem, message): (i64, i64),
) -> rusqlite::Result<Option<Attempts>> {
    connection
        .prepare_cached(
            "SELECT first, outcome, attempts FROM message WHERE problem = ? AND message = ?",
        )?
        .query_row(params![problem, message], |row| {
            Ok(Attempts { first: (row.get(0)?, row.get(1)?), events: row.get(2)? })
        })
        .optional()
}

fn put_attempts(
    connection: &Connection,
    (problem, message): (i64, i64),
    attempts: Attempts,
) -> rusqlite::Result<()> {
    let (time, outcome) = attempts.first;
    connection
        .prepare_cached(
            "UPDATE message SET first = ?3, outcome = ?4, attempts = ?5 \
             WHERE problem = ?1 AND message = ?2",
        )?
        .execute(params![problem, message, time, outcome, attempts.events])?;
    Ok(())
}

/// Returns the first of a problem's stored events about a message, none of which came before a moment.
fn first_attempt(
    connection: &Connection,
    (problem, message): (i64, i64),
    (since, _): Start,
) -> rusqlite::Result<Option<Start>> {
    connection
        .prepare_cached(
            "SELECT time, coalesce(outcome + 1, 0) AS code FROM event \
             WHERE message = ?2 AND slot IN (SELECT (hour << 32) + problem FROM rollup \
             WHERE problem = ?1 AND block >= ?3 >> 5) ORDER BY time, code LIMIT 1",
        )?
        .query_row(params![problem, message, Millis::new(since).hour().get()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
}

#[cfg(test)]
pub(super) mod tests;
