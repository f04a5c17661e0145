//! Reads days of the week and times of day.

use jiff::civil::{Time, Weekday};

use crate::document::Fields;

/// The days of the week.
pub(super) const DAYS: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// Reads a time of day that has to be there.
pub(super) fn read_time<'d>(fields: &mut Fields<'d>, key: &'d str) -> Option<Time> {
    let text = fields.required(key).text()?;
    let time = text.parse::<Time>().ok();
    if time.is_none() {
        let message = format!("`{key}` is not a time of day, expected one such as `22:30`");
        fields.report_at(key, message, None);
    }
    time
}

/// Returns the name of a day in the configuration.
pub(super) const fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}
