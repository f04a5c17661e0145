//! Why a rule does not explain a text.

use std::fmt;

use super::Classifier;
use super::syntax::split_at_miss;
use crate::catalogue::Rule;
use crate::model::RuleId;

/// What keeps a rule from explaining a text, the farthest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    /// None of the literals of `any` stands in it.
    NoneOf(Vec<String>),
    /// This literal of `all` does not stand in it.
    Lacks(String),
    /// This literal of `not` stands in it.
    Holds(String),
    /// The expression matches so far and no farther.
    Stops {
        /// The part of the expression that matches.
        matched: String,
        /// The rest of it.
        rest: String,
    },
    /// It matches, but another rule wins.
    Loses(RuleId),
}

impl Miss {
    /// Returns a number that is the greater the nearer the rule came.
    fn nearness(&self) -> (u8, usize) {
        match self {
            Self::NoneOf(_) => (0, 0),
            Self::Lacks(_) => (1, 0),
            Self::Holds(_) => (2, 0),
            Self::Stops { matched, .. } => (3, matched.len()),
            Self::Loses(_) => (4, 0),
        }
    }
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoneOf(words) => {
                write!(f, "none of `any` is in the text: `{}`", words.join("`, `"))
            }
            Self::Lacks(word) => write!(f, "`{word}` of `all` is not in the text"),
            Self::Holds(word) => write!(f, "`{word}` of `not` is in the text"),
            Self::Stops { matched, rest } if matched.is_empty() => {
                write!(f, "no part of the regex `{rest}` matches")
            }
            Self::Stops { matched, rest } => {
                write!(f, "the regex matches up to `{matched}`, then not `{rest}`")
            }
            Self::Loses(winner) => {
                write!(
                    f,
                    "it matches, but `{winner}` is more specific, more inward or matches around it"
                )
            }
        }
    }
}

impl Classifier {
    /// Returns why a rule does not explain a text, or `None` where it does.
    ///
    /// Of the parts of the text, the one where the rule comes nearest is told of.
    #[must_use]
    pub fn miss(&self, rule: &Rule, text: &str) -> Option<Miss> {
        let look = self.look(text);
        let winner = self.find(&look).map(|((winner, _), _)| &winner.id);
        miss_of(rule, winner, look.parts())
    }
}

/// Returns why a rule does not explain a text that another one or none does, given the parts of
/// the text; see [`Classifier::miss`].
pub(super) fn miss_of<'t>(
    rule: &Rule,
    winner: Option<&RuleId>,
    parts: impl Iterator<Item = &'t str>,
) -> Option<Miss> {
    if winner == Some(&rule.id) {
        return None;
    }
    let mut nearest: Option<Miss> = None;
    for part in parts {
        let miss = match (miss_in(rule, part), winner) {
            (Some(miss), _) => miss,
            (None, Some(winner)) => Miss::Loses(winner.clone()),
            (None, None) => continue,
        };
        if nearest.as_ref().is_none_or(|near| near.nearness() < miss.nearness()) {
            nearest = Some(miss);
        }
    }
    nearest
}

/// Returns why a rule does not match one part of a text, or `None` where it does.
fn miss_in(rule: &Rule, text: &str) -> Option<Miss> {
    let matching = rule.matching()?;
    let has = |literal: &&String| text.contains(literal.as_str());
    if !matching.any.is_empty() && !matching.any.iter().any(|literal| has(&literal)) {
        return Some(Miss::NoneOf(matching.any.clone()));
    }
    if let Some(literal) = matching.all.iter().find(|literal| !has(literal)) {
        return Some(Miss::Lacks(literal.clone()));
    }
    if let Some(literal) = matching.not.iter().find(has) {
        return Some(Miss::Holds(literal.clone()));
    }
    let regex = matching.regex.as_ref().filter(|regex| !regex.is_match(text))?;
    let (matched, rest) = split_at_miss(regex, text);
    Some(Miss::Stops { matched: matched.into(), rest: rest.into() })
}
