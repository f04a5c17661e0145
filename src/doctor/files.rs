//! The files of a source, and which of them cannot be read.

use std::fs::{self, File};
use std::path::PathBuf;

use crate::model::Millis;
use crate::tail::Place;

/// Files that are opened, at most; a source may hold millions.
const MAX_FILES: usize = 200_000;
const NANOS_PER_MILLI: i64 = 1_000_000;

/// What is at some places.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Directories.
    pub(super) n_directories: usize,
    /// Files.
    pub(super) n_files: usize,
    /// What cannot be read, with why.
    pub(super) unreadable: Vec<(PathBuf, std::io::Error)>,
    /// A file that was changed after a moment.
    pub(super) newer: Option<PathBuf>,
}

impl Survey {
    /// Looks at every file that following would read.
    pub(super) fn add(&mut self, place: &Place, now: Millis) {
        let scan = place.scan();
        self.n_directories += scan.n_directories;
        self.n_files += scan.files.len();
        for (directory, _) in scan.unlisted {
            let error = fs::read_dir(&directory).err();
            self.unreadable.extend(error.map(|error| (directory.into(), error)));
        }
        for file in scan.files.into_iter().take(MAX_FILES) {
            if let Err(error) = File::open(&file.path) {
                self.unreadable.push((file.path.into(), error));
            } else if file.stamp.modified / NANOS_PER_MILLI > now.get() {
                self.newer = Some(file.path.into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_the_files_that_it_names() {
        let place = tempfile::tempdir().unwrap();
        for path in ["a/engine.log", "a/engine.1.log", "b/engine.log", "a/x.txt", "a/deep/er/y.log"]
        {
            let path = place.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        for (pattern, want) in [
            ("a/engine.log", 1),
            ("a/*.log", 2),
            ("?/engine*.log", 3),
            ("**/*.log", 4),
            ("a/[xy].txt", 1),
            ("c/*.log", 0),
        ] {
            let mut survey = Survey::default();
            let pattern = place.path().join(pattern);
            let place = Place::pattern(&pattern.to_string_lossy()).unwrap();
            survey.add(&place, Millis::new(i64::MAX));
            assert_eq!(survey.n_files, want, "{}", pattern.display());
        }
    }
}
