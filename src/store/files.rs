//! Files as the store knows them: an opaque id, and evidence to find it again.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Position;
use crate::model::{Millis, Stamp};

/// The opaque number of a file in the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(super) i64);

/// The number of an Iguana server in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServerId(pub(super) i64);

impl std::fmt::Display for FileId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What tells a file when it is met again.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Where it was found.
    pub path: String,
    /// Its format, by name.
    pub format: String,
    /// Its first bytes, at most [`Evidence::HEAD_BYTES`].
    pub head: Vec<u8>,
}

impl Evidence {
    /// How many of the first bytes are taken as evidence.
    pub const HEAD_BYTES: usize = 1024;

    pub(super) fn fingerprint(&self, len: usize) -> Option<[u8; 16]> {
        self.head.get(..len).map(short_hash)
    }
}

/// A file that was read before.
#[derive(Clone, Debug)]
pub struct KnownFile {
    /// Its number.
    pub id: FileId,
    /// Where it was found last.
    pub path: String,
    /// Where reading goes on.
    pub offset: u64,
    /// Hash of the bytes just before the offset.
    pub guard: [u8; 16],
    /// Where the last entry ends that is committed.
    pub read_to: u64,
    /// Hash of the bytes from the offset to there; `None`: not known.
    pub tail: Option<[u8; 16]>,
    /// Bytes of the file seen.
    pub size: u64,
    /// Entries that begin before the offset.
    pub entries_before: u64,
    /// Hash of its first bytes,
    pub fingerprint: [u8; 16],
    /// of so many.
    pub fingerprint_len: usize,
    /// Its format, by name.
    pub format: String,
    /// The file as it was when it was read last.
    pub stamp: Option<Stamp>,
    /// When it was last found grown, by the clock.
    pub last_seen: Option<Millis>,
    /// True where it was found to be there no more.
    pub is_gone: bool,
    /// The file whose last entry its first lines belong to, while more may follow.
    pub continues: Option<FileId>,
    /// True where its last entry goes on in another file, and is not to be read again here.
    pub is_joined: bool,
    /// Where reading goes on in a source that is no file.
    pub resume: Option<String>,
}

impl KnownFile {
    /// Returns a file of which nothing has been read.
    #[must_use]
    pub fn unread(id: FileId, evidence: &Evidence) -> Self {
        Self {
            id,
            path: evidence.path.clone(),
            offset: 0,
            guard: short_hash(&[]),
            read_to: 0,
            tail: None,
            size: 0,
            entries_before: 0,
            fingerprint: short_hash(&evidence.head),
            fingerprint_len: evidence.head.len(),
            format: evidence.format.clone(),
            stamp: None,
            last_seen: None,
            is_gone: false,
            continues: None,
            is_joined: false,
            resume: None,
        }
    }
}

impl KnownFile {
    /// Takes over how far the file has been read.
    pub fn take(&mut self, position: &Position) {
        self.offset = position.offset;
        self.guard = position.guard;
        self.read_to = position.read_to;
        self.tail = position.tail;
        self.size = self.size.max(position.size);
        self.entries_before = position.entries_before;
        self.stamp = position.stamp.or(self.stamp);
        self.continues = position.continues;
        self.is_joined = position.is_joined;
    }

    /// Takes over more of the file's first bytes.
    pub fn note_evidence(&mut self, evidence: &Evidence) {
        self.fingerprint = short_hash(&evidence.head);
        self.fingerprint_len = evidence.head.len();
    }
}

const COLUMNS: &str = "id, path, offset, guard, read_to, tail, size, entries_before, fingerprint, \
    fingerprint_len, format, device, inode, modified, last_seen, gone, continues, joined, resume";

/// Returns the first half of a hash of some bytes, as fingerprints and guards are kept.
#[must_use]
pub fn short_hash(bytes: &[u8]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    short
}

/// Returns the files of a server with one of these fingerprints, the latest first.
pub(super) fn known(
    connection: &Connection,
    server: ServerId,
    fingerprints: &[[u8; 16]],
) -> rusqlite::Result<Vec<KnownFile>> {
    let mut found = Vec::new();
    for fingerprint in fingerprints {
        let sql = format!("SELECT {COLUMNS} FROM file WHERE server = ? AND fingerprint = ?");
        let mut statement = connection.prepare_cached(&sql)?;
        for row in statement.query_map(params![server.0, fingerprint], read_file)? {
            found.push(row?);
        }
    }
    found.sort_by_key(|file| std::cmp::Reverse(file.id.0));
    Ok(found)
}

/// Returns every file of a server, in the order in which they were first read.
pub(super) fn all(connection: &Connection, server: ServerId) -> rusqlite::Result<Vec<KnownFile>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM file WHERE server = ? ORDER BY id"))?
        .query_map([server.0], read_file)?
        .collect()
}

/// Returns the files of a server that were last at one of these paths, or that begin with these
/// bytes, the latest first.
pub(super) fn like(
    connection: &Connection,
    server: ServerId,
    paths: &[String],
    fingerprint: Option<[u8; 16]>,
) -> rusqlite::Result<Vec<KnownFile>> {
    let mut found = Vec::new();
    let at = format!("SELECT {COLUMNS} FROM file WHERE server = ? AND path = ?");
    let begins = format!(
        "SELECT {COLUMNS} FROM file WHERE fingerprint = ?2 AND server = ?1 AND fingerprint_len = ?3"
    );
    for path in paths {
        let mut statement = connection.prepare_cached(&at)?;
        for row in statement.query_map(params![server.0, path], read_file)? {
            found.push(row?);
        }
    }
    if let Some(fingerprint) = fingerprint {
        let mut statement = connection.prepare_cached(&begins)?;
        let values = params![server.0, fingerprint, Evidence::HEAD_BYTES];
        for row in statement.query_map(values, read_file)? {
            found.push(row?);
        }
    }
    found.sort_by_key(|file| std::cmp::Reverse(file.id.0));
    found.dedup_by_key(|file| file.id);
    Ok(found)
}

/// Notes where a file is now. Bytes that were taken for lost are there again.
pub(super) fn put_place(
    connection: &Connection,
    file: FileId,
    path: &str,
    stamp: Stamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE file SET path = ?2, device = ?3, inode = ?4, gone = NULL WHERE id = ?1",
        )?
        .execute(params![file.0, path, stamp.device.cast_signed(), stamp.inode.cast_signed()])?;
    connection
        .prepare_cached(
            "DELETE FROM loss WHERE file = ?1 \
             AND start >= (SELECT read_to FROM file WHERE id = ?1)",
        )?
        .execute([file.0])?;
    Ok(())
}

fn read_file(row: &Row<'_>) -> rusqlite::Result<KnownFile> {
    let number = |index| row.get::<_, Option<i64>>(index);
    let stamp = number(11)?.zip(number(12)?).zip(number(13)?);
    Ok(KnownFile {
        id: FileId(row.get(0)?),
        path: row.get(1)?,
        offset: row.get(2)?,
        guard: row.get(3)?,
        read_to: row.get(4)?,
        tail: row.get(5)?,
        size: row.get(6)?,
        entries_before: row.get(7)?,
        fingerprint: row.get(8)?,
        fingerprint_len: row.get(9)?,
        format: row.get(10)?,
        stamp: stamp.map(|((device, inode), modified)| Stamp {
            device: device.cast_unsigned(),
            inode: inode.cast_unsigned(),
            modified,
        }),
        last_seen: row.get::<_, Option<i64>>(14)?.map(Millis::new),
        is_gone: row.get::<_, Option<i64>>(15)?.is_some(),
        continues: row.get::<_, Option<i64>>(16)?.map(FileId),
        is_joined: row.get(17)?,
        resume: row.get(18)?,
    })
}

/// Returns the number of the file that is registered next.
pub(super) fn next_number(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT coalesce(max(id), 0) + 1 FROM file", [], |row| row.get(0))
}

/// Notes a file that was never read before.
pub(super) fn register(
    connection: &Connection,
    (server, file): (ServerId, FileId),
    evidence: &Evidence,
    seen: Option<(u64, Millis)>,
) -> rusqlite::Result<()> {
    let label = free_label(connection, server, evidence)?;
    let (size, at) = seen.unzip();
    connection
        .prepare_cached(
            "INSERT INTO file (id, server, path, fingerprint, fingerprint_len, label, format, \
             offset, guard, size, entries_before, first_seen, last_seen) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, 0, ?10, ?10)",
        )?
        .execute(params![
            file.0,
            server.0,
            evidence.path,
            short_hash(&evidence.head),
            evidence.head.len(),
            label,
            evidence.format,
            short_hash(&[]),
            size.unwrap_or_default(),
            at.map(Millis::get),
        ])?;
    Ok(())
}

/// Notes where a known file is now, and more of its first bytes where it has grown.
pub(super) fn refresh(
    connection: &Connection,
    file: FileId,
    evidence: &Evidence,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE file SET path = ?2, fingerprint = ?3, fingerprint_len = ?4, format = ?5, \
             gone = NULL WHERE id = ?1 \
             AND (path <> ?2 OR fingerprint_len <> ?4 OR format <> ?5 OR gone IS NOT NULL)",
        )?
        .execute(params![
            file.0,
            evidence.path,
            short_hash(&evidence.head),
            evidence.head.len(),
            evidence.format,
        ])?;
    Ok(())
}

/// Moves the position of a file.
pub(super) fn put_position(
    connection: &Connection,
    file: FileId,
    position: &Position,
) -> rusqlite::Result<()> {
    let stamp = position.stamp;
    connection
        .prepare_cached(
            "UPDATE file SET offset = ?2, guard = ?3, size = ?4, entries_before = ?5, \
             read_to = ?6, tail = ?7, device = coalesce(?8, device), \
             inode = coalesce(?9, inode), modified = coalesce(?10, modified), continues = ?11, \
             joined = ?12 WHERE id = ?1 AND (offset <> ?2 OR guard <> ?3 OR size <> ?4 OR read_to <> ?6 \
             OR tail IS NOT ?7 OR continues IS NOT ?11 OR joined <> ?12 \
             OR (?8 IS NOT NULL AND (device IS NOT ?8 OR inode IS NOT ?9 OR modified IS NOT ?10)))",
        )?
        .execute(params![
            file.0,
            position.offset,
            position.guard,
            position.size,
            position.entries_before,
            position.read_to,
            position.tail,
            stamp.map(|stamp| stamp.device.cast_signed()),
            stamp.map(|stamp| stamp.inode.cast_signed()),
            stamp.map(|stamp| stamp.modified),
            position.continues.map(|file| file.0),
            position.is_joined,
        ])?;
    Ok(())
}

/// Notes where reading goes on in a source that is no file.
pub(super) fn put_resume(
    connection: &Connection,
    file: FileId,
    resume: &str,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE file SET resume = ?2 WHERE id = ?1 AND resume IS NOT ?2")?
        .execute(params![file.0, resume])?;
    Ok(())
}

/// Returns a label that no other file of the server has; the same for the same history.
fn free_label(
    connection: &Connection,
    server: ServerId,
    evidence: &Evidence,
) -> rusqlite::Result<String> {
    let mut generation = 0_u32;
    loop {
        let mut hasher = blake3::Hasher::new();
        hasher.update(evidence.path.as_bytes()).update(b"\0").update(&evidence.head);
        hasher.update(&generation.to_le_bytes());
        let label = format!("f{}", hasher.finalize().to_hex().get(..12).unwrap_or_default());
        let taken: Option<i64> = connection
            .prepare_cached("SELECT id FROM file WHERE server = ? AND label = ?")?
            .query_row(params![server.0, label], |row| row.get(0))
            .optional()?;
        if taken.is_none() {
            return Ok(label);
        }
        generation += 1;
    }
}
