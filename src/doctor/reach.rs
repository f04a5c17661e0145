//! Whether other machines can be reached: servers that are asked, targets of alerts, and the mail
//! server of the report.

use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

use super::diagnosis::Diagnosis;
use crate::alert::{Mail, Target, TargetKind};
use crate::config::Config;
use crate::web::{Client, ClientOptions, Request};

/// How long another machine may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// What is answered does not matter; that it comes does.
const MAX_ANSWER_BYTES: u64 = 1024 * 1024;

/// Looks whether each target of alerts can be reached. Nothing is sent to it.
#[must_use]
pub fn check_targets(config: &Config) -> Vec<Diagnosis> {
    if config.alerts.targets.is_empty() {
        let advice = "add an `[[alerts.target]]` where problems are to be told at once";
        return vec![Diagnosis::warning("alerts", "nobody is told of problems", advice)];
    }
    config.alerts.targets.iter().map(check_target).collect()
}

fn check_target(target: &Target) -> Diagnosis {
    let subject = format!("alerts to {}", target.name);
    match &target.kind {
        TargetKind::Mail(mail) => check_mail(&subject, mail),
        TargetKind::Webhook(webhook) => match webhook.url.read() {
            Ok(url) => check_address(&subject, url.expose(), webhook.ca_file.as_deref()),
            Err(error) => {
                Diagnosis::fault(&subject, error.to_string(), "its address is not to be had")
            }
        },
        TargetKind::Command(command) => {
            let program = command.first().map(String::as_str).unwrap_or_default();
            if Path::new(program).is_file() {
                return Diagnosis::ok(&subject, format!("`{program}` is there"));
            }
            let advice = "name the program by its whole path";
            Diagnosis::fault(&subject, format!("there is no program `{program}`"), advice)
        }
    }
}

/// Looks whether the mail server of the weekly report can be reached, where the report is mailed.
/// Nothing is sent to it.
#[must_use]
pub fn check_report(config: &Config) -> Vec<Diagnosis> {
    config.report.mail.iter().map(|mail| check_mail("report", mail)).collect()
}

/// Looks whether a mail server can be reached, and whether there is a password where it asks for one.
fn check_mail(subject: &str, mail: &Mail) -> Diagnosis {
    if let Some(Err(error)) = mail.login.as_ref().map(|(_, password)| password.read()) {
        let advice = "put the password there, readable by this account";
        return Diagnosis::fault(subject, error.to_string(), advice);
    }
    let address = format!("{}:{}", mail.server.host, mail.server.port);
    match connect(&mail.server.host, mail.server.port) {
        Ok(()) => Diagnosis::ok(subject, format!("`{address}` answers")),
        Err(error) => {
            let message = format!("`{address}` cannot be reached: {error}");
            Diagnosis::fault(subject, message, "check host, port and firewall")
        }
    }
}

/// Looks whether a web server answers, whatever it answers.
pub(super) fn check_address(subject: &str, url: &str, ca_file: Option<&Path>) -> Diagnosis {
    let options = ClientOptions {
        ca_file: ca_file.map(Path::to_path_buf),
        timeout: PATIENCE,
        max_body_bytes: MAX_ANSWER_BYTES,
    };
    let origin = crate::web::origin_of(url);
    let asked = Client::new(&options).and_then(|client| {
        // The path may be a secret, and a request to it a message.
        client.send(&Request { url: &origin, ..Request::default() })
    });
    match asked {
        Ok(_) => Diagnosis::ok(subject, format!("`{origin}` answers")),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            let message = format!("{error}{}", cause.unwrap_or_default());
            let advice = "check address, firewall and, for `https`, `ca_file`";
            Diagnosis::fault(subject, message, advice)
        }
    }
}

fn connect(host: &str, port: u16) -> std::io::Result<()> {
    let mut last = std::io::ErrorKind::NotFound.into();
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(_) => return Ok(()),
            Err(error) => last = error,
        }
    }
    Err(last)
}
