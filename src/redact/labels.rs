//! Values behind a label: `MRN: A123`, `lastName=Okafor`, `DOB 3/12/45`, `?family=Okafor`.

use std::ops::Range;
use std::sync::LazyLock;

use super::expression::Expression;
use super::lexicon::Lexicon;
use super::pseudonym::Kind;
use super::scan::Scan;
use super::{keys, names, words};

/// Words that a label of [`claim_labelled`] has one of.
pub(crate) const KEY_SIGNS: &[&str] = &[
    "name",
    "given",
    "family",
    "dob",
    "birth",
    "deceased",
    "mrn",
    "ident",
    "pat",
    "ptid",
    "person",
    "member",
    "policy",
    "visit",
    "encounter",
    "chart",
    "insurance",
    "subscriber",
    "national",
    "accession",
    "health",
    "medicare",
    "record",
    "ssn",
    "social",
    "phone",
    "telecom",
    "mobile",
    "cell",
    "fax",
    "tel",
    "contact",
    "addr",
    "street",
    "city",
    "zip",
    "post",
    "county",
    "mail",
    "account",
    "acct",
    "csn",
    "empi",
    "patient",
    "mother",
    "father",
    "guarantor",
    "insured",
    "spouse",
    "pt:",
    "pt=",
];

/// Words that a label of [`claim_records`] has one of.
pub(crate) const RECORD_SIGNS: &[&str] = &[
    "mrn",
    "patient",
    "record",
    "account",
    "acct",
    "visit",
    "encounter",
    "chart",
    "ssn",
    "dob",
    "policy",
    "member",
    "subscriber",
    "person",
];

/// What a word of a label tells, as bits: the word is that of a person,
const IS_PERSON: u8 = 1;
/// the name of the person follows,
const IS_NAMED: u8 = 2;
/// a name follows, of the person or thing before it,
const IS_NAME: u8 = 4;
/// nothing of a patient follows,
const IS_NOTHING: u8 = 8;
/// a value follows that is a patient's only after the word of a person, or alone,
const IS_VAGUE: u8 = 16;
/// the word before it tells what follows,
const IS_NUMBER: u8 = 32;
/// the number of a record follows.
const IS_RECORD: u8 = 64;

#[rustfmt::skip]
const WORDS: &[(u8, &[&str])] = &[
    (IS_PERSON, &[
        "patient", "pt", "last", "first", "middle", "full", "maiden", "family", "given", "mother",
        "mothers", "father", "guarantor", "insured", "subscriber", "member", "spouse", "legal",
    ]),
    (IS_NAMED, &[
        "patient", "pt", "mother", "father", "guarantor", "insured", "spouse", "subscriber",
    ]),
    (IS_NAME, &["name"]),
    (IS_NOTHING, &["line", "person"]),
    (IS_VAGUE, &["identifier", "address", "account", "mail"]),
    (IS_NUMBER, &["id", "number", "no"]),
    (IS_RECORD, &["record", "visit", "encounter", "chart", "policy", "member"]),
];

static LISTED: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(WORDS.iter().flat_map(|(mark, words)| words.iter().map(|word| (*mark, *word))))
});

/// A value is looked at so far, in bytes, so that a long line costs no more than a short one.
const MAX_VALUE_BYTES: usize = 512;

/// A label is at most this long, in bytes.
const MAX_LABEL_BYTES: usize = 40;

pub(super) static RECORD: LazyLock<Expression> = LazyLock::new(|| {
    Expression::new(
        r#"(?x)(?-u:\b)(?:
        (?<any>(?i:mrn|patient[\x20_/-]?(?:id|number|no\.?)?|medical\ record|chart|policy|member|subscriber))
        |(?<account>(?i:account|acct))
        |(?<ssn>(?i:ssn))|(?<dob>(?i:dob))
        |(?i:record|visit|encounter|person)
        )
        (?i:\x20*(?:id|number|no|num|identifier|is|of)(?-u:\b)\.?)*[\ \t]*[:=\#'"(\[/]*[\ \t]*
        (?<value>[A-Za-z]{0,6}-?\d[0-9A-Za-z-]*)"#,
    )
});

/// Masks what follows a label and `:` or `=`.
pub(crate) fn claim_labelled(scan: &mut Scan<'_>) {
    let bytes = scan.bytes();
    for sign in memchr::memchr2_iter(b':', b'=', bytes) {
        if bytes.get(sign + 1) == Some(&bytes[sign]) || !scan.is_free(sign) {
            continue;
        }
        let Some(kind) = label_kind(scan.text, sign) else { continue };
        let sign = sign + usize::from(bytes[sign + 1..].starts_with(b">"));
        let gap = bytes[sign + 1..].iter().take(3).take_while(|b| b" \t".contains(b)).count();
        if let Some(range) = value(scan.text, sign + 1 + gap, kind) {
            scan.mask(range, kind);
        }
    }
}

/// Returns what the label that ends at a `:` or `=` announces.
fn label_kind(text: &str, sign: usize) -> Option<Kind> {
    let bytes = text.as_bytes();
    let is_label = |b: &&u8| b.is_ascii_alphanumeric() || b"_-. ".contains(b);
    let end = sign - bytes[..sign].iter().rev().take_while(|b| b"\"'\\ ])".contains(b)).count();
    let len = bytes[..end].iter().rev().take(MAX_LABEL_BYTES).take_while(is_label).count();
    let label = text.get(end - len..end)?.trim();
    let (before, last) = split_last(label);
    let (_, previous) = split_last(before);
    let told = LISTED.marks(last.as_bytes());
    let is_alone = previous.is_empty() || LISTED.marks(previous.as_bytes()) & IS_PERSON != 0;
    match told & !IS_PERSON {
        IS_NAMED => Some(Kind::Name),
        IS_NAME if is_alone => Some(Kind::Name),
        IS_NAME | IS_NOTHING => None,
        IS_VAGUE if !is_alone => None,
        IS_NUMBER => keys::kind_of(label.get(before.len() - previous.len()..)?),
        IS_RECORD => Some(Kind::Id),
        _ => keys::kind_of(last),
    }
}

/// Returns what stands before the last word, and the word.
fn split_last(label: &str) -> (&str, &str) {
    let space = memchr::memrchr(b' ', label.as_bytes());
    let split = space.and_then(|at| Some((label.get(..at)?, label.get(at + 1..)?)));
    split.unwrap_or(("", label))
}

/// Returns the value at a place: what is quoted, or as much as a value of the kind has.
fn value(text: &str, start: usize, kind: Kind) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let rest = rest.get(..rest.floor_char_boundary(MAX_VALUE_BYTES))?;
    let slashes = rest.bytes().take_while(|byte| *byte == b'\\').count();
    let bare = rest.get(slashes..)?;
    if bare.starts_with(['[', '{', '(', '<']) {
        return None;
    }
    if let Some(quote) = bare.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let from = start + slashes + 1;
        let inside = bare.get(1..)?;
        let line = inside.find(['\r', '\n']).unwrap_or(inside.len());
        let len = closing(inside.get(..line)?, quote);
        let found = inside.get(..len)?;
        return (!keys::is_machine(found)).then_some(from..from + len);
    }
    match kind {
        Kind::Name => bare_name(text, start),
        Kind::Address => {
            let len = rest.find(['\r', '\n', ';', '&', '|', '<', '}']).unwrap_or(rest.len());
            let found = rest.get(..len)?;
            let has_digit = found.bytes().any(|byte| byte.is_ascii_digit());
            let has_space = found.trim().contains([' ', '+', '%']);
            let is_zip = found.trim().len() >= 4
                && found.trim().bytes().all(|b| b.is_ascii_digit() || b == b'-');
            let is_address = (has_digit && has_space || is_zip) && !keys::is_machine(found.trim());
            if is_address { Some(start..start + len) } else { names::name_at(text, start) }
        }
        Kind::Phone => {
            let is_part = |c: char| c.is_ascii_digit() || " ()-.+".contains(c);
            let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let n_digits = rest.get(..len)?.bytes().filter(u8::is_ascii_digit).count();
            (n_digits >= 7).then_some(start..start + len)
        }
        _ => token(rest).map(|len| start..start + len),
    }
}

/// Returns where a quoted value ends: at the first closing quote that no letter follows.
fn closing(inside: &str, quote: char) -> usize {
    let closes = |(at, _): &(usize, &str)| {
        !inside.get(at + 1..).is_some_and(|after| after.starts_with(char::is_alphanumeric))
    };
    let close = inside.match_indices(quote).find(closes).map_or(inside.len(), |(at, _)| at);
    let before = inside.get(..close).unwrap_or_default();
    before.trim_end_matches('\\').len()
}

/// Returns a name after a label: capitalised words, else one word that errors do not use.
fn bare_name(text: &str, start: usize) -> Option<Range<usize>> {
    if let Some(range) = names::name_at(text, start) {
        return Some(range);
    }
    let rest = text.get(start..)?;
    let is_part =
        |c: char| c.is_alphabetic() || matches!(c, '\'' | '-' | '%' | '+') || c.is_ascii_digit();
    let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let word = rest.get(..len)?;
    let next = rest.as_bytes().get(len);
    let is_code = matches!(next, Some(b'(' | b'_' | b'.' | b'/' | b'\\' | b'[' | b':'));
    let is_name = len >= 2 && !words::is_technical(word) && word.starts_with(char::is_alphabetic);
    (is_name && !is_code).then_some(start..start + len)
}

/// Returns the length of a value of three or more characters with a digit, or of an address.
fn token(rest: &str) -> Option<usize> {
    let ends = |c: char| c.is_whitespace() || "\"'&;,)]}<>|^".contains(c);
    let len = rest.find(ends).unwrap_or(rest.len());
    let found = rest.get(..len)?.trim_end_matches(['.', ':']);
    let has_digit = found.bytes().any(|byte| byte.is_ascii_digit());
    let is_place = found.contains('_') || found.contains("://") || found.contains(".lua");
    (found.len() >= 3 && has_digit && !is_place).then_some(found.len())
}

/// Masks numbers after `MRN`, `account`, `visit` and the like, without a sign between.
pub(crate) fn claim_records(scan: &mut Scan<'_>) {
    for captures in RECORD.captures_iter(scan.text) {
        let Some(value) = captures.name("value") else { continue };
        let next = scan.bytes().get(value.end);
        let found = scan.text.get(value.clone()).unwrap_or_default();
        let letters = found.bytes().take_while(u8::is_ascii_alphabetic).count();
        let is_upper = found.bytes().take(letters).all(|byte| byte.is_ascii_uppercase());
        let is_any = captures.name("any").is_some();
        let is_date = captures.name("dob").is_some();
        let end = if is_date { date_end(scan.text, value.start) } else { value.end };
        let is_name = matches!(next, Some(b'_' | b'.' | b'(')) && !is_date && letters > 0;
        if found.len() < 3 && end - value.start < 6 || is_name || !(is_upper || is_any) {
            continue;
        }
        let kind = if is_date {
            Kind::Date
        } else if captures.name("account").is_some() {
            Kind::Account
        } else if captures.name("ssn").is_some() {
            Kind::Ssn
        } else {
            Kind::Id
        };
        scan.mask(value.start..end, kind);
    }
}

/// Returns where a date of any form ends.
fn date_end(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '.');
    let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    start + rest.get(..len).unwrap_or_default().trim_end_matches('.').len()
}
