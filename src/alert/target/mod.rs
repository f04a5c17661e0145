//! Takes messages to where they go.

mod command;
mod mail;
mod webhook;

pub use mail::send_letter;

use std::time::Duration;

use super::message::Message;
use super::settings::{Target, TargetKind};
use crate::mail::MailError;
use crate::model::{Millis, with_causes};
use crate::secret::SecretError;
use crate::web::WebError;

/// Why a target did not take a message.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// A secret is not to be had.
    #[error("failed to get a secret")]
    Secret {
        /// The cause.
        source: SecretError,
    },
    /// There was no answer.
    #[error("failed to ask the webhook")]
    Web {
        /// The cause.
        source: WebError,
    },
    /// The webhook could not be asked now.
    #[error("the webhook answered {status}")]
    Later {
        /// The status.
        status: u16,
        /// It wants to be left alone for so long.
        retry_after: Option<Duration>,
    },
    /// The webhook will not have the message.
    #[error("the webhook refused the message with {status}")]
    Refused {
        /// The status.
        status: u16,
    },
    /// The mail was not sent.
    #[error(transparent)]
    Mail {
        /// The cause.
        source: MailError,
    },
    /// The message was written by another version of dewlap.
    #[error("the message is of another version of dewlap")]
    Unreadable,
    /// The program could not be started.
    #[error("failed to start `{program}`")]
    Start {
        /// The program.
        program: String,
        /// The cause.
        source: std::io::Error,
    },
    /// The program failed.
    #[error("`{program}` ended with {status}")]
    Exit {
        /// The program.
        program: String,
        /// How it ended.
        status: String,
    },
    /// The program took too long and was killed.
    #[error("`{program}` took longer than {} s and was killed", limit.as_secs())]
    Timeout {
        /// The program.
        program: String,
        /// How long it may take.
        limit: Duration,
    },
}

impl DeliverError {
    /// Returns true where another attempt would end no better.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::Unreadable => true,
            Self::Mail { source } => source.is_final(),
            _ => false,
        }
    }

    /// Returns how long the target wants to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Later { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Renders the error with its causes, without what a target's address may hold in secret.
    #[must_use]
    pub fn told(&self) -> String {
        with_causes(self)
    }
}

/// Takes a message to a target, and waits for its answer no longer than the target's timeout.
///
/// # Errors
///
/// Returns why the target did not take it.
pub(super) fn deliver(target: &Target, message: &Message, now: Millis) -> Result<(), DeliverError> {
    match &target.kind {
        TargetKind::Webhook(webhook) => webhook::deliver(webhook, target.timeout, message, now),
        TargetKind::Mail(mail) => mail::deliver(mail, target.timeout, message, now),
        TargetKind::Command(command) => command::deliver(command, target.timeout, message),
    }
}

/// Takes a message to a target that only tries whether it can be reached.
///
/// # Errors
///
/// Returns why the target did not take it.
pub fn try_target(target: &Target, now: Millis) -> Result<(), DeliverError> {
    deliver(target, &Message::test(now), now)
}
