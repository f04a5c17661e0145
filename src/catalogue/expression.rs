//! A regular expression that is known to compile.

use std::fmt;
use std::str::FromStr;

use regex::{Regex, RegexBuilder};

/// The most memory that one compiled expression may take.
pub const REGEX_SIZE_LIMIT_BYTES: usize = 1024 * 1024;

/// A compiled regular expression and the text it was made from.
#[derive(Clone)]
pub struct Expression(Regex);

/// Why a text is not a regular expression, in the compiler's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// What the compiler said.
    pub message: String,
}

impl Expression {
    /// Returns the expression as it is written in the file.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns the names of its captures, in the order of the expression.
    pub fn capture_names(&self) -> impl Iterator<Item = &str> {
        self.0.capture_names().flatten()
    }

    /// Returns the compiled form.
    pub(crate) fn regex(&self) -> &Regex {
        &self.0
    }
}

impl FromStr for Expression {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        RegexBuilder::new(text)
            .size_limit(REGEX_SIZE_LIMIT_BYTES)
            .build()
            .map(Self)
            .map_err(|error| ExpressionError { message: error.to_string() })
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
