//! What readers are given, and what they give back.

use crate::model::Entry;

/// A piece of a file: the bytes from the first one not yet consumed.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Offset of the first of them in the file.
    pub offset: u64,
    /// True where the file ends with these bytes.
    pub is_last: bool,
}

/// What a reader finds in a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// A whole entry.
    Entry(Entry<'a>),
    /// Bytes that could not be read.
    Gap(Gap),
}

/// A part of a file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Offset of the first damaged byte.
    pub from: u64,
    /// Offset of the first byte after them.
    pub to: u64,
    /// What is wrong with them.
    pub reason: String,
}

/// A reader of one log format: a pure, total state machine over bytes.
///
/// The caller keeps `at`, the index in the window of the first byte not consumed. [`Reader::next`]
/// moves it past what it returns. `None` means that the window holds no further whole item: the
/// caller drops the bytes before `at`, adds more behind the rest, and asks again; where nothing
/// was consumed it must add more. After `None` on the last window, bytes from `at` on are an entry
/// that is still being written.
///
/// **Invariant:** the entries do not depend on where the windows are cut, no input panics, and
/// every call returns an item, consumes bytes or returns `None`.
pub trait Reader: Send {
    /// Returns the next item of the window, moving `at` past it.
    fn next<'a>(&mut self, window: Window<'a>, at: &mut usize) -> Option<Item<'a>>;

    /// Returns how many bytes at the start of the window are whole lines before the first that
    /// begins an entry: where rotation has cut an entry, they belong to the file before.
    fn loose_len(&mut self, _window: Window<'_>) -> usize {
        0
    }

    /// Returns the length of a start of the window that is whole entries, which a new reader reads
    /// as this one would, told that they are the last; 0 where there are none, or it cannot be told.
    fn whole_len(&mut self, _window: Window<'_>) -> usize {
        0
    }

    /// Returns the offset at which a new reader may go on, when all before `offset` is consumed.
    ///
    /// It lies before `offset` where the reader is in the middle of a damaged region.
    fn resume_offset(&self, offset: u64) -> u64 {
        offset
    }
}
