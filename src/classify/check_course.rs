//! The proof that rules that look beyond one entry do what their examples say.

use super::{Classifier, unix_lines};
use crate::catalogue::{Course, History, Rule};
use crate::course::{Episode, Mark};
use crate::model::{Finding, Millis};

/// Adds what is wrong with the histories of a rule: an example that makes no episode, and a
/// counter-example that makes one.
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
    for history in &course.counter_examples {
        let marks = marks_of(classifier, rule, history);
        if !episodes(course, &marks).is_empty() {
            let because = history.because.as_deref().unwrap_or_default();
            let message = format!("a counter-example of `{}` makes an episode", rule.id);
            report(history, message, Some(format!("it should not, because {because}")));
        }
    }
}

fn counts(mark: &Mark) -> bool {
    mark.effect == crate::course::Effect::Counts
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

/// Returns the episodes of all groups; the entries of a history are of one component.
fn episodes(course: &Course, marks: &[(String, Mark)]) -> Vec<Episode> {
    let mut groups: Vec<&str> = marks.iter().map(|(split, _)| split.as_str()).collect();
    groups.sort_unstable();
    groups.dedup();
    let of_group = |group: &str| -> Vec<Mark> {
        let own = marks.iter().filter(|(split, _)| split == group);
        own.map(|(_, mark)| *mark).collect()
    };
    groups.into_iter().flat_map(|group| course.threshold().episodes(&of_group(group))).collect()
}
