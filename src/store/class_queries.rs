//! Questions about the classes of events: how many each has, and what decided them.

use rusqlite::Row;
use rusqlite::types::Value;

use super::of_problem::{hours, slots};
use super::{Store, StoreError};
use crate::model::{EntryKind, Level, Millis, Outcome, Severity};

/// Which events are meant; the default is all.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// Only events of this server.
    pub server: Option<String>,
    /// Only events at or after this time.
    pub since: Option<Millis>,
    /// Only events before this time.
    pub until: Option<Millis>,
}

/// How many events of one component have one class on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassCount {
    /// The Iguana server.
    pub server: String,
    /// GUID or name of the component.
    pub component: String,
    /// Name of the component; the GUID where no name is known.
    pub component_name: String,
    /// The rule that explains them.
    pub rule: Option<String>,
    /// The cluster, where no rule does.
    pub cluster: Option<String>,
    /// What the texts of the cluster have in common.
    pub template: Option<String>,
    /// How bad they say they are.
    pub level: Level,
    /// Midnight UTC before them.
    pub day: Millis,
    /// How many.
    pub events: u64,
}

/// An event with the class that it has, and all that is needed to decide it anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredClass {
    /// Its number in the store: events that were read earlier have smaller ones.
    pub number: i64,
    /// The entry's id.
    pub id: String,
    /// The Iguana server.
    pub server: String,
    /// GUID or name of the component.
    pub component: String,
    /// How bad the entry says it is.
    pub level: Level,
    /// The rule that explains it.
    pub rule: Option<String>,
    /// The problem that it counts for.
    pub problem: String,
    /// How bad it is.
    pub severity: Severity,
    /// What became of the work.
    pub outcome: Option<Outcome>,
    /// What the rule captured, as a JSON object.
    pub captures: String,
    /// The masked text.
    pub text: String,
}

const DAY_MILLIS: i64 = 86_400_000;

impl Store {
    /// Counts events by component, class, level and day.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn class_counts(&self, window: &Window) -> Result<Vec<ClassCount>, StoreError> {
        let (conditions, values) = window.to_sql();
        let sql = format!(
            "SELECT server.name, component.key, coalesce(component.name, component.key), \
             problem.rule, problem.cluster, problem.template, \
             counts.kind, counts.tags, counts.day, counts.n \
             FROM (SELECT problem, kind, tags, time / {DAY_MILLIS} AS day, count(*) AS n \
             FROM event {conditions} GROUP BY problem, kind, tags, day) AS counts \
             JOIN problem ON problem.id = counts.problem \
             JOIN component ON component.id = problem.component \
             JOIN server ON server.id = component.server"
        );
        self.collect(&sql, &values, |row| {
            Ok(ClassCount {
                server: row.get(0)?,
                component: row.get(1)?,
                component_name: row.get(2)?,
                rule: row.get(3)?,
                cluster: row.get(4)?,
                template: row.get(5)?,
                level: level(row, 6, 7)?,
                day: Millis::new(row.get::<_, i64>(8)?.saturating_mul(DAY_MILLIS)),
                events: row.get(9)?,
            })
        })
    }

    /// Returns the catalogues that decided the classes of events, by content hash, with the number
    /// of events, most first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn deciding_catalogues(&self, window: &Window) -> Result<Vec<(String, u64)>, StoreError> {
        let (conditions, values) = window.to_sql();
        let sql = format!(
            "SELECT catalogue.hash, counts.n FROM (SELECT catalogue, count(*) AS n \
             FROM event {conditions} GROUP BY catalogue) AS counts \
             JOIN catalogue ON catalogue.id = counts.catalogue \
             ORDER BY counts.n DESC, catalogue.hash"
        );
        self.collect(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Returns at most `max` masked texts, evenly spread over the events in the order in which they
    /// were read, and always the same.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn text_sample(&self, window: &Window, max: u64) -> Result<Vec<String>, StoreError> {
        let (conditions, values) = window.to_sql();
        let counted = format!("SELECT count(*) FROM event {conditions}");
        let counts: Vec<u64> = self.collect(&counted, &values, |row| row.get(0))?;
        let step = counts.first().copied().unwrap_or(0).div_ceil(max.max(1)).max(1);
        let and = if conditions.is_empty() { "WHERE" } else { "AND" };
        let sql = format!(
            "SELECT text FROM event {conditions} {and} id % {step} = 0 ORDER BY id LIMIT {max}"
        );
        self.collect(&sql, &values, |row| row.get(0))
    }

    /// Hands each event with its class to `each`, in the order in which they were read, until it
    /// returns false.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn for_each_class(
        &self,
        window: &Window,
        mut each: impl FnMut(StoredClass) -> bool,
    ) -> Result<(), StoreError> {
        let (conditions, values) = window.to_sql();
        // Events come in the order of the file: by time, its pages would be visited many times.
        let sql = format!(
            "SELECT event.id, event.entry, server.name, component.key, event.kind, event.tags, \
             problem.rule, problem.key, event.severity, event.outcome, event.captures, event.text \
             FROM event CROSS JOIN server ON server.id = event.server \
             CROSS JOIN component ON component.id = event.component \
             CROSS JOIN problem ON problem.id = event.problem {conditions} ORDER BY event.id"
        );
        self.query(&sql, &values, |row| Ok(each(read_class(row)?)))
    }
}

impl Window {
    /// Returns the `WHERE` clause and its values.
    pub(super) fn to_sql(&self) -> (String, Vec<Value>) {
        let server = self.server.clone().map(Value::Text);
        let time = |at: Option<Millis>| at.map(|at| Value::Integer(at.get()));
        // An index has the slots.
        let [first, last] = slots(hours(self.since, self.until)).map(Value::Integer);
        let conditions = [
            ("event.server = (SELECT id FROM server WHERE name = ?)", server),
            ("event.slot >= ?", self.since.map(|_| first)),
            ("event.slot <= ?", self.until.map(|_| last)),
            ("event.time >= ?", time(self.since)),
            ("event.time < ?", time(self.until)),
        ];
        let given = conditions.into_iter().filter_map(|(sql, value)| Some((sql, value?)));
        let (parts, values): (Vec<_>, Vec<_>) = given.unzip();
        let conditions =
            if parts.is_empty() { String::new() } else { format!("WHERE {}", parts.join(" AND ")) };
        (conditions, values)
    }
}

fn read_class(row: &Row<'_>) -> rusqlite::Result<StoredClass> {
    let severity: usize = row.get(8)?;
    let outcome: Option<usize> = row.get(9)?;
    Ok(StoredClass {
        number: row.get(0)?,
        id: row.get(1)?,
        server: row.get(2)?,
        component: row.get(3)?,
        level: level(row, 4, 5)?,
        rule: row.get(6)?,
        problem: row.get(7)?,
        severity: Severity::ALL.get(severity).copied().unwrap_or(Severity::Error),
        outcome: outcome.and_then(|outcome| Outcome::ALL.get(outcome).copied()),
        captures: row.get(10)?,
        text: row.get(11)?,
    })
}

/// Returns how bad an entry says it is, from the columns of its type and its tags.
fn level(row: &Row<'_>, kind: usize, tags: usize) -> rusqlite::Result<Level> {
    let kind = EntryKind::from_code(row.get(kind)?).unwrap_or(EntryKind::Trace);
    Ok(Level::of(kind, row.get_ref(tags)?.as_str()?))
}
