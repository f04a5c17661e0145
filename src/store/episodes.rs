//! Questions about the episodes of rules that look beyond one entry.

use std::collections::BTreeMap;

use rusqlite::types::Value;

use super::of_problem::{ROWS_AND_EVENTS, in_hours};
use super::{Store, StoreError};
use crate::course::Episode;
use crate::model::{Hour, Millis, Period};

/// Which episodes are wanted; the default is all.
#[derive(Clone, Debug, Default)]
pub struct EpisodeFilter {
    /// Only episodes of this rule.
    pub rule: Option<String>,
    /// Only episodes of the component with this GUID or name.
    pub component: Option<String>,
    /// Only episodes of this server.
    pub server: Option<String>,
    /// Only episodes that were not over before this time.
    pub since: Option<Millis>,
    /// Only episodes that began before this time.
    pub until: Option<Millis>,
    /// Only the latest so many.
    pub limit: Option<u64>,
}

/// A time in which the threshold of a rule was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpisodeRow {
    /// The rule.
    pub rule: String,
    /// The Iguana server.
    pub server: String,
    /// GUID or name of the component.
    pub component: String,
    /// Name of the component; the GUID where no name is known.
    pub component_name: String,
    /// The captures that are counted apart, by name.
    pub split: BTreeMap<String, String>,
    /// When it was, and how many entries.
    pub episode: Episode,
}

/// How often the events of a rule came near those of rules that explain it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymptomCount {
    /// The problem, such as `p-4f1c0a9b2e`.
    pub problem: String,
    /// The rule that explains its events.
    pub cause: String,
    /// Its events that have one of the cause near them, on the same server.
    pub events: u64,
}

impl Store {
    /// Returns the wanted episodes, in the order of their times.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn episodes(&self, filter: &EpisodeFilter) -> Result<Vec<EpisodeRow>, StoreError> {
        let sql = "SELECT series.rule, server.name, component.key, \
             coalesce(component.name, component.key), series.split, \
             episode.first, episode.last, episode.count, episode.ended \
             FROM episode JOIN series ON series.id = episode.series \
             JOIN component ON component.id = series.component \
             JOIN server ON server.id = component.server \
             WHERE (?1 IS NULL OR series.rule = ?1) \
             AND (?2 IS NULL OR ?2 IN (component.key, component.name)) \
             AND (?3 IS NULL OR server.name = ?3) \
             AND (?4 IS NULL OR episode.last >= ?4) AND (?5 IS NULL OR episode.first < ?5) \
             ORDER BY episode.first DESC, series.rule DESC, server.name DESC, component.key DESC, \
             series.split DESC LIMIT ?6";
        let text = |value: &Option<String>| value.clone().map_or(Value::Null, Value::Text);
        let time = |value: Option<Millis>| value.map_or(Value::Null, |at| Value::Integer(at.get()));
        let limit = filter.limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(-1);
        let values = [
            text(&filter.rule),
            text(&filter.component),
            text(&filter.server),
            time(filter.since),
            time(filter.until),
            Value::Integer(limit),
        ];
        let mut rows = self.collect(sql, &values, |row| {
            let split: String = row.get(4)?;
            Ok(EpisodeRow {
                rule: row.get(0)?,
                server: row.get(1)?,
                component: row.get(2)?,
                component_name: row.get(3)?,
                split: serde_json::from_str(&split).unwrap_or_default(),
                episode: Episode {
                    first: Millis::new(row.get(5)?),
                    last: Millis::new(row.get(6)?),
                    count: row.get(7)?,
                    ended: row.get::<_, Option<i64>>(8)?.map(Millis::new),
                },
            })
        })?;
        rows.reverse();
        Ok(rows)
    }

    /// Returns how many events of a rule in a period have one of another rule near them: on the
    /// same server and no farther than `near` milliseconds.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn symptoms(
        &self,
        rule: &str,
        cause: &str,
        period: Period,
        near: i64,
    ) -> Result<Vec<SymptomCount>, StoreError> {
        let hours = in_hours(Some(period.from), Some(period.to));
        let sql = format!(
            "SELECT problem.key, count(*) FROM problem CROSS JOIN {ROWS_AND_EVENTS} \
             WHERE problem.rule = ?1 AND rollup.problem = problem.id \
             AND {hours} \
             AND event.time >= ?3 AND event.time < ?4 AND EXISTS ( \
             SELECT 1 FROM problem AS other CROSS JOIN rollup AS beside \
             ON beside.problem = other.id \
             AND beside.block BETWEEN (rollup.hour - ?6) >> 5 AND (rollup.hour + ?6) >> 5 \
             AND beside.hour BETWEEN rollup.hour - ?6 AND rollup.hour + ?6 \
             CROSS JOIN event AS near ON near.slot = (beside.hour << 32) + other.id \
             WHERE other.rule = ?2 AND near.server = event.server \
             AND near.time BETWEEN event.time - ?5 AND event.time + ?5) \
             GROUP BY problem.key ORDER BY problem.key"
        );
        let values = [
            Value::Text(rule.into()),
            Value::Text(cause.into()),
            Value::Integer(period.from.get()),
            Value::Integer(period.to.get()),
            Value::Integer(near),
            Value::Integer(near / Hour::MILLIS + 1),
        ];
        self.collect(&sql, &values, |row| {
            Ok(SymptomCount { problem: row.get(0)?, cause: cause.into(), events: row.get(1)? })
        })
    }
}
