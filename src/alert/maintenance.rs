//! Times in which nothing is told.

use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use crate::model::Millis;

/// A time in which nothing is told of a server, a component or of all.
#[derive(Clone, Debug)]
pub struct Maintenance {
    /// Its name, for lists.
    pub name: String,
    /// Only for this server.
    pub server: Option<String>,
    /// Only for the component with this GUID or name.
    pub component: Option<String>,
    /// When it is.
    pub when: MaintenanceTime,
}

/// When a maintenance is.
#[derive(Clone, Debug)]
pub enum MaintenanceTime {
    /// On these days of every week; it ends on the next day where `to` is not after `from`.
    Weekly {
        /// The days on which it begins.
        days: Vec<Weekday>,
        /// When it begins.
        from: Time,
        /// When it ends.
        to: Time,
        /// Whose days and hours these are.
        zone: TimeZone,
    },
    /// Once: from a moment to before another.
    Once {
        /// The first moment.
        from: Millis,
        /// The first moment after it.
        to: Millis,
    },
}

impl Maintenance {
    /// Returns true where it is for a component, given by its server, key and name.
    #[must_use]
    pub fn is_for(&self, server: &str, key: &str, name: &str) -> bool {
        let is_server = self.server.as_deref().is_none_or(|have| have == server);
        is_server && self.component.as_deref().is_none_or(|have| have == key || have == name)
    }

    /// Returns the end of the maintenance where a moment lies in it.
    #[must_use]
    pub fn end(&self, at: Millis) -> Option<Millis> {
        match &self.when {
            MaintenanceTime::Once { from, to } => (*from <= at && at < *to).then_some(*to),
            MaintenanceTime::Weekly { days, from, to, zone } => {
                let today = at.timestamp().to_zoned(zone.clone()).date();
                // One that began yesterday may still go on.
                let begun = [today.checked_sub(1.day()).ok(), Some(today)];
                let begun = begun.into_iter().flatten().filter(|day| days.contains(&day.weekday()));
                let spans = begun.filter_map(|day| span(day, (*from, *to), zone));
                spans.filter(|(start, end)| *start <= at && at < *end).map(|(_, end)| end).max()
            }
        }
    }
}

/// Returns the first moment of a maintenance that begins on a day, and the first one after it.
fn span(day: Date, (from, to): (Time, Time), zone: &TimeZone) -> Option<(Millis, Millis)> {
    let last = if to > from { day } else { day.checked_add(1.day()).ok()? };
    let at = |date: Date, time: Time| {
        let moment = date.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp();
        Some(Millis::new(moment.as_millisecond()))
    };
    Some((at(day, from)?, at(last, to)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Millis {
        Millis::parse(text).unwrap()
    }

    #[test]
    fn a_weekly_maintenance_follows_the_clock_of_its_zone() {
        let weekly = Maintenance {
            name: "patches".into(),
            server: None,
            component: None,
            when: MaintenanceTime::Weekly {
                days: vec![Weekday::Sunday],
                from: Time::constant(22, 0, 0, 0),
                to: Time::constant(2, 0, 0, 0),
                zone: TimeZone::get("America/Toronto").unwrap(),
            },
        };
        let cases = [
            ("2026-09-14T01:59:59Z", None), // Sunday 21:59 in Toronto.
            ("2026-09-14T02:00:00Z", Some("2026-09-14T06:00:00Z")),
            ("2026-09-14T05:59:59Z", Some("2026-09-14T06:00:00Z")), // Monday 01:59.
            ("2026-09-14T06:00:00Z", None),
            ("2026-09-15T03:00:00Z", None), // Monday 23:00.
            ("2026-11-02T03:30:00Z", Some("2026-11-02T07:00:00Z")), // After the clocks went back.
        ];
        for (moment, want) in cases {
            assert_eq!(weekly.end(at(moment)), want.map(at), "{moment}");
        }
    }

    #[test]
    fn a_single_maintenance_ends_before_its_last_moment() {
        let (from, to) = (at("2026-09-07T00:00:00Z"), at("2026-09-07T01:00:00Z"));
        let when = MaintenanceTime::Once { from, to };
        let once = Maintenance {
            name: "move".into(),
            server: Some("lab".into()),
            component: Some("ADT In".into()),
            when,
        };
        assert_eq!(once.end(from), Some(to));
        assert_eq!(once.end(to), None);
        let cases = [
            (("lab", "guid", "ADT In"), true),
            (("lab", "ADT In", "x"), true),
            (("lab", "guid", "ORU"), false),
            (("prod", "guid", "ADT In"), false),
        ];
        for ((server, key, name), want) in cases {
            assert_eq!(once.is_for(server, key, name), want, "{server} {key} {name}");
        }
    }
}
