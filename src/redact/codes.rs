//! Codes of errors of databases, which stay wherever they stand.

use std::sync::LazyLock;

use super::expression::Expression;
use super::scan::Scan;

/// One of these is in every text with such a code.
pub(crate) const SIGNS: &[&str] = &[
    "ora-",
    "tns-",
    "pls-",
    "sp2-",
    "rman-",
    "dpi-",
    "dpy-",
    "nze-",
    "lpx-",
    "kup-",
    "sqlstate",
    "sql state",
    "sqlcode",
];

/// `ORA-12541`, `SQLSTATE 23000`, `SQLCODE -803`.
pub(crate) const CODE: &str = r#"(?:ORA|TNS|PLS|SP2|RMAN|DPI|DPY|NZE|LPX|KUP)-\d{4,5}(?-u:\b)|(?i:sql ?state)[ :=#"'\[(]{1,4}(?:\d[0-9A-Z]|HY|IM|XX|HV)[0-9A-Z]\d\d(?-u:\b)|(?i:sqlcode)[ :=#"'\[(]{1,4}[+-]?\d{1,5}(?-u:\b)"#;

pub(super) static CODES: LazyLock<Expression> =
    LazyLock::new(|| Expression::new(format!(r"(?-u:\b)(?:{CODE})")));

/// Keeps the codes of a text.
pub(crate) fn claim(scan: &mut Scan<'_>) {
    for found in CODES.find_iter(scan.text) {
        scan.keep(found);
    }
}

/// Returns where the first code of a text begins.
pub(crate) fn first(text: &str) -> Option<usize> {
    CODES.find(text).map(|found| found.start)
}
