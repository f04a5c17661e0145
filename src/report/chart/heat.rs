//! Counts by day of the week and hour of the day.

use super::svg::{Fit, Ink, Rect, Svg};
use crate::model::plural;

/// The size of a square with the space around it.
const STEP: u64 = 10;
/// The days of the week, in the order of the rows.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Draws 7 rows of 24 squares, Monday first: the more, the larger and the darker. A dot is zero.
///
/// `label` says in a sentence what there is to see.
#[must_use]
pub fn heat_map(hours: &[[u64; 24]; 7], label: &str) -> String {
    let max = hours.iter().flatten().copied().max().unwrap_or(0);
    let mut svg = Svg::new("heat", (24 * STEP, 7 * STEP), Fit::Keep, label);
    let mut empty = Vec::new();
    for (day, (top, row)) in multiples().zip(hours).enumerate() {
        for (hour, (left, count)) in multiples().zip(row).enumerate() {
            let level = level(*count, max);
            let size = 1 + 2 * level;
            let inset = (STEP - size) / 2;
            let rect = Rect { x: left + inset, y: top + inset, width: size, height: size };
            if level == 0 {
                empty.push(rect);
            } else {
                svg.rect(Ink::Heat(level), rect, &title(day, hour, *count));
            }
        }
    }
    svg.rects(Ink::Empty, &empty);
    svg.finish()
}

/// Returns where the rows and columns begin.
fn multiples() -> impl Iterator<Item = u64> {
    (0..).map(|index| index * STEP)
}

fn title(day: usize, hour: usize, count: u64) -> String {
    let day = DAYS.get(day).copied().unwrap_or_default();
    format!("{day} {hour:02}:00: {}", plural(count, "event"))
}

/// Returns 0 for none, and 1 to 4 for the quarters of the highest count.
fn level(count: u64, max: u64) -> u64 {
    let level = (u128::from(count) * 4).div_ceil(u128::from(max.max(1)));
    u64::try_from(level).unwrap_or(4).min(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_is_larger_the_more_it_stands_for() {
        let levels = [0, 1, 25, 26, 75, 76, 100].map(|count| level(count, 100));
        assert_eq!(levels, [0, 1, 1, 2, 3, 4, 4]);
        assert_eq!(level(u64::MAX, u64::MAX), 4);
        assert_eq!(level(0, 0), 0);
    }

    #[test]
    fn every_hour_of_the_week_is_drawn() {
        let mut hours = [[0; 24]; 7];
        hours[6][23] = 5;
        let svg = heat_map(&hours, "x");
        assert_eq!(svg.matches("<rect ").count(), 1);
        assert_eq!(svg.matches("h1v1h-1z").count(), 7 * 24 - 1);
        assert!(svg.contains("<title>Sun 23:00: 5 events</title>"), "{svg}");
    }
}
