//! The proof that rules that look beyond one entry do what their examples say.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Classifier, unix_lines};
use crate::catalogue::{Course, History, Rule};
use crate::course::{Effect, Episode, Mark};
use crate::model::{Finding, Millis};

/// Adds what is wrong with the histories of a rule: an example that makes no episode, a
/// counter-example that makes one, and a demand of the course that no counter-example shows.
pub(super) fn check_course(
    classifier: &Classifier,
    rule: &Rule,
    course: &Course,
    findings: &mut Vec<Finding>,
) {
    let mut report = |history: &History, message, hint| {
        let line = Some(history.line);
        findings.push(Finding { path: rule.path.clone(), line, message, hint });
    };
    for history in &course.examples {
        let marks = marks_of(classifier, rule, history);
        if episodes(course, &marks).is_empty() {
            let hint = format!(
                "{} of its {} entries count, expected {} within {} s",
                marks.iter().map(|(_, mark)| mark).filter(|mark| counts(mark)).count(),
                history.entries.len(),
                course.count,
                course.within.as_secs(),
            );
            let message = format!("an example of `{}` makes no episode", rule.id);
            report(history, message, Some(hint));
        }
    }
    let mut refused = Vec::new();
    for history in &course.counter_examples {
        let marks = marks_of(classifier, rule, history);
        if !episodes(course, &marks).is_empty() {
            let because = history.because.as_deref().unwrap_or_default();
            let message = format!("a counter-example of `{}` makes an episode", rule.id);
            report(history, message, Some(format!("it should not, because {because}")));
        }
        refused.push(marks);
    }
    findings.extend(idle_demands(course, &refused).map(|(demand, hint)| Finding {
        path: rule.path.clone(),
        line: Some(rule.line),
        message: format!("no counter-example of `{}` needs its {demand}", rule.id),
        hint: Some(format!("add one that makes an episode only {hint}")),
    }));
}

/// Returns what a course demands and could do without: where the demand is made weaker or is
/// dropped, its counter-examples, given as their marks, make no episode still. Each with what an
/// episode that shows the demand needs.
fn idle_demands<'m>(
    course: &Course,
    refused: &'m [Vec<(String, Mark)>],
) -> impl Iterator<Item = (String, String)> + use<'m> {
    let (count, within) = (course.count, course.within);
    let weaker = |change: fn(&mut Course)| {
        let mut weaker = course.clone();
        change(&mut weaker);
        weaker
    };
    let mut demands = Vec::new();
    if count > 1 {
        let fewer = (format!("`count` of {count}"), format!("with a `count` of {}", count - 1));
        demands.push((fewer, weaker(|course| course.count -= 1)));
        let longer =
            (format!("`within` of {} s", within.as_secs()), "where `within` is doubled".into());
        demands.push((longer, weaker(|course| course.within = course.within.saturating_mul(2))));
    }
    let without = |key: &str| (format!("`{key}`"), format!("without `{key}`"));
    if !course.apart.is_zero() {
        demands.push((without("apart"), weaker(|course| course.apart = Duration::ZERO)));
    }
    if !course.until.is_empty() {
        demands.push((without("until"), weaker(|course| course.until.clear())));
    }
    if !course.group_by.is_empty() {
        demands.push((without("group_by"), weaker(|course| course.group_by.clear())));
    }
    demands.into_iter().filter_map(move |(demand, weaker)| {
        let is_shown = refused.iter().any(|marks| !episodes(&weaker, marks).is_empty());
        (!is_shown).then_some(demand)
    })
}

fn counts(mark: &Mark) -> bool {
    mark.effect == Effect::Counts
}

/// Returns what the entries of a history do to the rule's course, with what each is counted by.
fn marks_of(classifier: &Classifier, rule: &Rule, history: &History) -> Vec<(String, Mark)> {
    let mut marks = Vec::new();
    for (at, text) in &history.entries {
        let text = unix_lines(text);
        let verdict = classifier.classify(&text);
        let signals = classifier.signals(&verdict);
        let time = Millis::new(i64::try_from(at.as_millis()).unwrap_or(i64::MAX));
        let own = signals.filter(|signal| signal.rule == rule.id.as_str());
        marks.extend(own.map(|signal| (signal.split, Mark { time, effect: signal.effect })));
    }
    marks
}

/// Returns the episodes of all groups, or of all marks together where the course has none; the
/// entries of a history are of one component.
fn episodes(course: &Course, marks: &[(String, Mark)]) -> Vec<Episode> {
    let mut groups: BTreeMap<&str, Vec<Mark>> = BTreeMap::new();
    for (split, mark) in marks {
        let group = if course.group_by.is_empty() { "" } else { split.as_str() };
        if mark.effect == Effect::Counts || !course.until.is_empty() {
            groups.entry(group).or_default().push(*mark);
        }
    }
    let threshold = course.threshold();
    groups.into_values().flat_map(|marks| threshold.episodes(&marks)).collect()
}
