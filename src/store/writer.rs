//! The one thread that writes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::files::{self, Evidence, FileId, KnownFile};
use super::transaction::Ledger;
use super::{Batch, Store, StoreError, Tally, names, series};
use crate::course::Threshold;

/// Batches that may wait for the writer. A full channel stops the readers, so no memory piles up.
const WAITING_BATCHES: usize = 2;

/// A handle to the writing thread.
///
/// Batches are committed in the order in which they are sent, and what is asked is answered after
/// all that was sent before is committed.
#[derive(Debug)]
pub struct Writer {
    sender: SyncSender<Command>,
    thread: JoinHandle<Result<Tally, StoreError>>,
}

/// The catalogue that classifies, as far as the store keeps it.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    /// The hash of its content.
    pub hash: String,
    /// The thresholds of its courses, by the rule that counts.
    pub thresholds: BTreeMap<String, Threshold>,
}

enum Command {
    Known(Box<Evidence>, SyncSender<Vec<KnownFile>>),
    Register(Box<Evidence>, SyncSender<FileId>),
    Refresh(FileId, Box<Evidence>),
    NameComponents(Vec<(String, String)>),
    Commit(Box<Batch>),
}

impl Writer {
    /// Opens the store for writing, makes it where there is none, and starts the thread.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] where the store cannot be opened or another process writes to it.
    pub fn spawn(path: &Path, server: &str, catalogue: &Classes) -> Result<Self, StoreError> {
        let (mut store, lock) = Store::open_for_writing(path)?;
        let ledger = Ledger {
            server: store.try_to("write to", |db| names::server(db, server))?,
            catalogue: store.try_to("write to", |db| names::catalogue(db, &catalogue.hash))?,
            names: names::Names::default(),
            seen: super::seen::Seen::default(),
            series: super::series::Series::default(),
        };
        let thresholds = catalogue.thresholds.clone();
        let (sender, receiver) = sync_channel(WAITING_BATCHES);
        let thread = std::thread::Builder::new()
            .name("store".into())
            .spawn(move || {
                let tally = serve(&mut store, ledger, &receiver, &thresholds);
                drop(lock);
                tally
            })
            .map_err(|source| StoreError::Open { path: path.into(), source })?;
        Ok(Self { sender, thread })
    }

    /// Returns the files that were read before and begin as this one does, the latest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Stopped`] where the thread has ended; [`Writer::finish`] tells why.
    pub fn known_files(&self, evidence: &Evidence) -> Result<Vec<KnownFile>, StoreError> {
        self.ask(|reply| Command::Known(Box::new(evidence.clone()), reply))
    }

    /// Notes a file that was never read before, and returns its number.
    ///
    /// # Errors
    ///
    /// As [`Writer::known_files`].
    pub fn register(&self, evidence: &Evidence) -> Result<FileId, StoreError> {
        self.ask(|reply| Command::Register(Box::new(evidence.clone()), reply))
    }

    /// Notes where a known file is now.
    ///
    /// # Errors
    ///
    /// As [`Writer::known_files`].
    pub fn refresh(&self, file: FileId, evidence: &Evidence) -> Result<(), StoreError> {
        self.send(Command::Refresh(file, Box::new(evidence.clone())))
    }

    /// Notes the names of components, given as pairs of GUID and name.
    ///
    /// # Errors
    ///
    /// As [`Writer::known_files`].
    pub fn name_components(&self, names: Vec<(String, String)>) -> Result<(), StoreError> {
        self.send(Command::NameComponents(names))
    }

    /// Hands a batch over to be committed.
    ///
    /// # Errors
    ///
    /// As [`Writer::known_files`].
    pub fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.send(Command::Commit(Box::new(batch)))
    }

    /// Waits until all is committed, and returns what was new.
    ///
    /// # Errors
    ///
    /// Returns the first error that the thread met; all batches before it are committed.
    pub fn finish(self) -> Result<Tally, StoreError> {
        drop(self.sender);
        self.thread.join().unwrap_or(Err(StoreError::Stopped))
    }

    fn send(&self, command: Command) -> Result<(), StoreError> {
        self.sender.send(command).map_err(|_| StoreError::Stopped)
    }

    fn ask<T>(&self, command: impl FnOnce(SyncSender<T>) -> Command) -> Result<T, StoreError> {
        let (reply, answer) = sync_channel(1);
        self.send(command(reply))?;
        answer.recv().map_err(|_| StoreError::Stopped)
    }
}

/// Carries out commands until the senders are gone.
fn serve(
    store: &mut Store,
    mut ledger: Ledger,
    commands: &Receiver<Command>,
    thresholds: &BTreeMap<String, Threshold>,
) -> Result<Tally, StoreError> {
    let mut tally = Tally::default();
    for command in commands {
        store.try_to("write to", |db| {
            match command {
                Command::Known(evidence, reply) => {
                    answer(&reply, files::known(db, ledger.server, &evidence)?);
                }
                Command::Register(evidence, reply) => {
                    answer(&reply, files::register(db, ledger.server, &evidence)?);
                }
                Command::Refresh(file, evidence) => files::refresh(db, file, &evidence)?,
                Command::NameComponents(names) => {
                    for (key, name) in names {
                        names::set_component_name(db, ledger.server, &key, &name)?;
                    }
                }
                Command::Commit(batch) => tally.add(&ledger.commit(db, &batch)?),
            }
            Ok(())
        })?;
    }
    store.try_to("write to", |db| series::settle(db, thresholds))?;
    Ok(tally)
}

/// Answers a question; who asked may be gone, and then nobody misses the answer.
fn answer<T>(reply: &SyncSender<T>, value: T) {
    drop(reply.send(value));
}

impl Store {
    fn try_to<T>(
        &mut self,
        attempt: &'static str,
        run: impl FnOnce(&mut rusqlite::Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        run(&mut self.connection).map_err(|source| StoreError::Sqlite {
            attempt,
            path: self.path.clone(),
            source: source.into(),
        })
    }
}
