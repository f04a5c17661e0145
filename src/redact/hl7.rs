//! HL7 v2 segments quoted in a text, whole or cut.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::hl7_fields::{Treatment, is_identity, is_segment, may_identify, treatment};
use super::identifiers::Identifiers;
use super::pseudonym::Kind;
use super::scan::{Scan, is_in_token, is_word};
use super::words;

/// Find the first segments of messages, and those of patients; to make one anew takes as long as to
/// use it.
static HEADERS: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("MSH"));
static PATIENTS: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("PID"));

/// A segment in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    name: Range<usize>,
    /// From the byte after the first separator.
    body: Range<usize>,
    separator: u8,
}

/// Notes what identifies the patient of a message.
pub(crate) fn identify(message: &str, known: &mut Identifiers) {
    let bytes = message.as_bytes();
    let marks = encoding(bytes);
    for segment in segments(bytes, marks.separator, may_identify) {
        let name = &bytes[segment.name.clone()];
        for (number, field) in fields(bytes, &segment) {
            if let Treatment::Mask(kind) = treatment(name, number)
                && is_identity(name, number)
            {
                for part in parts(bytes, field, kind, marks) {
                    if !is_in_token(bytes, part.start) {
                        let value = message.get(part).unwrap_or_default();
                        known.add(value, kind_of_part(value, kind));
                    }
                }
            }
        }
    }
}

/// Masks the fields of segments, and notes what identifies the patient.
pub(crate) fn claim(scan: &mut Scan<'_>, known: &mut Identifiers) {
    let bytes = scan.bytes();
    let marks = encoding(bytes);
    let segments = segments(bytes, marks.separator, |_| true);
    for segment in &segments {
        claim_segment(scan, segment, marks, known);
    }
    fragments(scan, marks, &segments);
}

/// The separators of a message.
#[derive(Clone, Copy, Debug)]
struct Encoding {
    separator: u8,
    component: u8,
    repetition: u8,
    subcomponent: u8,
}

/// Returns what the first `MSH` of the text says, else the usual separators, but for a `PID` with
/// others.
fn encoding(bytes: &[u8]) -> Encoding {
    let usual = Encoding { separator: b'|', component: b'^', repetition: b'~', subcomponent: b'&' };
    for at in HEADERS.find_iter(bytes) {
        let is_start = at == 0 || !is_word(bytes[at - 1]);
        let Some([separator, component, repetition, rest @ ..]) = bytes.get(at + 3..) else {
            continue;
        };
        let all = [*separator, *component, *repetition];
        if is_start && all.iter().all(u8::is_ascii_punctuation) && separator != component {
            let subcomponent = rest.get(1).copied().filter(u8::is_ascii_punctuation);
            return Encoding {
                separator: *separator,
                component: *component,
                repetition: *repetition,
                subcomponent: subcomponent.unwrap_or(b'&'),
            };
        }
    }
    bare_separator(bytes).map_or(usual, |separator| {
        // Without a header the rest is a guess: senders that change one mark change them all.
        let has_caret = memchr::memchr(b'^', bytes).is_some();
        let (component, repetition) = if has_caret { (b'^', b'~') } else { (b'~', b'^') };
        Encoding { separator, component, repetition, subcomponent: b'&' }
    })
}

/// One of these is in every text with such a segment, whatever its case.
pub(crate) const BARE_SIGNS: &[&str] = &["pid"];

/// Returns the separator of a `PID` in a text without bars: its set id follows, and empty fields.
pub(crate) fn bare_separator(bytes: &[u8]) -> Option<u8> {
    let found = PATIENTS.find_iter(bytes).find_map(|at| {
        let after = &bytes[at + 3..];
        let separator = *after.first().filter(|byte| b"#!$%*;@".contains(byte))?;
        let n_digits = after[1..].iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
        let is_start = at == 0 || !is_word(bytes[at - 1]);
        let line = after.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
        let is_segment = is_start
            && n_digits <= 4
            && after.get(1 + n_digits) == Some(&separator)
            && memchr::memmem::find(line, &[separator; 2]).is_some()
            && memchr::memchr_iter(separator, line).nth(4).is_some();
        is_segment.then_some(separator)
    })?;
    memchr::memchr(b'|', bytes).is_none().then_some(found)
}

/// Returns the segments with the names that are wanted, in order.
fn segments(bytes: &[u8], separator: u8, is_wanted: impl Fn(&[u8]) -> bool) -> Vec<Segment> {
    let names_wanted =
        |bar: &usize| bar.checked_sub(3).is_some_and(|at| is_wanted(&bytes[at..*bar]));
    let begins = |bar: &usize| begins_segment(bytes, *bar, separator);
    let mut bars = memchr::memchr_iter(separator, bytes).fuse();
    let mut found = Vec::new();
    let mut next = None;
    // The name tells sooner than what is around it.
    while let Some(bar) =
        next.filter(names_wanted).or_else(|| bars.find(|bar| names_wanted(bar) && begins(bar)))
    {
        next = bars.find(begins);
        let end = next.map_or(bytes.len(), |next| next - 3);
        let line = bytes.get(bar + 1..end).unwrap_or_default();
        let line_len = memchr::memchr2(b'\r', b'\n', line).unwrap_or(line.len());
        let quote = bar.checked_sub(4).map(|at| bytes[at]).filter(|b| matches!(b, b'"' | b'\''));
        let len = cut_end(&line[..line_len], separator, quote);
        found.push(Segment { name: bar - 3..bar, body: bar + 1..bar + 1 + len, separator });
    }
    found
}

/// Returns true where the separator at `bar` follows the name of a segment.
fn begins_segment(bytes: &[u8], bar: usize, separator: u8) -> bool {
    let Some(start) = bar.checked_sub(3) else { return false };
    let name = &bytes[start..bar];
    let may_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if !(may_name(name[2]) && may_name(name[1]) && name[0].is_ascii_uppercase()) {
        return false;
    }
    let before = &bytes[..start];
    let at_line_start = matches!(before.last(), None | Some(b'\r' | b'\n' | 0x0B));
    let is_named = is_segment(name);
    if at_line_start {
        return is_named || has_two(&bytes[bar..], separator);
    }
    is_named && (after_line_end(before) || is_boundary(before.last(), separator))
}

fn has_two(line: &[u8], separator: u8) -> bool {
    let line = line.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    memchr::memchr_iter(separator, line).nth(1).is_some()
}

fn is_boundary(before: Option<&u8>, separator: u8) -> bool {
    before.is_none_or(|byte| !is_word(*byte) && !matches!(byte, b'^' | b'_' | b'&' | b'~' | b'-'))
        && before != Some(&separator)
}

/// Returns true after a line end that is spelled out, as in JSON, Lua or XML.
fn after_line_end(before: &[u8]) -> bool {
    const ENDS: [&[u8]; 8] =
        [b"\\r", b"\\n", b"\\x0d", b"\\x0D", b"\\u000d", b"\\u000D", b"\\x0a", b"\\u000a"];
    ENDS.iter().any(|end| before.ends_with(end))
}

/// Returns where a segment's line ends that goes on with other text: at the quote that was opened
/// before the segment, or at a spelled-out line end, where no separator follows.
fn cut_end(line: &[u8], separator: u8, quote: Option<u8>) -> usize {
    let tail = memchr::memrchr(separator, line).map_or(0, |bar| bar + 1);
    let rest = &line[tail..];
    for (at, byte) in rest.iter().enumerate() {
        let after = &rest[at + 1..];
        let is_close = Some(*byte) == quote
            && after.first() != quote.as_ref()
            && !after.first().is_some_and(|next| is_word(*next));
        let is_spelled = (*byte == b'\\' && matches!(after.first(), Some(b'r' | b'n')))
            || after.starts_with(b"#13;") && *byte == b'&'
            || after.starts_with(b"#xD;") && *byte == b'&';
        if is_close || is_spelled {
            return tail + at;
        }
    }
    line.len()
}

/// Returns the fields of a segment that are not empty, with their numbers.
fn fields<'b>(
    bytes: &'b [u8],
    segment: &Segment,
) -> impl Iterator<Item = (usize, Range<usize>)> + use<'b> {
    let first =
        if matches!(&bytes[segment.name.clone()], b"MSH" | b"FHS" | b"BHS") { 2 } else { 1 };
    let (end, separator) = (segment.body.end, segment.separator);
    let mut start = segment.body.start;
    let ranges = std::iter::from_fn(move || {
        let rest = bytes.get(start..end)?;
        let len = memchr::memchr(separator, rest).unwrap_or(rest.len());
        let range = start..start + len;
        start = range.end + 1;
        Some(range)
    });
    (first..).zip(ranges).filter(|(_, range)| !range.is_empty())
}

fn claim_segment(scan: &mut Scan<'_>, segment: &Segment, marks: Encoding, known: &mut Identifiers) {
    let text = scan.text;
    let bytes = scan.bytes();
    let name = &bytes[segment.name.clone()];
    scan.keep(segment.name.clone());
    for (number, range) in fields(bytes, segment) {
        let is_last = range.end == segment.body.end;
        match treatment(name, number) {
            Treatment::Keep => keep_field(scan, name, range, is_last),
            Treatment::Free => {}
            Treatment::Mask(kind) => {
                for part in parts(bytes, range.clone(), kind, marks) {
                    let value = text.get(part.clone()).unwrap_or_default();
                    let kind = kind_of_part(value, kind);
                    if is_identity(name, number) && scan.is_free(part.start) {
                        known.add(value, kind);
                    }
                    scan.mask(part, kind);
                }
            }
            Treatment::Value => mask_value(scan, range, number == 1),
        }
    }
}

/// Senders put social security numbers into the fields of other numbers.
fn kind_of_part(value: &str, kind: Kind) -> Kind {
    if words::shape(value) == Kind::Ssn { Kind::Ssn } else { kind }
}

/// Keeps a field; of the last one only the first word, since other text may follow it.
///
/// A location or code in `ERR` that holds a long number is left to the other detectors.
fn keep_field(scan: &mut Scan<'_>, name: &[u8], range: Range<usize>, is_last: bool) {
    let field = &scan.bytes()[range.clone()];
    if name == b"ERR" && words::has_digit_run(field, 6) {
        return;
    }
    let len = match field.iter().position(u8::is_ascii_whitespace) {
        Some(len) if is_last && name != b"ERR" => len,
        _ => field.len(),
    };
    scan.keep(range.start..range.start + len);
}

/// Returns what of a field is masked on its own: components of names, first components of ids
/// and what else in them is not a code, whole repetitions of the rest.
fn parts(
    bytes: &[u8],
    range: Range<usize>,
    kind: Kind,
    marks: Encoding,
) -> impl Iterator<Item = Range<usize>> {
    let is_whole = matches!(kind, Kind::Address | Kind::Phone | Kind::Email);
    let splits = move |byte: u8| {
        byte == marks.repetition
            || !is_whole && (byte == marks.component || byte == marks.subcomponent)
    };
    let mut start = range.start;
    let mut is_first = true;
    bytes[range].split(move |byte| splits(*byte)).filter_map(move |part| {
        let here = start..start + part.len();
        start = here.end + 1;
        let is_code = !is_first && kind != Kind::Name && words::is_code(part);
        is_first = bytes.get(here.end) == Some(&marks.repetition);
        (!part.is_empty() && !is_code).then_some(here)
    })
}

/// Masks a field of no known kind, unless it is a short code or, in first place, a set id.
fn mask_value(scan: &mut Scan<'_>, range: Range<usize>, is_first: bool) {
    let field = &scan.bytes()[range.clone()];
    let is_set_id = is_first && field.len() <= 4 && field.iter().all(u8::is_ascii_digit);
    let is_short = field.len() <= 2 && field.iter().all(u8::is_ascii_alphabetic);
    if is_set_id || is_short {
        return;
    }
    let kind = words::shape(scan.text.get(range.clone()).unwrap_or_default());
    scan.mask(range, kind);
}

/// Masks lines that look like the rest of a segment whose beginning was cut off.
fn fragments(scan: &mut Scan<'_>, marks: Encoding, segments: &[Segment]) {
    let bytes = scan.bytes();
    let mut start = 0;
    for line in bytes.split(|byte| matches!(byte, b'\r' | b'\n')) {
        let range = start..start + line.len();
        start = range.end + 1;
        let mut bars = memchr::memchr_iter(marks.separator, line);
        let (Some(first), Some(_), Some(_)) = (bars.next(), bars.next(), bars.next()) else {
            continue;
        };
        let is_hl7 = memchr::memchr(marks.component, line).is_some()
            || memchr::memmem::find(line, &[marks.separator; 2]).is_some();
        let next = segments.partition_point(|segment| segment.name.start < range.start);
        let has_segment = segments.get(next).is_some_and(|segment| segment.name.end <= range.end);
        if !is_hl7 || has_segment || !scan.is_free(range.start + first) {
            continue;
        }
        // Words before the first field are not part of it.
        let lead = line[..first].iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1);
        let mut at = range.start + lead;
        for field in line[lead..].split(|byte| *byte == marks.separator) {
            mask_value(scan, at..at + field.len(), false);
            at += field.len() + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::carrier;
    use super::*;

    proptest! {
        #[test]
        fn segments_that_are_wanted_are_those_among_all(
            text in carrier(), names in proptest::collection::vec("PID|NK1|OBX|ZZZ|MSH|AB", 0..6),
        ) {
            let segments_of = names.iter().map(|name| format!("{name}|1||{text}\r"));
            let text = text.clone() + &segments_of.collect::<String>();
            let bytes = text.as_bytes();
            let mut all = segments(bytes, b'|', |_| true);
            all.retain(|segment| may_identify(&bytes[segment.name.clone()]));
            prop_assert_eq!(segments(bytes, b'|', may_identify), all);
        }
    }
}
