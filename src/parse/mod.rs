//! Bytes to entries: one reader for each format that Iguana's logs come in.
//!
//! Entry points: `detect` finds the format of a file from its first bytes, `Parser::new` makes
//! its reader, `Parser::next` hands on one [`Item`] after another from a [`Window`] of the file.
//!
//! **Invariant:** readers do no I/O and never fail: what cannot be read becomes a [`Gap`], and the
//! rest is read. The entries do not depend on how the bytes are cut into windows.
//!
//! **Not here:** opening files and archives (`archive`), what an entry means (`classify`).

mod iguana_x;
mod window;

pub use window::{Gap, Item, Reader, Window};
