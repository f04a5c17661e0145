//! Questions that roll-ups answer, whatever was deleted of the events.

use rusqlite::types::Value;

use super::of_problem::in_hours;
use super::{HourCount, Map, Store, StoreError};
use crate::model::{Hour, Millis, Outcome, Period};

/// True for a row all of whose events lie in the window from ?1 to before ?2. Of one at the edge,
/// only those events can be counted that are still stored.
const IS_WHOLE: &str = "rollup.hour * 3600000 + rollup.first >= ?1 \
    AND rollup.hour * 3600000 + rollup.last < ?2";

/// The stored events of a row that lie in the window.
const WITHIN: &str = "FROM event LEFT JOIN message ON message.problem = event.problem \
    AND message.message = event.message WHERE event.slot = (rollup.hour << 32) + rollup.problem \
    AND event.time >= max(?1, rollup.hour * 3600000) \
    AND event.time < min(?2, rollup.hour * 3600000 + 3600000) \
    AND coalesce(event.outcome + 1, 0) = rollup.outcome";

impl Store {
    /// Returns the events of each problem in a window, by its number, by hour and outcome.
    pub(super) fn hours_of_all(
        &self,
        window: Period,
    ) -> Result<Map<i64, Vec<HourCount>>, StoreError> {
        let mut found: Map<i64, Vec<HourCount>> = Map::default();
        self.for_each_hour(None, window, |problem, count| {
            found.entry(problem).or_default().push(count);
        })?;
        Ok(found)
    }

    /// Hands the events of all problems, or of the one with this number, in a window to `each`, by
    /// hour and outcome, with the number of the problem.
    fn for_each_hour(
        &self,
        only: Option<i64>,
        window: Period,
        mut each: impl FnMut(i64, HourCount),
    ) -> Result<(), StoreError> {
        let last = Millis::new(window.to.get().saturating_sub(1));
        let hours = in_hours(Some(window.from), Some(last));
        let is_meant = if only.is_some() { "problem = ?3" } else { "?3 IS NULL" };
        let sql = format!(
            "SELECT problem, hour, outcome, \
             CASE WHEN {IS_WHOLE} THEN events ELSE (SELECT count(*) {WITHIN}) END AS n, \
             CASE WHEN {IS_WHOLE} THEN failures ELSE (SELECT count(DISTINCT \
             iif(event.message IS NULL, 'event ' || event.id, event.message)) {WITHIN} \
             AND (message.first IS NULL OR (message.first = event.time \
             AND message.outcome = rollup.outcome))) END \
             FROM rollup WHERE {is_meant} AND {hours} AND n > 0 \
             ORDER BY block, problem, hour, outcome"
        );
        let [from, to] = [window.from, window.to].map(|at| Value::Integer(at.get()));
        let values = [from, to, only.map_or(Value::Null, Value::Integer)];
        self.query(&sql, &values, |row| {
            let outcome = row.get::<_, usize>(2)?.checked_sub(1);
            let count = HourCount {
                hour: Hour::new(row.get(1)?),
                outcome: outcome.and_then(|outcome| Outcome::ALL.get(outcome).copied()),
                events: row.get(3)?,
                failures: row.get(4)?,
            };
            each(row.get(0)?, count);
            Ok(true)
        })
    }

    /// Returns the time of the last event before this moment of the problem with this number.
    pub(super) fn last_before(
        &self,
        problem: i64,
        until: Millis,
    ) -> Result<Option<Millis>, StoreError> {
        let sql = "SELECT max(at) FROM ( \
             SELECT hour * 3600000 + last AS at FROM (SELECT hour, last FROM rollup \
             WHERE problem = ?1 AND block <= ?3 >> 5 AND hour < ?3 \
             ORDER BY block DESC, hour DESC LIMIT 5) \
             UNION ALL SELECT hour * 3600000 + last FROM rollup WHERE problem = ?1 \
             AND block = ?3 >> 5 AND hour = ?3 AND hour * 3600000 + last < ?2 \
             UNION ALL SELECT max(time) FROM event WHERE slot = (?3 << 32) + ?1 \
             AND time < ?2)";
        let values = [problem, until.get(), until.hour().get()].map(Value::Integer);
        let found = self.collect(sql, &values, |row| row.get::<_, Option<i64>>(0))?;
        Ok(found.into_iter().next().flatten().map(Millis::new))
    }

    /// Returns how many events a problem has between two moments, both included.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn n_events(&self, problem: &str, first: Millis, last: Millis) -> Result<u64, StoreError> {
        let window = Period { from: first, to: Millis::new(last.get().saturating_add(1)) };
        let sql = "SELECT id FROM problem WHERE key = ?";
        let ids = self.collect(sql, &[Value::Text(problem.into())], |row| row.get(0))?;
        let Some(id) = ids.into_iter().next() else { return Ok(0) };
        let mut n_events = 0;
        self.for_each_hour(Some(id), window, |_, count| n_events += count.events)?;
        Ok(n_events)
    }
}
