//! What the bytes of a file tell of it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::AtomicU64;

use super::super::feed::{Feed, GUARD_BYTES, OffsetMap};
use super::super::ingest::HEAD_BYTES;
use crate::archive::{Body, open_compressed};
use crate::model::Stamp;
use crate::parse::{Encoding, Format};
use crate::store::{Evidence, KnownFile, short_hash};
use crate::tail::Family;

/// The first bytes that tell how a text is encoded.
const ENCODING_BYTES: usize = 256;
/// Bytes at the end of a log that may be one entry.
const MAX_TAIL_BYTES: u64 = 16 * 1024 * 1024;
/// Bytes of two files that are compared at once.
const COMPARED_BYTES: usize = 64 * 1024;

/// A file that is open where reading goes on.
pub(in crate::pipeline) struct Opened<'a> {
    pub(in crate::pipeline) feed: Feed<'a>,
    pub(in crate::pipeline) map: OffsetMap,
    /// The file as it was when it was opened,
    pub(super) stamp: Stamp,
    /// and its length; `None` for one that is compressed.
    pub(in crate::pipeline) size: Option<u64>,
    /// The first bytes of one that is compressed.
    pub(super) start: Option<Vec<u8>>,
}

/// Opens a file at its start.
///
/// # Errors
///
/// Returns why it cannot be read; an archive of several logs is an error.
pub(in crate::pipeline) fn open_new<'a>(
    path: &str,
    progress: &'a AtomicU64,
) -> io::Result<Opened<'a>> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    let stamp = Stamp::of(&metadata);
    if let Some(stream) = unpack(path, &mut file)? {
        let (mut feed, map) = Feed::open(Body::Stream(stream), progress);
        feed.set_open(feed.failure.is_some());
        let start = Some(head_of(&feed, HEAD_BYTES).to_vec());
        return Ok(Opened { feed, map, stamp, size: None, start });
    }
    let head = first_bytes(&mut file, Evidence::HEAD_BYTES)?;
    let (mut feed, map) = Feed::open_at(file, Encoding::of(&head), 0, progress)?;
    feed.head = head;
    Ok(Opened { feed, map, stamp, size: Some(metadata.len()), start: None })
}

/// Opens a file where reading of a known one goes on; `None` where it is another one.
///
/// # Errors
///
/// Returns why it cannot be read.
pub(in crate::pipeline) fn open_known<'a>(
    path: &str,
    known: &KnownFile,
    progress: &'a AtomicU64,
) -> io::Result<Option<Opened<'a>>> {
    if Family::of(path).is_compressed {
        return resume_stream(open_new(path, progress)?, known);
    }
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.len() < known.read_to {
        return Ok(None);
    }
    let is_binary = known.format == Format::IguanaX.name();
    let head = match is_told_by_head(known) {
        true => first_bytes(&mut file, Evidence::HEAD_BYTES)?,
        false if is_binary => Vec::new(),
        false => first_bytes(&mut file, ENCODING_BYTES)?,
    };
    if is_told_by_head(known) && !begins_as(&head, known) {
        return Ok(None);
    }
    let encoding = if is_binary { Encoding::Utf8 { bom_len: 0 } } else { Encoding::of(&head) };
    let (mut feed, mut map) = Feed::open_at(file, encoding, known.offset, progress)?;
    let places = ((known.offset, known.guard), (known.read_to, known.tail));
    if !feed.stand_between(&mut map, places.0, places.1) || goes_on_in_line(&feed, known) {
        return Ok(None);
    }
    let size = Some(metadata.len());
    Ok(Some(Opened { feed, map, stamp: Stamp::of(&metadata), size, start: None }))
}

/// Moves an open stream to where reading of a known file goes on.
fn resume_stream<'a>(mut opened: Opened<'a>, known: &KnownFile) -> io::Result<Option<Opened<'a>>> {
    if is_told_by_head(known) && !begins_as(&opened.feed.head, known) {
        return Ok(None);
    }
    if known.offset > 0 && !opened.feed.resume(&mut opened.map, known.offset, known.guard)? {
        return Ok(None);
    }
    let places = ((known.offset, known.guard), (known.read_to, known.tail));
    let is_same = opened.feed.stand_between(&mut opened.map, places.0, places.1)
        && !goes_on_in_line(&opened.feed, known);
    opened.feed.set_open(opened.feed.failure.is_some());
    Ok(is_same.then_some(opened))
}

/// Returns true where so little was read that the first bytes tell more than those before the
/// position.
fn is_told_by_head(known: &KnownFile) -> bool {
    known.read_to < Evidence::HEAD_BYTES as u64
}

/// Returns true where a last line goes on that another file has ended: this is then a log that only
/// begins as the known one does. The feed stands at the known one's position.
fn goes_on_in_line(feed: &Feed<'_>, known: &KnownFile) -> bool {
    let bytes = feed.window().bytes;
    let read = usize::try_from(known.read_to.saturating_sub(known.offset)).ok();
    let read = read.and_then(|len| bytes.get(..len)).filter(|read| read.len() < bytes.len());
    known.is_joined && read.is_some_and(|read| !read.ends_with(b"\n"))
}

/// Returns the first bytes of a log, at most so many, from an open feed that is at its start.
pub(super) fn head_of<'f>(feed: &'f Feed<'_>, len: usize) -> &'f [u8] {
    let bytes = feed.window().bytes;
    bytes.get(..len).unwrap_or(bytes)
}

/// Returns true where a file begins as a known one did.
pub(super) fn begins_as(head: &[u8], known: &KnownFile) -> bool {
    let start = head.get(..known.fingerprint_len).filter(|start| !start.is_empty());
    start.is_some_and(|start| short_hash(start) == known.fingerprint)
}

/// Returns true where the first log is the beginning of the second, or the whole of it.
///
/// # Errors
///
/// Returns why one of them cannot be read.
pub(super) fn is_beginning(path: &str, of: &str) -> io::Result<bool> {
    let (mut a, mut b) = (open_plain(path)?, open_plain(of)?);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    loop {
        left.clear();
        right.clear();
        let len = a.by_ref().take(COMPARED_BYTES as u64).read_to_end(&mut left)?;
        b.by_ref().take(len as u64).read_to_end(&mut right)?;
        if left != right {
            return Ok(false);
        }
        if len < COMPARED_BYTES {
            return Ok(true);
        }
    }
}

/// Opens a log at its start, decompressed.
fn open_plain(path: &str) -> io::Result<Box<dyn Read>> {
    let mut file = File::open(path)?;
    Ok(unpack(path, &mut file)?.unwrap_or_else(|| Box::new(file)))
}

/// Returns what a compressed file holds; `None` for one that is not, which is then at its start.
fn unpack(path: &str, file: &mut File) -> io::Result<Option<Box<dyn Read>>> {
    if !Family::of(path).is_compressed {
        return Ok(None);
    }
    let stream = open_compressed(file.try_clone()?)?;
    if stream.is_none() {
        file.seek(SeekFrom::Start(0))?;
    }
    Ok(stream)
}

/// Returns the bytes of a file from one offset to another.
///
/// # Errors
///
/// Returns why they cannot be read; that there are fewer is an error.
pub(super) fn read_range(path: &str, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let len = to.saturating_sub(from);
    let mut bytes = Vec::new();
    file.take(len).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == len { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Returns the bytes of a log from an offset on, decompressed.
///
/// # Errors
///
/// Returns why they cannot be read.
pub(super) fn read_behind(path: &str, from: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if Family::of(path).is_compressed {
        let mut stream = open_plain(path)?;
        io::copy(&mut stream.by_ref().take(from), &mut io::sink())?;
        stream.take(MAX_TAIL_BYTES).read_to_end(&mut bytes)?;
    } else {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        file.take(MAX_TAIL_BYTES).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Returns the guard of the place behind some bytes.
pub(super) fn guard_of(before: &[u8]) -> [u8; 16] {
    short_hash(before.get(before.len().saturating_sub(GUARD_BYTES)..).unwrap_or(before))
}

fn first_bytes(file: &mut File, len: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.by_ref().take(len as u64).read_to_end(&mut head)?;
    Ok(head)
}
