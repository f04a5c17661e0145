//! The proof that rules do what their examples say.

use std::collections::BTreeMap;
use std::path::Path;

use super::check_course::check_course;
use super::{Classifier, Verdict, unix_lines};
use crate::catalogue::{Catalogue, CounterExample, Example, Expression, Rule};
use crate::model::{Finding, Outcome};

/// Returns what is wrong with the examples of a catalogue: one that its own rule does not win
/// against all others, one with other captures or another outcome than it states, and a
/// counter-example that the rule wins.
#[must_use]
pub fn check(catalogue: &Catalogue, classifier: &Classifier) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in catalogue.rules() {
        if let Some(course) = rule.course() {
            check_course(classifier, rule, course, &mut findings);
        }
        for example in rule.examples() {
            check_example(classifier, rule, example, &mut findings);
        }
        for example in rule.counter_examples() {
            findings.extend(check_counter_example(classifier, rule, example));
        }
    }
    findings.sort();
    findings
}

/// Returns a finding for each text, given with its line, that raises a rule and should not; the
/// rules of normal work may explain it.
#[must_use]
pub fn check_clean<'t>(
    classifier: &Classifier,
    path: &Path,
    texts: impl IntoIterator<Item = (usize, &'t str)>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, text) in texts {
        let rule = classifier.classify(&unix_lines(text)).rule;
        if let Some(rule) = rule.filter(|rule| !rule.routine) {
            findings.push(Finding {
                path: path.into(),
                line: Some(line),
                message: format!("a clean text raises `{}`", rule.id),
                hint: Some(format!("see {}:{}", rule.path.display(), rule.line)),
            });
        }
    }
    findings
}

fn check_example(
    classifier: &Classifier,
    rule: &Rule,
    example: &Example,
    findings: &mut Vec<Finding>,
) {
    let text = unix_lines(&example.text);
    let verdict = classifier.classify(&text);
    let mut report = |message, hint| {
        findings.push(Finding { path: rule.path.clone(), line: Some(example.line), message, hint });
    };
    match verdict.rule {
        Some(winner) if winner.id == rule.id => {}
        winner => {
            let winner = winner.map_or("no rule".into(), |winner| format!("`{}`", winner.id));
            let hint = classifier.miss(rule, &text).map(|miss| miss.to_string());
            report(format!("an example of `{}` is won by {winner}", rule.id), hint);
            return;
        }
    }
    if let Some(want) = &example.captures {
        let found = stated_captures(rule, &verdict, want);
        if found != *want {
            let (found, want) = (show_captures(&found), show_captures(want));
            let message = format!("an example of `{}` captures {found}, expected {want}", rule.id);
            report(message, None);
        }
    }
    if example.outcome.is_some() && example.outcome != verdict.outcome {
        let name = |outcome: Option<Outcome>| outcome.map_or("none", Outcome::name);
        let (found, want) = (name(verdict.outcome), name(example.outcome));
        report(
            format!("an example of `{}` has the outcome `{found}`, expected `{want}`", rule.id),
            None,
        );
    }
}

fn check_counter_example(
    classifier: &Classifier,
    rule: &Rule,
    example: &CounterExample,
) -> Option<Finding> {
    let verdict = classifier.classify(&unix_lines(&example.text)).rule?;
    (verdict.id == rule.id).then(|| Finding {
        path: rule.path.clone(),
        line: Some(example.line),
        message: format!("a counter-example of `{}` is won by it", rule.id),
        hint: Some(format!("it should not be, because {}", example.because)),
    })
}

/// Returns the captures that an example has to state: a Lua place that only the text gives may be
/// left out.
fn stated_captures(
    rule: &Rule,
    verdict: &Verdict<'_>,
    want: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut found = verdict.captures.clone();
    let own: Vec<_> = rule
        .matching()
        .and_then(|matching| matching.regex.as_ref())
        .into_iter()
        .flat_map(Expression::capture_names)
        .collect();
    found.retain(|name, _| {
        own.contains(&name.as_str())
            || want.contains_key(name)
            || (name != "file" && name != "line")
    });
    found
}

fn show_captures(captures: &BTreeMap<String, String>) -> String {
    let pairs: Vec<_> =
        captures.iter().map(|(name, value)| format!("{name} = \"{value}\"")).collect();
    if pairs.is_empty() { "nothing".into() } else { format!("{{ {} }}", pairs.join(", ")) }
}
