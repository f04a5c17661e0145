//! The class of an event: what a catalogue makes of its masked text.
//!
//! Entry point: [`Class::new`]. Reading logs and `backtest` both decide here, so that a stored text
//! that is decided again by the same catalogue gets the class it has. [`Problems::of`] is what the
//! event then counts for.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::catalogue::Rule;
use crate::classify::{Fingerprint, Fingerprinter, Verdict, problem_id};
use crate::model::{Level, Outcome, Severity};
use crate::store::NewProblem;

/// What a catalogue makes of a text, whoever wrote it.
#[derive(Clone, Debug)]
pub(super) struct Class<'c> {
    /// The rule that explains it.
    pub(super) rule: Option<&'c Rule>,
    /// The group of unknowns that it belongs to, where no rule does.
    fingerprint: Option<Fingerprint>,
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
            fingerprint,
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

    /// Returns the problem that the event counts for.
    pub(super) fn problem(&self, server: &str, component: &str) -> NewProblem {
        let cluster = self.fingerprint.as_ref().map(Fingerprint::cluster_id);
        let kind = self.rule_id().or(cluster.as_deref()).unwrap_or_default();
        NewProblem {
            key: problem_id(kind, server, component, &self.group()),
            rule: self.rule_id().map(str::to_owned),
            cluster,
            template: self.template().map(str::to_owned),
        }
    }

    /// Returns what the texts of its group of unknowns have in common.
    fn template(&self) -> Option<&str> {
        self.fingerprint.as_ref().map(|fingerprint| fingerprint.template.as_str())
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

/// Problems of one server, each of which is named and written out once.
#[derive(Debug, Default)]
pub(super) struct Problems {
    /// By component and class: all that their ids depend on.
    known: HashMap<Box<[u8]>, Arc<NewProblem>, RandomState>,
    key: Vec<u8>,
}

impl Problems {
    /// Returns the problem that an event of this class counts for.
    pub(super) fn of(
        &mut self,
        class: &Class<'_>,
        (server, component): (&str, &str),
    ) -> Arc<NewProblem> {
        self.key.clear();
        let kind = [class.rule_id(), class.template(), Some(component)];
        let group = class.group().into_iter().flat_map(|(name, value)| [name, value]);
        for part in kind.map(Option::unwrap_or_default).into_iter().chain(group) {
            // The length keeps parts apart.
            self.key.extend_from_slice(&part.len().to_le_bytes());
            self.key.extend_from_slice(part.as_bytes());
        }
        if let Some(known) = self.known.get(self.key.as_slice()) {
            return Arc::clone(known);
        }
        let problem = Arc::new(class.problem(server, component));
        self.known.insert(self.key.as_slice().into(), Arc::clone(&problem));
        problem
    }
}
