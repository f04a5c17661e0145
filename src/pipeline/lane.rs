//! Batches on their way to the store: read and judged by several threads, linked and committed in
//! their order.
//!
//! Entry points: [`Lane::file`] for each file, [`FileLane::send`] for each of its batches,
//! [`Lane::end`] when there are no more. The thread that sends goes on reading, the next file as well,
//! while others work; where they cannot keep up, it works too, so that no memory piles up.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rayon::{ScopeFifo, Yield};

use super::digest::MAX_BATCH_CANDIDATES;
use super::ingest::{FileGap, IngestOptions};
use super::judged::Judge;
use super::pending::{Before, Pending};
use super::piece::{Piece, PieceOf};
use super::routine::Routine;
use crate::store::{Batch, Position, StoreError, WriterHandle};

/// Batches that are in work or wait for it at once, for each thread.
const BATCHES_PER_THREAD: usize = 2;
/// Pieces of a file that are read by one thread or another have so many bytes,
const PIECE_BYTES: usize = 1024 * 1024;
/// or fewer, but not less than these, where those before them held more candidates than a batch
/// does.
const MIN_PIECE_BYTES: usize = 64 * 1024;
/// So few candidates are judged sooner than another thread is woken.
const FEW_CANDIDATES: usize = 8;

/// The way of all batches to the store.
pub(super) struct Lane<'l, 's> {
    scope: &'l ScopeFifo<'s>,
    shared: Arc<Shared<'s>>,
    n_threads: usize,
    /// The number of the batch that is sent next.
    next: u64,
}

/// The way of the batches of one file.
pub(super) struct FileLane<'f, 'l, 's> {
    lane: &'f mut Lane<'l, 's>,
    file: Arc<FileOf>,
    /// What the first batch goes on from, until it is sent.
    before: Option<Before>,
}

/// A file whose batches are on their way.
struct FileOf {
    path: String,
    of_piece: PieceOf,
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
    judge: Judge<'s>,
    writer: WriterHandle,
    max_in_flight: usize,
    piece_bytes: AtomicUsize,
    queue: Mutex<Queue<'s>>,
    eased: Condvar,
}

/// Batches that were sent and are not committed yet.
#[derive(Default)]
struct Queue<'s> {
    /// Those that are read, by number, until those before them are.
    read: BTreeMap<u64, Read>,
    /// The number of the batch that is linked next to those before it.
    next_read: u64,
    /// What those of its file before it left behind.
    before: Before,
    /// Damaged parts of those that are linked.
    gaps: Vec<FileGap>,
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
    file: Arc<FileOf>,
    /// What it goes on from where it is the first of its file.
    before: Option<Before>,
    is_resumed: bool,
    position: Option<Position>,
}

/// A batch that is read.
struct Read {
    file: Arc<FileOf>,
    before: Option<Before>,
    pending: Pending,
}

/// Tells that work on a batch has ended in a panic, unless it is let go of.
struct Alarm<'a, 's>(&'a Shared<'s>);

impl<'l, 's> Lane<'l, 's> {
    pub(super) fn new(
        scope: &'l ScopeFifo<'s>,
        options: &'s IngestOptions<'s>,
        writer: WriterHandle,
    ) -> Self {
        let n_threads = rayon::current_num_threads();
        let shared = Shared {
            options,
            judge: Judge::of_many(options),
            writer,
            max_in_flight: BATCHES_PER_THREAD * n_threads,
            piece_bytes: MIN_PIECE_BYTES.into(),
            queue: Mutex::default(),
            eased: Condvar::new(),
        };
        Self { scope, shared: Arc::new(shared), n_threads, next: 0 }
    }

    /// Returns how all files are read.
    pub(super) fn options(&self) -> &'s IngestOptions<'s> {
        self.shared.options
    }

    /// Returns the way of a file's batches, of which so many entries were read before.
    pub(super) fn file<'f>(
        &'f mut self,
        path: &str,
        of_piece: PieceOf,
        entries_before: u64,
    ) -> FileLane<'f, 'l, 's> {
        let file = Arc::new(FileOf { path: path.into(), of_piece });
        let before = Some(Before { entries: entries_before, ..Before::default() });
        FileLane { lane: self, file, before }
    }

    /// Waits until all that was sent is handed to the writer.
    ///
    /// # Errors
    ///
    /// As [`FileLane::send`].
    pub(super) fn drain(&self) -> Result<(), StoreError> {
        self.shared.wait_for(1)
    }

    /// Does the same, and returns the damaged parts of all files.
    ///
    /// # Errors
    ///
    /// As [`FileLane::send`].
    pub(super) fn end(self) -> Result<Vec<FileGap>, StoreError> {
        self.drain()?;
        Ok(std::mem::take(&mut self.shared.lock().gaps))
    }
}

impl<'s> FileLane<'_, '_, 's> {
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
        let Self { lane, file, before } = self;
        let (file, before) = (Arc::clone(file), before.take());
        let place = Place { number: lane.next, file, before, is_resumed, position };
        lane.next += 1;
        lane.shared.wait_for(lane.shared.max_in_flight)?;
        lane.shared.lock().in_flight += 1;
        let shared = Arc::clone(&lane.shared);
        if load.is_light() || lane.n_threads == 1 {
            shared.work(lane.scope, load, place);
        } else {
            lane.scope.spawn_fifo(move |scope| shared.work(scope, load, place));
        }
        Ok(())
    }

    /// Returns the bytes of the next piece of the file, where other threads read pieces.
    pub(super) fn piece_bytes(&self) -> Option<usize> {
        let piece_bytes = self.lane.shared.piece_bytes.load(Ordering::Relaxed);
        (self.lane.n_threads > 1).then_some(piece_bytes)
    }

    /// Returns what is known of lines of normal work from files before, to be given back.
    pub(super) fn take_routine(&self) -> Routine<'s> {
        self.lane.shared.lock().routines.pop().unwrap_or_default()
    }

    /// Leaves what is known of lines of normal work to others.
    pub(super) fn give_back(&self, routine: Routine<'s>) {
        self.lane.shared.lock().routines.push(routine);
    }

    /// Returns a buffer that is used no more; an empty one where there is none.
    pub(super) fn take_buffer(&self) -> Vec<u8> {
        self.lane.shared.lock().buffers.pop().unwrap_or_default()
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
        let Place { number, file, before, is_resumed, position } = place;
        let mut pending = self.read(load, &file.of_piece);
        pending.batch.is_resumed = is_resumed;
        pending.batch.position = position;
        let read = Read { file, before, pending };
        let mut linked = self.lock().link(number, read).into_iter();
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

    fn read(&self, load: Load, of_piece: &PieceOf) -> Pending {
        match load {
            Load::Pending(pending) => *pending,
            Load::Piece(piece) => {
                let routine = self.lock().routines.pop().unwrap_or_default();
                let (pending, routine) = piece.read(of_piece, self.options, routine);
                let fitting = piece.len() * MAX_BATCH_CANDIDATES / pending.candidates.len().max(1);
                let piece_bytes = fitting.clamp(MIN_PIECE_BYTES, PIECE_BYTES);
                self.piece_bytes.store(piece_bytes, Ordering::Relaxed);
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
        let batch = pending.judge(&self.judge);
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
    fn link(&mut self, number: u64, read: Read) -> Vec<(u64, Pending)> {
        self.read.insert(number, read);
        let mut linked = Vec::new();
        while let Some(Read { file, before, mut pending }) = self.read.remove(&self.next_read) {
            self.before = before.unwrap_or_else(|| std::mem::take(&mut self.before));
            pending.follow(&mut self.before);
            // Where reading stopped, the log is listed as not read.
            let damaged = pending.batch.gaps.iter().filter(|gap| !gap.is_open());
            self.gaps.extend(damaged.map(|gap| FileGap::of(&file.path, gap)));
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
