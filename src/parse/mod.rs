//! Bytes to entries: one reader for each format that Iguana's logs come in.
//!
//! Entry points: [`detect`] finds the format of a file from its first bytes, [`Parser::new`] makes
//! its reader, [`Parser::next`] hands on one [`Item`] after another from a [`Window`] of the file.
//! A file in UTF-16 is turned into UTF-8 first: see [`Encoding`].
//!
//! **Invariant:** readers do no I/O and never fail: what cannot be read becomes a [`Gap`], and the
//! rest is read. The entries do not depend on how the bytes are cut into windows.
//!
//! **Not here:** opening files and archives (`archive`), what an entry means (`classify`).

mod api_xml;
mod clock;
mod csv;
mod detect;
mod encoding;
mod envelope;
mod format;
mod iguana_x;
mod json;
mod lines;
mod ndjson;
mod options;
mod parser;
mod service_log;
mod text_format;
mod window;
mod words;

#[cfg(test)]
mod tests;

pub use detect::{Unreadable, detect};
pub use encoding::{Encoding, Utf16Decoder, decode_text, utf16_len};
pub use format::Format;
pub use options::{FieldMap, ParseOptions};
pub use parser::Parser;
pub use text_format::{TextFormat, TextFormatError, TextSpec};
pub use window::{Gap, Item, Reader, Window};
