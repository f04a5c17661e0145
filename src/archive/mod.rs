//! Finds what is to be read: files, directories, Iguana working directories, archives, stdin.
//!
//! Entry points: [`discover`] lists the inputs under some paths, in a fixed order, with what is
//! left out and why; [`read`] opens one and hands each log in it to a visitor, an archive's members
//! as streams.
//!
//! **Invariant:** nothing is written, locked or held open longer than it is read. What cannot be
//! read becomes a [`Skipped`] with advice, and the rest is read.
//!
//! **Not here:** what the bytes mean (`parse`), whether they were read before (`pipeline`).

mod codec;
mod discover;
mod members;
mod role;
mod working_dir;

pub use discover::{Discovery, Input, Skipped, discover, missing_paths};
pub use members::{Body, Member, Visited, read};
pub use working_dir::{is_working_dir, log_roots};
