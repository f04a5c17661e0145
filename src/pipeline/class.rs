//! The class of an event: what a catalogue makes of its masked text.
//!
//! Entry point: [`Class::new`]. Reading logs and `backtest` both decide here, so that a stored text
//! that is decided again by the same catalogue gets the class it has. [`Class::problem`] is what the
//! event then counts for.

use crate::catalogue::Rule;
use crate::classify::{Fingerprint, Fingerprinter, Verdict, problem_id};
use crate::model::{Level, Outcome, Severity};
use crate::store::NewProblem;

/// So long is what a problem depends on, or a little longer.
const USUAL_KEY_BYTES: usize = 256;

/// What a catalogue makes of a text, whoever wrote it.
#[derive(Clone, Debug)]
pub(super) struct Class<'c> {
    /// The rule that explains it.
    pub(super) rule: Option<&'c Rule>,
    /// The group of unknowns that it belongs to, where no rule does.
    fingerprint: Option<Fingerprint>,
    /// What became of the work.
    pub(super) outcome: Option<Outcome>,
    /// What the rule captured, as the store keeps it: a JSON object.
    pub(super) captures: Box<str>,
    /// The captures that split the rule's problems.
    group: Vec<(&'c str, Box<str>)>,
}

impl<'c> Class<'c> {
    /// Returns the class of the text that the verdict is of.
    pub(super) fn new(verdict: &Verdict<'c>, text: &str, fingerprinter: &Fingerprinter) -> Self {
        let fingerprint = verdict.rule.is_none().then(|| {
            let inner = text.get(verdict.inner.clone()).unwrap_or(text);
            fingerprinter.fingerprint(inner)
        });
        let captures = serde_json::to_string(&verdict.captures).unwrap_or_else(|_| "{}".into());
        let names = verdict.rule.map(|rule| rule.group_by.as_slice()).unwrap_or_default();
        let value = |name| verdict.captures.get(name).map(|value| value.as_str().into());
        let group = names.iter().filter_map(|name| Some((name.as_str(), value(name)?)));
        Self {
            rule: verdict.rule,
            fingerprint,
            outcome: verdict.outcome,
            captures: captures.into(),
            group: group.collect(),
        }
    }

    /// Returns the id of the rule.
    pub(super) fn rule_id(&self) -> Option<&'c str> {
        self.rule.map(|rule| rule.id.as_str())
    }

    /// Returns how bad the event is: the rule says, else the entry itself.
    pub(super) fn severity(&self, level: Level) -> Severity {
        match (self.rule, level) {
            (Some(rule), _) => rule.severity,
            (None, Level::Error) => Severity::Error,
            (None, Level::Warning) => Severity::Warning,
            (None, Level::Other) => Severity::Info,
        }
    }

    /// Returns the problem that the event counts for.
    pub(super) fn problem(&self, server: &str, component: &str) -> NewProblem {
        let cluster = self.fingerprint.as_ref().map(Fingerprint::cluster_id);
        let kind = self.rule_id().or(cluster.as_deref()).unwrap_or_default();
        let group: Vec<_> = self.group.iter().map(|(name, value)| (*name, &**value)).collect();
        NewProblem {
            key: problem_id(kind, server, component, &group),
            rule: self.rule_id().map(str::to_owned),
            cluster,
            template: self.template().map(str::to_owned),
        }
    }

    /// Returns all that the problem of a component depends on, on one server.
    pub(super) fn problem_key(&self, component: &str) -> Vec<u8> {
        let kind = [self.rule_id(), self.template(), Some(component)];
        let group = self.group.iter().flat_map(|(name, value)| [*name, value]);
        let mut key = Vec::with_capacity(USUAL_KEY_BYTES);
        for part in kind.map(Option::unwrap_or_default).into_iter().chain(group) {
            // The length keeps parts apart.
            key.extend_from_slice(&part.len().to_le_bytes());
            key.extend_from_slice(part.as_bytes());
        }
        key
    }

    /// Returns what the texts of its group of unknowns have in common.
    fn template(&self) -> Option<&str> {
        self.fingerprint.as_ref().map(|fingerprint| fingerprint.template.as_str())
    }
}
