//! Numbers of people written in groups behind a word: `DOB 12 03 1951`, `tel 0316 555 1234`,
//! `SSN: 123 45 6789`.

use std::ops::Range;
use std::sync::LazyLock;

use super::expression::Expression;
use super::numbers::digits;
use super::pseudonym::Kind;
use super::scan::{Scan, is_word};
use super::{keys, words};

/// One of these is in every text with such a number.
pub(crate) const SIGNS: &[&str] = &[
    "dob",
    "d.o.b",
    "birth",
    "born",
    "geb",
    "ssn",
    "social",
    "ahv",
    "medicare",
    "mbi",
    "tel",
    "phone",
    "fax",
    "mobile",
    "call back",
    "callback",
];

/// Words, and the form of the number behind each of them.
pub(super) static NUMBERS: LazyLock<Expression> = LazyLock::new(|| {
    Expression::new(
        r#"(?x)(?-u:\b)(?:
        (?i:(?:dob|d\.o\.b\.?|date\ of\ birth|birth\ ?da(?:te|y)|born|geboren|geburtsdatum|geb\.?(?:-?datum)?)(?:\ (?:on|is|was|am))?)
            [\ \t]*[:=\#]?[\ \t]*["'(]?(?<date>\d{1,2}(?:[\ ./-]|\.\ )\d{1,2}(?:[\ ./-]|\.\ )(?:(?:18|19|20)\d\d|\d\d)|(?:18|19|20)\d\d[\ ./-]\d{1,2}[\ ./-]\d{1,2})
        |(?i:ssn|social\ security(?:\ (?:number|no\.?))?)(?i:\ is)?[\ \t]*[:=\#]?[\ \t]*["'(]?(?<ssn>\d{3}[\ -]\d{2}[\ -]\d{4})
        |(?i:ahv(?:-?n(?:r|ummer))?\.?)[\ \t]*[:=\#]?[\ \t]*(?<ahv>756[.\ ]\d{4}[.\ ]\d{4}[.\ ]\d{2})
        |(?i:medicare|mbi)(?i:\ (?:number|no\.?|id|card))*[\ \t]*[:=\#]?[\ \t]*(?<mbi>[1-9][A-Z][0-9A-Z]\d-?[A-Z][0-9A-Z]\d-?[A-Z]{2}\d\d)
        |(?i:tel|telephone|telefon|phone|fax|mobile|call\ ?back)(?i:\ (?:number|no|nr|at|is|on))*\.?[\ \t]+
            (?<phone>\+?\(?\d{1,5}\)?(?:[\ ./-]{1,2}\(?\d{2,8}\)?){1,5})
        )"#,
    )
});

/// Masks the numbers that a word announces.
pub(crate) fn claim(scan: &mut Scan<'_>) {
    const KINDS: [(&str, Kind); 5] = [
        ("date", Kind::Date),
        ("ssn", Kind::Ssn),
        ("ahv", Kind::Ssn),
        ("mbi", Kind::Id),
        ("phone", Kind::Phone),
    ];
    for captures in NUMBERS.captures_iter(scan.text) {
        for (name, kind) in KINDS {
            let Some(found) = captures.name(name) else { continue };
            let range = if kind == Kind::Phone {
                phone(scan.text, found)
            } else {
                is_whole(scan.bytes(), found.end).then_some(found)
            };
            if let Some(range) = range {
                scan.mask(range, kind);
            }
        }
    }
}

/// Returns true where no more of a number or word follows.
fn is_whole(bytes: &[u8], end: usize) -> bool {
    match bytes.get(end..).unwrap_or_default() {
        [b'.' | b'-' | b'/', next, ..] => !next.is_ascii_digit(),
        [next, ..] => !is_word(*next),
        [] => true,
    }
}

/// Returns the telephone number of what looks like one: no address of a machine or version, and
/// without the date or hour that follows it.
fn phone(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut end = range.end;
    if !is_whole(bytes, end) || bytes.get(end) == Some(&b':') {
        let last = bytes[range.clone()].iter().rposition(|byte| !byte.is_ascii_digit())?;
        end = range.start + last;
    }
    let found = text.get(range.start..end)?;
    let is_date = |at: &usize| words::year_first(found.get(*at..).unwrap_or_default()).is_some();
    let starts = memchr::memchr_iter(b' ', found.as_bytes()).map(|space| space + 1);
    let date = std::iter::once(0).chain(starts).find(is_date).unwrap_or(found.len());
    let found = found.get(..date)?.trim_end();
    let end = range.start + found.len();
    let is_dotted = found.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let n_dots = memchr::memchr_iter(b'.', found.as_bytes()).count();
    let n_digits = found.bytes().filter(u8::is_ascii_digit).count();
    let is_other = keys::is_machine(found)
        || is_dotted && (n_dots > 2 || n_digits < 9)
        || digits(found.as_bytes()) == found.len();
    (n_digits >= 7 && !is_other).then_some(range.start..end)
}
