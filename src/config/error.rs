//! What can be wrong with the configuration.

use std::path::PathBuf;

use crate::model::{Finding, plural};

/// Why a configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("failed to read the configuration `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file has faults.
    #[error("the configuration `{path}` has {}", plural(findings.len() as u64, "fault"))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// All of them, sorted by line.
        findings: Vec<Finding>,
    },
}

impl ConfigError {
    /// Returns the faults of the file.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Read { .. } => &[],
            Self::Invalid { findings, .. } => findings,
        }
    }

    /// Returns what the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound => Some(
                "name another file with `--config FILE`; without one, `dewlap.toml` is read if it is there",
            ),
            _ => None,
        }
    }
}
