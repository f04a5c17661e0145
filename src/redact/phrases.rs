//! Error texts of databases and libraries that are known to quote a value.

use std::ops::Range;
use std::sync::LazyLock;

use super::expression::Expression;
use super::pseudonym::Kind;
use super::scan::Scan;
use super::words;

/// Words that every text looked for here has one of, and others too: they also tell that the whole
/// of a text is to be looked at.
pub(crate) const SIGNS: &[&str] = &[
    "bind",
    "duplicate",
    "converting",
    "incorrect",
    "key (",
    "parse date",
    "valid date",
    "date/time",
    "expected",
    "csv file",
    "near ",
    "escape",
    "quotation",
    "does not match",
    "parsing attributes",
    "transcode",
    "input syntax",
    "input value",
    "truncated value",
    "row contains",
    "invalid month",
    "invalid day",
    "invalid year",
    "invalid hour",
    "invalid minute",
    "invalid second",
    "parameters:",
    "params:",
    "out of range",
];

/// Texts, what each of them has in it, and where in them the value stands; `tuple` holds several,
/// `words` a piece of a statement.
#[rustfmt::skip]
pub(crate) const TEXTS: &[(&[&str], &str)] = &[
    (&["bind to "], r"(?i:bind\ to\ [a-z]+):\ (?<a>[^\r\n]+)"),
    (&["key value is ("], r"(?i:duplicate\ key\ value\ is)\ \((?<tuple>[^\r\n]*)\)"),
    (&["duplicate entry '"], r"(?i:duplicate\ entry)\ '(?<b>[^\r\n]*)'\ for\ key"),
    (&["converting the "], r"(?i:converting\ the\ [a-z]+\ value)\ '(?<c>[^\r\n]*)'\ to"),
    (&["value: '"], r"(?i:incorrect\ [a-z]+\ value):\ '(?<d>[^\r\n]*?)'(?:\x20for\x20|[.\s]|$)"),
    (&["truncated value: '"], r"(?i:truncated\ value):\ '(?<e>[^\r\n]*?)'(?:[.\s]|$)"),
    (&[")=("], r"(?i:key)\ \([^)\r\n]*\)=\((?<tuple2>[^\r\n]*)\)"),
    (&["row contains ("], r"(?i:row\ contains)\ \((?<tuple3>[^\r\n]*)\)"),
    (&["parse date "], r#"(?i:parse\ date)\ ["'](?<f>[^\r\n]*?)["'](?:[.\s]|$)"#),
    (&["' is not a valid date"], r"'(?<g>[^'\r\n]*)'\ is\ not\ a\ valid\ date"),
    (&["date/time: "], r"(?i:(?:unknown|invalid)\ date/time):\ (?<h>[^\r\n]+)"),
    (&[", in "], r"(?i:invalid)\ (?:year|month|day|hour|minute|second|[a-z]+day),\ (?<i>[^,\r\n]+),\ in\ (?<j>[^\r\n]+)"),
    (&[", got \""], r#"(?i:expected)\ [^"\r\n]{1,80},\ got\ "(?<k>[^\r\n]*)""#),
    (&["\" does not match"], r#"^"(?<l>[^\r\n]*)"\ (?i:does\ not\ match)"#),
    (&["line of the csv file:"], r"(?i:line\ of\ the\ csv\ file):[\ \t]*\r?\n(?<m>[^\r\n]+)"),
    (&["use near '"], r"(?i:use\ near)\ '(?<words>[^\r]*?)'(?:\ at\ line\ \d+|\s*$)"),
    (&["incorrect syntax near"], r"(?i:incorrect\ syntax\ near)(?:\ the\ keyword)?\ '(?<words2>[^\r\n]*?)'(?:[.\s]|$)"),
    (&["\": syntax error"], r#"(?i:near)\ "(?<words3>[^\r\n]*)":\ syntax\ error"#),
    (&["after the character string '"], r"(?i:after\ the\ character\ string)\ '(?<n>(?s:.)*?)'(?:\.\s|\.?$)"),
    (&["escape sequence "], r"(?i:escape\ sequence)\ [^\r\n]{1,8}\ (?i:near)\ \\*(?<o>[^\r\n]+)"),
    (&["parsing attributes:"], r"(?i:parsing\ attributes):[^\r\n]*?\ in\ (?<p>[^\r\n]+)"),
    (&["transcode stream at "], r"(?i:transcode\ stream\ at)\ (?<q>[^\r\n]+)"),
    (&["input syntax for ", "input value for "], r#"(?i:input\ (?:syntax|value)\ for\ [^:\r\n]+):\ "(?<r>[^\r\n]*)""#),
    (&["out of range: "], r#"(?i:out\ of\ range):\ ["'](?<s>[^\r\n]*)["']"#),
    (
        &[" value:", " values:", " variable:", " variables:", " parameter:", " parameters:"],
        r"(?i:(?:bind|bound|sql)[a-z]*\ (?:values?|variables?|parameters?)):\x20*(?<tuple4>[^\r\n]+)",
    ),
    (&["params:", "parameters:"], r"(?i:params|parameters):\x20*[(\[](?<tuple5>[^\r\n]+)"),
];

pub(super) static PHRASES: LazyLock<Expression> = LazyLock::new(|| {
    let texts: Vec<&str> = TEXTS.iter().map(|(_, text)| *text).collect();
    Expression::new(format!("(?mx){}", texts.join("|")))
});

/// Words of a piece of a statement that are SQL, not values.
const SQL_WORDS: &[&str] = &[
    "ADD", "ALL", "ALTER", "AND", "AS", "ASC", "BETWEEN", "BY", "CASE", "CREATE", "DELETE", "DESC",
    "DISTINCT", "DROP", "ELSE", "END", "EXEC", "EXISTS", "FROM", "GROUP", "HAVING", "IN", "INDEX",
    "INNER", "INSERT", "INTO", "IS", "JOIN", "KEY", "LEFT", "LIKE", "LIMIT", "NOT", "NULL", "ON",
    "OR", "ORDER", "OUTER", "RIGHT", "SELECT", "SET", "TABLE", "THEN", "TOP", "UNION", "UPDATE",
    "USING", "VALUES", "WHEN", "WHERE", "WITH",
];

/// Masks the values that known texts quote.
pub(crate) fn claim(scan: &mut Scan<'_>) {
    let text = scan.text;
    for captured in PHRASES.captures_iter(text) {
        for (name, group) in captured.groups() {
            if name.starts_with("tuple") {
                split_masked(scan, group);
            } else if name.starts_with("words") {
                statement_words(scan, group);
            } else {
                let kind = words::shape(text.get(group.clone()).unwrap_or_default());
                scan.mask(group, kind);
            }
        }
    }
}

/// Masks the values of a list one by one, so that each has its own pseudonym.
fn split_masked(scan: &mut Scan<'_>, range: Range<usize>) {
    let text = scan.text;
    let mut start = range.start;
    for value in text.get(range).unwrap_or_default().split(',') {
        let bare = value.trim_matches([' ', '\'', '"', '(', ')', '[', ']', '<', '>']);
        if !bare.eq_ignore_ascii_case("null") {
            let lead = value.find(bare).unwrap_or_default();
            scan.mask(start + lead..start + lead + bare.len(), words::shape(bare));
        }
        start += value.len() + 1;
    }
}

/// Masks what is not SQL in a piece of a statement that a syntax error quotes.
fn statement_words(scan: &mut Scan<'_>, range: Range<usize>) {
    let text = scan.text;
    let mut start = range.start;
    for word in text.get(range).unwrap_or_default().split_inclusive(|c: char| !is_inner(c)) {
        let bare = word.trim_end_matches(|c: char| !is_inner(c));
        let is_sql = SQL_WORDS.iter().any(|known| known.eq_ignore_ascii_case(bare));
        if bare.len() > 2 && !is_sql {
            scan.mask(start..start + bare.len(), words::shape(bare));
        }
        start += word.len();
    }
}

fn is_inner(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '/' | '.' | '_' | '@')
}

/// Masks the fourth column of the tables that Oracle errors end with, `NAME|TYPE|SIZE|VALUE`.
pub(crate) fn claim_oracle_table(scan: &mut Scan<'_>) {
    const HEADER: &str = "NAME|TYPE|SIZE|VALUE";
    let text = scan.text;
    let Some(found) = memchr::memmem::find(text.as_bytes(), HEADER.as_bytes()) else { return };
    scan.keep(found..found + HEADER.len());
    let mut start = found + HEADER.len();
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        let bars = memchr::memchr_iter(b'|', line.as_bytes()).nth(2);
        if line.starts_with("Please compare") {
            return;
        }
        if let Some(bar) = bars {
            scan.keep(start..start + bar + 1);
            let value = line.get(bar + 1..).unwrap_or_default();
            let value = value.trim_end_matches(['\r', '\n']);
            scan.mask(start + bar + 1..start + bar + 1 + value.len(), words::shape(value));
        } else if !line.starts_with('=') {
            // A value of many lines goes on.
            scan.mask(start..start + line.trim_end().len(), Kind::Value);
        }
        start += line.len();
    }
}
