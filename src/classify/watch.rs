//! Which courses an entry counts for.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::Verdict;
use crate::catalogue::{Catalogue, Course, Recurrence, Rule, Sign};
use crate::course::{Effect, Scope, Threshold};
use crate::model::Outcome;

/// The courses of a catalogue, by what counts for them.
#[derive(Debug, Default)]
pub(super) struct Watch {
    courses: Vec<Watched>,
    by_rule: HashMap<String, Vec<(usize, Effect)>>,
    by_outcome: Vec<(Outcome, usize)>,
}

/// One course.
#[derive(Debug)]
struct Watched {
    rule: String,
    threshold: Threshold,
    scope: Scope,
    group_by: Vec<String>,
}

/// What an entry does to a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal<'c> {
    /// The rule that counts.
    pub rule: &'c str,
    /// What the entry does.
    pub effect: Effect,
    /// Whether each component is counted apart.
    pub scope: Scope,
    /// The captures that are counted apart, as a JSON object.
    pub split: String,
}

impl Signal<'_> {
    /// What [`Signal::split`] is where nothing is counted apart.
    pub const WHOLE: &'static str = "{}";
}

impl Watch {
    /// Collects the courses of a catalogue, and the thresholds of rules on their own entries.
    pub(super) fn new(catalogue: &Catalogue) -> Self {
        let mut watch = Self::default();
        for rule in catalogue.rules() {
            if let Some(course) = rule.course() {
                watch.add_course(rule, course);
            }
            if let Some(recurrence) = &rule.recurrence {
                watch.add_recurrence(rule, recurrence);
            }
        }
        watch
    }

    fn add_course(&mut self, rule: &Rule, course: &Course) {
        let index = self.add(rule, course.threshold(), course.scope, &course.group_by);
        match &course.of {
            Sign::Outcome(outcome) => self.by_outcome.push((*outcome, index)),
            Sign::Rules(ids) => {
                for id in ids {
                    self.by_rule.entry(id.to_string()).or_default().push((index, Effect::Counts));
                }
            }
        }
        for id in &course.until {
            self.by_rule.entry(id.to_string()).or_default().push((index, Effect::Ends));
        }
    }

    fn add_recurrence(&mut self, rule: &Rule, recurrence: &Recurrence) {
        let threshold = Threshold {
            count: recurrence.count,
            within: recurrence.within,
            apart: Duration::ZERO,
            is_pair: false,
        };
        let index = self.add(rule, threshold, Scope::Component, &recurrence.group_by);
        self.by_rule.entry(rule.id.to_string()).or_default().push((index, Effect::Counts));
    }

    fn add(
        &mut self,
        rule: &Rule,
        threshold: Threshold,
        scope: Scope,
        group_by: &[String],
    ) -> usize {
        let rule = rule.id.to_string();
        self.courses.push(Watched { rule, threshold, scope, group_by: group_by.to_vec() });
        self.courses.len() - 1
    }

    /// Returns the thresholds, by the rule that counts.
    pub(super) fn thresholds(&self) -> BTreeMap<String, Threshold> {
        self.courses.iter().map(|course| (course.rule.clone(), course.threshold)).collect()
    }

    /// Returns what an entry with this verdict does to which courses.
    pub(super) fn signals<'w>(&'w self, verdict: &Verdict<'_>) -> impl Iterator<Item = Signal<'w>> {
        self.effects(verdict.rule, verdict.outcome).map(|(course, effect)| {
            course.signal(effect, split(&course.group_by, &verdict.captures))
        })
    }

    /// Returns the same for entries without an outcome that this rule explains, whatever it
    /// captures; `None` where a course counts captures apart.
    pub(super) fn signals_of(&self, rule: &Rule) -> Option<Vec<Signal<'_>>> {
        let effects = self.effects(Some(rule), None);
        let whole = effects.map(|(course, effect)| {
            course.group_by.is_empty().then(|| course.signal(effect, Signal::WHOLE.into()))
        });
        whole.collect()
    }

    fn effects(
        &self,
        rule: Option<&Rule>,
        outcome: Option<Outcome>,
    ) -> impl Iterator<Item = (&Watched, Effect)> {
        let by_rule = rule.and_then(|rule| self.by_rule.get(rule.id.as_str()));
        let by_outcome = self
            .by_outcome
            .iter()
            .filter(move |(of, _)| outcome == Some(*of))
            .map(|(_, index)| (*index, Effect::Counts));
        let effects = by_rule.into_iter().flatten().copied().chain(by_outcome);
        effects.filter_map(|(index, effect)| Some((self.courses.get(index)?, effect)))
    }
}

impl Watched {
    fn signal(&self, effect: Effect, split: String) -> Signal<'_> {
        Signal { rule: &self.rule, effect, scope: self.scope, split }
    }
}

/// Returns the captures of these names, as a JSON object whose keys are sorted.
fn split(names: &[String], captures: &BTreeMap<String, String>) -> String {
    let pairs = names.iter().filter_map(|name| captures.get_key_value(name));
    let pairs: BTreeMap<&String, &String> = pairs.collect();
    serde_json::to_string(&pairs).unwrap_or_else(|_| Signal::WHOLE.into())
}
