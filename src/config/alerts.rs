//! Reads `[alerts]`: what is told, to whom, and when not.

use std::path::Path;
use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::day::{DAYS, day_name, read_time};
use super::fields::read_zone;
use super::mail::read_mail;
use super::secret::{one_of, read_path, read_secret};
use crate::alert::{
    AlertSettings, Maintenance, MaintenanceTime, Target, TargetKind, Webhook, WebhookBody,
};
use crate::document::Fields;
use crate::model::{Millis, Severity};
use crate::secret::{Secret, SecretPlace};
use crate::store::Trigger;

/// An attempt takes no longer where nothing else is said,
const TIMEOUT: Duration = Duration::from_secs(10);
/// and never longer than this.
const MAX_TIMEOUT: Duration = Duration::from_mins(5);
/// The quiet that ends a bout is at least this, as events are looked at by the minute.
const MIN_QUIET: Duration = Duration::from_mins(1);
/// The header of a secret where no other is named.
const SECRET_HEADER: &str = "Authorization";

/// How a target is reached, as it is written.
#[derive(Clone, Copy)]
enum TargetType {
    Webhook(WebhookBody),
    Smtp,
    Command,
}

impl TargetType {
    const ALL: [Self; 5] = [
        Self::Webhook(WebhookBody::Json),
        Self::Webhook(WebhookBody::Slack),
        Self::Webhook(WebhookBody::Teams),
        Self::Smtp,
        Self::Command,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Webhook(body) => body.name(),
            Self::Smtp => "smtp",
            Self::Command => "command",
        }
    }
}

/// Reads `[alerts]`. Paths count from the directory, and hours without a zone are of `zone`.
pub(super) fn read(mut fields: Fields<'_>, directory: &Path, zone: &TimeZone) -> AlertSettings {
    let usual = AlertSettings::default();
    let mut settings = AlertSettings {
        triggers: fields
            .optional("on")
            .words(&Trigger::ALL, Trigger::name)
            .unwrap_or(usual.triggers),
        severity: fields
            .optional("severity")
            .word(&Severity::ALL, Severity::name)
            .unwrap_or(usual.severity),
        with_unknowns: fields.optional("unknowns").boolean().unwrap_or(usual.with_unknowns),
        quiet: fields.optional("quiet").span().unwrap_or(usual.quiet),
        returned_after: fields.optional("returned_after").span().unwrap_or(usual.returned_after),
        settle: fields.optional("settle").span().unwrap_or(usual.settle),
        min_hold: fields.optional("min_hold").span().unwrap_or(usual.min_hold),
        max_hold: fields.optional("max_hold").span().unwrap_or(usual.max_hold),
        is_end_told: fields.optional("tell_end").boolean().unwrap_or(usual.is_end_told),
        max_per_hour: fields
            .optional("max_per_hour")
            .integer(1..=10_000)
            .unwrap_or(usual.max_per_hour),
        targets: Vec::new(),
        maintenance: Vec::new(),
    };
    if settings.quiet < MIN_QUIET {
        fields.report_at("quiet", "`quiet` is too short, expected at least `1m`".into(), None);
    }
    if settings.max_hold < settings.min_hold {
        fields.report_at("max_hold", "`max_hold` is shorter than `min_hold`".into(), None);
    }
    let mut names = Vec::new();
    for table in fields.optional("target").tables() {
        settings.targets.extend(read_target(table, directory, &mut names));
    }
    for table in fields.optional("maintenance").tables() {
        settings.maintenance.extend(read_maintenance(table, zone));
    }
    fields.finish();
    settings
}

fn read_target(
    mut fields: Fields<'_>,
    directory: &Path,
    names: &mut Vec<String>,
) -> Option<Target> {
    let name = fields.required("name").text();
    if let Some(name) = name.as_ref().filter(|name| names.contains(name)) {
        fields.report_at("name", format!("there are two targets `{name}`"), None);
    }
    names.extend(name.clone());
    let timeout = fields.optional("timeout").span().unwrap_or(TIMEOUT);
    if timeout.is_zero() || timeout > MAX_TIMEOUT {
        fields.report_at(
            "timeout",
            "`timeout` is out of range, expected `1s` to `5m`".into(),
            None,
        );
    }
    let kind = match fields.required("type").word(&TargetType::ALL, TargetType::name)? {
        TargetType::Webhook(body) => {
            read_webhook(&mut fields, directory, body).map(TargetKind::Webhook)
        }
        TargetType::Smtp => read_mail(&mut fields, directory).map(TargetKind::Mail),
        TargetType::Command => read_command(&mut fields).map(TargetKind::Command),
    };
    fields.finish();
    Some(Target { name: name?, kind: kind?, timeout })
}

fn read_webhook(fields: &mut Fields<'_>, directory: &Path, body: WebhookBody) -> Option<Webhook> {
    let url = fields.optional("url").text();
    if url.as_deref().is_some_and(|url| !is_web_address(url)) {
        let message = "`url` is not an address, expected one such as `https://host/path`";
        fields.report_at("url", message.into(), None);
    }
    let hidden = read_secret(fields, ("url_file", "url_env"), directory);
    let url = match (url.map(|url| SecretPlace::Given(Secret::new(&url))), hidden) {
        (Some(_), Some(_)) => one_of(fields, "`url`, `url_file` and `url_env`"),
        (None, None) => {
            fields.report("`url` is missing".into(), Some(URL_HINT.into()));
            None
        }
        (one, other) => one.or(other),
    };
    let headers = fields.optional("headers").string_map().unwrap_or_default();
    let secret_header = fields.optional("secret_header").text();
    let secret = read_secret(fields, ("secret_file", "secret_env"), directory);
    if secret_header.is_some() && secret.is_none() {
        let hint = "`secret_file` or `secret_env` says where the value of the header is";
        fields.report_at("secret_header", "the secret is missing".into(), Some(hint.into()));
    }
    let name = secret_header.clone().unwrap_or_else(|| SECRET_HEADER.into());
    for (name, value) in headers.iter().chain([(&name, &String::new())]) {
        if !is_header(name, value) {
            fields.report_at("headers", format!("`{name}` is not a header that can be sent"), None);
        }
    }
    let ca_file = read_path(fields, "ca_file", directory);
    Some(Webhook {
        body,
        url: url?,
        headers: headers.into_iter().collect(),
        secret: secret.map(|secret| (name, secret)),
        ca_file,
    })
}

const URL_HINT: &str =
    "where the address is a secret in itself, `url_file` or `url_env` says where it is";

fn read_command(fields: &mut Fields<'_>) -> Option<Vec<String>> {
    let command = fields.required("command").strings()?;
    if command.first().is_none_or(|program| program.trim().is_empty()) {
        let hint = "the program, then its arguments, as in `[\"/usr/local/bin/page\", \"--now\"]`";
        fields.report_at("command", "`command` names no program".into(), Some(hint.into()));
        return None;
    }
    Some(command)
}

fn read_maintenance(mut fields: Fields<'_>, zone: &TimeZone) -> Option<Maintenance> {
    let name = fields.required("name").text();
    let server = fields.optional("server").text();
    let component = fields.optional("component").text();
    let days = fields.optional("days");
    let is_weekly = days.is_present();
    let days = days.words(&DAYS, day_name);
    let when = if is_weekly {
        read_weekly(&mut fields, zone)
            .zip(days)
            .map(|((from, to, zone), days)| MaintenanceTime::Weekly { days, from, to, zone })
    } else {
        read_once(&mut fields)
    };
    fields.finish();
    Some(Maintenance { name: name?, server, component, when: when? })
}

/// Reads the hours of a maintenance that comes every week.
fn read_weekly(fields: &mut Fields<'_>, zone: &TimeZone) -> Option<(Time, Time, TimeZone)> {
    let (from, to) = (read_time(fields, "from"), read_time(fields, "to"));
    let zone = read_zone(fields, "timezone").unwrap_or_else(|| zone.clone());
    Some((from?, to?, zone))
}

/// Reads a maintenance that comes once.
fn read_once(fields: &mut Fields<'_>) -> Option<MaintenanceTime> {
    let mut moment = |key| {
        let text = fields.required(key).text()?;
        let at = Millis::parse(&text);
        if at.is_none() {
            let message =
                format!("`{key}` is not a moment, expected one such as `2026-09-07T22:00:00Z`");
            let hint = "with `days`, `from` and `to` are times of day, every week";
            fields.report_at(key, message, Some(hint.into()));
        }
        at
    };
    let (from, to) = (moment("from"), moment("to"));
    let (from, to) = from.zip(to)?;
    if to <= from {
        fields.report_at("to", "the maintenance ends before it begins".into(), None);
    }
    Some(MaintenanceTime::Once { from, to })
}

/// Returns true for an address that a request can be sent to.
fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
            && rest.chars().all(|c| c.is_ascii_graphic())
    })
}

fn is_header(name: &str, value: &str) -> bool {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && name.chars().all(is_token) && !value.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::mail::MailTls;

    const SOUND: &str = "\
[alerts]
on = ['watch', 'severity']
severity = 'error'
unknowns = false
quiet = '10m'
max_per_hour = 5

[[alerts.target]]
name = 'hook'
type = 'slack'
url_env = 'HOOK'
secret_file = 'hook.secret'
headers = { X-Team = 'interfaces' }

[[alerts.target]]
name = 'mail'
type = 'smtp'
host = 'mail.example.org'
from = 'Dewlap <dewlap@example.org>'
to = 'on-call@example.org'
user = 'dewlap'
password_file = '/etc/dewlap/mail'

[[alerts.target]]
name = 'page'
type = 'command'
command = ['/usr/local/bin/page', '--now']
timeout = '30s'

[[alerts.maintenance]]
name = 'patches'
days = ['sun']
from = '22:00'
to = '02:00'
timezone = 'America/Toronto'

[[alerts.maintenance]]
name = 'move'
server = 'lab'
from = '2026-09-07T22:00:00Z'
to = '2026-09-08T02:00:00Z'
";

    fn parse(text: &str) -> Result<AlertSettings, String> {
        let config = Config::parse(Path::new("/etc/dewlap/dewlap.toml"), text);
        config.map(|config| config.alerts).map_err(|error| {
            let lines: Vec<_> = error.findings().iter().map(ToString::to_string).collect();
            lines.join("\n")
        })
    }

    #[test]
    fn every_kind_of_target_is_read() {
        let settings = parse(SOUND).unwrap();
        assert_eq!(settings.triggers, [Trigger::Watch, Trigger::Severity]);
        assert_eq!(settings.severity, Severity::Error);
        assert!(!settings.with_unknowns);
        assert_eq!((settings.quiet, settings.max_per_hour), (Duration::from_mins(10), 5));
        assert_eq!(settings.settle, AlertSettings::default().settle);
        let TargetKind::Webhook(hook) = &settings.target("hook").unwrap().kind else { panic!() };
        assert_eq!(hook.url, SecretPlace::Variable("HOOK".into()));
        let file = SecretPlace::File("/etc/dewlap/hook.secret".into());
        assert_eq!(hook.secret, Some(("Authorization".into(), file)));
        let TargetKind::Mail(mail) = &settings.target("mail").unwrap().kind else { panic!() };
        assert_eq!((mail.server.port, mail.server.tls, mail.to.len()), (587, MailTls::StartTls, 1));
        let page = settings.target("page").unwrap();
        assert_eq!(page.timeout, Duration::from_secs(30));
        let sunday = Millis::parse("2026-09-14T02:30:00Z").unwrap();
        assert!(settings.maintenance[0].end(sunday).is_some());
        assert_eq!(settings.maintenance[1].server.as_deref(), Some("lab"));
    }

    #[test]
    fn a_variable_is_resolved_and_never_shown() {
        let mut settings = parse(SOUND).unwrap();
        settings.resolve(&|name| (name == "HOOK").then(|| "https://hooks/abc".into()));
        let TargetKind::Webhook(hook) = &settings.target("hook").unwrap().kind else { panic!() };
        assert_eq!(hook.url.read().unwrap().expose(), "https://hooks/abc");
        assert!(!format!("{settings:?}").contains("abc"));
    }

    #[test]
    fn all_faults_of_alerts_are_found_at_once() {
        let text = "\
[alerts]
on = ['newly']
quiet = '5s'
tel_end = true

[[alerts.target]]
name = 'a'
type = 'slak'

[[alerts.target]]
name = 'b'
type = 'json'
secret_header = 'X-Key'

[[alerts.target]]
name = 'b'
type = 'smtp'
host = 'h'
tls = 'none'
from = 'nobody'
to = []
user = 'u'

[[alerts.target]]
name = 'c'
type = 'command'
command = []
timeout = '1h'

[[alerts.maintenance]]
name = 'x'
days = ['sunday']
from = 'late'
to = '02:00'

[[alerts.maintenance]]
name = 'y'
from = '22:00'
to = '2026-09-08T02:00:00Z'
";
        let found = parse(text).unwrap_err();
        for part in [
            ":2: `on` is `newly`",
            "did you mean `new`?",
            ":3: `quiet` is too short",
            ":4: `tel_end` is unknown\n  hint: did you mean `tell_end`?",
            ":8: `type` is `slak`",
            "did you mean `slack`?",
            ":10: `url` is missing",
            ":13: the secret is missing",
            ":16: there are two targets `b`",
            ":20: `nobody` is not a mail address",
            ":21: `to` is empty",
            ":22: a password would be sent in the clear",
            "the login is not whole",
            ":27: `command` names no program",
            ":28: `timeout` is out of range",
            ":32: `days` is `sunday`",
            ":33: `from` is not a time of day",
            ":38: `from` is not a moment",
        ] {
            assert!(found.contains(part), "{part} is missing from:\n{found}");
        }
    }
}
