//! Reads `[report]`: to whom the weekly report is mailed, and when.

use std::path::Path;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

use super::day::{DAYS, day_name, read_time};
use super::fields::read_zone;
use super::mail::read_mail;
use crate::alert::Mail;
use crate::document::Fields;
use crate::model::Millis;

/// What happens to the weekly report by itself.
#[derive(Clone, Debug, Default)]
pub struct ReportSettings {
    /// To whom it is mailed.
    pub mail: Option<Mail>,
    /// When `follow` mails it; `None`: never.
    pub schedule: Option<Schedule>,
}

/// A moment of every week.
#[derive(Clone, Debug)]
pub struct Schedule {
    day: Weekday,
    time: Time,
    zone: TimeZone,
}

impl Schedule {
    /// Returns the last such moment that is not after `now`; `None` only where the calendar ends.
    ///
    /// A moment that the clocks leave out on a day is as much later, and of one that they show
    /// twice it is the first.
    #[must_use]
    pub fn last_before(&self, now: Millis) -> Option<Millis> {
        let today = Zoned::new(now.timestamp(), self.zone.clone()).date();
        (0..=7_i64).find_map(|days| {
            let date = today.checked_sub(days.days()).ok()?;
            if date.weekday() != self.day {
                return None;
            }
            let at = date.to_datetime(self.time).to_zoned(self.zone.clone()).ok()?;
            let at = Millis::new(at.timestamp().as_millisecond());
            (at <= now).then_some(at)
        })
    }
}

impl ReportSettings {
    /// Puts the value of an environment variable, which `lookup` gives, in the place of its name.
    pub fn resolve(&mut self, lookup: &dyn Fn(&str) -> Option<String>) {
        if let Some((_, secret)) = self.mail.as_mut().and_then(|mail| mail.login.as_mut()) {
            secret.resolve(lookup);
        }
    }
}

/// Reads `[report]`. Paths count from the directory, and hours without a zone are of `zone`.
pub(super) fn read(mut fields: Fields<'_>, directory: &Path, zone: &TimeZone) -> ReportSettings {
    let schedule = read_schedule(&mut fields, zone);
    let mail = fields.optional("mail").table();
    if schedule.is_some() && mail.is_none() {
        let hint = "`[report.mail]` names the mail server, `from` and `to`";
        fields.report_at("day", "the report is mailed to nobody".into(), Some(hint.into()));
    }
    let mail = mail.and_then(|mut mail| {
        let found = read_mail(&mut mail, directory);
        mail.finish();
        found
    });
    fields.finish();
    ReportSettings { mail, schedule }
}

fn read_schedule(fields: &mut Fields<'_>, zone: &TimeZone) -> Option<Schedule> {
    let day = fields.optional("day");
    if !day.is_present() {
        return None;
    }
    let day = day.word(&DAYS, day_name);
    let time = read_time(fields, "at");
    let zone = read_zone(fields, "timezone").unwrap_or_else(|| zone.clone());
    Some(Schedule { day: day?, time: time?, zone })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn parse(text: &str) -> Result<ReportSettings, String> {
        let config = Config::parse(Path::new("/etc/dewlap/dewlap.toml"), text);
        config.map(|config| config.report).map_err(|error| {
            let lines: Vec<_> = error.findings().iter().map(ToString::to_string).collect();
            lines.join("\n")
        })
    }

    const MAIL: &str = "\
[report.mail]
host = 'mail.example.org'
from = 'dewlap@example.org'
to = 'team@example.org'
user = 'dewlap'
password_env = 'MAIL_PASSWORD'
";

    #[test]
    fn a_schedule_falls_on_its_day_by_the_clock_of_its_zone() {
        let text =
            format!("[report]\nday = 'mon'\nat = '06:30'\ntimezone = 'Europe/Berlin'\n{MAIL}");
        let schedule = parse(&text).unwrap().schedule.unwrap();
        let cases = [
            ("2026-09-14T04:29:59Z", "2026-09-07T04:30:00Z"),
            ("2026-09-14T04:30:00Z", "2026-09-14T04:30:00Z"),
            ("2026-09-20T23:59:59Z", "2026-09-14T04:30:00Z"),
            // In winter the zone is one hour ahead of UTC, not two.
            ("2026-11-02T05:29:59Z", "2026-10-26T05:30:00Z"),
            ("2026-11-02T05:30:00Z", "2026-11-02T05:30:00Z"),
        ];
        for (now, want) in cases {
            let [now, want] = [now, want].map(|text| Millis::parse(text).unwrap());
            assert_eq!(schedule.last_before(now), Some(want), "{now}");
        }
    }

    #[test]
    fn the_password_comes_from_where_the_configuration_says() {
        let mut settings = parse(MAIL).unwrap();
        assert!(settings.schedule.is_none());
        let login = |settings: &ReportSettings| {
            let mail = settings.mail.as_ref().unwrap();
            mail.login.as_ref().unwrap().1.read().ok().map(|secret| secret.expose().to_owned())
        };
        assert_eq!(login(&settings), None);
        settings.resolve(&|name| (name == "MAIL_PASSWORD").then(|| "open".into()));
        assert_eq!(login(&settings), Some("open".into()));
        assert!(!format!("{settings:?}").contains("open"));
    }

    #[test]
    fn all_faults_of_the_report_are_found_at_once() {
        let found = parse("[report]\nday = 'monday'\nat = 'early'\ndaily = true\n").unwrap_err();
        for part in
            [":2: `day` is `monday`", ":3: `at` is not a time of day", ":4: `daily` is unknown"]
        {
            assert!(found.contains(part), "{part} is missing from:\n{found}");
        }
        let found = parse("[report]\nday = 'mon'\nat = '06:00'\n").unwrap_err();
        assert!(found.contains(":2: the report is mailed to nobody"), "{found}");
    }
}
