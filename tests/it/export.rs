//! The catalogue in the order in which other tools try its rules.

use dewlap::catalogue::Catalogue;
use dewlap::classify::{Classifier, first_match_order};
use dewlap::export::{Target, export};
use regex::bytes::{Regex, RegexBuilder};

/// Returns the ids and the expressions of the whole catalogue, as ripgrep reads them.
fn expressions(catalogue: &Catalogue) -> Vec<(String, Regex)> {
    let classifier = Classifier::new(catalogue).unwrap();
    let ordered = first_match_order(catalogue, &classifier);
    let made = export(catalogue, &ordered, Target::RegexWithIds);
    let compile = |line: &str| {
        let (id, regex) = line.split_once('\t').unwrap();
        (id.to_owned(), RegexBuilder::new(regex).multi_line(true).build().unwrap())
    };
    made.text.lines().map(compile).collect()
}

#[test]
fn the_most_specific_rule_comes_first_and_fallbacks_last() {
    let catalogue = Catalogue::builtin().unwrap();
    let ids: Vec<String> = expressions(&catalogue).into_iter().map(|(id, _)| id).collect();
    let is_fallback = |id: &String| catalogue.rule(id).unwrap().fallback;
    let first = ids.iter().position(is_fallback).unwrap();
    assert!(ids.iter().skip(first).all(is_fallback));
    let place = |wanted: &str| ids.iter().position(|id| id == wanted).unwrap();
    assert!(place("file.open-denied") < place("file.permission-denied"));
    assert!(place("license.expired") < place("component.failed-to-start"));
}

#[test]
fn nearly_every_example_is_won_by_its_own_rule() {
    let catalogue = Catalogue::builtin().unwrap();
    let expressions = expressions(&catalogue);
    let mut n_examples = 0;
    let mut lost = Vec::new();
    for rule in catalogue.rules() {
        for example in rule.examples() {
            n_examples += 1;
            let winner =
                expressions.iter().find(|(_, regex)| regex.is_match(example.text.as_bytes()));
            let winner = winner.map(|(id, _)| id.as_str());
            if !rule.routine && winner != Some(rule.id.as_str()) {
                lost.push((&rule.id, winner, &example.text));
            }
        }
    }
    // Of errors in one another, the innermost is not always told by the most specific rule, and
    // what a rule excludes by `not` is left out.
    assert!(lost.len() * 50 <= n_examples, "{} of {n_examples}: {lost:#?}", lost.len());
}

#[test]
fn ripgrep_reads_every_expression_without_unicode() {
    let catalogue = Catalogue::builtin().unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    let made = export(&catalogue, &first_match_order(&catalogue, &classifier), Target::Regex);
    for line in made.text.lines() {
        let mut builder = RegexBuilder::new(line);
        let compiled = builder.unicode(false).multi_line(true).build();
        assert!(compiled.is_ok(), "{line}");
    }
}
