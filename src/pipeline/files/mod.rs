//! Follows the files of one source: every entry once, whatever becomes of the files.
//!
//! Entry point: [`FileFollower`]. [`FileFollower::scan`] compares what is in the directories with
//! what was read before; [`FileFollower::read`] reads what has grown. Both may be called at any
//! time, and dropping the follower at any time loses nothing: the store knows how far each file
//! was read, and a new follower goes on from there.
//!
//! A file is known again by what it holds. Path, number and first bytes say where to look; what
//! decides are the bytes just before the place where reading goes on, and those of the last entry
//! behind it. Where they are others, the file is a new one. Where a file never held more
//! than the start of a line, such as half a date, another one that gets its number is taken for it.
//!
//! **Invariant:** a file's position moves only in the transaction that holds the entries before
//! it. Bytes that were seen and are gone before they were read are noted as lost. A directory that
//! cannot be listed has lost nothing.
//!
//! **Not here:** when it is worth looking (`tail::Watch`), threads and time (`follow`).

mod admit;
mod content;
mod follower;
mod headroom;
mod join;
mod read;
mod scan;
mod track;

pub(super) use content::{Opened, open_known, open_new};
pub use follower::FileFollower;
pub use track::{FileSource, FollowCounts, Moment};
