//! What a drafted rule would make of stored events.

use std::collections::BTreeMap;

use super::DraftError;
use crate::catalogue::{Catalogue, Rule};
use crate::classify::{Classifier, unix_lines};
use crate::model::RuleId;

/// Texts that are kept for the next attempt, of those that it misses and of those that it should
/// not match.
const MAX_KEPT: usize = 200;

/// Tries a rule on texts, one after another.
#[derive(Debug)]
pub struct Trial<'i> {
    cluster: &'i str,
    id: RuleId,
    /// Without one of these, no text matches.
    literals: Vec<String>,
    pub(super) classifier: Classifier,
    pub(super) figures: Figures,
    /// Texts of the cluster that the rule does not win.
    pub(super) missed: Vec<String>,
    /// Texts of others that it wins.
    pub(super) taken: Vec<String>,
}

/// How often a rule was right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Events that were looked at.
    pub events: u64,
    /// Those of the cluster.
    pub own: u64,
    /// Those of the cluster that the rule wins.
    pub matched: u64,
    /// Events of other clusters that it wins, by cluster.
    pub others: BTreeMap<String, u64>,
    /// Events of known errors that it wins, by rule; an example in the catalogue counts as an event.
    pub lost: BTreeMap<String, u64>,
}

impl Figures {
    /// Returns true where the rule wins 99 % of its cluster or more, and nothing else.
    #[must_use]
    pub fn hold(&self) -> bool {
        self.own > 0
            && self.matched.saturating_mul(100) >= self.own.saturating_mul(99)
            && self.others.is_empty()
            && self.lost.is_empty()
    }

    /// Returns a number that is the greater the better the figures are.
    pub(super) fn score(&self) -> (bool, i128) {
        let wrong: u64 = self.others.values().chain(self.lost.values()).sum();
        (self.hold(), i128::from(self.matched) - i128::from(wrong))
    }
}

impl<'i> Trial<'i> {
    /// Prepares to try a rule of a catalogue; examples of other rules are tried at once.
    pub(super) fn new(
        catalogue: &Catalogue,
        cluster: &'i str,
        id: &RuleId,
    ) -> Result<Self, DraftError> {
        let classifier = Classifier::new(catalogue)?;
        let matching = catalogue.rule(id.as_str()).and_then(Rule::matching);
        let literals = matching.map(|matching| matching.all.clone()).unwrap_or_default();
        let mut trial = Self {
            cluster,
            id: id.clone(),
            literals,
            classifier,
            figures: Figures::default(),
            missed: Vec::new(),
            taken: Vec::new(),
        };
        for rule in catalogue.rules().iter().filter(|rule| rule.id != *id) {
            for example in rule.examples() {
                let text = unix_lines(&example.text);
                if trial.wins(&text) {
                    *trial.figures.lost.entry(rule.id.to_string()).or_default() += 1;
                    keep(&mut trial.taken, &text);
                }
            }
        }
        Ok(trial)
    }

    /// Returns true where the rule wins a text against the whole catalogue.
    pub(super) fn wins(&self, text: &str) -> bool {
        self.literals.iter().all(|literal| text.contains(literal.as_str()))
            && self.classifier.classify(text).rule.is_some_and(|rule| rule.id == self.id)
    }

    /// Tries the rule on the masked text of an event, which a rule or a cluster has.
    pub fn add(&mut self, rule: Option<&str>, cluster: Option<&str>, text: &str) {
        let is_own = cluster == Some(self.cluster) && rule.is_none();
        let is_won = self.wins(text);
        self.figures.events += 1;
        self.figures.own += u64::from(is_own);
        match (is_own, is_won) {
            (true, true) => self.figures.matched += 1,
            (true, false) => keep(&mut self.missed, text),
            (false, true) if rule == Some(self.id.as_str()) => {}
            (false, true) => {
                let (counts, name) = match rule {
                    Some(rule) => (&mut self.figures.lost, rule),
                    None => (&mut self.figures.others, cluster.unwrap_or_default()),
                };
                *counts.entry(name.into()).or_default() += 1;
                keep(&mut self.taken, text);
            }
            (false, false) => {}
        }
    }
}

fn keep(texts: &mut Vec<String>, text: &str) {
    if texts.len() < MAX_KEPT && !texts.iter().any(|kept| kept == text) {
        texts.push(text.into());
    }
}
