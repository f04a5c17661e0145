//! A compiled expression that takes little memory and is soon made.
//!
//! Hundreds of expressions are compiled, most of them to look at some short texts: what the `regex`
//! crate prepares for long ones (the expression backwards, states that are learned as it goes, a
//! table for expressions that are tied to the start) takes half of the time and most of the memory
//! that compiling takes. Its engine, used directly, can leave them out.

use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::{Config, Regex};
use regex_automata::util::primitives::PatternID;

/// In longer texts an expression is searched for by states that it learns as it goes.
const SHORT_BYTES: usize = 2 * 1024;

/// A capture: its name, where it has one, and its place in the text.
pub(crate) type Capture<'e> = (Option<&'e str>, Range<usize>);

/// A pattern that compiles; it is compiled when it is first used, for short texts and for long ones.
#[derive(Clone)]
pub(super) struct Compiled {
    pattern: Box<str>,
    /// Bytes that no compiled form comes near.
    size_limit: usize,
    for_short: OnceLock<Regex>,
    for_long: OnceLock<Regex>,
}

impl Compiled {
    pub(super) fn new(pattern: &str, size_limit: usize) -> Self {
        let (for_short, for_long) = (OnceLock::new(), OnceLock::new());
        Self { pattern: pattern.into(), size_limit, for_short, for_long }
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

    /// Returns the captures of the first match; those that took no part in it are left out.
    pub(super) fn captures(&self, text: &str) -> Vec<Capture<'_>> {
        let regex = self.for_text(text);
        if regex.captures_len() < 2 {
            return Vec::new(); // The whole alone.
        }
        let mut found = regex.create_captures();
        regex.captures(text, &mut found);
        let names = regex.group_info().pattern_names(PatternID::ZERO);
        let places = names.zip(found.iter()).skip(1);
        places.filter_map(|(name, place)| Some((name, place?.range()))).collect()
    }

    fn for_text(&self, text: &str) -> &Regex {
        let is_long = text.len() > SHORT_BYTES;
        let form = if is_long { &self.for_long } else { &self.for_short };
        form.get_or_init(|| {
            let config = Config::new().onepass(false).dfa(false).hybrid(is_long);
            let config = config.nfa_size_limit(Some(self.size_limit));
            let built = Regex::builder().configure(config).build(&self.pattern);
            built.expect("a pattern that parses and is far below the limit compiles")
        })
    }
}
