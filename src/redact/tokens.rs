//! The words of letters in a text, and what stands around them.

use std::ops::Range;

use super::scan::{self, is_word};

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    /// `Okafor`, `O'Brien`, `McAllister`, `Smith-Jones`.
    Capital,
    Upper,
    /// Capitals inside, as in `tblPatient`.
    Mixed,
    /// A masked name.
    Named,
    /// Another masked value.
    Masked,
}

/// A word, or a masked value.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) range: Range<usize>,
    pub(crate) case: Case,
}

/// Names may begin so, with a capital behind it.
const PREFIXES: [&str; 13] =
    ["Mc", "Mac", "De", "Del", "Della", "Di", "Du", "La", "Le", "Van", "Von", "Fitz", "St"];

/// Kinds of bytes that words are told by.
mod byte {
    pub(super) const LOWER: u8 = 1;
    pub(super) const UPPER: u8 = 2;
    /// A digit, or a byte that begins something else of note.
    pub(super) const SIGN: u8 = 4;
    /// A byte of a character beyond ASCII.
    pub(super) const WIDE: u8 = 8;
    /// A mark that may stand inside of a word.
    pub(super) const MARK: u8 = 16;
}

static BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut letter = b'a';
    while letter <= b'z' {
        table[letter as usize] = byte::LOWER;
        table[letter.to_ascii_uppercase() as usize] = byte::UPPER;
        letter += 1;
    }
    let mut digit = b'0';
    while digit <= b'9' {
        table[digit as usize] = byte::SIGN;
        digit += 1;
    }
    let mut wide = 0x80;
    while wide < table.len() {
        table[wide] = byte::WIDE;
        wide += 1;
    }
    table[b'[' as usize] = byte::SIGN;
    table[b'%' as usize] = byte::SIGN;
    table[b'\'' as usize] = byte::MARK;
    table[b'-' as usize] = byte::MARK;
    table
};

fn is_any(byte: u8, kinds: u8) -> bool {
    BYTES[usize::from(byte)] & kinds != 0
}

/// Returns the words of a text, in order.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Word> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            while !is_any(*bytes.get(at)?, byte::LOWER | byte::UPPER | byte::SIGN | byte::WIDE) {
                at += 1;
            }
            if is_any(bytes[at], byte::SIGN) {
                let rest = &bytes[at..];
                let token = if rest[0] == b'[' { scan::token_len(rest) } else { None };
                at += token.unwrap_or_else(|| skipped_len(rest));
                if let Some(len) = token {
                    let is_name = rest.starts_with(b"[name");
                    let case = if is_name { Case::Named } else { Case::Masked };
                    return Some(Word { range: at - len..at, case });
                }
                continue;
            }
            let (len, case) = letters(text, at);
            if len > 0 {
                at += len;
                return Some(Word { range: at - len..at, case });
            }
            at += char_len(text, at);
        }
    })
}

/// Returns the length of what is no word: what begins with a digit, an escape of a URL, one byte.
fn skipped_len(rest: &[u8]) -> usize {
    match rest {
        [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => 3,
        [digit, ..] if digit.is_ascii_digit() => {
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()
        }
        _ => 1,
    }
}

/// Returns the length of the word at a place, none where that is no letter, and how it is written.
fn letters(text: &str, at: usize) -> (usize, Case) {
    let bytes = &text.as_bytes()[at..];
    let (mut len, mut n_upper) = (0, 0);
    let mut next = 0;
    while let Some(byte) = bytes.get(len) {
        next = BYTES[usize::from(*byte)];
        if next & (byte::LOWER | byte::UPPER) == 0 {
            break;
        }
        n_upper += usize::from(next & byte::UPPER != 0);
        len += 1;
    }
    if next & (byte::WIDE | byte::MARK) == 0 {
        return (len, plain_case(&bytes[..len], n_upper));
    }
    let rest = text.get(at..).unwrap_or_default();
    let len = word_len(rest);
    (len, case_of(rest.get(..len).unwrap_or_default()))
}

fn char_len(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}

/// Returns how a word of ASCII letters alone is written, given how many of them are capitals.
fn plain_case(word: &[u8], n_upper: usize) -> Case {
    let begins_upper = word.first().is_some_and(u8::is_ascii_uppercase);
    match n_upper {
        0 => Case::Lower,
        1 if begins_upper => Case::Capital,
        n if n == word.len() && n > 1 => Case::Upper,
        _ if begins_upper && std::str::from_utf8(word).is_ok_and(is_capital) => Case::Capital,
        _ => Case::Mixed,
    }
}

/// Returns the length of the letters at the front, with marks between them.
fn word_len(rest: &str) -> usize {
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let is_join = matches!(c, '\'' | '\u{2019}' | '-')
            && at > 0
            && chars.peek().is_some_and(|(_, next)| next.is_alphabetic());
        if !(is_letter(c) || is_join) {
            return at;
        }
    }
    rest.len()
}

/// Accents may be characters of their own.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() || ('\u{300}'..='\u{36f}').contains(&c)
}

fn case_of(word: &str) -> Case {
    let is_cased = |c: &char| c.is_uppercase() || c.is_lowercase();
    let mut letters = word.chars().filter(is_cased).peekable();
    if letters.peek().is_none() {
        return Case::Mixed;
    }
    let first = word.chars().next();
    let (n_upper, n) =
        letters.fold((0, 0), |(upper, n), c| (upper + usize::from(c.is_uppercase()), n + 1));
    if n_upper == 0 {
        Case::Lower
    } else if n_upper == n && n > 1 {
        Case::Upper
    } else if first.is_some_and(char::is_uppercase)
        && word.split(['\'', '\u{2019}', '-']).all(is_capital)
    {
        Case::Capital
    } else {
        Case::Mixed
    }
}

fn is_capital(part: &str) -> bool {
    let is_plain = |part: &str| !part.chars().skip(1).any(char::is_uppercase);
    is_plain(part)
        || PREFIXES.iter().any(|prefix| {
            part.strip_prefix(prefix).is_some_and(|rest| {
                rest.len() > 2 && rest.starts_with(char::is_uppercase) && is_plain(rest)
            })
        })
}

/// Returns true where a word stands for itself: where it is not part of an identifier, a path, a
/// host name, a tag or a key.
pub(crate) fn is_bare(bytes: &[u8], range: &Range<usize>) -> bool {
    let head = &bytes[..range.start];
    let (before, after) = (head.last().copied().unwrap_or(b' '), &bytes[range.end..]);
    let is_joined = |byte: u8| byte == b'_' || byte.is_ascii_digit() || b"\\@$/".contains(&byte);
    let is_escape = matches!(head, [.., b'%', _, _]);
    let is_quoted_path = before == b'\\' && b"\"'".contains(after.first().unwrap_or(&b' '));
    let ends = match after {
        [b'.' | b'-', next, ..] => !(is_word(*next) || matches!(next, b'[' | b'_')),
        [b':' | b'"', b':', ..] | [b'(' | b'=', ..] => false,
        [next, ..] => !is_joined(*next) || (*next == b'\\' && is_line_end(after)),
        [] => true,
    };
    let begins = is_escape
        || is_quoted_path
        || !(is_joined(before) || b".-#~".contains(&before) || head.ends_with(b"::"));
    ends && begins && !is_tag(head)
}

/// Returns true where a quote or line end is spelled out.
fn is_line_end(after: &[u8]) -> bool {
    matches!(after, [b'\\', b'"' | b'\'' | b'r' | b'n' | b't', ..])
}

/// Returns true in the name of an XML tag.
fn is_tag(head: &[u8]) -> bool {
    let is_part = |byte: &&u8| is_word(**byte) || b":./-_".contains(byte);
    let len = head.iter().rev().take(40).take_while(is_part).count();
    let head = &head[..head.len() - len];
    head.ends_with(b"<") || head.ends_with(b"&lt;")
}
