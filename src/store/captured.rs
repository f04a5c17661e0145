//! What the events of each problem captured.
//!
//! Entry point: [`Store::captured`]. The events are gone through hour by hour, as they lie in the
//! file: those of one problem lie far apart, and to ask for one problem after another reads a page
//! for each event.

use rusqlite::types::Value;

use super::of_problem::{PROBLEM_OF_SLOT, hours, in_hours, slots};
use super::{Map, Store, StoreError};
use crate::model::Period;

/// So many different captures of a problem are told, the most frequent ones.
const MAX_TOLD: usize = 100;
/// So many of all problems are counted at once: some 50 MB. Problems that have more are asked about
/// one by one.
const MAX_COUNTED: usize = if cfg!(test) { 3 } else { 300_000 };

/// The captures of a problem, each with the number of its events.
#[derive(Debug, Default)]
struct Counts {
    events: Map<Box<str>, u64>,
    /// True where some were left out.
    is_cut: bool,
}

/// Captures as JSON objects, most frequent first, with the number of events of each.
pub(super) type Captured = Vec<(String, u64)>;

impl Store {
    /// Returns what the events of a period captured, by the number of the problem, at most 100 of each;
    /// of one server, or of all.
    pub(super) fn captured(
        &self,
        period: Period,
        server: Option<&str>,
    ) -> Result<Map<i64, Captured>, StoreError> {
        // What no rule explains captures nothing.
        let sql = format!(
            "SELECT {PROBLEM_OF_SLOT}, captures FROM event INDEXED BY event_by_slot \
             WHERE slot BETWEEN ?1 AND ?2 AND time >= ?3 AND time < ?4 AND {PROBLEM_OF_SLOT} IN \
             (SELECT problem.id FROM problem JOIN component ON component.id = problem.component \
             JOIN server ON server.id = component.server \
             WHERE problem.rule NOT NULL AND (?5 IS NULL OR server.name = ?5)) ORDER BY slot"
        );
        let [first, last] = slots(hours(Some(period.from), Some(period.to)));
        let [from, to] = [period.from.get(), period.to.get()];
        let server = server.map_or(Value::Null, |server| Value::Text(server.into()));
        let values = [first, last, from, to].map(Value::Integer);
        let values: Vec<Value> = values.into_iter().chain([server]).collect();
        let mut problems: Map<i64, Counts> = Map::default();
        let mut n_counted = 0;
        self.query(&sql, &values, |row| {
            let captures = row.get_ref(1)?.as_str()?;
            if captures != "{}" {
                let counts = problems.entry(row.get(0)?).or_default();
                n_counted += counts.add(captures, n_counted < MAX_COUNTED);
            }
            Ok(true)
        })?;
        let told = problems.into_iter().map(|(problem, counts)| {
            let told = if counts.is_cut {
                self.captured_by(problem, period)?
            } else {
                counts.most_frequent()
            };
            Ok((problem, told))
        });
        told.collect()
    }

    /// Returns what the events of one problem captured.
    fn captured_by(&self, problem: i64, period: Period) -> Result<Captured, StoreError> {
        let in_hours = in_hours(Some(period.from), Some(period.to));
        let sql = format!(
            "SELECT captures, count(*) AS n FROM event WHERE slot IN \
             (SELECT (hour << 32) + problem FROM rollup WHERE problem = ?1 AND {in_hours}) \
             AND time >= ?2 AND time < ?3 AND captures <> '{{}}' \
             GROUP BY captures ORDER BY n DESC, captures LIMIT {MAX_TOLD}"
        );
        let values = [problem, period.from.get(), period.to.get()];
        self.collect(&sql, &values.map(Value::Integer), |row| Ok((row.get(0)?, row.get(1)?)))
    }
}

impl Counts {
    /// Counts an event; returns 1 where its captures are new and there is room for them.
    fn add(&mut self, captures: &str, has_room: bool) -> usize {
        if let Some(events) = self.events.get_mut(captures) {
            *events += 1;
            return 0;
        }
        if !has_room {
            self.is_cut = true;
            return 0;
        }
        self.events.insert(captures.into(), 1);
        1
    }

    fn most_frequent(self) -> Captured {
        let all =
            self.events.into_iter().map(|(captures, events)| (captures.into_string(), events));
        let mut all: Captured = all.collect();
        all.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        all.truncate(MAX_TOLD);
        all
    }
}
