//! Words that are known for names.

use super::codes::{is_number, names_error};
use super::words::Words;

/// A word is a name where it was found to be a value in so many companies.
const MANY_COMPANIES: u8 = 2;

/// In how many companies each word was found to be a value.
///
/// What one wording has many values for, such as tables or components, others speak of as well, and
/// these may have come with two of them only.
#[derive(Clone, Debug)]
pub(super) struct Names {
    n_companies: Vec<u8>,
}

impl Names {
    /// Knows no name among so many words.
    pub(super) fn new(n_words: usize) -> Self {
        Self { n_companies: vec![0; n_words] }
    }

    /// Notes that a word is a value in one company more; numbers and codes are no names.
    pub(super) fn note(&mut self, word: u32, words: &Words) {
        let text = words.get(word);
        if let Some(count) = self.n_companies.get_mut(word as usize)
            && !is_number(text)
            && !names_error(text)
        {
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.n_companies.iter().all(|count| *count < MANY_COMPANIES)
    }

    /// Returns true for a word that is known for a name.
    pub(super) fn has(&self, word: u32) -> bool {
        self.n_companies.get(word as usize).is_some_and(|count| *count >= MANY_COMPANIES)
    }
}
