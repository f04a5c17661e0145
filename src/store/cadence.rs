//! When components wrote: what silence is told from.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Connection, params};

use super::at_hand::AtHand;
use super::{Map, Store, StoreError};
use crate::model::{Hour, Millis};
use crate::silence::{Minutes, Pulse};

/// The number of a component in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentId(i64);

/// A component, and when it last wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentPulse {
    /// Its number.
    pub id: ComponentId,
    /// The Iguana server.
    pub server: String,
    /// GUID, or the name where the log has no GUIDs.
    pub component: String,
    /// When it last wrote anything, in its own time.
    pub latest: Millis,
}

/// When components wrote, to be added to what the store has.
#[derive(Debug, Default)]
pub(super) struct Life {
    hours: Map<(i64, Hour), Minutes>,
    latest: Map<i64, Millis>,
    at_hand: AtHand<(i64, Hour), (Minutes, Option<Millis>)>,
}

impl Life {
    /// Notes that a component wrote.
    pub(super) fn note(&mut self, component: i64, time: Millis) {
        let ((minutes, latest), left) = self.at_hand.value(component, (component, time.hour()));
        *minutes = minutes.or(Minutes::of(time));
        *latest = (*latest).max(Some(time));
        if let Some((key, wrote)) = left {
            self.put_aside(key, wrote);
        }
    }

    /// Adds the minutes and the latest times to the store.
    pub(super) fn save(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        for (key, wrote) in std::mem::take(&mut self.at_hand).drain() {
            self.put_aside(key, wrote);
        }
        let mut statement = connection.prepare_cached(
            "INSERT INTO pulse (component, hour, minutes) VALUES (?, ?, ?) \
             ON CONFLICT (component, hour) DO UPDATE SET minutes = minutes | excluded.minutes \
             WHERE minutes | excluded.minutes <> minutes",
        )?;
        for ((component, hour), minutes) in self.hours.drain() {
            statement.execute(params![component, hour.get(), minutes.bits().cast_signed()])?;
        }
        let mut statement = connection.prepare_cached(
            "UPDATE component SET latest = ?2 WHERE id = ?1 AND (latest IS NULL OR latest < ?2)",
        )?;
        for (component, time) in self.latest.drain() {
            statement.execute(params![component, time.get()])?;
        }
        Ok(())
    }

    fn put_aside(&mut self, key: (i64, Hour), (minutes, latest): (Minutes, Option<Millis>)) {
        let known = self.hours.entry(key).or_default();
        *known = known.or(minutes);
        if let Some(time) = latest {
            let latest = self.latest.entry(key.0).or_insert(time);
            *latest = time.max(*latest);
        }
    }
}

impl Store {
    /// Returns every component that ever wrote anything, by server and component.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn component_pulses(&self) -> Result<Vec<ComponentPulse>, StoreError> {
        let sql = "SELECT component.id, server.name, component.key, component.latest \
            FROM component JOIN server ON server.id = component.server \
            WHERE component.latest IS NOT NULL ORDER BY server.name, component.key";
        self.collect(sql, &[], |row| {
            Ok(ComponentPulse {
                id: ComponentId(row.get(0)?),
                server: row.get(1)?,
                component: row.get(2)?,
                latest: Millis::new(row.get(3)?),
            })
        })
    }

    /// Returns the hours since `since` in which a component wrote, in order.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn pulses(&self, component: ComponentId, since: Hour) -> Result<Vec<Pulse>, StoreError> {
        let sql = "SELECT hour, minutes, (SELECT coalesce(sum(entries), 0) FROM hourly \
            WHERE hourly.component = pulse.component AND hourly.hour = pulse.hour) \
            FROM pulse WHERE component = ? AND hour >= ? ORDER BY hour";
        let values = [Value::Integer(component.0), Value::Integer(since.get())];
        self.collect(sql, &values, |row| {
            Ok(Pulse {
                hour: Hour::new(row.get(0)?),
                minutes: Minutes::from_bits(row.get::<_, i64>(1)?.cast_unsigned()),
                entries: row.get(2)?,
            })
        })
    }

    /// Returns when a file of each server was last found grown, by the clock.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn last_growths(&self) -> Result<BTreeMap<String, Millis>, StoreError> {
        let sql = "SELECT server.name, max(file.last_seen) FROM file \
            JOIN server ON server.id = file.server WHERE file.last_seen IS NOT NULL \
            GROUP BY server.name";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, Millis::new(row.get(1)?)));
        Ok(self.collect(sql, &[], read)?.into_iter().collect())
    }

    /// Returns the time of each server's last event that this rule explains.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn last_events_of(&self, rule: &str) -> Result<BTreeMap<String, Millis>, StoreError> {
        let sql = "SELECT server.name, max(problem.last) FROM problem \
            JOIN component ON component.id = problem.component \
            JOIN server ON server.id = component.server \
            WHERE problem.rule = ? AND problem.last IS NOT NULL GROUP BY server.name";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, Millis::new(row.get(1)?)));
        Ok(self.collect(sql, &[Value::Text(rule.into())], read)?.into_iter().collect())
    }
}
