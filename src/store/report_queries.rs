//! The figures that a report is made from.

use rusqlite::Row;
use rusqlite::types::Value;

use super::of_problem::ITS_BLOCKS;
use super::{GapRow, Store, StoreError};
use crate::model::{EntryKind, Hour, Level, Millis, Outcome, Period};

/// A problem, and its events in one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemHours {
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
    /// First event ever.
    pub first_seen: Millis,
    /// Last event before the end of the period.
    pub last_seen: Millis,
    /// Its events, hour by hour.
    pub hours: Vec<HourCount>,
    /// The values that were captured in the period, with counts, most frequent first: of events that
    /// are still stored.
    pub captures: Vec<(String, u64)>,
}

/// Events of one problem in one hour that ended the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourCount {
    /// The hour.
    pub hour: Hour,
    /// What became of the work.
    pub outcome: Option<Outcome>,
    /// How many.
    pub events: u64,
    /// Messages of which the first event of the problem is among them, and events of which no
    /// message is known.
    pub failures: u64,
}

/// All entries of one component in a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentLoad {
    /// The Iguana server.
    pub server: String,
    /// GUID or name of the component.
    pub component: String,
    /// Name of the component; the GUID where no name is known.
    pub component_name: String,
    /// Type on disk.
    pub kind: EntryKind,
    /// How bad they say they are.
    pub level: Level,
    /// How many.
    pub entries: u64,
}

/// All figures of one report.
#[derive(Clone, Debug, Default)]
pub struct ReportRows {
    /// Problems that had events in the period or in the time before it.
    pub problems: Vec<ProblemHours>,
    /// Entries of the period.
    pub load: Vec<ComponentLoad>,
    /// Entries of the period before.
    pub load_before: Vec<ComponentLoad>,
    /// Damaged parts, by the time of the entry before them.
    pub gaps: Vec<GapRow>,
    /// First and last event that was ever stored.
    pub span: Option<(Millis, Millis)>,
    /// Tells this store from others.
    pub store_id: String,
}

impl Store {
    /// Returns the figures of a report on a period, with the history since `since`.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn report_rows(
        &self,
        period: Period,
        since: Millis,
        server: Option<&str>,
    ) -> Result<ReportRows, StoreError> {
        let mut problems = self.problems(Period { from: since, to: period.to }, server)?;
        let mut captured = self.captured(period, server)?;
        for (id, problem) in &mut problems {
            problem.captures = captured.remove(id).unwrap_or_default();
        }
        Ok(ReportRows {
            problems: problems.into_iter().map(|(_, problem)| problem).collect(),
            load: self.load(period, server)?,
            load_before: self.load(period.before(), server)?,
            gaps: self.gaps(period, server)?,
            span: self.span()?,
            store_id: self.store_id()?,
        })
    }

    /// Returns the problems that had events in a window, with their numbers and those events.
    fn problems(
        &self,
        window: Period,
        server: Option<&str>,
    ) -> Result<Vec<(i64, ProblemHours)>, StoreError> {
        let sql = "SELECT problem.key, problem.rule, problem.cluster, problem.template, \
             server.name, component.key, coalesce(component.name, component.key), \
             problem.first, problem.last, problem.id FROM problem \
             JOIN component ON component.id = problem.component \
             JOIN server ON server.id = component.server \
             WHERE problem.first < ?2 AND problem.last >= ?1 AND (?3 IS NULL OR server.name = ?3) \
             ORDER BY problem.key";
        let values = [integer(window.from), integer(window.to), text(server)];
        let found = self.collect(sql, &values, |row| Ok((row.get(9)?, read_problem(row)?)))?;
        let mut hours = self.hours_of_all(window)?;
        let mut problems = Vec::new();
        for (id, mut problem) in found {
            let Some(of_problem) = hours.remove(&id) else { continue };
            problem.hours = of_problem;
            if problem.last_seen >= window.to {
                let last = self.last_before(id, window.to)?;
                problem.last_seen = last.unwrap_or(problem.last_seen);
            }
            problems.push((id, problem));
        }
        Ok(problems)
    }

    /// Returns the latest event of a problem before the end of a period, or the next one after it,
    /// of those that are still stored: entry id, text, path.
    ///
    /// # Errors
    ///
    /// As [`Store::report_rows`].
    pub fn example(
        &self,
        problem: &str,
        period: Period,
    ) -> Result<Option<(String, String, String)>, StoreError> {
        let values = [text(Some(problem)), integer(period.to), hour_of(period.to)];
        // The last one before the end of the period, or else the first one after it.
        for (side, before, order) in [("<=", "<", "DESC"), (">=", ">=", "ASC")] {
            let sql = format!(
                "SELECT event.entry, event.text, file.path FROM event \
                 JOIN file ON file.id = event.file WHERE event.id = ( \
                 SELECT (SELECT id FROM event WHERE slot = (hour << 32) + problem.id \
                 AND time {before} ?2 ORDER BY time {order}, entry {order} LIMIT 1) AS nearest \
                 FROM problem CROSS JOIN rollup \
                 ON rollup.problem = problem.id AND block {ITS_BLOCKS} \
                 WHERE problem.key = ?1 AND events > gone AND block {side} ?3 >> 5 \
                 AND hour {side} ?3 AND nearest NOT NULL \
                 ORDER BY block {order}, hour {order} LIMIT 1)"
            );
            let found =
                self.collect(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            if let Some(example) = found.into_iter().next() {
                return Ok(Some(example));
            }
        }
        Ok(None)
    }

    fn load(&self, period: Period, server: Option<&str>) -> Result<Vec<ComponentLoad>, StoreError> {
        let sql = "SELECT server.name, component.key, coalesce(component.name, component.key), \
             hourly.kind, hourly.level, sum(hourly.entries) FROM component \
             CROSS JOIN hourly ON hourly.component = component.id \
             JOIN server ON server.id = component.server \
             WHERE hourly.hour >= ?1 AND hourly.hour < ?2 AND (?3 IS NULL OR server.name = ?3) \
             GROUP BY component.id, hourly.kind, hourly.level \
             ORDER BY server.name, component.key, hourly.kind, hourly.level";
        let hours = [period.from, period.to].map(hour_of);
        let [from, to] = hours;
        self.collect(sql, &[from, to, text(server)], |row| {
            Ok(ComponentLoad {
                server: row.get(0)?,
                component: row.get(1)?,
                component_name: row.get(2)?,
                kind: EntryKind::from_code(row.get(3)?).unwrap_or(EntryKind::Trace),
                level: match row.get(4)? {
                    0_u8 => Level::Other,
                    1 => Level::Warning,
                    _ => Level::Error,
                },
                entries: row.get(5)?,
            })
        })
    }

    fn gaps(&self, period: Period, server: Option<&str>) -> Result<Vec<GapRow>, StoreError> {
        let sql = "SELECT file.path, gap.start, gap.stop, gap.reason FROM gap \
             JOIN file ON file.id = gap.file JOIN server ON server.id = file.server \
             WHERE gap.time >= ?1 AND gap.time < ?2 AND (?3 IS NULL OR server.name = ?3) \
             ORDER BY file.path, gap.start";
        let values = [integer(period.from), integer(period.to), text(server)];
        self.collect(sql, &values, |row| {
            Ok(GapRow {
                path: row.get(0)?,
                from: row.get(1)?,
                to: row.get(2)?,
                reason: row.get(3)?,
            })
        })
    }

    fn span(&self) -> Result<Option<(Millis, Millis)>, StoreError> {
        self.bounds("SELECT min(first), max(last) FROM problem")
    }

    fn store_id(&self) -> Result<String, StoreError> {
        let found = self.collect("SELECT id FROM store", &[], |row| row.get(0))?;
        Ok(found.into_iter().next().unwrap_or_default())
    }
}

fn read_problem(row: &Row<'_>) -> rusqlite::Result<ProblemHours> {
    Ok(ProblemHours {
        problem: row.get(0)?,
        rule: row.get(1)?,
        cluster: row.get(2)?,
        template: row.get(3)?,
        server: row.get(4)?,
        component: row.get(5)?,
        component_name: row.get(6)?,
        first_seen: Millis::new(row.get(7)?),
        last_seen: Millis::new(row.get(8)?),
        hours: Vec::new(),
        captures: Vec::new(),
    })
}

fn integer(at: Millis) -> Value {
    Value::Integer(at.get())
}

fn hour_of(at: Millis) -> Value {
    Value::Integer(at.hour().get())
}

fn text(value: Option<&str>) -> Value {
    value.map_or(Value::Null, |value| Value::Text(value.into()))
}
