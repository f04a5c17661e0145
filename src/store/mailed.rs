//! Which reports were mailed.

use super::{Store, StoreError, WriterHandle};
use crate::model::Millis;

impl Store {
    /// Returns the end of the last period whose report was mailed; `None` before the first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn mailed_until(&self) -> Result<Option<Millis>, StoreError> {
        let found = self.collect("SELECT until FROM mailed", &[], |row| row.get(0))?;
        Ok(found.into_iter().next().map(Millis::new))
    }
}

impl WriterHandle {
    /// Commits that the reports of all periods up to this moment were mailed, and waits until that
    /// is done.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Stopped`] where the thread has ended.
    pub fn commit_mailed(&self, until: Millis) -> Result<(), StoreError> {
        self.change(move |db| {
            let sql =
                "INSERT INTO mailed VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET until = ?1";
            db.execute(sql, [until.get()]).map(|_| ())
        })?;
        self.flush()
    }
}
