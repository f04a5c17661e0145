//! Deletes old events while a session runs.

use std::time::Duration;

use super::context::Context;
use crate::model::Millis;
use crate::store::{Forgotten, Store, StoreError};

/// Events are deleted so often.
const INTERVAL: Duration = Duration::from_hours(24);
/// A session begins with reading what was written since the last one.
const FIRST: Duration = Duration::from_mins(10);

/// Tells when events are to be deleted next, by the clock that never jumps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    next: Duration,
}

impl Schedule {
    /// Begins when a session does.
    pub(super) fn new(ticks: Duration) -> Self {
        Self { next: ticks + FIRST }
    }

    /// Returns true where it is time, once.
    pub(super) fn is_due(&mut self, ticks: Duration) -> bool {
        let is_due = ticks >= self.next;
        if is_due {
            self.next = ticks + INTERVAL;
        }
        is_due
    }
}

/// Deletes the events that are too old, until the session ends.
///
/// # Errors
///
/// Returns [`StoreError`] where the store cannot be read, or its writer has ended.
pub(super) fn retain(context: &Context, now: Millis) -> Result<(), StoreError> {
    let store = Store::open(&context.setup.db)?;
    let mut sum = Forgotten::default();
    store.expired(&context.setup.retention, now, |chunk| {
        sum.add(&context.handle.forget(chunk)?);
        Ok(!context.stop.is_told())
    })?;
    if sum.n_events() > 0 {
        tracing::info!(n_events = sum.n_events(), "old events are deleted; their counts stay");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_deleted_soon_after_a_session_begins_and_then_once_a_day() {
        let mut schedule = Schedule::new(Duration::from_secs(5));
        let minutes = |n: u64| Duration::from_mins(n);
        let asked = [minutes(9), minutes(11), minutes(12), minutes(60 * 24), minutes(60 * 24 + 12)];
        let due = asked.map(|ticks| schedule.is_due(ticks));
        assert_eq!(due, [false, true, false, false, true]);
    }
}
