//! Problems, and when they had events.

use std::collections::BTreeMap;

use rusqlite::types::Value;

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
    /// Its events.
    pub events: u64,
    /// The worst of them.
    pub severity: Severity,
    /// The first of them.
    pub first: Millis,
    /// The last of them.
    pub last: Millis,
}

impl Store {
    /// Returns the problems that had events up to a moment, by id; what is told of them ends with
    /// that moment.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn known_problems(&self, until: Millis) -> Result<Vec<KnownProblem>, StoreError> {
        let sql = "SELECT problem.key, problem.rule, problem.cluster, problem.template, \
             server.name, component.key, coalesce(component.name, component.key), \
             seen.n, seen.severity, seen.first, seen.last \
             FROM (SELECT problem, count(*) AS n, max(severity) AS severity, \
             min(time) AS first, max(time) AS last \
             FROM event WHERE time <= ? GROUP BY problem) AS seen \
             JOIN problem ON problem.id = seen.problem \
             JOIN component ON component.id = problem.component \
             JOIN server ON server.id = component.server ORDER BY problem.key";
        self.collect(sql, &[Value::Integer(until.get())], |row| {
            Ok(KnownProblem {
                problem: row.get(0)?,
                rule: row.get(1)?,
                cluster: row.get(2)?,
                template: row.get(3)?,
                server: row.get(4)?,
                component: row.get(5)?,
                component_name: row.get(6)?,
                events: row.get(7)?,
                severity: severity(row.get(8)?),
                first: Millis::new(row.get(9)?),
                last: Millis::new(row.get(10)?),
            })
        })
    }

    /// Returns the hours in which a problem had events.
    ///
    /// # Errors
    ///
    /// As [`Store::known_problems`].
    pub fn problem_hours(&self, problem: &str) -> Result<BTreeMap<Hour, HourEvents>, StoreError> {
        let sql = "SELECT min(time), max(time), count(*) FROM event \
             WHERE problem = (SELECT id FROM problem WHERE key = ?) \
             GROUP BY time / 3600000";
        let mut hours = BTreeMap::new();
        self.query(sql, &[Value::Text(problem.into())], |row| {
            let (first, last) = (Millis::new(row.get(0)?), Millis::new(row.get(1)?));
            hours.insert(first.hour(), HourEvents { first, last, events: row.get(2)? });
            Ok(true)
        })?;
        Ok(hours)
    }
}
