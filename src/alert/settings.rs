//! What the operator wants to be told, when and how.

use std::path::PathBuf;
use std::time::Duration;

use super::Maintenance;
use crate::mail::MailServer;
use crate::model::Severity;
use crate::secret::SecretPlace;
use crate::store::Trigger;

/// What raises alerts and where they go.
#[derive(Clone, Debug)]
pub struct AlertSettings {
    /// What raises an alert.
    pub triggers: Vec<Trigger>,
    /// Problems as bad as this, or worse, raise one each time.
    pub severity: Severity,
    /// Whether unknowns raise one when they are new.
    pub with_unknowns: bool,
    /// So long without an event ends a bout.
    pub quiet: Duration,
    /// A problem that comes back after so long raises an alert.
    pub returned_after: Duration,
    /// A critical problem with no usual time is told so long after it is noticed.
    pub settle: Duration,
    /// The same for others; a usual time that is shorter is none.
    pub min_hold: Duration,
    /// No problem is held longer because it usually heals by itself.
    pub max_hold: Duration,
    /// Whether the end of what was told is told as well.
    pub is_end_told: bool,
    /// No more alerts are told in an hour; then one message says how many are held back.
    pub max_per_hour: u32,
    /// Where alerts go.
    pub targets: Vec<Target>,
    /// When nothing is told.
    pub maintenance: Vec<Maintenance>,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            triggers: Trigger::ALL.to_vec(),
            severity: Severity::Critical,
            with_unknowns: true,
            quiet: Duration::from_mins(15),
            returned_after: Duration::from_hours(14 * 24),
            settle: Duration::from_secs(10),
            min_hold: Duration::from_secs(30),
            max_hold: Duration::from_hours(1),
            is_end_told: true,
            max_per_hour: 20,
            targets: Vec::new(),
            maintenance: Vec::new(),
        }
    }
}

/// Where alerts go.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its name, by which deliveries are kept.
    pub name: String,
    /// How it is reached.
    pub kind: TargetKind,
    /// An attempt takes no longer.
    pub timeout: Duration,
}

/// How a target is reached.
#[derive(Clone, Debug)]
pub enum TargetKind {
    /// By an HTTP request.
    Webhook(Webhook),
    /// By mail.
    Mail(Mail),
    /// By a program, which reads JSON from its standard input.
    Command(Vec<String>),
}

/// A target that is reached by an HTTP request.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// What the request holds.
    pub body: WebhookBody,
    /// The address, which may be a secret in itself.
    pub url: SecretPlace,
    /// Headers, by name.
    pub headers: Vec<(String, String)>,
    /// A header whose value is a secret.
    pub secret: Option<(String, SecretPlace)>,
    /// Certificate authorities that are trusted in place of the public ones.
    pub ca_file: Option<PathBuf>,
}

/// What a request to a webhook holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookBody {
    /// Dewlap's own JSON.
    Json,
    /// Blocks for an incoming webhook of Slack.
    Slack,
    /// An Adaptive Card for a workflow of Teams.
    Teams,
}

impl WebhookBody {
    /// Every body.
    pub const ALL: [Self; 3] = [Self::Json, Self::Slack, Self::Teams];

    /// Returns the name used in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Slack => "slack",
            Self::Teams => "teams",
        }
    }
}

/// A target that is reached by mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The mail server.
    pub server: MailServer,
    /// Who sends.
    pub from: String,
    /// Who receives.
    pub to: Vec<String>,
    /// The name and password of an account on the mail server.
    pub login: Option<(String, SecretPlace)>,
}

impl AlertSettings {
    /// Puts the values of environment variables, which `lookup` gives, in the place of their names.
    pub fn resolve(&mut self, lookup: &dyn Fn(&str) -> Option<String>) {
        let secrets = self.targets.iter_mut().flat_map(|target| match &mut target.kind {
            TargetKind::Webhook(webhook) => {
                let secret = webhook.secret.as_mut().map(|(_, secret)| secret);
                [Some(&mut webhook.url), secret]
            }
            TargetKind::Mail(mail) => [mail.login.as_mut().map(|(_, secret)| secret), None],
            TargetKind::Command(_) => [None, None],
        });
        secrets.flatten().for_each(|secret| secret.resolve(lookup));
    }

    /// Returns the target with this name.
    #[must_use]
    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.name == name)
    }
}
