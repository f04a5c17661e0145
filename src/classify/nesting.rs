//! The words around an error: wrappers, the Lua places before it, and the traceback behind it.

use std::ops::Range;

use regex::{Match, Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::BuildError;
use super::explain::Part;
use crate::catalogue::{REGEX_SIZE_LIMIT_BYTES, Wrapper};
use crate::model::Outcome;

/// More words around one error than this are not taken off.
const MAX_WRAPPERS: usize = 8;

/// Where Lua says that an error was: the path, of which only the file's name is captured, and the
/// line. A chunk that is no file is shown as `[string "name"]`.
const PLACE: &str = r#"(?x) \A \s* (?:
    (?: (?: [A-Za-z]: )? [^:\n]* [/\\] )? (?<file> [\w.-]+ \.(?i:lua) )
  | \[string\ "(?<chunk> [^"\n]* )"\]
) : (?<line> [0-9]{1,9} ) :"#;

/// Begins the list of calls that Lua puts behind an error.
const TRACEBACK: &str = "\nstack traceback:";

/// Takes the words around errors off.
#[derive(Debug)]
pub(super) struct Nesting {
    /// Finds in one look which wrappers a text begins with.
    starts: RegexSet,
    wrappers: Vec<(Regex, Option<Outcome>)>,
    /// The ids of `wrappers`, in the same order.
    ids: Vec<String>,
    place: Regex,
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
    /// Prepares the wrappers.
    pub(super) fn new(wrappers: &[Wrapper]) -> Result<Self, BuildError> {
        let mut compiled = Vec::with_capacity(wrappers.len());
        let mut patterns = Vec::with_capacity(wrappers.len());
        for wrapper in wrappers {
            let pattern = format!("\\A\\s*(?:{})", wrapper.regex);
            compiled.push((compile(&pattern, &wrapper.id)?, wrapper.outcome));
            patterns.push(pattern);
        }
        let starts = RegexSetBuilder::new(patterns)
            .size_limit(2 * REGEX_SIZE_LIMIT_BYTES * wrappers.len().max(1))
            .build()
            .map_err(|error| BuildError::Wrapper { id: "all".into(), source: error.into() })?;
        let ids = wrappers.iter().map(|wrapper| wrapper.id.clone()).collect();
        let place = compile(PLACE, "the place of a Lua error")?;
        Ok(Self { starts, wrappers: compiled, ids, place })
    }

    /// Finds the parts of a text, at most eight within the whole. Lua places may stand before the
    /// words around an error as well as before the error.
    pub(super) fn unwrap(&self, text: &str) -> Nested {
        let (mut starts, mut wrappers) = (vec![0], Vec::new());
        let (mut outcome, mut place) = (None, None);
        let (mut rest, mut telling) = (text, None);
        loop {
            rest = self.without_places(rest, text.len(), &mut place);
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
                wrapper: wrapper.and_then(|wrapper| self.ids.get(wrapper)).map(String::as_str),
                outcome: wrapper.and_then(|wrapper| self.outcome(wrapper)),
            }
        };
        nested.starts.iter().enumerate().map(part).collect()
    }

    fn outcome(&self, wrapper: usize) -> Option<Outcome> {
        self.wrappers.get(wrapper).and_then(|(_, outcome)| *outcome)
    }

    /// Returns the end and the index of the longest wrapper that a text begins with; of two as
    /// long, the one with the smaller id.
    fn longest(&self, text: &str) -> Option<(usize, usize)> {
        let mut longest: Option<(usize, usize)> = None;
        for index in &self.starts.matches(text) {
            if let Some(found) = self.wrappers.get(index).and_then(|(regex, _)| regex.find(text))
                && longest.is_none_or(|(end, _)| end < found.end())
            {
                longest = Some((found.end(), index));
            }
        }
        longest
    }

    /// Returns a text without the Lua places at its start, unless nothing would be left, and sets
    /// `place` to the last of them: file and line, as ranges of the whole text, which ends where
    /// this one does.
    fn without_places<'t>(
        &self,
        text: &'t str,
        whole_len: usize,
        place: &mut Option<(Range<usize>, Range<usize>)>,
    ) -> &'t str {
        let mut rest = text;
        while let Some(found) = self.place.captures(rest) {
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

fn without_traceback(text: &str) -> &str {
    text.split_once(TRACEBACK).map_or(text, |(error, _)| error)
}

/// Returns false for a text that is nothing but values, such as a name or a number: what happened
/// is told by the words around it.
fn has_words(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(|word| word.chars().nth(1).is_some() && word.chars().all(char::is_alphabetic))
}

fn compile(pattern: &str, id: &str) -> Result<Regex, BuildError> {
    RegexBuilder::new(pattern)
        .size_limit(2 * REGEX_SIZE_LIMIT_BYTES)
        .build()
        .map_err(|error| BuildError::Wrapper { id: id.into(), source: error.into() })
}
