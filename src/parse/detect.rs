//! Finds the format of a file from its first bytes.
//!
//! Entry point: [`detect`].
//!
//! **Not here:** what names and neighbours tell, such as the daily files of Iguana 4 to 6 (`archive`).

use super::csv::Columns;
use super::envelope::{Envelope, MARKER, parse_envelope};
use super::json::{Stop, is_answer, parse_key, scan_value};
use super::lines::{HEAD_BYTES, without_line_end};
use super::service_log::is_service_line;
use super::{Format, ParseOptions, TextFormat};

/// How many of the first lines may tell a text format.
const MAX_LINES: usize = 200;

/// Why a file cannot be read as a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Unreadable {
    /// Iguana X's encrypted logs: only the server has the key.
    #[error(
        "the log is encrypted and only Iguana can read it: save what its HTTP interface \
         `/logs/retrieve` answers and read that, or have Iguana write plain logs (`logt`)"
    )]
    Encrypted,
    /// A daily file of Iguana 4, 5 or 6, which only Iguana itself can open.
    #[error(
        "daily log files of Iguana 4 to 6 can be opened by Iguana only: save what its HTTP \
         interface `/api_query` answers (XML) or export the Logs page (CSV), and read that file"
    )]
    ClassicDaily,
    /// No known format.
    #[error(
        "the format is not known; name it with `--input-format`, \
         or define a text format in the configuration"
    )]
    Unknown,
    /// No bytes, or white space only.
    #[error("the file is empty")]
    Empty,
}

/// Returns the format of a file at this path that begins so.
///
/// `head` is the whole file or as much of it as there is at hand; 64 KiB are enough. UTF-16 is
/// turned into UTF-8 before: see [`Encoding`](super::Encoding). `path` may be empty; it tells only
/// that a file whose head is damaged is a log of Iguana X.
///
/// # Errors
///
/// Returns why the file cannot be read; the text says what to do.
pub fn detect(head: &[u8], path: &str, options: &ParseOptions) -> Result<Format, Unreadable> {
    if head.is_empty() {
        return Err(Unreadable::Empty);
    }
    if begins_with_envelope(head) {
        return Ok(Format::IguanaX);
    }
    if head.starts_with(b"(:") {
        return Err(Unreadable::Encrypted);
    }
    let is_named = is_iguana_x_path(path);
    if is_named && (has_envelope(head) || !is_text(head)) {
        return Ok(Format::IguanaX);
    }
    match detect_other(head, options) {
        Some(format) => Ok(format),
        None if is_named || has_envelope(head) => Ok(Format::IguanaX),
        None if without_bom(head).trim_ascii().is_empty() => Err(Unreadable::Empty),
        None => Err(Unreadable::Unknown),
    }
}

/// Returns the format of a text.
fn detect_other(head: &[u8], options: &ParseOptions) -> Option<Format> {
    let head = without_bom(head);
    let text = head.trim_ascii_start();
    if is_api_xml(text) {
        return Some(Format::ApiXml);
    }
    if is_ndjson(text) {
        return Some(Format::Ndjson);
    }
    if Columns::parse(head, &options.csv, true).is_some_and(|(columns, _)| columns.is_log()) {
        return Some(Format::Csv);
    }
    detect_text(head, options)
}

fn without_bom(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head)
}

/// Returns true where no byte is a control character that texts do not have.
fn is_text(head: &[u8]) -> bool {
    let is_fine = |byte: &u8| *byte >= b' ' || matches!(byte, b'\t'..=b'\r' | 0x1B);
    head.iter().all(is_fine) && !head.trim_ascii().is_empty()
}

/// Returns true for the place of an Iguana X log: `<component>/<8 hex>/<2 hex>/<2 hex>/<4 hex>.log`.
///
/// More may stand behind the name, as in `.log.gz`, or `.orig` in place of `.log`: what Iguana
/// leaves of a log that it has repaired.
fn is_iguana_x_path(path: &str) -> bool {
    let is_hex = |part: &str, len: usize| {
        part.len() == len && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let mut parts = path.rsplit(['/', '\\']);
    let Some((time, ending)) = parts.next().and_then(|name| name.split_once('.')) else {
        return false;
    };
    let is_log = ending.split('.').next().is_some_and(|word| matches!(word, "log" | "orig"));
    is_log
        && is_hex(time, 4)
        && [2, 2, 8].into_iter().all(|len| parts.next().is_some_and(|part| is_hex(part, len)))
        && parts.next().is_some_and(|component| !component.is_empty())
}

/// Returns true where the first bytes are an envelope, as far as they go.
fn begins_with_envelope(head: &[u8]) -> bool {
    match parse_envelope(head) {
        Envelope::Whole { .. } => true,
        Envelope::Short { is_plausible } => is_plausible && head.starts_with(MARKER),
        Envelope::Bad { .. } => false,
    }
}

/// Returns true where an envelope is found behind a damaged start.
fn has_envelope(head: &[u8]) -> bool {
    memchr::memmem::find_iter(head, MARKER).any(|at| {
        let here = head.get(at..).unwrap_or_default();
        match parse_envelope(here) {
            Envelope::Whole { .. } => true,
            // The head ends in an envelope; a smiley in a text is not followed by so much sense.
            Envelope::Short { is_plausible } => is_plausible && here.len() >= 64,
            Envelope::Bad { .. } => false,
        }
    })
}

fn is_api_xml(text: &[u8]) -> bool {
    let head = text.get(..HEAD_BYTES).unwrap_or(text);
    let is_element = |name: &[u8]| memchr::memmem::find(head, name).is_some();
    text.starts_with(b"<") && (is_element(b"<export") || is_element(b"<message message_id="))
}

/// Returns true for a JSON object on a line, an answer or a list over many lines, or the beginning of
/// one where the head ends in it. Any other object over many lines is somebody's document.
fn is_ndjson(text: &[u8]) -> bool {
    if let Some(inside) = text.strip_prefix(b"[") {
        let inside = inside.trim_ascii_start();
        return inside.starts_with(b"{") && has_key(inside) || text.trim_ascii_end() == b"[]";
    }
    if !text.starts_with(b"{") {
        return false;
    }
    let is_one_line = |object: &[u8]| !object.contains(&b'\n');
    let is_line = match scan_value(text) {
        Ok(len) => is_one_line(text.get(..len).unwrap_or(text)),
        Err(Stop::Short) => is_one_line(text) && has_key(text),
        Err(Stop::Broken) => false,
    };
    is_line
        || match is_answer(text, &|_| false) {
            Ok(is_answer) => is_answer,
            Err(Stop::Short) => memchr::memmem::find(text, b"\"data\"").is_some(),
            Err(Stop::Broken) => false,
        }
}

/// Returns true where an object begins with a key.
fn has_key(object: &[u8]) -> bool {
    let inside = object.get(1..).unwrap_or_default().trim_ascii_start();
    !inside.is_empty() && parse_key(inside).is_ok()
}

/// Returns the format whose entries begin with one of the first lines.
///
/// An entry of one format may quote lines of another: those behind the first line of the service's
/// error log tell nothing.
fn detect_text(head: &[u8], options: &ParseOptions) -> Option<Format> {
    let lines = || head.split_inclusive(|byte| *byte == b'\n').map(without_line_end);
    let first_service = lines().position(is_service_line);
    let n_lines = first_service.unwrap_or(usize::MAX).min(MAX_LINES);
    let has_begin = |text: &&TextFormat| {
        let mut lines = lines().take(n_lines);
        lines.any(|line| text.is_begin(line.get(..HEAD_BYTES).unwrap_or(line)))
    };
    let text = options.texts.iter().find(has_begin);
    text.map(|text| Format::Text(text.shared_name()))
        .or_else(|| first_service.map(|_| Format::ServiceLog))
}

#[cfg(test)]
mod tests {
    use super::super::tests::envelope;
    use super::*;

    #[track_caller]
    fn check(head: &[u8], want: Result<&str, Unreadable>) {
        let have = detect(head, "", &ParseOptions::default());
        assert_eq!(
            have.as_ref().map(Format::name).map_err(|reason| *reason),
            want,
            "{:?}",
            String::from_utf8_lossy(head)
        );
    }

    #[test]
    fn formats_are_known_by_their_first_bytes() {
        let cases: [(&[u8], _); 32] = [
            (b"", Err(Unreadable::Empty)),
            (b"\xEF\xBB\xBF \r\n", Err(Unreadable::Empty)),
            (b"(:\x01\x02", Err(Unreadable::Encrypted)),
            (b"hello world\n", Err(Unreadable::Unknown)),
            (b":) hello world, how are you\n", Err(Unreadable::Unknown)),
            (&[0; 100], Err(Unreadable::Unknown)),
            (b"<html><body/></html>", Err(Unreadable::Unknown)),
            (b"{ not json\n", Err(Unreadable::Unknown)),
            (b"a,b\n1,2\n", Err(Unreadable::Unknown)),
            (b"<?xml version=\"1.0\"?>\n<export success=\"true\">", Ok("api-query-xml")),
            (b"{\"time\":1}\n", Ok("ndjson")),
            (b"{\n  \"success\": true,\n  \"data\": [\n    {\n", Ok("ndjson")),
            (b"{\"success\":false,\"error\":\"x\"}", Ok("ndjson")),
            (b"{\"data\":{\"x\":[{\"time\"", Ok("ndjson")),
            (b"{\"success\":true,\"data\":[{broken},", Ok("ndjson")),
            (b"[\n  {\n    \"time\": 1", Ok("ndjson")),
            (b"[{\"time\":broken}]", Ok("ndjson")),
            (b"[]\n", Ok("ndjson")),
            (b"{\n \"bytes\": 7,\n \"entries\": 1\n}\n", Err(Unreadable::Unknown)),
            (b"[x", Err(Unreadable::Unknown)),
            (b"[{x", Err(Unreadable::Unknown)),
            (b"{\"a\" b\n", Err(Unreadable::Unknown)),
            (b"\xEF\xBB\xBF{\"time\":1}", Ok("ndjson")),
            (b"[2026-09-07 00:00:00]\tup\n", Ok("service-error-log")),
            (b"IguanaX terminated due to signal 6\n", Ok("service-error-log")),
            (b"dump\n0x1\n[2026-09-07 00:00:00]\tup\n", Ok("service-error-log")),
            (b"Time Stamp;Type;Data\r\n", Ok("csv")),
            (b"[2026-09-07 00:00:00]\ta\n2026-09-07 00:00:00 INFO b: c\n", Ok("service-error-log")),
            (b"2026-09-07 00:00:00 INFO b: c\n[2026-09-07 00:00:00]\ta\n", Ok("iso-level")),
            (b"[2026-09-07 00:00:00.000] [A] [Info] [1] x\n", Ok("dewlap-text")),
            (b"loose\n[2026-09-07 00:00:00.000] [A] [Info] [1] x\n", Ok("dewlap-text")),
            (b"2026-09-07 00:00:00,123 WARN a: x\n", Ok("iso-level")),
        ];
        for (head, want) in cases {
            check(head, want);
        }
    }

    #[test]
    fn iguana_x_is_known_whole_short_and_behind_damage() {
        let one = envelope(b"text", "#error");
        check(&one, Ok("iguana-x"));
        check(&one[..10], Ok("iguana-x"));
        check(&[&b"\0\0\0"[..], &one].concat(), Ok("iguana-x"));
        check(&[&b"x"[..], &one[1..], &one].concat(), Ok("iguana-x"));
        let long = envelope(&b"x".repeat(100_000), "");
        check(&[&b"\0\0"[..], &long[..65_000]].concat(), Ok("iguana-x"));
    }

    #[test]
    fn a_damaged_head_is_known_by_its_path() {
        let noise: Vec<u8> = (0..=255).cycle().skip(3).step_by(7).take(65_536).collect();
        let text = b"2026-09-07 00:00:00 INFO b: c\n";
        let quoting = [&b"x"[..], &envelope(text, "")[1..], &envelope(b"a", "")].concat();
        for path in [
            "logt/Iguana-Service/00000000/66/D9/B615.log",
            "/x/logt/6sIO4z1sh0DDxw3UOjPQ4a/00000000/66/d9/b615.log.orig",
            "6sIO4z1sh0DDxw3UOjPQ4a/00000000/66/D9/B615.orig",
            r"C:\logt\Iguana-Service\00000000\66\D9\B615.log.gz",
        ] {
            let known = |head: &[u8]| {
                let format = detect(head, path, &ParseOptions::default());
                format.map(|format| format.name().to_owned())
            };
            for head in [&[0; 9_000][..], &noise, b" \n", b"damage", &quoting] {
                assert_eq!(known(head), Ok("iguana-x".into()), "{path} {:?}", head.get(..5));
            }
            assert_eq!(known(b"(:\x01"), Err(Unreadable::Encrypted));
            assert_eq!(known(b""), Err(Unreadable::Empty));
            assert_eq!(known(text), Ok("iso-level".into()));
        }
    }

    #[test]
    fn only_the_place_of_a_log_tells_its_format() {
        for path in [
            "",
            "B615.log",
            "00000000/66/D9/B615.log",
            "a/0000000/66/D9/B615.log",
            "a/00000000/66/D9/B61X.log",
            "a/00000000/66/D9/B615.txt",
            "a/00000000/66/D9/B615",
        ] {
            assert!(!is_iguana_x_path(path), "{path}");
        }
    }

    #[test]
    fn reasons_say_what_to_do() {
        assert!(Unreadable::Encrypted.to_string().contains("/logs/retrieve"));
        let classic = Unreadable::ClassicDaily.to_string();
        assert!(classic.contains("/api_query") && classic.contains("export"));
        assert!(Unreadable::Unknown.to_string().contains("--input-format"));
    }
}
