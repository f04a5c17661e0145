//! Questions about events that no rule explains.

use rusqlite::types::Value;

use super::class_queries::Window;
use super::of_problem::{PROBLEM_OF_SLOT, ROWS_AND_EVENTS, in_hours};
use super::{Store, StoreError};
use crate::model::Millis;

/// A kind of unknown text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FingerprintRow {
    /// Its id, such as `u-4f1c0a9b2e`.
    pub id: String,
    /// What its texts have in common.
    pub template: String,
    /// When it was first met, in event time.
    pub first: Millis,
}

/// How many unknown events of one kind one component has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCount {
    /// The kind.
    pub fingerprint: String,
    /// The Iguana server.
    pub server: String,
    /// GUID or name of the component.
    pub component: String,
    /// Name of the component; the GUID where no name is known.
    pub component_name: String,
    /// How many events.
    pub events: u64,
    /// The time of the first one.
    pub first: Millis,
    /// The time of the last one.
    pub last: Millis,
}

/// Fingerprints are asked for in groups of so many: SQLite takes no list of any length.
const MAX_LISTED: usize = 500;

impl Store {
    /// Returns every kind of unknown text ever met, by id.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn fingerprints(&self) -> Result<Vec<FingerprintRow>, StoreError> {
        let sql = "SELECT id, template, first FROM fingerprint ORDER BY id";
        self.collect(sql, &[], |row| {
            Ok(FingerprintRow {
                id: row.get(0)?,
                template: row.get(1)?,
                first: Millis::new(row.get(2)?),
            })
        })
    }

    /// Counts unknown events by kind and component.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn unknown_counts(&self, window: &Window) -> Result<Vec<UnknownCount>, StoreError> {
        let (conditions, values) = window.to_sql();
        // Which server wrote an event no index tells.
        let index = if window.server.is_none() { "INDEXED BY event_by_slot" } else { "" };
        let sql = format!(
            "SELECT problem.cluster, server.name, component.key, \
             coalesce(component.name, component.key), sum(counts.n), min(counts.first), \
             max(counts.last) FROM (SELECT {PROBLEM_OF_SLOT} AS problem, count(*) AS n, \
             min(time) AS first, max(time) AS last FROM event {index} {conditions} GROUP BY slot) \
             AS counts JOIN problem ON problem.id = counts.problem \
             JOIN component ON component.id = problem.component \
             JOIN server ON server.id = component.server \
             WHERE problem.cluster IS NOT NULL GROUP BY problem.cluster, component.id \
             ORDER BY problem.cluster, server.name, component.key"
        );
        self.collect(&sql, &values, |row| {
            Ok(UnknownCount {
                fingerprint: row.get(0)?,
                server: row.get(1)?,
                component: row.get(2)?,
                component_name: row.get(3)?,
                events: row.get(4)?,
                first: Millis::new(row.get(5)?),
                last: Millis::new(row.get(6)?),
            })
        })
    }

    /// Counts the events of some kinds by hour of the day, UTC.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn unknown_hours(
        &self,
        fingerprints: &[String],
        window: &Window,
    ) -> Result<[u64; 24], StoreError> {
        let mut hours = [0; 24];
        let columns = "event.time / 3600000 % 24, count(*)";
        self.for_each_of(fingerprints, window, (columns, "GROUP BY 1"), |row| {
            let hour = usize::try_from(row.get::<_, i64>(0)?.rem_euclid(24)).unwrap_or_default();
            if let Some(count) = hours.get_mut(hour) {
                *count += row.get::<_, u64>(1)?;
            }
            Ok(())
        })?;
        Ok(hours)
    }

    /// Returns the different masked texts of some kinds, each with how many events have it, most
    /// first, then by text; at most `max`.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn unknown_texts(
        &self,
        fingerprints: &[String],
        window: &Window,
        max: usize,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        let mut found: Vec<(String, u64)> = Vec::new();
        let ends = format!("GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {max}");
        self.for_each_of(fingerprints, window, ("event.text, count(*)", &ends), |row| {
            found.push((row.get(0)?, row.get(1)?));
            Ok(())
        })?;
        // A text has one fingerprint, so that the groups have none in common.
        found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        found.truncate(max);
        Ok(found)
    }

    /// Asks about the events of some kinds, in groups.
    fn for_each_of(
        &self,
        fingerprints: &[String],
        window: &Window,
        (columns, ends): (&str, &str),
        mut each: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        let (conditions, values) = window.to_sql();
        let conditions = if conditions.is_empty() { "WHERE TRUE".to_owned() } else { conditions };
        let hours = in_hours(window.since, window.until);
        for group in fingerprints.chunks(MAX_LISTED) {
            let marks = vec!["?"; group.len()].join(", ");
            let sql = format!(
                "SELECT {columns} FROM {ROWS_AND_EVENTS} {conditions} AND {hours} \
                 AND rollup.problem IN (SELECT id FROM problem WHERE cluster IN ({marks})) {ends}"
            );
            let listed = group.iter().map(|id| Value::Text(id.clone()));
            let values: Vec<Value> = values.iter().cloned().chain(listed).collect();
            self.query(&sql, &values, |row| each(row).map(|()| true))?;
        }
        Ok(())
    }
}
