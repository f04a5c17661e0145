//! Why a question had no answer.

use std::time::Duration;

use crate::web::WebError;

/// Why a question had no answer, or not the one that was asked for.
///
/// What a server said is quoted as it came, and may quote a message: it must be masked before it is
/// stored or logged.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// No whole answer came, or the client could not be made.
    #[error(transparent)]
    Web(#[from] WebError),
    /// No thread could be started for the request.
    #[error("failed to start a thread for a request")]
    Thread {
        /// The cause.
        source: std::io::Error,
    },
    /// The server does not let the user in.
    #[error("`{origin}` refuses the user name or the password (status {status})")]
    Refused {
        /// Scheme, host and port.
        origin: String,
        /// The status.
        status: u16,
    },
    /// The server asks to come again later.
    #[error("`{origin}` asks to come again later (status {status})")]
    Busy {
        /// Scheme, host and port.
        origin: String,
        /// The status.
        status: u16,
        /// When to come again.
        after: Option<Duration>,
    },
    /// The server answered with another status than success.
    #[error("`{origin}` answered with status {status}")]
    Status {
        /// Scheme, host and port.
        origin: String,
        /// The status.
        status: u16,
    },
    /// The server said that it could not answer.
    #[error("`{origin}` answered with an error: {text}")]
    Told {
        /// Scheme, host and port.
        origin: String,
        /// What it said.
        text: String,
    },
    /// The answer is not one of the interface.
    #[error("`{origin}` answered with something else than {expected}")]
    Foreign {
        /// Scheme, host and port.
        origin: String,
        /// What was expected.
        expected: &'static str,
    },
    /// None of the components that are to be read is there.
    #[error("`{origin}` has none of the components that are to be read")]
    NoComponent {
        /// Scheme, host and port.
        origin: String,
    },
    /// The answer ended in its middle, before anything new.
    #[error("the answer of `{origin}` is cut off")]
    Cut {
        /// Scheme, host and port.
        origin: String,
    },
    /// The answer is one to another question.
    #[error("`{origin}` repeats an answer to another question")]
    Repeated {
        /// Scheme, host and port.
        origin: String,
    },
}

impl AskError {
    /// Returns how long to wait after the first of such failures.
    ///
    /// What only somebody can put right is tried rarely. A refused password above all: Iguana logs each attempt, and may lock the account.
    #[must_use]
    pub fn first_wait(&self) -> Duration {
        match self {
            Self::Refused { .. } | Self::NoComponent { .. } => Duration::from_mins(1),
            _ => Duration::from_secs(1),
        }
    }

    /// Returns how long the server asked to wait.
    #[must_use]
    pub fn asked_wait(&self) -> Option<Duration> {
        match self {
            Self::Busy { after, .. } => *after,
            _ => None,
        }
    }

    /// Returns the error with its causes, on one line.
    #[must_use]
    pub fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
