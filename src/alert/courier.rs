//! Takes the messages of one target there, until each is delivered, refused or given up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::hold::millis;
use super::message::Message;
use super::settings::Target;
use super::target::{DeliverError, deliver};
use crate::api::Backoff;
use crate::model::Millis;
use crate::store::{
    Attempt, DeliveryFilter, DeliveryRow, DeliveryState, Store, StoreError, WriterHandle,
};

/// The second attempt comes at most so long after the first one; each later one after twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(10);
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
        // Differs from delivery to delivery, and from attempt to attempt.
        let seed = [self.seed, row.id.cast_unsigned(), row.attempts.into()];
        let seed = seed.into_iter().fold(0, |mixed: u64, part| mixed.wrapping_mul(31) ^ part);
        let mut backoff = Backoff::after(row.attempts, seed);
        let pause = backoff.fail(FIRST_PAUSE, error.retry_after());
        Millis::new(now.get().saturating_add(millis(pause)))
    }
}
