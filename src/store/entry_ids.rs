//! Finding an event by the id of its entry, without an index over ids.
//!
//! Entry points: [`Store::event`] and [`Store::has_entry`]. Ids tell when their entries were
//! written, exactly or by the day, and events are indexed by hour. Where an id tells nothing, or
//! the store has the event at another time (a log in local time whose zone was told wrong), all
//! events are looked at: some tenths of a second for a million.
//!
//! **Not here:** what else is asked of events (`queries`).

use rusqlite::types::Value;

use super::of_problem::{hours, slots};
use super::queries::{AND_NAMES, EVENT_COLUMNS, read_event};
use super::{Store, StoreError};
use crate::model::{Event, Millis};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

impl Store {
    /// Returns the event with this entry id, the first where several servers have one.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn event(&self, id: &str) -> Result<Option<Event>, StoreError> {
        let list = serde_json::Value::from(self.numbers_of(id)?).to_string();
        let sql = format!(
            "SELECT {EVENT_COLUMNS} FROM event {AND_NAMES} \
             WHERE event.id IN (SELECT value FROM json_each(?)) \
             ORDER BY event.time, event.id LIMIT 1"
        );
        Ok(self.collect(&sql, &[Value::Text(list)], read_event)?.pop())
    }

    /// Returns true where an event of a server has this entry id.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn has_entry(&self, server: &str, entry: &str) -> Result<bool, StoreError> {
        let list = serde_json::Value::from(self.numbers_of(entry)?).to_string();
        let sql = "SELECT 1 FROM event JOIN server ON server.id = event.server \
             WHERE event.id IN (SELECT value FROM json_each(?)) AND server.name = ?";
        let values = [Value::Text(list), Value::Text(server.into())];
        Ok(!self.collect(sql, &values, |_| Ok(()))?.is_empty())
    }

    /// Returns the numbers of the events with an entry id.
    fn numbers_of(&self, id: &str) -> Result<Vec<i64>, StoreError> {
        let text = Value::Text(id.into());
        if id.starts_with("watch:") {
            // As the index says it, or it is not used.
            let sql = "SELECT id FROM event WHERE entry >= 'watch:' AND entry < 'watch;' \
                 AND entry = ?";
            return self.collect(sql, &[text], |row| row.get(0));
        }
        if let Some((from, to)) = time_of(id) {
            let sql = "SELECT id FROM event INDEXED BY event_by_slot \
                 WHERE slot BETWEEN ? AND ? AND time BETWEEN ? AND ? AND entry = ?";
            let [first, last] = slots(hours(Some(from), Some(to)));
            let times = [first, last, from.get(), to.get()].map(Value::Integer);
            let values: Vec<_> = times.into_iter().chain([text.clone()]).collect();
            let found = self.collect(sql, &values, |row| row.get(0))?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        self.collect("SELECT id FROM event NOT INDEXED WHERE entry = ?", &[text], |row| row.get(0))
    }
}

/// Returns the first and the last moment, in milliseconds since 1970, at which an entry with this id
/// may have been written, as far as the id tells: `<component>-<milliseconds>-<index>`, or
/// `<YYYYMMDD>-<place>` of a day in any zone.
fn time_of(id: &str) -> Option<(Millis, Millis)> {
    let (rest, _) = id.rsplit_once('-')?;
    if let Some((_, time)) = rest.rsplit_once('-')
        && let Ok(time) = time.parse()
    {
        return Some((Millis::new(time), Millis::new(time)));
    }
    let is_day = rest.len() == 8 && rest.bytes().all(|byte| byte.is_ascii_digit());
    let day: jiff::civil::Date = rest.parse().ok().filter(|_| is_day)?;
    let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond();
    Some((Millis::new(midnight - DAY), Millis::new(midnight + 2 * DAY)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_when_its_entry_was_written() {
        let monday = 1_788_739_200_000;
        let cases = [
            ("Y3aOG85TfrJv02Y3Xr82xH-1788739200055-1", Some((monday + 55, monday + 55))),
            ("Iguana-Service-1788739200055-1", Some((monday + 55, monday + 55))),
            ("20260907-1048576", Some((monday - DAY, monday + 2 * DAY))),
            ("20261399-1048576", None),
            ("3f9a1c-1048576", None),
            ("4711", None),
            ("", None),
        ];
        for (id, want) in cases {
            let found = time_of(id).map(|(from, to)| (from.get(), to.get()));
            assert_eq!(found, want, "{id}");
        }
    }
}
