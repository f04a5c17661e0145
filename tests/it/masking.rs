//! Masking leaves what rules look for: every literal and every example of the catalogue.

use dewlap::catalogue::Catalogue;
use dewlap::classify::{Classifier, unix_lines};
use dewlap::redact::{Masker, PseudonymKey};

fn masker() -> Masker {
    Masker::new(PseudonymKey::from_bytes([1; 32]), &[]).unwrap()
}

#[test]
fn masking_keeps_every_literal_of_a_rule() {
    let catalogue = Catalogue::builtin().unwrap();
    for rule in catalogue.rules() {
        for literal in rule
            .matching()
            .into_iter()
            .flat_map(|matching| matching.any.iter().chain(&matching.all))
        {
            assert_eq!(masker().mask(literal, None), *literal, "{}", rule.id);
        }
    }
}

#[test]
fn the_rule_of_an_example_is_the_same_with_and_without_masking() {
    let catalogue = Catalogue::builtin().unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    for rule in catalogue.rules() {
        for example in rule.examples() {
            let text = unix_lines(&masker().mask(&example.text, None)).into_owned();
            let winner = classifier.classify(&text).rule;
            assert_eq!(winner.map(|winner| &winner.id), Some(&rule.id), "{text}");
        }
    }
}

#[test]
fn masking_takes_no_word_of_an_example_for_a_name() {
    let catalogue = Catalogue::builtin().unwrap();
    for rule in catalogue.rules() {
        for example in rule.examples() {
            let masked = masker().mask(&example.text, None);
            let n_names = |text: &str| text.matches("[name:").count();
            assert_eq!(n_names(&masked), n_names(&example.text), "{masked}");
        }
    }
}
