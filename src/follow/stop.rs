//! A flag that wakes whoever waits for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Told once, for good.
#[derive(Debug, Default)]
pub(super) struct Stop {
    flag: AtomicBool,
    lock: Mutex<()>,
    told: Condvar,
}

impl Stop {
    /// Tells all that wait, and all that will.
    pub(super) fn tell(&self) {
        let guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.flag.store(true, Ordering::Relaxed);
        drop(guard);
        self.told.notify_all();
    }

    /// Returns the flag, for loops that ask between two pieces of work.
    pub(super) fn flag(&self) -> &AtomicBool {
        &self.flag
    }

    pub(super) fn is_told(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }

    /// Waits no longer than so; returns true where it was told.
    pub(super) fn wait(&self, timeout: Duration) -> bool {
        let guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.told.wait_timeout_while(guard, timeout, |()| !self.is_told());
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        self.is_told()
    }
}
