//! A rule as expressions that must and must not be found in a text.

use regex_syntax::ast::Ast;
use regex_syntax::ast::parse::Parser;

use super::dialect::{Dialect, Printer};
use super::literals::{ignores_case, implies, may_overlap};
use super::start::Start;
use crate::catalogue::{Matching, Rule};

/// A rule in the dialect of a target.
#[derive(Clone, Debug)]
pub(super) struct Translated<'r> {
    pub(super) rule: &'r Rule,
    /// Each is found in a text that the rule explains; never empty.
    pub(super) must: Vec<String>,
    /// None is found in it.
    pub(super) must_not: Vec<String>,
    /// True where it is found also without the words that it asks for beside its expression.
    pub(super) is_widened: bool,
}

/// Translates a rule; `None` where the dialect has no words for it.
pub(super) fn translate<'r>(
    rule: &'r Rule,
    start: &Start,
    dialect: Dialect,
) -> Option<Translated<'r>> {
    let matching = rule.matching()?;
    let printer = Printer { dialect, start: start.as_str() };
    let ast = match &matching.regex {
        Some(regex) => Some(Parser::new().parse(regex.as_str()).ok()?),
        None => None,
    };
    let mut must = Vec::new();
    if let Some(ast) = &ast {
        must.push(printer.print(ast)?);
    }
    let mut is_widened = false;
    for group in demands(matching) {
        match &ast {
            Some(ast) if brings(ast, group) => {}
            // One expression finds words beside others, not in or over them: rather found too
            // often than missed.
            Some(ast) if dialect == Dialect::Lines && may_overlap(ast, group) => is_widened = true,
            _ => must.push(one_of(printer, group)),
        }
    }
    let must_not = Some(&matching.not).filter(|not| !not.is_empty());
    let must_not = must_not.map(|not| one_of(printer, not)).into_iter().collect();
    Some(Translated { rule, must, must_not, is_widened })
}

/// Returns the groups of literals of which each must be there with one.
fn demands(matching: &Matching) -> impl Iterator<Item = &[String]> {
    let any = Some(matching.any.as_slice()).filter(|any| !any.is_empty());
    any.into_iter().chain(matching.all.iter().map(std::slice::from_ref))
}

fn brings(ast: &Ast, literals: &[String]) -> bool {
    !ignores_case(ast) && implies(ast, literals)
}

fn one_of(printer: Printer<'_>, literals: &[String]) -> String {
    let all: Vec<String> = literals.iter().map(|literal| printer.literal(literal)).collect();
    format!("(?:{})", all.join("|"))
}
