//! Dates in free text, and which of them are only the time of an event or part of a file's name.

use super::numbers::{Found, before, digits};
use super::pseudonym::Kind;
use super::scan::is_word;
use super::words;

/// Names of log files end so; a date in front of it tells when the file was begun.
const LOG_ENDS: &[&[u8]] =
    &[b".log", b".crash", b".txt", b".gz", b".zip", b".trc", b".out", b".old"];

/// Tells whether a date begins at a word, alone or with a time behind it.
///
/// Full time stamps of this century are when something happened; at midnight they are dates of
/// birth as databases show them.
pub(crate) fn look(bytes: &[u8], word: usize) -> Option<Found> {
    let rest = &bytes[word..];
    let previous = before(bytes, word);
    let compact = digits(rest);
    let separated = date_len(rest).filter(|_| !matches!(previous, b'.' | b','));
    let (len, is_compact) = match (separated, compact) {
        (Some(len), _) => (len, false),
        (None, 8) => (8, true),
        _ => return None,
    };
    let text = std::str::from_utf8(rest.get(..len)?).ok()?;
    let Some(normal) = words::year_first(text) else {
        return two_digit_year(text).then_some(Found::Mask(word + len, Kind::Date));
    };
    let year: u16 = normal.get(..4)?.parse().ok()?;
    let after = &rest[len..];
    if is_compact && year >= 2000 && after.first() == Some(&b'-') && previous != b'-' {
        let position = digits(&after[1..]);
        let ends = !after.get(1 + position).is_some_and(|byte| is_word(*byte) || *byte == b'-');
        if (1..=12).contains(&position) && ends {
            return Some(Found::Keep(word + len + 1 + position));
        }
    }
    if year >= 2000 && is_log_name(&bytes[..word], after) {
        return Some(Found::Keep(word + len));
    }
    Some(match time_len(after) {
        Some((time, false)) if year >= 2000 => Found::Keep(word + len + time),
        Some((time, _)) => Found::Mask(word + len + time, Kind::Date),
        None => Found::Mask(word + len, Kind::Date),
    })
}

/// Returns the length of `Y-M-D`, `D.M.Y`, `M/D/Y` or `D-MON-Y`.
fn date_len(rest: &[u8]) -> Option<usize> {
    let first = digits(rest);
    let separator = *rest.get(first).filter(|b| matches!(b, b'-' | b'/' | b'.'))?;
    let middle = &rest[first + 1..];
    let month = middle.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let second = if month == 3 && is_month(&middle[..3]) { 3 } else { digits(middle) };
    let third = digits(middle.get(second + 1..)?);
    let is_date = middle.get(second) == Some(&separator)
        && matches!((first, second, third), (4, 1..=2, 1..=2) | (1..=2, 1..=3, 2 | 4))
        && (third != 2 || first == 4 || separator != b'.');
    let end = first + 1 + second + 1 + third;
    let goes_on = match rest.get(end) {
        Some(b'T') | None => false,
        Some(next) if *next == separator => rest.get(end + 1).is_some_and(u8::is_ascii_digit),
        Some(next) => is_word(*next),
    };
    (is_date && !goes_on).then_some(end)
}

fn is_month(word: &[u8]) -> bool {
    const MONTHS: [&[u8]; 12] = [
        b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV",
        b"DEC",
    ];
    MONTHS.iter().any(|month| month.eq_ignore_ascii_case(word))
}

/// Returns true for `03/12/45`, `12-MAR-45` and `12-MAR-1945`.
fn two_digit_year(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['/', '-']).collect();
    let [one, two, year] = parts[..] else { return false };
    if is_month(two.as_bytes()) {
        return true;
    }
    let small = |part: &str, most: u8| part.parse::<u8>().is_ok_and(|n| (1..=most).contains(&n));
    year.len() == 2
        && text.contains('/')
        && (small(one, 12) && small(two, 31) || small(one, 31) && small(two, 12))
}

/// Returns the length of a time of day behind a date, and true where it is midnight, as databases
/// show dates without a time.
fn time_len(after: &[u8]) -> Option<(usize, bool)> {
    let separator = after.iter().take_while(|byte| **byte == b' ').count().min(2);
    let lead = if after.first() == Some(&b'T') { 1 } else { separator };
    let time = after.get(lead..)?;
    let hour = digits(time);
    if lead == 0 || !(1..=2).contains(&hour) || time.get(hour) != Some(&b':') {
        return None;
    }
    let is_time = |byte: &&u8| byte.is_ascii_digit() || matches!(byte, b':' | b'.');
    let len = time.iter().take_while(is_time).count();
    let len = len - usize::from(time[len - 1] == b'.' || time[len - 1] == b':');
    let is_midnight = time[..len].iter().all(|byte| !matches!(byte, b'1'..=b'9'));
    Some((lead + len, is_midnight))
}

/// Returns true where a date is part of the name of a log file.
fn is_log_name(head: &[u8], after: &[u8]) -> bool {
    let previous = head.last();
    let stamp = match after {
        [b'-' | b'_', rest @ ..] if digits(rest) == 6 => 7,
        _ => 0,
    };
    let end = after.get(stamp..).unwrap_or_default();
    LOG_ENDS.iter().any(|log| end.starts_with(log) || head.ends_with(&[*log, b"."].concat()))
        || (matches!(previous, Some(b'/' | b'\\')) && matches!(end.first(), Some(b'/' | b'\\')))
}
