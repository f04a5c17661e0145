//! Lists of words, asked for a word whatever the case of its ASCII letters.
//!
//! Entry point: [`Lexicon::marks`]. A word of a text is compared with all words of all lists at once.
//!
//! **Invariant:** pure, and as fast for the worst of words as for others: what is asked for never
//! changes the table.
//!
//! **Not here:** the lists, and what they mean (`roles`, `vocabulary`, `words`).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The longest word of a list, in bytes.
const MAX_BYTES: usize = 24;

/// Words, each with the lists that it is in, as bits.
#[derive(Debug)]
pub(crate) struct Lexicon {
    marks: HashMap<Spelling, u8, BuildHasherDefault<WordHasher>>,
    /// For each length, the first and last bytes of its words, so that most others are told at once.
    edges: [u64; MAX_BYTES + 1],
}

impl Lexicon {
    /// Returns words, each with a mark; a word may come more than once.
    pub(crate) fn new<'l>(words: impl IntoIterator<Item = (u8, &'l str)>) -> Self {
        Self::with_capacity(0, words)
    }

    /// As [`Lexicon::new`], where it is known that there are about so many words.
    ///
    /// Words have at most 24 bytes; a longer one would never be found.
    pub(crate) fn with_capacity<'l>(
        n_words: usize,
        words: impl IntoIterator<Item = (u8, &'l str)>,
    ) -> Self {
        let mut marks = HashMap::with_capacity_and_hasher(n_words, BuildHasherDefault::default());
        let mut edges = [0; MAX_BYTES + 1];
        for (mark, word) in words {
            let spelling = Spelling::of(word.as_bytes());
            debug_assert!(spelling.is_some(), "{word} is too long");
            if let Some(spelling) = spelling {
                *marks.entry(spelling).or_default() |= mark;
                edges[word.len()] |= edge(word.as_bytes());
            }
        }
        Self { marks, edges }
    }

    /// Returns the marks of a word, none where it is in no list.
    pub(crate) fn marks(&self, word: &[u8]) -> u8 {
        match self.edges.get(word.len()) {
            Some(edges) if edges & edge(word) != 0 => self.look_up(word),
            _ => 0,
        }
    }

    fn look_up(&self, word: &[u8]) -> u8 {
        let spelling = Spelling::of(word);
        spelling.and_then(|spelling| self.marks.get(&spelling)).copied().unwrap_or_default()
    }

    /// Returns the marks of all words that a word ends with.
    pub(crate) fn marks_of_ends(&self, word: &[u8]) -> u8 {
        let starts = word.len().saturating_sub(MAX_BYTES)..word.len();
        starts.fold(0, |marks, start| marks | self.marks(&word[start..]))
    }

    /// Returns true for a word that is in a list.
    pub(crate) fn contains(&self, word: &[u8]) -> bool {
        self.marks(word) != 0
    }
}

/// Returns a bit for the first and the last byte, the same whatever their case.
fn edge(word: &[u8]) -> u64 {
    let (Some(first), Some(last)) = (word.first(), word.last()) else { return 0 };
    1 << ((first & 31).wrapping_mul(5).wrapping_add(last & 31) & 63)
}

/// A word in lower case, filled up with zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Spelling(u64, u64, u64);

impl Spelling {
    /// Returns nothing for a word that is too long, and for one that would look like a shorter one.
    fn of(word: &[u8]) -> Option<Self> {
        let mut bytes = [0; MAX_BYTES];
        bytes.get_mut(..word.len())?.copy_from_slice(word);
        let (parts, _) = bytes.as_chunks();
        let [one, two, three] = *parts else { return None };
        let part = |eight| lower(u64::from_le_bytes(eight));
        (word.last() != Some(&0)).then(|| Self(part(one), part(two), part(three)))
    }
}

/// Returns eight bytes with their ASCII letters in lower case.
fn lower(eight: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    // No sum of two bytes below 128 reaches into the next byte; its upper bit tells the order.
    let sevens = eight & (0x7F * ONES);
    let is_from_a = sevens + (128 - u64::from(b'A')) * ONES;
    let is_past_z = sevens + (127 - u64::from(b'Z')) * ONES;
    let is_upper = is_from_a & !is_past_z & !eight & (128 * ONES);
    // The upper bit of a byte, moved by two, is what sets lower letters apart.
    eight | is_upper >> 2
}

/// Hashes the three parts of a spelling. It needs no secret, since nothing from outside is stored.
#[derive(Clone, Copy, Debug, Default)]
struct WordHasher(u64);

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, part: u64) {
        const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
        self.0 = (self.0.rotate_left(23) ^ part).wrapping_mul(ODD);
    }

    fn finish(&self) -> u64 {
        // The upper bits of a product depend on all bits, the table looks at the lower ones.
        self.0 ^ self.0 >> 32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_the_marks_of_all_its_lists_whatever_its_case() {
        let lexicon = Lexicon::new([(1, "table"), (2, "column"), (4, "table"), (4, "é")]);
        let cases = [("Table", 5), ("COLUMN", 2), ("é", 4), ("tables", 0), ("tab", 0), ("", 0)];
        for (word, want) in cases {
            assert_eq!(lexicon.marks(word.as_bytes()), want, "{word}");
        }
    }

    #[test]
    fn letters_and_no_other_bytes_have_another_case() {
        for byte in 0..=u8::MAX {
            let eight = u64::from_le_bytes([byte; 8]);
            assert_eq!(lower(eight).to_le_bytes(), [byte.to_ascii_lowercase(); 8], "{byte}");
        }
    }

    #[test]
    fn zeros_and_long_words_are_no_words() {
        let long = "a".repeat(MAX_BYTES);
        let lexicon = Lexicon::new([(1, "table"), (1, &*long)]);
        assert!(!lexicon.contains(b"table\0") && !lexicon.contains(b"\0"));
        assert!(lexicon.contains(long.as_bytes()));
        assert!(!lexicon.contains("a".repeat(MAX_BYTES + 1).as_bytes()));
    }
}
