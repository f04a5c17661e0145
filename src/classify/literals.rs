//! The search for the literals of all rules at once.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, BuildError};

use crate::catalogue::{Matching, Rule, longest_line};

/// Finds the literals of all rules in one pass over a text.
#[derive(Debug)]
pub(super) struct Literals {
    /// One literal of each rule that every match of it has, or its alternatives; for raw bytes.
    triggers: AhoCorasick,
    /// Every literal, whole.
    every: AhoCorasick,
    /// For each literal of `every`, the rules that it may decide, as indices.
    rules: Vec<Vec<usize>>,
    /// For each rule, what must and must not stand in a text.
    demands: Vec<Demand>,
}

/// The literals of a rule, as indices.
#[derive(Debug, Default)]
struct Demand {
    any: Vec<usize>,
    all: Vec<usize>,
    not: Vec<usize>,
}

/// Where the literals stand in a text.
#[derive(Debug)]
pub(super) struct Present {
    /// Each literal that is there and the last place where it begins, by the literal.
    last: Vec<(usize, usize)>,
}

impl Present {
    /// Returns true where the literal stands in the part of the text from `start` on.
    fn has(&self, literal: usize, start: usize) -> bool {
        let found = self.last.binary_search_by_key(&literal, |(literal, _)| *literal);
        found.is_ok_and(|at| self.last.get(at).is_some_and(|(_, last)| *last >= start))
    }
}

impl Literals {
    /// Prepares the search for the literals of these rules.
    pub(super) fn new(rules: &[Rule]) -> Result<Self, BuildError> {
        let mut table = BTreeMap::new();
        let mut triggers = Vec::new();
        let mut demands = Vec::new();
        let mut decided_by: Vec<(usize, usize)> = Vec::new();
        for (nth, rule) in rules.iter().enumerate() {
            let Some(matching) = rule.matching() else {
                demands.push(Demand::default());
                continue;
            };
            let mut index_all = |literals| indices(&mut table, literals);
            demands.push(Demand {
                any: index_all(&matching.any),
                all: index_all(&matching.all),
                not: index_all(&matching.not),
            });
            for literal in rule_triggers(matching) {
                triggers.push(longest_line(literal));
                decided_by.push((index(&mut table, literal), nth));
            }
        }
        let mut decides = vec![Vec::new(); table.len()];
        for (literal, rule) in decided_by {
            if let Some(decides) = decides.get_mut(literal) {
                decides.push(rule);
            }
        }
        let mut every = vec![""; table.len()];
        for (literal, index) in table {
            if let Some(place) = every.get_mut(index) {
                *place = literal;
            }
        }
        triggers.sort_unstable();
        triggers.dedup();
        Ok(Self {
            // The library's own prefilter looks for rare bytes, of which so many literals have too many.
            triggers: AhoCorasick::builder().prefilter(false).build(triggers)?,
            every: AhoCorasick::new(every)?,
            rules: decides,
            demands,
        })
    }

    /// Returns false where no rule can match a text, whatever its line ends.
    pub(super) fn may_match(&self, text: &[u8]) -> bool {
        self.triggers.is_match(text)
    }

    /// Finds all literals in a text, in time that grows with its length only.
    pub(super) fn scan(&self, text: &str) -> Present {
        let found = self.every.find_overlapping_iter(text);
        let mut last: Vec<_> = found.map(|at| (at.pattern().as_usize(), at.start())).collect();
        // The last place of each comes first, and stays.
        last.sort_unstable_by_key(|(literal, start)| (*literal, Reverse(*start)));
        last.dedup_by_key(|(literal, _)| *literal);
        Present { last }
    }

    /// Returns the indices of the rules that may match.
    pub(super) fn candidates(&self, present: &Present) -> Vec<usize> {
        let decided = present.last.iter().filter_map(|(literal, _)| self.rules.get(*literal));
        let mut rules: Vec<_> = decided.flatten().copied().collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// Returns true where a part of the text holds the literals that a rule asks for.
    pub(super) fn allow(&self, rule: usize, present: &Present, start: usize) -> bool {
        self.demands.get(rule).is_some_and(|demand| {
            let has = |literal: &usize| present.has(*literal, start);
            (demand.any.is_empty() || demand.any.iter().any(has))
                && demand.all.iter().all(has)
                && !demand.not.iter().any(has)
        })
    }
}

fn indices<'r>(table: &mut BTreeMap<&'r str, usize>, literals: &'r [String]) -> Vec<usize> {
    literals.iter().map(|literal| index(table, literal)).collect()
}

/// Returns the number of a literal, a new one where it has none.
fn index<'r>(table: &mut BTreeMap<&'r str, usize>, literal: &'r str) -> usize {
    let next = table.len();
    *table.entry(literal).or_insert(next)
}

/// Returns literals of which one stands in every text that a rule matches: the longest of `all`,
/// or `any` where its shortest is longer.
pub(super) fn rule_triggers(matching: &Matching) -> &[String] {
    let len = |literal: &String| longest_line(literal).len();
    let longest = matching.all.iter().max_by_key(|literal| len(literal));
    let shortest = matching.any.iter().map(len).min();
    match (longest, shortest) {
        (Some(longest), None) => std::slice::from_ref(longest),
        (Some(longest), Some(shortest)) if len(longest) > shortest => std::slice::from_ref(longest),
        _ => &matching.any,
    }
}
