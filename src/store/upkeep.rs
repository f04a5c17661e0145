//! Upkeep of a store beside its writer: deleting old events, and giving room back.
//!
//! Entry point: [`Upkeep::open`]. It takes turns with a follower's writer, transaction by
//! transaction; only [`Upkeep::reclaim`] needs the store for itself.

use rusqlite::TransactionBehavior;
use std::fs::File;
use std::path::Path;

use super::open::lock;
use super::retention::{self, Expired, Forgotten};
use super::{Store, StoreError};

/// Room within the file is given back where it is more than this part of it: else the whole file
/// would be written anew for little.
const WORTH: u64 = 20;

/// A store that is open for upkeep.
#[derive(Debug)]
pub struct Upkeep {
    store: Store,
}

/// What became of the room that was free within the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reclaimed {
    /// It was given back: bytes of the file before and after.
    Done {
        /// Before.
        before: u64,
        /// After.
        after: u64,
    },
    /// It is too little to write the file anew for it.
    NotWorth {
        /// Bytes that are free.
        free: u64,
    },
    /// Another process writes to the store, which will use the room again.
    InUse {
        /// Bytes that are free.
        free: u64,
    },
    /// The disk has no room for the copy that is made of what is in use.
    NoRoom {
        /// Bytes that are free within the file.
        free: u64,
        /// Bytes that are needed on the disk.
        needed: u64,
    },
}

impl Upkeep {
    /// Opens a store that exists, whoever else writes to it.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let store = Store::open(path)?;
        store.pragma("query_only", "off")?;
        store.pragma("synchronous", "normal")?;
        Ok(Self { store })
    }

    /// Deletes events in one transaction, where they are still what they were.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be written to.
    pub fn forget(&mut self, expired: &[Expired]) -> Result<Forgotten, StoreError> {
        self.store.try_to("write to", |db| {
            let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let forgotten = retention::forget(&transaction, expired)?;
            transaction.commit()?;
            Ok(forgotten)
        })
    }

    /// Writes the file anew without the room that is free within it, where that is worth it and
    /// nobody else writes to the store. `room` is what is free on its disk, where that is known.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be written to.
    pub fn reclaim(&mut self, room: Option<u64>) -> Result<Reclaimed, StoreError> {
        let (before, free) = self.store.file_bytes()?;
        if free < before / WORTH || free == 0 {
            return Ok(Reclaimed::NotWorth { free });
        }
        let Some(_lock) = self.lock()? else { return Ok(Reclaimed::InUse { free }) };
        // The copy, and the log of the pages that are moved back.
        let needed = (before - free).saturating_mul(2);
        if room.is_some_and(|room| room < needed) {
            return Ok(Reclaimed::NoRoom { free, needed });
        }
        self.store.try_to("compact", |db| {
            db.execute_batch("VACUUM")?;
            db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        })?;
        let (after, _) = self.store.file_bytes()?;
        Ok(Reclaimed::Done { before, after })
    }

    /// Takes the writer's lock; `None` where another process has it.
    fn lock(&self) -> Result<Option<File>, StoreError> {
        match lock(&self.store.path) {
            Ok(lock) => Ok(Some(lock)),
            Err(StoreError::Locked { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
