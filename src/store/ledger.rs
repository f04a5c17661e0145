//! What was seen of files, and what was lost of them: the capture ledger.

use rusqlite::{Connection, params};

use super::files::{FileId, ServerId};
use super::{Headroom, Loss};
use crate::model::Millis;

/// Notes how large a file was found, and when, by the clock.
pub(super) fn put_sighting(
    connection: &Connection,
    file: FileId,
    size: u64,
    at: Millis,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE file SET size = max(size, ?2), last_seen = ?3, \
             first_seen = coalesce(first_seen, ?3) WHERE id = ?1",
        )?
        .execute(params![file.0, size, at.get()])?;
    Ok(())
}

/// Notes that a file is there no more, or that its bytes are others now.
pub(super) fn put_gone(connection: &Connection, file: FileId, at: Millis) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE file SET gone = ?2 WHERE id = ?1 AND gone IS NULL")?
        .execute(params![file.0, at.get()])?;
    Ok(())
}

/// Notes bytes that were destroyed unread; what was noted of the same place grows.
pub(super) fn put_loss(connection: &Connection, loss: &Loss) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO loss (file, start, stop, since, noticed, reason) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (file, start) \
             DO UPDATE SET stop = max(stop, ?3)",
        )?
        .execute(params![
            loss.file.0,
            loss.from,
            loss.to,
            loss.since.get(),
            loss.noticed.get(),
            loss.reason,
        ])?;
    Ok(())
}

/// Notes how soon a rotated log overwrites itself.
pub(super) fn put_headroom(
    connection: &Connection,
    server: ServerId,
    headroom: &Headroom,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO headroom (server, path, kept, span, measured) \
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (server, path) \
             DO UPDATE SET kept = ?3, span = ?4, measured = ?5",
        )?
        .execute(params![
            server.0,
            headroom.path,
            headroom.kept,
            headroom.span,
            headroom.measured.get(),
        ])?;
    Ok(())
}
