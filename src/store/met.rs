//! Which rules were ever met.

use std::collections::BTreeSet;

use super::{Store, StoreError};

impl Store {
    /// Returns the rules that explain an event, or found an episode, at any time.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn rules_met(&self) -> Result<BTreeSet<String>, StoreError> {
        let sql = "SELECT rule FROM problem WHERE rule IS NOT NULL \
             UNION SELECT series.rule FROM series \
             WHERE EXISTS (SELECT 1 FROM episode WHERE episode.series = series.id)";
        Ok(self.collect(sql, &[], |row| row.get(0))?.into_iter().collect())
    }
}
