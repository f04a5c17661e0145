//! Where mail is taken to.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{SmtpTransport, Transport};

use super::{Letter, MailError};

/// A mail server.
#[derive(Clone, Debug)]
pub struct MailServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// Certificate authorities that are trusted in place of the public ones.
    pub ca_file: Option<PathBuf>,
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// Not at all.
    None,
    /// From the greeting on, or there is no connection.
    StartTls,
    /// From the first byte.
    Tls,
}

impl MailTls {
    /// Every protection.
    pub const ALL: [Self; 3] = [Self::None, Self::StartTls, Self::Tls];

    /// Returns the name used in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::StartTls => "starttls",
            Self::Tls => "tls",
        }
    }

    /// Returns the usual port.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::None => 25,
            Self::StartTls => 587,
            Self::Tls => 465,
        }
    }
}

/// Sends a letter, and waits no longer than `timeout` for each answer of the server.
///
/// `login` is the name and the password of an account on the server.
///
/// # Errors
///
/// Returns why the letter was not sent; [`MailError::is_final`] says whether it may be later.
pub fn send(
    server: &MailServer,
    login: Option<(&str, &str)>,
    letter: &Letter<'_>,
    timeout: Duration,
) -> Result<(), MailError> {
    let message = letter.message()?;
    let mut transport = SmtpTransport::builder_dangerous(&server.host)
        .port(server.port)
        .timeout(Some(timeout))
        .tls(protection(server)?);
    if let Some((user, password)) = login {
        transport = transport.credentials(Credentials::new(user.into(), password.into()));
    }
    match transport.build().send(&message) {
        Ok(_) => Ok(()),
        Err(error) => {
            let code = error.status().and_then(|code| code.to_string().parse().ok());
            let is_final = error.is_permanent();
            // What a server answers may quote the mail.
            let source = code.is_none().then(|| error.into());
            Err(MailError::Server { code, is_final, source })
        }
    }
}

fn protection(server: &MailServer) -> Result<Tls, MailError> {
    let wrong = |source: Box<dyn Error + Send + Sync>| MailError::Certificates { source };
    let parameters = || {
        let mut parameters = TlsParameters::builder(server.host.clone());
        if let Some(path) = &server.ca_file {
            parameters = parameters.certificate_store(CertificateStore::None);
            for certificate in certificates(path).map_err(wrong)? {
                parameters = parameters.add_root_certificate(certificate);
            }
        }
        parameters.build().map_err(|error| wrong(error.into()))
    };
    Ok(match server.tls {
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
