//! The one thread that writes.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::checkpoints::Checkpoints;
use super::files::{self, Evidence, FileId, KnownFile, ServerId};
use super::fingerprints::Fingerprints;
use super::open::is_part_of;
use super::retention::{Expired, Forgotten};
use super::serving::{BRIEFLY, Command, Patience, Serving, answer};
use super::transaction::Ledger;
use super::waiting::Waiting;
use super::{Batch, Headroom, Loss, Store, StoreError, Tally, ledger, names};
use crate::course::Threshold;
use crate::model::{Millis, Stamp};

/// Commands that may wait for the writer, as far as [`Waiting`] lets so many in: many, as each time
/// that a reader waits for room costs more than a small command does.
const WAITING_COMMANDS: usize = 8_192;

/// The writing thread.
///
/// Batches are committed in the order in which they are sent, several small ones in one
/// transaction. What is asked is answered after all that was sent before is written, and is
/// committed with it or not at all: where a commit fails, the thread ends, and so does whatever
/// was built on its answers.
#[derive(Debug)]
pub struct Writer {
    handle: WriterHandle,
    thread: JoinHandle<Result<Tally, StoreError>>,
    is_abandoned: Arc<AtomicBool>,
}

/// What sends batches of one Iguana server to the writing thread.
#[derive(Clone, Debug)]
pub struct WriterHandle {
    sender: SyncSender<Command>,
    server: ServerId,
    waiting: Arc<Waiting>,
    tally: Arc<Mutex<Tally>>,
    store: Arc<Path>,
    /// The number of the file that is registered next, on any server: nobody else writes.
    next_file: Arc<AtomicI64>,
    /// Of all files that are known, or were sent to be.
    fingerprints: Arc<Mutex<Fingerprints>>,
}

/// The catalogue that classifies, as far as the store keeps it.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    /// The hash of its content.
    pub hash: String,
    /// The thresholds of its courses, by the rule that counts.
    pub thresholds: BTreeMap<String, Threshold>,
}

impl Writer {
    /// Opens the store for writing, makes it where there is none, and starts the thread.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] where the store cannot be opened or another process writes to it.
    pub fn spawn(path: &Path, server: &str, catalogue: &Classes) -> Result<Self, StoreError> {
        let (mut store, lock) = Store::open_for_writing(path)?;
        let ledger = store.try_to("write to", |db| Ledger::open(db, &catalogue.hash))?;
        let server = store.try_to("write to", |db| names::server(db, server))?;
        let next_file = store.try_to("read", |db| files::next_number(db))?;
        let fingerprints = store.try_to("read", |db| Fingerprints::open(db))?;
        let (sender, receiver) = sync_channel(WAITING_COMMANDS);
        let waiting = Arc::new(Waiting::default());
        let handle = WriterHandle {
            sender,
            server: ServerId(server),
            waiting: Arc::clone(&waiting),
            tally: Arc::default(),
            store: std::path::absolute(path).unwrap_or_else(|_| path.into()).into(),
            next_file: Arc::new(AtomicI64::new(next_file)),
            fingerprints: Arc::new(Mutex::new(fingerprints)),
        };
        let is_abandoned = Arc::new(AtomicBool::new(false));
        let mut serving = Serving {
            ledger,
            commands: receiver,
            checkpoints: Checkpoints::spawn(path)?,
            thresholds: catalogue.thresholds.clone(),
            is_abandoned: Arc::clone(&is_abandoned),
            waiting,
            patience: BRIEFLY,
            tally: Tally::default(),
            is_closed: false,
        };
        let thread = std::thread::Builder::new()
            .name("store".into())
            .spawn(move || {
                let outcome = serving.serve(&mut store).map(|()| serving.tally);
                drop((serving, store, lock)); // In this order: the next writer finds all closed.
                outcome
            })
            .map_err(|source| StoreError::Open { path: path.into(), source })?;
        Ok(Self { handle, thread, is_abandoned })
    }

    /// Waits until all is committed that was sent, and returns what was new. Other handles send in
    /// vain from then on.
    ///
    /// # Errors
    ///
    /// Returns the first error that the thread met; all batches before it are committed.
    pub fn finish(self) -> Result<Tally, StoreError> {
        drop(self.handle.send(Command::Close)); // Where the thread has ended, its error tells why.
        self.thread.join().unwrap_or(Err(StoreError::Stopped))
    }

    /// Gives up what is not committed yet, and waits until the thread has let go of the store.
    ///
    /// # Errors
    ///
    /// As [`Writer::finish`].
    pub fn abandon(self) -> Result<Tally, StoreError> {
        self.is_abandoned.store(true, Ordering::Relaxed);
        self.finish()
    }

    /// Returns a handle of its own for the server that the writer was started for.
    #[must_use]
    pub fn handle(&self) -> WriterHandle {
        self.handle.clone()
    }
}

impl Deref for Writer {
    type Target = WriterHandle;

    fn deref(&self) -> &WriterHandle {
        &self.handle
    }
}

impl WriterHandle {
    /// Returns a handle for another server.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn for_server(&self, name: &str) -> Result<Self, StoreError> {
        let server = self.ask(|reply| Command::Server(name.into(), reply))?;
        Ok(Self { server, tally: Arc::default(), ..self.clone() })
    }

    /// Returns the files that were read before and begin as this one does, the latest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Stopped`] where the thread has ended; [`Writer::finish`] tells why.
    pub fn known_files(&self, evidence: &Evidence) -> Result<Vec<KnownFile>, StoreError> {
        self.known_files_after(evidence, || Ok(()))
    }

    /// Returns the same; first sends what is not sent yet, where it may change the answer: some file
    /// was read, or is being read, that begins as this one does.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`], and what sending fails with.
    pub fn known_files_after(
        &self,
        evidence: &Evidence,
        send: impl FnOnce() -> Result<(), StoreError>,
    ) -> Result<Vec<KnownFile>, StoreError> {
        let fingerprints = self.fingerprints().of(evidence);
        if fingerprints.is_empty() {
            return Ok(Vec::new());
        }
        send()?;
        self.ask(|reply| Command::Known(self.server, fingerprints, reply))
    }

    fn fingerprints(&self) -> MutexGuard<'_, Fingerprints> {
        self.fingerprints.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns every file of the server, in the order in which they were first read.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn all_files(&self) -> Result<Vec<KnownFile>, StoreError> {
        let server = self.server;
        self.ask(|reply| {
            Command::Change(Box::new(move |db| {
                answer(&reply, files::all(db, server)?);
                Ok(())
            }))
        })
    }

    /// Returns the files of the server that were last at one of these paths, or whose first
    /// [`Evidence::HEAD_BYTES`] have this hash, the latest first.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn files_like(
        &self,
        paths: Vec<String>,
        fingerprint: Option<[u8; 16]>,
    ) -> Result<Vec<KnownFile>, StoreError> {
        let server = self.server;
        self.ask(|reply| {
            Command::Change(Box::new(move |db| {
                answer(&reply, files::like(db, server, &paths, fingerprint)?);
                Ok(())
            }))
        })
    }

    /// Notes where a file is now.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn move_file(&self, file: FileId, path: String, stamp: Stamp) -> Result<(), StoreError> {
        self.change(move |db| files::put_place(db, file, &path, stamp))
    }

    /// Returns what the batches of this handle and of its clones have brought so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        *self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a file that was never read before, with its size in bytes and the time where it was
    /// seen on a disk, and returns its number.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn register(
        &self,
        evidence: &Evidence,
        seen: Option<(u64, Millis)>,
    ) -> Result<FileId, StoreError> {
        self.fingerprints().note(evidence);
        let file = FileId(self.next_file.fetch_add(1, Ordering::Relaxed));
        self.send(Command::Register(self.server, file, Box::new(evidence.clone()), seen))?;
        Ok(file)
    }

    /// Notes where a known file is now.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn refresh(&self, file: FileId, evidence: &Evidence) -> Result<(), StoreError> {
        self.fingerprints().note(evidence);
        self.send(Command::Refresh(file, Box::new(evidence.clone())))
    }

    /// Notes how large files were found, and when, by the clock.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn sight(&self, sizes: Vec<(FileId, u64)>, at: Millis) -> Result<(), StoreError> {
        self.change(move |db| {
            sizes.iter().try_for_each(|(file, size)| ledger::put_sighting(db, *file, *size, at))
        })
    }

    /// Notes that a file is there no more, with what was lost with it.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn part(&self, file: FileId, at: Millis, loss: Option<Loss>) -> Result<(), StoreError> {
        self.change(move |db| {
            ledger::put_gone(db, file, at)?;
            loss.iter().try_for_each(|loss| ledger::put_loss(db, loss))
        })
    }

    /// Notes how soon a rotated log overwrites itself.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn note_headroom(&self, headroom: Headroom) -> Result<(), StoreError> {
        let server = self.server;
        self.change(move |db| ledger::put_headroom(db, server, &headroom))
    }

    /// Notes the names of components, given as pairs of GUID and name.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn name_components(&self, names: Vec<(String, String)>) -> Result<(), StoreError> {
        self.send(Command::NameComponents(self.server, names))
    }

    /// Hands a batch over to be committed.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.send(Command::Commit(self.server, Box::new(batch), Arc::clone(&self.tally), None))
    }

    /// Hands a batch over to be committed, and returns what was new in it.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn commit_and_count(&self, batch: Batch) -> Result<Tally, StoreError> {
        self.ask(|reply| {
            let tally = Arc::clone(&self.tally);
            Command::Commit(self.server, Box::new(batch), tally, Some(reply))
        })
    }

    /// Finds the episodes of courses whose marks have changed.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn settle(&self) -> Result<(), StoreError> {
        self.send(Command::Settle)
    }

    /// Deletes events, where they are still what they were.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn forget(&self, expired: Vec<Expired>) -> Result<Forgotten, StoreError> {
        self.ask(|reply| Command::Forget(expired, reply))
    }

    /// Has a transaction wait so long for more to commit with it: large ones cost less, where nobody
    /// waits for the last entry to be seen.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn linger(&self, patience: Patience) -> Result<(), StoreError> {
        self.send(Command::Linger(patience))
    }

    /// Waits until all that was sent is committed.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::known_files`].
    pub fn flush(&self) -> Result<(), StoreError> {
        self.ask(Command::Flush)
    }

    /// Returns true where a path is that of the store, or of a file that is made beside it.
    #[must_use]
    pub fn is_store(&self, path: &Path) -> bool {
        is_part_of(&self.store, path)
    }

    /// Returns how many commands wait for the thread.
    #[must_use]
    pub fn n_waiting(&self) -> usize {
        self.waiting.count()
    }

    /// Hands over a change of the store, to be committed in its turn.
    pub(super) fn change(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.send(Command::Change(Box::new(change)))
    }

    fn send(&self, command: Command) -> Result<(), StoreError> {
        self.waiting.enter(command.weight());
        self.sender.send(command).map_err(|_| StoreError::Stopped)
    }

    fn ask<T>(&self, command: impl FnOnce(SyncSender<T>) -> Command) -> Result<T, StoreError> {
        let (reply, answer) = sync_channel(1);
        self.send(command(reply))?;
        answer.recv().map_err(|_| StoreError::Stopped)
    }
}
