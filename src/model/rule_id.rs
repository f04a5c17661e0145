//! The name of a rule.

use std::fmt;
use std::str::FromStr;

/// The stable name of a catalogue rule, such as `db.connection-refused`.
///
/// A value of this type is always `category.slug`, both in lower-case kebab; holding one is the
/// proof, so no other code checks again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(Box<str>);

/// Why a text is not a rule id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a rule id, expected `category.slug` in lower case with dashes")]
pub struct RuleIdError {
    /// What was given.
    pub text: String,
}

impl RuleId {
    /// Returns the id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the part before the dot, which is also the stem of the rule's file.
    #[must_use]
    pub fn category(&self) -> &str {
        self.0.split_once('.').map_or(&*self.0, |(category, _)| category)
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RuleId {
    type Err = RuleIdError;

    fn from_str(text: &str) -> Result<Self, RuleIdError> {
        match text.split_once('.') {
            Some((category, slug)) if is_kebab(category) && is_kebab(slug) => Ok(Self(text.into())),
            _ => Err(RuleIdError { text: text.into() }),
        }
    }
}

/// Returns true for words of lower-case letters and digits, joined by single dashes.
#[must_use]
pub fn is_kebab(text: &str) -> bool {
    !text.is_empty()
        && text.split('-').all(|word| {
            !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_category_dot_slug_in_kebab() {
        let cases = [
            ("db.connection-refused", true),
            ("db-oracle.ora-00001", true),
            ("db", false),
            ("db.", false),
            ("Db.x", false),
            ("db.a--b", false),
            ("db.a.b", false),
        ];
        for (text, want) in cases {
            assert_eq!(text.parse::<RuleId>().is_ok(), want, "{text}");
        }
    }
}
