//! A file that is followed, and what is known of it.

use std::time::Duration;

use crate::model::{Millis, Stamp};
use crate::parse::Format;
use crate::store::{FileId, KnownFile, Tally};
use crate::tail::{Place, Sighting};

/// A log of which less was read may well begin like another one: then its name or its number must
/// tell.
pub(super) const MIN_MOVED_BYTES: u64 = 1024;

/// The files of one source, and how they are read.
#[derive(Clone, Debug)]
pub struct FileSource {
    /// Where they are.
    pub places: Vec<Place>,
    /// The format of all of them; `None`: told from the content of each.
    pub format: Option<Format>,
    /// After so long without a change, a line that is half written is taken as it is.
    pub quiet: Duration,
    /// The file that Dewlap itself writes to, which is never followed.
    pub own_log: Option<Stamp>,
}

/// A moment, by two clocks.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// What the wall clock says; it may be set back.
    pub now: Millis,
    /// Time since some moment in the past; never goes back.
    pub ticks: Duration,
}

/// What following has come to since it began.
#[derive(Clone, Copy, Debug, Default)]
pub struct FollowCounts {
    /// What was new.
    pub tally: Tally,
    /// Damaged parts met.
    pub gaps: u64,
    /// Bytes destroyed before they were read.
    pub lost_bytes: u64,
}

/// A file that is followed.
#[derive(Debug)]
pub(super) struct Track {
    /// What the store knows of it.
    pub(super) known: KnownFile,
    /// The file as it was when it was last looked at,
    pub(super) stamp: Option<Stamp>,
    /// and its length in bytes.
    pub(super) size: u64,
    /// When it was last found changed, in ticks.
    pub(super) changed: Duration,
    /// What is left to do with it.
    pub(super) state: State,
    /// True once what stands before the position was looked at for its last messages.
    pub(super) is_primed: bool,
}

/// What is left to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing, until it changes.
    Read,
    /// There is more to be read.
    Waiting,
    /// There is more, but where it was there may be another file: it must be looked for first.
    Missed,
}

/// A file that is looked at and left alone: a copy of one that is followed, or no log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Aside {
    pub(super) stamp: Stamp,
    pub(super) size: u64,
}

impl Track {
    /// Begins with what the store knows of a file.
    pub(super) fn new(known: KnownFile) -> Self {
        // Where it is now must be found out first.
        let state = if known.read_to < known.size { State::Missed } else { State::Read };
        let (stamp, size) = (known.stamp, known.size);
        Self { stamp, size, known, changed: Duration::ZERO, state, is_primed: false }
    }

    pub(super) fn id(&self) -> FileId {
        self.known.id
    }

    /// Returns true where a file is this one, and not changed since it was looked at and read.
    pub(super) fn is_unchanged(&self, sighting: &Sighting) -> bool {
        // What is compressed is counted as it was before.
        let is_as_long = self.size == sighting.size || self.is_compressed();
        self.state != State::Missed && self.stamp == Some(sighting.stamp) && is_as_long
    }

    /// Returns true where the number of a file is that of this one.
    pub(super) fn has_number_of(&self, sighting: &Sighting) -> bool {
        self.stamp.is_some_and(|stamp| stamp.is_same_file(&sighting.stamp))
    }

    /// Returns true where an open file has the number that this one had when it was looked at.
    pub(super) fn is_at(&self, stamp: &Stamp) -> bool {
        self.stamp.is_none_or(|seen| seen.is_same_file(stamp))
    }

    /// Returns true where so little was read that another log may well begin like this one.
    pub(super) fn is_short(&self) -> bool {
        self.known.read_to < MIN_MOVED_BYTES && !self.is_compressed()
    }

    /// Takes note of a change.
    pub(super) fn note(&mut self, sighting: &Sighting, ticks: Duration) {
        self.stamp = Some(sighting.stamp);
        self.changed = ticks;
        // How much is in what is compressed is not known before it is read.
        if !self.is_compressed() {
            self.size = sighting.size;
        }
    }

    pub(super) fn is_compressed(&self) -> bool {
        crate::tail::Family::of(&self.known.path).is_compressed
    }

    /// Returns how many bytes were seen and not read.
    pub(super) fn unread_bytes(&self) -> u64 {
        self.size.max(self.known.size).saturating_sub(self.known.read_to)
    }

    /// Returns true where the last entry may grow by lines that follow.
    pub(super) fn has_open_end(&self) -> bool {
        self.known.read_to > self.known.offset
    }
}

impl Aside {
    pub(super) fn of(sighting: &Sighting) -> Self {
        Self { stamp: sighting.stamp, size: sighting.size }
    }
}
