//! What a reader must find in a sample.

use super::entry::SampleEntry;
use crate::model::{EntryKind, Level};

/// What a reader must find in a file or a tree of `samples/`.
///
/// Lines of `ServiceErrorLog.txt` have no type; they are counted apart, in `service_log`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// The file or directory, relative to `samples/`.
    pub path: String,
    /// Entries, each id once.
    pub entries: u64,
    /// Entries by type on disk, in the order of [`EntryKind::ALL`].
    pub by_kind: [u64; 7],
    /// Entries that say that they are errors.
    pub errors: u64,
    /// Entries that say that they are warnings.
    pub warnings: u64,
    /// Entries met once more, such as in a mirror root.
    pub duplicates: u64,
    /// Entries of service logs.
    pub service_log: u64,
    /// Crash dumps in service logs, which have no time stamp of their own.
    pub crash_dumps: u64,
    /// Damaged bytes.
    pub gaps: Vec<TruthGap>,
    /// Files that must not be read as logs, relative to `samples/`.
    pub skipped: Vec<String>,
    /// Bytes at the end of files that belong to an entry which is still being written.
    pub unfinished: Vec<TruthGap>,
}

/// A range of bytes in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TruthGap {
    /// The file, relative to `samples/`.
    pub path: String,
    /// Offset of its first byte.
    pub from: u64,
    /// Offset of the first byte after it.
    pub to: u64,
}

impl Truth {
    /// Returns the truth of a file that holds these entries, whole.
    pub(super) fn of(path: &str, entries: &[SampleEntry]) -> Self {
        let mut truth = Self { path: path.into(), ..Self::default() };
        for entry in entries {
            truth.count(entry);
        }
        truth
    }

    /// Counts one entry.
    pub(super) fn count(&mut self, entry: &SampleEntry) {
        self.count_as(entry.kind, entry.as_entry().level());
    }

    /// Counts one entry of this type and level.
    pub(super) fn count_as(&mut self, kind: EntryKind, level: Level) {
        self.entries += 1;
        for (count, known) in self.by_kind.iter_mut().zip(EntryKind::ALL) {
            *count += u64::from(known == kind);
        }
        self.errors += u64::from(level == Level::Error);
        self.warnings += u64::from(level == Level::Warning);
    }
}
