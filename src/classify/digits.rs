//! Where numbers do not matter: texts of one shape that a catalogue cannot tell apart.
//!
//! Entry points: [`shape_of`], and [`Digits::are_alike`]. The shape of a text is the text with each
//! ASCII digit made `0`. Only a rule that asks for a certain digit can tell texts of one shape
//! apart. Each text that it explains holds one of its triggers and matches its expression; so the
//! shape holds the trigger's shape, and matches the expression once any digit may stand in the place
//! of a certain one. Where no such rule may match the shape, all texts of it get one verdict, but
//! for the digits in what is captured.
//!
//! **Invariant:** when in doubt, texts are not alike.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

use super::classifier::unix_lines;
use super::ids::MARK;
use super::literals::rule_triggers;
use crate::catalogue::{Catalogue, Expression, Matching, Rule, Wrapper, longest_line, map_parts};

/// Knows which shapes may hide what a rule looks for.
#[derive(Debug)]
pub(super) struct Digits {
    catalogue: Catalogue,
    /// Made when the first shape is asked about.
    tellers: OnceLock<Tellers>,
}

/// The rules that tell digits apart.
#[derive(Debug)]
struct Tellers {
    /// Finds their triggers, as shapes. `None`: wrappers tell digits apart, or the triggers are too
    /// large.
    triggers: Option<AhoCorasick>,
    /// For each trigger, the rules whose trigger it is.
    rules: Vec<Vec<usize>>,
    expressions: Vec<Blurred>,
}

/// An expression to which all digits are one, and in which the mark of an id stands for any letter
/// or digit.
#[derive(Debug)]
pub(super) struct Blurred {
    pattern: Option<Box<str>>,
    /// `None`: whatever holds the trigger may match.
    regex: OnceLock<Option<Expression>>,
}

impl Digits {
    pub(super) fn new(catalogue: &Catalogue) -> Self {
        Self { catalogue: catalogue.clone(), tellers: OnceLock::new() }
    }

    /// Returns true where all texts of a shape are explained alike.
    pub(super) fn are_alike(&self, shape: &[u8]) -> bool {
        let tellers = self.tellers.get_or_init(|| Tellers::of(&self.catalogue));
        str::from_utf8(shape).is_ok_and(|shape| tellers.are_alike(shape))
    }
}

impl Tellers {
    fn of(catalogue: &Catalogue) -> Self {
        let mut by_trigger: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
        let mut expressions = Vec::new();
        let matchings = catalogue.rules().iter().filter_map(Rule::matching);
        for matching in matchings.filter(|matching| tells_digits_apart(matching)) {
            for literal in rule_triggers(matching) {
                let mut shape = Vec::new();
                shape_of(longest_line(literal).as_bytes(), &mut shape);
                by_trigger.entry(shape).or_default().push(expressions.len());
            }
            expressions.push(Blurred::new(matching.regex.as_ref().map(Expression::as_str)));
        }
        let is_blind = |wrapper: &Wrapper| !wrapper.regex.tells_digits_apart();
        let search = AhoCorasick::new(by_trigger.keys()).ok();
        Self {
            triggers: search.filter(|_| catalogue.wrappers().iter().all(is_blind)),
            rules: by_trigger.into_values().collect(),
            expressions,
        }
    }

    fn are_alike(&self, shape: &str) -> bool {
        let Some(triggers) = &self.triggers else { return false };
        let text = &*unix_lines(shape); // As rules are written for.
        let found = triggers.find_overlapping_iter(text);
        let mut rules = found.filter_map(|at| self.rules.get(at.pattern().as_usize())).flatten();
        !rules.any(|rule| self.expressions.get(*rule).is_none_or(|rule| rule.may_match(text)))
    }
}

impl Blurred {
    pub(super) fn new(pattern: Option<&str>) -> Self {
        Self { pattern: pattern.map(Into::into), regex: OnceLock::new() }
    }

    /// Returns false where an expression matches no text of a shape.
    pub(super) fn may_match(&self, shape: &str) -> bool {
        let regex = self.regex.get_or_init(|| {
            let hir = regex_syntax::parse(self.pattern.as_deref()?).ok()?;
            blur(&hir).to_string().parse().ok()
        });
        regex.as_ref().is_none_or(|regex| regex.is_match(shape))
    }
}

/// Writes the shape of a text: each ASCII digit is made `0`.
pub fn shape_of(text: &[u8], shape: &mut Vec<u8>) {
    shape.clear();
    shape.extend(text.iter().map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte }));
}

fn tells_digits_apart(matching: &Matching) -> bool {
    let mut literals = matching.any.iter().chain(&matching.all).chain(&matching.not);
    matching.regex.as_ref().is_some_and(Expression::tells_digits_apart)
        || literals.any(|literal| literal.bytes().any(|byte| byte.is_ascii_digit()))
}

/// Returns an expression that finds the shape of whatever this one finds: any digit stands for any
/// other, a mark for any letter or digit, and no matter what stands around, since a rule looks at
/// parts of a text as well.
fn blur(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Hir::empty(),
        HirKind::Literal(literal) => {
            let text = String::from_utf8_lossy(&literal.0);
            Hir::concat(text.chars().map(blur_char).collect())
        }
        HirKind::Class(Class::Unicode(class)) => {
            let mut blurred = class.clone();
            let has = |from, to| class.iter().any(|own| own.start() <= to && own.end() >= from);
            if has('0', '9') {
                blurred.push(ClassUnicodeRange::new('0', '9'));
            }
            if has('0', '9') || has('A', 'Z') || has('a', 'z') {
                blurred.push(any_of_id());
            }
            Hir::class(Class::Unicode(blurred))
        }
        // Bytes that may be no text: whatever they are.
        HirKind::Class(Class::Bytes(_)) => Hir::dot(regex_syntax::hir::Dot::AnyChar),
        HirKind::Capture(capture) => blur(&capture.sub),
        HirKind::Repetition(_) | HirKind::Concat(_) | HirKind::Alternation(_) => {
            map_parts(hir, blur)
        }
    }
}

fn blur_char(char: char) -> Hir {
    let own = match char {
        '0'..='9' => ClassUnicodeRange::new('0', '9'),
        _ => ClassUnicodeRange::new(char, char),
    };
    let ranges = [own].into_iter().chain(char.is_ascii_alphanumeric().then(any_of_id));
    Hir::class(Class::Unicode(ClassUnicode::new(ranges)))
}

/// Returns the mark that stands for any letter or digit of an id.
fn any_of_id() -> ClassUnicodeRange {
    ClassUnicodeRange::new(char::from(MARK), char::from(MARK))
}
