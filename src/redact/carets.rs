//! Components joined by carets in free text, such as `OKAFOR^DAVID^Q`.

use super::pseudonym::Kind;
use super::scan::{Scan, is_word};
use super::words;

/// Masks joined components, but for message types, places in messages and codes of tables.
pub(crate) fn claim(scan: &mut Scan<'_>) {
    let bytes = scan.bytes();
    let mut done = 0;
    for caret in memchr::memchr_iter(b'^', bytes) {
        if caret < done {
            continue;
        }
        let start = caret - bytes[done..caret].iter().rev().take_while(|b| is_part(**b)).count();
        let end = caret + bytes[caret..].iter().take_while(|b| is_part(**b)).count();
        done = end;
        let is_edge = |byte: &&u8| matches!(byte, b'\'' | b'.' | b'-' | b'/' | b'&' | b'~');
        let start = start + bytes[start..caret].iter().take_while(is_edge).count();
        let end = end - bytes[caret..end].iter().rev().take_while(is_edge).count();
        claim_run(scan, start, end);
    }
}

fn is_part(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'^' | b'\'' | b'-' | b'.' | b'~' | b'&' | b'_' | b'/')
}

fn claim_run(scan: &mut Scan<'_>, start: usize, end: usize) {
    let bytes = scan.bytes();
    let parts: Vec<&[u8]> = bytes[start..end].split(|byte| *byte == b'^').collect();
    if is_technical(&parts) {
        return;
    }
    let mut at = start;
    for part in &parts {
        let range = at..at + part.len();
        at = range.end + 1;
        if words::is_code(part) && part.len() > 2 {
            continue;
        }
        let text = scan.text.get(range.clone()).unwrap_or_default().trim_matches(['\'', '.']);
        let is_name = !text.bytes().any(|byte| byte.is_ascii_digit());
        let kind = words::shape(text);
        let kind = if is_name { Kind::Name } else { kind };
        scan.mask(range, if kind == Kind::Value { Kind::Id } else { kind });
    }
}

/// Returns true for `ADT^A01^ADT_A01`, `PID^1^5`, `101^Required`, and where fewer than two parts
/// hold anything, or none holds more than two characters.
fn is_technical(parts: &[&[u8]]) -> bool {
    let has_word = |part: &&&[u8]| part.iter().any(|byte| is_word(*byte));
    let n_words = parts.iter().filter(has_word).count();
    let is_upper = |part: &[u8]| {
        part.len() == 3
            && part[0].is_ascii_uppercase()
            && part.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    let is_digits =
        |part: &[u8]| !part.is_empty() && part.len() <= 3 && part.iter().all(u8::is_ascii_digit);
    let is_event = |part: &[u8]| is_upper(part) && part[1..].iter().all(u8::is_ascii_digit);
    let is_structure = |part: &[u8]| {
        part.len() <= 7
            && part.get(3).is_none_or(|byte| *byte == b'_')
            && part.get(..3).is_some_and(is_upper)
            && part.get(4..).is_none_or(|rest| rest.is_empty() || is_upper(rest))
    };
    let is_type = match parts {
        [message, event] => is_upper(message) && is_event(event),
        [message, event, structure] => {
            is_upper(message) && (event.is_empty() || is_event(event)) && is_structure(structure)
        }
        _ => false,
    };
    let is_place = parts.first().is_some_and(|first| is_upper(first))
        && parts[1..].iter().all(|part| part.is_empty() || is_digits(part));
    let is_entry = parts.first().is_some_and(|first| is_digits(first));
    let is_tiny = parts.iter().all(|part| part.len() <= 2);
    (n_words < 2 && !parts.iter().any(|part| part.len() >= 5 && words::has_digit_run(part, 5)))
        || is_type
        || is_place
        || is_entry
        || is_tiny
}
