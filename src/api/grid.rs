//! Which moments a question can name, and how much it asks for.
//!
//! `/api_query` is asked in whole seconds of the server's wall clock. Where the clock is put back,
//! one hour of it is there twice, and what `after` means within it is nobody's promise. Entries of
//! both passes are read as of the first one. A question therefore begins before the first pass for
//! as long as the latest entry lies in that hour or shortly behind it. Where the clock is put forward,
//! an hour is skipped; a question never names a time in it, as it is counted back in real time.

use jiff::tz::TimeZone;

use crate::model::Millis;

const DAY: i64 = 86_400_000;

/// The moments that a question can name: multiples of a tick, in a zone; and the usual amount.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// Milliseconds.
    pub(super) tick: i64,
    /// The zone of a wall clock; UTC where times are counted.
    pub(super) zone: TimeZone,
    /// Entries.
    pub(super) page: u32,
}

impl Grid {
    /// Returns the last moment of the grid that is not after `at`.
    pub(super) fn floor(&self, at: i64) -> i64 {
        at - at.rem_euclid(self.tick)
    }

    /// Returns where a question begins that is to reach back from `last` by so many milliseconds.
    pub(super) fn begin(&self, last: i64, overlap: i64) -> i64 {
        let from = self.repeated_hour(last, overlap).unwrap_or(last);
        self.floor(from.saturating_sub(overlap))
    }

    /// Returns when the first pass began of an hour that the clock shows twice, where `at` lies in
    /// it, or behind its second pass by less than `grace`.
    pub(super) fn repeated_hour(&self, at: i64, grace: i64) -> Option<i64> {
        let near = at.saturating_sub(DAY).saturating_sub(grace);
        let changes = self.zone.following(Millis::new(near).timestamp());
        changes
            .map_while(|change| {
                let moment = change.timestamp().as_millisecond();
                let before = self.zone.to_offset(Millis::new(moment - 1).timestamp());
                let back = i64::from(before.seconds() - change.offset().seconds()) * 1_000;
                (moment <= at.saturating_add(DAY)).then_some((moment, back))
            })
            .find(|(moment, back)| {
                *back > 0 && (moment - back..moment + back + grace).contains(&at)
            })
            .map(|(moment, back)| moment - back)
    }

    /// Returns a moment as the wall clock shows it, as `/api_query` is asked.
    pub(super) fn stamp(&self, at: Millis) -> String {
        self.zone.to_datetime(at.timestamp()).strftime("%Y/%m/%d %H:%M:%S").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toronto() -> Grid {
        Grid { tick: 1_000, zone: TimeZone::get("America/Toronto").unwrap(), page: 1_000 }
    }

    fn at(text: &str) -> i64 {
        Millis::parse(text).unwrap().get()
    }

    /// Checks what is asked for where the latest entry is from `last`.
    #[track_caller]
    fn check(last: &str, want: &str) {
        let grid = toronto();
        assert_eq!(grid.stamp(Millis::new(grid.begin(at(last), 2_000))), want, "{last}");
    }

    #[test]
    fn a_question_reaches_back_in_whole_seconds_of_the_wall_clock() {
        check("2026-09-07T12:00:05.900Z", "2026/09/07 08:00:03");
        check("2026-09-07T04:00:01.000Z", "2026/09/06 23:59:59");
    }

    #[test]
    fn an_hour_that_is_there_twice_is_asked_for_from_before_its_first_pass() {
        check("2026-11-01T04:59:59Z", "2026/11/01 00:59:57");
        check("2026-11-01T05:00:00Z", "2026/11/01 00:59:58");
        // 01:30, of either pass.
        check("2026-11-01T05:30:00Z", "2026/11/01 00:59:58");
        check("2026-11-01T05:59:59Z", "2026/11/01 00:59:58");
        // 02:00, behind the second pass: its last entries may be written late.
        check("2026-11-01T07:00:00Z", "2026/11/01 00:59:58");
        check("2026-11-01T07:00:01.999Z", "2026/11/01 00:59:58");
        check("2026-11-01T07:00:02Z", "2026/11/01 02:00:00");
    }

    #[test]
    fn an_hour_that_is_not_there_is_never_named() {
        // 03:00:01; the second before 03:00 is 01:59:59.
        check("2026-03-08T07:00:01Z", "2026/03/08 01:59:59");
        check("2026-03-08T07:00:02Z", "2026/03/08 03:00:00");
    }

    #[test]
    fn times_that_are_counted_have_no_clock_changes() {
        let grid = Grid { tick: 1, zone: TimeZone::UTC, page: 1_000 };
        assert_eq!(grid.begin(1_793_511_000_123, 15_000), 1_793_510_985_123);
        assert_eq!(grid.begin(i64::MIN, 15_000), i64::MIN);
    }
}
