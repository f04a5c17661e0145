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
mod cold;
mod discover;
mod members;
mod role;
mod working_dir;

pub use codec::open_compressed;
pub use cold::Cold;
pub use discover::{
    Discovery, Input, Skipped, component_names, discover, missing_paths, unreadable,
};
pub use members::{Body, Member, Visited, read};
pub use role::is_log_path;
pub use working_dir::{is_working_dir, log_parents, log_roots, shown as path_text};
