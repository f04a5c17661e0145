//! The class of an event: what a catalogue makes of its masked text.
//!
//! Entry point: [`Class::new`]. Reading logs and `backtest` both decide here, so that a stored text
//! that is decided again by the same catalogue gets the class it has.

use std::collections::BTreeMap;

use crate::catalogue::Rule;
use crate::classify::{Fingerprint, Fingerprinter, Verdict, problem_id};
use crate::model::{Level, Outcome, Severity};

/// What a catalogue makes of a text, whoever wrote it.
#[derive(Clone, Debug)]
pub(super) struct Class<'c> {
    /// The rule that explains it.
    pub(super) rule: Option<&'c Rule>,
    /// The group of unknowns that it belongs to, where no rule does.
    pub(super) cluster: Option<String>,
    /// What the texts of that group have in common.
    pub(super) template: Option<String>,
    /// What became of the work.
    pub(super) outcome: Option<Outcome>,
    captures: BTreeMap<String, String>,
}

impl<'c> Class<'c> {
    /// Returns the class of the text that the verdict is of.
    pub(super) fn new(verdict: Verdict<'c>, text: &str, fingerprinter: &Fingerprinter) -> Self {
        let fingerprint = verdict.rule.is_none().then(|| {
            let inner = text.get(verdict.inner.clone()).unwrap_or(text);
            fingerprinter.fingerprint(inner)
        });
        Self {
            rule: verdict.rule,
            cluster: fingerprint.as_ref().map(Fingerprint::cluster_id),
            template: fingerprint.map(|fingerprint| fingerprint.template),
            outcome: verdict.outcome,
            captures: verdict.captures,
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

    /// Returns the id of the problem that the event counts for.
    pub(super) fn problem(&self, server: &str, component: &str) -> String {
        let kind = self.rule_id().or(self.cluster.as_deref()).unwrap_or_default();
        problem_id(kind, server, component, &self.group())
    }

    /// Returns what the rule captured, as the store keeps it.
    pub(super) fn captures_json(&self) -> String {
        serde_json::to_string(&self.captures).unwrap_or_else(|_| "{}".into())
    }

    /// Returns the captures that split the rule's problems.
    fn group(&self) -> Vec<(&str, &str)> {
        let names = self.rule.map(|rule| rule.group_by.as_slice()).unwrap_or_default();
        let pairs = names.iter().filter_map(|name| self.captures.get_key_value(name));
        pairs.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}
