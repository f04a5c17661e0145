//! How long silences usually are, as the tail of a distribution.

/// Silences that the tail is learned from, at least.
const MIN_TAIL: usize = 10;

/// One silence of so many belongs to the tail.
const TAIL_SHARE: usize = 20;

/// The longest silences, up to this one, are too few to tell anything by.
const MIN_RANK: usize = 3;

/// A tail never falls faster than this, in expected entries: what is learned is never exact.
const MIN_SCALE: f64 = 0.25;

/// Nor faster than this part of the length at which it begins: something that comes every quarter
/// of an hour is not late after 16 minutes.
const MIN_SCALE_SHARE: f64 = 0.1;

/// The tail of the lengths of silences: beyond `start` it falls exponentially.
#[derive(Clone, Debug)]
pub(super) struct Tail {
    /// Where it begins.
    start: f64,
    /// The natural logarithm of how many silences there are for each that is longer than that.
    depth: f64,
    /// The length over which it falls to 1/e.
    scale: f64,
    /// The longest silence that was usual.
    longest: f64,
}

impl Tail {
    /// Learns from the lengths of silences, of which the `n_outliers` longest were outages or
    /// holidays and do not count. Returns `None` where there are too few.
    pub(super) fn learn(mut lengths: Vec<f64>, n_outliers: usize) -> Option<Self> {
        lengths.sort_by(|a, b| b.total_cmp(a));
        let usual = lengths.get(n_outliers..)?;
        let n_tail = (usual.len() / TAIL_SHARE).max(MIN_TAIL);
        let start = *usual.get(n_tail)?;
        let scale = usual.get(..n_tail).map_or(0.0, |longest| slope(longest, start));
        // What is told from few is less certain: by its standard error.
        let scale = scale * (1.0 + as_float(n_tail).sqrt().recip());
        let scale = scale.max(MIN_SCALE).max(MIN_SCALE_SHARE * start);
        let depth = as_float(usual.len()).ln() - as_float(n_tail).ln();
        Some(Self { start, depth, scale, longest: *usual.first()? })
    }

    /// Returns the natural logarithm of how unlikely it is that a silence is longer than this.
    pub(super) fn surprise(&self, length: f64) -> f64 {
        if length <= self.start { 0.0 } else { self.depth + (length - self.start) / self.scale }
    }

    /// Returns the longest silence that was usual.
    pub(super) fn longest(&self) -> f64 {
        self.longest
    }
}

/// Returns how much longer silences get where they are e times rarer, from those of the tail.
///
/// The slope is taken to several of them and the steepest counts: lengths are whole minutes, and a
/// tail that is heavier than it seems at its beginning must not be taken for a light one.
fn slope(tail: &[f64], start: f64) -> f64 {
    let ranks = [2, 4, 8, 16].map(|part| tail.len() / part).into_iter().chain([MIN_RANK]);
    let slope = |rank: usize| {
        let length = tail.get(rank)?;
        Some((length - start) / (as_float(tail.len()) / as_float(rank)).ln())
    };
    ranks.filter(|rank| *rank >= MIN_RANK).filter_map(slope).fold(0.0, f64::max)
}

/// Returns a count as a float; one that is too large for it to be exact is a count of millions.
pub(super) fn as_float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_an_exponential_distribution_is_found() {
        // Its quantiles, so that the lengths are what many draws come to.
        let n = 10_000_u32;
        let length = |index: u32| -((f64::from(index) + 0.5) / f64::from(n)).ln();
        let tail = Tail::learn((0..n).map(length).collect(), 0).unwrap();
        for probability in [1e-3_f64, 1e-4, 1e-6] {
            let want = -probability.ln();
            let found = tail.surprise(want);
            assert!((found - want).abs() < 0.05 * want, "{found} instead of {want}");
        }
        assert!(tail.surprise(0.1).abs() < f64::EPSILON);
    }

    #[test]
    fn outages_of_the_past_do_not_make_the_next_one_usual() {
        let mut lengths: Vec<f64> = (0..200_u32).map(|n| f64::from(n % 10) / 5.0).collect();
        let before = Tail::learn(lengths.clone(), 2).unwrap();
        lengths.extend([500.0, 800.0]);
        let after = Tail::learn(lengths, 2).unwrap();
        let change = after.surprise(20.0) / before.surprise(20.0);
        assert!((0.9..1.1).contains(&change), "{change}");
        assert!(after.longest() < 2.0);
    }

    #[test]
    fn few_silences_teach_nothing() {
        assert!(Tail::learn(vec![1.0; 10], 0).is_none());
        assert!(Tail::learn(vec![1.0; 12], 2).is_none());
    }
}
