//! Decisions that were made before: few wordings make most texts of a log, with other numbers in
//! them.
//!
//! Entry point: [`Memo::decide`]. A decision is kept for the shape of a text where all texts of the
//! shape get the same one (see `digits`), else for the very text.
//!
//! **Invariant:** the answer is the one that would be found without it.

use std::sync::Arc;

use super::classifier::Decision;
use super::digits::{Digits, shape_of};
use super::doorkeeper::Doorkeeper;
use super::kept::{Found, Kept};

/// Longer texts are decided anew each time.
const MAX_BYTES: usize = 512;
/// So many shapes and texts are kept.
const MAX_KEPT: usize = 8_192;
/// Ends the key of a text that stands for itself only: no text has it.
const EXACT: u8 = 0xFF;

/// Knows texts again.
#[derive(Debug)]
pub(super) struct Memo(Kept<Known>);

/// What is known of a shape or of a text.
#[derive(Clone, Debug)]
enum Known {
    Decided(Arc<Decision>),
    /// Texts of this shape are told apart by their digits.
    Apart,
}

impl Memo {
    /// Returns what was decided for a text before, else decides.
    pub(super) fn decide(
        &self,
        text: &str,
        digits: &Digits,
        decide: impl Fn() -> Decision,
    ) -> Arc<Decision> {
        if text.len() > MAX_BYTES {
            return Arc::new(decide());
        }
        let mut key = Vec::with_capacity(text.len() + 1);
        shape_of(text.as_bytes(), &mut key);
        let is_alike = match self.0.get(&key) {
            Found::Known(Known::Decided(decision)) => return decision,
            Found::Known(Known::Apart) => false,
            Found::Again(_) if !key.contains(&b'0') => true,
            // To ask takes as long as to decide some times.
            Found::Again(visits) if visits >= Doorkeeper::MANY => digits.are_alike(&key),
            Found::Again(_) | Found::New => return Arc::new(decide()),
        };
        if !is_alike {
            self.0.put(&key, Known::Apart);
            key.clear();
            key.extend_from_slice(text.as_bytes());
            key.push(EXACT);
            match self.0.get(&key) {
                Found::Known(Known::Decided(decision)) => return decision,
                Found::Known(Known::Apart) | Found::New => return Arc::new(decide()),
                Found::Again(_) => {}
            }
        }
        let decision = Arc::new(decide());
        self.0.put(&key, Known::Decided(Arc::clone(&decision)));
        decision
    }
}

impl Default for Memo {
    fn default() -> Self {
        Self(Kept::new(MAX_KEPT))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Classifier, Verdict};
    use crate::catalogue::Catalogue;

    /// Returns a text with each digit moved on by so many.
    fn turned(text: &str, by: u32) -> String {
        let turn = |c: char| match c.to_digit(10) {
            Some(digit) => char::from_digit((digit + by) % 10, 10).unwrap(),
            None => c,
        };
        text.chars().map(turn).collect()
    }

    fn shown(verdict: &Verdict<'_>) -> String {
        let rule = verdict.rule.map(|rule| rule.id.as_str());
        format!("{rule:?} {:?} {:?} {:?}", verdict.captures, verdict.outcome, verdict.inner)
    }

    #[test]
    fn texts_that_differ_in_digits_are_decided_as_if_each_were_the_first() {
        let catalogue = Catalogue::load(None, None).unwrap();
        let classifier = Classifier::new(&catalogue).unwrap();
        let matchings = catalogue.rules().iter().filter_map(|rule| rule.matching());
        let texts: Vec<String> = matchings
            .flat_map(|matching| {
                let examples = matching.examples.iter().map(|example| &example.text);
                examples.chain(matching.counter_examples.iter().map(|example| &example.text))
            })
            .cloned()
            .collect();
        let mut n_known = 0;
        for by in [0, 3, 7] {
            for text in &texts {
                let text = turned(text, by);
                let first = classifier.verdict(&classifier.decide(&text), &text);
                for _ in 0..10 {
                    assert_eq!(shown(&classifier.classify(&text)), shown(&first), "{text:?}");
                }
                n_known += usize::from(first.rule.is_some());
            }
        }
        assert!(n_known > texts.len(), "{n_known} of {}", 3 * texts.len());
    }

    #[test]
    fn a_wording_whose_numbers_mean_different_things_is_told_apart() {
        let classifier = Classifier::new(&Catalogue::load(None, None).unwrap()).unwrap();
        let rule = |text: &str| {
            let verdict = classifier.classify(text);
            verdict.rule.map(|rule| rule.id.to_string())
        };
        let not_found = rule("HTTP/1.1 404 Not Found");
        for _ in 0..10 {
            assert_ne!(rule("HTTP/1.1 403 Not Found"), not_found);
            assert_eq!(rule("HTTP/1.1 404 Not Found"), not_found);
        }
        assert!(not_found.is_some());
    }
}
