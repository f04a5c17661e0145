//! An order of the rules for tools that take the first that matches.

use std::collections::{BTreeMap, BTreeSet};

use super::{Classifier, shadows, unix_lines};
use crate::catalogue::{Catalogue, Rule, Wrapper};
use crate::model::RuleId;

/// Returns the rules that look at one entry, in an order in which the first that matches is the
/// one that the classifier chooses, as far as an order can say so.
///
/// Each rule stands before those that its examples show it to win over. Where that leaves a
/// choice, the more specific comes first, rules that only tell of the words around an error come
/// after the others, and fallback rules last.
#[must_use]
pub fn first_match_order<'c>(catalogue: &Catalogue, classifier: &'c Classifier) -> Vec<&'c Rule> {
    let mut rules: Vec<&Rule> = classifier.ranked_rules().collect();
    rules.sort_by_key(|rule| (rule.fallback, is_about_wrapper(rule, catalogue.wrappers())));
    let places: BTreeMap<&RuleId, usize> =
        rules.iter().enumerate().map(|(place, rule)| (&rule.id, place)).collect();
    let mut before: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); rules.len()];
    for shadow in shadows(catalogue, classifier) {
        if let (Some(winner), Some(loser)) = (places.get(&shadow.winner), places.get(&shadow.loser))
            && let Some(before) = before.get_mut(*loser)
        {
            before.insert(*winner);
        }
    }
    sorted(before).into_iter().filter_map(|place| rules.get(place).copied()).collect()
}

/// Sorts places so that each comes after those that stand before it; of several that may come, the
/// smallest does. A ring is cut at its smallest.
fn sorted(mut before: Vec<BTreeSet<usize>>) -> Vec<usize> {
    let mut left: BTreeSet<usize> = (0..before.len()).collect();
    let mut order = Vec::with_capacity(before.len());
    while let Some(smallest) = left.first().copied() {
        let is_free = |place: &&usize| before.get(**place).is_some_and(BTreeSet::is_empty);
        let next = left.iter().find(is_free).copied().unwrap_or(smallest);
        left.remove(&next);
        order.push(next);
        for before in &mut before {
            before.remove(&next);
        }
    }
    order
}

/// Returns true for a rule whose words stand around errors, of which the one inside goes first: in
/// its examples, its literals lie in wrappers.
fn is_about_wrapper(rule: &Rule, wrappers: &[Wrapper]) -> bool {
    let Some(matching) = rule.matching() else { return false };
    let is_around = |literal: &String| {
        let texts = rule.examples().iter().map(|example| unix_lines(&example.text));
        let mut texts = texts.filter(|text| text.contains(literal.as_str()));
        texts.all(|text| {
            let mut found = wrappers.iter().flat_map(|one| one.regex.find_all(&text));
            found.any(|found| text.get(found).is_some_and(|part| part.contains(literal.as_str())))
        })
    };
    !matching.any.is_empty() && matching.any.iter().all(is_around)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_comes_before_and_a_ring_is_cut() {
        let before = |lists: &[&[usize]]| {
            sorted(lists.iter().map(|list| list.iter().copied().collect()).collect())
        };
        assert_eq!(before(&[&[], &[], &[]]), [0, 1, 2]);
        assert_eq!(before(&[&[2], &[], &[]]), [1, 2, 0]);
        assert_eq!(before(&[&[1], &[0], &[1]]), [0, 1, 2]);
    }
}
