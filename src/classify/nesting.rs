//! The words around an error, and the Lua place at its start.

use regex::{Regex, RegexBuilder};

use super::BuildError;
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
    place: Regex,
}

/// The parts of a text that hold the error, each within the one before.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Nested {
    /// Where each part begins: 0 for the whole text first, the innermost last.
    pub(super) starts: Vec<usize>,
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
        Ok(Self { wrappers: compiled, place: compile(PLACE, "the place of a Lua error")? })
    }

    /// Finds the parts of a text, at most eight within the whole.
    pub(super) fn unwrap(&self, text: &str) -> Nested {
        let mut nested = Nested { starts: vec![0], outcome: None };
        while nested.starts.len() <= MAX_WRAPPERS {
            let start = nested.innermost();
            let rest = text.get(start..).unwrap_or_default();
            let Some((end, outcome)) = self.longest(rest) else { break };
            let inner = rest.get(end..).unwrap_or_default().trim_start();
            // A wrapper that takes nothing off would be found for ever.
            if inner.is_empty() || inner.len() == rest.len() {
                break;
            }
            nested.starts.push(text.len() - inner.len());
            nested.outcome = nested.outcome.or(outcome);
        }
        nested
    }

    /// Returns the end and the outcome of the longest wrapper that a text begins with; of two as
    /// long, the one with the smaller id.
    fn longest(&self, text: &str) -> Option<(usize, Option<Outcome>)> {
        let mut longest: Option<(usize, Option<Outcome>)> = None;
        for (regex, outcome) in &self.wrappers {
            if let Some(found) = regex.find(text)
                && longest.is_none_or(|(end, _)| end < found.end())
            {
                longest = Some((found.end(), *outcome));
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
