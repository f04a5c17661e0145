//! The words around an error: wrappers, the Lua places before it, and the traceback behind it.

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use regex::{Match, Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::BuildError;
use super::explain::Part;
use crate::catalogue::{REGEX_SIZE_LIMIT_BYTES, Wrapper};
use crate::model::Outcome;

/// More words around one error than this are not taken off.
const MAX_WRAPPERS: usize = 8;

/// Where Lua says that an error was: the path, of which only the file's name is captured, and the
/// line. A chunk that is no file is shown as `[string "name"]`.
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?x) \A \s* (?:
    (?: (?: [A-Za-z]: )? [^:\n]* [/\\] )? (?<file> [\w.-]+ \.(?i:lua) )
  | \[string\ "(?<chunk> [^"\n]* )"\]
) : (?<line> [0-9]{1,9} ) :"#;
    RegexBuilder::new(pattern).build().expect("the place compiles: a test makes it")
});

/// Begins the list of calls that Lua puts behind an error.
const TRACEBACK: &str = "\nstack traceback:";

/// More than any wrapper takes: its own expression is within [`REGEX_SIZE_LIMIT_BYTES`].
const SIZE_LIMIT_BYTES: usize = 16 * REGEX_SIZE_LIMIT_BYTES;

/// Takes the words around errors off.
#[derive(Debug)]
pub(super) struct Nesting {
    wrappers: Vec<Tied>,
    /// Finds in one look which wrappers a text begins with; made when the first text comes.
    starts: OnceLock<RegexSet>,
}

/// A wrapper, tied to the start of a text.
#[derive(Debug)]
struct Tied {
    id: String,
    outcome: Option<Outcome>,
    pattern: String,
    regex: OnceLock<Regex>,
}

impl Tied {
    /// Returns where the wrapper ends in a text that begins with it.
    fn end(&self, text: &str) -> Option<usize> {
        let regex = self.regex.get_or_init(|| {
            let built = RegexBuilder::new(&self.pattern).size_limit(SIZE_LIMIT_BYTES).build();
            built.expect("a pattern that parses and is far below the limit compiles")
        });
        regex.find(text).map(|found| found.end())
    }
}

/// The parts of a text that hold the error, each within the one before.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Nested {
    /// Where each part begins: 0 for the whole text first, the innermost last.
    pub(super) starts: Vec<usize>,
    /// The wrapper before each part but the first, as an index.
    wrappers: Vec<usize>,
    /// What the outermost words say of the work.
    pub(super) outcome: Option<Outcome>,
    /// The file and the line of the innermost Lua place before the error.
    pub(super) place: Option<(Range<usize>, Range<usize>)>,
    /// The error alone: the innermost part that has words, without places before it and traceback
    /// behind it.
    pub(super) core: Range<usize>,
}

impl Nesting {
    /// Prepares the wrappers, which are compiled when they are first needed.
    pub(super) fn new(wrappers: &[Wrapper]) -> Result<Self, BuildError> {
        let tie = |wrapper: &Wrapper| {
            let (id, outcome) = (wrapper.id.clone(), wrapper.outcome);
            let pattern = format!("\\A\\s*(?:{})", wrapper.regex);
            match regex_syntax::parse(&pattern) {
                Ok(_) => Ok(Tied { id, outcome, pattern, regex: OnceLock::new() }),
                Err(error) => Err(BuildError::Wrapper { id, source: error.into() }),
            }
        };
        let wrappers = wrappers.iter().map(tie).collect::<Result<_, _>>()?;
        Ok(Self { wrappers, starts: OnceLock::new() })
    }

    /// Finds the parts of a text, at most eight within the whole. Lua places may stand before the
    /// words around an error as well as before the error.
    pub(super) fn unwrap(&self, text: &str) -> Nested {
        let (mut starts, mut wrappers) = (vec![0], Vec::new());
        let (mut outcome, mut place) = (None, None);
        let (mut rest, mut telling) = (text, None);
        loop {
            rest = Self::without_places(rest, text.len(), &mut place);
            if has_words(without_traceback(rest)) {
                telling = Some(rest);
            }
            let found = self.longest(rest).filter(|_| wrappers.len() < MAX_WRAPPERS);
            let Some((end, wrapper)) = found else { break };
            let inner = rest.get(end..).unwrap_or_default().trim_start();
            // A wrapper that takes nothing off would be found for ever.
            if inner.is_empty() || inner.len() == rest.len() {
                break;
            }
            starts.push(text.len() - inner.len());
            wrappers.push(wrapper);
            outcome = outcome.or(self.outcome(wrapper));
            rest = inner;
        }
        let told = telling.unwrap_or(rest);
        let start = text.len() - told.len();
        let core = start..start + without_traceback(told).len();
        Nested { starts, wrappers, outcome, place, core }
    }

    /// Returns the parts of a text, with the names of the wrappers between them.
    pub(super) fn parts(&self, nested: &Nested) -> Vec<Part<'_>> {
        let part = |(index, start): (usize, &usize)| {
            let wrapper = nested.wrappers.get(index).copied();
            Part {
                start: *start,
                wrapper: wrapper.and_then(|wrapper| Some(&*self.wrappers.get(wrapper)?.id)),
                outcome: wrapper.and_then(|wrapper| self.outcome(wrapper)),
            }
        };
        nested.starts.iter().enumerate().map(part).collect()
    }

    fn outcome(&self, wrapper: usize) -> Option<Outcome> {
        self.wrappers.get(wrapper).and_then(|wrapper| wrapper.outcome)
    }

    /// Returns the end and the index of the longest wrapper that a text begins with; of two as
    /// long, the one with the smaller id.
    fn longest(&self, text: &str) -> Option<(usize, usize)> {
        let mut longest: Option<(usize, usize)> = None;
        for index in &self.starts().matches(text) {
            if let Some(end) = self.wrappers.get(index).and_then(|wrapper| wrapper.end(text))
                && longest.is_none_or(|(longest, _)| longest < end)
            {
                longest = Some((end, index));
            }
        }
        longest
    }

    fn starts(&self) -> &RegexSet {
        self.starts.get_or_init(|| {
            let patterns = self.wrappers.iter().map(|wrapper| &wrapper.pattern);
            let size_limit = SIZE_LIMIT_BYTES.saturating_mul(self.wrappers.len().max(1));
            let built = RegexSetBuilder::new(patterns).size_limit(size_limit).build();
            built.expect("patterns of which each compiles do so together")
        })
    }

    /// Returns a text without the Lua places at its start, unless nothing would be left, and sets
    /// `place` to the last of them: file and line, as ranges of the whole text, which ends where
    /// this one does.
    fn without_places<'t>(
        text: &'t str,
        whole_len: usize,
        place: &mut Option<(Range<usize>, Range<usize>)>,
    ) -> &'t str {
        let mut rest = text;
        while may_hold_place(rest)
            && let Some(found) = PLACE.captures(rest)
        {
            let before = whole_len - rest.len();
            let range = |part: Match<'_>| before + part.start()..before + part.end();
            let file = found.name("file").or_else(|| found.name("chunk")).map(range);
            *place = file.zip(found.name("line").map(range));
            let len = found.get_match().end();
            let Some(inner) = rest.get(len..).map(str::trim_start).filter(|rest| !rest.is_empty())
            else {
                break;
            };
            rest = inner;
        }
        rest
    }
}

/// Returns false where no Lua place stands in a text: a number behind a colon ends each, behind
/// `.lua` or `"]`. Sooner told than by the expression.
fn may_hold_place(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b':', bytes).any(|colon| {
        let before = colon.checked_sub(1).and_then(|before| bytes.get(before));
        matches!(before, Some(b'a' | b'A' | b']'))
            && bytes.get(colon + 1).is_some_and(u8::is_ascii_digit)
    })
}

fn without_traceback(text: &str) -> &str {
    let from = memchr::memchr(b'\n', text.as_bytes()); // Most texts have no second line.
    from.and_then(|_| text.split_once(TRACEBACK)).map_or(text, |(error, _)| error)
}

/// Returns false for a text that is nothing but values, such as a name or a number: what happened
/// is told by the words around it.
fn has_words(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(|word| word.chars().nth(1).is_some() && word.chars().all(char::is_alphabetic))
}
