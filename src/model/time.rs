//! Event time: milliseconds, hours, and the periods that reports cover.

use std::fmt;
use std::sync::Arc;

use jiff::civil::ISOWeekDate;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// A moment, in milliseconds since 1970-01-01 00:00 UTC.
///
/// Displays as RFC 3339 in UTC with milliseconds: `2026-09-07T00:00:00.137Z`. A time that no
/// calendar holds (a damaged clock) is shown as the nearest one that it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(i64);

/// Tells the time, to what goes on for longer than a call.
pub type Clock = Arc<dyn Fn() -> Millis + Send + Sync>;

impl Millis {
    /// Returns the moment so many milliseconds after 1970.
    #[must_use]
    pub const fn new(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since 1970.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Returns the hour that holds this moment.
    #[must_use]
    pub const fn hour(self) -> Hour {
        Hour(self.0.div_euclid(Hour::MILLIS))
    }

    /// Returns the moment as a calendar's, the nearest one where it is out of range.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }

    /// Parses an RFC 3339 time with a zone, or a date (midnight UTC).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let at = text.parse::<Timestamp>().ok().or_else(|| {
            let date: jiff::civil::Date = text.parse().ok()?;
            Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
        })?;
        Some(Self(at.as_millisecond()))
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

/// An hour of event time, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hour(i64);

impl Hour {
    /// Milliseconds in an hour.
    pub const MILLIS: i64 = 3_600_000;

    /// Returns the hour with this count.
    #[must_use]
    pub const fn new(hours: i64) -> Self {
        Self(hours)
    }

    /// Returns the count of hours since 1970.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// A half-open span of event time: `from` is in it, `to` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first moment.
    pub from: Millis,
    /// The first moment after it.
    pub to: Millis,
}

/// Why a text is not a week.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a week, expected a year and an ISO week such as `2026-W37`")]
pub struct PeriodError {
    /// What was given.
    pub text: String,
}

impl Period {
    /// Returns the ISO week, Monday to Sunday in UTC, written as `2026-W37`.
    ///
    /// # Errors
    ///
    /// Returns [`PeriodError`] where the text is not of that form or the year has no such week.
    pub fn parse_week(text: &str) -> Result<Self, PeriodError> {
        let wrong = || PeriodError { text: text.into() };
        let (year, week) = text.split_once("-W").ok_or_else(wrong)?;
        let (year, week) = (year.parse().ok(), week.parse().ok());
        let (Some(year), Some(week)) = (year, week) else { return Err(wrong()) };
        let monday =
            ISOWeekDate::new(year, week, jiff::civil::Weekday::Monday).map_err(|_| wrong())?.date();
        Self::week_from(monday).ok_or_else(wrong)
    }

    /// Returns the ISO week that holds a moment.
    #[must_use]
    pub fn week_of(at: Millis) -> Self {
        let date = at.timestamp().to_zoned(TimeZone::UTC).date();
        let back = i64::from(date.weekday().to_monday_zero_offset());
        let monday = date.checked_sub(back.days()).ok();
        monday.and_then(Self::week_from).unwrap_or(Self { from: at, to: at })
    }

    /// Returns the last whole ISO week before `now`.
    #[must_use]
    pub fn last_whole_week(now: Millis) -> Self {
        let today = now.timestamp().to_zoned(TimeZone::UTC).date();
        let back = i64::from(today.weekday().to_monday_zero_offset()) + 7;
        today
            .checked_sub(back.days())
            .ok()
            .and_then(Self::week_from)
            .unwrap_or(Self { from: now, to: now })
    }

    /// Returns the period with the rest of its first and its last hour.
    #[must_use]
    pub const fn in_whole_hours(self) -> Self {
        let hour = Hour::MILLIS;
        let from = self.from.get().div_euclid(hour).saturating_mul(hour);
        let last = self.to.get().saturating_add(hour - 1);
        Self {
            from: Millis::new(from),
            to: Millis::new(last.div_euclid(hour).saturating_mul(hour)),
        }
    }

    /// Returns the week before this period, of the same length.
    #[must_use]
    pub fn before(self) -> Self {
        let len = self.to.get() - self.from.get();
        Self { from: Millis::new(self.from.get() - len), to: self.from }
    }

    /// Returns true where the moment lies in the period.
    #[must_use]
    pub fn contains(self, at: Millis) -> bool {
        self.from <= at && at < self.to
    }

    /// Returns the name of the ISO week where the period is exactly one, such as `2026-W37`.
    #[must_use]
    pub fn week_name(self) -> Option<String> {
        let date = self.from.timestamp().to_zoned(TimeZone::UTC).date();
        let week = date.iso_week_date();
        let name = format!("{:04}-W{:02}", week.year(), week.week());
        (Self::parse_week(&name).ok() == Some(self)).then_some(name)
    }

    fn week_from(monday: jiff::civil::Date) -> Option<Self> {
        let start = |date: jiff::civil::Date| {
            let at = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
            Some(Millis::new(at.as_millisecond()))
        };
        Some(Self { from: start(monday)?, to: start(monday.checked_add(7.days()).ok()?)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_in_utc_with_milliseconds() {
        assert_eq!(Millis::new(1_788_739_200_137).to_string(), "2026-09-07T00:00:00.137Z");
        assert_eq!(Millis::new(-1).to_string(), "1969-12-31T23:59:59.999Z");
        assert!(Millis::new(i64::MAX).to_string().starts_with("9999-"));
    }

    #[test]
    fn a_week_runs_from_monday_to_monday() {
        let week = Period::parse_week("2026-W37").unwrap();
        assert_eq!(week.from.to_string(), "2026-09-07T00:00:00.000Z");
        assert_eq!(week.to.to_string(), "2026-09-14T00:00:00.000Z");
        assert_eq!(week.week_name().as_deref(), Some("2026-W37"));
        assert_eq!(Period::last_whole_week(week.to), week);
        assert_eq!(Period::last_whole_week(Millis::new(week.to.get() - 1)), week.before());
        assert_eq!(Period::week_of(week.from), week);
        assert_eq!(Period::week_of(Millis::new(week.to.get() - 1)), week);
    }

    #[test]
    fn a_period_in_whole_hours_has_all_of_its_first_and_its_last() {
        let hours = |from, to| {
            let period = Period { from: Millis::new(from), to: Millis::new(to) }.in_whole_hours();
            (period.from.get() / Hour::MILLIS, period.to.get() / Hour::MILLIS)
        };
        assert_eq!(hours(0, Hour::MILLIS), (0, 1));
        assert_eq!(hours(1, Hour::MILLIS + 1), (0, 2));
        assert_eq!(hours(-1, 1), (-1, 1));
    }

    #[test]
    fn what_is_not_a_week_is_refused() {
        for text in ["2026-37", "2026-W54", "2026-W00", "x-W1", ""] {
            assert!(Period::parse_week(text).is_err(), "{text}");
        }
    }
}
