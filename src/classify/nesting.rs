//! The words around an error, and the Lua place at its start.

use regex::{Regex, RegexBuilder};

use super::BuildError;
use super::explain::Part;
use crate::catalogue::{REGEX_SIZE_LIMIT_BYTES, Wrapper};
use crate::model::Outcome;

/// More words around one error than this are not taken off.
const MAX_WRAPPERS: usize = 8;

/// Where Lua says that an error was: the path, of which only the file's name is captured, and the
/// line. A chunk that is no file is shown as `[string "name"]`.
const PLACE: &str = r#"(?x) \A \s* (?:
    (?: (?: [A-Za-z]: )? [^:\n]* [/\\] )? (?<file> [\w.-]+ \.lua )
  | \[string\ "(?<chunk> [^"\n]* )"\]
) : (?<line> [0-9]{1,9} ) :"#;

/// Takes the words around errors off.
#[derive(Debug)]
pub(super) struct Nesting {
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
}

impl Nested {
    /// Returns where the innermost part begins.
    pub(super) fn innermost(&self) -> usize {
        self.starts.last().copied().unwrap_or_default()
    }
}

impl Nesting {
    /// Prepares the wrappers.
    pub(super) fn new(wrappers: &[Wrapper]) -> Result<Self, BuildError> {
        let mut compiled = Vec::with_capacity(wrappers.len());
        for wrapper in wrappers {
            let pattern = format!("\\A\\s*(?:{})", wrapper.regex);
            compiled.push((compile(&pattern, &wrapper.id)?, wrapper.outcome));
        }
        let ids = wrappers.iter().map(|wrapper| wrapper.id.clone()).collect();
        Ok(Self { wrappers: compiled, ids, place: compile(PLACE, "the place of a Lua error")? })
    }

    /// Finds the parts of a text, at most eight within the whole.
    pub(super) fn unwrap(&self, text: &str) -> Nested {
        let mut nested = Nested { starts: vec![0], wrappers: Vec::new(), outcome: None };
        while nested.starts.len() <= MAX_WRAPPERS {
            let start = nested.innermost();
            let rest = text.get(start..).unwrap_or_default();
            let Some((end, wrapper)) = self.longest(rest) else { break };
            let inner = rest.get(end..).unwrap_or_default().trim_start();
            // A wrapper that takes nothing off would be found for ever.
            if inner.is_empty() || inner.len() == rest.len() {
                break;
            }
            nested.starts.push(text.len() - inner.len());
            nested.wrappers.push(wrapper);
            nested.outcome = nested.outcome.or(self.outcome(wrapper));
        }
        nested
    }

    /// Returns the parts of a text as [`Nesting::unwrap`] does, with the names of the wrappers.
    pub(super) fn parts(&self, text: &str) -> Vec<Part<'_>> {
        let nested = self.unwrap(text);
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
        for (index, (regex, _)) in self.wrappers.iter().enumerate() {
            if let Some(found) = regex.find(text)
                && longest.is_none_or(|(end, _)| end < found.end())
            {
                longest = Some((found.end(), index));
            }
        }
        longest
    }

    /// Returns the file and the line where a text begins with a Lua place.
    pub(super) fn place<'t>(&self, text: &'t str) -> Option<(&'t str, &'t str)> {
        let found = self.place.captures(text)?;
        let file = found.name("file").or_else(|| found.name("chunk"))?;
        Some((file.as_str(), found.name("line")?.as_str()))
    }
}

fn compile(pattern: &str, id: &str) -> Result<Regex, BuildError> {
    RegexBuilder::new(pattern)
        .size_limit(2 * REGEX_SIZE_LIMIT_BYTES)
        .build()
        .map_err(|error| BuildError::Wrapper { id: id.into(), source: error.into() })
}
