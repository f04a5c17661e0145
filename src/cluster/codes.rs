//! Codes: what has digits and yet tells one error from another.

use super::bytes::{is_inner, is_space};
use super::scan::{Cutter, Kind, Part};

impl Cutter<'_, '_> {
    /// Returns true for a piece with digits that tells errors apart, or names a function.
    pub(super) fn is_kept(&self, piece: &[u8], end: usize) -> bool {
        let next = self.byte(end);
        let is_apart = self.parts.is_empty() || matches!(next, b':' | b')' | b']');
        let is_bracketed = matches!(next, b')' | b']')
            && self.last(0).is_some_and(|last| matches!(last.kind, Kind::Mark(b'(' | b'[')));
        if is_code(piece, is_apart)
            || is_bracketed && is_sql_state(piece)
            || piece.starts_with(b"HTTP/")
            || is_result(piece)
            || self.is_directory_code(piece)
        {
            return true;
        }
        let n_digits = piece.iter().filter(|byte| byte.is_ascii_digit()).count();
        let is_function = next == b'(' && piece.first().is_some_and(u8::is_ascii_alphabetic);
        if is_function && n_digits <= 2 {
            return true;
        }
        is_number(piece) && n_digits <= 10 && self.is_numbered_error(piece, end)
    }

    /// Returns true for the code by which a directory says why it lets nobody in: `error, data 52e`.
    fn is_directory_code(&self, piece: &[u8]) -> bool {
        let is = |back, text: &[u8]| self.last(back).is_some_and(|it| self.slice(&it) == text);
        let is_code = piece.len() == 3 && piece.iter().all(u8::is_ascii_hexdigit);
        is_code && is(0, b"data") && is(1, b",") && is(2, b"error")
    }

    /// Returns true for a number behind a word that says that it is one of an error.
    fn is_numbered_error(&self, number: &[u8], end: usize) -> bool {
        let mut back = 0;
        while back < 2 && self.last(back).is_some_and(|last| is_lead_in(last.kind)) {
            back += 1;
        }
        let word = |back| self.last(back).filter(|part: &Part| part.kind == Kind::Word);
        let Some(name) = word(back) else { return false };
        let name = self.slice(&name);
        let before = word(back + 1);
        names_code(name, before.as_ref().map(|before| self.slice(before)))
            || is_failure(number) && (name.starts_with(b"HTTP") || self.is_lone_status(name, end))
    }

    /// Returns true for the status of an answer that is told of, and not one of the fields of a
    /// record, as in `status: 404 len: 176`.
    fn is_lone_status(&self, name: &[u8], end: usize) -> bool {
        let rest = self.text.get(end..).unwrap_or_default();
        let mut rest = rest.iter().skip_while(|byte| is_space(**byte));
        let behind = rest.find(|byte| !is_inner(**byte));
        name.eq_ignore_ascii_case(b"status") && !matches!(behind, Some(b':' | b'='))
    }
}

/// Returns true for marks that may stand between a name and its number.
fn is_lead_in(kind: Kind) -> bool {
    matches!(kind, Kind::Mark(b'=' | b':' | b'(' | b'#' | b'['))
}

/// Returns true for a word that names an error wherever it stands: others do not stand for it.
pub(super) fn names_error(word: &[u8]) -> bool {
    let is_system = matches!(word, [b'E', rest @ ..] if rest.len() >= 4)
        && word.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let is_status = is_failure(word);
    is_code(word, true) || is_windows_code(word) || is_sql_state(word) || is_system || is_status
}

/// Returns true for a whole number, decimal or hexadecimal.
pub(super) fn is_number(piece: &[u8]) -> bool {
    let digits = piece.strip_prefix(b"-").unwrap_or(piece);
    let hex = digits.strip_prefix(b"0x").or_else(|| digits.strip_prefix(b"0X"));
    hex.map_or_else(
        || digits.iter().all(u8::is_ascii_digit),
        |hex| hex.iter().all(u8::is_ascii_hexdigit),
    )
}

/// Returns true for words behind which a number is a code; another word may stand before them.
fn names_code(word: &[u8], before: Option<&[u8]>) -> bool {
    const NAMES: [&[u8]; 8] = [
        b"error",
        b"errno",
        b"err",
        b"errorcode",
        b"error_code",
        b"sqlstate",
        b"sqlcode",
        b"winsock",
    ];
    // A message, an event or a key has a code too, which says what it is.
    const OF_ERRORS: [&[u8]; 12] = [
        b"error",
        b"status",
        b"response",
        b"exit",
        b"return",
        b"result",
        b"reason",
        b"native",
        b"http",
        b"failure",
        b"fault",
        b"vendor",
    ];
    let is_in =
        |list: &[&[u8]], word: &[u8]| list.iter().any(|name| word.eq_ignore_ascii_case(name));
    is_in(&NAMES, word)
        || word.eq_ignore_ascii_case(b"code")
            && before.is_none_or(|before| is_in(&OF_ERRORS, before))
}

/// Returns true for a code such as `ORA-12541` or `E1234`.
pub(super) fn is_code(piece: &[u8], is_apart: bool) -> bool {
    let n_letters = piece.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let rest = piece.get(n_letters..).unwrap_or_default();
    let digits = rest.strip_prefix(b"-").unwrap_or(rest);
    let is_dashed = digits.len() < rest.len();
    is_apart
        && digits.iter().all(u8::is_ascii_digit)
        && (is_dashed && (2..=8).contains(&n_letters) && (3..=6).contains(&digits.len())
            || n_letters == 1 && (4..=5).contains(&digits.len()))
}

/// Returns true for the numbers that name errors of Windows: its sockets' and its results.
pub(super) fn is_windows_code(number: &[u8]) -> bool {
    let is_socket = number.len() == 5
        && (number.starts_with(b"100") || number.starts_with(b"110"))
        && number.iter().all(u8::is_ascii_digit);
    let is_result =
        number.len() == 10 && (number.starts_with(b"0x8") || number.starts_with(b"0X8"));
    is_socket || is_result
}

/// Returns true for a result of Windows, by the part of it that failed: other numbers of that size
/// are addresses.
fn is_result(number: &[u8]) -> bool {
    let part = number.get(5).copied().unwrap_or_default().to_ascii_lowercase();
    number.len() == 10
        && number.starts_with(b"0x800")
        && matches!(part, b'0' | b'4' | b'7' | b'9' | b'a' | b'b' | b'f')
}

/// Returns true for the status of an answer over HTTP that is a failure.
fn is_failure(number: &[u8]) -> bool {
    matches!(number, [b'4' | b'5', tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit())
}

/// Returns true for a state of SQL with a letter in it, such as `42S02` and `HY000`.
fn is_sql_state(piece: &[u8]) -> bool {
    piece.len() == 5
        && piece.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && piece.iter().any(u8::is_ascii_uppercase)
        && piece.iter().filter(|byte| byte.is_ascii_digit()).count() >= 2
}
