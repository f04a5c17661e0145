//! Why a text gets the rule that it gets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use super::Classifier;
use super::classifier::{Hit, Look, best_match, surrounds};
use super::syntax::specificity;
use crate::catalogue::Rule;
use crate::model::Outcome;

/// All that was weighed when a text was classified.
#[derive(Clone, Debug)]
pub struct Explanation<'c> {
    /// The parts of the text, the whole first, each within the one before.
    pub parts: Vec<Part<'c>>,
    /// The rule that explains the text.
    pub winner: Option<Matched<'c>>,
    /// What the winner captured, by name.
    pub captures: BTreeMap<String, String>,
    /// What became of the work: from the words around the error, else from the rule.
    pub outcome: Option<Outcome>,
    /// The other rules that match, those on the winner's part first.
    pub losers: Vec<Loser<'c>>,
}

/// A part of a text; it reaches to the end of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'c> {
    /// Where it begins, in bytes.
    pub start: usize,
    /// The wrapper that was taken off its front to get the next part; `None` for the innermost.
    pub wrapper: Option<&'c str>,
    /// What that wrapper says of the work.
    pub outcome: Option<Outcome>,
}

/// A rule that matches a part of a text.
#[derive(Clone, Debug)]
pub struct Matched<'c> {
    /// The rule.
    pub rule: &'c Rule,
    /// The index of the part.
    pub part: usize,
    /// Where it matches, in bytes of the whole text.
    pub span: Range<usize>,
    /// Its literals that stand in the part.
    pub literals: Vec<&'c str>,
    /// How many literal bytes each of its matches needs.
    pub n_bytes: usize,
}

/// A rule that matches, and does not win.
#[derive(Clone, Debug)]
pub struct Loser<'c> {
    /// The rule and its match.
    pub matched: Matched<'c>,
    /// The rule that it loses to: the winner, or one that itself loses.
    pub to: &'c Rule,
    /// Why.
    pub loss: Loss,
}

/// Why a rule loses to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// It is a fallback rule and the other one is not.
    Fallback,
    /// It matches only further out.
    LessInward,
    /// The other one matches around it.
    Surrounded,
    /// Its matches need fewer literal bytes.
    LessSpecific {
        /// The literal bytes that it needs.
        n_bytes: usize,
        /// Those that the other one needs.
        against: usize,
    },
    /// Nothing else tells them apart: the smaller id wins.
    Id,
}

impl Loss {
    /// Returns the name used in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fallback => "fallback",
            Self::LessInward => "less-inward",
            Self::Surrounded => "surrounded",
            Self::LessSpecific { .. } => "less-specific",
            Self::Id => "id",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fallback => f.write_str("it is a fallback rule"),
            Self::LessInward => f.write_str("it matches less inward"),
            Self::Surrounded => f.write_str("the other one matches around it"),
            Self::LessSpecific { n_bytes, against } => {
                write!(f, "it is less specific: {n_bytes} against {against} literal bytes")
            }
            Self::Id => f.write_str("only its id is greater"),
        }
    }
}

impl Classifier {
    /// Returns why a masked text, whose lines end in `\n`, gets the rule that it gets: see
    /// [`Classifier::classify`].
    #[must_use]
    pub fn explain(&self, text: &str) -> Explanation<'_> {
        let verdict = self.classify(text);
        let look = self.look(text);
        let parts = self.named_parts(&look);
        let (winner, losers) = self.matches(&look, &parts);
        let (captures, outcome) = (verdict.captures, verdict.outcome);
        Explanation { parts, winner, captures, outcome, losers }
    }

    /// Returns the rule that wins and all others that match, each on its most inward part.
    fn matches<'c>(
        &'c self,
        look: &Look<'_>,
        parts: &[Part<'_>],
    ) -> (Option<Matched<'c>>, Vec<Loser<'c>>) {
        let mut winner: Option<Matched<'c>> = None;
        let mut losers: Vec<Loser<'c>> = Vec::new();
        let mut seen = BTreeSet::new();
        for is_fallback in [false, true] {
            for (index, part) in parts.iter().enumerate().rev() {
                let rest = look.text.get(part.start..).unwrap_or_default();
                let matched = |hit: &Hit<'c>| Matched {
                    rule: hit.0,
                    part: index,
                    span: hit.1.start + part.start..hit.1.end + part.start,
                    literals: literals_in(hit.0, rest),
                    n_bytes: n_bytes(hit.0),
                };
                let mut beaten = Vec::new();
                let allowed = self.allowed(look, is_fallback, part.start);
                let best = best_match(allowed, rest, |loser, to| {
                    beaten.push((matched(loser), to.0, loss(loser, to)));
                });
                let Some(best) = best.map(|hit| matched(&hit)) else { continue };
                let Some(winner) = &winner else {
                    seen.insert(&best.rule.id);
                    for (matched, to, loss) in beaten {
                        seen.insert(&matched.rule.id);
                        losers.push(Loser { matched, to, loss });
                    }
                    winner = Some(best);
                    continue;
                };
                let others = std::iter::once(best).chain(beaten.into_iter().map(|(one, ..)| one));
                for matched in others.filter(|one| seen.insert(&one.rule.id)) {
                    let is_fallback = matched.rule.fallback && !winner.rule.fallback;
                    let loss = if is_fallback { Loss::Fallback } else { Loss::LessInward };
                    losers.push(Loser { matched, to: winner.rule, loss });
                }
            }
        }
        (winner, losers)
    }
}

/// Returns why one rule loses to another one on the same part, given where they match.
fn loss(loser: &Hit<'_>, to: &Hit<'_>) -> Loss {
    let (n_bytes, against) = (n_bytes(loser.0), n_bytes(to.0));
    if n_bytes < against {
        Loss::LessSpecific { n_bytes, against }
    } else if surrounds(&to.1, &loser.1) {
        Loss::Surrounded
    } else {
        Loss::Id
    }
}

fn n_bytes(rule: &Rule) -> usize {
    rule.matching().map_or(0, specificity)
}

/// Returns the literals of a rule that stand in a text.
fn literals_in<'r>(rule: &'r Rule, text: &str) -> Vec<&'r str> {
    let Some(matching) = rule.matching() else { return Vec::new() };
    let all = matching.any.iter().chain(&matching.all).map(String::as_str);
    all.filter(|literal| text.contains(literal)).collect()
}
