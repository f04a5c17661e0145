//! A regular expression that is known to compile.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::OnceLock;

use regex::RegexBuilder;
use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{
    Ast, ClassSet, ClassSetItem, RepetitionKind, RepetitionOp, RepetitionRange,
};
use regex_syntax::hir::translate::Translator;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::compiled::{Capture, Compiled};

/// The most memory that one compiled expression may take.
pub const REGEX_SIZE_LIMIT_BYTES: usize = 1024 * 1024;

/// Bytes that one state of a compiled expression takes at most, or nearly so.
const STATE_BYTES: usize = 64;

/// A regular expression, compiled when it is first used: most commands use few of them.
///
/// Holding a value is the proof that it compiles: what is read from a text is parsed at once, and
/// compiled at once where it could come near [`REGEX_SIZE_LIMIT_BYTES`]; a test does so with those
/// inside the binary.
#[derive(Clone)]
pub struct Expression {
    /// See [`Expression::min_literal_bytes`].
    min_literal_bytes: OnceLock<usize>,
    traits: OnceLock<Traits>,
    compiled: Compiled,
}

/// What the parts of an expression tell of it.
#[derive(Clone, Debug)]
struct Traits {
    capture_names: Box<[Box<str>]>,
    /// False where every match has a character.
    may_be_empty: bool,
    tells_digits_apart: bool,
    /// True where every match begins where the text does and ends where it ends.
    spans_text: bool,
    /// About how many states it is compiled to.
    states: usize,
}

/// Why a text is not a regular expression, in the compiler's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// What the compiler said.
    pub message: String,
}

impl Expression {
    /// Returns an expression that is known to compile; nothing of it is looked at until it is used.
    pub(super) fn proven(pattern: &str) -> Self {
        Self {
            min_literal_bytes: OnceLock::new(),
            traits: OnceLock::new(),
            // The estimate of its size may be wrong, but not by so much.
            compiled: Compiled::new(pattern, 16 * REGEX_SIZE_LIMIT_BYTES),
        }
    }

    /// Returns the expression as it is written in the file.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.compiled.as_str()
    }

    /// Returns the names of its captures, in the order of the expression.
    pub fn capture_names(&self) -> impl Iterator<Item = &str> {
        self.traits().capture_names.iter().map(|name| &**name)
    }

    /// Returns true where it matches an empty text, and so tells nothing.
    #[must_use]
    pub fn matches_nothing(&self) -> bool {
        self.traits().may_be_empty && self.is_match("")
    }

    /// Returns true where it may match one number and not another one with as many digits.
    #[must_use]
    pub fn tells_digits_apart(&self) -> bool {
        // A class that has some digits only has one of them as an end of a range.
        self.as_str().bytes().any(|byte| byte.is_ascii_digit()) && self.traits().tells_digits_apart
    }

    /// Returns true where every match begins where the text does and ends where it ends.
    #[must_use]
    pub fn spans_text(&self) -> bool {
        self.traits().spans_text
    }

    /// Returns how many literal bytes every text that matches must hold at least.
    ///
    /// Of alternatives the shortest counts; classes, `.` and what is optional count nothing.
    #[must_use]
    pub fn min_literal_bytes(&self) -> usize {
        *self.min_literal_bytes.get_or_init(|| {
            Parser::new().parse(self.as_str()).map_or(0, |ast| min_literal_bytes(&ast))
        })
    }

    /// Returns true where it matches a text.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.compiled.is_match(text)
    }

    /// Returns where the first match is, in bytes.
    pub(crate) fn find(&self, text: &str) -> Option<Range<usize>> {
        self.compiled.find(text)
    }

    /// Returns where all matches are, in bytes.
    pub(crate) fn find_all(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        self.compiled.find_all(text)
    }

    /// Returns the captures that took part in a match that was found, from the left.
    pub(crate) fn captures(&self, text: &str, found: Range<usize>) -> Vec<Capture<'_>> {
        self.compiled.captures(text, found)
    }

    fn traits(&self) -> &Traits {
        self.traits.get_or_init(|| {
            let hir = regex_syntax::parse(self.as_str()).expect("a pattern that is proven parses");
            Traits::of(&hir)
        })
    }
}

impl FromStr for Expression {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        let refused = |message: String| ExpressionError { message };
        let ast = Parser::new().parse(text).map_err(|error| refused(error.to_string()))?;
        let hir = Translator::new().translate(text, &ast);
        let traits = Traits::of(&hir.map_err(|error| refused(error.to_string()))?);
        let mut expression = Self::proven(text);
        if traits.states.saturating_mul(STATE_BYTES) > REGEX_SIZE_LIMIT_BYTES / 2 {
            let built = RegexBuilder::new(text).size_limit(REGEX_SIZE_LIMIT_BYTES).build();
            built.map_err(|error| refused(error.to_string()))?;
        }
        expression.min_literal_bytes = min_literal_bytes(&ast).into();
        expression.traits = traits.into();
        Ok(expression)
    }
}

impl Traits {
    fn of(hir: &Hir) -> Self {
        let mut capture_names = Vec::new();
        add_names(hir, &mut capture_names);
        let properties = hir.properties();
        Self {
            capture_names: capture_names.into(),
            may_be_empty: properties.minimum_len() == Some(0),
            tells_digits_apart: tells_digits_apart(hir),
            spans_text: properties.look_set_prefix().contains(Look::Start)
                && properties.look_set_suffix().contains(Look::End),
            states: estimate(hir),
        }
    }
}

/// Returns about how many states an expression is compiled to.
fn estimate(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Unicode(class)) => class.ranges().len(),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len(),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min.saturating_add(1)).max(1);
            let times = usize::try_from(times).unwrap_or(usize::MAX);
            estimate(&repetition.sub).saturating_mul(times)
        }
        HirKind::Capture(capture) => estimate(&capture.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(estimate).fold(1, usize::saturating_add)
        }
    }
}

/// Returns true where a part of an expression is a digit, or a class that has some digits only.
fn tells_digits_apart(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.iter().any(u8::is_ascii_digit),
        HirKind::Class(Class::Unicode(class)) => {
            let has = |digit: char| class.iter().any(|r| (r.start()..=r.end()).contains(&digit));
            has_some(('0'..='9').map(has))
        }
        HirKind::Class(Class::Bytes(class)) => {
            let has = |digit: u8| class.iter().any(|r| (r.start()..=r.end()).contains(&digit));
            has_some((b'0'..=b'9').map(has))
        }
        HirKind::Repetition(repetition) => tells_digits_apart(&repetition.sub),
        HirKind::Capture(capture) => tells_digits_apart(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().any(tells_digits_apart)
        }
    }
}

/// Returns true where neither all nor none are true.
fn has_some(mut each: impl Iterator<Item = bool>) -> bool {
    let first = each.next();
    each.any(|one| Some(one) != first)
}

/// Adds the names of captures, from the left.
fn add_names(hir: &Hir, names: &mut Vec<Box<str>>) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            names.extend(capture.name.clone());
            add_names(&capture.sub, names);
        }
        HirKind::Repetition(repetition) => add_names(&repetition.sub, names),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            for part in parts {
                add_names(part, names);
            }
        }
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) | HirKind::Class(_) => {}
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn min_literal_bytes(ast: &Ast) -> usize {
    match ast {
        Ast::Literal(literal) => literal.c.len_utf8(),
        Ast::ClassBracketed(class) if !class.negated => match &class.kind {
            ClassSet::Item(ClassSetItem::Literal(literal)) => literal.c.len_utf8(),
            _ => 0,
        },
        Ast::Group(group) => min_literal_bytes(&group.ast),
        Ast::Repetition(repetition) => {
            min_literal_bytes(&repetition.ast).saturating_mul(min_count(&repetition.op))
        }
        Ast::Alternation(alternation) => {
            alternation.asts.iter().map(min_literal_bytes).min().unwrap_or_default()
        }
        Ast::Concat(concat) => {
            concat.asts.iter().map(min_literal_bytes).fold(0, usize::saturating_add)
        }
        _ => 0,
    }
}

fn min_count(op: &RepetitionOp) -> usize {
    use RepetitionRange::{AtLeast, Bounded, Exactly};
    match op.kind {
        RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore => 0,
        RepetitionKind::OneOrMore => 1,
        RepetitionKind::Range(Exactly(n) | AtLeast(n) | Bounded(n, _)) => {
            usize::try_from(n).unwrap_or(usize::MAX)
        }
    }
}
