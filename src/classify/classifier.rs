//! The decision.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::digits::Digits;
use super::explain::Part;
use super::ids::{Doubt, Ids, mark_ids};
use super::literals::{Literals, Present};
use super::memo::Memo;
use super::nesting::{Nested, Nesting};
use super::syntax::specificity;
use super::watch::{Signal, Watch};
use crate::catalogue::{Catalogue, Matching, Rule};
use crate::course::Threshold;
use crate::model::Outcome;

/// A catalogue, made ready to explain texts.
///
/// It can be shared between threads.
#[derive(Debug)]
pub struct Classifier {
    rules: Arc<[Rule]>,
    pub(super) literals: Literals,
    digits: Digits,
    ids: Ids,
    nesting: Nesting,
    watch: Watch,
    memo: Memo,
}

/// What decides about a text, as places in it: it serves for all texts of one shape.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    /// Index of the rule.
    rule: Option<usize>,
    /// What is captured, by name, with the Lua place before the error.
    captures: Vec<(Box<str>, Range<usize>)>,
    outcome: Option<Outcome>,
    inner: Range<usize>,
}

/// A text, and what all rules need to know of it.
pub(super) struct Look<'t> {
    pub(super) text: &'t str,
    pub(super) nested: Nested,
    pub(super) present: Present,
    /// The indices of the rules that may match, the most specific first, then by id.
    pub(super) candidates: Vec<usize>,
}

impl<'t> Look<'t> {
    /// Returns the parts of the text, the whole first, each within the one before.
    pub(super) fn parts(&self) -> impl Iterator<Item = &'t str> {
        self.nested.starts.iter().filter_map(|start| self.text.get(*start..))
    }
}

/// A rule with its match, and where the part of the text begins in which that is.
pub(super) type Found<'c> = (Hit<'c>, usize);

/// What is known of a text.
#[derive(Clone, Debug)]
pub struct Verdict<'c> {
    /// The rule that explains it.
    pub rule: Option<&'c Rule>,
    /// What the rule captured, by name, with `file` and `line` of the Lua place before the error.
    pub captures: BTreeMap<String, String>,
    /// What became of the work: from the words around the error, else from the rule.
    pub outcome: Option<Outcome>,
    /// The part of the text that decided, in bytes. Where no rule explains it, the error alone:
    /// without wrappers, Lua places and traceback, or with the last wrapper where the error is
    /// nothing but a value.
    pub inner: Range<usize>,
}

impl Verdict<'_> {
    /// Returns true for a line of normal work: where it is no error and no warning, it is no event.
    #[must_use]
    pub fn is_routine(&self) -> bool {
        self.outcome.is_none() && self.rule.is_some_and(|rule| rule.routine)
    }
}

/// Why a catalogue could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The literals of all rules together are too much.
    #[error("failed to prepare the search for the literals of all rules")]
    Literals {
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A wrapper does not compile when it is tied to the start of a text.
    #[error("failed to compile wrapper `{id}`")]
    Wrapper {
        /// The wrapper.
        id: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Classifier {
    /// Makes a catalogue ready.
    ///
    /// # Errors
    ///
    /// Returns [`BuildError`] where the literals are too large to be searched for, or a wrapper cannot
    /// be tied to the start of a text.
    pub fn new(catalogue: &Catalogue) -> Result<Self, BuildError> {
        let rules = catalogue.shared_rules();
        let literals = Literals::new(&rules);
        Ok(Self {
            literals: literals.map_err(|error| BuildError::Literals { source: error.into() })?,
            digits: Digits::new(catalogue),
            ids: Ids::new(catalogue),
            nesting: Nesting::new(catalogue.wrappers())?,
            watch: Watch::new(catalogue),
            memo: Memo::default(),
            rules,
        })
    }

    /// Returns false where no rule can explain a text, with one look at each byte.
    ///
    /// Takes the text as it stands in the log, before it is masked, whatever its line ends.
    #[must_use]
    pub fn may_match(&self, text: &[u8]) -> bool {
        self.literals.may_match(text)
    }

    /// Returns true where all texts of a shape (see [`shape_of`](super::shape_of)), before they are
    /// masked, get one verdict, but for the digits in what is captured.
    #[must_use]
    pub fn is_told_by_shape(&self, shape: &[u8]) -> bool {
        self.digits.are_alike(shape)
    }

    /// Makes the bytes of each long id in the shape of a text marks. Returns false where there is
    /// none, or one holds a literal of a rule.
    pub fn mark_ids(&self, text: &[u8], shape: &mut [u8]) -> bool {
        let mut is_clear = true;
        let has_any = mark_ids(shape, |id| {
            is_clear = is_clear && text.get(id).is_some_and(|id| !self.ids.holds_literal(id));
        });
        has_any && is_clear
    }

    /// Returns what is to be looked at in texts that have this shape once their ids are marked (see
    /// [`Classifier::mark_ids`]): those that have none of it are all lines of normal work that do the
    /// same to courses, or none is. Returns `None` where that cannot be told.
    #[must_use]
    pub fn told_by_ids(&self, shape: &[u8]) -> Option<Arc<[Doubt]>> {
        self.ids.doubts(shape, &self.literals)
    }

    /// Finds the rule that explains a masked text whose lines end in `\n` (see [`unix_lines`]).
    ///
    /// Rules are tried on the innermost part first, fallback rules after all others. Of the rules
    /// that match a part, the most specific wins, unless another matches around it. Takes time
    /// that grows with the length of the text and the number of rules whose literals it holds.
    #[must_use]
    pub fn classify(&self, text: &str) -> Verdict<'_> {
        let decision = self.memo.decide(text, &self.digits, || self.decide(text));
        self.verdict(&decision, text)
    }

    /// Returns what a line of normal work does to the courses of the catalogue, as
    /// [`Classifier::classify`] and [`Classifier::signals`] would, but for what is captured: a
    /// rule of normal work explains it. Returns `None` for any other text, and where a course counts
    /// captures apart.
    #[must_use]
    pub fn routine_signals(&self, text: &str) -> Option<Vec<Signal<'_>>> {
        let look = self.look(text);
        let ((rule, _), _) = self.find(&look)?;
        let outcome = look.nested.outcome.or(rule.outcome);
        if rule.routine && outcome.is_none() { self.watch.signals_of(rule) } else { None }
    }

    /// Returns what a decision says of a text of its shape.
    pub(super) fn verdict(&self, decision: &Decision, text: &str) -> Verdict<'_> {
        let value = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default().into();
        let captures = decision.captures.iter();
        Verdict {
            rule: decision.rule.and_then(|rule| self.rules.get(rule)),
            captures: captures.map(|(name, range)| (name.to_string(), value(range))).collect(),
            outcome: decision.outcome,
            inner: decision.inner.clone(),
        }
    }

    /// Decides about a text as if it were the first.
    pub(super) fn decide(&self, text: &str) -> Decision {
        let look = self.look(text);
        let nested = &look.nested;
        let found = self.find(&look);
        let (mut captures, inner) = match &found {
            Some((hit, start)) => (captures(hit, text, *start), *start..text.len()),
            None => (Vec::new(), nested.core.clone()),
        };
        let is_place = |(name, _): &(Box<str>, _)| matches!(&**name, "file" | "line");
        if !captures.iter().any(is_place)
            && let Some((file, line)) = &nested.place
        {
            captures.push(("file".into(), file.clone()));
            captures.push(("line".into(), line.clone()));
        }
        let rule = found.map(|((rule, _), _)| rule);
        Decision {
            rule: rule.and_then(|rule| self.rules.binary_search_by(|r| r.id.cmp(&rule.id)).ok()),
            captures,
            outcome: nested.outcome.or(rule.and_then(|rule| rule.outcome)),
            inner,
        }
    }

    /// Returns what an entry with this verdict does to the courses of the catalogue.
    pub fn signals<'c>(&'c self, verdict: &Verdict<'_>) -> impl Iterator<Item = Signal<'c>> {
        self.watch.signals(verdict)
    }

    /// Returns the thresholds of the courses, by the rule that counts.
    #[must_use]
    pub fn thresholds(&self) -> BTreeMap<String, Threshold> {
        self.watch.thresholds()
    }

    /// Returns all rules, sorted by id.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Returns the rules that look at one entry, in the order in which they are tried: the most
    /// specific first, then by id.
    pub(super) fn ranked_rules(&self) -> impl Iterator<Item = &Rule> {
        let indices = 0..self.rules.len();
        let mut ranked: Vec<usize> =
            indices.filter(|index| self.matching(*index).is_some()).collect();
        self.rank(&mut ranked);
        ranked.into_iter().filter_map(|index| self.rules.get(index))
    }

    /// Finds the parts of a text and the literals in it.
    pub(super) fn look<'t>(&self, text: &'t str) -> Look<'t> {
        let present = self.literals.scan(text);
        let mut candidates = self.literals.candidates(&present);
        self.rank(&mut candidates);
        Look { text, nested: self.nesting.unwrap(text), present, candidates }
    }

    /// Returns the rule that wins, where it matches and where the part begins that decided.
    pub(super) fn find<'c>(&'c self, look: &Look<'_>) -> Option<Found<'c>> {
        for is_fallback in [false, true] {
            for start in look.nested.starts.iter().rev() {
                let part = look.text.get(*start..).unwrap_or_default();
                let allowed = self.allowed(look, is_fallback, *start);
                if let Some(hit) = best_match(allowed, part, |_, _| {}) {
                    return Some((hit, *start));
                }
            }
        }
        None
    }

    /// Returns the parts of a text, the whole first, with the wrappers between them.
    pub(super) fn named_parts(&self, look: &Look<'_>) -> Vec<Part<'_>> {
        self.nesting.parts(&look.nested)
    }

    /// Returns the rules, fallback rules or the others, whose literals stand in a part of the
    /// text as they ask, most specific first.
    pub(super) fn allowed<'c>(
        &'c self,
        look: &Look<'_>,
        is_fallback: bool,
        start: usize,
    ) -> impl Iterator<Item = &'c Rule> {
        look.candidates.iter().filter_map(move |index| {
            let rule = self.rules.get(*index)?;
            let is_allowed =
                rule.fallback == is_fallback && self.literals.allow(*index, &look.present, start);
            is_allowed.then_some(rule)
        })
    }

    /// Sorts indices of rules that look at one entry: the most specific first, then by id.
    ///
    /// What is not asked for here is never found out, since few rules of a catalogue meet a text.
    fn rank(&self, indices: &mut [usize]) {
        // Rules are sorted by id, so that the index stands for the id.
        let key = |index: &usize| (Reverse(self.matching(*index).map(specificity)), *index);
        indices.sort_unstable_by_key(key);
    }

    /// Returns what a rule asks of one entry.
    pub(super) fn matching(&self, index: usize) -> Option<&Matching> {
        self.rules.get(index).and_then(Rule::matching)
    }
}

/// Returns a text with the line ends that rules are written for: each `\r\n` is made `\n`.
#[must_use]
pub fn unix_lines(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") { text.replace("\r\n", "\n").into() } else { text.into() }
}

/// A rule, and where it matches.
pub(super) type Hit<'r> = (&'r Rule, Range<usize>);

/// Returns the first rule that matches, unless one after it also matches what stands around: that
/// one knows the same reason, and what was attempted.
///
/// `lost` is told of each other rule that matches, and of the one that it loses to.
pub(super) fn best_match<'r>(
    rules: impl Iterator<Item = &'r Rule>,
    text: &str,
    mut lost: impl FnMut(&Hit<'r>, &Hit<'r>),
) -> Option<Hit<'r>> {
    let mut best: Option<Hit<'r>> = None;
    for rule in rules {
        let Some(found) = rule.matching().and_then(|matching| matched_span(matching, text)) else {
            continue;
        };
        let hit = (rule, found);
        match &mut best {
            None => best = Some(hit),
            Some(best) if surrounds(&hit.1, &best.1) => {
                lost(best, &hit);
                *best = hit;
            }
            Some(best) => lost(&hit, best),
        }
    }
    best
}

/// Returns true where a match begins before another one and reaches as far or farther.
pub(super) fn surrounds(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start < inner.start && outer.end >= inner.end
}

/// Returns where a rule, whose literals are known to be there, matches a text.
pub(super) fn matched_span(matching: &Matching, text: &str) -> Option<Range<usize>> {
    if let Some(regex) = &matching.regex {
        return regex.find(text);
    }
    let literals = matching.any.iter().chain(&matching.all);
    let spans = literals.filter_map(|literal| {
        text.find(literal.as_str()).map(|start| start..start + literal.len())
    });
    spans.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
}

/// Returns what the expression of a rule captures where, in the part of a text that it matches.
fn captures((rule, found): &Hit<'_>, text: &str, start: usize) -> Vec<(Box<str>, Range<usize>)> {
    let regex = rule.matching().and_then(|matching| matching.regex.as_ref());
    let part = text.get(start..).unwrap_or_default();
    let captures = regex.map(|regex| regex.captures(part, found.clone())).unwrap_or_default();
    captures
        .into_iter()
        .filter_map(|(name, range)| Some((name?.into(), range.start + start..range.end + start)))
        .collect()
}
