//! Batches of one file on their way to the store: read and judged by several threads, linked and
//! committed in their order.
//!
//! Entry points: [`Lane::send`] for each batch, [`Lane::end`] when there are no more. The thread
//! that sends goes on reading the file while others work; where they cannot keep up, it works as well,
//! so that no memory piles up.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rayon::{ScopeFifo, Yield};

use super::ingest::IngestOptions;
use super::log::Log;
use super::pending::{Before, Pending};
use super::piece::{Piece, PieceOf};
use super::routine::Routine;
use crate::store::{Batch, NewGap, Position, StoreError, WriterHandle};

/// Batches of a file that are in work or wait for it at once, for each thread.
const BATCHES_PER_THREAD: usize = 2;
/// So many threads are best used as one that reads and one that judges: each has what it needs in the
/// cache of its core. More of them read pieces of the file, whichever comes next.
const THREADS_OF_ONE_READER: usize = 2;
/// So few candidates are judged sooner than another thread is woken.
const FEW_CANDIDATES: usize = 8;

/// The way of one file's batches to the store.
pub(super) struct Lane<'l, 's> {
    scope: &'l ScopeFifo<'s>,
    shared: Arc<Shared<'s>>,
    n_threads: usize,
    /// The number of the batch that is sent next.
    next: u64,
}

/// What a batch is made of.
pub(super) enum Load {
    /// Entries that were read.
    Pending(Box<Pending>),
    /// Entries that are not read yet.
    Piece(Piece),
}

/// What the threads share.
struct Shared<'s> {
    options: &'s IngestOptions<'s>,
    writer: WriterHandle,
    of_piece: PieceOf,
    max_in_flight: usize,
    queue: Mutex<Queue<'s>>,
    eased: Condvar,
}

/// Batches that were sent and are not committed yet.
#[derive(Default)]
struct Queue<'s> {
    /// Those that are read, by number, until those before them are.
    read: BTreeMap<u64, Pending>,
    /// The number of the batch that is linked next to those before it.
    next_read: u64,
    /// What those before it left behind.
    before: Before,
    /// Damaged parts of those that are linked.
    gaps: Vec<NewGap>,
    /// Those that are judged, by number.
    judged: BTreeMap<u64, Batch>,
    /// The number of the batch that is committed next.
    next: u64,
    /// True while a thread hands batches to the writer: others leave theirs to it.
    is_committing: bool,
    in_flight: usize,
    /// Batches that any thread may judge.
    n_ready: usize,
    /// What threads know of lines of normal work, while no batch is being read by them.
    routines: Vec<Routine<'s>>,
    /// Memory of pieces that were read.
    buffers: Vec<Vec<u8>>,
    failure: Option<StoreError>,
    has_panicked: bool,
}

/// Where a batch belongs.
struct Place {
    number: u64,
    is_resumed: bool,
    position: Option<Position>,
}

/// Tells that work on a batch has ended in a panic, unless it is let go of.
struct Alarm<'a, 's>(&'a Shared<'s>);

impl<'l, 's> Lane<'l, 's> {
    pub(super) fn new(
        scope: &'l ScopeFifo<'s>,
        options: &'s IngestOptions<'s>,
        writer: WriterHandle,
        log: &Log<'_>,
    ) -> Self {
        let n_threads = rayon::current_num_threads();
        let before = Before { entries: log.entries_before(), ..Before::default() };
        let shared = Shared {
            options,
            writer,
            of_piece: log.of_piece(),
            max_in_flight: BATCHES_PER_THREAD * n_threads,
            queue: Mutex::new(Queue { before, ..Queue::default() }),
            eased: Condvar::new(),
        };
        Self { scope, shared: Arc::new(shared), n_threads, next: 0 }
    }

    /// Hands a batch on, to be read, judged and committed behind those that were sent before.
    ///
    /// `is_resumed` and `position` are those of the store's [`Batch`].
    ///
    /// # Errors
    ///
    /// Returns why an earlier batch was not committed.
    pub(super) fn send(
        &mut self,
        load: Load,
        is_resumed: bool,
        position: Option<Position>,
    ) -> Result<(), StoreError> {
        let place = Place { number: self.next, is_resumed, position };
        self.next += 1;
        self.shared.wait_for(self.shared.max_in_flight)?;
        self.shared.lock().in_flight += 1;
        let shared = Arc::clone(&self.shared);
        if load.is_light() || self.n_threads == 1 {
            shared.work(self.scope, load, place);
        } else {
            self.scope.spawn_fifo(move |scope| shared.work(scope, load, place));
        }
        Ok(())
    }

    /// Returns true where other threads read pieces of the file.
    pub(super) fn has_readers(&self) -> bool {
        self.n_threads > THREADS_OF_ONE_READER
    }

    /// Returns a buffer that is used no more; an empty one where there is none.
    pub(super) fn take_buffer(&self) -> Vec<u8> {
        self.shared.lock().buffers.pop().unwrap_or_default()
    }

    /// Waits until all that was sent is handed to the writer, and returns the damaged parts.
    ///
    /// # Errors
    ///
    /// As [`Lane::send`].
    pub(super) fn end(self) -> Result<Vec<NewGap>, StoreError> {
        self.shared.wait_for(1)?;
        Ok(std::mem::take(&mut self.shared.lock().gaps))
    }
}

impl Load {
    /// Returns true where another thread is not worth being woken.
    fn is_light(&self) -> bool {
        matches!(self, Self::Pending(pending) if pending.candidates.len() <= FEW_CANDIDATES)
    }
}

impl<'s> Shared<'s> {
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
                let is_full = |queue: &mut Queue<'s>| {
                    let has_ended = queue.failure.is_some() || queue.has_panicked;
                    queue.in_flight >= too_many && queue.n_ready == 0 && !has_ended
                };
                drop(self.eased.wait_while(self.lock(), is_full));
            }
        }
    }

    /// Reads a batch, and judges those that then are linked to all before them.
    fn work(self: &Arc<Self>, scope: &ScopeFifo<'s>, load: Load, place: Place) {
        let alarm = Alarm(self);
        let mut pending = self.read(load);
        pending.batch.is_resumed = place.is_resumed;
        pending.batch.position = place.position;
        let mut linked = self.lock().link(place.number, pending).into_iter();
        std::mem::forget(alarm);
        let Some((number, pending)) = linked.next() else { return };
        for (number, pending) in linked {
            let shared = Arc::clone(self);
            self.lock().n_ready += 1;
            scope.spawn_fifo(move |_| {
                shared.lock().n_ready -= 1;
                shared.judge(number, pending);
            });
            self.eased.notify_all();
        }
        self.judge(number, pending);
    }

    fn read(&self, load: Load) -> Pending {
        match load {
            Load::Pending(pending) => *pending,
            Load::Piece(piece) => {
                let routine = self.lock().routines.pop().unwrap_or_default();
                let (pending, routine) = piece.read(&self.of_piece, self.options, routine);
                let mut queue = self.lock();
                queue.routines.push(routine);
                queue.buffers.push(piece.into_buffer());
                pending
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
        if std::mem::replace(&mut queue.is_committing, true) {
            return;
        }
        while let Some(batch) = queue.take_next() {
            drop(queue); // The writer may be slow.
            let outcome = self.writer.commit(batch);
            queue = self.lock();
            queue.in_flight -= 1;
            queue.failure = outcome.err().or(queue.failure.take());
            self.eased.notify_all();
        }
        queue.is_committing = false;
    }

    fn lock(&self) -> MutexGuard<'_, Queue<'s>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue<'_> {
    /// Adds a batch that is read; returns those, in order, before which all are read now.
    fn link(&mut self, number: u64, pending: Pending) -> Vec<(u64, Pending)> {
        self.read.insert(number, pending);
        let mut linked = Vec::new();
        while let Some(mut pending) = self.read.remove(&self.next_read) {
            pending.follow(&mut self.before);
            self.gaps.extend_from_slice(&pending.batch.gaps);
            linked.push((self.next_read, pending));
            self.next_read += 1;
        }
        linked
    }

    /// Returns the batch whose turn it is, where it is judged.
    fn take_next(&mut self) -> Option<Batch> {
        let batch = self.judged.remove(&self.next)?;
        self.next += 1;
        Some(batch)
    }
}

impl Drop for Alarm<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().has_panicked = true;
        self.0.eased.notify_all();
    }
}
