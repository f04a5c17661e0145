//! Deleting events for their age; what was counted of them stays.
//!
//! Entry points: [`Store::expired`] finds them, [`WriterHandle::forget`](super::WriterHandle::forget)
//! and [`Upkeep::forget`](super::Upkeep::forget) delete some hundreds in one transaction, so that
//! whoever else writes waits a moment at most.
//!
//! **Invariant:** reading the same logs again adds nothing, whatever was deleted: the keys of entries
//! (`seen`) stay. Three sorts of events are never deleted: the latest of each problem, as its
//! examples; the one at which reading of its file goes on, which is compared when it is read again;
//! and the one with the highest number, for numbers must not be given twice (`alerted`).
//!
//! **Not here:** giving the room back (`upkeep`).

use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params};

use super::of_problem::{ITS_BLOCKS, latest_slots};
use super::queries::severity;
use super::{Store, StoreError};
use crate::model::{Hour, Millis, Severity};

/// So many events are deleted in one transaction.
const CHUNK: usize = 500;

/// For how long events are stored, by their severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Mildest first; `None`: for ever.
    pub spans: [Option<Duration>; Severity::ALL.len()],
    /// So many of the latest events of each problem stay, whatever their age.
    pub examples: u32,
}

/// An event that is old enough to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expired {
    id: i64,
    problem: i64,
    time: i64,
    severity: Severity,
}

/// What was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Events by severity, mildest first.
    pub events: [u64; Severity::ALL.len()],
    /// Messages that no stored event of their problem is about any more.
    pub messages: u64,
}

impl Default for Retention {
    /// Info 30 days, warnings 180 days, errors 400 days, what is critical for ever, 20 examples.
    fn default() -> Self {
        let days = |days: u64| Some(Duration::from_hours(days * 24));
        Self { spans: [days(30), days(180), days(400), None], examples: 20 }
    }
}

impl Retention {
    /// Returns the moments before which events are too old, by severity.
    fn cutoffs(&self, now: Millis) -> [i64; Severity::ALL.len()] {
        self.spans.map(|span| {
            let span = span.map(|span| i64::try_from(span.as_millis()).unwrap_or(i64::MAX));
            span.map_or(i64::MIN, |span| now.get().saturating_sub(span))
        })
    }
}

impl Forgotten {
    /// Returns the number of events.
    #[must_use]
    pub fn n_events(&self) -> u64 {
        self.events.iter().sum()
    }

    /// Adds what else was deleted.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.events.iter_mut().zip(other.events) {
            *sum += more;
        }
        self.messages += other.messages;
    }

    /// Counts events that are to be deleted.
    pub fn count(&mut self, expired: &[Expired]) {
        for event in expired {
            self.note(event.severity);
        }
    }

    fn note(&mut self, severity: Severity) {
        if let Some(count) = self.events.get_mut(severity as usize) {
            *count += 1;
        }
    }
}

impl Store {
    /// Hands the events that are too old to `each`, some hundreds at a time, until it returns
    /// false. It may delete them.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read, and what `each` returns.
    pub fn expired(
        &self,
        retention: &Retention,
        now: Millis,
        mut each: impl FnMut(Vec<Expired>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let cutoffs = retention.cutoffs(now);
        let latest = cutoffs.into_iter().max().unwrap_or(i64::MIN);
        let sql = "SELECT id FROM problem WHERE first < ? ORDER BY id";
        let problems: Vec<i64> = self.collect(sql, &[Value::Integer(latest)], |row| row.get(0))?;
        let mut chunk = Vec::new();
        for problem in problems {
            let Some(end) = self.before_examples(problem, retention.examples)? else { continue };
            for hour in self.hours_before(problem, end.0.min(latest))? {
                for event in self.expired_of((problem, hour), end, cutoffs)? {
                    chunk.push(event);
                    if chunk.len() >= CHUNK && !each(std::mem::take(&mut chunk))? {
                        return Ok(());
                    }
                }
            }
        }
        if !chunk.is_empty() {
            each(chunk)?;
        }
        Ok(())
    }

    /// Returns time and number of the first of a problem's examples; `None`: all are examples.
    fn before_examples(
        &self,
        problem: i64,
        examples: u32,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        let Some(others) = examples.checked_sub(1) else {
            return Ok(Some((i64::MAX, i64::MAX)));
        };
        let slots = latest_slots("problem.id = ?1", "?2 + 1");
        let sql = format!(
            "SELECT time, id FROM event WHERE slot IN ({slots}) \
             ORDER BY time DESC, id DESC LIMIT 1 OFFSET ?2"
        );
        let values = [Value::Integer(problem), Value::Integer(others.into())];
        let found = self.collect(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(found.into_iter().next())
    }

    /// Returns the hours up to a moment in which events of a problem are stored.
    fn hours_before(&self, problem: i64, end: i64) -> Result<Vec<i64>, StoreError> {
        let sql = format!(
            "SELECT DISTINCT hour FROM problem \
             CROSS JOIN rollup ON rollup.problem = problem.id AND block {ITS_BLOCKS} \
             WHERE problem.id = ? AND hour <= ? AND events > gone ORDER BY block, hour"
        );
        let values = [problem, end.div_euclid(Hour::MILLIS)].map(Value::Integer);
        self.collect(&sql, &values, |row| row.get(0))
    }

    /// Returns the events of an hour of a problem that are too old and come before its examples.
    fn expired_of(
        &self,
        (problem, hour): (i64, i64),
        end: (i64, i64),
        cutoffs: [i64; Severity::ALL.len()],
    ) -> Result<Vec<Expired>, StoreError> {
        let sql = "SELECT id, time, severity FROM event WHERE slot = (?1 << 32) + ?2 \
             AND (time, id) < (?3, ?4) AND time < max(?5, ?6, ?7, ?8) \
             AND time < CASE severity WHEN 0 THEN ?5 WHEN 1 THEN ?6 WHEN 2 THEN ?7 ELSE ?8 END \
             AND id < (SELECT max(id) FROM event) \
             AND offset <> (SELECT offset FROM file WHERE file.id = event.file) \
             ORDER BY time, id";
        let [info, warning, error, critical] = cutoffs;
        let values = [hour, problem, end.0, end.1, info, warning, error, critical];
        self.collect(sql, &values.map(Value::Integer), |row| {
            let (id, time, number) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Expired { id, problem, time, severity: severity(number) })
        })
    }
}

/// Deletes events, where they are still what they were, and notes it where they are counted.
pub(super) fn forget(db: &Connection, expired: &[Expired]) -> rusqlite::Result<Forgotten> {
    let mut forgotten = Forgotten::default();
    let mut cells: BTreeMap<(i64, i64, u8), i64> = BTreeMap::new();
    for event in expired {
        let deleted = db
            .prepare_cached(
                "DELETE FROM event WHERE id = ? AND problem = ? AND time = ? \
                 RETURNING coalesce(outcome + 1, 0), message",
            )?
            .query_row(params![event.id, event.problem, event.time], |row| {
                Ok((row.get::<_, u8>(0)?, row.get::<_, Option<i64>>(1)?))
            })
            .optional()?;
        let Some((outcome, message)) = deleted else { continue };
        forgotten.note(event.severity);
        let hour = event.time.div_euclid(Hour::MILLIS);
        *cells.entry((event.problem, hour, outcome)).or_default() += 1;
        if let Some(message) = message {
            forgotten.messages += forget_attempt(db, event.problem, message)?;
        }
    }
    let mut note = db.prepare_cached(
        "UPDATE rollup_row SET gone = gone + ?4 \
         WHERE block = ?2 >> 5 AND problem = ?1 AND hour = ?2 AND outcome = ?3",
    )?;
    for ((problem, hour, outcome), n_gone) in cells {
        note.execute(params![problem, hour, outcome, n_gone])?;
    }
    Ok(forgotten)
}

/// Takes an event from those that are stored about a message; returns 1 where it was the last.
fn forget_attempt(db: &Connection, problem: i64, message: i64) -> rusqlite::Result<u64> {
    let n_gone = db
        .prepare_cached("DELETE FROM message WHERE problem = ? AND message = ? AND attempts <= 1")?
        .execute(params![problem, message])?;
    if n_gone == 0 {
        db.prepare_cached(
            "UPDATE message SET attempts = attempts - 1 WHERE problem = ? AND message = ?",
        )?
        .execute(params![problem, message])?;
    }
    Ok(n_gone as u64)
}
