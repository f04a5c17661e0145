//! Questions about events, sources and the store itself.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};

use super::{Store, StoreError};
use crate::model::{EntryKind, Event, Millis, Outcome, Severity};

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
    /// Events of it that are stored.
    pub events: u64,
    /// Damaged parts in it.
    pub gaps: u64,
    /// Bytes in those parts.
    pub gap_bytes: u64,
    /// True where reading stopped before its end, so that the rest is a damaged part as well.
    pub is_cut: bool,
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

pub(super) const EVENT_COLUMNS: &str = "event.entry, server.name, component.key, \
    coalesce(component.name, component.key), event.time, event.kind, event.severity, event.tags, \
    problem.rule, problem.cluster, problem.key, event.outcome, event.captures, event.text, \
    file.path, event.offset, event.length";

/// What the columns of an event come from, beside its own row.
pub(super) const AND_NAMES: &str = "CROSS JOIN server ON server.id = event.server \
    CROSS JOIN component ON component.id = event.component \
    CROSS JOIN problem ON problem.id = event.problem CROSS JOIN file ON file.id = event.file";

impl Store {
    /// Returns the files that were read, by server and path.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn sources(&self) -> Result<Vec<SourceRow>, StoreError> {
        let sql = "SELECT server.name, file.path, file.format, file.size, \
             file.read_to, \
             file.entries_before + (last_entry.file IS NOT NULL), \
             coalesce(stored.events, 0), \
             (SELECT count(*) FROM gap WHERE gap.file = file.id), \
             (SELECT coalesce(sum(stop - start), 0) FROM gap WHERE gap.file = file.id), \
             EXISTS (SELECT 1 FROM gap WHERE gap.file = file.id AND stop = start), \
             (SELECT coalesce(sum(stop - start), 0) FROM loss WHERE loss.file = file.id), \
             file.last_seen, file.gone FROM file JOIN server ON server.id = file.server \
             LEFT JOIN last_entry ON last_entry.file = file.id \
             LEFT JOIN (SELECT file, count(*) AS events FROM event GROUP BY file) AS stored \
             ON stored.file = file.id ORDER BY server.name, file.path";
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
                is_cut: row.get(9)?,
                lost_bytes: row.get(10)?,
                last_seen: row.get::<_, Option<i64>>(11)?.map(Millis::new),
                gone: row.get::<_, Option<i64>>(12)?.map(Millis::new),
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

    /// Returns the names of the components whose logs were read, and the GUIDs, sorted.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn components(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT key FROM component \
             UNION SELECT name FROM component WHERE name IS NOT NULL ORDER BY 1";
        self.collect(sql, &[], |row| row.get(0))
    }

    /// Hands each text that the store keeps of an event or of a decision to `each`: the id of the
    /// entry or of the problem, what it is, the text.
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
        })?;
        let sql = "SELECT problem, why, documentation FROM decision ORDER BY id";
        self.query(sql, &[], |row| {
            let problem: String = row.get(0)?;
            each(&problem, "why", row.get_ref(1)?.as_str()?);
            if let Some(text) = row.get_ref(2)?.as_str_or_null()? {
                each(&problem, "documentation", text);
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

pub(super) fn read_event(row: &Row<'_>) -> rusqlite::Result<Event> {
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
