//! The shapes met so far, with how many texts had each.

use super::words::{Index, Token, Words, mix};

/// Tokens lie in blocks of so many, so that growing never copies them.
const BLOCK: usize = 1 << 16;

/// Every shape met, in the order of arrival.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    index: Index,
    hashes: Vec<u64>,
    starts: Vec<u32>,
    lens: Vec<u8>,
    counts: Vec<u32>,
    blocks: Vec<Vec<Token>>,
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Returns how many tokens the shapes have together, and what the blocks leave free.
    pub(super) fn n_tokens(&self) -> usize {
        self.blocks.len() * BLOCK
    }

    /// Frees what only counting needs; nothing is counted any more.
    pub(super) fn close(&mut self) {
        self.index = Index::default();
        self.hashes = Vec::new();
    }

    /// Counts a text of a shape and returns the number of the shape; `None` where the shape is new
    /// and there are `max` already.
    pub(super) fn count(&mut self, tokens: &[Token], words: &Words, max: usize) -> Option<u32> {
        let hash = hash_tokens(tokens, words);
        let found = self.index.find(hash, |at| self.hashes[at as usize] == hash);
        if let Some(found) = found {
            let count = &mut self.counts[found as usize];
            *count = count.saturating_add(1);
            return Some(found);
        }
        if self.len() >= max {
            return None;
        }
        let number = u32::try_from(self.len()).ok()?;
        let start = self.store(tokens)?;
        self.hashes.push(hash);
        self.starts.push(start);
        self.lens.push(u8::try_from(tokens.len()).ok()?);
        self.counts.push(1);
        self.index.insert(number, &self.hashes);
        Some(number)
    }

    fn store(&mut self, tokens: &[Token]) -> Option<u32> {
        let is_full = |block: &Vec<Token>| block.len() + tokens.len() > BLOCK;
        if self.blocks.last().is_none_or(is_full) {
            self.blocks.push(Vec::with_capacity(BLOCK));
        }
        let at = self.blocks.len() - 1;
        let block = self.blocks.last_mut()?;
        let start = u32::try_from(at * BLOCK + block.len()).ok()?;
        block.extend_from_slice(tokens);
        Some(start)
    }

    pub(super) fn n_texts(&self, shape: usize) -> u32 {
        self.counts[shape]
    }

    pub(super) fn tokens(&self, shape: usize) -> &[Token] {
        let start = self.starts[shape] as usize;
        let from = start % BLOCK;
        &self.blocks[start / BLOCK][from..from + usize::from(self.lens[shape])]
    }

    /// Puts a value at a place of a shape; its hash stays that of the shape as it came.
    pub(super) fn open(&mut self, shape: usize, place: usize) {
        let at = self.starts[shape] as usize + place;
        let token = &mut self.blocks[at / BLOCK][at % BLOCK];
        *token = Token::VALUE.spaced(token.is_spaced());
    }

    /// Replaces the tokens of a shape by fewer.
    pub(super) fn shorten(&mut self, shape: usize, tokens: &[Token]) {
        let at = self.starts[shape] as usize;
        let room = usize::from(self.lens[shape]);
        let Some(len) = u8::try_from(tokens.len()).ok().filter(|len| usize::from(*len) <= room)
        else {
            return;
        };
        let from = at % BLOCK;
        self.blocks[at / BLOCK][from..from + tokens.len()].copy_from_slice(tokens);
        self.lens[shape] = len;
    }
}

/// Returns the hash of a shape, white space apart.
pub(super) fn hash_tokens(tokens: &[Token], words: &Words) -> u64 {
    let mut hash = tokens.len() as u64;
    for token in tokens {
        hash = (hash.rotate_left(5) ^ words.hash(*token) ^ u64::from(token.is_spaced()))
            .wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    mix(hash)
}
