//! The expressions of the detectors.
//!
//! Entry point: [`Expression::new`].
//!
//! **Invariant:** what is found does not depend on which form of the expression finds it.

use std::ops::Range;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder, bytes};

/// A compiled expression may take this much memory.
const SIZE_LIMIT_BYTES: usize = 4 * 1024 * 1024;

/// An expression, compiled for texts of ASCII alone, as nearly all are, and for others only where
/// such come: no class has to tell the bytes of longer characters apart, which takes a fifth of the
/// memory while it searches.
#[derive(Debug)]
pub(crate) struct Expression {
    source: String,
    ascii: bytes::Regex,
    any: OnceLock<Regex>,
}

/// The named groups that took part in a match, in their order, and where they are.
pub(crate) struct Captured<'e>(Vec<(&'e str, Range<usize>)>);

impl Expression {
    /// Compiles one of the detectors' own expressions.
    pub(crate) fn new(source: impl Into<String>) -> Self {
        let source = source.into();
        let mut builder = bytes::RegexBuilder::new(&source);
        let ascii = builder.unicode(false).size_limit(SIZE_LIMIT_BYTES).build();
        let ascii = ascii.expect("the expression is a constant that a test compiles");
        Self { source, ascii, any: OnceLock::new() }
    }

    /// Returns where the first match is.
    pub(crate) fn find(&self, text: &str) -> Option<Range<usize>> {
        self.find_at(text, 0)
    }

    /// Returns where the first match is that begins at this index or behind it.
    pub(crate) fn find_at(&self, text: &str, at: usize) -> Option<Range<usize>> {
        if text.is_ascii() {
            self.ascii.find_at(text.as_bytes(), at).map(|found| found.range())
        } else {
            self.any().find_at(text, at).map(|found| found.range())
        }
    }

    /// Returns where its matches are, in order.
    pub(crate) fn find_iter(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        let ascii = text.is_ascii().then(|| self.ascii.find_iter(text.as_bytes()));
        let any = ascii.is_none().then(|| self.any().find_iter(text));
        let ascii = ascii.into_iter().flatten().map(|found| found.range());
        ascii.chain(any.into_iter().flatten().map(|found| found.range()))
    }

    /// Returns its matches with their groups, in order.
    pub(crate) fn captures_iter<'e>(&'e self, text: &str) -> impl Iterator<Item = Captured<'e>> {
        let ascii = text.is_ascii().then(|| self.of_ascii(text));
        let any = ascii.is_none().then(|| self.of_any(text));
        ascii.into_iter().flatten().chain(any.into_iter().flatten())
    }

    fn of_ascii<'e>(&'e self, text: &str) -> impl Iterator<Item = Captured<'e>> {
        self.ascii.captures_iter(text.as_bytes()).map(|captures| {
            self.captured(captures.iter().map(|group| group.map(|group| group.range())))
        })
    }

    fn of_any<'e>(&'e self, text: &str) -> impl Iterator<Item = Captured<'e>> {
        self.any().captures_iter(text).map(|captures| {
            self.captured(captures.iter().map(|group| group.map(|group| group.range())))
        })
    }

    fn captured(&self, groups: impl Iterator<Item = Option<Range<usize>>>) -> Captured<'_> {
        let named = self.ascii.capture_names().zip(groups);
        Captured(named.filter_map(|(name, group)| Some((name?, group?))).collect())
    }

    fn any(&self) -> &Regex {
        self.any.get_or_init(|| {
            let built = RegexBuilder::new(&self.source).size_limit(SIZE_LIMIT_BYTES).build();
            built.expect("the expression is a constant that a test compiles")
        })
    }
}

impl<'e> Captured<'e> {
    /// Returns where a group is, if it took part.
    pub(crate) fn name(&self, name: &str) -> Option<Range<usize>> {
        let group = self.0.iter().find(|(other, _)| *other == name)?;
        Some(group.1.clone())
    }

    /// Returns all that took part.
    pub(crate) fn groups(self) -> impl Iterator<Item = (&'e str, Range<usize>)> {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::phrases::TEXTS;
    use super::*;

    /// Texts that end in the middle of what expressions look for, and on several lines.
    fn texts() -> impl Strategy<Value = String> {
        let signs: Vec<&str> = TEXTS.iter().flat_map(|(signs, _)| signs.iter().copied()).collect();
        let word = prop_oneof![
            proptest::sample::select(signs).prop_map(str::to_owned),
            "[a-z]{1,8}|[0-9]{1,6}|[A-Z]{1,3}|[ '\"()=:.,_\\\\-]|\r?\n|\t".prop_map(|word| word),
        ];
        proptest::collection::vec(word, 0..24).prop_map(|words| words.concat())
    }

    fn groups_of<'e>(
        captures: impl Iterator<Item = Captured<'e>>,
    ) -> Vec<Vec<(&'e str, Range<usize>)>> {
        captures.map(|captured| captured.groups().collect()).collect()
    }

    proptest! {
        #[test]
        fn both_forms_find_the_same_in_texts_of_ascii(text in texts()) {
            let mut sources: Vec<String> = TEXTS.iter().map(|(_, text)| format!("(?mx){text}")).collect();
            sources.push(r"(?<a>\b[\w']+)\W(?<b>\S+?)\s*$|(?i:K|S\d)(?<c>\D)".into());
            for expression in sources.into_iter().map(Expression::new) {
                let ascii = groups_of(expression.of_ascii(&text));
                prop_assert_eq!(&ascii, &groups_of(expression.of_any(&text)));
                prop_assert_eq!(ascii, groups_of(expression.captures_iter(&text)));
            }
        }
    }

    #[test]
    fn the_form_for_any_text_is_compiled_where_such_a_text_comes() {
        let expression = Expression::new(r"(?i)born (?<name>\w+)");
        assert_eq!(expression.find("he was BORN Jan"), Some(7..15));
        assert_eq!(expression.find_at("born a, born b", 1), Some(8..14));
        assert!(expression.any.get().is_none());
        let found: Vec<_> = expression.find_iter("Jürg, born Ödön, born Jan").collect();
        assert_eq!(found, [7..18, 20..28]);
    }
}
