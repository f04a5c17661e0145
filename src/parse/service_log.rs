//! `ServiceErrorLog.txt`: what the server itself writes beside its logs.
//!
//! A line `[YYYY-MM-DD HH:MM:SS]<TAB>text` begins an entry, and so does a crash dump, which is raw
//! text up to the next such line.
//!
//! The lines have no type: a text that speaks of a failure is an error, any other information.

use jiff::tz::TimeZone;

use super::clock::Clock;
use super::decode_text;
use super::lines::{Header, Layout};
use super::words::speaks_of_failure;
use crate::model::{Entry, EntryKind, Millis};

const STAMP_BYTES: usize = 22;
const STAMP: &[u8; STAMP_BYTES] = b"[0000-00-00 00:00:00]\t";
const COMPONENT: &str = "Iguana-Service";
/// How the first line of a crash dump begins.
const CRASHES: [&[u8]; 2] = [b"IguanaX terminated due to", CAPTURED];
const CAPTURED: &[u8] = b"Stack trace captured on ";
/// `<month> <day>, <year> @ <time>`; the weekday before it tells nothing.
const CAPTURED_FORMATS: [&str; 6] = [
    "%B %d, %Y @ %H:%M:%S",
    "%B %d, %Y @ %I:%M:%S %p",
    "%B %d, %Y @ %H:%M",
    "%B %d, %Y @ %I:%M %p",
    "%b %d, %Y @ %H:%M:%S",
    "%b %d, %Y @ %I:%M:%S %p",
];

/// The layout of the service's error log.
pub(super) struct ServiceLog {
    clock: Clock,
    /// True within a crash dump, where the words that begin one may stand again.
    is_in_crash: bool,
    /// True where no line has a time: the layout of versions 4 to 6 is not known.
    is_each_line: bool,
}

impl ServiceLog {
    /// Returns the layout of a file that begins so.
    pub(super) fn new(head: &[u8], zone: &TimeZone) -> Self {
        let is_blank = head.trim_ascii().is_empty();
        Self {
            clock: Clock::new(zone),
            is_in_crash: false,
            is_each_line: !is_blank && !head.split(|byte| *byte == b'\n').any(is_service_line),
        }
    }
}

impl Layout for ServiceLog {
    fn header(&mut self, line: &[u8]) -> Option<Header> {
        if has_stamp(line) {
            self.is_in_crash = false;
            let time = line.get(1..).and_then(|line| self.clock.take_stamp(line));
            let time = time.map(|(time, _)| time);
            return Some(header(time, EntryKind::Info, STAMP_BYTES));
        }
        if self.is_in_crash {
            return None;
        }
        if is_crash(line) {
            self.is_in_crash = true;
            return Some(header(None, EntryKind::Error, 0));
        }
        (self.is_each_line && !line.trim_ascii().is_empty())
            .then(|| header(None, EntryKind::Info, 0))
    }

    fn complete(&self, entry: &mut Entry<'_>) {
        entry.component = COMPONENT.into();
        if is_crash(&entry.text) {
            entry.kind = EntryKind::Error;
            entry.time = captured_on(&self.clock, &entry.text).unwrap_or(entry.time);
        } else if speaks_of_failure(&entry.text) {
            entry.kind = EntryKind::Error;
        }
    }
}

/// Returns true where a line begins an entry of this log.
pub(super) fn is_service_line(line: &[u8]) -> bool {
    is_crash(line) || has_stamp(line)
}

fn header(time: Option<Millis>, kind: EntryKind, text_from: usize) -> Header {
    Header { time, kind, component: 0..0, id: 0..0, text_from }
}

/// Returns true where a line begins with `[YYYY-MM-DD HH:MM:SS]<TAB>`.
fn has_stamp(line: &[u8]) -> bool {
    line.first_chunk::<STAMP_BYTES>().is_some_and(|head| {
        head.iter().zip(STAMP).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            _ => byte == shape,
        })
    })
}

fn is_crash(line: &[u8]) -> bool {
    CRASHES.iter().any(|crash| line.starts_with(crash))
}

/// Returns the time that a crash dump names.
fn captured_on(clock: &Clock, text: &[u8]) -> Option<Millis> {
    let line = text.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(CAPTURED))?;
    let line = decode_text(line);
    let (_weekday, time) = line.split_once(", ")?;
    let time = time.trim().trim_end_matches(['.', ':']);
    CAPTURED_FORMATS.iter().find_map(|format| clock.parse_with(time, format))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Seen, read};
    use super::super::{Format, ParseOptions};
    use crate::model::EntryKind;

    #[track_caller]
    fn check(log: &str, want: &[(&str, EntryKind, &str)]) {
        let zone = jiff::tz::TimeZone::get("America/Toronto").unwrap();
        let options = ParseOptions { zone, ..ParseOptions::default() };
        let have: Vec<_> = read(&Format::ServiceLog, log.as_bytes(), &options)
            .into_iter()
            .map(|item| match item {
                Seen::Entry(entry) => {
                    assert_eq!(entry.component, "Iguana-Service");
                    let text = String::from_utf8(entry.text.into_owned()).unwrap();
                    (entry.time.to_string(), entry.kind, text)
                }
                Seen::Gap(gap) => panic!("{gap:?}"),
            })
            .collect();
        let have: Vec<_> = have.iter().map(|(a, b, c)| (a.as_str(), *b, c.as_str())).collect();
        assert_eq!(have, want);
    }

    #[test]
    fn entries_run_over_lines_and_have_local_times() {
        check(
            "[2026-09-07 00:00:00]\tStarting up\n[2026-09-07 00:00:01]\tfailed:\n  a\n\tb\r\n",
            &[
                ("2026-09-07T04:00:00.000Z", EntryKind::Info, "Starting up"),
                ("2026-09-07T04:00:01.000Z", EntryKind::Error, "failed:\n  a\n\tb"),
            ],
        );
    }

    #[test]
    fn a_text_that_speaks_of_a_failure_is_an_error() {
        check(
            "[2026-09-07 00:00:00]\tFailed to listen on port 6544.\n\
             [2026-09-07 00:00:01]\tChecked the journal: 0 errors.\n\
             unable to bind\n",
            &[
                ("2026-09-07T04:00:00.000Z", EntryKind::Error, "Failed to listen on port 6544."),
                (
                    "2026-09-07T04:00:01.000Z",
                    EntryKind::Error,
                    "Checked the journal: 0 errors.\nunable to bind",
                ),
            ],
        );
        check(
            "Checked the journal: 0 errors.\nThe port is taken: fatal\n",
            &[
                ("1970-01-01T00:00:00.000Z", EntryKind::Info, "Checked the journal: 0 errors."),
                ("1970-01-01T00:00:00.000Z", EntryKind::Error, "The port is taken: fatal"),
            ],
        );
    }

    #[test]
    fn a_crash_dump_is_one_error_with_the_time_that_it_names() {
        check(
            "IguanaX terminated due to signal 11\n\
             Stack trace captured on Monday, September 7, 2026 @ 10:11:12\n  0x1 main\n\
             [2026-09-07 10:12:00]\tStarting up\n",
            &[
                (
                    "2026-09-07T14:11:12.000Z",
                    EntryKind::Error,
                    "IguanaX terminated due to signal 11\n\
                     Stack trace captured on Monday, September 7, 2026 @ 10:11:12\n  0x1 main",
                ),
                ("2026-09-07T14:12:00.000Z", EntryKind::Info, "Starting up"),
            ],
        );
    }

    #[test]
    fn a_crash_dump_without_a_time_has_that_of_the_entry_before() {
        check(
            "[2026-09-07 00:00:00]\tup\nStack trace captured on a day @ noon\n0x1\n",
            &[
                ("2026-09-07T04:00:00.000Z", EntryKind::Info, "up"),
                (
                    "2026-09-07T04:00:00.000Z",
                    EntryKind::Error,
                    "Stack trace captured on a day @ noon\n0x1",
                ),
            ],
        );
    }

    #[test]
    fn without_times_each_line_is_an_entry() {
        let time = "1970-01-01T00:00:00.000Z";
        check("one\n\ntwo", &[(time, EntryKind::Info, "one\n"), (time, EntryKind::Info, "two")]);
    }

    #[test]
    fn lines_before_the_first_entry_have_its_time() {
        check(
            "rest of an entry\n[2026-09-07 00:00:00]\tup\n",
            &[
                ("2026-09-07T04:00:00.000Z", EntryKind::Info, "rest of an entry"),
                ("2026-09-07T04:00:00.000Z", EntryKind::Info, "up"),
            ],
        );
    }
}
