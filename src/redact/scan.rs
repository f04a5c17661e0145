//! A text with the claims that the detectors lay on it.

use std::ops::Range;

use super::pseudonym::{Kind, PseudonymKey};

/// Bytes nobody has claimed.
const FREE: u8 = 0;
/// Bytes that stay as they are.
const KEPT: u8 = 1;
/// The first byte of a masked value; its kind follows in the lower bits.
const FIRST: u8 = 0x80;

/// No masked value is longer, in bytes.
const MAX_TOKEN_BYTES: usize = 32;

/// Which bytes belong to words.
static WORDS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = u8::MAX;
    while byte > 0 {
        table[byte as usize] = byte.is_ascii_alphanumeric() || !byte.is_ascii();
        byte -= 1;
    }
    table
};

/// A text and, for each byte, who claimed it.
///
/// The first claim holds. Ranges must begin and end at character boundaries, which holds for all
/// that is found by looking at ASCII bytes.
#[derive(Debug)]
pub(crate) struct Scan<'a> {
    /// The text.
    pub(crate) text: &'a str,
    owners: Vec<u8>,
    n_masked: usize,
}

impl<'a> Scan<'a> {
    /// Returns a text with its masked values already claimed.
    pub(crate) fn new(text: &'a str) -> Self {
        let mut scan = Self { text, owners: vec![FREE; text.len()], n_masked: 0 };
        for start in memchr::memchr_iter(b'[', text.as_bytes()) {
            if let Some(len) = token_len(&text.as_bytes()[start..]) {
                scan.keep(start..start + len);
            }
        }
        scan
    }

    /// Returns the bytes of the text.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// Returns how many values are masked so far.
    pub(crate) fn n_masked(&self) -> usize {
        self.n_masked
    }

    /// Returns true where nobody has claimed the byte.
    pub(crate) fn is_free(&self, at: usize) -> bool {
        self.owners.get(at) == Some(&FREE)
    }

    /// Claims what is free of a range so that it stays as it is.
    pub(crate) fn keep(&mut self, range: Range<usize>) {
        for owner in self.owners.get_mut(range).unwrap_or_default() {
            if *owner == FREE {
                *owner = KEPT;
            }
        }
    }

    /// Claims what is free of a range for masking, in one piece or around earlier claims.
    ///
    /// White space around a piece and pieces without a letter or digit stay as they are.
    pub(crate) fn mask(&mut self, range: Range<usize>, kind: Kind) {
        let end = range.end.min(self.owners.len());
        let mut at = range.start;
        while at < end {
            let is_free = |owner: &u8| *owner == FREE;
            let rest = &self.owners[at..end];
            let Some(skipped) = rest.iter().position(is_free) else { return };
            let len = rest[skipped..].iter().position(|owner| !is_free(owner));
            let start = at + skipped;
            at = len.map_or(end, |len| start + len);
            self.mask_piece(start, at, kind);
        }
    }

    fn mask_piece(&mut self, start: usize, end: usize, kind: Kind) {
        let piece = &self.bytes()[start..end];
        if !piece.iter().any(|byte| is_word(*byte)) {
            return;
        }
        let trimmed_end = end - piece.iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
        let trimmed_start = start + piece.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let index = Kind::ALL.iter().position(|k| *k == kind).unwrap_or_default();
        let code = KEPT + 1 + u8::try_from(index).unwrap_or_default();
        self.owners[trimmed_start..trimmed_end].fill(code);
        self.owners[trimmed_start] |= FIRST;
        self.n_masked += 1;
    }

    /// Returns what is masked, in order.
    pub(crate) fn masked(&self) -> impl Iterator<Item = (Range<usize>, Kind)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let start = at + self.owners.get(at..)?.iter().position(|owner| owner & FIRST != 0)?;
            let code = self.owners[start] & !FIRST;
            let rest = &self.owners[start + 1..];
            at = start + 1 + rest.iter().take_while(|owner| **owner == code).count();
            let kind = Kind::ALL.get(usize::from(code - KEPT - 1)).copied();
            Some((start..at, kind.unwrap_or(Kind::Value)))
        })
    }

    /// Returns the text with pseudonyms for what is masked.
    pub(crate) fn render(&self, key: &PseudonymKey) -> String {
        let mut out = String::with_capacity(self.text.len() + self.n_masked * 8);
        let mut at = 0;
        for (range, kind) in self.masked() {
            out.push_str(self.text.get(at..range.start).unwrap_or_default());
            key.push_token(&mut out, self.text.get(range.clone()).unwrap_or_default(), kind);
            at = range.end;
        }
        out.push_str(self.text.get(at..).unwrap_or_default());
        out
    }
}

/// Returns true for bytes of words: ASCII letters and digits, and all of other scripts.
pub(crate) fn is_word(byte: u8) -> bool {
    WORDS[usize::from(byte)]
}

/// Returns the length of the masked value that the bytes begin with.
pub(crate) fn token_len(bytes: &[u8]) -> Option<usize> {
    let rest = bytes.get(1..)?;
    let colon = rest.iter().take(MAX_TOKEN_BYTES).position(|byte| *byte == b':')?;
    let (hash, end) = rest.get(colon + 1..)?.split_first_chunk::<8>()?;
    let is_hash = hash.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_ours = is_hash
        && end.starts_with(b"]")
        && Kind::ALL.iter().any(|kind| kind.name().as_bytes() == &rest[..colon]);
    is_ours.then_some(colon + 11)
}

/// Returns true where a byte is part of a masked value.
pub(crate) fn is_in_token(bytes: &[u8], at: usize) -> bool {
    let first = at.saturating_sub(MAX_TOKEN_BYTES);
    let window = bytes.get(first..=at).unwrap_or_default();
    memchr::memrchr_iter(b'[', window).any(|start| {
        let start = first + start;
        token_len(&bytes[start..]).is_some_and(|len| start + len > at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_claim_on_a_byte_holds() {
        let mut scan = Scan::new("one two three [id:abcd1234] four");
        scan.keep(4..7);
        scan.mask(0..32, Kind::Name);
        scan.mask(0..32, Kind::Date);
        let masked: Vec<_> = scan.masked().map(|(range, _)| scan.text.get(range)).collect();
        assert_eq!(masked, [Some("one"), Some("three"), Some("four")]);
    }

    #[test]
    fn neighbours_of_one_kind_stay_apart() {
        let mut scan = Scan::new("abcd");
        scan.mask(0..2, Kind::Name);
        scan.mask(2..4, Kind::Name);
        assert_eq!(scan.masked().count(), 2);
    }
}
