//! The expressions of the detectors.
//!
//! Entry point: [`Expression::new`].
//!
//! **Invariant:** what is found does not depend on the form that finds it. So no class names a
//! letter beyond ASCII, and no expression matches the empty text within a character.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

/// A compiled expression may take this much memory.
const SIZE_LIMIT_BYTES: usize = 4 * 1024 * 1024;

/// An expression, compiled for texts of ASCII alone, as nearly all are, and for others only where
/// such come: where no class has to tell the bytes of longer characters apart, searches of all of
/// them take some 5 MB less.
#[derive(Debug)]
pub(super) struct Expression {
    source: String,
    ascii: Regex,
    any: OnceLock<Regex>,
}

/// The named groups that took part in a match, in their order, and where they are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Captured<'e>(Vec<(&'e str, Range<usize>)>);

impl Expression {
    /// Compiles one of the detectors' own expressions.
    pub(super) fn new(source: impl Into<String>) -> Self {
        let source = source.into();
        Self { ascii: compile(&source, false), any: OnceLock::new(), source }
    }

    /// Returns where the first match is.
    pub(super) fn find(&self, text: &str) -> Option<Range<usize>> {
        self.form(text).find(text.as_bytes()).map(|found| found.range())
    }

    /// Returns where its matches are, in order.
    pub(super) fn find_iter(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        self.form(text).find_iter(text.as_bytes()).map(|found| found.range())
    }

    /// Returns its matches with their groups, in order.
    pub(super) fn captures_iter<'e>(&'e self, text: &str) -> impl Iterator<Item = Captured<'e>> {
        captures_of(self.form(text), text)
    }

    /// Returns the form that searches a text, and any part of it.
    pub(super) fn form(&self, text: &str) -> &Regex {
        if text.is_ascii() { &self.ascii } else { self.any() }
    }

    fn any(&self) -> &Regex {
        self.any.get_or_init(|| compile(&self.source, true))
    }
}

fn compile(source: &str, is_unicode: bool) -> Regex {
    let mut builder = RegexBuilder::new(source);
    let built = builder.unicode(is_unicode).size_limit(SIZE_LIMIT_BYTES).build();
    built.expect("the expression is a constant that a test compiles")
}

fn captures_of<'e>(form: &'e Regex, text: &str) -> impl Iterator<Item = Captured<'e>> {
    form.captures_iter(text.as_bytes()).map(|captures| {
        let named = form.capture_names().zip(captures.iter());
        Captured(named.filter_map(|(name, group)| Some((name?, group?.range()))).collect())
    })
}

impl<'e> Captured<'e> {
    /// Returns where a group is, if it took part.
    pub(super) fn name(&self, name: &str) -> Option<Range<usize>> {
        let group = self.0.iter().find(|(other, _)| *other == name)?;
        Some(group.1.clone())
    }

    /// Returns all that took part.
    pub(super) fn groups(self) -> impl Iterator<Item = (&'e str, Range<usize>)> {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::carrier;
    use super::super::{announced, codes, hl7_paths, labels, names, phrases, places, sql, written};
    use super::*;

    fn all() -> [&'static Expression; 12] {
        [
            &announced::NUMBERS,
            &codes::CODES,
            &hl7_paths::PLACE,
            &labels::RECORD,
            &names::BEFORE_NAME,
            &phrases::PHRASES,
            &places::ADDRESS,
            &places::EMAIL,
            &sql::AFTER,
            &sql::ERROR,
            &sql::STATEMENT,
            &written::DATE,
        ]
    }

    fn assert_alike(text: &str) {
        let text: String = text.chars().filter(char::is_ascii).collect();
        for expression in all() {
            let of = |form| captures_of(form, &text).collect::<Vec<_>>();
            let places = |form: &Regex| -> Vec<_> {
                form.find_iter(text.as_bytes()).map(|found| found.range()).collect()
            };
            let (ascii, any) = (&expression.ascii, expression.any());
            assert_eq!(of(ascii), of(any), "{} in {text:?}", expression.source);
            assert_eq!(places(ascii), places(any), "{} in {text:?}", expression.source);
        }
    }

    proptest! {
        #[test]
        fn both_forms_find_the_same_in_texts_of_ascii(text in carrier()) {
            assert_alike(&text);
        }
    }

    #[test]
    fn the_form_for_any_text_is_compiled_where_such_a_text_comes() {
        let expression = Expression::new(r"(?i)born (?<name>\w+)");
        assert_eq!(expression.find("he was BORN Jan"), Some(7..15));
        assert!(expression.any.get().is_none());
        let found: Vec<_> =
            expression.find_iter("J\u{fc}rg, born \u{d6}d\u{f6}n, born Jan").collect();
        assert_eq!(found, [7..18, 20..28]);
    }
}
