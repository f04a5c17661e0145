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

/// Returns the words of a text, in order.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Word> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += bytes.get(at..)?.iter().take_while(|byte| is_between(**byte)).count();
            let rest = bytes.get(at..)?;
            let byte = *rest.first()?;
            if is_word(byte) && !byte.is_ascii_digit() {
                let (len, case) = letters(text, at);
                if len > 0 {
                    at += len;
                    return Some(Word { range: at - len..at, case });
                }
                at += char_len(text, at);
            } else if byte == b'['
                && let Some(len) = scan::token_len(rest)
            {
                let case = if rest.starts_with(b"[name") { Case::Named } else { Case::Masked };
                at += len;
                return Some(Word { range: at - len..at, case });
            } else {
                at += skipped_len(rest);
            }
        }
    })
}

/// Returns true for bytes that no word and nothing else of note begins with.
const fn is_between(byte: u8) -> bool {
    !is_word(byte) && !matches!(byte, b'[' | b'%')
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
    let (mut plain, mut n_upper) = (0, 0);
    for byte in bytes.iter().take_while(|byte| byte.is_ascii_alphabetic()) {
        plain += 1;
        n_upper += usize::from(byte.is_ascii_uppercase());
    }
    let next = bytes.get(plain);
    if next.is_none_or(|next| next.is_ascii() && !is_mark(*next)) {
        return (plain, plain_case(&bytes[..plain], n_upper));
    }
    let rest = text.get(at..).unwrap_or_default();
    let len = word_len(rest);
    (len, case_of(rest.get(..len).unwrap_or_default()))
}

fn char_len(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}

/// Marks that may stand inside of a word; accents and another apostrophe are not ASCII.
const fn is_mark(byte: u8) -> bool {
    matches!(byte, b'\'' | b'-')
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
