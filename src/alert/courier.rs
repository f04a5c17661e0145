//! Takes the messages of one target there, until each is delivered, refused or given up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::hold::millis;
use super::message::Message;
use super::settings::Target;
use super::target::{DeliverError, deliver};
use crate::model::Millis;
use crate::store::{
    Attempt, DeliveryFilter, DeliveryRow, DeliveryState, Store, StoreError, WriterHandle,
};

/// The second attempt comes so long after the first one; each later one after twice as long,
const FIRST_PAUSE: Duration = Duration::from_secs(10);
/// but never after longer.
const MAX_PAUSE: Duration = Duration::from_mins(5);
/// So long a message is tried.
const MAX_AGE: Duration = Duration::from_hours(24);
/// So many messages are taken up at a time.
const MAX_ROUND: u32 = 100;

/// The messages of one target.
#[derive(Debug)]
pub(super) struct Courier {
    pub(super) target: Target,
    pub(super) store: Store,
    pub(super) writer: WriterHandle,
    /// Makes pauses differ, so that not all come back at once.
    pub(super) seed: u64,
    /// True from an attempt that failed to one that did not.
    pub(super) is_down: bool,
}

impl Courier {
    /// Tries what is due, until `is_stopping`.
    ///
    /// After a failure the rest waits for the next round: what is down is down for all.
    pub(super) fn deliver_due(
        &mut self,
        now: Millis,
        is_stopping: &AtomicBool,
    ) -> Result<(), StoreError> {
        let filter = DeliveryFilter {
            target: Some(self.target.name.clone()),
            state: Some(DeliveryState::Waits),
            due: Some(now),
            limit: Some(MAX_ROUND),
        };
        for row in self.store.deliveries(&filter)? {
            if is_stopping.load(Ordering::Relaxed) {
                break;
            }
            let attempt = self.attempt(&row, now);
            let state = attempt.state;
            self.writer.commit_attempt(attempt)?;
            if state == DeliveryState::Waits {
                break;
            }
        }
        Ok(())
    }

    fn attempt(&mut self, row: &DeliveryRow, now: Millis) -> Attempt {
        let outcome = match serde_json::from_str::<Message>(&row.body) {
            Ok(message) => deliver(&self.target, &message, now),
            // Written by another version, and never readable by this one.
            Err(_) => Err(DeliverError::Unreadable),
        };
        let attempt = Attempt {
            delivery: row.id,
            at: now,
            state: DeliveryState::Delivered,
            next: now,
            error: None,
        };
        let Err(error) = outcome else {
            if std::mem::take(&mut self.is_down) {
                tracing::info!(target = self.target.name, "alerts are delivered again");
            }
            return attempt;
        };
        let next = self.next_try(row, &error, now);
        let is_too_old = next.get().saturating_sub(row.created.get()) > millis(MAX_AGE);
        let state = match (error.is_final(), is_too_old) {
            (true, _) => DeliveryState::Refused,
            (false, true) => DeliveryState::GivenUp,
            (false, false) => DeliveryState::Waits,
        };
        self.say(row, state, &error);
        Attempt { state, next, error: Some(error.told()), ..attempt }
    }

    /// Says once when a target fails, and each time a message is lost to it.
    fn say(&mut self, row: &DeliveryRow, state: DeliveryState, error: &DeliverError) {
        let (name, message, error) = (&self.target.name, &row.message, error.told());
        if state != DeliveryState::Waits {
            tracing::error!(target = name, message, error, "an alert is not delivered");
        } else if !std::mem::replace(&mut self.is_down, true) {
            tracing::warn!(target = name, message, error, "alerts wait for their target");
        }
    }

    fn next_try(&self, row: &DeliveryRow, error: &DeliverError, now: Millis) -> Millis {
        let pause = pause(row.attempts, jitter(self.seed, row));
        let pause = pause.max(error.retry_after().unwrap_or_default());
        Millis::new(now.get().saturating_add(millis(pause)))
    }
}

/// Returns how long to wait after so many attempts that failed before this one; `jitter`, of 1,024,
/// adds up to a quarter.
fn pause(attempts: u32, jitter: u32) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1_u32.checked_shl(attempts).unwrap_or(u32::MAX));
    let pause = doubled.min(MAX_PAUSE);
    pause + pause * jitter / 4_096
}

/// Returns a number below 1,024 that differs from delivery to delivery and attempt to attempt.
fn jitter(seed: u64, row: &DeliveryRow) -> u32 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(&row.id.to_le_bytes());
    hasher.update(&row.attempts.to_le_bytes());
    let hash = hasher.finalize();
    let [low, high, ..] = hash.as_bytes();
    u32::from(u16::from_le_bytes([*low, *high])) % 1_024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_five_minutes_and_differ_by_a_quarter_at_most() {
        let cases = [(0, 10), (1, 20), (2, 40), (3, 80), (4, 160), (5, 300), (31, 300), (99, 300)];
        for (attempts, want) in cases {
            assert_eq!(pause(attempts, 0), Duration::from_secs(want), "{attempts}");
            let longest = pause(attempts, 1_023);
            assert!(longest > pause(attempts, 0));
            assert!(longest <= Duration::from_secs(want) * 5 / 4, "{attempts}");
        }
    }
}
