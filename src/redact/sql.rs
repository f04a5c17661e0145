//! Literals and long numbers in SQL statements.

use std::sync::LazyLock;

use regex::Regex;

use super::phrases::compile;
use super::scan::Scan;
use super::words;

/// Where a statement begins, or a part of one that was cut off.
static STATEMENT: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r#"(?i)(?-u:\b)(?:insert[ \t\r\n]+(?:into[ \t\r\n]|[\w.\[\]"`]+[ \t\r\n]*\()|update[ \t\r\n]+\S+[ \t\r\n]+set[ \t\r\n]|delete[ \t\r\n]+from[ \t\r\n]|select[ \t\r\n][^\n]{0,400}?(?-u:\b)from(?-u:\b)|select[ \t\r\n]+[\w.@]+[ \t]*\(|exec(?:ute)?[ \t\r\n]+[\w.\[\]]+[ \t\r\n]+(?:@|N?'|\d)|values[ \t\r\n]*\(|where[ \t\r\n]+[\w."`\[\]()]+[ \t\r\n]*(?:=|<|>|!|like(?-u:\b)|in(?-u:\b)|between(?-u:\b)|is(?-u:\b))|merge[ \t\r\n]+(?:into[ \t\r\n]|[\w.\[\]]+[ \t\r\n]+using[ \t\r\n])|call[ \t]+[\w.]+[ \t]*\()"#,
    )
});

/// Where the text of a database that follows a statement begins.
static AFTER: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?m)^(?:[ \t]*\r?$|MySQL Compliant|ODBC Error|Oracle Error|Column:|SQLite|SQL error|Extended err|SQL Statement Column|Please compare|stack traceback|\[[A-Za-z][\w ]*\]\[)",
    )
});

/// Masks the literals of every statement in the text.
pub(crate) fn claim(scan: &mut Scan<'_>) {
    let text = scan.text;
    let mut done = 0;
    for found in STATEMENT.find_iter(text) {
        if found.start() < done {
            continue;
        }
        let rest = text.get(found.start()..).unwrap_or_default();
        let len = AFTER.find_at(rest, 1.min(rest.len())).map_or(rest.len(), |after| after.start());
        literals(scan, found.start(), found.start() + len);
        done = found.start() + len;
    }
}

/// Returns where the first statement of the text begins.
pub(crate) fn first_statement(text: &str) -> Option<usize> {
    STATEMENT.find(text).map(|found| found.start())
}

/// Masks quoted literals and numbers of five or more digits; one that is cut off ends with the
/// statement.
fn literals(scan: &mut Scan<'_>, start: usize, end: usize) {
    let bytes = scan.bytes();
    let mut at = start;
    let mut previous = b' ';
    while at < end {
        let byte = bytes[at];
        let is_literal = byte == b'\'' || (byte == b'"' && matches!(previous, b'=' | b'(' | b','));
        if is_literal && (byte == b'\'' || is_value_list(&bytes[start..at], previous)) {
            let close = literal_end(bytes, at + 1, end, byte);
            literal(scan, at + 1, close);
            at = close + 1;
        } else if byte.is_ascii_digit() && !is_name_byte(previous) {
            let len = bytes[at..end].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if len >= 5 && !bytes.get(at + len).is_some_and(|next| is_name_byte(*next)) {
                scan.mask(at..at + len, super::Kind::Value);
            }
            at += len;
        } else {
            at += 1;
        }
        if !byte.is_ascii_whitespace() {
            previous = byte;
        }
    }
}

/// Returns true where a double quote holds a value: after `=`, or in the list after `VALUES`.
fn is_value_list(before: &[u8], previous: u8) -> bool {
    let is_values = |window: &[u8]| window.eq_ignore_ascii_case(b"values");
    previous == b'=' || before.windows(6).rev().take(2_000).any(is_values)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Returns where a literal ends. Doubled quotes are part of it, and so is one in front of a letter
/// (`O'Brien`, put together by hand).
fn literal_end(bytes: &[u8], from: usize, end: usize, quote: u8) -> usize {
    let mut at = from;
    while at < end {
        if bytes[at] != quote {
            at += 1;
        } else if bytes.get(at + 1) == Some(&quote) && at + 1 < end && at > from {
            at += 2;
        } else if bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic) {
            at += 1;
        } else {
            return at;
        }
    }
    end
}

/// Masks one literal, unless it is empty, a short code or the picture of a date.
fn literal(scan: &mut Scan<'_>, start: usize, end: usize) {
    let Some(value) = scan.text.get(start..end) else { return };
    let is_short = value.len() <= 2 && value.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_picture = value.bytes().all(|byte| b"YyMmDdHhSsIiTRr%24:/-. ".contains(&byte))
        && value.bytes().any(|byte| byte.is_ascii_alphabetic());
    if !is_short && !is_picture {
        scan.mask(start..end, words::shape(value));
    }
}
