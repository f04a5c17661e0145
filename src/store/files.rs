//! Files as the store knows them: an opaque id, and evidence to find it again.

use rusqlite::{Connection, OptionalExtension, params};

/// The opaque number of a file in the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FileId(pub(super) i64);

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

    fn fingerprint(&self, len: usize) -> Option<[u8; 16]> {
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
    /// Entries that begin before the offset.
    pub entries_before: u64,
}

/// Returns the first half of a hash of some bytes, as fingerprints and guards are kept.
#[must_use]
pub fn short_hash(bytes: &[u8]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    short
}

/// Returns the files of a server that begin as this one does, the latest first.
pub(super) fn known(
    connection: &Connection,
    server: i64,
    evidence: &Evidence,
) -> rusqlite::Result<Vec<KnownFile>> {
    let lens: Vec<usize> = connection
        .prepare_cached("SELECT DISTINCT fingerprint_len FROM file WHERE fingerprint_len <= ?")?
        .query_map([evidence.head.len()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut found = Vec::new();
    for fingerprint in lens.into_iter().filter_map(|len| evidence.fingerprint(len)) {
        let mut statement = connection.prepare_cached(
            "SELECT id, path, offset, guard, entries_before FROM file \
             WHERE server = ? AND fingerprint = ?",
        )?;
        let rows = statement.query_map(params![server, fingerprint], |row| {
            Ok(KnownFile {
                id: FileId(row.get(0)?),
                path: row.get(1)?,
                offset: row.get(2)?,
                guard: row.get(3)?,
                entries_before: row.get(4)?,
            })
        })?;
        for row in rows {
            found.push(row?);
        }
    }
    found.sort_by_key(|file| std::cmp::Reverse(file.id.0));
    Ok(found)
}

/// Notes a file that was never read before.
pub(super) fn register(
    connection: &Connection,
    server: i64,
    evidence: &Evidence,
) -> rusqlite::Result<FileId> {
    let label = free_label(connection, server, evidence)?;
    connection
        .prepare_cached(
            "INSERT INTO file (server, path, fingerprint, fingerprint_len, label, format, \
             offset, guard, size, entries_before) VALUES (?, ?, ?, ?, ?, ?, 0, ?, 0, 0)",
        )?
        .execute(params![
            server,
            evidence.path,
            short_hash(&evidence.head),
            evidence.head.len(),
            label,
            evidence.format,
            short_hash(&[]),
        ])?;
    Ok(FileId(connection.last_insert_rowid()))
}

/// Notes where a known file is now, and more of its first bytes where it has grown.
pub(super) fn refresh(
    connection: &Connection,
    file: FileId,
    evidence: &Evidence,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE file SET path = ?2, fingerprint = ?3, fingerprint_len = ?4, format = ?5 \
             WHERE id = ?1 AND (path <> ?2 OR fingerprint_len <> ?4 OR format <> ?5)",
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

/// Returns a label that no other file of the server has; the same for the same history.
fn free_label(
    connection: &Connection,
    server: i64,
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
            .query_row(params![server, label], |row| row.get(0))
            .optional()?;
        if taken.is_none() {
            return Ok(label);
        }
        generation += 1;
    }
}
