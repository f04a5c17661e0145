//! What can go wrong with the store.

use std::fmt;
use std::io::ErrorKind;
use std::path::PathBuf;

/// Why the store could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such file.
    #[error("there is no store at `{path}`")]
    Missing {
        /// The store's file.
        path: PathBuf,
    },
    /// The file could not be created or opened.
    #[error("failed to open the store `{path}`")]
    Open {
        /// The store's file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Another process writes to the store.
    #[error("the store `{path}` is being written by another dewlap")]
    Locked {
        /// The store's file.
        path: PathBuf,
    },
    /// The store is of an older version, and cannot be changed while it is being written.
    #[error(
        "the store `{path}` has schema {found}, expected {known}, and is being written by another \
         dewlap, so that it cannot be changed"
    )]
    Outdated {
        /// The store's file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The schema that this version needs.
        known: i64,
    },
    /// The store was made by a newer version.
    #[error("the store `{path}` has schema {found}, expected {known} or older")]
    Newer {
        /// The store's file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema that this version knows.
        known: i64,
    },
    /// The file is a database, but not ours, or not a database.
    #[error("`{path}` is not a dewlap store")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The store has no such problem.
    #[error("there is no problem `{problem}` in the store")]
    NoProblem {
        /// What was given.
        problem: String,
    },
    /// SQLite refused an operation.
    #[error("failed to {attempt} the store `{path}`")]
    Sqlite {
        /// What was attempted, such as `write to`.
        attempt: &'static str,
        /// The store's file.
        path: PathBuf,
        /// The cause.
        source: SqliteCause,
    },
    /// The key of the pseudonyms could not be read or made.
    #[error("failed to {attempt} the pseudonym key `{path}`")]
    Key {
        /// What was attempted.
        attempt: &'static str,
        /// The key's file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The writer ended early; its own error tells why.
    #[error("the store's writer has stopped")]
    Stopped,
}

/// What SQLite says is wrong.
#[derive(Debug)]
pub struct SqliteCause(rusqlite::Error);

impl From<rusqlite::Error> for SqliteCause {
    fn from(error: rusqlite::Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for SqliteCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            rusqlite::Error::SqliteFailure(code, Some(text)) => {
                write!(f, "{text} (SQLite {})", code.extended_code)
            }
            other => other.fmt(f),
        }
    }
}

impl std::error::Error for SqliteCause {}

/// What to do where the file may not be written.
const NOT_ALLOWED: &str = "the store and its directory must be writable, also for a reader; use the \
    account that it belongs to, or name another one with `--db FILE`";

impl StoreError {
    /// Returns what the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        use rusqlite::ErrorCode::{
            CannotOpen, DatabaseBusy, DatabaseCorrupt, DiskFull, ReadOnly, SystemIoFailure,
        };
        let hint = match self {
            Self::Missing { .. } => {
                "read some logs first with `dewlap ingest PATH`, or name the store with `--db FILE`"
            }
            Self::Locked { .. } => "wait until it ends, or use another store with `--db FILE`",
            Self::Outdated { .. } => {
                "where that is `follow` of an older version, stop it and start this one; the store is \
                 changed when it starts"
            }
            Self::Newer { .. } => "use the version of dewlap that wrote it, or a newer one",
            Self::Foreign { .. } => "name another file with `--db FILE`; this one is left as it is",
            Self::Key { .. } => {
                "the key must be 64 hexadecimal digits; without it, new pseudonyms differ from old ones"
            }
            Self::Sqlite { source, .. } => match source.0.sqlite_error_code()? {
                DiskFull | SystemIoFailure => {
                    "free some space on its disk (or raise the file size limit) and run the same \
                     command again: all that was committed is kept, and reading goes on from there"
                }
                DatabaseBusy => "another program holds the store; close it and try again",
                DatabaseCorrupt => {
                    "restore the store from a backup, or read the logs into a new one"
                }
                CannotOpen | ReadOnly => NOT_ALLOWED,
                _ => return None,
            },
            Self::NoProblem { .. } => "`dewlap problems` lists all",
            Self::Open { source, .. } => match source.kind() {
                ErrorKind::NotFound => {
                    "make its directory first, or name another store with `--db FILE`"
                }
                ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => NOT_ALLOWED,
                _ => return None,
            },
            Self::Stopped => return None,
        };
        Some(hint.into())
    }
}
