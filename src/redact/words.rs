//! Words, codes and shapes that the detectors ask about.

use std::sync::LazyLock;

use super::lexicon::Lexicon;
use super::pseudonym::Kind;

/// Codes in components of HL7 fields; they identify nobody.
const CODES: [&str; 40] = [
    "MRN", "USA", "CAN", "GBR", "PRN", "PRS", "NET", "HOME", "WORK", "CELL", "FAX", "PHONE", "ORN",
    "WPN", "VHN", "ASN", "EMR", "BPN", "CP", "PH", "INTERNET", "VN", "VISIT", "ACCT", "SSN", "SSA",
    "NPI", "UPIN", "DLN", "ISO", "UUID", "DNS", "LN", "MR", "PI", "PT", "AN", "SELF", "UNKNOWN",
    "NONE",
];

/// Words of error texts, which are not names even where they look like one.
#[rustfmt::skip]
const TECHNICAL: &[&str] = &[
    "a", "access", "account", "additional", "address", "admit", "all", "already", "an", "and",
    "any", "api", "arguments", "array", "at", "authentication", "bad", "bind", "branch", "but",
    "by", "call", "cannot", "certificate", "channel", "character", "check", "class", "close",
    "closed", "code", "column", "command", "component", "components", "config", "connect",
    "connection", "could", "count", "create", "data", "database", "date", "default", "delete",
    "demographics", "denied", "destination", "did", "directory", "discharge", "does", "domain",
    "driver", "duplicate", "empty", "encounter", "end", "entry", "error", "errors", "event",
    "exception", "expected", "external", "failed", "failure", "false", "fatal", "feed", "fhir",
    "field", "file", "first", "for", "format", "found", "from", "function", "get", "group", "guid",
    "has", "have", "history", "hl7", "host", "http", "id", "identifier", "identifiers", "if",
    "iguana", "in", "inbound", "index", "info", "information", "insert", "insurance", "integer",
    "internal", "invalid", "is", "it", "item", "json", "key", "last", "length", "level", "line",
    "link", "list", "location", "log", "lookup", "lua", "malformed", "mapping", "master", "member",
    "merge", "message", "method", "missing", "mode", "module", "more", "mrn", "must", "name",
    "names", "new", "nil", "no", "node", "not", "null", "number", "object", "of", "offset", "on",
    "open", "operation", "or", "out", "outbound", "parameter", "parse", "password", "path",
    "patient", "please", "pid", "portal", "position", "post", "process", "provider", "put", "query",
    "queue", "read", "record", "records", "reference", "registration", "reject", "rejected",
    "request", "required", "resource", "response", "result", "results", "retry", "retrying", "row",
    "rule", "schema", "search", "segment", "select", "send", "server", "service", "session", "set",
    "should", "site", "size", "skipped", "source", "sql", "ssl", "start", "state", "status", "stop",
    "stopped", "stopping", "string", "success", "summary", "sync", "syntax", "system", "table",
    "target", "text", "that", "the", "this", "time", "timed", "timeout", "tls", "to", "token",
    "transaction", "true", "type", "unable", "unexpected", "unknown", "unsupported", "update",
    "url", "user", "username", "value", "values", "version", "visit", "warning", "was", "web",
    "were", "when", "where", "while", "with", "write", "xml", "date/time", "long", "page", "day",
    "small", "young", "english", "delivery", "notice", "action", "administration", "management",
    "matching", "lists", "tree", "trace", "stack", "thread", "bytes", "retries", "completed",
    "function:", "during", "got", "options", "head", "patch", "trace.", "double", "boolean", "nan",
    "order", "orders", "admission", "add", "added", "updated", "deleted", "care", "chart",
    "consent", "context", "document", "documents", "eligibility", "flow", "match", "matches",
    "note", "notes", "view", "class:", "transfer", "tracking", "verification", "exists",
];

/// Marks of the two lists.
const IS_CODE: u8 = 1;
const IS_TECHNICAL: u8 = 2;

static LISTED: LazyLock<Lexicon> = LazyLock::new(|| {
    let codes = CODES.iter().map(|code| (IS_CODE, *code));
    Lexicon::new(codes.chain(TECHNICAL.iter().map(|word| (IS_TECHNICAL, *word))))
});

/// Returns true for a component that is a code: listed, or two letters or fewer.
pub(crate) fn is_code(part: &[u8]) -> bool {
    (part.len() <= 2 && part.iter().all(u8::is_ascii_alphabetic))
        || LISTED.marks(part) & IS_CODE != 0
}

/// Returns true for a word of error texts, whatever its case.
pub(crate) fn is_technical(word: &str) -> bool {
    LISTED.marks(word.as_bytes()) & IS_TECHNICAL != 0
}

/// Returns true where so many digits stand together.
pub(crate) fn has_digit_run(bytes: &[u8], len: usize) -> bool {
    bytes.split(|byte| !byte.is_ascii_digit()).any(|run| run.len() >= len)
}

/// Returns the kind that a value looks like: a date, a telephone or social security number, an
/// e-mail address, else just a value.
pub(crate) fn shape(value: &str) -> Kind {
    let value = value.trim();
    let bytes = value.as_bytes();
    if year_month_day(value).is_some() {
        return Kind::Date;
    }
    let n_digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_mark = |byte: u8| matches!(byte, b' ' | b'(' | b')' | b'-' | b'.' | b'+');
    let is_numeric = n_digits > 7 && bytes.iter().all(|b| b.is_ascii_digit() || is_mark(*b));
    if is_numeric && n_digits == 9 && memchr::memchr_iter(b'-', bytes).eq([3, 6]) {
        return Kind::Ssn;
    }
    let is_local = n_digits == 10 && !bytes.starts_with(b"0") && !bytes.starts_with(b"1");
    if is_numeric && (is_local || (bytes.starts_with(b"+") && n_digits > 7)) {
        return Kind::Phone;
    }
    let is_email = value.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !value.contains(char::is_whitespace)
    });
    if is_email { Kind::Email } else { Kind::Value }
}

/// Returns the date that a text begins with and is, as `YYYYMMDD`; a time may follow it.
///
/// Knows `YYYYMMDD`, and `YYYY-M-D`, `M-D-YYYY` and `D.M.YYYY` with `-`, `/` or `.`.
pub(crate) fn year_first(text: &str) -> Option<String> {
    year_month_day(text).map(|(year, month, day)| format!("{year:04}{month:02}{day:02}"))
}

/// Returns year, month and day of what [`year_first`] knows.
pub(crate) fn year_month_day(text: &str) -> Option<(u16, u8, u8)> {
    let date_len =
        text.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'-' | b'/' | b'.')).count();
    if date_len < 8 {
        return None;
    }
    let (date, rest) = text.split_at_checked(date_len)?;
    if !(rest.is_empty() || rest.starts_with(['T', ' ', '+'])) || rest.len() > 20 {
        return None;
    }
    let mut parts = date.split(['-', '/', '.']);
    let parts = [parts.next()?, parts.next().unwrap_or(""), parts.next().unwrap_or("")];
    let n_parts = 1 + date.bytes().filter(|byte| !byte.is_ascii_digit()).count();
    let (year, one, two) = match (n_parts, parts) {
        (1, [all, ..]) if matches!(all.len(), 8 | 12 | 14) => {
            (all.get(..4)?, all.get(4..6)?, all.get(6..8)?)
        }
        (2, [all, fraction, _]) if all.len() == 14 && fraction.len() <= 4 => {
            (all.get(..4)?, all.get(4..6)?, all.get(6..8)?)
        }
        (3, [year, one, two]) if year.len() == 4 => (year, one, two),
        (3, [two, one, year]) if year.len() == 4 && date.contains('.') => (year, one, two),
        (3, [one, two, year]) if year.len() == 4 => (year, one, two),
        _ => return None,
    };
    if one.is_empty() || two.is_empty() {
        return None;
    }
    let (one, two, year) = (one.parse().ok()?, two.parse().ok()?, year.parse::<u16>().ok()?);
    let (month, day): (u8, u8) = if one > 12 { (two, one) } else { (one, two) };
    let is_date =
        (1..=12).contains(&month) && (1..=31).contains(&day) && (1850..2150).contains(&year);
    is_date.then_some((year, month, day))
}
