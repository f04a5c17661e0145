//! Where the follower writes how it is, and the pages read it.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Status;
use crate::model::{Clock, Millis};

/// A heartbeat older than this tells that the supervisor hangs.
const MAX_SILENCE: Duration = Duration::from_secs(30);

/// The present [`Status`], shared by all that write and read it.
#[derive(Clone)]
pub struct Board {
    shared: Arc<Shared>,
}

struct Shared {
    status: Mutex<Status>,
    heartbeat: AtomicI64,
    clock: Clock,
}

impl Board {
    /// Returns a board that begins with a status; the first heartbeat is now.
    #[must_use]
    pub fn new(status: Status, clock: Clock) -> Self {
        let heartbeat = AtomicI64::new(clock().get());
        Self { shared: Arc::new(Shared { status: Mutex::new(status), heartbeat, clock }) }
    }

    /// Changes the status. The change must be short: who reads waits for it.
    pub fn update(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.lock());
    }

    /// Returns a copy of the status.
    #[must_use]
    pub fn read(&self) -> Status {
        self.lock().clone()
    }

    /// Notes that the supervisor is alive.
    pub fn beat(&self) {
        self.shared.heartbeat.store(self.now().get(), Ordering::Relaxed);
    }

    /// Returns true where the supervisor was alive within the last 30 seconds.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let beat = self.shared.heartbeat.load(Ordering::Relaxed);
        let silence = self.now().get().saturating_sub(beat);
        u128::try_from(silence).unwrap_or_default() < MAX_SILENCE.as_millis()
    }

    /// Returns the time.
    #[must_use]
    pub fn now(&self) -> Millis {
        (self.shared.clock)()
    }

    /// Takes the status; one that a panic left behind is as good as any: each field stands alone.
    fn lock(&self) -> MutexGuard<'_, Status> {
        self.shared.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Board").field("status", &self.read()).finish_non_exhaustive()
    }
}
