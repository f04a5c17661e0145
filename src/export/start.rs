//! What may stand before the start of a text in a log.

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{Ast, Concat, RepetitionKind};

use super::dialect::{Dialect, Printer};
use crate::catalogue::Wrapper;

/// The end of the head of a line, as `[time] [component] [Type] [id] ` or `time LEVEL component: `.
const HEADS: [&str; 2] = [r"\[[A-Za-z]+\] \[[^\]\n]*\] ?", r"\d \[?[A-Za-z]+\]?:? +(?:[^:\n]*: )?"];
/// An end of a wrapper with fewer fixed characters would be found anywhere.
const MIN_FIXED: usize = 4;

/// An expression that ends where a text, or the error inside it, may begin.
#[derive(Clone, Debug)]
pub(super) struct Start(String);

impl Start {
    /// Puts together the start of a text, the head of a line and the ends of all wrappers.
    pub(super) fn new(wrappers: &[Wrapper], dialect: Dialect) -> Self {
        let printer = Printer { dialect, start: "" };
        let print = |ast: &Ast| printer.print(ast);
        let parse = |pattern: &str| Parser::new().parse(pattern).ok();
        let mut tails: Vec<String> = wrappers
            .iter()
            .filter_map(|wrapper| print(&tail(&parse(wrapper.regex.as_str())?)))
            .collect();
        tails.sort();
        tails.dedup();
        let heads = HEADS.iter().filter_map(|head| print(&parse(head)?));
        let line = if dialect == Dialect::Lines { "^" } else { r"\A" };
        let mut ends: Vec<String> = std::iter::once(line.to_owned()).chain(heads).collect();
        if !tails.is_empty() {
            ends.push(format!(r"(?:{})\s*", tails.join("|")));
        }
        Self(format!("(?:{})", ends.join("|")))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the fixed end of an expression: of what follows the last part that runs on or ends a
/// line, the last two words. They stand in every rule that begins with a text, and a search slows
/// down with each letter.
///
/// The whole where too little would be left.
fn tail(ast: &Ast) -> Ast {
    let Ast::Concat(concat) = ast else { return ast.clone() };
    let is_fixed = |part: &Ast| matches!(part, Ast::Literal(literal) if literal.c != '\n');
    let fixed = concat.asts.iter().rposition(|part| !is_fixed(part)).map_or(0, |last| last + 1);
    let parts = concat.asts.get(fixed..).unwrap_or_default();
    if parts.len() >= MIN_FIXED {
        let is_space = |part: &Ast| matches!(part, Ast::Literal(literal) if literal.c == ' ');
        let spaces = parts.iter().enumerate().rev().filter(|(_, part)| is_space(part));
        let from = spaces.map(|(at, _)| at + 1).nth(1).unwrap_or(0);
        return concat_of(concat, parts.get(from..).unwrap_or_default());
    }
    let from = concat.asts.iter().rposition(is_loose).map_or(0, |last| last + 1);
    let parts = concat.asts.get(from..).unwrap_or_default();
    let n_fixed = parts.iter().filter(|part| is_fixed(part)).count();
    if n_fixed < MIN_FIXED { ast.clone() } else { concat_of(concat, parts) }
}

fn concat_of(concat: &Concat, parts: &[Ast]) -> Ast {
    Ast::Concat(Box::new(Concat { span: concat.span, asts: parts.to_vec() }))
}

/// Returns true for what runs on without limit or holds a line end.
fn is_loose(ast: &Ast) -> bool {
    match ast {
        Ast::Literal(literal) => literal.c == '\n',
        Ast::Group(group) => is_loose(&group.ast),
        Ast::Alternation(alternation) => alternation.asts.iter().any(is_loose),
        Ast::Concat(concat) => concat.asts.iter().any(is_loose),
        Ast::Repetition(repetition) => {
            let is_long = matches!(
                repetition.op.kind,
                RepetitionKind::ZeroOrMore | RepetitionKind::OneOrMore
            );
            let is_narrow = matches!(*repetition.ast, Ast::Literal(_) | Ast::ClassPerl(_));
            is_long && !is_narrow || is_loose(&repetition.ast)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_wrapper_the_fixed_end_is_kept() {
        let cases = [
            (r"(?s)(?:a|b) failed:.*?\nODBC Error:", "ODBC Error:"),
            ("Failed to start component:", "start component:"),
            (r"Retrying \(\d+ of \d+\)\.*", r"Retrying \(\d+ of \d+\)\.*"),
            (r"Lost(?: Function: [^\n]*?\(\)\.)?", r"Lost(?: Function: [^\n]*?\(\)\.)?"),
        ];
        for (pattern, want) in cases {
            let ast = Parser::new().parse(pattern).unwrap();
            let printer = Printer { dialect: Dialect::Plain, start: "" };
            assert_eq!(printer.print(&tail(&ast)).as_deref(), Some(want), "{pattern}");
        }
    }
}
