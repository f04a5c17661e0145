//! Problems, and when they had events.

use std::collections::BTreeMap;

use rusqlite::Row;
use rusqlite::types::Value;

use super::of_problem::ITS_BLOCKS;
use super::queries::severity;
use super::{Store, StoreError};
use crate::life::HourEvents;
use crate::model::{Hour, Millis, Severity};

/// A problem that had events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownProblem {
    /// Its id, such as `p-4f1c0a9b2e`.
    pub problem: String,
    /// The rule that explains it.
    pub rule: Option<String>,
    /// The cluster, where no rule does.
    pub cluster: Option<String>,
    /// What the texts of the cluster have in common.
    pub template: Option<String>,
    /// The Iguana server.
    pub server: String,
    /// GUID or name of the component.
    pub component: String,
    /// Name of the component; the GUID where no name is known.
    pub component_name: String,
    /// Its events; those of the hour of the moment that was asked about count all.
    pub events: u64,
    /// How bad the last of its events is.
    pub severity: Severity,
    /// Its first event.
    pub first: Millis,
    /// Its last event.
    pub last: Millis,
}

/// Each problem, with what it counts up to an hour.
const ALL_COUNTED: &str = "(SELECT problem, sum(events) AS events FROM rollup \
    WHERE block <= ?2 >> 5 AND hour <= ?2 GROUP BY problem) AS counted \
    JOIN problem ON problem.id = counted.problem";

impl Store {
    /// Returns the problems that had events up to a moment, by id; what is told of them ends with
    /// that moment.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn known_problems(&self, until: Millis) -> Result<Vec<KnownProblem>, StoreError> {
        self.known(until, None)
    }

    /// Returns one of the problems that had events up to a moment.
    ///
    /// # Errors
    ///
    /// As [`Store::known_problems`].
    pub fn known_problem(
        &self,
        problem: &str,
        until: Millis,
    ) -> Result<Option<KnownProblem>, StoreError> {
        Ok(self.known(until, Some(problem))?.pop())
    }

    fn known(&self, until: Millis, only: Option<&str>) -> Result<Vec<KnownProblem>, StoreError> {
        let its_rows = format!(
            "rollup.problem = problem.id AND block {ITS_BLOCKS} AND block <= ?2 >> 5 AND hour <= ?2"
        );
        // Of all problems, the roll-up is read once from end to end.
        let (from, events) = match only {
            Some(_) => ("problem", format!("(SELECT sum(events) FROM rollup WHERE {its_rows})")),
            None => (ALL_COUNTED, "counted.events".to_owned()),
        };
        let sql = format!(
            "SELECT problem.key, problem.rule, problem.cluster, problem.template, \
             server.name, component.key, coalesce(component.name, component.key), {events}, \
             (SELECT (SELECT severity FROM event WHERE slot = (hour << 32) + problem.id \
             AND time <= ?1 ORDER BY time DESC, id DESC LIMIT 1) AS latest FROM rollup \
             WHERE {its_rows} AND events > gone AND latest NOT NULL \
             ORDER BY block DESC, hour DESC LIMIT 1), \
             problem.first, iif(problem.last <= ?1, problem.last, (SELECT \
             max(min(hour * 3600000 + last, ?1)) FROM (SELECT hour, rollup.last FROM rollup \
             WHERE {its_rows} AND hour * 3600000 + rollup.first <= ?1 \
             ORDER BY block DESC, hour DESC LIMIT 5))) \
             FROM {from} JOIN component ON component.id = problem.component \
             JOIN server ON server.id = component.server \
             WHERE problem.first <= ?1 AND (?3 IS NULL OR problem.key = ?3) ORDER BY problem.key"
        );
        let [at, hour] = [until.get(), until.hour().get()].map(Value::Integer);
        let only = only.map_or(Value::Null, |problem| Value::Text(problem.into()));
        self.collect(&sql, &[at, hour, only], |row| {
            Ok(KnownProblem {
                problem: row.get(0)?,
                rule: row.get(1)?,
                cluster: row.get(2)?,
                template: row.get(3)?,
                server: row.get(4)?,
                component: row.get(5)?,
                component_name: row.get(6)?,
                events: row.get(7)?,
                severity: row.get::<_, Option<_>>(8)?.map_or(Severity::Error, severity),
                first: Millis::new(row.get(9)?),
                last: Millis::new(row.get(10)?),
            })
        })
    }

    /// Returns the end of the last hour of each server of which any entry was read.
    ///
    /// # Errors
    ///
    /// As [`Store::known_problems`].
    pub fn heard_until(&self) -> Result<BTreeMap<String, Millis>, StoreError> {
        let sql = "SELECT server.name, max((SELECT max(hour) FROM hourly \
             WHERE hourly.component = component.id)) AS last FROM component \
             JOIN server ON server.id = component.server GROUP BY server.id HAVING last NOT NULL";
        let read = |row: &Row<'_>| {
            let end = row.get::<_, i64>(1)?.saturating_add(1).saturating_mul(Hour::MILLIS);
            Ok((row.get(0)?, Millis::new(end)))
        };
        Ok(self.collect(sql, &[], read)?.into_iter().collect())
    }

    /// Returns the hours in which a problem had events.
    ///
    /// # Errors
    ///
    /// As [`Store::known_problems`].
    pub fn problem_hours(&self, problem: &str) -> Result<BTreeMap<Hour, HourEvents>, StoreError> {
        let sql = "SELECT hour, min(first), max(last), sum(events) FROM rollup \
             WHERE problem = (SELECT id FROM problem WHERE key = ?) GROUP BY hour";
        let mut hours = BTreeMap::new();
        self.query(sql, &[Value::Text(problem.into())], |row| {
            let hour = Hour::new(row.get(0)?);
            let moment = |within: i64| Millis::new(hour.get() * Hour::MILLIS + within);
            let (first, last) = (moment(row.get(1)?), moment(row.get(2)?));
            hours.insert(hour, HourEvents { first, last, events: row.get(3)? });
            Ok(true)
        })?;
        Ok(hours)
    }
}

#[cfg(test)]
mod tests;
