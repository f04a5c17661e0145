//! Encodings of text logs: UTF-8, UTF-16 and Windows-1252.
//!
//! Entry points: [`Encoding::of`] for a file, [`Utf16Decoder`] for its bytes, [`decode_text`] for
//! one text.
//!
//! **Not here:** line ends; a CRLF stays as it is.

use std::borrow::Cow;

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many of a file's first bytes are looked at.
const SAMPLE_BYTES: usize = 1024;

/// How the characters of a file stand in its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or any other encoding in which a line end is one byte.
    Utf8 {
        /// Length of the byte order mark: 0 or 3.
        bom_len: usize,
    },
    /// UTF-16, low byte first.
    Utf16Le {
        /// Length of the byte order mark: 0 or 2.
        bom_len: usize,
    },
    /// UTF-16, high byte first.
    Utf16Be {
        /// Length of the byte order mark: 0 or 2.
        bom_len: usize,
    },
}

impl Encoding {
    /// Returns the encoding of a file that begins so.
    ///
    /// Without a byte order mark, UTF-16 is known by the zeros in every second byte of plain text.
    #[must_use]
    pub fn of(head: &[u8]) -> Self {
        if head.starts_with(b"\xEF\xBB\xBF") {
            return Self::Utf8 { bom_len: 3 };
        }
        if head.starts_with(b"\xFF\xFE") {
            return Self::Utf16Le { bom_len: 2 };
        }
        if head.starts_with(b"\xFE\xFF") {
            return Self::Utf16Be { bom_len: 2 };
        }
        let (pairs, _) = head.get(..SAMPLE_BYTES).unwrap_or(head).as_chunks::<2>();
        let n_plain = |zero: usize, plain: usize| {
            let is_plain = |pair: &&[u8; 2]| {
                let plain = pair[plain];
                pair[zero] == 0 && (matches!(plain, b'\t' | b'\n' | b'\r') || plain >= b' ')
            };
            pairs.iter().filter(is_plain).count()
        };
        // Nine in ten, so that a name in another script does not hide it.
        let is_most = |count: usize| pairs.len() >= 4 && count * 10 >= pairs.len() * 9;
        if is_most(n_plain(1, 0)) {
            Self::Utf16Le { bom_len: 0 }
        } else if is_most(n_plain(0, 1)) {
            Self::Utf16Be { bom_len: 0 }
        } else {
            Self::Utf8 { bom_len: 0 }
        }
    }

    /// Returns the length of the byte order mark: 0 where there is none.
    #[must_use]
    pub const fn bom_len(self) -> usize {
        match self {
            Self::Utf8 { bom_len } | Self::Utf16Le { bom_len } | Self::Utf16Be { bom_len } => {
                bom_len
            }
        }
    }
}

/// Turns UTF-16 into UTF-8, piece by piece.
///
/// Give it the bytes after the byte order mark. A surrogate without its other half becomes U+FFFD,
/// so that [`utf16_len`] of the output is the length of the input; only an odd last byte of a file
/// breaks that, by one.
pub struct Utf16Decoder {
    decoder: Decoder,
}

impl Utf16Decoder {
    /// Returns a decoder for this encoding, or `None` where it is not UTF-16.
    #[must_use]
    pub fn new(encoding: Encoding) -> Option<Self> {
        let utf16 = match encoding {
            Encoding::Utf16Le { .. } => UTF_16LE,
            Encoding::Utf16Be { .. } => UTF_16BE,
            Encoding::Utf8 { .. } => return None,
        };
        Some(Self { decoder: utf16.new_decoder_without_bom_handling() })
    }

    /// Appends the UTF-8 of `input` to `out`; half a character waits for the next call.
    ///
    /// With `is_last`, half a character becomes U+FFFD; nothing may follow.
    pub fn decode(&mut self, input: &[u8], out: &mut Vec<u8>, is_last: bool) {
        let mut rest = input;
        loop {
            let len = out.len();
            let room = self.decoder.max_utf8_buffer_length(rest.len()).unwrap_or(rest.len() * 3);
            out.resize(len + room + 16, 0);
            let free = out.get_mut(len..).unwrap_or_default();
            let (result, read, written, _) = self.decoder.decode_to_utf8(rest, free, is_last);
            out.truncate(len + written);
            rest = rest.get(read..).unwrap_or_default();
            if result == encoding_rs::CoderResult::InputEmpty {
                return;
            }
        }
    }
}

/// Returns how many bytes this UTF-8 stood in as UTF-16.
#[must_use]
pub fn utf16_len(utf8: &[u8]) -> u64 {
    let units = utf8.iter().map(|byte| match byte {
        0x80..=0xBF => 0, // Continues a character.
        0xF0.. => 2,      // Four bytes: a pair of surrogates.
        _ => 1,
    });
    2 * units.sum::<u64>()
}

/// Reads a text: UTF-8, or Windows-1252 where no sequence of it is UTF-8.
///
/// A text that is UTF-8 but for some bytes keeps the rest; those become U+FFFD.
#[must_use]
pub fn decode_text(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let has_sequence = bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    if has_sequence {
        String::from_utf8_lossy(bytes)
    } else {
        WINDOWS_1252.decode_without_bom_handling(bytes).0
    }
}

/// Reads a text that is UTF-8; bytes that are none become U+FFFD.
pub(super) fn lossy_text(bytes: &[u8]) -> Cow<'_, str> {
    // Faster than to look for the bytes that are none.
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utf16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    }

    #[test]
    fn encodings_are_known_by_mark_or_by_zeros() {
        let text = "[2026-09-07 00:00:00] Grüße";
        let cases: [(Vec<u8>, Encoding); 8] = [
            (b"\xEF\xBB\xBFx".to_vec(), Encoding::Utf8 { bom_len: 3 }),
            (b"\xFF\xFEx\0".to_vec(), Encoding::Utf16Le { bom_len: 2 }),
            (b"\xFE\xFF\0x".to_vec(), Encoding::Utf16Be { bom_len: 2 }),
            (utf16(text, u16::to_le_bytes), Encoding::Utf16Le { bom_len: 0 }),
            (utf16(text, u16::to_be_bytes), Encoding::Utf16Be { bom_len: 0 }),
            (text.as_bytes().to_vec(), Encoding::Utf8 { bom_len: 0 }),
            (vec![0; 64], Encoding::Utf8 { bom_len: 0 }),
            (Vec::new(), Encoding::Utf8 { bom_len: 0 }),
        ];
        for (head, want) in cases {
            assert_eq!(Encoding::of(&head), want, "{head:?}");
        }
    }

    #[test]
    fn texts_fall_back_to_windows_1252_then_to_what_is_readable() {
        assert_eq!(decode_text("Grüße".as_bytes()), "Grüße");
        assert_eq!(decode_text(b"Gr\xFC\xDFe \x80"), "Grüße €");
        assert_eq!(decode_text(b"Gr\xC3\xBC\xDFe"), "Grü\u{FFFD}e");
    }

    proptest! {
        #[test]
        fn utf16_decodes_the_same_however_it_is_cut(
            units in prop::collection::vec(prop_oneof![any::<u16>(), 0xD7F0_u16..0xE010, 0x20_u16..0x7F], 0..40),
            cut in 0_usize..81,
        ) {
            let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let (first, second) = bytes.split_at(cut.min(bytes.len()));
            let mut decoder = Utf16Decoder::new(Encoding::Utf16Le { bom_len: 0 }).unwrap();
            let mut out = Vec::new();
            decoder.decode(first, &mut out, false);
            decoder.decode(second, &mut out, true);
            prop_assert_eq!(String::from_utf8(out.clone()).unwrap(), String::from_utf16_lossy(&units));
            prop_assert_eq!(utf16_len(&out), bytes.len() as u64);
        }
    }
}
