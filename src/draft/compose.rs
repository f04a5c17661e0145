//! The parts of a rule that its texts decide: literals, examples, captures, groups.

use std::collections::{BTreeMap, BTreeSet};

use super::Trial;
use super::pattern::Pattern;
use super::render::{ExampleText, RuleText};
use crate::catalogue::is_bare;

/// Shorter words stand in too many texts to be looked for.
const MIN_LITERAL_BYTES: usize = 4;
/// So many literals are named.
const MAX_LITERALS: usize = 2;
const MAX_EXAMPLES: usize = 3;
/// Texts among which examples are chosen.
const MAX_CANDIDATES: usize = 60;
/// Longer texts are examples only where there are no others.
const MAX_EXAMPLE_BYTES: usize = 2_000;
/// A place in front of a text that has come in one way only.
const PLACE: &str = "main.lua:12: ";

/// Captures that split a problem, the best first.
const GROUPS: [&str; 7] = ["host", "ip", "db", "table", "queue", "server", "component"];
/// More groups than this are no groups.
const MAX_GROUPS: usize = 12;

/// Returns the longest words that stand in every text, the longest first; such as tell nothing
/// alone only where there are no others.
pub(super) fn literals(pattern: &Pattern) -> Vec<String> {
    let mut runs: Vec<&str> = pattern.runs.iter().map(|run| run.trim()).collect();
    runs.retain(|run| run.len() >= MIN_LITERAL_BYTES);
    runs.sort_by_key(|run| (is_bare(run), std::cmp::Reverse(run.len())));
    let mut chosen: Vec<String> = Vec::new();
    for run in runs {
        if !chosen.iter().any(|one| one.contains(run)) {
            chosen.push(run.into());
        }
    }
    chosen.truncate(MAX_LITERALS);
    chosen
}

/// Returns words of texts that the rule should not win, none of which is a word of its own, such
/// that each of those texts has one; `None` where one has none.
pub(super) fn telling_words(
    taken: &[String],
    is_own: impl Fn(&str) -> bool,
) -> Option<Vec<String>> {
    let words = |text: &str| -> BTreeSet<String> {
        let words = text.split(|c: char| !c.is_alphabetic());
        words.filter(|word| word.len() >= MIN_LITERAL_BYTES).map(str::to_owned).collect()
    };
    let mut left: Vec<BTreeSet<String>> = taken.iter().map(|text| words(text)).collect();
    let mut chosen = Vec::new();
    while !left.is_empty() {
        let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
        for word in left.iter().flatten() {
            *counts.entry(word).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let word = counts.into_iter().map(|(word, _)| word).find(|word| !is_own(word))?.clone();
        left.retain(|words| !words.contains(&word));
        chosen.push(word);
    }
    Some(chosen)
}

/// Returns examples that are as different as possible: the first text, and then each time the one
/// that is least like those before it. Where there is one text only, it comes once more with a Lua
/// place before it.
pub(super) fn examples(texts: &[String], core: &str) -> Vec<ExampleText> {
    let is_short = |text: &&String| text.len() <= MAX_EXAMPLE_BYTES;
    let mut left: Vec<&String> = texts.iter().filter(is_short).take(MAX_CANDIDATES).collect();
    if left.is_empty() {
        left.extend(texts.first());
    }
    let mut chosen: Vec<String> = Vec::new();
    while chosen.len() < MAX_EXAMPLES {
        let distance = |text: &str| {
            let distances = chosen.iter().map(|one| distance(one, text));
            distances.min().unwrap_or_default()
        };
        let farthest = left
            .iter()
            .enumerate()
            .max_by_key(|(nth, text)| (distance(text.as_str()), std::cmp::Reverse(*nth)));
        let Some((nth, _)) = farthest else { break };
        chosen.push(left.remove(nth).clone());
    }
    if chosen.len() < 2 {
        chosen.push(format!("{PLACE}{core}"));
    }
    chosen.into_iter().map(|line| ExampleText { line, ..ExampleText::default() }).collect()
}

/// Returns how many words of either text are not in the other.
fn distance(a: &str, b: &str) -> usize {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
    words(a).symmetric_difference(&words(b)).count()
}

/// Fills in what the rule makes of its examples, and leaves out what it does not win.
pub(super) fn fill_in(rule: &mut RuleText, trial: &Trial<'_>) {
    rule.examples.retain(|example| trial.wins(&example.line));
    rule.counter_examples.retain(|example| !trial.wins(&example.line));
    for example in &mut rule.examples {
        let verdict = trial.classifier.classify(&example.line);
        example.captures = verdict.captures;
        example.outcome = verdict.outcome;
    }
}

/// Returns the capture that clearly splits the texts of a rule: a few values, each of which comes
/// again and again.
pub(super) fn group_by(trial: &Trial<'_>, texts: &[(String, u64)]) -> Vec<String> {
    let mut values: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let mut n_events = 0;
    for (text, events) in texts {
        let verdict = trial.classifier.classify(text);
        n_events += events;
        for (name, value) in verdict.captures {
            *values.entry(name).or_default().entry(value).or_default() += events;
        }
    }
    let splits = |name: &str| {
        values.get(name).is_some_and(|values| {
            let is_everywhere = values.values().sum::<u64>() == n_events;
            let n_again = values.values().filter(|events| **events > 1).count();
            is_everywhere && (2..=MAX_GROUPS).contains(&values.len()) && 2 * n_again > values.len()
        })
    };
    GROUPS.iter().find(|name| splits(name)).map(|name| vec![(*name).to_owned()]).unwrap_or_default()
}
