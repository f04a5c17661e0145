//! What can go wrong with serving.

use std::io;
use std::net::SocketAddr;

/// Why the health page cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("failed to listen on `{address}`")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// Listening ended.
    #[error("failed to serve the health page")]
    Serve {
        /// The cause.
        source: io::Error,
    },
}

impl ServeError {
    /// Returns what the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Listen { source, .. } => match source.kind() {
                io::ErrorKind::AddrInUse => Some(
                    "another program, perhaps another `dewlap follow`, has the port; \
                     set `health` in the configuration to a free one"
                        .into(),
                ),
                io::ErrorKind::AddrNotAvailable => Some(
                    "this machine has no such address; see `health` in the configuration".into(),
                ),
                io::ErrorKind::PermissionDenied => {
                    Some("ports below 1024 are for root; set `health` to a higher one".into())
                }
                _ => None,
            },
            Self::Serve { .. } => None,
        }
    }
}
