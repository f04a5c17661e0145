//! Tells when what a session was made from has changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::model::Stamp;

/// What files looked like when they were last read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snapshot(BTreeMap<PathBuf, (Stamp, u64)>);

impl Snapshot {
    /// Looks at files, and at those in directories.
    pub(super) fn of(paths: &[PathBuf]) -> Self {
        let mut seen = BTreeMap::new();
        for path in paths {
            note(&mut seen, path);
            for entry in fs::read_dir(path).into_iter().flatten().flatten() {
                note(&mut seen, &entry.path());
            }
        }
        Self(seen)
    }
}

fn note(seen: &mut BTreeMap<PathBuf, (Stamp, u64)>, path: &Path) {
    if let Ok(metadata) = fs::metadata(path)
        && metadata.is_file()
    {
        seen.insert(path.into(), (Stamp::of(&metadata), metadata.len()));
    }
}
