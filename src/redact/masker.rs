//! The masker: compiled once, used by every thread.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::detect::{self, Signs};
use super::identifiers::Identifiers;
use super::pseudonym::{Kind, PseudonymKey};
use super::scan::Scan;

/// The largest size that an expression of a site may compile to, in bytes.
const SIZE_LIMIT_BYTES: usize = 1024 * 1024;

/// Masking ends after so many rounds; a round that changes nothing ends it earlier.
const MAX_ROUNDS: usize = 16;

/// A site's own mask, from the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskRule {
    /// What the expression finds.
    pub kind: Kind,
    /// The expression. Its group `value` is masked; without such a group, the whole match.
    pub regex: String,
}

/// Why a site's own mask was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the mask `{regex}` is not an expression: {reason}")]
pub struct MaskError {
    /// The expression.
    pub regex: String,
    /// What is wrong with it, in one line.
    pub reason: String,
}

/// Masks patient data. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Masker {
    key: PseudonymKey,
    extra: Arc<[(Kind, Regex)]>,
}

impl Masker {
    /// Compiles the site's own masks, which add to the built-in ones.
    ///
    /// # Errors
    ///
    /// Returns the first mask that does not compile or is too large.
    pub fn new(key: PseudonymKey, extra: &[MaskRule]) -> Result<Self, MaskError> {
        let extra: Result<Vec<_>, _> = extra.iter().map(compile).collect();
        Ok(Self { key, extra: extra?.into() })
    }

    /// Masks a text.
    ///
    /// `nearby` is the patient of the message that the component handled last, if known: its
    /// identifiers are masked wherever they stand in the text as whole words.
    #[must_use]
    pub fn mask(&self, text: &str, nearby: Option<&Identifiers>) -> String {
        let nobody = Identifiers::default();
        let known = nearby.unwrap_or(&nobody);
        let mut masked = None;
        for _ in 0..MAX_ROUNDS {
            let current = masked.as_deref().unwrap_or(text);
            let Some(next) = self.round(current, known) else { break };
            masked = Some(next);
        }
        masked.unwrap_or_else(|| text.to_owned())
    }

    /// Masks a text near which no patient is known; returns `None` where one look does not find all.
    #[must_use]
    pub fn mask_at_once(&self, text: &str) -> Option<String> {
        let known = Identifiers::default();
        let Some(masked) = self.round(text, &known) else { return Some(text.to_owned()) };
        self.round(&masked, &known).is_none().then_some(masked)
    }

    /// Returns a number by which bytes are known again, without keeping them.
    ///
    /// It depends on the key, so that a guess of the bytes cannot be tested without it.
    #[must_use]
    pub fn number(&self, bytes: &[u8]) -> u64 {
        self.key.number(bytes)
    }

    /// Masks what one look at the text finds, `None` where that is nothing.
    fn round(&self, text: &str, known: &Identifiers) -> Option<String> {
        let signs = Signs::of(text);
        if self.extra.is_empty() && known.is_empty() && signs.is_plain(text) {
            return None;
        }
        let mut scan = Scan::new(text);
        for (kind, regex) in self.extra.iter() {
            for captures in regex.captures_iter(text) {
                let found = captures.name("value").or_else(|| captures.get(0));
                if let Some(found) = found {
                    scan.mask(found.range(), *kind);
                }
            }
        }
        detect::claim(&mut scan, signs, known);
        (scan.n_masked() > 0).then(|| scan.render(&self.key))
    }
}

fn compile(rule: &MaskRule) -> Result<(Kind, Regex), MaskError> {
    let wrong = |reason: String| MaskError { regex: rule.regex.clone(), reason };
    let built = RegexBuilder::new(&rule.regex).size_limit(SIZE_LIMIT_BYTES).build();
    let regex = built.map_err(|error| {
        let text = error.to_string();
        wrong(text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned())
    })?;
    if regex.is_match("") {
        return Err(wrong("it matches the empty text".to_owned()));
    }
    Ok((rule.kind, regex))
}
