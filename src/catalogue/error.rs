//! Why a catalogue was refused.

use std::path::PathBuf;

use crate::model::{Finding, plural};

/// Why a catalogue was refused.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A directory or a file in it could not be read.
    #[error("failed to read `{}`", path.display())]
    Read {
        /// The directory or the file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A directory that was named holds no pattern files.
    #[error("`{}` holds no pattern files, expected files that end in `.toml`", path.display())]
    Empty {
        /// The directory.
        path: PathBuf,
    },
    /// The files have faults.
    #[error("the pattern files have {}", plural(u64::try_from(findings.len()).unwrap_or(0), "fault"))]
    Invalid {
        /// All of them, sorted by file and line.
        findings: Vec<Finding>,
    },
}

impl CatalogueError {
    /// Returns the faults of the files; empty where they could not be read at all.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Invalid { findings } => findings,
            Self::Read { .. } | Self::Empty { .. } => &[],
        }
    }
}
