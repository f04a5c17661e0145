//! Words as numbers: what a shape is made of.

/// A part of a shape: a value, a mark such as `=`, or a word.
///
/// The highest bit says that white space stood before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Token(u32);

const SPACED: u32 = 1 << 31;
/// Numbers below are marks: their byte.
const FIRST_WORD: u32 = 256;

impl Token {
    /// Stands for whatever varies.
    pub(super) const VALUE: Self = Self(0);

    pub(super) fn mark(byte: u8) -> Self {
        Self(u32::from(byte))
    }

    pub(super) fn word(index: u32) -> Self {
        Self(index.saturating_add(FIRST_WORD) & !SPACED)
    }

    /// Returns the token with white space before it, or without.
    pub(super) fn spaced(self, is_spaced: bool) -> Self {
        if is_spaced { Self(self.0 | SPACED) } else { self.bare() }
    }

    pub(super) fn is_spaced(self) -> bool {
        self.0 & SPACED != 0
    }

    /// Returns the token without a word on white space.
    pub(super) fn bare(self) -> Self {
        Self(self.0 & !SPACED)
    }

    pub(super) fn is_value(self) -> bool {
        self.bare() == Self::VALUE
    }

    pub(super) fn is_mark(self, byte: u8) -> bool {
        self.bare().0 == u32::from(byte) && byte != 0
    }

    /// Returns the byte of a mark.
    pub(super) fn as_mark(self) -> Option<u8> {
        u8::try_from(self.bare().0).ok().filter(|byte| *byte != 0)
    }

    /// Returns the index of a word.
    pub(super) fn as_word(self) -> Option<u32> {
        self.bare().0.checked_sub(FIRST_WORD)
    }
}

/// Every word met once, with its hash.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    index: Index,
    hashes: Vec<u64>,
    /// Where each word ends in `bytes`.
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl Words {
    /// Returns the number of a word, `None` where there is no room for it.
    pub(super) fn intern(
        &mut self,
        word: &[u8],
        hash: u64,
        max: usize,
        max_bytes: usize,
    ) -> Option<u32> {
        let (hashes, ends, bytes) = (&self.hashes, &self.ends, &self.bytes);
        let is_it = |at: u32| hashes[at as usize] == hash && stored(ends, bytes, at) == word;
        if let Some(found) = self.index.find(hash, is_it) {
            return Some(found);
        }
        if self.hashes.len() >= max || self.bytes.len() + word.len() > max_bytes {
            return None;
        }
        let end = u32::try_from(self.bytes.len() + word.len()).ok()?;
        let number = u32::try_from(self.hashes.len()).ok()?;
        self.bytes.extend_from_slice(word);
        self.ends.push(end);
        self.hashes.push(hash);
        self.index.insert(number, &self.hashes);
        Some(number)
    }

    /// Frees what only adding words needs.
    pub(super) fn close(&mut self) {
        self.index = Index::default();
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    pub(super) fn get(&self, number: u32) -> &[u8] {
        stored(&self.ends, &self.bytes, number)
    }

    /// Returns a hash of what a token stands for; the same whatever the order of arrival.
    pub(super) fn hash(&self, token: Token) -> u64 {
        match token.as_word() {
            Some(number) => self.hashes.get(number as usize).copied().unwrap_or_default(),
            None => mix(u64::from(token.bare().0) + 1),
        }
    }
}

fn stored<'b>(ends: &[u32], bytes: &'b [u8], number: u32) -> &'b [u8] {
    let at = number as usize;
    let start = at.checked_sub(1).map_or(0, |before| ends[before] as usize);
    bytes.get(start..ends[at] as usize).unwrap_or_default()
}

/// A hash table of numbers; what they stand for is kept elsewhere.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// One more than the number, or 0 where free. A power of two of them.
    slots: Vec<u32>,
    len: usize,
}

impl Index {
    pub(super) fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = start(hash, mask);
        while let Some(number) = self.slots[at].checked_sub(1) {
            if is_it(number) {
                return Some(number);
            }
            at = (at + 1) & mask;
        }
        None
    }

    /// Adds a number whose hash is in the list of all.
    pub(super) fn insert(&mut self, number: u32, hashes: &[u64]) {
        self.len += 1;
        if self.len * 4 > self.slots.len() * 3 {
            self.slots = vec![0; (self.slots.len() * 2).max(1024)];
            for old in 0..number {
                self.put(old, hashes);
            }
        }
        self.put(number, hashes);
    }

    fn put(&mut self, number: u32, hashes: &[u64]) {
        let mask = self.slots.len() - 1;
        let mut at = start(hashes[number as usize], mask);
        while self.slots[at] != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = number + 1;
    }
}

fn start(hash: u64, mask: usize) -> usize {
    usize::try_from(hash >> 20).unwrap_or_default() & mask
}

/// Spreads the bits of a number.
pub(super) fn mix(number: u64) -> u64 {
    let mixed = (number ^ (number >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    mixed ^ (mixed >> 32)
}

/// Returns a hash of bytes, the same on every machine and in every version.
pub(super) fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut hash = (bytes.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let (chunks, rest) = bytes.as_chunks::<8>();
    for chunk in chunks {
        hash =
            (hash ^ u64::from_le_bytes(*chunk)).wrapping_mul(0xD6E8_FEB8_6659_FD93).rotate_left(29);
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(hash ^ u64::from_le_bytes(last))
}
