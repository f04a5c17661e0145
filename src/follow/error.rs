//! Why following could not begin, or ended.

use super::LoadError;
use crate::serve::ServeError;
use crate::store::StoreError;

/// Why following could not begin, or ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The configuration or the catalogue has faults.
    #[error(transparent)]
    Load(LoadError),
    /// The store cannot be used at all.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The health page cannot be served.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The system gives no threads, timers or signals.
    #[error("failed to start following")]
    Start {
        /// The cause.
        source: std::io::Error,
    },
    /// The configuration names nothing to follow.
    #[error("the configuration names no source to follow")]
    NoSource,
    /// Not all that was read could be committed in time. The next run reads it again.
    #[error("stopping took too long: what was not committed is read again next time")]
    Deadline,
}

impl FollowError {
    /// Returns what the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Store(error) => error.hint(),
            Self::Serve(error) => error.hint(),
            Self::NoSource => Some(
                "write `[[source]]` tables into the configuration; `dewlap init` makes one from \
                 what it finds on this machine"
                    .into(),
            ),
            _ => None,
        }
    }
}
