//! What a target cannot say of the catalogue.

use super::conditions::Translated;
use crate::catalogue::{Catalogue, Rule};

/// Something that is lost, and whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// In short, for a count: `without their not`.
    pub name: &'static str,
    /// In a sentence, without its stop.
    pub what: &'static str,
    /// The rules, or the wrappers, that lose it; empty where it is all of them.
    pub ids: Vec<String>,
}

/// Finds what is lost; lists without a member are left out.
pub(super) fn find(
    catalogue: &Catalogue,
    rules: &[Translated<'_>],
    untranslated: &[&Rule],
    is_list: bool,
) -> Vec<Limit> {
    let mut limits = vec![
        Limit {
            name: "left out: look beyond one entry",
            what: "left out, because they look beyond one entry",
            ids: ids(catalogue, |rule| rule.course().is_some()),
        },
        Limit {
            name: "left out: no words for them",
            what: "left out, because the expression has no counterpart here",
            ids: untranslated.iter().map(|rule| rule.id.to_string()).collect(),
        },
    ];
    if is_list {
        limits.extend(of_list(catalogue, rules));
    } else {
        limits.extend(of_configuration(catalogue, rules));
    }
    for limit in &mut limits {
        limit.ids.sort();
    }
    limits.retain(|limit| !limit.ids.is_empty());
    limits
}

/// Returns what a list of expressions cannot say.
fn of_list(catalogue: &Catalogue, rules: &[Translated<'_>]) -> [Limit; 4] {
    [
        Limit {
            name: "left out: normal work",
            what: "left out, because they tell of normal work",
            ids: ids(catalogue, |rule| rule.routine),
        },
        Limit {
            name: "without their `not`",
            what: "found also in texts that they exclude by `not`, which an expression cannot say",
            ids: translated(rules, |rule| !rule.must_not.is_empty()),
        },
        Limit {
            name: "without their words",
            what: "found also where none of the words stands that they ask for beside the expression",
            ids: translated(rules, |rule| rule.is_widened),
        },
        Limit {
            name: "on one line only",
            what: "found only where all their words stand on one line",
            ids: translated(rules, |rule| rule.must.len() > 1),
        },
    ]
}

/// Returns what the configuration of a pipeline cannot say.
fn of_configuration(catalogue: &Catalogue, rules: &[Translated<'_>]) -> [Limit; 3] {
    let wrappers = catalogue.wrappers().iter().filter(|wrapper| wrapper.outcome.is_some());
    [
        Limit {
            name: "tell of normal work",
            what: "tell of normal work; they are here so that no other rule takes such a text",
            ids: ids(catalogue, |rule| rule.routine),
        },
        Limit {
            name: "with `not` over the whole text",
            what: "excluded by `not` anywhere in the text, not only in the part that the rule explains",
            ids: translated(rules, |rule| !rule.must_not.is_empty()),
        },
        Limit {
            name: "wrappers without outcome",
            what: "words around an error whose outcome (stopped, retrying) is not told",
            ids: wrappers.map(|wrapper| wrapper.id.clone()).collect(),
        },
    ]
}

fn ids(catalogue: &Catalogue, wanted: impl Fn(&Rule) -> bool) -> Vec<String> {
    let rules = catalogue.rules().iter().filter(|rule| wanted(rule));
    rules.map(|rule| rule.id.to_string()).collect()
}

fn translated(rules: &[Translated<'_>], wanted: impl Fn(&Translated<'_>) -> bool) -> Vec<String> {
    let rules = rules.iter().filter(|rule| wanted(rule));
    rules.map(|translated| translated.rule.id.to_string()).collect()
}
