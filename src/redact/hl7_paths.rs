//! Fields of HL7 that a text quotes by their place: `PID.5.1 = 'Okafor'`, `PID-7 is 19450312`.

use std::ops::Range;
use std::sync::LazyLock;

use super::expression::Expression;
use super::hl7_fields::{Treatment, is_segment, treatment};
use super::pseudonym::Kind;
use super::scan::Scan;
use super::words;

pub(super) static PLACE: LazyLock<Expression> = LazyLock::new(|| {
    Expression::new(
        r#"(?x)(?-u:\b)(?<segment>[A-Z][A-Z0-9]{2})[.-](?<field>\d{1,2})(?:[.-]\d{1,2}){0,2}
        (?:\x20value)?(?:\x20*(?::|=>?|==)\x20*|\x20(?:is|was|has)\x20)
        (?:'(?<single>[^'\r\n]*)'|"(?<double>[^"\r\n]*)"|(?<bare>[^\s,;'"()\[\]]+))"#,
    )
});

/// Masks the values of fields that hold patient data.
pub(crate) fn claim(scan: &mut Scan<'_>) {
    if !has_place(scan.bytes()) {
        return;
    }
    for captures in PLACE.captures_iter(scan.text) {
        let group = |name: &str| captures.name(name);
        let text = |range: Range<usize>| scan.text.get(range).unwrap_or_default();
        let (Some(segment), Some(field)) = (group("segment"), group("field")) else { continue };
        let Some(kind) = kind_at(text(segment), text(field)) else { continue };
        if let Some(quoted) = group("single").or(group("double")) {
            scan.mask(quoted, kind);
        } else if let Some(bare) = group("bare") {
            let found = text(bare.clone());
            let is_value = found.starts_with(char::is_uppercase)
                || found.contains(|c: char| c.is_ascii_digit() || c == '^');
            if is_value && !words::is_technical(found) {
                scan.mask(bare, kind);
            }
        }
    }
}

/// Returns true where something looks like the name of a segment and the number of a field.
fn has_place(bytes: &[u8]) -> bool {
    memchr::memchr2_iter(b'.', b'-', bytes).any(|at| {
        let (segment, field) = bytes.split_at(at);
        matches!(field, [_, digit, ..] if digit.is_ascii_digit())
            && matches!(segment, [.., one, two, three]
                if one.is_ascii_uppercase() && is_segment(&[*one, *two, *three]))
    })
}

/// Returns what an element such as `PID.5` of HL7 in XML holds.
pub(crate) fn kind_of_element(name: &str) -> Option<Kind> {
    let (segment, field) = name.split_once('.')?;
    kind_at(segment, field)
}

fn kind_at(segment: &str, field: &str) -> Option<Kind> {
    let field = field.parse().ok()?;
    match treatment(segment.as_bytes(), field) {
        Treatment::Mask(kind) if is_segment(segment.as_bytes()) => Some(kind),
        _ => None,
    }
}
