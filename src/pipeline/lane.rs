//! Batches of one file on their way to the store: judged by several threads, committed in their
//! order.
//!
//! Entry points: [`Lane::send`] for each batch, [`Lane::end`] when there are no more. The thread
//! that reads goes on reading while others judge; where they cannot keep up, it judges as well, so that
//! no memory piles up.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rayon::{Scope, Yield};

use super::ingest::IngestOptions;
use super::pending::Pending;
use crate::store::{Batch, StoreError, WriterHandle};

/// Batches of a file that are judged or wait for it at once, for each thread.
const BATCHES_PER_THREAD: usize = 2;
/// So few candidates are judged sooner than another thread is woken.
const FEW_CANDIDATES: usize = 8;

/// The way of one file's batches to the store.
pub(super) struct Lane<'l, 's> {
    scope: &'l Scope<'s>,
    shared: Arc<Shared<'s>>,
    /// The number of the batch that is sent next.
    next: u64,
}

/// What the threads share.
struct Shared<'s> {
    options: &'s IngestOptions<'s>,
    writer: WriterHandle,
    max_in_flight: usize,
    queue: Mutex<Queue>,
    eased: Condvar,
}

/// Batches that were sent and are not committed yet.
#[derive(Default)]
struct Queue {
    /// Those that are judged, by number.
    judged: BTreeMap<u64, Batch>,
    in_flight: usize,
    /// The number of the batch that is committed next.
    next: u64,
    failure: Option<StoreError>,
    has_panicked: bool,
}

/// Tells that judging a batch has ended in a panic, unless it is let go of.
struct Alarm<'a, 's>(&'a Shared<'s>);

impl<'l, 's> Lane<'l, 's> {
    pub(super) fn new(
        scope: &'l Scope<'s>,
        options: &'s IngestOptions<'s>,
        writer: WriterHandle,
    ) -> Self {
        let shared = Shared {
            options,
            writer,
            max_in_flight: BATCHES_PER_THREAD * rayon::current_num_threads(),
            queue: Mutex::default(),
            eased: Condvar::new(),
        };
        Self { scope, shared: Arc::new(shared), next: 0 }
    }

    /// Hands a batch on, to be judged and committed behind those that were sent before.
    ///
    /// # Errors
    ///
    /// Returns why an earlier batch was not committed.
    pub(super) fn send(&mut self, pending: Pending) -> Result<(), StoreError> {
        let number = self.next;
        self.next += 1;
        self.shared.wait_for(self.shared.max_in_flight)?;
        self.shared.lock().in_flight += 1;
        let shared = Arc::clone(&self.shared);
        if pending.candidates.len() <= FEW_CANDIDATES || rayon::current_num_threads() == 1 {
            shared.judge(number, pending);
        } else {
            self.scope.spawn(move |_| shared.judge(number, pending));
        }
        Ok(())
    }

    /// Waits until all that was sent is handed to the writer.
    ///
    /// # Errors
    ///
    /// As [`Lane::send`].
    pub(super) fn end(self) -> Result<(), StoreError> {
        self.shared.wait_for(1)
    }
}

impl Shared<'_> {
    /// Works, or waits where others do, until fewer batches than this are in flight.
    fn wait_for(&self, too_many: usize) -> Result<(), StoreError> {
        loop {
            let mut queue = self.lock();
            if let Some(failure) = queue.failure.take() {
                return Err(failure);
            }
            assert!(!queue.has_panicked, "a batch could not be judged");
            if queue.in_flight < too_many {
                return Ok(());
            }
            drop(queue);
            if rayon::yield_now() != Some(Yield::Executed) {
                let is_full = |queue: &mut Queue| {
                    let has_ended = queue.failure.is_some() || queue.has_panicked;
                    queue.in_flight >= too_many && !has_ended
                };
                drop(self.eased.wait_while(self.lock(), is_full));
            }
        }
    }

    /// Judges a batch and commits it, unless one before it is not judged yet.
    fn judge(&self, number: u64, pending: Pending) {
        let alarm = Alarm(self);
        let batch = pending.judge(self.options);
        std::mem::forget(alarm);
        let mut queue = self.lock();
        queue.judged.insert(number, batch);
        while let Some(batch) = queue.take_next() {
            if let Err(error) = self.writer.commit(batch) {
                queue.failure = Some(error);
            }
        }
        drop(queue);
        self.eased.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Returns the batch whose turn it is, where it is judged.
    fn take_next(&mut self) -> Option<Batch> {
        let batch = self.judged.remove(&self.next)?;
        self.next += 1;
        self.in_flight -= 1;
        Some(batch)
    }
}

impl Drop for Alarm<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().has_panicked = true;
        self.0.eased.notify_all();
    }
}
