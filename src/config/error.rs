//! What can be wrong with the configuration.

use std::path::PathBuf;

use crate::model::{Finding, plural};
use crate::secret::SecretError;

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
    /// A password is not to be had.
    #[error("failed to get a password")]
    Password {
        /// The cause.
        source: SecretError,
    },
}

impl ConfigError {
    /// Returns the faults of the file.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Invalid { findings, .. } => findings,
            Self::Read { .. } | Self::Password { .. } => &[],
        }
    }

    /// Returns what the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound => Some(
                "name another file with `--config FILE`; without one, `dewlap.toml` is read if it is there",
            ),
            Self::Password { .. } => Some(
                "a password file holds the password alone, and only the account that runs dewlap can read it",
            ),
            _ => None,
        }
    }
}
