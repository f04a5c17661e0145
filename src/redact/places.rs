//! Postal and e-mail addresses in free text.

use std::sync::LazyLock;

use super::expression::Expression;
use super::pseudonym::Kind;
use super::scan::Scan;

/// Words that a postal address has one of.
pub(crate) const SIGNS: &[&str] = &[
    " st",
    " ave",
    " rd",
    " road",
    " blvd",
    " ln",
    " lane",
    " dr",
    " ct",
    " court",
    " way",
    " pl",
    " ter",
    " hwy",
    " pkwy",
    " cir",
    " sq",
    " box",
    " boulevard",
    " highway",
    " park",
    ", ",
    "straße",
    "str.",
];

pub(super) static ADDRESS: LazyLock<Expression> = LazyLock::new(|| {
    Expression::new(
        r"(?x)
        (?-u:\b)\d{1,6}(?:-\d{1,5})?[A-Za-z]?\x20+
        (?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.?\x20+)?
        (?:[A-Z0-9][A-Za-z0-9'.-]*\x20+){1,4}
        (?:St|Street|Ave|Avenue|Rd|Road|Blvd|Boulevard|Ln|Lane|Dr|Drive|Ct|Court|Way|Pl|Place
          |Ter|Terrace|Hwy|Highway|Pkwy|Parkway|Cir|Circle|Sq|Square|Trl|Trail
          |ST|STREET|AVE|AVENUE|RD|ROAD|BLVD|LN|LANE|DR|DRIVE|CT|COURT|WAY|PL|PLACE|TER|HWY|PKWY)
        (?-u:\b)\.?
        (?:,?\x20+(?:Apt|APT|Unit|UNIT|Suite|Ste|STE|\#)\.?\x20*[\w-]+)?
        (?:,?\x20+[A-Z][A-Za-z.]*(?:\x20[A-Z][A-Za-z.]*){0,3},?\x20+[A-Z]{2},?\x20+\d{5}(?:-\d{4})?)?
        |(?-u:\b)[A-Z][A-Za-z]+(?:\x20[A-Z][A-Za-z]+){0,2},\x20+[A-Z]{2},?\x20+\d{5}(?:-\d{4})?(?-u:\b)
        |(?-u:\b)(?i:P\.?\x20?O\.?\x20?Box)\x20+\d+
        ",
    )
});

pub(super) static EMAIL: LazyLock<Expression> = LazyLock::new(|| {
    Expression::new(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
});

/// Masks street addresses, with town, state and ZIP code where they follow.
pub(crate) fn claim_addresses(scan: &mut Scan<'_>) {
    if !may_have_address(scan.bytes()) {
        return;
    }
    for found in ADDRESS.find_iter(scan.text) {
        scan.mask(found, Kind::Address);
    }
}

/// Returns false where no number stands before a capital, no state behind a comma, and no number
/// behind what may be a box: no address is without one of these.
fn may_have_address(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b' ', bytes).any(|space| {
        let (before, rest) = bytes.split_at(space);
        let after = rest.trim_ascii_start();
        let begins_number = after.first().is_some_and(u8::is_ascii_digit);
        let begins_word = begins_number || after.first().is_some_and(u8::is_ascii_uppercase);
        match before {
            [.., digit] if digit.is_ascii_digit() => begins_word,
            [.., digit, letter] if digit.is_ascii_digit() && letter.is_ascii_alphabetic() => {
                begins_word || (letter.eq_ignore_ascii_case(&b'x') && begins_number)
            }
            [.., b'x' | b'X'] => begins_number,
            [.., b','] => {
                matches!(after, [one, two, b',' | b' ', ..]
                    if one.is_ascii_uppercase() && two.is_ascii_uppercase())
            }
            _ => false,
        }
    })
}

/// Masks e-mail addresses; the user of a URL or of a repository stays.
pub(crate) fn claim_emails(scan: &mut Scan<'_>) {
    for found in EMAIL.find_iter(scan.text) {
        let before = scan.bytes()[..found.start].last();
        let is_url =
            matches!(before, Some(b'/' | b':')) && scan.text.get(..found.start).is_some_and(in_url);
        // A quote may be a part of an address, but before it, it is one of the text.
        let address = scan.text.get(found.clone()).unwrap_or_default();
        let quote = address.len() - address.trim_start_matches(['\'', '`']).len();
        if !is_url && !address.get(quote..).is_some_and(|rest| rest.starts_with("git@")) {
            scan.mask(found.start + quote..found.end, Kind::Email);
        }
    }
}

fn in_url(before: &str) -> bool {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    word.contains("://")
}
