//! Names of people in free text.

use std::ops::Range;
use std::sync::LazyLock;

use super::expression::Expression;
use super::pseudonym::Kind;
use super::scan::{Scan, is_word};
use super::{vocabulary, words};

/// Words that a name follows.
pub(crate) const SIGNS: &[&str] = &[
    "patient",
    "pt ",
    "pt.",
    "name ",
    "family ",
    "surname",
    "mother",
    "father",
    "spouse",
    "guarantor",
    "insured",
    "subscriber",
    "mr ",
    "mr.",
    "mrs",
    "ms ",
    "ms.",
    "miss ",
    "dr ",
    "dr.",
    "prof",
];

/// Days, which stand before a date as a surname stands before a given name.
const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// At most so many words make a name.
const MAX_WORDS: usize = 4;

pub(super) static BEFORE_NAME: LazyLock<Expression> = LazyLock::new(|| {
    Expression::new(
        r#"(?x)(?-u:\b)(?:
        (?:(?i:patient|guarantor|insured|subscriber|mother|father|spouse|next\ of\ kin)(?:'s)?
            |[Pp]t|PT|(?i:maiden|last|first|middle|full|family|given)(?i:\ name)|(?i:surname))
            (?i:\ name)?(?i:\ is|\ was|\ named|\ for)?
        |(?i:name|family)\ (?:is|was)
        |(?:Mr|Mrs|Ms|Miss|Dr|Prof|MR|MRS|MS|DR)\.?
        )\x20+["'(]?"#,
    )
});

/// Masks capitalised words after `patient`, `Mrs`, `surname is` and the like.
pub(crate) fn claim_after_words(scan: &mut Scan<'_>) {
    for found in BEFORE_NAME.find_iter(scan.text) {
        if let Some(range) = name_at(scan.text, found.end) {
            scan.mask(range, Kind::Name);
        }
    }
}

/// Masks pairs such as `Okafor, David` and `OKAFOR, DAVID`.
pub(crate) fn claim_pairs(scan: &mut Scan<'_>) {
    let bytes = scan.bytes();
    for comma in memchr::memchr_iter(b',', bytes) {
        let space = usize::from(bytes.get(comma + 1) == Some(&b' '));
        let (Some(last), Some(first)) =
            (word_ending(scan.text, comma), word_from(scan.text, comma + 1 + space))
        else {
            continue;
        };
        let (last_word, first_word) = (&scan.text.get(last.clone()), &scan.text.get(first.clone()));
        let (Some(last_word), Some(first_word)) = (last_word, first_word) else { continue };
        let both = [*last_word, *first_word];
        let is_upper = |word: &str| !word.chars().any(char::is_lowercase);
        let is_day = DAYS.iter().any(|day| day.eq_ignore_ascii_case(last_word));
        let in_list = bytes.get(first.end) == Some(&b',')
            || bytes[..last.start].ends_with(b", ")
            || bytes[..last.start].ends_with(b",");
        let is_cased = is_upper(last_word) == is_upper(first_word);
        let may_list = !is_upper(last_word) || (!in_list && last_word.len() > 2);
        if both.iter().all(|word| is_name(word)) && is_cased && may_list && !in_list && !is_day {
            scan.mask(last, Kind::Name);
            scan.mask(first, Kind::Name);
        }
    }
}

/// Returns the name that begins at a place: capitalised words that are not words of error texts.
pub(crate) fn name_at(text: &str, start: usize) -> Option<Range<usize>> {
    let mut end = None;
    let mut at = start;
    let mut has_caret = false;
    for index in 0..MAX_WORDS {
        let Some(word) = word_from(text, at) else { break };
        let found = text.get(word.clone()).unwrap_or_default();
        let is_initial = index > 0 && found.chars().count() == 1;
        if !(is_name(found) || (is_initial && found.chars().all(char::is_uppercase))) {
            break;
        }
        // Text goes on behind `OKAFOR^DAVID`, which is a whole name, and with `Violation of`.
        let is_next = has_caret && text.as_bytes().get(at - 1) == Some(&b' ');
        let is_phrase = || text.get(word.end..).is_some_and(|after| after.starts_with(" of "));
        if index > 0 && (is_next || is_phrase()) && vocabulary::is_technical(found) {
            break;
        }
        end = Some(word.end);
        let after = text.as_bytes().get(word.end..).unwrap_or_default();
        has_caret |= after.starts_with(b"^");
        at = word.end
            + match after {
                [b',' | b'.', b' ', ..] if index == 0 || is_initial => 2,
                [b',', ..] if index == 0 => 1,
                [b' ' | b'^', ..] => 1,
                _ => break,
            };
    }
    // A call or a place in a script is no name.
    let end = end?;
    let next = text.as_bytes().get(end);
    (!matches!(next, Some(b'(' | b'_' | b':' | b'=')) || next == Some(&b':')).then_some(start..end)
}

/// Returns true for a capitalised word of two or more letters that errors do not use.
fn is_name(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase)
        && chars.next().is_some_and(|second| second.is_alphabetic() || second == '\'')
        && !words::is_technical(word)
        && !words::is_technical(word.trim_end_matches(['\'', '-']))
}

/// Returns the word of letters that begins at a place.
fn word_from(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    let is_part = |c: char| c.is_alphabetic() || matches!(c, '\'' | '-' | '\u{2019}');
    let len = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
    let word = rest.get(..len)?.trim_end_matches(['\'', '-']);
    let next = rest.as_bytes().get(word.len());
    let is_whole = !next.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'_');
    (!word.is_empty() && is_whole).then(|| at..at + word.len())
}

/// Returns the word of letters that ends at a place.
fn word_ending(text: &str, at: usize) -> Option<Range<usize>> {
    let head = text.get(..at)?;
    let is_part = |c: char| c.is_alphabetic() || matches!(c, '\'' | '-' | '\u{2019}');
    let word = head.rsplit(|c: char| !is_part(c)).next()?.trim_start_matches(['\'', '-']);
    let start = at - word.len();
    let before = start.checked_sub(1).map(|index| text.as_bytes()[index]);
    let is_whole = !before.is_some_and(|byte| is_word(byte) || matches!(byte, b'_' | b'.' | b'/'));
    (!word.is_empty() && is_whole).then_some(start..at)
}
