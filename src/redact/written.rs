//! Dates of birth with a month in words, `March 13, 1936`, and messages in Base64.

use std::sync::LazyLock;

use super::expression::Expression;
use super::numbers::digits;
use super::pseudonym::Kind;
use super::scan::Scan;

/// Messages and JSON begin so in Base64: `MSH|`, `PID|`, `{"`.
const ENCODED: [&str; 4] = ["TVNIf", "TVNIX", "UElEf", "eyJ"];

/// One of these is in every text with such a message.
pub(crate) const ENCODED_SIGNS: &[&str] = &["tvni", "uele", "eyj"];

/// One of these is in every date with a month in words; `ſ` counts as an `s` there.
pub(crate) const MONTH_SIGNS: &[&str] = &[
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "\u{17f}ep",
    "oct",
    "nov",
    "dec",
];

/// What is shorter is no message, in bytes.
const MIN_ENCODED: usize = 24;

pub(super) static DATE: LazyLock<Expression> = LazyLock::new(|| {
    const MONTH: &str = "(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?\
                         |aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";
    Expression::new(format!(
        r"(?-u:\b)(?:{MONTH}[ -]\d{{1,2}}(?:st|nd|rd|th)?,?[ -]|\d{{1,2}}(?:st|nd|rd|th)?\.?[ -]?(?:of )?{MONTH},?[ -]?)(?:18|19|20)\d\d(?-u:\b)"
    ))
});

/// Masks dates that no time of day stands beside: those tell when something happened.
pub(crate) fn claim_dates(scan: &mut Scan<'_>) {
    let bytes = scan.bytes();
    for found in DATE.find_iter(scan.text) {
        let after = &bytes[found.end..];
        let lead = after.iter().take(5).take_while(|byte| b", @atT".contains(byte)).count();
        let hour = digits(&after[lead..]);
        let has_time = (1..=2).contains(&hour) && after.get(lead + hour) == Some(&b':');
        if !has_time {
            scan.mask(found, Kind::Date);
        }
    }
}

/// Masks messages in Base64.
pub(crate) fn claim_encoded(scan: &mut Scan<'_>) {
    let bytes = scan.bytes();
    for start in ENCODED {
        for at in memchr::memmem::find_iter(bytes, start) {
            let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/=_-.".contains(byte);
            let len = bytes[at..].iter().take_while(is_part).count();
            let begins = at == 0 || !is_part(&&bytes[at - 1]) || bytes[at - 1] == b'=';
            if begins && len >= MIN_ENCODED {
                scan.mask(at..at + len, Kind::Value);
            }
        }
    }
}
