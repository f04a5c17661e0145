//! Questions about the clusters of unknown events: what their texts say, and what stands beside
//! them.
//!
//! **Not here:** which fingerprints are one cluster (`pipeline`).

use rusqlite::types::Value;

use super::{Store, StoreError};
use crate::model::{Millis, Outcome, Severity};

/// The problems of the fingerprints that are bound, as a list in JSON.
const MEMBERS: &str = "SELECT id FROM problem WHERE cluster IN (SELECT value FROM json_each(?))";

/// A cluster of unknown events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterTexts {
    /// How many events it has.
    pub events: u64,
    /// How many different texts.
    pub n_texts: u64,
    /// When the first event happened.
    pub first: Millis,
    /// When the last one did.
    pub last: Millis,
    /// The servers and components, by name, with their events, most first.
    pub components: Vec<(String, String, u64)>,
    /// How bad its events are, most first.
    pub severities: Vec<(Severity, u64)>,
    /// What became of the work, where the texts tell it, most first.
    pub outcomes: Vec<(Outcome, u64)>,
    /// Its different masked texts, those with most events first, at most as many as were asked for.
    pub texts: Vec<ClusterText>,
}

/// A masked text, and how many events have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterText {
    /// The text.
    pub text: String,
    /// Its events.
    pub events: u64,
}

/// A kind of unknown text, by the text that was read first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstText {
    /// The fingerprint.
    pub fingerprint: String,
    /// The masked text.
    pub text: String,
}

/// An event's masked text, and what explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedText {
    /// The rule.
    pub rule: Option<String>,
    /// The fingerprint, where no rule does.
    pub fingerprint: Option<String>,
    /// The text.
    pub text: String,
}

impl Store {
    /// Returns the cluster of these fingerprints with at most `limit` of its texts, or `None` where
    /// no event of it is stored.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn cluster_texts(
        &self,
        fingerprints: &[String],
        limit: u64,
    ) -> Result<Option<ClusterTexts>, StoreError> {
        let of = |columns: &str, rest: &str| {
            format!("SELECT {columns} FROM event WHERE problem IN ({MEMBERS}) {rest}")
        };
        let values = [Value::Text(serde_json::to_string(fingerprints).unwrap_or_default())];
        let sums = of("count(*), count(DISTINCT text), min(time), max(time)", "");
        let sums = self.collect(&sums, &values, |row| {
            let times: (Option<i64>, Option<i64>) = (row.get(2)?, row.get(3)?);
            Ok((row.get(0)?, row.get(1)?, times.0, times.1))
        })?;
        let Some(&(events, n_texts, Some(first), Some(last))) = sums.first() else {
            return Ok(None);
        };
        let components = format!(
            "SELECT server.name, coalesce(component.name, component.key), count(*) AS n FROM event \
             JOIN component ON component.id = event.component \
             JOIN server ON server.id = component.server \
             WHERE problem IN ({MEMBERS}) GROUP BY component.id ORDER BY n DESC, 1, 2"
        );
        let by_severity = of("severity, count(*)", "GROUP BY severity ORDER BY 2 DESC, 1 DESC");
        let severities: Vec<(usize, u64)> =
            self.collect(&by_severity, &values, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let by_outcome = "AND outcome IS NOT NULL GROUP BY outcome ORDER BY 2 DESC, 1";
        let outcomes: Vec<(usize, u64)> =
            self.collect(&of("outcome, count(*)", by_outcome), &values, |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let texts = of(
            "text, count(*) AS n",
            &format!("GROUP BY text ORDER BY n DESC, min(id) LIMIT {limit}"),
        );
        Ok(Some(ClusterTexts {
            events,
            n_texts,
            first: Millis::new(first),
            last: Millis::new(last),
            components: self
                .collect(&components, &values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?,
            severities: named(&Severity::ALL, &severities),
            outcomes: named(&Outcome::ALL, &outcomes),
            texts: self.collect(&texts, &values, |row| {
                Ok(ClusterText { text: row.get(0)?, events: row.get(1)? })
            })?,
        }))
    }

    /// Returns a text of each kind of unknown text, by fingerprint.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn first_texts(&self) -> Result<Vec<FirstText>, StoreError> {
        let sql = "SELECT firsts.cluster, event.text FROM (SELECT problem.cluster AS cluster, \
             min(event.id) AS first FROM event JOIN problem ON problem.id = event.problem \
             WHERE problem.cluster IS NOT NULL GROUP BY problem.cluster) AS firsts \
             JOIN event ON event.id = firsts.first ORDER BY firsts.cluster";
        self.collect(sql, &[], |row| Ok(FirstText { fingerprint: row.get(0)?, text: row.get(1)? }))
    }

    /// Hands the text of each event with what explains it to `each`, in the order in which they
    /// were read.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn for_each_decided_text(
        &self,
        mut each: impl FnMut(DecidedText),
    ) -> Result<(), StoreError> {
        let sql = "SELECT problem.rule, problem.cluster, event.text FROM event \
             CROSS JOIN problem ON problem.id = event.problem ORDER BY event.id";
        self.query(sql, &[], |row| {
            each(DecidedText { rule: row.get(0)?, fingerprint: row.get(1)?, text: row.get(2)? });
            Ok(true)
        })
    }
}

/// Returns counts with the values that the numbers of the store stand for.
fn named<T: Copy>(all: &[T], counts: &[(usize, u64)]) -> Vec<(T, u64)> {
    counts.iter().filter_map(|(nth, events)| Some((*all.get(*nth)?, *events))).collect()
}
