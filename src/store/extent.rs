//! How large a store is, and what it holds.

use super::queries::severity;
use super::{Store, StoreError};
use crate::model::{Millis, Severity};

/// One table, with its indexes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSize {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// Bytes in the file.
    pub bytes: u64,
}

/// What a store holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreInfo {
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of those that are free.
    pub free_bytes: u64,
    /// Tables, the largest first.
    pub tables: Vec<TableSize>,
    /// Events that are stored, by severity, mildest first.
    pub stored: [u64; Severity::ALL.len()],
    /// The first and the last of them.
    pub stored_span: Option<(Millis, Millis)>,
    /// Events that were ever stored.
    pub counted: u64,
    /// Failures among them: attempts for the same message are one.
    pub failures: u64,
    /// The first and the last of them.
    pub counted_span: Option<(Millis, Millis)>,
    /// Problems that they count for.
    pub problems: u64,
}

/// The first and the last event, in the first and the last hour of which any is stored.
const STORED_SPAN: &str = "SELECT (SELECT min(time) FROM event \
    WHERE slot < ((SELECT min(slot) FROM event) >> 32) + 1 << 32), (SELECT max(time) FROM event \
    WHERE slot >= (SELECT max(slot) FROM event) >> 32 << 32)";

impl Store {
    /// Returns what the store holds. Every page of the file is looked at.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn info(&self) -> Result<StoreInfo, StoreError> {
        let (bytes, free_bytes) = self.file_bytes()?;
        let mut stored = [0; Severity::ALL.len()];
        let by_severity = "SELECT severity, count(*) FROM event GROUP BY severity";
        for (number, count) in self
            .collect(by_severity, &[], |row| Ok((row.get::<_, usize>(0)?, row.get::<_, u64>(1)?)))?
        {
            if let Some(sum) = stored.get_mut(severity(number) as usize) {
                *sum += count;
            }
        }
        let counted = "SELECT coalesce(sum(events), 0), coalesce(sum(failures), 0) FROM rollup";
        let counted = self.collect(counted, &[], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (counted, failures) = counted.into_iter().next().unwrap_or_default();
        let problems = "SELECT count(*) FROM problem WHERE first IS NOT NULL";
        Ok(StoreInfo {
            bytes,
            free_bytes,
            tables: self.table_sizes()?,
            stored,
            stored_span: self.bounds(STORED_SPAN)?,
            counted,
            failures,
            counted_span: self.bounds("SELECT min(first), max(last) FROM problem")?,
            problems: self.collect(problems, &[], |row| row.get(0))?.pop().unwrap_or_default(),
        })
    }

    /// Returns the bytes of the file, and how many of them are free.
    pub(super) fn file_bytes(&self) -> Result<(u64, u64), StoreError> {
        let number = |sql| self.collect(sql, &[], |row| row.get::<_, u64>(0));
        let first = |found: Vec<u64>| found.into_iter().next().unwrap_or_default();
        let page = first(number("PRAGMA page_size")?);
        let pages = first(number("PRAGMA page_count")?);
        let free = first(number("PRAGMA freelist_count")?);
        Ok((pages * page, free * page))
    }

    /// Returns the first and the last time that a query finds.
    pub(super) fn bounds(&self, sql: &str) -> Result<Option<(Millis, Millis)>, StoreError> {
        let found = self.collect(sql, &[], |row| {
            Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?))
        })?;
        let (first, last) = found.into_iter().next().unwrap_or_default();
        Ok(first.zip(last).map(|(first, last)| (Millis::new(first), Millis::new(last))))
    }

    fn table_sizes(&self) -> Result<Vec<TableSize>, StoreError> {
        let sql = "SELECT owner.tbl_name, sum(dbstat.pgsize) FROM dbstat \
             JOIN sqlite_master AS owner ON owner.name = dbstat.name \
             WHERE dbstat.aggregate = TRUE GROUP BY owner.tbl_name ORDER BY 2 DESC, 1";
        let sizes = self.collect(sql, &[], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
        let size = |(name, bytes): (String, u64)| {
            let sql = format!("SELECT count(*) FROM \"{name}\"");
            let rows = self.collect(&sql, &[], |row| row.get(0))?.pop().unwrap_or_default();
            Ok(TableSize { name, rows, bytes })
        };
        sizes.into_iter().map(size).collect()
    }
}
