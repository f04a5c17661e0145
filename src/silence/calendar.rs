//! Hours of the week, as the people see them who use the interfaces.

use jiff::tz::TimeZone;

use crate::model::{Hour, Millis};

/// Hours of a week.
pub(super) const WEEK: usize = 7 * 24;

/// The hour of the week, in a zone, of each hour of a span of time.
///
/// Daylight saving is the zone's: an hour that a clock shows twice counts for one hour of the week
/// twice.
#[derive(Clone, Debug)]
pub struct Calendar {
    first: Hour,
    slots: Vec<usize>,
}

impl Calendar {
    /// Returns the calendar of the hours from `first` to `last`.
    #[must_use]
    pub fn new(zone: &TimeZone, first: Hour, last: Hour) -> Self {
        let slots = (first.get()..=last.get()).map(|hour| slot_of(zone, hour)).collect();
        Self { first, slots }
    }

    /// Returns the hour of the week, from Monday 0:00, of an hour; `None` where it is not covered.
    pub(super) fn slot(&self, hour: Hour) -> Option<usize> {
        let index = hour.get().checked_sub(self.first.get())?;
        self.slots.get(usize::try_from(index).ok()?).copied()
    }

    /// Returns the first hour that is covered.
    pub(super) fn first(&self) -> Hour {
        self.first
    }
}

fn slot_of(zone: &TimeZone, hour: i64) -> usize {
    let start = Millis::new(hour.saturating_mul(Hour::MILLIS)).timestamp();
    let local = zone.to_datetime(start);
    let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
    day * 24 + usize::try_from(local.hour()).unwrap_or(0)
}

/// Returns the hours of the week that are like one: within an hour of its time of day, on a day
/// of its kind: working days, Saturday or Sunday.
pub(super) fn similar(slot: usize) -> impl Iterator<Item = usize> {
    let (day, hour) = (slot / 24, slot % 24);
    let days = if day < 5 { 0..5 } else { day..day + 1 };
    days.flat_map(move |day| [23, 0, 1].map(|shift| day * 24 + (hour + shift) % 24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_of_the_week_is_the_same_in_summer_and_in_winter() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| Millis::parse(text).unwrap().hour();
        let calendar = Calendar::new(&zone, at("2026-10-19"), at("2026-11-03"));
        // Monday at 8 in the morning, before and after the clocks are set back.
        assert_eq!(calendar.slot(at("2026-10-19T06:00:00Z")), Some(8));
        assert_eq!(calendar.slot(at("2026-10-26T07:00:00Z")), Some(8));
        // On Sunday, 2 o'clock comes twice.
        assert_eq!(calendar.slot(at("2026-10-25T00:00:00Z")), Some(6 * 24 + 2));
        assert_eq!(calendar.slot(at("2026-10-25T01:00:00Z")), Some(6 * 24 + 2));
        assert_eq!(calendar.slot(at("2026-10-18T00:00:00Z")), None);
    }

    #[test]
    fn working_days_are_alike_and_weekends_are_not() {
        assert_eq!(similar(24).filter(|slot| *slot < 5 * 24).count(), 15);
        let mut sunday: Vec<_> = similar(6 * 24).collect();
        sunday.sort_unstable();
        assert_eq!(sunday, [144, 145, 167]);
    }
}
