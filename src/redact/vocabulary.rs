//! Which words are English or technical, so that what is left over may be a name.
//!
//! The English words are those of SCOWL (`words/english.LICENSE.txt`) without proper names; both
//! lists are sorted by their bytes, in lower case, one word to a line.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::lexicon::Lexicon;

const ENGLISH: &str = include_str!("words/english.txt");
const TECHNICAL: &str = include_str!("words/technical.txt");

/// Marks of the two lists.
const IS_ENGLISH: u8 = 1;
const IS_TECHNICAL: u8 = 2;

/// Words of the lists have about so many bytes.
const WORD_BYTES: usize = 8;

static LISTED: LazyLock<Lexicon> = LazyLock::new(|| {
    let lists = [(IS_ENGLISH, ENGLISH), (IS_TECHNICAL, TECHNICAL)];
    let words = lists.iter().flat_map(|(mark, list)| list.lines().map(|word| (*mark, word)));
    Lexicon::with_capacity((ENGLISH.len() + TECHNICAL.len()) / WORD_BYTES, words)
});

/// Beginnings that make a new word of an English one, in front of five or more letters.
const PREFIXES: [&str; 3] = ["un", "re", "non"];

/// Returns true where every part of a word is English or technical; parts of one or two letters
/// count as known.
pub(crate) fn is_known(word: &str) -> bool {
    if word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return word.len() < 3 || is_listed(word);
    }
    let lower = word.to_lowercase().replace('\u{2019}', "'");
    let stem = lower.strip_suffix("n't").unwrap_or(&lower);
    is_listed(stem)
        || stem.split(['\'', '-']).all(|part| part.chars().count() < 3 || is_listed(part))
}

/// Returns true for a technical word, whatever its case.
pub(crate) fn is_technical(word: &str) -> bool {
    // Other letters may become ASCII ones in lower case.
    let word = if word.is_ascii() { Cow::Borrowed(word) } else { word.to_lowercase().into() };
    LISTED.marks(word.as_bytes()) & IS_TECHNICAL != 0
}

/// Tells of a word whose letters beyond ASCII are in lower case.
fn is_listed(word: &str) -> bool {
    let bytes = word.as_bytes();
    let is_plural = || match bytes {
        [one @ .., b's' | b'S'] => LISTED.marks(one) & IS_TECHNICAL != 0,
        _ => false,
    };
    let is_derived = || {
        PREFIXES.iter().any(|prefix| {
            let stem = bytes.split_at_checked(prefix.len());
            stem.is_some_and(|(start, stem)| {
                start.eq_ignore_ascii_case(prefix.as_bytes())
                    && stem.len() >= 5
                    && LISTED.marks(stem) & IS_ENGLISH != 0
            })
        })
    };
    LISTED.contains(bytes) || (bytes.len() > 4 && is_plural()) || is_derived()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_both_lists_is_found() {
        for (mark, list) in [(IS_ENGLISH, ENGLISH), (IS_TECHNICAL, TECHNICAL)] {
            assert!(list.lines().is_sorted());
            assert!(list.lines().all(|word| LISTED.marks(word.as_bytes()) & mark != 0));
        }
        assert!(["", "okafor", "zzzz"].iter().all(|word| !LISTED.contains(word.as_bytes())));
    }

    #[test]
    fn parts_and_forms_of_known_words_are_known() {
        for word in ["Couldn't", "Oracle", "DSNs", "Unparsed", "time-out", "patient's"] {
            assert!(is_known(word), "{word}");
        }
        for word in ["O'Brien", "Okafor", "Smith-Okafor", "Reinhart"] {
            assert!(!is_known(word), "{word}");
        }
    }
}
