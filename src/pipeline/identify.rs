//! Decides whether a log was read before, and where reading goes on.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::feed::{Feed, OffsetMap};
use super::lane::Lane;
use super::log::LogError;
use crate::store::{Evidence, KnownFile, WriterHandle};

/// A log this short may well be the beginning of another one.
const MIN_MOVED_BYTES: u64 = 1024;

/// How far evidence is to be trusted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trust {
    /// True where the same bytes may stand in a mirrored root.
    pub(super) is_mirrored: bool,
    /// True where the log is known to be a new one.
    pub(super) is_fresh: bool,
    /// True where the log can be read only once: standard input.
    pub(super) is_once: bool,
}

/// A log whose place in the store is known.
#[derive(Debug)]
pub(super) struct Identified {
    /// The file in the store, and where reading goes on.
    pub(super) file: KnownFile,
    /// True where the log is an older copy of it, so that the file's position stays where it is.
    pub(super) is_older_copy: bool,
}

/// Finds the log among those read before, and moves the feed to where reading goes on.
///
/// A log is known where its first bytes and the bytes just before the committed offset are the
/// same. One that may be mirrored must also be at the same path: the mirror holds the same
/// entries, and perhaps one that is damaged here. Where evidence disagrees, the log is new: its
/// entries are told from known ones by their ids.
///
/// Standard input is known only as far as its first block tells, because it cannot be read again.
///
/// Returns `None` for a stream that looked like a known log and turned out to be another: it is
/// used up, and must be opened again and read as new.
///
/// # Errors
///
/// Returns [`LogError`] where the log or the store cannot be read.
pub(super) fn identify(
    (feed, map): (&mut Feed<'_>, &mut OffsetMap),
    evidence: &Evidence,
    (lane, writer): (&Lane<'_, '_>, &WriterHandle),
    trust: Trust,
) -> Result<Option<Identified>, LogError> {
    // It may be a file that is still on the lane.
    let ask = || writer.known_files_after(evidence, || lane.drain());
    let mut known = if trust.is_fresh { Vec::new() } else { ask()? };
    known.sort_by_key(|file| file.path != evidence.path);
    for file in known {
        let is_here = file.path == evidence.path;
        if !is_here && (trust.is_mirrored || !has_moved(&file, evidence)) {
            continue;
        }
        if !is_here && file.offset > feed.end() && is_older_copy(feed, &file) {
            let file = KnownFile { offset: 0, entries_before: 0, ..file };
            return Ok(Some(Identified { file, is_older_copy: true }));
        }
        if trust.is_once && file.offset > feed.end() {
            continue; // If it were another log after all, its start would be gone.
        }
        if feed.resume(map, file.offset, file.guard)? {
            writer.refresh(file.id, evidence)?;
            return Ok(Some(Identified { file, is_older_copy: false }));
        }
        if feed.window().offset != 0 {
            return Ok(None);
        }
    }
    let id = writer.register(evidence, None)?;
    Ok(Some(Identified { file: KnownFile::unread(id, evidence), is_older_copy: false }))
}

/// Returns true where the log is the beginning of a known file, as a backup of a growing log is.
///
/// That is only found out for a log that is in memory whole, and while the file is where it was.
fn is_older_copy(feed: &Feed<'_>, file: &KnownFile) -> bool {
    let window = feed.window();
    let mut start = Vec::new();
    let len = window.bytes.len() as u64;
    let is_whole = window.offset == 0 && window.is_last && feed.failure.is_none();
    is_whole
        && File::open(&file.path)
            .and_then(|file| file.take(len).read_to_end(&mut start))
            .is_ok_and(|_| start == window.bytes)
}

/// Returns true where a log that was elsewhere may be this one now: moved, or copied whole.
fn has_moved(file: &KnownFile, evidence: &Evidence) -> bool {
    if file.offset >= MIN_MOVED_BYTES {
        return true;
    }
    let still_there = head_of(Path::new(&file.path));
    still_there.is_empty()
        || still_there == evidence.head
        || !evidence.head.starts_with(&still_there)
}

/// Returns the first bytes of a file; none where it cannot be read.
fn head_of(path: &Path) -> Vec<u8> {
    let mut head = Vec::new();
    let file = File::open(path);
    let read = file.and_then(|file| file.take(Evidence::HEAD_BYTES as u64).read_to_end(&mut head));
    if read.is_err() {
        head.clear();
    }
    head
}
