//! Reads times as people and programs write them.
//!
//! Entry points: [`Clock::parse`] for a whole text, [`Clock::take_stamp`] for the start of a line.

use std::cell::Cell;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;

use crate::model::Millis;

/// Forms that begin neither with a year nor as a number. Slashes put the month first, dots the day.
const FORMATS: [&str; 8] = [
    "%m/%d/%Y %H:%M:%S%.f",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M:%S%.f",
    "%d %b %Y %H:%M:%S%.f",
    "%b %d, %Y %H:%M:%S%.f",
    "%a, %d %b %Y %H:%M:%S %z",
    "%d/%b/%Y:%H:%M:%S %z",
];

/// Reads times; those without a zone are local times of one zone.
///
/// A local time that a clock change repeats is the earlier of the two; one that it skips is moved
/// on by what was skipped.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    zone: TimeZone,
    is_utc: bool,
    /// The last time without a zone, to the second, as it is written and in milliseconds: entries
    /// come many to the second.
    last: Cell<Option<([u8; 19], i64)>>,
}

impl Clock {
    /// Returns a clock for this zone.
    pub(super) fn new(zone: &TimeZone) -> Self {
        Self { zone: zone.clone(), is_utc: *zone == TimeZone::UTC, last: Cell::new(None) }
    }

    /// Reads a text that is one time: RFC 3339, the same with other separators or without a zone,
    /// seconds or milliseconds since 1970, and forms that are common elsewhere.
    pub(super) fn parse(&self, text: &str) -> Option<Millis> {
        let text = text.trim().trim_matches('"');
        if let Some((time, len)) = self.take_stamp(text.as_bytes()) {
            let rest = text.get(len..)?;
            return match rest.trim_start() {
                "" => Some(time),
                "UTC" | "GMT" | "Z" => Self::new(&TimeZone::UTC).parse(text.get(..len)?),
                offset => {
                    let (minutes, offset_len) = take_offset(offset.as_bytes())?;
                    let local = Self::new(&TimeZone::UTC).parse(text.get(..len)?)?;
                    let is_whole = offset_len == offset.len();
                    is_whole.then(|| Millis::new(local.get() - minutes * 60_000))
                }
            };
        }
        if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return self.parse_digits(text);
        }
        if let Ok(at) = text.parse::<Timestamp>() {
            return Some(Millis::new(at.as_millisecond()));
        }
        if let Ok(local) = text.parse::<DateTime>() {
            return self.resolve(local); // A date alone is its midnight.
        }
        FORMATS.iter().find_map(|format| self.parse_with(text, format))
    }

    /// Reads a text by a `strptime` format.
    pub(super) fn parse_with(&self, text: &str, format: &str) -> Option<Millis> {
        let parts = BrokenDownTime::parse(format, text.trim()).ok()?;
        if let Ok(at) = parts.to_timestamp() {
            return Some(Millis::new(at.as_millisecond()));
        }
        let midnight = |date: Date| date.to_datetime(Time::midnight());
        self.resolve(parts.to_datetime().or_else(|_| parts.to_date().map(midnight)).ok()?)
    }

    /// Reads a time such as `2026-09-07 00:00:00.137` at the start of some bytes, and its length.
    ///
    /// Dates have dashes or slashes; `T` or one space before the time; the fraction and a zone
    /// straight behind are optional.
    pub(super) fn take_stamp(&self, bytes: &[u8]) -> Option<(Millis, usize)> {
        let head: &[u8; 19] = bytes.first_chunk()?;
        let (fraction, mut len) = take_fraction(bytes.get(19..)?);
        len += 19;
        let second = match take_zone(bytes.get(len..)?) {
            Some((minutes, zone_len)) => {
                len += zone_len;
                Local::read(head)?.as_utc()?.get() - minutes * 60_000
            }
            None => self.local_second(head)?,
        };
        Some((Millis::new(second + fraction), len))
    }

    /// Reads a time to the second that names no zone, in milliseconds.
    fn local_second(&self, head: &[u8; 19]) -> Option<i64> {
        if let Some((known, second)) = self.last.get()
            && known == *head
        {
            return Some(second);
        }
        let local = Local::read(head)?;
        let at = if self.is_utc { local.as_utc()? } else { self.resolve(local.as_datetime()?)? };
        self.last.set(Some((*head, at.get())));
        Some(at.get())
    }

    /// Reads `YYYYMMDDHHMMSS`, or a count since 1970 whose unit its size tells.
    fn parse_digits(&self, text: &str) -> Option<Millis> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let count: i64 = whole.parse().ok()?;
        match whole.len() {
            14 => self.parse_with(text.get(..14)?, "%Y%m%d%H%M%S"),
            ..=11 => {
                let (millis, _) = take_fraction(format!(".{fraction}").as_bytes());
                Some(Millis::new(count.checked_mul(1_000)?.checked_add(millis)?))
            }
            12..=13 => Some(Millis::new(count)),
            15..=16 => Some(Millis::new(count / 1_000)),
            _ => Some(Millis::new(count / 1_000_000)),
        }
    }

    fn resolve(&self, local: DateTime) -> Option<Millis> {
        let at = self.zone.to_ambiguous_timestamp(local).compatible().ok()?;
        Some(Millis::new(at.as_millisecond()))
    }
}

/// Returns true where a text is a `strptime` format that times can be read by.
pub(super) fn is_time_format(format: &str) -> bool {
    let sample = DateTime::constant(2026, 9, 7, 1, 2, 3, 137_000_000);
    let Ok(sample) = sample.to_zoned(TimeZone::UTC) else { return false };
    let Ok(text) = strtime::format(format, &sample) else { return false };
    Clock::new(&TimeZone::UTC).parse_with(&text, format).is_some()
}

/// A local time, its parts not yet checked.
struct Local {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Local {
    fn read(head: &[u8; 19]) -> Option<Self> {
        let separator = *head.get(4)?;
        let is_shaped = matches!(separator, b'-' | b'/')
            && head.get(7) == Some(&separator)
            && matches!(head.get(10), Some(b' ' | b'T'))
            && head.get(13) == Some(&b':')
            && head.get(16) == Some(&b':');
        if !is_shaped {
            return None;
        }
        let two = |at: usize| digits(head.get(at..at + 2)?);
        let (year, month, day) = (digits(head.get(..4)?)?, two(5)?, two(8)?);
        let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
        let is_second = second <= 60; // Of which the last is a leap second.
        is_second.then_some(Self { year, month, day, hour, minute, second: second.min(59) })
    }

    fn as_datetime(&self) -> Option<DateTime> {
        let small = |value: i64| i8::try_from(value).ok();
        DateTime::new(
            i16::try_from(self.year).ok()?,
            small(self.month)?,
            small(self.day)?,
            small(self.hour)?,
            small(self.minute)?,
            small(self.second)?,
            0,
        )
        .ok()
    }

    /// Returns the moment that a clock in UTC shows so.
    ///
    /// Counts days as the calendar repeats: 146,097 in 400 years that begin in March.
    fn as_utc(&self) -> Option<Millis> {
        let is_leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let month_days = match self.month {
            2 => 28 + i64::from(is_leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=month_days).contains(&self.day) || self.hour > 23 || self.minute > 59 {
            return None;
        }
        let year = self.year - i64::from(self.month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * 146_097 + day_of_era - 719_468;
        let seconds = ((days * 24 + self.hour) * 60 + self.minute) * 60 + self.second;
        Some(Millis::new(seconds * 1_000))
    }
}

/// Reads digits, and nothing else, as a number.
fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0_i64, |value, byte| {
        byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0'))
    })
}

/// Reads `.137` or `,137` as milliseconds, and its length: 0 where there is none.
fn take_fraction(bytes: &[u8]) -> (i64, usize) {
    if let Some([b'.' | b',', figures @ ..]) = bytes.first_chunk::<4>()
        && let Some(millis) = digits(figures)
        && !bytes.get(4).is_some_and(u8::is_ascii_digit)
    {
        return (millis, 4); // As most times are.
    }
    if !matches!(bytes.first(), Some(b'.' | b',')) {
        return (0, 0);
    }
    let len = bytes.iter().skip(1).take(9).take_while(|byte| byte.is_ascii_digit()).count();
    if len == 0 {
        return (0, 0);
    }
    let figures = bytes.iter().skip(1).take(len.min(3));
    let millis = figures.fold(0, |value, byte| value * 10 + i64::from(byte - b'0'));
    let scale = [1_000, 100, 10, 1].get(len.min(3)).copied().unwrap_or(1);
    (millis * scale, len + 1)
}

/// Reads `Z` or an offset as minutes, and its length.
fn take_zone(bytes: &[u8]) -> Option<(i64, usize)> {
    if bytes.first() == Some(&b'Z') { Some((0, 1)) } else { take_offset(bytes) }
}

/// Reads `+02:00`, `+0200` or `+02` as minutes, and its length.
fn take_offset(bytes: &[u8]) -> Option<(i64, usize)> {
    let sign = match bytes.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let hours = digits(bytes.get(1..3)?)?;
    let colon = usize::from(bytes.get(3) == Some(&b':'));
    let minutes = bytes.get(3 + colon..5 + colon).and_then(digits);
    let len = if minutes.is_some() { 5 + colon } else { 3 };
    let minutes = minutes.unwrap_or(0);
    (hours < 24 && minutes < 60).then_some((sign * (hours * 60 + minutes), len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &str, text: &str, want: &str) {
        let clock = Clock::new(&TimeZone::get(zone).unwrap());
        let have = clock.parse(text).map(|at| at.to_string());
        assert_eq!(have.as_deref(), Some(want), "{text:?} in {zone}");
    }

    #[test]
    fn common_forms_are_read() {
        for (text, want) in [
            ("2026-09-07T00:00:00.137Z", "2026-09-07T00:00:00.137Z"),
            ("2026-09-07 00:00:00,1", "2026-09-07T00:00:00.100Z"),
            ("2026/09/07 00:00:00", "2026-09-07T00:00:00.000Z"),
            ("2026-09-07T02:00:00.123456789+02:00", "2026-09-07T00:00:00.123Z"),
            ("2026-09-06 19:00:00 -0500", "2026-09-07T00:00:00.000Z"),
            ("2026-09-07 00:00:00 UTC", "2026-09-07T00:00:00.000Z"),
            ("2024-02-29 23:59:60", "2024-02-29T23:59:59.000Z"),
            ("1969-12-31 23:59:59.999", "1969-12-31T23:59:59.999Z"),
            ("2026-09-07", "2026-09-07T00:00:00.000Z"),
            ("2026-09-07 13:02", "2026-09-07T13:02:00.000Z"),
            ("2026-09-07T13:02+02:00", "2026-09-07T11:02:00.000Z"),
            ("1788739200", "2026-09-07T00:00:00.000Z"),
            ("1788739200.5", "2026-09-07T00:00:00.500Z"),
            ("1788739200137", "2026-09-07T00:00:00.137Z"),
            ("1788739200137000", "2026-09-07T00:00:00.137Z"),
            ("20260907010203", "2026-09-07T01:02:03.000Z"),
            ("09/07/2026 01:02:03 PM", "2026-09-07T13:02:03.000Z"),
            ("07.09.2026 13:02:03", "2026-09-07T13:02:03.000Z"),
        ] {
            check("UTC", text, want);
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let clock = Clock::new(&TimeZone::UTC);
        for text in [
            "",
            ".",
            "x",
            "2026-13-01 00:00:00",
            "2026-02-29 00:00:00",
            "12:00:00",
            "2026-09-07 24:00:00",
            "2026-09-07 00:00:61",
            "2026-09-07 00:00:00 +99:00",
            "9999999999999999999999",
        ] {
            assert_eq!(clock.parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn local_times_follow_the_zone_and_the_earlier_of_two() {
        check("America/Toronto", "2026-09-07 00:00:00", "2026-09-07T04:00:00.000Z");
        check("America/Toronto", "2026-11-01 01:30:00", "2026-11-01T05:30:00.000Z");
        check("America/Toronto", "2026-03-08 02:30:00", "2026-03-08T07:30:00.000Z");
        check("America/Toronto", "2026-09-07 00:00:00Z", "2026-09-07T00:00:00.000Z");
    }

    #[test]
    fn the_fast_way_to_utc_agrees_with_the_calendar() {
        for year in [1600, 1899, 1900, 1970, 2000, 2024, 2026, 2100, 9998] {
            for month in 1..=12 {
                for day in 1..=31 {
                    let local = Local { year, month, day, hour: 1, minute: 2, second: 3 };
                    let slow = local.as_datetime();
                    let slow = slow.and_then(|at| Clock::new(&TimeZone::UTC).resolve(at));
                    assert_eq!(local.as_utc(), slow, "{year}-{month}-{day}");
                }
            }
        }
    }

    #[test]
    fn formats_are_checked() {
        assert!(is_time_format("%d.%m.%y %H:%M:%S"));
        assert!(is_time_format("%s"));
        assert!(!is_time_format("%H:%M:%S"));
        assert!(!is_time_format("%Q!%"));
        assert!(!is_time_format("yyyy-mm-dd"));
    }
}
