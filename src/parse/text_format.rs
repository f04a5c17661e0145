//! Text logs whose entries begin with a line of a configured shape.
//!
//! Entry point: [`TextFormat::new`]. Two formats are built in: see [`TextFormat::built_in`].
//!
//! **Invariant:** only a line end ends a line; the carriage returns of HL7 stay in the text.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use jiff::tz::TimeZone;
use regex::bytes::{CaptureLocations, Regex, RegexBuilder};

use super::clock::{Clock, is_time_format};
use super::lines::{Header, Layout};
use super::words::kind_of;
use super::{Format, decode_text};
use crate::model::{EntryKind, Millis};

/// A compiled expression may take this much memory.
const EXPRESSION_BYTES: usize = 1024 * 1024;
/// What an expression may capture.
const CAPTURES: [&str; 5] = ["time", "component", "type", "id", "text"];
const ISO_LEVEL: &str = r"(?x-u)
    (?<time>\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:\ ?(?:Z|UTC|[+-]\d\d:?\d\d))?)
    \ +\[?(?<type>(?i:trace|debug|fine|info|information|notice|success|warn|warning|err|error
        |severe|fatal|critical|alert|emergency|panic))\]?:?
    \ +(?:(?<component>[^:\r\n]{1,80}):\ )?";

/// A text format as the configuration has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSpec {
    /// The name that it goes by.
    pub name: String,
    /// An expression that the first line of an entry matches from its start.
    ///
    /// It captures `time` and may capture `component`, `type`, `id` and `text`; without `text`,
    /// what follows the match is the text. Lines that do not match continue the entry above. The
    /// first 4,096 bytes of a line are looked at.
    pub begin: String,
    /// How `time` is written, in the directives of `strptime`. `None`: any common form.
    pub time_format: Option<String>,
    /// The time zone of times that name none, such as `America/Toronto`. `None`: the input's.
    pub zone: Option<String>,
}

/// Why a text format was refused.
#[derive(Debug, thiserror::Error)]
pub enum TextFormatError {
    /// The name is empty, or that of a format that is not a text format.
    #[error("`{name}` is not a free name for a text format")]
    Name {
        /// The name.
        name: String,
    },
    /// The expression is not one, or is too large.
    #[error("failed to compile `begin` of text format `{name}`")]
    Expression {
        /// The name of the format.
        name: String,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The expression captures something else.
    #[error(
        "`begin` of text format `{name}` captures `{capture}`, \
         expected `time`, `component`, `type`, `id` or `text`"
    )]
    Capture {
        /// The name of the format.
        name: String,
        /// What it captures.
        capture: String,
    },
    /// The expression does not capture the time.
    #[error("`begin` of text format `{name}` does not capture `time`")]
    NoTime {
        /// The name of the format.
        name: String,
    },
    /// Times cannot be read by the format.
    #[error(
        "`{format}` of text format `{name}` is not a time format with a date, \
         expected one such as `%Y-%m-%d %H:%M:%S`"
    )]
    TimeFormat {
        /// The name of the format.
        name: String,
        /// The time format.
        format: String,
    },
    /// The time zone is not known.
    #[error("`{zone}` of text format `{name}` is not a time zone, expected one such as `UTC`")]
    Zone {
        /// The name of the format.
        name: String,
        /// The time zone.
        zone: String,
    },
}

/// A text format that is ready for use. Cloning is cheap.
#[derive(Clone)]
pub struct TextFormat {
    name: Arc<str>,
    begin: Begin,
    time_format: Option<Arc<str>>,
    zone: Option<TimeZone>,
}

/// How the first line of an entry is known.
#[derive(Clone)]
enum Begin {
    /// `[time] [component] [type] [id] text`, read without an expression.
    Brackets,
    /// Shared, because a copy of an expression learns its states anew.
    Expression(Arc<Regex>),
}

impl TextFormat {
    /// Checks and compiles a format.
    ///
    /// # Errors
    ///
    /// Returns the first thing that is wrong with it.
    pub fn new(spec: TextSpec) -> Result<Self, TextFormatError> {
        let TextSpec { name, begin, time_format, zone } = spec;
        if name.trim().is_empty() || Format::FIXED.iter().any(|format| format.name() == name) {
            return Err(TextFormatError::Name { name });
        }
        let expression = match compile(&begin) {
            Ok(expression) => expression,
            Err(source) => {
                return Err(TextFormatError::Expression { name, source: source.into() });
            }
        };
        let mut captures = expression.capture_names().flatten();
        if let Some(capture) = captures.find(|capture| !CAPTURES.contains(capture)) {
            return Err(TextFormatError::Capture { name, capture: capture.into() });
        }
        if expression.capture_names().flatten().all(|capture| capture != "time") {
            return Err(TextFormatError::NoTime { name });
        }
        if let Some(format) = time_format.as_ref().filter(|format| !is_time_format(format)) {
            return Err(TextFormatError::TimeFormat { name, format: format.clone() });
        }
        let zone = match zone {
            None => None,
            Some(zone) => match TimeZone::get(&zone) {
                Ok(zone) => Some(zone),
                Err(_) => return Err(TextFormatError::Zone { name, zone }),
            },
        };
        Ok(Self {
            name: name.into(),
            begin: Begin::Expression(expression),
            time_format: time_format.map(Into::into),
            zone,
        })
    }

    /// Returns the formats that need no configuration.
    ///
    /// | name | the first line of an entry |
    /// |---|---|
    /// | `dewlap-text` | `[2026-09-07 00:00:00.000] [component] [Type] [id] text` |
    /// | `iso-level` | `2026-09-07 00:00:00,000 LEVEL component: text` |
    #[must_use]
    pub fn built_in() -> Vec<Self> {
        let iso_level = compile(ISO_LEVEL).map(Begin::Expression);
        [("dewlap-text", Ok(Begin::Brackets)), ("iso-level", iso_level)]
            .into_iter()
            .filter_map(|(name, begin)| Some((name, begin.ok()?)))
            .map(|(name, begin)| Self { name: name.into(), begin, time_format: None, zone: None })
            .collect()
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name, to share.
    pub(super) fn shared_name(&self) -> Arc<str> {
        self.name.clone()
    }

    /// Returns true where a line, without its end, begins an entry.
    pub(super) fn is_begin(&self, line: &[u8]) -> bool {
        match &self.begin {
            Begin::Brackets => read_brackets(&Clock::new(&TimeZone::UTC), line).is_some(),
            Begin::Expression(expression) => expression.is_match(line),
        }
    }

    /// Returns the layout of a file whose times are in `zone` unless the format has its own.
    pub(super) fn layout(&self, zone: &TimeZone) -> TextLayout {
        let clock = Clock::new(self.zone.as_ref().unwrap_or(zone));
        match &self.begin {
            Begin::Brackets => TextLayout::Brackets(clock),
            Begin::Expression(expression) => {
                let group = |name: &str| {
                    expression.capture_names().position(|capture| capture == Some(name))
                };
                TextLayout::Expression(Box::new(ExpressionLayout {
                    clock,
                    time_format: self.time_format.clone(),
                    locations: expression.capture_locations(),
                    groups: CAPTURES.map(group),
                    expression: Arc::clone(expression),
                }))
            }
        }
    }
}

impl fmt::Debug for TextFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TextFormat").field(&self.name).finish()
    }
}

/// The layout of one file in a text format.
pub(super) enum TextLayout {
    Brackets(Clock),
    Expression(Box<ExpressionLayout>),
}

/// A layout that an expression describes.
pub(super) struct ExpressionLayout {
    clock: Clock,
    time_format: Option<Arc<str>>,
    expression: Arc<Regex>,
    locations: CaptureLocations,
    /// The number of each of `CAPTURES`.
    groups: [Option<usize>; 5],
}

impl Layout for TextLayout {
    fn is_free(&self) -> bool {
        true
    }

    fn may_begin(&self, first: u8) -> bool {
        match self {
            Self::Brackets(_) => first == b'[',
            Self::Expression(_) => true,
        }
    }

    fn header(&mut self, line: &[u8]) -> Option<Header> {
        match self {
            Self::Brackets(clock) => read_brackets(clock, line),
            Self::Expression(layout) => layout.header(line),
        }
    }
}

impl ExpressionLayout {
    fn header(&mut self, line: &[u8]) -> Option<Header> {
        let end = self.expression.captures_read(&mut self.locations, line)?.end();
        let [time, component, kind, id, text] = self.groups.map(|group| {
            let (from, to) = self.locations.get(group?)?;
            Some(from..to)
        });
        let part = |range: &Range<usize>| decode_text(line.get(range.clone()).unwrap_or_default());
        Some(Header {
            time: time.and_then(|range| self.time(&part(&range))),
            kind: kind.map_or(EntryKind::Info, |range| kind_of(&part(&range))),
            component: component.unwrap_or(0..0),
            id: id.unwrap_or(0..0),
            text_from: text.map_or(end, |range| range.start),
        })
    }

    fn time(&self, text: &str) -> Option<Millis> {
        match &self.time_format {
            Some(format) => self.clock.parse_with(text, format),
            None => self.clock.parse(text),
        }
    }
}

/// Compiles an expression that matches at the start of a line only.
fn compile(begin: &str) -> Result<Arc<Regex>, regex::Error> {
    RegexBuilder::new(&format!(r"\A(?:{begin})")).size_limit(EXPRESSION_BYTES).build().map(Arc::new)
}

/// Reads `[time] [component] [type] [id] text`.
fn read_brackets(clock: &Clock, line: &[u8]) -> Option<Header> {
    let (time, len) = clock.take_stamp(line.strip_prefix(b"[")?)?;
    let component = bracketed(line, 1 + len, b"] [")?;
    let (kind, kind_end) = kind_at(line, component.end)?;
    let id = bracketed(line, kind_end, b"]")?;
    let text_from = id.end + 1;
    let text_from = text_from + usize::from(line.get(text_from) == Some(&b' '));
    Some(Header { time: Some(time), kind, component, id, text_from })
}

/// Returns where the field is that begins behind the bracket that closes here.
///
/// A name may hold brackets; what ends it is followed by the next field.
fn bracketed(line: &[u8], at: usize, end: &[u8]) -> Option<Range<usize>> {
    let rest = line.get(at..)?.strip_prefix(b"] [")?;
    let mut ends = memchr::memchr_iter(b']', rest);
    let len = ends.find(|len| rest.get(*len..).is_some_and(|rest| rest.starts_with(end)))?;
    Some(at + 3..at + 3 + len)
}

/// Reads the field of the type, and returns where it ends.
fn kind_at(line: &[u8], at: usize) -> Option<(EntryKind, usize)> {
    /// What most entries are, as the exports write it.
    const MOST: [(&[u8], EntryKind); 2] =
        [(b"] [Message", EntryKind::Message), (b"] [Info", EntryKind::Info)];
    let rest = line.get(at..)?;
    let is_here = |word: &[u8]| rest.strip_prefix(word).is_some_and(|end| end.starts_with(b"] ["));
    if let Some((word, kind)) = MOST.iter().find(|(word, _)| is_here(word)) {
        return Some((*kind, at + word.len()));
    }
    let field = bracketed(line, at, b"] [")?;
    Some((kind_of(&decode_text(line.get(field.clone())?)), field.end))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Seen, read};
    use super::super::{Format, ParseOptions};
    use super::*;
    use crate::model::EntryId;

    fn spec(begin: &str) -> TextSpec {
        TextSpec { name: "own".into(), begin: begin.into(), time_format: None, zone: None }
    }

    /// Reads a log; each entry as `time|kind|component|id|text`.
    fn entries(format: &TextFormat, log: &str) -> Vec<String> {
        let texts = vec![format.clone()];
        let options = ParseOptions { texts, ..ParseOptions::default() };
        let items = read(&Format::Text(format.shared_name()), log.as_bytes(), &options);
        let shown = items.into_iter().map(|item| match item {
            Seen::Entry(entry) => {
                let id = match &entry.id {
                    EntryId::Named(id) => id,
                    _ => "",
                };
                let text = String::from_utf8_lossy(&entry.text);
                let kind = entry.kind.name();
                format!("{}|{kind}|{}|{id}|{text}", entry.time, entry.component)
            }
            Seen::Gap(gap) => format!("{}..{} {}", gap.from, gap.to, gap.reason),
        });
        shown.collect()
    }

    #[track_caller]
    fn check(format: &TextFormat, log: &str, want: &[&str]) {
        assert_eq!(entries(format, log), want);
    }

    fn built_in(name: &str) -> TextFormat {
        TextFormat::built_in().into_iter().find(|format| format.name() == name).unwrap()
    }

    #[test]
    fn brackets_are_read_over_lines_and_keep_carriage_returns() {
        check(
            &built_in("dewlap-text"),
            "[2026-09-07 00:00:00.055] [ADT [test] In] [Error] [guid-1788739200055-1] a\n  b\r\n\
             [2026-09-07 00:00:01.000] [X] [Message] [20160527-7] MSH|^~\\&|\rPID|1\n\
             [2026-09-07] [no] [begin] [x] y\n\
             [2026-09-07 00:00:02.000] [X] [Odd] []",
            &[
                "2026-09-07T00:00:00.055Z|error|ADT [test] In|guid-1788739200055-1|a\n  b",
                "2026-09-07T00:00:01.000Z|message|X|20160527-7|MSH|^~\\&|\rPID|1\n\
                 [2026-09-07] [no] [begin] [x] y",
                "2026-09-07T00:00:02.000Z|info|X||",
            ],
        );
    }

    #[test]
    fn iso_lines_have_a_level_and_may_have_a_component() {
        check(
            &built_in("iso-level"),
            "2026-09-07 00:00:00,137 ERROR ADT In: refused: x\n at y\n\
             2026-09-07T00:00:01Z [warn] no component\n\
             2026-09-07T02:00:02.5+02:00 INFO a.b: up",
            &[
                "2026-09-07T00:00:00.137Z|error|ADT In||refused: x\n at y",
                "2026-09-07T00:00:01.000Z|warning|||no component",
                "2026-09-07T00:00:02.500Z|info|a.b||up",
            ],
        );
    }

    #[test]
    fn a_configured_format_has_its_own_times_and_zone() {
        let format = TextFormat::new(TextSpec {
            time_format: Some("%d.%m.%y %H:%M:%S".into()),
            zone: Some("Europe/Vienna".into()),
            ..spec(r"(?<time>\S+ \S+) <(?<component>[^>]*)> (?<text>\w+)")
        });
        check(
            &format.unwrap(),
            "loose\n07.09.26 02:00:00 <ADT> failed\nagain\nxx.09.26 02:00:00 <ADT> no time\n",
            &[
                "2026-09-07T00:00:00.000Z|info|||loose",
                "2026-09-07T00:00:00.000Z|info|ADT||failed\nagain",
                "2026-09-07T00:00:00.000Z|info|ADT||no time",
            ],
        );
    }

    #[test]
    fn an_entry_over_the_limit_is_cut_and_the_rest_is_a_gap() {
        let log = format!("[2026-09-07 00:00:00.000] [X] [Info] [1] {}\nmore\n", "y".repeat(100));
        let log = format!("{log}{log}");
        let options = ParseOptions { max_entry_bytes: 60, ..ParseOptions::default() };
        let items = read(&Format::Text("dewlap-text".into()), log.as_bytes(), &options);
        let places: Vec<_> = items.iter().map(|item| (item.is_gap(), item.range())).collect();
        let half = log.len() as u64 / 2;
        assert_eq!(
            places,
            [
                (false, (0, 60)),
                (true, (60, half)),
                (false, (half, half + 60)),
                (true, (half + 60, half * 2)),
            ]
        );
    }

    #[test]
    fn what_is_wrong_with_a_format_is_said() {
        let time = "(?<time>.*)";
        let cases = [
            (TextSpec { name: "csv".into(), ..spec(time) }, "`csv` is not a free name"),
            (spec("(?<time>"), "failed to compile `begin`"),
            (spec("(?<time>x)(?<channel>y)"), "captures `channel`"),
            (spec("x"), "does not capture `time`"),
            (TextSpec { time_format: Some("%H:%M".into()), ..spec(time) }, "not a time format"),
            (TextSpec { zone: Some("Mars/Base".into()), ..spec(time) }, "not a time zone"),
        ];
        for (spec, want) in cases {
            let error = TextFormat::new(spec).unwrap_err().to_string();
            assert!(error.contains(want), "{error}");
        }
    }
}
