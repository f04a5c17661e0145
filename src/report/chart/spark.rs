//! A few counts side by side, as small as a word.

use super::svg::{Fit, Ink, Rect, Svg, scaled};

/// The width of a bar with the space behind it.
const STEP: u64 = 10;
/// The space behind a bar.
const GAP: u64 = 3;
/// The height of the highest bar.
const HEIGHT: u64 = 30;

/// Draws counts as bars, the oldest first; the last one is set apart, and a dash is zero.
///
/// `label` says in a sentence what there is to see.
#[must_use]
pub fn sparkline(counts: &[u64], label: &str) -> String {
    let len = u64::try_from(counts.len().max(1)).unwrap_or(1);
    let max = counts.iter().copied().max().unwrap_or(0);
    let mut svg = Svg::new("spark", (STEP * len, HEIGHT), Fit::Keep, label);
    for (index, (x, count)) in (0..).map(|index| index * STEP).zip(counts).enumerate() {
        let is_last = index + 1 == counts.len();
        let ink = match (*count, is_last) {
            (0, _) => Ink::Empty,
            (_, true) => Ink::Lead,
            (_, false) => Ink::Bar,
        };
        let height = scaled(*count, max, HEIGHT, 3).max(1);
        svg.rect(ink, Rect { x, y: HEIGHT - height, width: STEP - GAP, height }, "");
    }
    svg.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_count_is_the_highest_bar_and_the_smallest_is_seen() {
        let svg = sparkline(&[0, 1, 500, 1_000], "x");
        let heights: Vec<&str> = svg.split(" height=\"").skip(2).collect();
        let heights = heights.iter().filter_map(|rest| rest.split('"').next());
        assert_eq!(heights.collect::<Vec<_>>(), ["1", "3", "15", "30"]);
        assert_eq!(sparkline(&[u64::MAX, 1], "x").matches("<rect ").count(), 2);
    }
}
