//! Bars, the highest first, and the line of their sum.

use super::svg::{Fit, Ink, Rect, Svg, scaled};

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What it stands for.
    pub title: String,
    /// Its part of the whole, in thousandths.
    pub permille: u32,
    /// The sum of its part and those before it, in thousandths.
    pub cumulative_permille: u32,
    /// True where it stands for all that have no bar of their own.
    pub is_rest: bool,
}

/// The width of a bar with the space around it.
const STEP: u64 = 40;
/// The space on each side of a bar.
const GAP: u64 = 5;
/// There is room for so many bars at least, so that a few do not become walls.
pub const MIN_BARS: usize = 8;
/// The height that stands for the whole.
const HEIGHT: u64 = 200;

/// Draws the shares of a whole as bars, with the line of their sum, both from 0 to 100 %.
///
/// The first `n_leading` bars are set apart. `label` says in a sentence what there is to see. Bars
/// stand to the left where there are fewer than [`MIN_BARS`].
///
/// ```
/// # use dewlap::report::chart::{Share, pareto};
/// let share = |permille, cumulative_permille| {
///     Share { title: "x".into(), permille, cumulative_permille, is_rest: false }
/// };
/// let svg = pareto(&[share(700, 700), share(300, 1_000)], 1, "Two problems");
/// assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
/// ```
#[must_use]
pub fn pareto(shares: &[Share], n_leading: usize, label: &str) -> String {
    let width = STEP * u64::try_from(shares.len().max(MIN_BARS)).unwrap_or(1);
    let mut svg = Svg::new("pareto", (width, HEIGHT), Fit::Stretch, label);
    for quarter in 0..4 {
        let y = quarter * HEIGHT / 4;
        svg.line(Ink::Grid, 1, &[(0, y), (width, y)]);
    }
    for (index, (left, share)) in multiples().zip(shares).enumerate() {
        let is_leading = index < n_leading;
        let ink = match (share.is_rest, is_leading) {
            (true, _) => Ink::Rest,
            (false, true) => Ink::Lead,
            (false, false) => Ink::Bar,
        };
        let height = scaled(share.permille.into(), 1_000, HEIGHT, 1);
        let rect = Rect { x: left + GAP, y: HEIGHT - height, width: STEP - 2 * GAP, height };
        svg.rect(ink, rect, &share.title);
    }
    let split = STEP * u64::try_from(n_leading).unwrap_or(0);
    if n_leading > 0 && n_leading < shares.len() {
        svg.line(Ink::Split, 1, &[(split, 0), (split, HEIGHT)]);
    }
    let sum = |share: &Share| scaled(share.cumulative_permille.into(), 1_000, HEIGHT, 0);
    let of_bars =
        multiples().zip(shares).map(|(left, share)| (left + STEP / 2, HEIGHT - sum(share)));
    // The line begins with the first bar, so that there is one for a single bar too.
    let start = shares.first().map(|first| (GAP, HEIGHT - sum(first)));
    let points = start.into_iter().chain(of_bars);
    svg.line(Ink::Line, 2, &points.collect::<Vec<_>>());
    svg.finish()
}

/// Returns the left end of each bar.
fn multiples() -> impl Iterator<Item = u64> {
    (0..).map(|index| index * STEP)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(permille: u32, cumulative_permille: u32) -> Share {
        Share { title: "<b>".into(), permille, cumulative_permille, is_rest: false }
    }

    #[test]
    fn bars_and_the_line_of_their_sum_share_one_scale() {
        let svg = pareto(&[share(600, 600), share(400, 1_000)], 1, "x");
        assert!(svg.contains("y=\"80\" width=\"30\" height=\"120\""), "{svg}");
        assert!(svg.contains("points=\"5,80 20,80 60,0\""), "{svg}");
        assert!(svg.contains("<title>&lt;b&gt;</title>"), "{svg}");
    }

    #[test]
    fn the_bars_that_lead_are_parted_from_the_others_where_there_are_any() {
        let shares = [share(600, 600), share(400, 1_000)];
        assert!(pareto(&shares, 1, "x").contains("class=\"split\""));
        assert!(!pareto(&shares, 2, "x").contains("class=\"split\""));
        assert!(!pareto(&[], 0, "x").contains("<rect"));
    }

    #[test]
    fn a_single_bar_is_no_wider_than_others() {
        assert!(pareto(&[share(1_000, 1_000)], 1, "x").contains("viewBox=\"0 0 320 200\""));
        assert!(pareto(&vec![share(100, 1_000); 10], 1, "x").contains("viewBox=\"0 0 400 200\""));
    }
}
