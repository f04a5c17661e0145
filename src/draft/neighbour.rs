//! What stands beside a cluster: other unknowns and the nearest known error.

use std::collections::BTreeSet;

use super::Draftable;
use super::render::CounterText;
use crate::catalogue::Rule;
use crate::classify::{Classifier, ColumnKind, NearMiss, NearMisses};

/// Counter-examples from other clusters, at most.
const MAX_OTHERS: usize = 2;
/// Differences from the nearest known error that are told.
const MAX_DIFFERENCES: usize = 3;
/// Longer texts are no counter-examples for people.
const MAX_BYTES: usize = 2_000;

/// The known error that comes nearest to a text.
#[derive(Clone, Debug)]
pub(super) struct Nearest<'c> {
    pub(super) rule: &'c Rule,
    /// How much agrees, in percent.
    pub(super) percent: u8,
    /// Where they differ, for people.
    pub(super) differs_at: String,
}

/// Returns the known error that comes nearest to a text.
pub(super) fn nearest<'c>(classifier: &'c Classifier, text: &str) -> Option<Nearest<'c>> {
    let near = NearMisses::new(classifier).nearest(text, 1).pop()?;
    let percent = (0..=100_u8).rev().find(|percent| f64::from(*percent) <= 100.0 * near.share);
    Some(Nearest { rule: near.rule, percent: percent.unwrap_or(0), differs_at: differences(&near) })
}

/// Returns what the rule expects and what the text has instead.
fn differences(near: &NearMiss<'_>) -> String {
    let shown = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default().trim();
        text.chars().take(40).collect::<String>()
    };
    let differing = near.columns.iter().filter(|column| column.kind == ColumnKind::Differs);
    let parts = differing.map(|column| match (shown(&column.rule), shown(&column.text)) {
        (rule, text) if rule.is_empty() => format!("`{text}` is more"),
        (rule, text) if text.is_empty() => format!("`{rule}` is missing"),
        (rule, text) => format!("`{text}` for `{rule}`"),
    });
    let parts: Vec<_> = parts.take(MAX_DIFFERENCES).collect();
    match &near.miss {
        _ if !parts.is_empty() => parts.join(", "),
        Some(miss) => miss.to_string(),
        None => "the order of the words".into(),
    }
}

/// Returns texts that look like those of the cluster and are not, the nearest first: of other
/// clusters, of the nearest known error, and where there is neither, a part of its own text.
pub(super) fn counter_examples(
    input: &Draftable<'_>,
    classifier: &Classifier,
    core: &str,
    nearest: Option<&Nearest<'_>>,
) -> Vec<CounterText> {
    let own = words(core);
    let mut others: Vec<_> = input
        .others
        .iter()
        .filter(|(_, text)| text.len() <= MAX_BYTES)
        .filter_map(|(id, text)| {
            let verdict = classifier.classify(text);
            let inner = text.get(verdict.inner)?;
            let words = words(inner);
            let n_shared = own.intersection(&words).count();
            let n_all = own.union(&words).count().max(1);
            verdict.rule.is_none().then_some((1_000 * n_shared / n_all, id, text, words))
        })
        .collect();
    others.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let mut found: Vec<_> = others
        .into_iter()
        .take(MAX_OTHERS)
        .map(|(_, id, text, words)| CounterText {
            line: text.clone(),
            because: because(&own, &words, id),
            won_by: None,
        })
        .collect();
    found.extend(nearest.and_then(known));
    if found.is_empty() {
        found.push(part(core));
    }
    found
}

fn because(own: &BTreeSet<String>, other: &BTreeSet<String>, id: &str) -> String {
    let longest = |words: &BTreeSet<String>, without: &BTreeSet<String>| {
        let mut left: Vec<_> = words.difference(without).cloned().collect();
        left.sort_by_key(|word| std::cmp::Reverse(word.len()));
        left.into_iter().next()
    };
    match (longest(other, own), longest(own, other)) {
        (Some(has), Some(lacks)) => {
            format!("it says `{has}` and not `{lacks}`: the unknowns of {id}")
        }
        (Some(has), None) => format!("it says `{has}` as well: the unknowns of {id}"),
        (None, Some(lacks)) => format!("it does not say `{lacks}`: the unknowns of {id}"),
        (None, None) => format!("its words stand in another order: the unknowns of {id}"),
    }
}

fn known(nearest: &Nearest<'_>) -> Option<CounterText> {
    let example = nearest.rule.examples().iter().find(|one| one.text.len() <= MAX_BYTES)?;
    Some(CounterText {
        line: example.text.clone(),
        because: format!("another error: {}", nearest.rule.title),
        won_by: Some(nearest.rule.id.clone()),
    })
}

/// Returns the first half of a text; of a single word, the word with more behind it.
pub(super) fn part(core: &str) -> CounterText {
    let words: Vec<_> = core.split_whitespace().collect();
    let first = words.get(..words.len() / 2).filter(|words| !words.is_empty());
    let (line, because) = match first {
        Some(words) => (words.join(" "), "only its first words, as of a text that was cut"),
        None => (format!("{core} once more"), "more words follow"),
    };
    CounterText { line, because: because.into(), won_by: None }
}

/// Returns the words of a text that are no values.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| word.len() > 1 && !word.contains(|c: char| c.is_ascii_digit()));
    words.map(str::to_lowercase).collect()
}
