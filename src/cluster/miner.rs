//! Takes texts and counts their shapes.

use super::clusters::Clusters;
use super::fold::fold_parts;
use super::merge;
use super::scan::Scanner;
use super::table::Table;
use super::words::{Token, Words};

/// How many shapes are told apart.
const MAX_SHAPES: usize = 1_200_000;
/// How many tokens they may have together: 4 bytes each.
const MAX_TOKENS: usize = 24_000_000;
/// How many words are told apart, and their bytes together.
const MAX_WORDS: usize = 1_200_000;
const MAX_WORD_BYTES: usize = 24 << 20;
/// Beyond that, so many shapes more, of which only the first words are told apart.
const SPARE_SHAPES: usize = 50_000;
/// So many first words.
const FIRST_WORDS: usize = 2;
/// A text counts up to here, in bytes; the rest of a longer one is not looked at.
pub const MAX_TEXT_BYTES: usize = 8 * 1024;

/// The number of a shape: what a text is, less its values. Texts of one shape are in one cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape(pub(super) u32);

/// Takes texts one by one; [`Miner::into_clusters`] then says what they have in common.
///
/// ```
/// # use dewlap::cluster::Miner;
/// let mut miner = Miner::new();
/// let first = miner.add(b"worker 7 finished in 31 ms");
/// let second = miner.add(b"worker 12 finished in 4 ms");
/// assert_eq!(first, second);
/// let clusters = miner.into_clusters();
/// assert_eq!(clusters.template(clusters.of(first)), "worker <*> finished in <*>");
/// ```
#[derive(Clone, Debug)]
pub struct Miner {
    scanner: Scanner,
    words: Words,
    table: Table,
    tokens: Vec<Token>,
    limits: Limits,
}

/// How much a miner keeps.
#[derive(Clone, Copy, Debug)]
struct Limits {
    shapes: usize,
    tokens: usize,
    words: usize,
    word_bytes: usize,
    spare: usize,
}

impl Default for Miner {
    fn default() -> Self {
        let limits = Limits {
            shapes: MAX_SHAPES,
            tokens: MAX_TOKENS,
            words: MAX_WORDS,
            word_bytes: MAX_WORD_BYTES,
            spare: SPARE_SHAPES,
        };
        Self::with_limits(limits)
    }
}

impl Miner {
    /// Returns a miner that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn with_limits(limits: Limits) -> Self {
        Self {
            scanner: Scanner::default(),
            words: Words::default(),
            table: Table::default(),
            tokens: Vec::new(),
            limits,
        }
    }

    /// Counts a text and returns its shape. Bytes need not be UTF-8; only the first 8 KiB and the
    /// first 128 parts of it count.
    pub fn add(&mut self, text: &[u8]) -> Shape {
        let text = text.get(..MAX_TEXT_BYTES).unwrap_or(text);
        let parts = self.scanner.scan(text);
        let (words, limits) = (&mut self.words, self.limits);
        let intern = |word: &[u8], hash| {
            let number = words.intern(word, hash, limits.words, limits.word_bytes);
            number.map_or(Token::VALUE, Token::word)
        };
        fold_parts(text, parts, intern, &mut self.tokens);
        let has_room = self.table.n_tokens() + self.tokens.len() <= limits.tokens;
        let max = if has_room { limits.shapes } else { 0 };
        if let Some(shape) = self.table.count(&self.tokens, &self.words, max) {
            return Shape(shape);
        }
        self.coarsen(FIRST_WORDS);
        let spare = self.limits.shapes.saturating_add(self.limits.spare);
        if let Some(shape) = self.table.count(&self.tokens, &self.words, spare) {
            return Shape(shape);
        }
        self.tokens.clear();
        self.tokens.push(Token::VALUE);
        let shape = self.table.count(&self.tokens, &self.words, usize::MAX);
        Shape(shape.unwrap_or_default())
    }

    /// Leaves the first words of the text, and a value for the rest.
    fn coarsen(&mut self, n_words: usize) {
        let is_word = |token: &&Token| token.as_word().is_some();
        let kept: Vec<Token> = self.tokens.iter().filter(is_word).take(n_words).copied().collect();
        self.tokens.clear();
        self.tokens.extend(kept);
        self.tokens.push(Token::VALUE.spaced(true));
    }

    /// Returns how many shapes there are.
    #[must_use]
    pub fn n_shapes(&self) -> usize {
        self.table.len()
    }

    /// Groups the shapes.
    #[must_use]
    pub fn into_clusters(mut self) -> Clusters {
        self.table.close();
        self.words.close();
        merge::merge(&mut self.table, &self.words);
        Clusters::new(self.table, self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_there_is_no_more_room_texts_are_told_apart_by_their_first_words() {
        let limits = Limits { shapes: 4, tokens: 1 << 20, words: 100, word_bytes: 1000, spare: 2 };
        let mut miner = Miner::with_limits(limits);
        let texts = ["a b c", "a b d", "a b e", "a b f", "x y z", "x y q", "v w q", "u w q", "t s"];
        let shapes: Vec<Shape> = texts.iter().map(|text| miner.add(text.as_bytes())).collect();
        assert_eq!(miner.n_shapes(), 7, "four, two by their first words, and one for the rest");
        assert_eq!(shapes[4], shapes[5]);
        assert_eq!(shapes[7], shapes[8]);
        let clusters = miner.into_clusters();
        assert_eq!(clusters.template(clusters.of(shapes[4])), "x y <*>");
        assert_eq!(clusters.template(clusters.of(shapes[8])), "<*>");
        let sum: u64 = (0..clusters.len()).map(|at| clusters.n_texts(at)).sum();
        assert_eq!(sum, 9);
    }

    #[test]
    fn words_beyond_the_room_for_them_are_values() {
        let limits = Limits { shapes: 99, tokens: 1 << 20, words: 2, word_bytes: 1000, spare: 2 };
        let mut miner = Miner::with_limits(limits);
        let shape = miner.add(b"one two three four");
        let clusters = miner.into_clusters();
        assert_eq!(clusters.template(clusters.of(shape)), "one two <*>");
    }
}
