//! Counts the logs again, and compares with what the store says was read of them.
//!
//! Entry point: [`recount`]. Nothing is written; what is not there any more cannot be counted.

use std::sync::atomic::AtomicU64;

use super::files::{Opened, open_known, open_new};
use super::ingest::HEAD_BYTES;
use crate::parse::{Format, Item, ParseOptions, Parser};
use crate::store::KnownFile;

/// What a log holds now, against what was read of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recount {
    /// It holds what was read, so many entries of which the store knows so many, and perhaps more
    /// bytes behind it.
    Same {
        /// Entries that begin before the place that was read to, counted now.
        entries: u64,
        /// Entries that were read of them.
        read: u64,
        /// Bytes behind that place.
        unread_bytes: u64,
    },
    /// Another log stands in its place.
    Other,
    /// It is there no more.
    Gone,
    /// It is part of an archive, came in on standard input, or is asked over HTTP.
    NoFile,
    /// It cannot be read.
    Unreadable(String),
}

impl Recount {
    /// Returns true where the store does not know all that the log holds up to where it was read.
    #[must_use]
    pub fn is_short(&self) -> bool {
        matches!(self, Self::Same { entries, read, .. } if entries > read)
    }
}

/// Counts the entries of a log again, as far as it was read.
#[must_use]
pub fn recount(known: &KnownFile, options: &ParseOptions) -> Recount {
    let is_file = !known.path.contains("!/") && !known.path.starts_with('<');
    if !is_file || known.resume.is_some() {
        return Recount::NoFile;
    }
    let progress = AtomicU64::new(0);
    match open_known(&known.path, known, &progress) {
        Ok(Some(opened)) => match open_new(&known.path, &progress) {
            Ok(from_start) => count(known, (opened.size, from_start), options),
            Err(error) => Recount::Unreadable(error.to_string()),
        },
        Ok(None) => Recount::Other,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Recount::Gone,
        Err(error) => Recount::Unreadable(error.to_string()),
    }
}

fn count(
    known: &KnownFile,
    (size, opened): (Option<u64>, Opened<'_>),
    options: &ParseOptions,
) -> Recount {
    let Some(format) = Format::from_name(&known.format, options) else {
        return Recount::Unreadable(format!("the format `{}` is not known any more", known.format));
    };
    let Opened { mut feed, mut map, .. } = opened;
    feed.set_open(false);
    let window = feed.window().bytes;
    let head = window.get(..HEAD_BYTES).unwrap_or(window).to_vec();
    let mut parser = Parser::new(&format, &head, options);
    let mut entries = 0;
    loop {
        let window = feed.window();
        let mut at = 0;
        let mut is_behind = false;
        while !is_behind && let Some(item) = parser.next(window, &mut at) {
            if let Item::Entry(entry) = item {
                is_behind = map.file_offset(window, entry.offset) >= known.read_to;
                entries += u64::from(!is_behind);
            }
        }
        if is_behind || window.is_last {
            break;
        }
        feed.consume(at);
        feed.fill();
    }
    let last = u64::from(known.read_to > known.offset);
    Recount::Same {
        entries,
        read: known.entries_before + last,
        unread_bytes: size.map_or(0, |size| size.saturating_sub(known.read_to)),
    }
}
