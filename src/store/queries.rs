//! Questions about events, sources and the store itself.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};

use super::{Store, StoreError};
use crate::model::{EntryKind, Event, Millis, Outcome, Severity};

/// Which events are wanted; the default is all.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Only events that this rule explains.
    pub rule: Option<String>,
    /// Only events of this problem.
    pub problem: Option<String>,
    /// Only events of the component with this GUID or name.
    pub component: Option<String>,
    /// Only events of this server.
    pub server: Option<String>,
    /// Only events of one of these severities; empty: of all.
    pub severities: Vec<Severity>,
    /// Only events that no rule explains.
    pub unknown: bool,
    /// Only events at or after this time.
    pub since: Option<Millis>,
    /// Only events before this time.
    pub until: Option<Millis>,
    /// Only events whose masked text holds this, whatever the case of ASCII letters.
    pub grep: Option<String>,
    /// Only the latest so many.
    pub limit: Option<u64>,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRow {
    /// The Iguana server.
    pub server: String,
    /// Where it was found last.
    pub path: String,
    /// Its format.
    pub format: String,
    /// Bytes seen.
    pub size: u64,
    /// How far it was read; the last entry of a text log is read again when the log has grown.
    pub offset: u64,
    /// Entries in it, duplicates included.
    pub entries: u64,
    /// Events that came from it.
    pub events: u64,
    /// Damaged parts in it.
    pub gaps: u64,
    /// Bytes in those parts.
    pub gap_bytes: u64,
    /// Bytes that were destroyed before they were read.
    pub lost_bytes: u64,
    /// When it was last found grown, by the clock; `None`: it was never followed.
    pub last_seen: Option<Millis>,
    /// When it was found to be there no more; `None`: it is there, or was never followed.
    pub gone: Option<Millis>,
}

/// A damaged part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapRow {
    /// The file.
    pub path: String,
    /// Offset of the first damaged byte.
    pub from: u64,
    /// Offset of the first byte after them.
    pub to: u64,
    /// What is wrong with them.
    pub reason: String,
}

const EVENT_COLUMNS: &str = "event.entry, server.name, component.key, \
    coalesce(component.name, component.key), event.time, event.kind, event.severity, event.tags, \
    problem.rule, problem.cluster, problem.key, event.outcome, event.captures, event.text, \
    file.path, event.offset, event.length \
    FROM event JOIN server ON server.id = event.server \
    JOIN component ON component.id = event.component \
    JOIN problem ON problem.id = event.problem JOIN file ON file.id = event.file";

impl Store {
    /// Hands each wanted event to `each`, in the order of their times, until it returns false.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn for_each_event(
        &self,
        filter: &EventFilter,
        mut each: impl FnMut(Event) -> bool,
    ) -> Result<(), StoreError> {
        let (conditions, values) = filter.to_sql();
        let mut sql = format!("SELECT {EVENT_COLUMNS} {conditions} ORDER BY event.time, event.id");
        if let Some(limit) = filter.limit {
            let ids = format!(
                "SELECT event.id FROM event JOIN server ON server.id = event.server \
                 JOIN component ON component.id = event.component \
                 JOIN problem ON problem.id = event.problem \
                 {conditions} ORDER BY event.time DESC, event.id DESC LIMIT {limit}"
            );
            sql = format!(
                "SELECT {EVENT_COLUMNS} WHERE event.id IN ({ids}) ORDER BY event.time, event.id"
            );
        }
        self.query(&sql, &values, |row| Ok(each(read_event(row)?)))
    }

    /// Returns the event with this entry id, the first where several servers have one.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn event(&self, id: &str) -> Result<Option<Event>, StoreError> {
        let sql = format!(
            "SELECT {EVENT_COLUMNS} WHERE event.server IN (SELECT id FROM server) \
             AND event.entry = ? ORDER BY event.time, event.id LIMIT 1"
        );
        Ok(self.collect(&sql, &[Value::Text(id.into())], read_event)?.pop())
    }

    /// Returns the files that were read, by server and path.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn sources(&self) -> Result<Vec<SourceRow>, StoreError> {
        let sql = "SELECT server.name, file.path, file.format, file.size, \
             file.read_to, \
             file.entries_before + (last_entry.file IS NOT NULL), \
             (SELECT count(*) FROM event WHERE event.file = file.id), \
             (SELECT count(*) FROM gap WHERE gap.file = file.id), \
             (SELECT coalesce(sum(stop - start), 0) FROM gap WHERE gap.file = file.id), \
             (SELECT coalesce(sum(stop - start), 0) FROM loss WHERE loss.file = file.id), \
             file.last_seen, file.gone FROM file JOIN server ON server.id = file.server \
             LEFT JOIN last_entry ON last_entry.file = file.id ORDER BY server.name, file.path";
        self.collect(sql, &[], |row| {
            Ok(SourceRow {
                server: row.get(0)?,
                path: row.get(1)?,
                format: row.get(2)?,
                size: row.get(3)?,
                offset: row.get(4)?,
                entries: row.get(5)?,
                events: row.get(6)?,
                gaps: row.get(7)?,
                gap_bytes: row.get(8)?,
                lost_bytes: row.get(9)?,
                last_seen: row.get::<_, Option<i64>>(10)?.map(Millis::new),
                gone: row.get::<_, Option<i64>>(11)?.map(Millis::new),
            })
        })
    }

    /// Returns the names of the servers whose logs were read, sorted.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn servers(&self) -> Result<Vec<String>, StoreError> {
        self.collect("SELECT name FROM server ORDER BY name", &[], |row| row.get(0))
    }

    /// Hands each text that the store keeps of an event to `each`: entry id, what it is, the text.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn for_each_text(
        &self,
        mut each: impl FnMut(&str, &'static str, &str),
    ) -> Result<(), StoreError> {
        let sql = "SELECT entry, text, captures, tags FROM event ORDER BY id";
        self.query(sql, &[], |row| {
            let entry: String = row.get(0)?;
            for (column, name) in [(1, "text"), (2, "captures"), (3, "tags")] {
                each(&entry, name, row.get_ref(column)?.as_str()?);
            }
            Ok(true)
        })
    }

    /// Runs a query until `each` returns false.
    pub(super) fn query(
        &self,
        sql: &str,
        values: &[Value],
        mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<bool>,
    ) -> Result<(), StoreError> {
        let mut run = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query(params_from_iter(values.iter()))?;
            while let Some(row) = rows.next()? {
                if !each(row)? {
                    break;
                }
            }
            Ok(())
        };
        run().map_err(|source| self.failed("read", source))
    }

    pub(super) fn collect<T>(
        &self,
        sql: &str,
        values: &[Value],
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.query(sql, values, |row| {
            found.push(read(row)?);
            Ok(true)
        })?;
        Ok(found)
    }
}

impl EventFilter {
    /// Returns the `WHERE` clause and its values.
    fn to_sql(&self) -> (String, Vec<Value>) {
        let mut parts = Vec::new();
        let mut values = Vec::new();
        let text = |text: &Option<String>| text.clone().map(Value::Text);
        let time = |at: Option<Millis>| at.map(|at| Value::Integer(at.get()));
        let grep = self.grep.as_ref().map(|text| Value::Text(like_pattern(text)));
        for (sql, value) in [
            ("problem.rule = ?", text(&self.rule)),
            ("problem.key = ?", text(&self.problem)),
            ("? IN (component.key, component.name)", text(&self.component)),
            ("server.name = ?", text(&self.server)),
            ("event.time >= ?", time(self.since)),
            ("event.time < ?", time(self.until)),
            ("event.text LIKE ? ESCAPE '\\'", grep),
        ] {
            if let Some(value) = value {
                parts.push(sql.to_owned());
                values.push(value);
            }
        }
        if self.unknown {
            parts.push("problem.rule IS NULL".into());
        }
        if !self.severities.is_empty() {
            let list: Vec<_> =
                self.severities.iter().map(|severity| (*severity as u8).to_string()).collect();
            parts.push(format!("event.severity IN ({})", list.join(", ")));
        }
        let conditions =
            if parts.is_empty() { String::new() } else { format!("WHERE {}", parts.join(" AND ")) };
        (conditions, values)
    }
}

fn like_pattern(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

fn read_event(row: &Row<'_>) -> rusqlite::Result<Event> {
    let tags: String = row.get(7)?;
    let rule: Option<String> = row.get(8)?;
    let captures: String = row.get(12)?;
    let outcome: Option<usize> = row.get(11)?;
    Ok(Event {
        id: row.get(0)?,
        server: row.get(1)?,
        component: row.get(2)?,
        component_name: row.get(3)?,
        time: Millis::new(row.get(4)?),
        kind: EntryKind::from_code(row.get(5)?).unwrap_or(EntryKind::Trace),
        severity: severity(row.get(6)?),
        tags: tags.split_ascii_whitespace().map(str::to_owned).collect(),
        rule: rule.and_then(|rule| rule.parse().ok()),
        cluster: row.get(9)?,
        problem: row.get(10)?,
        outcome: outcome.and_then(|outcome| Outcome::ALL.get(outcome).copied()),
        captures: serde_json::from_str::<BTreeMap<_, _>>(&captures).unwrap_or_default(),
        text: row.get(13)?,
        path: row.get(14)?,
        offset: row.get(15)?,
        len: row.get(16)?,
    })
}

pub(super) fn severity(number: usize) -> Severity {
    Severity::ALL.get(number).copied().unwrap_or(Severity::Error)
}
