//! Opening the store.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::StoreError;
use super::grep;
use super::schema::{self, State};

/// What the names of the files beside the store end with that SQLite and Dewlap make.
const BESIDE: [&str; 6] = ["", "-wal", "-shm", "-journal", ".lock", ".key"];
/// What the writer keeps of the store in memory, in kibibytes. With 3,000 a run of errors takes longer;
/// more than this makes nothing shorter, since the pages are in memory as the file's as well.
const CACHE_KIBIBYTES: u32 = 5_000;
/// What a reader keeps of it: questions about all problems come to the same pages again and again.
const READER_CACHE_KIBIBYTES: u32 = 16_000;
/// How long a connection waits for another one's lock.
const BUSY: Duration = Duration::from_secs(30);

/// An open store, for reading.
#[derive(Debug)]
pub struct Store {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
}

impl Store {
    /// Opens a store that exists, for reading only.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Missing`] where there is none, [`StoreError::Newer`] where a newer
    /// version wrote it, [`StoreError::Outdated`] where an older one still writes to it, and
    /// [`StoreError::Foreign`] where it is not a store.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.is_file() {
            return Err(StoreError::Missing { path: path.into() });
        }
        // A store in WAL mode needs its shared memory, so a reader opens it for writing too.
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
            .or_else(|_| connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY))?;
        let mut store = Self { connection, path: path.into() };
        match store.checked_state()? {
            State::Ours(found) if found < schema::NEWEST => store.migrate_unwritten(found)?,
            State::Ours(_) => {}
            State::Empty | State::Foreign => return Err(StoreError::Foreign { path: path.into() }),
        }
        store.pragma("query_only", "on")?;
        store.pragma("cache_size", &format!("-{READER_CACHE_KIBIBYTES}"))?;
        Ok(store)
    }

    /// Opens a store for writing, and makes it where there is none, readable by its owner only.
    pub(super) fn open_for_writing(path: &Path) -> Result<(Self, File), StoreError> {
        let failed = |source| StoreError::Open { path: path.into(), source };
        create_private(path).map_err(failed)?;
        let lock = lock(path)?;
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mut store = Self { connection, path: path.into() };
        match store.checked_state()? {
            State::Empty => store.migrate()?,
            State::Ours(version) if version < schema::NEWEST => store.migrate()?,
            State::Ours(_) => {}
            State::Foreign => return Err(StoreError::Foreign { path: path.into() }),
        }
        make_private(path).map_err(failed)?;
        store.pragma("journal_mode", "wal")?;
        store.pragma("synchronous", "normal")?;
        // Each number that a row refers to was looked up or given in the same transaction: to look
        // it up once more took a quarter of the time that an event takes.
        store.pragma("foreign_keys", "off")?;
        store.pragma("cache_size", &format!("-{CACHE_KIBIBYTES}"))?;
        store.pragma("wal_autocheckpoint", "0")?; // See checkpoints.rs.
        Ok((store, lock))
    }

    fn checked_state(&self) -> Result<State, StoreError> {
        let state = schema::inspect(&self.connection).map_err(|source| {
            match source.sqlite_error_code() {
                Some(rusqlite::ErrorCode::NotADatabase) => {
                    StoreError::Foreign { path: self.path.clone() }
                }
                _ => self.failed("open", source),
            }
        })?;
        match state {
            State::Ours(found) if found > schema::NEWEST => {
                Err(StoreError::Newer { path: self.path.clone(), found, known: schema::NEWEST })
            }
            state => Ok(state),
        }
    }

    fn migrate(&mut self) -> Result<(), StoreError> {
        schema::migrate(&mut self.connection).map_err(|source| self.failed("migrate", source))
    }

    /// Migrates a store, unless another process writes to it: one of an older version, such as
    /// `follow` that was not started anew, could not go on.
    fn migrate_unwritten(&mut self, found: i64) -> Result<(), StoreError> {
        let Self { connection, path } = self;
        let failed = |source| failed(path, "migrate", source);
        let Some(lacking) = schema::lacking(connection).map_err(failed)? else { return Ok(()) };
        let _lock = lock(path).map_err(|error| match error {
            StoreError::Locked { path } => {
                StoreError::Outdated { path, found, known: schema::NEWEST }
            }
            other => other,
        })?;
        lacking.run().map_err(failed)
    }

    pub(super) fn pragma(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.connection
            .pragma_update_and_check(None, name, value, |_| Ok(()))
            .or_else(|error| match error {
                rusqlite::Error::QueryReturnedNoRows => Ok(()),
                error => Err(error),
            })
            .map_err(|source| self.failed("set up", source))
    }

    pub(super) fn failed(&self, attempt: &'static str, source: rusqlite::Error) -> StoreError {
        failed(&self.path, attempt, source)
    }
}

fn failed(path: &Path, attempt: &'static str, source: rusqlite::Error) -> StoreError {
    StoreError::Sqlite { attempt, path: path.into(), source: source.into() }
}

/// Connects to the file of a store, as it is.
pub(super) fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    connection
        .and_then(|connection| {
            connection.busy_timeout(BUSY)?;
            connection.set_prepared_statement_cache_capacity(64);
            grep::define(&connection)?;
            // Else statements are prepared anew whenever other values are bound to them.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            Ok(connection)
        })
        .map_err(|source| failed(path, "open", source))
}

/// Returns true where a path is that of a store, or of a file that is made beside it.
pub(super) fn is_part_of(store: &Path, path: &Path) -> bool {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let (Some(of_store), Some(of_path)) = (name(store), name(path)) else { return false };
    let is_named = of_path.strip_prefix(&of_store).is_some_and(|end| BESIDE.contains(&end));
    let directory = |path: &Path| path.parent().and_then(|parent| parent.canonicalize().ok());
    is_named && directory(path) == directory(store)
}

/// Opens a file for writing; where it is missing it is made, readable by its owner only.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Takes the rights of everybody but the owner away.
fn make_private(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mut permissions = std::fs::metadata(path)?.permissions();
        if permissions.mode() & 0o077 != 0 {
            permissions.set_mode(0o600);
            std::fs::set_permissions(path, permissions)?;
        }
    }
    Ok(())
}

/// Returns the file whose lock keeps a second writer out.
pub(super) fn lock_path(store: &Path) -> PathBuf {
    let mut path = store.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

/// Takes the lock that keeps a second writer out, for as long as the file is held.
pub(super) fn lock(store: &Path) -> Result<File, StoreError> {
    let path = lock_path(store);
    let file =
        create_private(&path).map_err(|source| StoreError::Open { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::Locked { path: store.into() }),
        Err(std::fs::TryLockError::Error(source)) => Err(StoreError::Open { path, source }),
    }
}
