//! Mail.

use std::time::Duration;

use super::DeliverError;
use crate::alert::message::Message;
use crate::alert::render::{html, text};
use crate::alert::settings::Mail;
use crate::mail::Letter;
use crate::model::Millis;
use crate::secret::Secret;

/// Sends a message.
pub(super) fn deliver(
    mail: &Mail,
    timeout: Duration,
    message: &Message,
    now: Millis,
) -> Result<(), DeliverError> {
    let letter = Letter {
        id: message.id.clone(),
        from: &mail.from,
        to: &mail.to,
        subject: format!("[dewlap] {}", message.summary),
        date: now,
        // Mail programs show the messages of one alert as one conversation.
        references: message.alert.as_ref().map(|alert| format!("<{alert}@dewlap>")),
        text: text(message),
        html: html(message),
        pictures: Vec::new(),
    };
    send_letter(mail, &letter, timeout)
}

/// Sends a letter by the account that the configuration names.
///
/// # Errors
///
/// Returns [`DeliverError::Secret`] where the password is not to be had, and
/// [`DeliverError::Mail`] where the letter was not sent.
pub fn send_letter(
    mail: &Mail,
    letter: &Letter<'_>,
    timeout: Duration,
) -> Result<(), DeliverError> {
    let secret = |source| DeliverError::Secret { source };
    let password = mail.login.as_ref().map(|(_, secret)| secret.read()).transpose();
    let password = password.map_err(secret)?;
    let login = mail
        .login
        .as_ref()
        .map(|(user, _)| user.as_str())
        .zip(password.as_ref().map(Secret::expose));
    crate::mail::send(&mail.server, login, letter, timeout)
        .map_err(|source| DeliverError::Mail { source })
}
