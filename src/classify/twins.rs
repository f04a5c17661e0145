//! Rules that say the same twice.

use std::collections::BTreeMap;

use crate::catalogue::{Catalogue, Expression, Matching, Rule};
use crate::model::Finding;

/// Returns a finding for each rule that has an example of another rule, or matches just as it does.
pub(super) fn twins(catalogue: &Catalogue) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut examples: BTreeMap<&str, (&Rule, usize)> = BTreeMap::new();
    let mut matchings: BTreeMap<_, &Rule> = BTreeMap::new();
    for rule in catalogue.rules() {
        for example in rule.examples() {
            let (first, line) = *examples.entry(&example.text).or_insert((rule, example.line));
            if first.id != rule.id {
                let message =
                    format!("an example of `{}` is one of `{}` as well", rule.id, first.id);
                findings.push(finding(rule, example.line, message, (first, line)));
            }
        }
        let Some(matching) = rule.matching() else { continue };
        let first = *matchings.entry(key(matching)).or_insert(rule);
        if first.id != rule.id {
            let message = format!("`{}` has the literals and the regex of `{}`", rule.id, first.id);
            findings.push(finding(rule, rule.line, message, (first, first.line)));
        }
    }
    findings
}

/// Returns what decides whether a rule matches.
fn key(matching: &Matching) -> (&[String], &[String], &[String], Option<&str>) {
    let regex = matching.regex.as_ref().map(Expression::as_str);
    (&matching.any, &matching.all, &matching.not, regex)
}

fn finding(rule: &Rule, line: usize, message: String, first: (&Rule, usize)) -> Finding {
    Finding {
        path: rule.path.clone(),
        line: Some(line),
        message,
        hint: Some(format!("the other one stands at {}:{}", first.0.path.display(), first.1)),
    }
}
