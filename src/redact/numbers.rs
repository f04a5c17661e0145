//! Numbers in free text: dates, telephone and social security numbers, and long numbers.
//!
//! Every run of digits is looked at once. What has the form of a time stamp, an entry id, an
//! address of a machine or a version stays; so do counts, sizes and codes.

use std::sync::LazyLock;

use super::lexicon::Lexicon;
use super::pseudonym::Kind;
use super::scan::{Scan, is_word};
use super::{dates, words};

/// The shortest stand-alone number that is masked.
const MIN_DIGITS: usize = 6;

/// Words before a number that make it technical.
const BEFORE: &[&str] = &[
    "offset",
    "size",
    "line",
    "port",
    "pid",
    "code",
    "position",
    "thread",
    "limit",
    "ora",
    "tns",
    "errno",
    "status",
    "error",
    "length",
    "bytes",
    "byte",
    "timeout",
    "epoch",
    "hresult",
    "version",
    "build",
    "revision",
    "msg",
    "sqlcode",
    "err",
    "retcode",
    "maximum",
    "max",
    "actual",
    "depth",
    "row",
    "column",
    "col",
    "character",
    "count",
    "index",
    "kb",
    "winsock",
    "process",
    "exceeds",
];

/// Words after a number that make it a quantity.
const AFTER: &[&str] = &[
    "ms",
    "msec",
    "millisecond",
    "milliseconds",
    "s",
    "sec",
    "secs",
    "second",
    "seconds",
    "min",
    "mins",
    "minute",
    "minutes",
    "hours",
    "us",
    "b",
    "byte",
    "bytes",
    "kb",
    "mb",
    "gb",
    "tb",
    "kib",
    "mib",
    "gib",
    "row",
    "rows",
    "record",
    "records",
    "message",
    "messages",
    "entries",
    "files",
    "lines",
    "events",
    "times",
    "items",
    "chars",
    "characters",
    "connections",
    "out",
    "segments",
    "digits",
    "file",
    "remain",
    "remaining",
    "free",
    "available",
];

/// Marks of the two lists.
const IS_BEFORE: u8 = 1;
const IS_AFTER: u8 = 2;

static LISTED: LazyLock<Lexicon> = LazyLock::new(|| {
    let before = BEFORE.iter().map(|word| (IS_BEFORE, *word));
    Lexicon::new(before.chain(AFTER.iter().map(|word| (IS_AFTER, *word))))
});

/// Ends of rates.
const PER: [&[u8]; 5] = [b"/s", b"/min", b"/hour", b"/day", b"/week"];

/// What a run of digits begins, and where that ends.
pub(crate) enum Found {
    /// A value of a kind.
    Mask(usize, Kind),
    /// Something technical.
    Keep(usize),
    /// Nothing of note up to here.
    Skip(usize),
}

/// Masks numbers.
pub(crate) fn claim(scan: &mut Scan<'_>) {
    let bytes = scan.bytes();
    let mut at = 0;
    // Where the last number that was found to be technical ends: `offset 1048576 to 2097152`.
    let mut technical_end = 0;
    while let Some(found) = bytes[at..].iter().position(u8::is_ascii_digit) {
        let digit = at + found;
        if !scan.is_free(digit) {
            at = digit + 1;
            continue;
        }
        let word = digit - bytes[at..digit].iter().rev().take_while(|byte| is_word(**byte)).count();
        if before(bytes, word) == b'%' && digit < word + 2 {
            // A space or comma in a URL.
            at = (word + 2).min(bytes.len());
            continue;
        }
        at = match look(bytes, word, digit, technical_end) {
            Found::Mask(end, kind) => {
                let start = phone_start(bytes, word, kind);
                scan.mask(start..end, kind);
                end
            }
            Found::Keep(end) => {
                scan.keep(word..end);
                technical_end = end;
                end
            }
            Found::Skip(end) => end,
        };
    }
}

/// Tells what begins at a word with a digit in it.
///
/// Apart from the loop that looks for digits, which is four times as fast without this in it.
#[inline(never)]
fn look(bytes: &[u8], word: usize, digit: usize, technical_end: usize) -> Found {
    let end = word_end(bytes, word);
    let rest = &bytes[word..];
    if let Some(len) = uuid_len(rest) {
        return Found::Keep(word + len);
    }
    if word < digit || bytes[word..end].iter().any(|byte| !byte.is_ascii_digit()) {
        return mixed(bytes, word, digit, end);
    }
    if let Some(found) = dates::look(bytes, word) {
        return found;
    }
    let starts_alone = !matches!(before(bytes, word), b'.' | b'-' | b'/');
    if let Some(len) = grouped_len(rest, &[3, 2, 4], b"- ").filter(|_| starts_alone) {
        return Found::Mask(word + len, Kind::Ssn);
    }
    if let Some(len) = card_len(rest).filter(|_| starts_alone) {
        return Found::Mask(word + len, Kind::Id);
    }
    if let Some(len) = dotted_len(rest) {
        return Found::Keep(word + len);
    }
    if let Some(len) = phone_len(bytes, word) {
        return Found::Mask(word + len, Kind::Phone);
    }
    long(bytes, word, end, technical_end)
}

/// Words of letters and digits: record numbers such as `MR1234567` are masked, entry ids kept.
fn mixed(bytes: &[u8], word: usize, digit: usize, end: usize) -> Found {
    let is_letters = bytes[word..digit].iter().all(u8::is_ascii_alphabetic);
    let is_digits = bytes[digit..end].iter().all(u8::is_ascii_digit);
    let letters = &bytes[word..digit];
    let is_record =
        letters.eq_ignore_ascii_case(b"MRN") || letters.iter().all(u8::is_ascii_uppercase);
    if is_letters
        && is_digits
        && is_record
        && (1..=3).contains(&(digit - word))
        && end - digit >= MIN_DIGITS
        && !letters.eq_ignore_ascii_case(b"KB")
        && !matches!(before(bytes, word), b'_' | b'.' | b'-' | b'$')
    {
        return Found::Mask(end, Kind::Id);
    }
    let (date, rest) = (&bytes[digit..end], &bytes[end..]);
    let is_stamp = is_letters && is_digits && date.len() > MIN_DIGITS && letters.len() > 3;
    if is_stamp && !rest.starts_with(b"-") && before(bytes, word) != b'_' {
        return Found::Mask(end, Kind::Id);
    }
    // `<component>-<milliseconds>-<index>`: the component is a word of letters and digits.
    Found::Keep(entry_tail(bytes, end))
}

/// Returns the end of `-<13 digits>-<digits>` that follows a component's id, else where it began.
fn entry_tail(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let millis = digits(rest.get(1..).unwrap_or_default());
    let index = digits(rest.get(millis + 2..).unwrap_or_default());
    let is_tail = rest.first() == Some(&b'-') && millis == 13 && rest.get(14) == Some(&b'-');
    if is_tail && index > 0 { at + 15 + index } else { at }
}

/// A number of digits alone that nothing else explains.
fn long(bytes: &[u8], word: usize, end: usize, technical_end: usize) -> Found {
    let len = end - word;
    if len < MIN_DIGITS {
        return Found::Skip(end);
    }
    let follows_id = before(bytes, word) == b'-' && len == 13 && bytes.get(end) == Some(&b'-');
    if follows_id && digits(&bytes[end + 1..]) > 0 {
        return Found::Keep(end + 1 + digits(&bytes[end + 1..]));
    }
    if is_technical(bytes, word, end, technical_end) {
        return Found::Keep(end);
    }
    let kind = words::shape(std::str::from_utf8(&bytes[word..end]).unwrap_or_default());
    Found::Mask(end, if kind == Kind::Value { Kind::Id } else { kind })
}

fn is_technical(bytes: &[u8], word: usize, end: usize, technical_end: usize) -> bool {
    let number = &bytes[word..end];
    let joins = [&b" to "[..], b" of ", b"/", b"-", b" out of ", b" and ", b" - "];
    let is_range = technical_end > 0
        && technical_end < word
        && bytes.get(technical_end - 1).is_some_and(u8::is_ascii_digit)
        && joins.contains(&&bytes[technical_end..word]);
    // The number that a row of a table begins with is not the number of the row.
    let is_cell = matches!(bytes.get(end), Some(b';' | b',' | b'\t' | b'|'))
        && bytes.get(end + 1).is_some_and(|byte| is_word(*byte) || matches!(byte, b'[' | b'"'));
    is_range
        || LISTED.marks(word_after(bytes, end)) & IS_AFTER != 0
        || (LISTED.marks(word_before(bytes, word)) & IS_BEFORE != 0 && !is_cell)
        || PER.iter().any(|unit| bytes[end..].starts_with(unit))
        || number.iter().all(|byte| *byte == b'0')
        // Codes of Windows, and what Active Directory begins its answers with.
        || (before(bytes, word) == b'-' && number.starts_with(b"2147"))
        || bytes[end..].starts_with(b": LdapErr")
        || bytes[..word].ends_with(b"corrupted.")
        || (bytes[..word].ends_with(b"__") && number.len() >= 8)
}

/// Returns the length of a telephone number that begins at the word.
fn phone_len(bytes: &[u8], word: usize) -> Option<usize> {
    let rest = &bytes[word..];
    let previous = before(bytes, word);
    if previous == b'(' && digits(rest) == 3 && rest.get(3) == Some(&b')') {
        let gap = usize::from(matches!(rest.get(4), Some(b' ' | b'-')));
        return grouped_len(&rest[4 + gap..], &[3, 4], b"-. ").map(|len| 4 + gap + len);
    }
    if previous == b'+' {
        let is_part =
            |byte: &&u8| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'.' | b'(' | b')');
        let len = rest.iter().take_while(is_part).count();
        let len = rest[..len].iter().rposition(u8::is_ascii_digit)? + 1;
        let n_digits = rest[..len].iter().filter(|byte| byte.is_ascii_digit()).count();
        let is_zone = word >= 2 && bytes[word - 2].is_ascii_digit();
        return ((8..=15).contains(&n_digits) && !is_zone).then_some(len);
    }
    if matches!(previous, b'.' | b'-' | b'/' | b'_' | b':') {
        return None;
    }
    if digits(rest) == 1
        && rest[0] == b'1'
        && matches!(rest.get(1), Some(b'-' | b' ' | b'.' | b'('))
    {
        let local = &rest[2..];
        let bare = local.strip_prefix(b"(").unwrap_or(local);
        let lead = 2 + local.len() - bare.len();
        if digits(bare) == 3 && bare.get(3) == Some(&b')') {
            let gap = usize::from(matches!(bare.get(4), Some(b' ' | b'-')));
            return grouped_len(bare.get(4 + gap..)?, &[3, 4], b"-. ")
                .map(|len| lead + 4 + gap + len);
        }
        return grouped_len(bare, &[3, 3, 4], b"-. ").map(|len| lead + len);
    }
    grouped_len(rest, &[3, 3, 4], b"-. ").or_else(|| grouped_len(rest, &[3, 4], b"-"))
}

/// Returns where a telephone number begins: at its bracket or plus.
fn phone_start(bytes: &[u8], word: usize, kind: Kind) -> usize {
    let has_lead = kind == Kind::Phone && matches!(before(bytes, word), b'(' | b'+');
    word - usize::from(has_lead)
}

/// Returns the length of groups of digits with one of the separators between them.
fn grouped_len(rest: &[u8], groups: &[usize], separators: &[u8]) -> Option<usize> {
    let mut at = 0;
    for (index, group) in groups.iter().enumerate() {
        if index > 0 {
            rest.get(at).filter(|byte| separators.contains(byte))?;
            at += 1;
        }
        if digits(rest.get(at..)?) != *group {
            return None;
        }
        at += group;
    }
    let goes_on = matches!(rest.get(at), Some(b'-' | b'.'))
        && rest.get(at + 1).is_some_and(u8::is_ascii_digit);
    let ends = !goes_on && !rest.get(at).is_some_and(|byte| is_word(*byte));
    ends.then_some(at)
}

/// Returns the length of the number of a health card, `1234-567-890-AB`.
fn card_len(rest: &[u8]) -> Option<usize> {
    let len = grouped_len(rest, &[4, 3, 3], b"- ")?;
    let version = rest[len..].get(1..3).filter(|two| two.iter().all(u8::is_ascii_uppercase));
    let is_end = !rest.get(len + 3).is_some_and(|byte| is_word(*byte));
    let has_version = version.is_some() && matches!(rest[len], b'-' | b' ') && is_end;
    Some(if has_version { len + 3 } else { len })
}

/// Returns the length of three or more numbers with dots: an address, a version, an OID.
fn dotted_len(rest: &[u8]) -> Option<usize> {
    let mut at = digits(rest);
    let mut n_dots = 0;
    while rest.get(at) == Some(&b'.') && digits(&rest[at + 1..]) > 0 {
        at += 1 + digits(&rest[at + 1..]);
        n_dots += 1;
    }
    let is_phone = grouped_len(rest, &[3, 3, 4], b".") == Some(at);
    (n_dots >= 2 && !is_phone).then_some(at)
}

/// Returns the length of a UUID.
fn uuid_len(rest: &[u8]) -> Option<usize> {
    let text = rest.get(..36)?;
    let is_uuid = text.iter().enumerate().all(|(index, byte)| match index {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    is_uuid.then_some(36)
}

/// Returns how many digits the bytes begin with.
pub(crate) fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn word_end(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|byte| is_word(**byte)).count()
}

/// Returns the byte before a place, a space where there is none.
pub(crate) fn before(bytes: &[u8], at: usize) -> u8 {
    at.checked_sub(1).map_or(b' ', |at| bytes[at])
}

/// Returns the word before a place, past spaces, `:`, `=`, `#`, `(` and quotes.
fn word_before(bytes: &[u8], at: usize) -> &[u8] {
    let is_gap = |byte: &&u8| b" :=#('\"-".contains(byte);
    let end = at - bytes[..at].iter().rev().take(4).take_while(is_gap).count();
    let is_letter = |byte: &&u8| byte.is_ascii_alphabetic();
    let len = bytes[..end].iter().rev().take(16).take_while(is_letter).count();
    &bytes[end - len..end]
}

/// Returns the word after a place, past one space.
fn word_after(bytes: &[u8], at: usize) -> &[u8] {
    let rest = bytes[at..].strip_prefix(b" ").unwrap_or(&bytes[at..]);
    let len = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    &rest[..len]
}
