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
    let separated = date_len(rest).filter(|_| previous != b'.' && !is_fraction(bytes, word));
    let (len, is_compact) = match (separated, compact) {
        (Some(len), _) => (len, false),
        (None, 8) => (8, true),
        _ => return None,
    };
    let text = std::str::from_utf8(rest.get(..len)?).ok()?;
    let Some((year, _, _)) = words::year_month_day(text) else {
        return two_digit_year(text).then_some(Found::Mask(word + len, Kind::Date));
    };
    let after = &rest[len..];
    if is_compact && year >= 2000 && after.first() == Some(&b'-') && previous != b'-' {
        let position = digits(&after[1..]);
        let ends = !after.get(1 + position).is_some_and(|byte| is_word(*byte) || *byte == b'-');
        if (1..=12).contains(&position) && ends {
            return Some(Found::Keep(word + len + 1 + position));
        }
    }
    let is_technical = is_log_name(&bytes[..word], after)
        || is_file_stamp(&bytes[..word], after)
        || is_expiry(&bytes[..word]);
    if year >= 2000 && is_technical {
        return Some(Found::Keep(word + len));
    }
    Some(match time_len(after) {
        Some((time, false)) if year >= 2000 => Found::Keep(word + len + time),
        Some((time, _)) => Found::Mask(word + len + time, Kind::Date),
        None => Found::Mask(word + len, Kind::Date),
    })
}

/// Returns true after a digit and a comma, as in `12,5`.
fn is_fraction(bytes: &[u8], word: usize) -> bool {
    matches!(bytes[..word], [.., digit, b','] if digit.is_ascii_digit())
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

/// Returns true where a date ends a file's name with a time behind it, as in `batch_20260907_0004`.
fn is_file_stamp(head: &[u8], after: &[u8]) -> bool {
    let time = after.strip_prefix(b"_").unwrap_or_default();
    let hour = time.get(..2).and_then(|two| std::str::from_utf8(two).ok()?.parse::<u8>().ok());
    head.ends_with(b"_") && matches!(digits(time), 4 | 6) && hour.is_some_and(|hour| hour < 24)
}

/// Returns true after `expired`, `expires` and the like, on a line about a certificate or license.
fn is_expiry(head: &[u8]) -> bool {
    const THINGS: [&[u8]; 6] =
        [b"certificate", b"license", b"licence", b"password", b"token", b"maintenance"];
    const ENDS: [&[u8]; 8] = [
        b"expired",
        b"expires",
        b"expired on",
        b"expires on",
        b"until",
        b"expire on",
        b"valid to",
        b"valid from",
    ];
    let line = &head[head.len().saturating_sub(200)..];
    let line = memchr::memrchr(b'\n', line).map_or(line, |at| &line[at + 1..]);
    let line = line.to_ascii_lowercase();
    let has = |thing: &&[u8]| memchr::memmem::find(&line, thing).is_some();
    ENDS.iter().any(|end| line.trim_ascii_end().ends_with(end)) && THINGS.iter().any(has)
}

/// Returns true where a date is part of the name of a log file.
fn is_log_name(head: &[u8], after: &[u8]) -> bool {
    let previous = head.last();
    let stamp = match after {
        [b'-' | b'_', rest @ ..] if digits(rest) == 6 => 7,
        _ => 0,
    };
    let end = after.get(stamp..).unwrap_or_default();
    let name = head.strip_suffix(b".").unwrap_or_default();
    LOG_ENDS.iter().any(|log| end.starts_with(log) || name.ends_with(log))
        || (matches!(previous, Some(b'/' | b'\\')) && matches!(end.first(), Some(b'/' | b'\\')))
}
