//! The proof that rules do what their examples say.

use std::collections::BTreeMap;
use std::path::Path;

use super::check_course::check_course;
use super::shadow::ties;
use super::twins::twins;
use super::{Classifier, Verdict, unix_lines};
use crate::catalogue::{Catalogue, CounterExample, Example, Expression, Rule};
use crate::model::{Finding, Outcome, plural};

/// Returns what is wrong with the examples of a catalogue: one that its own rule does not win
/// against all others, one with other captures or another outcome than it states, one that is won
/// by the order of ids only, a counter-example that the rule wins or that another rule wins than it
/// says, rules that say the same twice, and demands of courses that no counter-example shows.
///
/// Where the words around errors are missing altogether, only that is told.
#[must_use]
pub fn check(catalogue: &Catalogue, classifier: &Classifier) -> Vec<Finding> {
    if let Some(finding) = missing_wrappers(catalogue) {
        return vec![finding];
    }
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
    findings.append(&mut ties(catalogue, classifier));
    findings.append(&mut twins(catalogue));
    findings.sort();
    findings
}

/// Returns a finding for each text that raises a rule and should not, given with its line where the
/// file has lines; the rules of normal work may explain it.
#[must_use]
pub fn check_clean<'t>(
    classifier: &Classifier,
    path: &Path,
    texts: impl IntoIterator<Item = (Option<usize>, &'t str)>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, text) in texts {
        let rule = classifier.classify(&unix_lines(text)).rule;
        if let Some(rule) = rule.filter(|rule| !rule.routine) {
            findings.push(Finding {
                path: path.into(),
                line,
                message: format!("a clean text raises `{}`: `{text}`", rule.id),
                hint: Some(format!(
                    "the rule stands at {}:{}; a line of normal work needs `routine = true`",
                    rule.path.display(),
                    rule.line
                )),
            });
        }
    }
    findings
}

/// Returns a finding where examples have an outcome that only the words around an error can give,
/// and the catalogue has no such words.
fn missing_wrappers(catalogue: &Catalogue) -> Option<Finding> {
    if !catalogue.wrappers().is_empty() {
        return None;
    }
    let in_need = |rule: &Rule| {
        let examples = rule.examples().iter();
        examples.filter(|one| one.outcome.is_some() && one.outcome != rule.outcome).count()
    };
    let n_examples: usize = catalogue.rules().iter().map(in_need).sum();
    let first = catalogue.rules().iter().find(|rule| in_need(rule) > 0)?;
    Some(Finding {
        path: first.path.with_file_name("wrappers.toml"),
        line: None,
        message: format!(
            "the catalogue has no wrappers, and {} {} from words around errors",
            plural(n_examples as u64, "example"),
            if n_examples == 1 { "has its outcome" } else { "have their outcome" },
        ),
        hint: Some(
            "copy `wrappers.toml` along with the rules, or add to the built-in catalogue with \
             `--local-patterns`"
                .into(),
        ),
    })
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
    let verdict = classifier.classify(&unix_lines(&example.text)).rule;
    let finding = |message, hint| {
        Some(Finding { path: rule.path.clone(), line: Some(example.line), message, hint })
    };
    if verdict.is_some_and(|winner| winner.id == rule.id) {
        let message = format!("a counter-example of `{}` is won by it", rule.id);
        return finding(message, Some(format!("it should not be, because {}", example.because)));
    }
    let want = example.won_by.as_ref()?;
    if verdict.is_some_and(|winner| winner.id == *want) {
        return None;
    }
    let winner = verdict.map_or("no rule".into(), |winner| format!("`{}`", winner.id));
    let message =
        format!("a counter-example of `{}` is won by {winner}, expected `{want}`", rule.id);
    let wanted = classifier.rules().iter().find(|rule| rule.id == *want);
    let miss = wanted.and_then(|wanted| classifier.miss(wanted, &unix_lines(&example.text)));
    finding(message, miss.map(|miss| format!("`{want}`: {miss}")))
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
