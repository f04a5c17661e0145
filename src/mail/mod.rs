//! Sends mail.
//!
//! Entry point: [`send`] takes a [`Letter`] to a [`MailServer`] and waits for its answer.
//!
//! **Invariant:** an error never holds a password, nor what a server said of a letter: it may quote
//! it.
//!
//! **Not here:** what is sent and when (`alert`, `pipeline`), where passwords are (`config`).

mod letter;
mod server;

pub use letter::{Letter, Picture, is_mail_address};
pub use server::{MailServer, MailTls, send};

use std::error::Error;

/// Why a letter was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// An address is none.
    #[error("`{address}` is not a mail address")]
    Address {
        /// The address.
        address: String,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The letter could not be put together.
    #[error("failed to put a mail together")]
    Letter {
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The certificates of a mail server could not be read.
    #[error("failed to read the certificates of the mail server")]
    Certificates {
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The mail server did not take the letter.
    #[error("failed to send a mail{}", answered(*code))]
    Server {
        /// What the server answered.
        code: Option<u16>,
        /// True where it will not take it later either.
        is_final: bool,
        /// The cause, where the server did not answer.
        source: Option<Box<dyn Error + Send + Sync>>,
    },
}

fn answered(code: Option<u16>) -> String {
    code.map(|code| format!(", the server answered {code}")).unwrap_or_default()
}

impl MailError {
    /// Returns true where another attempt would end no better.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Address { .. } | Self::Letter { .. } => true,
            Self::Server { is_final, .. } => *is_final,
            Self::Certificates { .. } => false,
        }
    }
}
