//! How long something takes, as counts by buckets.

use std::time::Duration;

/// Upper bounds of the buckets, in milliseconds.
const BOUNDS: [u64; 13] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/// How often something took how long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// Counts by bucket; the last one has no upper bound.
    counts: [u64; BOUNDS.len() + 1],
    sum: Duration,
}

impl Latency {
    /// Counts one more.
    pub fn record(&mut self, took: Duration) {
        let fits = |bound: &u64| took <= Duration::from_millis(*bound);
        let bucket = BOUNDS.iter().position(fits).unwrap_or(BOUNDS.len());
        if let Some(count) = self.counts.get_mut(bucket) {
            *count += 1;
        }
        self.sum = self.sum.saturating_add(took);
    }

    /// Returns how many were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Returns how long all of them took together.
    #[must_use]
    pub fn sum(&self) -> Duration {
        self.sum
    }

    /// Returns each bucket's upper bound in seconds, infinity for the last, with what fell into it.
    #[must_use]
    pub fn buckets(&self) -> Vec<(f64, u64)> {
        let seconds = BOUNDS.iter().map(|bound| Duration::from_millis(*bound).as_secs_f64());
        seconds.chain([f64::INFINITY]).zip(self.counts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_span_falls_into_the_first_bucket_that_holds_it() {
        let mut latency = Latency::default();
        for micros in [0, 1_000, 1_001, 10_000_000, 10_000_001] {
            latency.record(Duration::from_micros(micros));
        }
        let filled: Vec<_> =
            latency.buckets().into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(filled, [(0.001, 2), (0.002, 1), (10.0, 1), (f64::INFINITY, 1)]);
        assert_eq!(latency.count(), 5);
        assert_eq!(latency.sum(), Duration::from_micros(20_002_002));
    }
}
