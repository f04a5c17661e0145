//! A TOML file as checked fields, with all problems found at once.
//!
//! Entry point: [`Document::parse`], then [`Document::fields`]. Each field is asked for by name,
//! as required or optional, and read as a type; what is wrong becomes a finding with file and line,
//! and reading goes on. [`Document::into_findings`] gives them all.
//!
//! **Invariant:** no text is refused before it is read whole, and nothing that is wrong is passed
//! over: a value that is missing to the caller has its finding, unless it was optional and absent.
//!
//! **Not here:** what the fields mean (`catalogue`, `config`), reading files.

mod field;
mod fields;
mod source;

pub use field::Field;
pub use fields::Fields;
pub use source::Document;

#[cfg(test)]
mod tests;
