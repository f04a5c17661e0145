//! The words of texts and of rules, as they are compared.

use std::ops::Range;

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{
    Ast, ClassPerlKind, ClassSet, ClassSetItem, Concat, RepetitionKind, RepetitionRange,
};

use super::variable::{Kind, Variables};
use crate::catalogue::{Expression, Matching};

/// Stands in a template for anything.
const GAP: char = '\u{1}';
/// More wordings than this are not made of one expression.
const MAX_WORDINGS: usize = 48;

/// The words of a text, or of one of the texts that a rule expects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    text: String,
    pub(super) tokens: Vec<Token>,
    /// True where a rule leaves open what stands before each token, and last, after all.
    pub(super) gaps: Vec<bool>,
}

/// A word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// In lower case.
    pub(super) key: String,
    /// True for a part of a value, such as a path or a number.
    pub(super) is_value: bool,
    /// True where no white space stands before it.
    pub(super) is_glued: bool,
    /// The word with the marks around it, in bytes.
    shown: Range<usize>,
}

impl Words {
    /// Returns the words of a text, at most so many.
    pub(super) fn of_text(text: &str, variables: &Variables, max: usize) -> Self {
        Self::new(text.into(), &values(text, variables), max)
    }

    /// Returns the words of an example: captures and what else varies is left open.
    pub(super) fn of_example(
        text: &str,
        captures: &[Range<usize>],
        variables: &Variables,
        max: usize,
    ) -> Self {
        let mut open = values(text, variables);
        open.extend_from_slice(captures);
        open.sort_by_key(|range| (range.start, range.end));
        let mut template = String::with_capacity(text.len());
        let mut at = 0;
        for range in open {
            if range.start >= at {
                template.push_str(text.get(at..range.start).unwrap_or_default());
                template.push(GAP);
            }
            at = at.max(range.end);
        }
        template.push_str(text.get(at..).unwrap_or_default());
        Self::new(template, &[], max)
    }

    /// Returns what the literals and the expression of a rule expect.
    pub(super) fn of_matching(matching: &Matching, max: usize) -> Vec<Self> {
        let parse = |regex: &Expression| Parser::new().parse(regex.as_str()).ok();
        let templates = if let Some(ast) = matching.regex.as_ref().and_then(parse) {
            templates(&ast)
        } else {
            let gap = GAP.to_string();
            let all = matching.all.join(&gap);
            let any = matching.any.iter().map(|any| format!("{any}{gap}{all}"));
            if matching.any.is_empty() { vec![all] } else { any.collect() }
        };
        templates.into_iter().map(|template| Self::new(template, &[], max)).collect()
    }

    fn new(text: String, values: &[Range<usize>], max: usize) -> Self {
        let mut words = Self { text: String::new(), tokens: Vec::new(), gaps: vec![false] };
        for chunk in chunks(&text) {
            words.add_chunk(&text, chunk, values);
            if words.tokens.len() >= max {
                break;
            }
        }
        words.text = text;
        words
    }

    /// Adds the words of a part without white space.
    fn add_chunk(&mut self, text: &str, chunk: Range<usize>, values: &[Range<usize>]) {
        let part = text.get(chunk.clone()).unwrap_or_default();
        let mut is_first = true;
        let mut chars = part.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if c == GAP
                && let Some(gap) = self.gaps.last_mut()
            {
                *gap = true;
            }
            if !is_word_char(c) {
                continue;
            }
            while chars.next_if(|(_, c)| is_word_char(*c)).is_some() {}
            let end = chars.peek().map_or(part.len(), |(end, _)| *end);
            let start = chunk.start + at;
            let shown_from = if is_first { chunk.start } else { start };
            self.end_shown(shown_from, !is_first);
            self.tokens.push(Token {
                key: part.get(at..end).unwrap_or_default().to_lowercase(),
                is_value: values.iter().any(|value| value.contains(&start)),
                is_glued: !is_first,
                shown: shown_from..chunk.end,
            });
            self.gaps.push(false);
            is_first = false;
        }
    }

    /// Ends what is shown of the token before one that is glued to it.
    fn end_shown(&mut self, at: usize, is_glued: bool) {
        if let Some(last) = self.tokens.last_mut().filter(|_| is_glued) {
            last.shown.end = at;
        }
    }

    /// Returns a token with the marks around it, on one line.
    pub(super) fn shown(&self, token: &Token) -> String {
        self.text.get(token.shown.clone()).unwrap_or_default().replace(GAP, "")
    }
}

/// Returns the parts of a text that vary.
fn values(text: &str, variables: &Variables) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(variable) = variables.next(text, at) {
        at = variable.range.end;
        if matches!(variable.kind, Kind::Replaced(_) | Kind::LuaFile | Kind::LuaChunk) {
            found.push(variable.range);
        }
    }
    found
}

/// Returns the parts of a text between white space.
fn chunks(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    text.split(char::is_whitespace).filter_map(move |part| {
        let start = at;
        at += part.len() + text.get(at + part.len()..)?.chars().next().map_or(0, char::len_utf8);
        (!part.is_empty()).then(|| start..start + part.len())
    })
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Returns texts that an expression matches, with what it leaves open as gaps.
///
/// What may be missing is left out: an example shows it where it matters.
fn templates(ast: &Ast) -> Vec<String> {
    match ast {
        Ast::Literal(literal) => vec![literal.c.to_string()],
        Ast::ClassPerl(class) if class.kind == ClassPerlKind::Space && !class.negated => {
            vec![" ".into()]
        }
        Ast::ClassBracketed(class) => vec![class_template(class.negated, &class.kind)],
        Ast::ClassPerl(_) | Ast::ClassUnicode(_) | Ast::Dot(_) => vec![GAP.into()],
        Ast::Group(group) => templates(&group.ast),
        Ast::Repetition(repetition) => {
            let is_optional = matches!(
                repetition.op.kind,
                RepetitionKind::ZeroOrOne
                    | RepetitionKind::ZeroOrMore
                    | RepetitionKind::Range(
                        RepetitionRange::AtLeast(0) | RepetitionRange::Bounded(0, _)
                    )
            );
            let repeated = templates(&repetition.ast);
            let is_open = repeated.iter().all(|template| !template.contains(is_word_char));
            if is_optional && !is_open { vec![String::new()] } else { repeated }
        }
        Ast::Alternation(alternation) => {
            let all: Vec<_> = alternation.asts.iter().flat_map(templates).collect();
            // Where one branch says nothing, the others are only what may stand around.
            let is_around = all.iter().any(|template| !template.contains(is_word_char));
            if is_around { vec![" ".into()] } else { all }
        }
        Ast::Concat(concat) => joined(concat),
        Ast::Empty(_) | Ast::Flags(_) | Ast::Assertion(_) => vec![String::new()],
    }
}

/// Returns the one character that a class in both cases stands for, else a gap.
fn class_template(is_negated: bool, class: &ClassSet) -> String {
    let first = match class {
        ClassSet::Item(ClassSetItem::Literal(literal)) => Some(literal.c),
        ClassSet::Item(ClassSetItem::Union(union)) => match union.items.as_slice() {
            [ClassSetItem::Literal(first), ClassSetItem::Literal(second)]
                if first.c.to_lowercase().eq(second.c.to_lowercase()) =>
            {
                Some(first.c)
            }
            _ => None,
        },
        _ => None,
    };
    first.filter(|_| !is_negated).unwrap_or(GAP).into()
}

/// Returns the templates of parts that stand one after another: every pair, or where these would
/// be too many, each alternative at least once.
fn joined(concat: &Concat) -> Vec<String> {
    let mut all = vec![String::new()];
    for ast in &concat.asts {
        let ends = templates(ast);
        let n_pairs = all.len() * ends.len();
        let n_kept = if n_pairs <= MAX_WORDINGS { n_pairs } else { all.len().max(ends.len()) };
        let is_whole = n_kept == n_pairs;
        let pair = |nth: usize| {
            let start = if is_whole { nth / ends.len() } else { nth % all.len() };
            format!("{}{}", all[start], ends[nth % ends.len()])
        };
        all = (0..n_kept).map(pair).collect();
    }
    all
}
