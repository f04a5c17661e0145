//! Moves committed pages from the log of the store (its WAL) into its file, beside the thread that
//! writes.
//!
//! That waits for the disk twice. Where the writing thread does it, whatever comes meanwhile waits as
//! well, and a run ends later by as long as its last pages take.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, OpenFlags};

use super::StoreError;
use super::open::connect;
use super::serving::answer;

/// Committed pages that are worth a checkpoint: 8 MB.
const WORTH_PAGES: i64 = 2_048;
/// The pages of a log that is too long, 64 MB: it is written from its beginning again where all of it
/// is in the store before the next transaction begins, so that one has to wait.
const TOO_LONG_PAGES: i64 = 16_384;

/// A request for a checkpoint, and who is told when it is over.
type Request = Option<SyncSender<()>>;

/// The thread that does it.
#[derive(Debug)]
pub(super) struct Checkpoints {
    /// `None` once it has to end. It takes a request only while no checkpoint runs.
    sender: Option<SyncSender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Opens the store once more, and starts the thread.
    pub(super) fn spawn(path: &Path) -> Result<Self, StoreError> {
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let (sender, requests) = sync_channel(0);
        let thread = std::thread::Builder::new()
            .name("checkpoint".into())
            .spawn(move || carry_out(&connection, &requests))
            .map_err(|source| StoreError::Open { path: path.into(), source })?;
        Ok(Self { sender: Some(sender), thread: Some(thread) })
    }

    /// Has pages moved where enough were committed; waits for it where the log is too long.
    pub(super) fn note_commit(&self, connection: &Connection) {
        let (Some(sender), Ok((pages, moved))) = (&self.sender, lengths(connection)) else {
            return;
        };
        if pages >= TOO_LONG_PAGES && pages > moved {
            let (reply, over) = sync_channel(1);
            drop(sender.send(Some(reply)).map(|()| over.recv()));
        } else if pages - moved >= WORTH_PAGES {
            drop(sender.try_send(None));
        }
    }
}

/// Returns how many pages the log holds, and how many of them are in the store.
fn lengths(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let mut pragma = connection.prepare_cached("PRAGMA wal_checkpoint(NOOP)")?;
    pragma.query_row([], |row| Ok((row.get(1)?, row.get(2)?)))
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.sender = None;
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// Moves pages whenever it is asked to. One that fails, as on a full disk, leaves them where they are:
/// nothing is lost, and the next one moves them.
fn carry_out(connection: &Connection, requests: &Receiver<Request>) {
    for reply in requests {
        drop(connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())));
        if let Some(reply) = reply {
            answer(&reply, ());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_is_too_long_begins_anew_with_the_next_transaction() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let connection = Connection::open(&path).unwrap();
        let set_up = "PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (x)";
        connection.execute_batch(set_up).unwrap();
        let checkpoints = Checkpoints::spawn(&path).unwrap();
        connection.execute("INSERT INTO t VALUES (zeroblob(70000000))", []).unwrap();
        assert!(lengths(&connection).unwrap().0 > TOO_LONG_PAGES);
        checkpoints.note_commit(&connection);
        assert_eq!(lengths(&connection).unwrap().0, lengths(&connection).unwrap().1);
        connection.execute("INSERT INTO t VALUES (1)", []).unwrap();
        checkpoints.note_commit(&connection);
        assert!(lengths(&connection).unwrap().0 < 10, "{:?}", lengths(&connection).unwrap());
        drop((checkpoints, connection));
        assert!(!dir.path().join("store.db-wal").exists());
    }
}
