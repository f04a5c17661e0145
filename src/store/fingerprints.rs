//! What the files in the store begin with, in memory: most files that are read are new, and are told
//! so without waiting for the writing thread.
//!
//! **Invariant:** holds the fingerprint of every file in the store and of every one that was sent to
//! it. It may hold some that are gone.

use std::collections::{BTreeSet, HashSet};

use rusqlite::Connection;

use super::Evidence;

/// Hashes of first bytes.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    hashes: HashSet<[u8; 16]>,
    /// Of how many bytes.
    lens: BTreeSet<usize>,
}

impl Fingerprints {
    /// Begins with what the store has.
    pub(super) fn open(connection: &Connection) -> rusqlite::Result<Self> {
        let mut fingerprints = Self::default();
        let mut statement = connection.prepare("SELECT fingerprint, fingerprint_len FROM file")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            fingerprints.hashes.insert(row.get(0)?);
            fingerprints.lens.insert(row.get(1)?);
        }
        Ok(fingerprints)
    }

    /// Notes that a file is told by these first bytes.
    pub(super) fn note(&mut self, evidence: &Evidence) {
        let len = evidence.head.len();
        self.hashes.extend(evidence.fingerprint(len));
        self.lens.insert(len);
    }

    /// Returns the fingerprints of other files that a file with these first bytes may be.
    pub(super) fn of(&self, evidence: &Evidence) -> Vec<[u8; 16]> {
        let lens = self.lens.range(..=evidence.head.len());
        let told = lens.filter_map(|len| evidence.fingerprint(*len));
        told.filter(|fingerprint| self.hashes.contains(fingerprint)).collect()
    }
}
