//! The threads: one looks at the store, one a target delivers.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::courier::Courier;
use super::{AlertSettings, Lookout};
use crate::catalogue::Catalogue;
use crate::model::Clock;
use crate::store::{Attempt, DeliveryFilter, DeliveryState, Store, StoreError, WriterHandle};

/// The store is looked at so often, and when somebody calls.
const PAUSE: Duration = Duration::from_secs(1);

/// What an alerter works with.
#[derive(Clone)]
pub struct AlerterOptions {
    /// What is told, when and to whom.
    pub settings: AlertSettings,
    /// The rules.
    pub catalogue: Arc<Catalogue>,
    /// The address of the runbook.
    pub runbook: Option<String>,
    /// Tells the time.
    pub clock: Clock,
    /// Makes pauses between attempts differ.
    pub seed: u64,
}

impl fmt::Debug for AlerterOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlerterOptions").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Watches a store and delivers alerts, until it is stopped or the store fails.
///
/// It holds handles of the store's writer, so it must be stopped before the writer is finished.
#[derive(Debug)]
pub struct Alerter {
    threads: Vec<Running>,
    shared: Arc<Shared>,
}

/// A thread, and what wakes it.
#[derive(Debug)]
struct Running {
    bell: Bell,
    ended: Receiver<()>,
    thread: JoinHandle<Result<(), StoreError>>,
}

/// What the threads have in common.
#[derive(Debug, Default)]
struct Shared {
    is_stopping: AtomicBool,
    n_pending: AtomicU64,
}

/// Wakes a thread. Calls while it is awake are one call.
#[derive(Clone, Debug)]
struct Bell(SyncSender<()>);

impl Bell {
    fn ring(&self) {
        // Full: it is called already. Closed: there is nobody to wake.
        match self.0.try_send(()) {
            Ok(()) | Err(_) => {}
        }
    }
}

impl Alerter {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] where the store cannot be read or a thread cannot be started.
    pub fn spawn(
        options: AlerterOptions,
        store: &Path,
        writer: &WriterHandle,
    ) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared::default());
        give_up_orphans(&options, &Store::open(store)?, writer)?;
        let mut threads: Vec<Running> = Vec::new();
        for target in &options.settings.targets {
            let mut courier = Courier {
                target: target.clone(),
                store: Store::open(store)?,
                writer: writer.clone(),
                seed: options.seed,
                is_down: false,
            };
            let (clock, counted) = (Arc::clone(&options.clock), Arc::clone(&shared));
            let step = move || {
                courier.deliver_due(clock(), &counted.is_stopping)?;
                let waiting = courier.store.n_waiting_deliveries()?;
                counted.n_pending.store(waiting, Ordering::Relaxed);
                Ok(())
            };
            threads.push(spawn("alert-target", store, &shared, step)?);
        }
        let mut lookout = Lookout::new(
            Arc::new(options.settings),
            options.catalogue,
            options.runbook,
            (Store::open(store)?, writer.clone()),
            (options.clock)(),
        )?;
        let couriers: Vec<Bell> = threads.iter().map(|running| running.bell.clone()).collect();
        let clock = options.clock;
        let step = move || {
            if lookout.look(clock())? > 0 {
                couriers.iter().for_each(Bell::ring);
            }
            Ok(())
        };
        threads.push(spawn("alerts", store, &shared, step)?);
        Ok(Self { threads, shared })
    }

    /// Has the store looked at soon. Costs next to nothing, however often it is called.
    pub fn wake(&self) {
        self.threads.iter().for_each(|running| running.bell.ring());
    }

    /// Returns how many messages waited for their targets when that was last counted.
    #[must_use]
    pub fn n_pending(&self) -> u64 {
        self.shared.n_pending.load(Ordering::Relaxed)
    }

    /// Returns true where a thread has ended because the store failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.threads.iter().any(|running| running.thread.is_finished())
    }

    /// Ends the threads, after an attempt that is under way; what waits is delivered by the next
    /// alerter. Threads that have not ended within the deadline are left to end by themselves.
    ///
    /// # Errors
    ///
    /// Returns the first error that a thread ended with.
    pub fn stop(self, deadline: Duration) -> Result<(), StoreError> {
        self.shared.is_stopping.store(true, Ordering::Relaxed);
        self.wake();
        let mut outcome = Ok(());
        let mut left = deadline;
        for running in self.threads {
            drop(running.bell);
            if running.ended.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
                tracing::warn!("an alert is still being delivered");
                left = Duration::ZERO;
                continue;
            }
            let ended = running.thread.join().unwrap_or(Err(StoreError::Stopped));
            outcome = outcome.and(ended);
        }
        outcome
    }
}

/// Gives up what waits for targets that the settings have no more: nobody would ever take it there.
fn give_up_orphans(
    options: &AlerterOptions,
    store: &Store,
    writer: &WriterHandle,
) -> Result<(), StoreError> {
    let at = (options.clock)();
    let state = Some(DeliveryState::Waits);
    let waiting = store.deliveries(&DeliveryFilter { state, ..DeliveryFilter::default() })?;
    for row in waiting {
        if options.settings.target(&row.target).is_none() {
            tracing::warn!(target = row.target, message = row.message, "a target is gone");
            let error = Some("the configuration has no such target any more".to_owned());
            let state = DeliveryState::GivenUp;
            writer.commit_attempt(Attempt { delivery: row.id, at, state, next: at, error })?;
        }
    }
    Ok(())
}

/// Starts a thread that takes a step whenever it is woken, and now and then.
fn spawn(
    name: &str,
    store: &Path,
    shared: &Arc<Shared>,
    mut step: impl FnMut() -> Result<(), StoreError> + Send + 'static,
) -> Result<Running, StoreError> {
    let (bell, calls) = sync_channel(1);
    let (end, ended) = sync_channel(1);
    let shared = Arc::clone(shared);
    let run = move || {
        // Dropped when the thread ends, however it does.
        let _end: SyncSender<()> = end;
        loop {
            step()?;
            let call = calls.recv_timeout(PAUSE);
            let is_alone = call == Err(RecvTimeoutError::Disconnected);
            if is_alone || shared.is_stopping.load(Ordering::Relaxed) {
                return Ok(());
            }
        }
    };
    let thread = std::thread::Builder::new().name(name.into()).spawn(run);
    let thread = thread.map_err(|source| StoreError::Open { path: store.into(), source })?;
    Ok(Running { bell: Bell(bell), ended, thread })
}
