//! Mail.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{Message as Letter, SmtpTransport, Transport};

use super::DeliverError;
use crate::alert::message::Message;
use crate::alert::render::{html, text};
use crate::alert::settings::{Mail, MailTls};
use crate::model::Millis;

/// Sends a message.
pub(super) fn deliver(
    mail: &Mail,
    timeout: Duration,
    message: &Message,
    now: Millis,
) -> Result<(), DeliverError> {
    let letter = letter(mail, message, now)?;
    let mut transport = SmtpTransport::builder_dangerous(&mail.host)
        .port(mail.port)
        .timeout(Some(timeout))
        .tls(protection(mail)?);
    if let Some((user, password)) = &mail.login {
        let password = password.read().map_err(|source| DeliverError::Secret { source })?;
        transport =
            transport.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
    }
    match transport.build().send(&letter) {
        Ok(_) => Ok(()),
        Err(error) => {
            let code = error.status().and_then(|code| code.to_string().parse().ok());
            let is_final = error.is_permanent();
            // What a server answers may quote the mail.
            let source = code.is_none().then(|| error.into());
            Err(DeliverError::Mail { code, is_final, source })
        }
    }
}

/// Returns the mail, with the same id at every attempt.
fn letter(mail: &Mail, message: &Message, now: Millis) -> Result<Letter, DeliverError> {
    let from = mailbox(&mail.from)?;
    let id = format!("<{}@{}>", message.id, from.email.domain());
    let failed = |source: lettre::error::Error| DeliverError::Address {
        address: mail.from.clone(),
        source: source.into(),
    };
    let mut letter = Letter::builder()
        .from(from)
        .message_id(Some(id))
        .date(now.timestamp().into())
        .subject(format!("[dewlap] {}", message.summary.replace(['\r', '\n'], " ")));
    for to in &mail.to {
        letter = letter.to(mailbox(to)?);
    }
    if let Some(alert) = &message.alert {
        // Mail programs show the messages of one alert as one conversation.
        letter = letter.references(format!("<{alert}@dewlap>"));
    }
    let parts = MultiPart::alternative_plain_html(text(message), html(message));
    letter.multipart(parts).map_err(failed)
}

fn mailbox(address: &str) -> Result<Mailbox, DeliverError> {
    address.parse().map_err(|source: lettre::address::AddressError| DeliverError::Address {
        address: address.into(),
        source: source.into(),
    })
}

/// Returns true where a text is a mail address, with or without a name before it.
#[must_use]
pub fn is_mail_address(text: &str) -> bool {
    mailbox(text).is_ok()
}

fn protection(mail: &Mail) -> Result<Tls, DeliverError> {
    let wrong = |source: Box<dyn Error + Send + Sync>| DeliverError::Certificates { source };
    let parameters = || {
        let mut parameters = TlsParameters::builder(mail.host.clone());
        if let Some(path) = &mail.ca_file {
            parameters = parameters.certificate_store(CertificateStore::None);
            for certificate in certificates(path).map_err(wrong)? {
                parameters = parameters.add_root_certificate(certificate);
            }
        }
        parameters.build().map_err(|error| wrong(error.into()))
    };
    Ok(match mail.tls {
        MailTls::None => Tls::None,
        MailTls::StartTls => Tls::Required(parameters()?),
        MailTls::Tls => Tls::Wrapper(parameters()?),
    })
}

/// Reads certificates in PEM, of which there must be one.
fn certificates(path: &Path) -> Result<Vec<Certificate>, Box<dyn Error + Send + Sync>> {
    const END: &str = "-----END CERTIFICATE-----";
    let pem = std::fs::read_to_string(path)?;
    let found: Result<Vec<_>, _> = pem
        .split_inclusive(END)
        .filter(|part| part.contains(END))
        .map(|part| Certificate::from_pem(part.as_bytes()))
        .collect();
    let found = found?;
    if found.is_empty() {
        return Err(format!("`{}` holds no certificate", path.display()).into());
    }
    Ok(found)
}
