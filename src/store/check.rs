//! Whether a store is sound, and whether somebody writes to it.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::open::lock_path;
use super::{Store, StoreError};

impl Store {
    /// Returns what is damaged in the file; empty where it is sound.
    ///
    /// Reads all of it but compares no indexes: some seconds for a gigabyte.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read at all.
    pub fn faults(&self) -> Result<Vec<String>, StoreError> {
        let mut faults: Vec<String> =
            self.collect("PRAGMA quick_check(10)", &[], |row| row.get(0))?;
        faults.retain(|fault| fault != "ok");
        Ok(faults)
    }
}

/// Returns true where another process writes to a store now.
#[must_use]
pub fn is_being_written(store: &Path) -> bool {
    let lock = File::open(lock_path(store));
    lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}
