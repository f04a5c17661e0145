//! What the pipeline hands to the writer.

use std::sync::Arc;

use crate::course::{Effect, Scope};
use crate::model::{EntryKind, Level, Millis, Outcome, SeenKey, Severity, Stamp};

use super::FileId;

/// Entries read from one file, up to a position, to be committed together.
#[derive(Debug, Default)]
pub struct Batch {
    /// The file.
    pub file: FileId,
    /// GUIDs or names of components; [`Counted::component`] is an index in it.
    pub components: Vec<Box<str>>,
    /// Names of streams; [`Counted::stream`] is an index in it.
    pub streams: Vec<Box<str>>,
    /// Every entry, in the order of the file.
    pub counted: Vec<Counted>,
    /// The entries that are events, in the same order.
    pub events: Vec<NewEvent>,
    /// What those events say.
    pub texts: Texts,
    /// What entries do to courses, in the same order.
    pub marks: Vec<NewMark>,
    /// Damaged parts.
    pub gaps: Vec<NewGap>,
    /// True where reading went on at the committed position with the first entry.
    pub is_resumed: bool,
    /// Where reading goes on once this is committed; `None` leaves it where it is.
    pub position: Option<Position>,
    /// The same for another file, whose first lines belong to an entry of this one.
    pub next: Option<(FileId, Position)>,
    /// Where reading goes on in a source that is no file, in its own words.
    pub resume: Option<String>,
    /// True where Dewlap wrote the entries itself: they are no sign of life of their components.
    pub is_own: bool,
}

impl Batch {
    /// Returns true for the index of the last entry.
    pub(super) fn is_last(&self, index: u32) -> bool {
        usize::try_from(index).is_ok_and(|index| index + 1 == self.counted.len())
    }
}

/// What an entry does to a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMark {
    /// Index in [`Batch::counted`].
    pub counted: u32,
    /// The rule that counts.
    pub rule: Box<str>,
    /// What the entry does.
    pub effect: Effect,
    /// Whether its component is counted apart, or its server as a whole.
    pub scope: Scope,
    /// The captures that are counted apart, as a JSON object.
    pub split: Box<str>,
}

/// A damaged part of the file.
#[derive(Clone, Debug)]
pub struct NewGap {
    /// Offset of the first damaged byte.
    pub from: u64,
    /// Offset of the first byte after them; that of the first where reading stopped there, and it is
    /// not known how much is behind it.
    pub to: u64,
    /// What is wrong with them.
    pub reason: String,
    /// Time of the entry before it.
    pub time: Millis,
}

impl NewGap {
    /// Returns true where reading stopped.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.from == self.to
    }
}

/// One entry, as far as counting goes.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// Index in [`Batch::components`].
    pub component: u32,
    /// Index in [`Batch::streams`].
    pub stream: u32,
    /// Type on disk.
    pub kind: EntryKind,
    /// How bad it says it is.
    pub level: Level,
    /// When it happened.
    pub time: Millis,
    /// What it is known by in its stream.
    pub key: SeenKey,
    /// Bytes of its text.
    pub text_bytes: u32,
}

/// Texts of events, one behind the other: to keep each by itself takes longer than to copy it.
#[derive(Clone, Debug, Default)]
pub struct Texts(String);

/// Where a text stands in the [`Texts`] that it was put in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextAt {
    start: usize,
    end: usize,
}

impl Texts {
    /// Adds a text.
    pub fn put(&mut self, text: &str) -> TextAt {
        let start = self.0.len();
        self.0.push_str(text);
        TextAt { start, end: self.0.len() }
    }

    /// Returns a text; an empty one where it was put elsewhere.
    #[must_use]
    pub fn get(&self, at: TextAt) -> &str {
        self.0.get(at.start..at.end).unwrap_or_default()
    }
}

/// An event to be stored, all of it masked. Its texts stand in [`Batch::texts`].
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Index in [`Batch::counted`].
    pub counted: u32,
    /// The entry's id; `None`: the file's label and the offset make one.
    pub entry: Option<TextAt>,
    /// Hashtags, separated by spaces.
    pub tags: TextAt,
    /// What it counts for; many events of a batch have one in common.
    pub problem: Arc<NewProblem>,
    /// From the rule, else from type and tags.
    pub severity: Severity,
    /// What became of the work.
    pub outcome: Option<Outcome>,
    /// A JSON object.
    pub captures: TextAt,
    /// The masked text.
    pub text: TextAt,
    /// Offset in the file.
    pub offset: u64,
    /// Length in the file.
    pub len: u64,
    /// Tells the message that it is about from others; `None`: not known.
    pub message: Option<u64>,
}

/// What events count for, all of it masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProblem {
    /// Its id, such as `p-4f1c0a9b2e`.
    pub key: String,
    /// The rule that explains its events.
    pub rule: Option<String>,
    /// The cluster, where no rule does.
    pub cluster: Option<String>,
    /// What the texts of the cluster have in common.
    pub template: Option<String>,
}

/// How far a file has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Where reading goes on.
    pub offset: u64,
    /// Hash of the bytes just before it.
    pub guard: [u8; 16],
    /// Where the last entry ends that is committed: the offset, or behind the entry that begins
    /// there.
    pub read_to: u64,
    /// Hash of the bytes from the offset to there; `None`: not known.
    pub tail: Option<[u8; 16]>,
    /// Bytes of the file seen.
    pub size: u64,
    /// The file as it was then; `None`: it is no file of its own.
    pub stamp: Option<Stamp>,
    /// The file whose last entry the lines before the offset belong to, while more may follow.
    pub continues: Option<FileId>,
    /// True where the last entry goes on in another file, and is not to be read again here.
    pub is_joined: bool,
    /// Entries that begin before the offset.
    pub entries_before: u64,
    /// True where the last entry of the batch begins at the offset, to be read again.
    pub is_at_last: bool,
}

/// Bytes that were destroyed before they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte lost.
    pub from: u64,
    /// Offset behind the last byte that is known to have been there.
    pub to: u64,
    /// When the file was last found whole, by the clock.
    pub since: Millis,
    /// When it was found destroyed, by the clock.
    pub noticed: Millis,
    /// What became of it.
    pub reason: String,
}

/// How soon a rotated log overwrites itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headroom {
    /// The log that is written to.
    pub path: String,
    /// Bytes that its files hold together.
    pub kept: u64,
    /// Milliseconds until they are overwritten at the present rate.
    pub span: u64,
    /// When that was measured, by the clock.
    pub measured: Millis,
}

/// What became of the entries of a run, once committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// New entries by [`EntryKind`], in the order of [`EntryKind::ALL`].
    pub by_kind: [u64; EntryKind::ALL.len()],
    /// Bytes of text in the new entries.
    pub text_bytes: u64,
    /// Entries that were counted before.
    pub duplicates: u64,
    /// Of those, the last entries of files, which were read again because they may have grown.
    pub rereads: u64,
    /// Events among the new entries.
    pub events: u64,
    /// Events that were stored.
    pub new_events: u64,
    /// Events that a rule explains.
    pub known: u64,
}

impl Tally {
    /// Returns the number of new entries.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.by_kind.iter().sum()
    }
}
