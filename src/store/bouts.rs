//! What is new in the store, and how a problem came and went before.

use rusqlite::Row;
use rusqlite::types::Value;

use super::of_problem::{hours, latest_slots, slots};
use super::queries::severity;
use super::{Store, StoreError};
use crate::model::{Millis, Outcome, Severity};

/// One look takes in no more events.
const MAX_LOOK: i64 = 100_000;
/// Bouts are looked for among no more events of a problem.
const MAX_EVENTS: i64 = 100_000;

/// How far the events were looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// The number of the last one; 0: none.
    pub event: i64,
    /// Its problem: the number is given again where the last event is taken back.
    pub problem: Option<i64>,
    /// Its time.
    pub time: Option<Millis>,
}

/// Events of one problem within one minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The problem, such as `p-4f1c0a9b2e`.
    pub problem: String,
    /// The rule that explains it.
    pub rule: Option<String>,
    /// The Iguana server.
    pub server: String,
    /// GUID or name of the component.
    pub component: String,
    /// The first of them.
    pub first: Millis,
    /// The last of them.
    pub last: Millis,
    /// The worst of them.
    pub severity: Severity,
    /// What became of the work, by the last one.
    pub outcome: Option<Outcome>,
}

/// A run of events of one problem, each within the quiet span after the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bout {
    /// The first event.
    pub first: Millis,
    /// The last event.
    pub last: Millis,
    /// How many.
    pub count: u64,
    /// What became of the work, by the last one.
    pub outcome: Option<Outcome>,
}

/// The bouts of a problem.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bouts {
    /// The latest first.
    pub bouts: Vec<Bout>,
    /// The first event of the problem.
    pub earliest: Option<Millis>,
    /// True where there are more than were looked for, or than are still stored: the last bout of
    /// the list is not whole.
    pub is_cut: bool,
}

/// What the store knows of a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemRow {
    /// The group of unknowns, where no rule explains it.
    pub cluster: Option<String>,
    /// What the texts of the group have in common.
    pub template: Option<String>,
}

impl Store {
    /// Returns how far the events were looked at, and when it was last told that alerts are held
    /// back; `None` in a store whose events were never looked at.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn looked(&self) -> Result<Option<(Looked, Option<Millis>)>, StoreError> {
        let sql = "SELECT event, problem, time, noticed FROM alerted";
        let time = |at: Option<i64>| at.map(Millis::new);
        let rows = self.collect(sql, &[], |row| {
            let looked =
                Looked { event: row.get(0)?, problem: row.get(1)?, time: time(row.get(2)?) };
            Ok((looked, time(row.get(3)?)))
        });
        Ok(rows?.pop())
    }

    /// Returns the place just before the first event that is not older than a moment.
    ///
    /// # Errors
    ///
    /// As [`Store::looked`].
    pub fn place_before(&self, since: Millis) -> Result<Looked, StoreError> {
        let sql = "SELECT coalesce((SELECT min(id) - 1 FROM event INDEXED BY event_by_slot \
             WHERE slot >= ? AND time >= ?), \
             (SELECT max(id) FROM event), 0)";
        let [first, _] = slots(hours(Some(since), None));
        let values = [first, since.get()].map(Value::Integer);
        let event = self.collect(sql, &values, |row| row.get(0))?.pop();
        Ok(Looked { event: event.unwrap_or_default(), ..Looked::default() })
    }

    /// Returns what came after a place and is not older than `since`, in the order of the times,
    /// and the place up to which that is all; at most 100,000 events at a time.
    ///
    /// # Errors
    ///
    /// As [`Store::looked`].
    pub fn sightings(
        &self,
        after: Looked,
        since: Millis,
    ) -> Result<(Vec<Sighting>, Looked), StoreError> {
        let from = if self.is_place(after)? { after.event } else { after.event - 1 };
        let sql = "SELECT id, problem, time FROM event WHERE id > ?1 AND id <= ?1 + ?2 \
             ORDER BY id DESC LIMIT 1";
        let values = [Value::Integer(from), Value::Integer(MAX_LOOK)];
        let to = self.collect(sql, &values, |row| {
            let time: i64 = row.get(2)?;
            let (event, problem) = (row.get(0)?, Some(row.get(1)?));
            Ok(Looked { event, problem, time: Some(Millis::new(time)) })
        })?;
        let Some(to) = to.first().copied() else {
            return Ok((Vec::new(), self.after_a_gap(after, from)?));
        };
        let sql = "SELECT problem.key, problem.rule, server.name, component.key, \
             seen.first, seen.last, seen.severity, seen.outcome FROM (SELECT problem, \
             min(time) AS first, max(time) AS last, max(severity) AS severity, \
             max(time * 8 + coalesce(outcome + 1, 0)) AS outcome FROM event \
             WHERE id > ? AND id <= ? AND time >= ? GROUP BY problem, time / 60000) AS seen \
             JOIN problem ON problem.id = seen.problem \
             JOIN component ON component.id = problem.component \
             JOIN server ON server.id = component.server ORDER BY seen.first, problem.key";
        let values = [from, to.event, since.get()].map(Value::Integer);
        Ok((self.collect(sql, &values, read_sighting)?, to))
    }

    /// Returns true where the event up to which all was looked at is still the same one.
    fn is_place(&self, place: Looked) -> Result<bool, StoreError> {
        let sql = "SELECT problem, time FROM event WHERE id = ?";
        let found = self.collect(sql, &[Value::Integer(place.event)], |row| {
            Ok((row.get::<_, i64>(0)?, Millis::new(row.get(1)?)))
        })?;
        let same = |(problem, time): &(i64, Millis)| {
            place.problem.is_none_or(|have| have == *problem)
                && place.time.is_none_or(|have| have == *time)
        };
        Ok(found.first().is_none_or(same))
    }

    /// Returns the next place where no event has a number just after this one, though later ones
    /// may: numbers of events that were taken back are missing.
    fn after_a_gap(&self, place: Looked, from: i64) -> Result<Looked, StoreError> {
        let sql = "SELECT min(id) - 1 FROM event WHERE id > ?";
        let next = self.collect(sql, &[Value::Integer(from)], |row| row.get(0))?.pop();
        let next: Option<i64> = next.flatten();
        Ok(next.map_or(place, |event| Looked { event, ..Looked::default() }))
    }

    /// Returns the bouts of a problem: runs of events of which each comes at most `quiet`
    /// milliseconds after the one before.
    ///
    /// # Errors
    ///
    /// As [`Store::looked`].
    pub fn bouts(&self, problem: &str, quiet: i64) -> Result<Bouts, StoreError> {
        let slots = latest_slots("problem.key = ?1", "?3");
        let sql = format!(
            "WITH latest AS (SELECT id, time, outcome FROM event \
             WHERE slot IN ({slots}) \
             ORDER BY time DESC, id DESC LIMIT ?3), \
             begun AS (SELECT id, time, outcome, \
             coalesce(time - lag(time) OVER (ORDER BY time, id) > ?2, 1) AS begins FROM latest), \
             run AS (SELECT time, outcome, sum(begins) OVER (ORDER BY time, id) AS bout FROM begun) \
             SELECT min(time), max(time), count(*), max(time * 8 + coalesce(outcome + 1, 0)) \
             FROM run GROUP BY bout ORDER BY bout DESC"
        );
        let key = Value::Text(problem.into());
        let values = [key.clone(), Value::Integer(quiet), Value::Integer(MAX_EVENTS)];
        let bouts = self.collect(&sql, &values, |row| {
            let (first, last) = (Millis::new(row.get(0)?), Millis::new(row.get(1)?));
            Ok(Bout { first, last, count: row.get(2)?, outcome: outcome_of(row.get(3)?) })
        })?;
        let sql = "SELECT first FROM problem WHERE key = ?";
        let earliest = self.collect(sql, &[key], |row| row.get::<_, Option<i64>>(0))?.pop();
        let earliest = earliest.flatten().map(Millis::new);
        let is_cut = bouts.last().map(|bout| bout.first) != earliest;
        Ok(Bouts { bouts, earliest, is_cut })
    }

    /// Returns what is known of a problem.
    ///
    /// # Errors
    ///
    /// As [`Store::looked`].
    pub fn problem(&self, key: &str) -> Result<Option<ProblemRow>, StoreError> {
        let sql = "SELECT cluster, template FROM problem WHERE key = ?";
        let found = self.collect(sql, &[Value::Text(key.into())], |row| {
            Ok(ProblemRow { cluster: row.get(0)?, template: row.get(1)? })
        })?;
        Ok(found.into_iter().next())
    }

    /// Returns the name of a component, and when it last wrote anything, in its own time.
    ///
    /// # Errors
    ///
    /// As [`Store::looked`].
    pub fn component(
        &self,
        server: &str,
        key: &str,
    ) -> Result<Option<(String, Option<Millis>)>, StoreError> {
        let sql = "SELECT coalesce(component.name, component.key), latest FROM component \
             JOIN server ON server.id = component.server WHERE server.name = ? \
             AND component.key = ?";
        let values = [Value::Text(server.into()), Value::Text(key.into())];
        let found = self.collect(sql, &values, |row| {
            Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(Millis::new)))
        })?;
        Ok(found.into_iter().next())
    }
}

fn read_sighting(row: &Row<'_>) -> rusqlite::Result<Sighting> {
    Ok(Sighting {
        problem: row.get(0)?,
        rule: row.get(1)?,
        server: row.get(2)?,
        component: row.get(3)?,
        first: Millis::new(row.get(4)?),
        last: Millis::new(row.get(5)?),
        severity: severity(row.get(6)?),
        outcome: outcome_of(row.get(7)?),
    })
}

/// Returns the outcome that is behind a time: its number and one, or 0 for none.
fn outcome_of(behind_time: i64) -> Option<Outcome> {
    let number = usize::try_from(behind_time.rem_euclid(8)).ok()?.checked_sub(1)?;
    Outcome::ALL.get(number).copied()
}
