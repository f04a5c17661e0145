//! Counts of all entries, by component, hour, kind and level.

use rusqlite::{Connection, params};

use super::Map;

/// One component, hour, kind and level, as the store has them.
pub(super) type HourlyKey = (i64, i64, u8, u8);

/// Counts of entries, to be added to those in the store.
#[derive(Debug, Default)]
pub(super) struct Hourly {
    changes: Map<HourlyKey, i64>,
    /// The count that is being added to: most entries have the key of the one before.
    current: Option<(HourlyKey, i64)>,
}

impl Hourly {
    /// Counts one entry more.
    pub(super) fn add(&mut self, key: HourlyKey) {
        match &mut self.current {
            Some((current, count)) if *current == key => *count += 1,
            current => {
                let before = current.replace((key, 1));
                self.put_aside(before);
            }
        }
    }

    /// Counts one entry less.
    pub(super) fn take_back(&mut self, key: HourlyKey) {
        self.put_aside(Some((key, -1)));
    }

    /// Adds the counts to the store.
    pub(super) fn save(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let last = self.current.take();
        self.put_aside(last);
        let mut add = connection.prepare_cached(
            "INSERT INTO hourly (component, hour, kind, level, entries) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (component, hour, kind, level) \
             DO UPDATE SET entries = entries + excluded.entries",
        )?;
        let mut sweep = connection.prepare_cached(
            "DELETE FROM hourly WHERE component = ? AND hour = ? AND entries = 0",
        )?;
        for ((component, hour, kind, level), change) in self.changes.drain() {
            if change != 0 {
                add.execute(params![component, hour, kind, level, change])?;
            }
            if change < 0 {
                sweep.execute(params![component, hour])?;
            }
        }
        Ok(())
    }

    fn put_aside(&mut self, change: Option<(HourlyKey, i64)>) {
        if let Some((key, change)) = change {
            *self.changes.entry(key).or_default() += change;
        }
    }
}
