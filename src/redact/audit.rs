//! Looks for patient data that a stored text still shows.

use std::ops::Range;

use super::detect::{self, Signs};
use super::identifiers::Identifiers;
use super::pseudonym::Kind;
use super::scan::Scan;

/// A part of a stored text that looks like patient data.
///
/// It has no copy of the value, so that it can be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// What it looks like.
    pub kind: Kind,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
}

/// Returns what in a text still looks like patient data, in the order of the text.
///
/// A text that [`super::Masker::mask`] gave has none.
#[must_use]
pub fn suspects(text: &str) -> Vec<Suspect> {
    let signs = Signs::of(text);
    if signs.is_plain(text) {
        return Vec::new();
    }
    let mut scan = Scan::new(text);
    detect::claim(&mut scan, signs, &Identifiers::default());
    scan.masked().map(|(range, kind)| Suspect { kind, range }).collect()
}
