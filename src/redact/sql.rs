//! Literals and long numbers in SQL statements.

use std::sync::LazyLock;

use super::expression::Expression;
use super::scan::Scan;
use super::{codes, words};

/// Where a statement begins, or a part of one that was cut off.
pub(super) static STATEMENT: LazyLock<Expression> = LazyLock::new(|| {
    Expression::new(
        r#"(?i)(?-u:\b)(?:insert[ \t\r\n]+(?:into[ \t\r\n]|[\w.\[\]"`]+[ \t\r\n]*\()|update[ \t\r\n]+\S+[ \t\r\n]+set[ \t\r\n]|delete[ \t\r\n]+from[ \t\r\n]|select[ \t\r\n][^\n]{0,400}?(?-u:\b)from(?-u:\b)|select[ \t\r\n]+[\w.@]+[ \t]*\(|exec(?:ute)?[ \t\r\n]+[\w.\[\]]+[ \t\r\n]+(?:@|N?'|\d)|values[ \t\r\n]*\(|where[ \t\r\n]+[\w."`\[\]()]+[ \t\r\n]*(?:=|<|>|!|like(?-u:\b)|in(?-u:\b)|between(?-u:\b)|is(?-u:\b))|merge[ \t\r\n]+(?:into[ \t\r\n]|[\w.\[\]]+[ \t\r\n]+using[ \t\r\n])|call[ \t]+[\w.]+[ \t]*\()"#,
    )
});

/// Where the text of a database that follows a statement begins.
pub(super) static AFTER: LazyLock<Expression> = LazyLock::new(|| {
    Expression::new(
        r"(?m)^(?:[ \t]*\r?$|MySQL Compliant|ODBC Error|Oracle Error|Column:|SQLite|SQL error|Extended err|SQL Statement Column|Please compare|stack traceback|\[[A-Za-z][\w ]*\]\[)",
    )
});

/// What begins the text of an error that follows a statement on its line: no statement has these
/// words outside of a literal.
pub(super) static ERROR: LazyLock<Expression> = LazyLock::new(|| {
    Expression::new(format!(
        r"[:\]] ?\[(?:\d[0-9A-Z]|HY)[0-9A-Z]\d\d\]|(?-u:\b)(?:{}|(?i:(?:can|could)(?:n't|'t|not| not) (?:connect|open|reach|resolve)|(?:table|column|object name|index|database|constraint|relation|procedure|server on|host|for key) '|error \d{{4,5}} \([0-9A-Z]{{5}}\)|violation of|access denied|lost connection|lock wait|login failed))",
        codes::CODE
    ))
});

/// Masks the literals of every statement in the text.
pub(crate) fn claim(scan: &mut Scan<'_>) {
    let text = scan.text;
    let after = AFTER.form(text);
    let mut done = 0;
    for found in STATEMENT.find_iter(text) {
        if found.start < done {
            continue;
        }
        let rest = text.as_bytes().get(found.start..).unwrap_or_default();
        let len = after.find_at(rest, 1.min(rest.len())).map_or(rest.len(), |after| after.start());
        done = literals(scan, found.start, found.start + len);
    }
}

/// Returns where the first statement of the text begins.
pub(crate) fn first_statement(text: &str) -> Option<usize> {
    STATEMENT.find(text).map(|found| found.start)
}

/// Masks quoted literals and numbers of five or more digits, and returns where the statement ends:
/// with the text, or where an error's own text begins.
fn literals(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let text = scan.text;
    let bytes = scan.bytes();
    let statement = text.get(start..end).unwrap_or_default();
    let mut errors = ERROR.find_iter(statement).map(|found| start + found.start).peekable();
    let mut at = start;
    let mut previous = b' ';
    while at < end {
        while errors.next_if(|error| *error < at).is_some() {}
        if errors.peek() == Some(&at) {
            return at;
        }
        let byte = bytes[at];
        let is_literal = byte == b'\'' || (byte == b'"' && matches!(previous, b'=' | b'(' | b','));
        if is_literal && is_apostrophe(bytes, at) {
            at += 1;
        } else if is_literal && (byte == b'\'' || is_value_list(&bytes[start..at], previous)) {
            let close = literal_end(text, at + 1, end, byte);
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
    end
}

/// Returns true inside of a word such as `it's`.
fn is_apostrophe(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(2).and_then(|start| bytes.get(start..at)).unwrap_or_default();
    let is_end = |end: &&[u8]| {
        let after = bytes.get(at + 1 + end.len());
        bytes[at + 1..].starts_with(end) && after.is_none_or(u8::is_ascii_whitespace)
    };
    let ends: [&[u8]; 5] = [b"s", b"t", b"re", b"ve", b"ll"];
    bytes[at] == b'\''
        && before.len() == 2
        && before.iter().all(u8::is_ascii_alphabetic)
        && ends.iter().any(is_end)
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
/// (`O'Brien`, put together by hand). One that is cut off ends with the statement, or before the
/// code of an error.
fn literal_end(text: &str, from: usize, end: usize, quote: u8) -> usize {
    let bytes = text.as_bytes();
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
    codes::first(text.get(from..end).unwrap_or_default()).map_or(end, |code| from + code)
}

/// Masks one literal, unless it is empty, a short code or the picture of a date.
fn literal(scan: &mut Scan<'_>, start: usize, end: usize) {
    let Some(value) = scan.text.get(start..end) else { return };
    let is_short = value.len() <= 2 && value.bytes().all(|byte| byte.is_ascii_alphabetic());
    // `SMITH` has the letters of a picture too, but none of its parts.
    let is_part_of_date =
        |two: &[u8]| b"YDHR".contains(&two[0].to_ascii_uppercase()) && two[0] == two[1];
    let is_picture = value.bytes().all(|byte| b"YyMmDdHhSsIiTRr%24:/-. ".contains(&byte))
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
        && (value.contains('%') || value.as_bytes().windows(2).any(is_part_of_date));
    if !is_short && !is_picture {
        scan.mask(start..end, words::shape(value));
    }
}
