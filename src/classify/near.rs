//! The rules that nearly explain a text.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Classifier;
use super::align::{Alignment, Step, align};
use super::miss::{Miss, miss_of};
use super::variable::Variables;
use super::wording::{Token, Words};
use crate::catalogue::Rule;

/// So much of each part of a text is looked at,
const MAX_PART_BYTES: usize = 8 * 1024;
/// and so many words of it.
const MAX_TEXT_WORDS: usize = 400;
/// So many words of a rule.
const MAX_RULE_WORDS: usize = 80;
/// So many rules are looked at word by word.
const MAX_CANDIDATES: usize = 60;

/// How much the nearness of a fallback rule counts: it tells less than any other.
const FALLBACK: f64 = 0.8;

/// The words of a catalogue, made ready to find the rules that a text nearly matches.
#[derive(Debug)]
pub struct NearMisses<'c> {
    classifier: &'c Classifier,
    variables: Variables,
    /// For each rule, the texts that it expects.
    wordings: Vec<Vec<Words>>,
    /// For each word, the rules that expect it.
    rules: BTreeMap<String, Vec<usize>>,
}

/// A rule that nearly explains a text.
#[derive(Clone, Debug)]
pub struct NearMiss<'c> {
    /// The rule.
    pub rule: &'c Rule,
    /// The share of the words of both, by how much they tell, that agree: 0 to 1, smaller where
    /// there are few.
    pub share: f64,
    /// What the rule expects and what the text has, side by side.
    pub columns: Vec<Column>,
    /// What keeps the rule from matching.
    pub miss: Option<Miss>,
}

/// Words of a rule and of a text that stand side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What the rule expects; `None` where it expects nothing more.
    pub rule: Option<String>,
    /// What the text has; `None` where it lacks it.
    pub text: Option<String>,
    /// How they compare.
    pub kind: ColumnKind,
    /// True where no white space stands before them.
    pub is_glued: bool,
}

/// How words of a rule and of a text compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// They are the same.
    Same,
    /// The rule leaves open what stands here.
    Open,
    /// They differ, or one is missing.
    Differs,
}

impl<'c> NearMisses<'c> {
    /// Collects the words of all rules: of their literals, expressions and examples.
    #[must_use]
    pub fn new(classifier: &'c Classifier) -> Self {
        let variables = Variables::default();
        let wordings: Vec<_> =
            classifier.rules().iter().map(|rule| wordings(rule, classifier, &variables)).collect();
        let mut rules: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, wordings) in wordings.iter().enumerate() {
            let tokens = wordings.iter().flat_map(|words| &words.tokens);
            let keys: BTreeSet<&String> = tokens.map(|token| &token.key).collect();
            for key in keys {
                rules.entry(key.clone()).or_default().push(index);
            }
        }
        Self { classifier, variables, wordings, rules }
    }

    /// Returns the rules that come nearest to explaining a masked text and do not match it, the
    /// nearest first, at most so many.
    ///
    /// Rare words weigh most. Takes time that grows with the number of rules.
    #[must_use]
    pub fn nearest(&self, text: &str, max: usize) -> Vec<NearMiss<'c>> {
        let look = self.classifier.look(text);
        let winner = self.classifier.find(&look).map(|((winner, _), _)| &winner.id);
        let parts: Vec<Words> = look
            .parts()
            .map(|part| part.get(..part.floor_char_boundary(MAX_PART_BYTES)).unwrap_or(part))
            .map(|part| Words::of_text(part, &self.variables, MAX_TEXT_WORDS))
            .collect();
        let mut found = Vec::new();
        for index in self.candidates(parts.first()) {
            let Some(rule) = self.classifier.rules().get(index) else { continue };
            let miss = miss_of(rule, winner, look.parts());
            if !matches!(miss, None | Some(Miss::Loses(_)))
                && let Some((mut alignment, words, part)) = self.best(index, &parts)
            {
                if rule.fallback {
                    alignment.share *= FALLBACK;
                }
                found.push((alignment, words, part, rule, miss));
            }
        }
        // Rules are sorted by id, and the sort is stable.
        found.sort_by(|a, b| b.0.share.total_cmp(&a.0.share));
        found
            .into_iter()
            .take(max)
            .map(|(alignment, words, part, rule, miss)| NearMiss {
                rule,
                share: alignment.share,
                columns: columns(&alignment, words, part),
                miss,
            })
            .collect()
    }

    /// Returns the rules that share the weightiest words with a text, by id.
    fn candidates(&self, text: Option<&Words>) -> Vec<usize> {
        let keys: BTreeSet<&String> =
            text.into_iter().flat_map(|text| &text.tokens).map(|token| &token.key).collect();
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        for key in keys {
            for index in self.rules.get(key).into_iter().flatten() {
                *scores.entry(*index).or_default() += self.weight(key);
            }
        }
        let mut ranked: Vec<_> = scores.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut indices: Vec<_> =
            ranked.into_iter().take(MAX_CANDIDATES).map(|(index, _)| index).collect();
        indices.sort_unstable();
        indices
    }

    /// Returns the text of a rule and the part that agree most.
    fn best<'w>(
        &'w self,
        index: usize,
        parts: &'w [Words],
    ) -> Option<(Alignment, &'w Words, &'w Words)> {
        let weight = |token: &Token| self.weight(&token.key);
        let mut best: Option<(Alignment, &Words, &Words)> = None;
        for words in self.wordings.get(index)? {
            for part in parts.iter().rev() {
                let alignment = align(words, part, &weight);
                if best.as_ref().is_none_or(|(best, ..)| best.share < alignment.share) {
                    best = Some((alignment, words, part));
                }
            }
        }
        best.filter(|(best, ..)| best.share > 0.0)
    }

    /// Returns how much a word tells: the fewer rules expect it, the more.
    fn weight(&self, key: &str) -> f64 {
        let n_rules = self.rules.get(key).map_or(1, Vec::len);
        (1.0 + count(self.wordings.len()) / count(n_rules)).ln()
    }
}

/// Returns the texts that a rule expects.
fn wordings(rule: &Rule, classifier: &Classifier, variables: &Variables) -> Vec<Words> {
    let Some(matching) = rule.matching() else { return Vec::new() };
    let mut all = Words::of_matching(matching, MAX_RULE_WORDS);
    for example in rule.examples() {
        let text = super::unix_lines(&example.text);
        let inner = classifier.classify(&text).inner;
        let part = text.get(inner).unwrap_or_default();
        let captures = capture_ranges(rule, part);
        all.push(Words::of_example(part, &captures, variables, MAX_RULE_WORDS));
    }
    all.retain(|words| !words.tokens.is_empty());
    all.dedup();
    all
}

/// Returns where the captures of a rule's expression stand in a text.
fn capture_ranges(rule: &Rule, text: &str) -> Vec<Range<usize>> {
    let regex = rule.matching().and_then(|matching| matching.regex.as_ref());
    let captures = regex.and_then(|regex| Some(regex.captures(text, regex.find(text)?)));
    captures.unwrap_or_default().into_iter().map(|(_, range)| range).collect()
}

/// Returns the columns of an alignment: runs of words of one kind, side by side.
fn columns(alignment: &Alignment, rule: &Words, text: &Words) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for (nth, step) in alignment.steps.iter().enumerate() {
        let (r, t, kind) = match *step {
            Step::Same(r, t) => (Some(r), Some(t), ColumnKind::Same),
            Step::Open(t) => (None, Some(t), ColumnKind::Open),
            Step::Lacks(r) => (Some(r), None, ColumnKind::Differs),
            Step::Unexpected(t) => (None, Some(t), ColumnKind::Differs),
        };
        let r = r.and_then(|r| rule.tokens.get(r));
        let t = t.and_then(|t| text.tokens.get(t));
        let is_glued = [r, t].into_iter().flatten().all(|token| token.is_glued);
        let (r_shown, t_shown) = (r.map(|r| rule.shown(r)), t.map(|t| text.shown(t)));
        let is_run = nth > 0 && kind != ColumnKind::Same;
        match columns.last_mut().filter(|last| is_run && last.kind == kind) {
            Some(last) => {
                append(&mut last.rule, r_shown, is_glued);
                append(&mut last.text, t_shown, is_glued);
            }
            None => columns.push(Column { rule: r_shown, text: t_shown, kind, is_glued }),
        }
    }
    columns
}

fn append(whole: &mut Option<String>, more: Option<String>, is_glued: bool) {
    let Some(more) = more else { return };
    match whole {
        Some(whole) => {
            let space = if is_glued { "" } else { " " };
            whole.push_str(space);
            whole.push_str(&more);
        }
        None => *whole = Some(more),
    }
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}
