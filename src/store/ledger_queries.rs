//! Questions about what was captured of logs, and what was not.

use rusqlite::types::Value;

use super::files::{self, ServerId};
use super::{Headroom, KnownFile, Store, StoreError};
use crate::model::Millis;

/// Bytes that were destroyed before they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LossRow {
    /// The Iguana server.
    pub server: String,
    /// The file.
    pub path: String,
    /// Offset of the first byte lost.
    pub from: u64,
    /// Offset behind the last byte that is known to have been there.
    pub to: u64,
    /// When the file was last found whole, by the clock.
    pub since: Millis,
    /// When it was found destroyed, by the clock.
    pub noticed: Millis,
    /// What became of it.
    pub reason: String,
}

impl Store {
    /// Returns what was destroyed unread, by the time at which that was noticed.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn losses(&self) -> Result<Vec<LossRow>, StoreError> {
        let sql = "SELECT server.name, file.path, loss.start, loss.stop, loss.since, \
             loss.noticed, loss.reason FROM loss JOIN file ON file.id = loss.file \
             JOIN server ON server.id = file.server \
             ORDER BY loss.noticed, server.name, file.path, loss.start";
        self.collect(sql, &[], |row| {
            Ok(LossRow {
                server: row.get(0)?,
                path: row.get(1)?,
                from: row.get(2)?,
                to: row.get(3)?,
                since: Millis::new(row.get(4)?),
                noticed: Millis::new(row.get(5)?),
                reason: row.get(6)?,
            })
        })
    }

    /// Returns how soon rotated logs overwrite themselves, with their servers; the soonest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn headrooms(&self) -> Result<Vec<(String, Headroom)>, StoreError> {
        let sql = "SELECT server.name, path, kept, span, measured FROM headroom \
             JOIN server ON server.id = headroom.server ORDER BY span, server.name, path";
        self.collect(sql, &[], |row| {
            let measured = Millis::new(row.get(4)?);
            let (path, kept, span) = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((row.get(0)?, Headroom { path, kept, span, measured }))
        })
    }

    /// Returns every file that was read, with its server, in the order in which they were first
    /// read.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn captured_files(&self) -> Result<Vec<(String, KnownFile)>, StoreError> {
        let mut found = Vec::new();
        for server in self.servers()? {
            let id = "SELECT id FROM server WHERE name = ?";
            let ids = self.collect(id, &[Value::Text(server.clone())], |row| row.get(0))?;
            for id in ids {
                let files = files::all(&self.connection, ServerId(id))
                    .map_err(|source| self.failed("read", source))?;
                found.extend(files.into_iter().map(|file| (server.clone(), file)));
            }
        }
        Ok(found)
    }
}
