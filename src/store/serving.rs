//! What the writing thread does: commands, in groups that are one transaction each.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::checkpoints::Checkpoints;
use super::files::{self, Evidence, FileId, KnownFile, ServerId};
use super::retention::{self, Expired, Forgotten};
use super::transaction::Ledger;
use super::waiting::Waiting;
use super::{Batch, Store, StoreError, Tally, names, series};
use crate::course::Threshold;
use crate::model::Millis;

/// How a transaction waits for more to commit with it, unless it is told otherwise.
pub(super) const BRIEFLY: Patience = Patience { each: Duration::from_millis(1), waits: 16 };
/// A transaction takes no more commands,
const MAX_GROUP: usize = 1_024;
/// and no more once they have so many entries, whose keys wait in memory for its end,
const MAX_GROUP_ENTRIES: usize = 524_288;
/// or so many events. In a large store each transaction writes nearly every page again where problems
/// are counted.
const MAX_GROUP_EVENTS: usize = 65_536;

/// An event weighs as much as so many entries: texts take more room than keys.
const EVENT_WEIGHT: usize = 6;

/// How long a transaction waits for more to commit with it.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the next batch or change.
    pub each: Duration,
    /// So often at most, so that it ends where they trickle: others that write wait for it.
    pub waits: u32,
}

/// A change of the store that a handle asks for.
pub(super) type Change = Box<dyn FnOnce(&Connection) -> rusqlite::Result<()> + Send>;

/// What the thread is told to do.
pub(super) enum Command {
    Known(ServerId, Vec<[u8; 16]>, SyncSender<Vec<KnownFile>>),
    Register(ServerId, FileId, Box<Evidence>, Option<(u64, Millis)>),
    Refresh(FileId, Box<Evidence>),
    NameComponents(ServerId, Vec<(String, String)>),
    Commit(ServerId, Box<Batch>, Arc<Mutex<Tally>>, Option<SyncSender<Tally>>),
    Server(String, SyncSender<ServerId>),
    Linger(Patience),
    Change(Change),
    Forget(Vec<Expired>, SyncSender<Forgotten>),
    Settle,
    Flush(SyncSender<()>),
    Close,
}

impl Command {
    /// Returns how much memory it takes while it waits, in entries.
    pub(super) fn weight(&self) -> usize {
        let (n_entries, n_events) = self.counts();
        1 + n_entries + EVENT_WEIGHT * n_events
    }

    /// Returns how many entries it counts, and how many events it stores.
    fn counts(&self) -> (usize, usize) {
        match self {
            Self::Commit(_, batch, ..) => (batch.counted.len(), batch.events.len()),
            _ => (0, 0),
        }
    }
}

/// What the thread works with.
pub(super) struct Serving {
    pub(super) ledger: Ledger,
    pub(super) commands: Receiver<Command>,
    pub(super) checkpoints: Checkpoints,
    pub(super) thresholds: BTreeMap<String, Threshold>,
    pub(super) is_abandoned: Arc<AtomicBool>,
    pub(super) waiting: Arc<Waiting>,
    pub(super) patience: Patience,
    pub(super) tally: Tally,
    /// True once no more commands are taken, whoever still sends some.
    pub(super) is_closed: bool,
}

impl Serving {
    /// Carries out commands until the senders are gone.
    pub(super) fn serve(&mut self, store: &mut Store) -> Result<(), StoreError> {
        while let Ok(first) = self.commands.recv() {
            if matches!(first, Command::Close) {
                break;
            }
            let flushed = store.try_to("write to", |db| self.commit_group(db, first))?;
            for reply in flushed {
                answer(&reply, ());
            }
            if self.is_closed {
                break;
            }
        }
        if self.is_abandoned() {
            return Ok(());
        }
        store.try_to("write to", |db| series::settle(db, &self.thresholds))
    }

    fn is_abandoned(&self) -> bool {
        self.is_abandoned.load(Ordering::Relaxed)
    }

    /// Carries out a command, and those that come soon after it, in one transaction. Returns who
    /// waits for its end.
    fn commit_group(
        &mut self,
        connection: &mut Connection,
        first: Command,
    ) -> rusqlite::Result<Vec<SyncSender<()>>> {
        let mut flushed = Vec::new();
        let (mut next, mut n_waits, mut n_entries, mut n_events) = (Some(first), 0, 0, 0);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for _ in 0..MAX_GROUP {
            let Some(command) = next.take().or_else(|| self.soon(&mut n_waits)) else { break };
            self.waiting.leave(command.weight());
            let counts = command.counts();
            (n_entries, n_events) = (n_entries + counts.0, n_events + counts.1);
            let is_waited_for = matches!(command, Command::Flush(_) | Command::Settle);
            if matches!(command, Command::Close) {
                self.is_closed = true;
                break;
            }
            if !self.is_abandoned() {
                self.carry_out(&transaction, command, &mut flushed)?;
            }
            let is_full = n_entries >= MAX_GROUP_ENTRIES || n_events >= MAX_GROUP_EVENTS;
            if is_waited_for || is_full {
                break;
            }
        }
        if !self.is_abandoned() {
            self.ledger.save(&transaction)?;
            transaction.commit()?;
            self.checkpoints.note_commit(connection);
        }
        Ok(flushed)
    }

    /// Returns the next command where it is there, or comes soon and not often so.
    fn soon(&self, n_waits: &mut u32) -> Option<Command> {
        self.commands.try_recv().ok().or_else(|| {
            *n_waits += 1;
            let each = Some(self.patience.each).filter(|_| *n_waits <= self.patience.waits)?;
            self.commands.recv_timeout(each).ok()
        })
    }

    fn carry_out(
        &mut self,
        db: &Connection,
        command: Command,
        flushed: &mut Vec<SyncSender<()>>,
    ) -> rusqlite::Result<()> {
        match command {
            Command::Known(server, fingerprints, reply) => {
                answer(&reply, files::known(db, server, &fingerprints)?);
            }
            Command::Register(server, file, evidence, seen) => {
                files::register(db, (server, file), &evidence, seen)?;
            }
            Command::Refresh(file, evidence) => files::refresh(db, file, &evidence)?,
            Command::NameComponents(server, names) => {
                for (key, name) in names {
                    names::set_component_name(db, server.0, &key, &name)?;
                }
            }
            Command::Commit(server, batch, sum, reply) => {
                let tally = self.ledger.write(db, server, &batch)?;
                self.tally.add(&tally);
                sum.lock().unwrap_or_else(PoisonError::into_inner).add(&tally);
                if let Some(reply) = reply {
                    answer(&reply, tally);
                }
            }
            Command::Server(name, reply) => answer(&reply, ServerId(names::server(db, &name)?)),
            Command::Linger(patience) => self.patience = patience,
            Command::Change(change) => change(db)?,
            Command::Forget(expired, reply) => {
                self.ledger.save(db)?; // Else attempts that are in memory would begin anew.
                answer(&reply, retention::forget(db, &expired)?);
            }
            Command::Settle => {
                self.ledger.save(db)?;
                series::find_stale(db, &self.thresholds)?;
            }
            Command::Flush(reply) => flushed.push(reply),
            Command::Close => {}
        }
        Ok(())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.waiting.close();
    }
}

/// Answers a question; who asked may be gone, and then nobody misses the answer.
pub(super) fn answer<T>(reply: &SyncSender<T>, value: T) {
    drop(reply.send(value));
}

impl Store {
    pub(super) fn try_to<T>(
        &mut self,
        attempt: &'static str,
        run: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        run(&mut self.connection).map_err(|source| StoreError::Sqlite {
            attempt,
            path: self.path.clone(),
            source: source.into(),
        })
    }
}
