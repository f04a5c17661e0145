//! Counts of all entries, by component, hour, kind and level.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use crate::model::{EntryKind, Hour, Level};

/// The count of one component, hour, kind and level.
type HourlyKey = (i64, Hour, EntryKind, Level);

/// Counts of entries, to be added to those in the store.
#[derive(Debug, Default)]
pub(super) struct Hourly {
    counts: HashMap<HourlyKey, u64>,
    /// The count that is being added to: most entries have the key of the one before.
    current: Option<(HourlyKey, u64)>,
}

impl Hourly {
    /// Counts one entry more.
    pub(super) fn add(&mut self, key: HourlyKey) {
        match &mut self.current {
            Some((current, count)) if *current == key => *count += 1,
            current => {
                if let Some((before, count)) = current.replace((key, 1)) {
                    *self.counts.entry(before).or_default() += count;
                }
            }
        }
    }

    /// Adds the counts to the store.
    pub(super) fn save(mut self, connection: &Connection) -> rusqlite::Result<()> {
        if let Some((last, count)) = self.current.take() {
            *self.counts.entry(last).or_default() += count;
        }
        let mut statement = connection.prepare_cached(
            "INSERT INTO hourly (component, hour, kind, level, entries) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (component, hour, kind, level) \
             DO UPDATE SET entries = entries + excluded.entries",
        )?;
        for ((component, hour, kind, level), count) in self.counts {
            statement.execute(params![component, hour.get(), kind.code(), level as u8, count])?;
        }
        Ok(())
    }
}
