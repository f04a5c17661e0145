//! The last entry of each file, as it was counted.
//!
//! It may have been half written, and is read again when the file has grown; what it counted for is
//! taken back where the whole of it is another one. So that this costs the same in a store of any
//! size, what was made of it is noted here: nothing is looked for.

use rusqlite::{Connection, OptionalExtension, params};

use super::hourly::HourlyKey;
use super::{Batch, Counted, FileId};
use crate::model::{Hour, SeenKey};

/// Where an entry is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) stream: i64,
    pub(super) key: SeenKey,
    pub(super) component: i64,
    hour: i64,
    kind: u8,
    level: u8,
}

/// What was made of the last entry of a file.
#[derive(Clone, Debug)]
pub(super) struct LastEntry {
    pub(super) place: Place,
    /// The number of its event; `None`: it is none.
    pub(super) event: Option<i64>,
    /// The series that it marks, as a JSON list; `None`: an older version did not note them.
    pub(super) series: Option<String>,
}

impl Place {
    pub(super) fn of(stream: i64, component: i64, counted: &Counted) -> Self {
        Self {
            stream,
            key: counted.key,
            component,
            hour: counted.time.hour().get(),
            kind: counted.kind.code(),
            level: counted.level as u8,
        }
    }

    pub(super) fn hour(&self) -> Hour {
        Hour::new(self.hour)
    }

    pub(super) fn hourly_key(&self) -> HourlyKey {
        (self.component, self.hour, self.kind, self.level)
    }

    /// Returns what tells the entry from others of the same moment: streams have the same keys.
    pub(super) fn mark_key(&self) -> u64 {
        let stream = self.stream.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.key.key ^ stream
    }
}

impl From<(Place, Option<i64>, Vec<i64>)> for LastEntry {
    fn from((place, event, series): (Place, Option<i64>, Vec<i64>)) -> Self {
        Self { place, event, series: Some(serde_json::Value::from(series).to_string()) }
    }
}

/// Returns how the last entry of a file was counted; `None` where it has none, or another file had
/// counted it before.
pub(super) fn read(connection: &Connection, file: FileId) -> rusqlite::Result<Option<LastEntry>> {
    connection
        .prepare_cached(
            "SELECT stream, bucket, key, component, hour, kind, level, event, series \
             FROM last_entry WHERE file = ?",
        )?
        .query_row([file.0], |row| {
            let key = SeenKey { bucket: row.get(1)?, key: row.get::<_, i64>(2)?.cast_unsigned() };
            let place = Place {
                stream: row.get(0)?,
                key,
                component: row.get(3)?,
                hour: row.get(4)?,
                kind: row.get(5)?,
                level: row.get(6)?,
            };
            Ok(LastEntry { place, event: row.get(7)?, series: row.get(8)? })
        })
        .optional()
}

/// Notes how the entry was counted at which reading will go on, or that there is none.
pub(super) fn put(
    connection: &Connection,
    batch: &Batch,
    last: Option<&LastEntry>,
) -> rusqlite::Result<()> {
    let Some(position) = &batch.position else { return Ok(()) };
    let Some(LastEntry { place, event, series }) = last.filter(|_| position.is_at_last) else {
        if !batch.counted.is_empty() {
            connection
                .prepare_cached("DELETE FROM last_entry WHERE file = ?")?
                .execute([batch.file.0])?;
        }
        return Ok(());
    };
    connection
        .prepare_cached("INSERT OR REPLACE INTO last_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![
            batch.file.0,
            place.stream,
            place.key.bucket,
            place.key.key.cast_signed(),
            place.component,
            place.hour,
            place.kind,
            place.level,
            event,
            series,
        ])?;
    Ok(())
}
