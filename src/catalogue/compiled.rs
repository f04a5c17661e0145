//! A compiled expression that takes little memory and is soon made.
//!
//! Hundreds of expressions are compiled, most of them to look at some short texts: what the `regex`
//! crate prepares for long ones (the expression backwards, states that are learned as it goes, a
//! table for expressions that are tied to the start) takes half of the time and most of the memory
//! that compiling takes. Its engine, used directly, can leave them out; and nearly all texts are
//! ASCII alone, for which an expression is simpler: see `ascii.rs`. One that meets others as well
//! is kept in both forms.

use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::{Config, Regex};
use regex_automata::util::primitives::PatternID;
use regex_automata::{Anchored, Input};

use super::ascii::of_ascii;

/// In longer texts an expression is searched for by states that it learns as it goes.
const SHORT_BYTES: usize = 2 * 1024;

/// A capture: its name, where it has one, and its place in the text.
pub(crate) type Capture<'e> = (Option<&'e str>, Range<usize>);

/// A pattern that compiles; it is compiled when it is first used, for each kind of text.
#[derive(Clone)]
pub(super) struct Compiled {
    pattern: Box<str>,
    /// Bytes that no compiled form comes near.
    size_limit: usize,
    /// For texts of ASCII alone.
    for_ascii: ByLength,
    for_other: ByLength,
}

#[derive(Clone, Default)]
struct ByLength {
    short: OnceLock<Regex>,
    long: OnceLock<Regex>,
}

impl Compiled {
    pub(super) fn new(pattern: &str, size_limit: usize) -> Self {
        let (for_ascii, for_other) = (ByLength::default(), ByLength::default());
        Self { pattern: pattern.into(), size_limit, for_ascii, for_other }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.pattern
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.for_text(text).is_match(text)
    }

    pub(super) fn find(&self, text: &str) -> Option<Range<usize>> {
        self.for_text(text).find(text).map(|found| found.range())
    }

    pub(super) fn find_all(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        self.for_text(text).find_iter(text).map(|found| found.range())
    }

    /// Returns the captures of a match that was found; those that took no part in it are left out.
    pub(super) fn captures(&self, text: &str, found: Range<usize>) -> Vec<Capture<'_>> {
        let regex = self.for_text(text);
        if regex.captures_len() < 2 {
            return Vec::new(); // The whole alone.
        }
        let mut captures = regex.create_captures();
        let input = Input::new(text).range(found).anchored(Anchored::Yes);
        regex.captures(input, &mut captures);
        let names = regex.group_info().pattern_names(PatternID::ZERO);
        let places = names.zip(captures.iter()).skip(1);
        places.filter_map(|(name, place)| Some((name, place?.range()))).collect()
    }

    fn for_text(&self, text: &str) -> &Regex {
        let (is_ascii, is_long) = (text.is_ascii(), text.len() > SHORT_BYTES);
        let forms = if is_ascii { &self.for_ascii } else { &self.for_other };
        let form = if is_long { &forms.long } else { &forms.short };
        form.get_or_init(|| self.build(is_ascii, is_long))
    }

    fn build(&self, is_ascii: bool, is_long: bool) -> Regex {
        let config = Config::new().onepass(false).dfa(false).hybrid(is_long);
        let config = config.nfa_size_limit(Some(self.size_limit));
        let mut hir = regex_syntax::parse(&self.pattern).expect("a pattern that is proven parses");
        if is_ascii {
            hir = of_ascii(&hir);
        }
        let built = Regex::builder().configure(config).build_from_hir(&hir);
        built.expect("a pattern that parses and is far below the limit compiles")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What texts of ASCII and others could be told apart by.
    const PATTERNS: [&str; 17] = [
        r"(?i)(?P<k>k+)(s)?",
        r"(?i)\u{17f}|\u{212a}",
        r"[^é]+?(?P<end>[à-ü]|$)",
        r"(?:é(?P<x>a)|(?P<y>b.))",
        r"é?(?P<word>\w+)\W",
        r"\b(?P<a>\d{2,})\B",
        r"(?m)^(?P<line>\S+)$",
        r"(?s)a.*?(?P<z>\s)",
        r"[^[:alpha:]]{2}|(?P<p>\p{Lu}\p{Ll}*)",
        r"\P{Lu}+(?P<gone>é+)?",
        r"(?P<none>[é])|a",
        r"[\u{100}-\u{10ffff}]*(?P<b>b)",
        r"\b{start-half}a|b\b{end}",
        r"\b{start}k|b\b{end-half}",
        r"(é|(a))*(?P<k>k)",
        r"(?Rm)^k$|\x{4b}",
        r"",
    ];

    /// Returns the captures of the first match and where all matches are.
    type Found = (Vec<(Option<String>, Range<usize>)>, Vec<Range<usize>>);

    fn found(pattern: &str, text: &str) -> Found {
        let compiled = Compiled::new(pattern, usize::MAX);
        let found = compiled.find(text);
        assert_eq!(compiled.is_match(text), found.is_some());
        let captures = found.into_iter().flat_map(|found| compiled.captures(text, found));
        let named = captures.map(|(name, place)| (name.map(str::to_owned), place)).collect();
        (named, compiled.find_all(text).collect())
    }

    fn found_by_regex(pattern: &str, text: &str) -> Found {
        let regex = regex::RegexBuilder::new(pattern).build().unwrap();
        let captures = regex.captures(text);
        let places =
            captures.iter().flat_map(|captures| regex.capture_names().zip(captures.iter()));
        let named =
            places.filter_map(|(name, place)| Some((name.map(str::to_owned), place?.range())));
        // The first is the whole of the match.
        (named.skip(1).collect(), regex.find_iter(text).map(|found| found.range()).collect())
    }

    #[test]
    fn every_pattern_finds_the_same_in_ascii_and_in_other_texts() {
        for pattern in PATTERNS {
            assert_eq!(found(pattern, "ab"), found_by_regex(pattern, "ab"), "{pattern}");
            assert_eq!(found(pattern, "éa"), found_by_regex(pattern, "éa"), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_the_regex_crate_finds(
            pattern in prop::sample::select(PATTERNS.as_slice()),
            text in r"([abkKsS0-9 .\n\r\x00\x7f-]|[éſKü]{0,1}){0,24}",
            ascii in r"[abkKsSA 0-9.\n\r\x00\x7f-]{0,24}",
        ) {
            for text in [text, ascii] {
                prop_assert_eq!(found(pattern, &text), found_by_regex(pattern, &text));
                let long = format!("{text}{}", "\n-".repeat(SHORT_BYTES / 2));
                prop_assert_eq!(found(pattern, &long), found_by_regex(pattern, &long));
            }
        }
    }
}
