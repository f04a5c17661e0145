//! What single bytes are.

/// What a byte is, as bits.
pub(super) mod is {
    pub(in crate::cluster) const SPACE: u8 = 1;
    pub(in crate::cluster) const MARK: u8 = 1 << 1;
    pub(in crate::cluster) const DIGIT: u8 = 1 << 2;
    /// A letter, or a part of one.
    pub(in crate::cluster) const LETTER: u8 = 1 << 3;
    pub(in crate::cluster) const DOT: u8 = 1 << 4;
    pub(in crate::cluster) const SLASH: u8 = 1 << 5;
    /// Another character that may stand within a word.
    pub(in crate::cluster) const INNER: u8 = 1 << 6;
    /// Not a hexadecimal digit.
    pub(in crate::cluster) const NOT_HEX: u8 = 1 << 7;
}

const BYTES: [u8; 256] = {
    let mut bytes = [0; 256];
    let mut index = 0;
    while index < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "the index is less than 256")]
        let byte = index as u8;
        bytes[index] = match byte {
            0..=b' ' | 0x7F => is::SPACE,
            b'0'..=b'9' => is::DIGIT,
            b'=' | b':' | b',' | b';' | b'|' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<'
            | b'>' | b'"' | b'\'' | b'`' | b'^' => is::MARK,
            b'a'..=b'f' | b'A'..=b'F' => is::LETTER,
            b'.' => is::DOT | is::NOT_HEX,
            b'/' | b'\\' => is::SLASH | is::NOT_HEX,
            _ if byte.is_ascii_alphabetic() || byte >= 0x80 => is::LETTER | is::NOT_HEX,
            _ => is::INNER | is::NOT_HEX,
        };
        index += 1;
    }
    bytes
};

pub(super) fn bits(byte: u8) -> u8 {
    BYTES[usize::from(byte)]
}

/// Returns true for a byte that may stand within a word.
pub(super) fn is_inner(byte: u8) -> bool {
    bits(byte) & (is::SPACE | is::MARK) == 0
}

pub(super) fn is_space(byte: u8) -> bool {
    bits(byte) == is::SPACE
}
