//! Counts of all entries, by component, hour, kind and level.

use rusqlite::{Connection, params};

use super::Map;
use super::at_hand::AtHand;

/// One component, hour, kind and level, as the store has them.
pub(super) type HourlyKey = (i64, i64, u8, u8);

/// Counts of entries, to be added to those in the store.
#[derive(Debug, Default)]
pub(super) struct Hourly {
    changes: Map<HourlyKey, i64>,
    at_hand: AtHand<HourlyKey, i64>,
}

impl Hourly {
    /// Counts one entry more.
    pub(super) fn add(&mut self, key: HourlyKey) {
        let (component, _, kind, _) = key;
        let (count, left) = self.at_hand.value(component * 8 + i64::from(kind), key);
        *count += 1;
        if let Some((key, count)) = left {
            self.put_aside(key, count);
        }
    }

    /// Counts one entry less.
    pub(super) fn take_back(&mut self, key: HourlyKey) {
        self.put_aside(key, -1);
    }

    /// Adds the counts to the store.
    pub(super) fn save(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        for (key, count) in std::mem::take(&mut self.at_hand).drain() {
            self.put_aside(key, count);
        }
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

    fn put_aside(&mut self, key: HourlyKey, change: i64) {
        *self.changes.entry(key).or_default() += change;
    }
}
