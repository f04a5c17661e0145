//! Questions about the clusters of unknown events: what their texts say, and what stands beside
//! them.
//!
//! **Not here:** which fingerprints are one cluster (`pipeline`).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rusqlite::Row;
use rusqlite::types::Value;

use super::of_problem::ROWS_AND_EVENTS;
use super::queries::severity;
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
            format!(
                "SELECT {columns} FROM {ROWS_AND_EVENTS} WHERE rollup.problem IN ({MEMBERS}) {rest}"
            )
        };
        let values = [Value::Text(serde_json::to_string(fingerprints).unwrap_or_default())];
        let texts = of(
            "event.text, count(*) AS n, count(*) OVER ()",
            &format!("GROUP BY 1 ORDER BY n DESC, min(event.id) LIMIT {limit}"),
        );
        let texts = self.collect(&texts, &values, |row| {
            Ok((ClusterText { text: row.get(0)?, events: row.get(1)? }, row.get(2)?))
        })?;
        let n_texts = texts.first().map_or(0, |(_, n_texts)| *n_texts);
        let texts = texts.into_iter().map(|(text, _)| text).collect();
        let counts = of(
            "event.component, event.severity, event.outcome, count(*) AS n, \
             min(event.time) AS first, max(event.time) AS last",
            "GROUP BY 1, 2, 3",
        );
        let counts = format!(
            "SELECT server.name, coalesce(component.name, component.key), component.id, \
             severity, outcome, n, first, last FROM ({counts}) AS counts \
             JOIN component ON component.id = counts.component \
             JOIN server ON server.id = component.server"
        );
        let counts = self.collect(&counts, &values, read_count)?;
        Ok(sum_up(&counts).map(|cluster| ClusterTexts { n_texts, texts, ..cluster }))
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

/// Events of a cluster that have component, severity and outcome in common.
struct Count {
    /// Server and name.
    component: (String, String),
    id: i64,
    severity: Severity,
    outcome: Option<Outcome>,
    events: u64,
    first: Millis,
    last: Millis,
}

fn read_count(row: &Row<'_>) -> rusqlite::Result<Count> {
    let outcome: Option<usize> = row.get(4)?;
    Ok(Count {
        component: (row.get(0)?, row.get(1)?),
        id: row.get(2)?,
        severity: severity(row.get(3)?),
        outcome: outcome.and_then(|outcome| Outcome::ALL.get(outcome).copied()),
        events: row.get(5)?,
        first: Millis::new(row.get(6)?),
        last: Millis::new(row.get(7)?),
    })
}

/// Returns the cluster without its texts; `None` where it has no events.
fn sum_up(counts: &[Count]) -> Option<ClusterTexts> {
    let mut by_component = BTreeMap::new();
    let mut by_severity = BTreeMap::new();
    let mut by_outcome = BTreeMap::new();
    for count in counts {
        *by_component.entry((&count.component, count.id)).or_default() += count.events;
        *by_severity.entry(Reverse(count.severity)).or_default() += count.events;
        if let Some(outcome) = count.outcome {
            *by_outcome.entry(outcome).or_default() += count.events;
        }
    }
    let components = most_first(by_component).into_iter();
    let severities = most_first(by_severity).into_iter();
    Some(ClusterTexts {
        events: counts.iter().map(|count| count.events).sum(),
        n_texts: 0,
        first: counts.iter().map(|count| count.first).min()?,
        last: counts.iter().map(|count| count.last).max()?,
        components: components
            .map(|((of, _), events)| (of.0.clone(), of.1.clone(), events))
            .collect(),
        severities: severities.map(|(Reverse(severity), events)| (severity, events)).collect(),
        outcomes: most_first(by_outcome),
        texts: Vec::new(),
    })
}

/// Sorts by how many there are; those of which there are as many stay in order.
fn most_first<K>(counts: BTreeMap<K, u64>) -> Vec<(K, u64)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, events)| Reverse(*events));
    counts
}
