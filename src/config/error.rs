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
    /// A password file could not be read.
    #[error("failed to read the password file `{path}`")]
    Password {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// There is no password where it should be.
    #[error("there is no password in `{place}`")]
    NoPassword {
        /// The file or the variable.
        place: String,
    },
}

impl ConfigError {
    /// Returns the faults of the file.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Invalid { findings, .. } => findings,
            Self::Read { .. } | Self::Password { .. } | Self::NoPassword { .. } => &[],
        }
    }

    /// Returns what the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound => Some(
                "name another file with `--config FILE`; without one, `dewlap.toml` is read if it is there",
            ),
            Self::Password { .. } | Self::NoPassword { .. } => Some(
                "a password file holds the password alone, and only the account that runs dewlap can read it",
            ),
            _ => None,
        }
    }
}
