//! How long to wait after failures.

use std::time::Duration;

use fastrand::Rng;

/// The longest wait, unless a server asks for more.
const LONGEST: Duration = Duration::from_mins(5);
/// The longest wait that a server may ask for.
const LONGEST_ASKED: Duration = Duration::from_hours(1);

/// Doubles the wait with every failure in a row, up to five minutes.
///
/// The second half of each wait is left to chance, so that fifty clients of a server that comes
/// back do not all ask in the same second.
#[derive(Clone, Debug)]
pub struct Backoff {
    rng: Rng,
    n_failures: u32,
}

impl Backoff {
    /// Begins without failures; the seed decides what is left to chance.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::after(0, seed)
    }

    /// Goes on after so many failures in a row.
    #[must_use]
    pub fn after(n_failures: u32, seed: u64) -> Self {
        Self { rng: Rng::with_seed(seed), n_failures }
    }

    /// Notes a failure and returns how long to wait.
    ///
    /// `first` is the wait after a single failure; `asked` is what the server asked for.
    pub fn fail(&mut self, first: Duration, asked: Option<Duration>) -> Duration {
        let whole = first.saturating_mul(1 << self.n_failures.min(16)).min(LONGEST);
        self.n_failures = self.n_failures.saturating_add(1);
        let half = whole / 2;
        let wait = half + half.mul_f64(self.rng.f64());
        wait.max(asked.unwrap_or_default().min(LONGEST_ASKED))
    }

    /// Notes a success.
    pub fn succeed(&mut self) {
        self.n_failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_minutes_and_begin_anew_after_a_success() {
        let second = Duration::from_secs(1);
        for seed in 0..20 {
            let mut backoff = Backoff::new(seed);
            for whole in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
                let wait = backoff.fail(second, None).as_secs_f64();
                assert!(wait >= f64::from(whole) / 2.0 && wait <= f64::from(whole), "{whole}");
            }
            backoff.succeed();
            assert!(backoff.fail(second, None) <= second);
            assert!(Backoff::after(99, seed).fail(second, None) > Duration::from_secs(149));
        }
    }

    #[test]
    fn two_seeds_wait_differently_and_one_seed_the_same() {
        let wait = |seed| Backoff::new(seed).fail(Duration::from_mins(1), None);
        assert_eq!(wait(1), wait(1));
        assert_ne!(wait(1), wait(2));
    }

    #[test]
    fn a_server_may_ask_for_a_longer_wait_but_not_for_a_day() {
        let mut backoff = Backoff::new(1);
        let asked = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(backoff.fail(Duration::from_secs(1), asked(120)), Duration::from_mins(2));
        assert_eq!(backoff.fail(Duration::from_secs(1), asked(86_400)), LONGEST_ASKED);
    }
}
