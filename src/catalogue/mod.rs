//! Pattern files to checked rules.
//!
//! Entry points: [`Catalogue::builtin`] gives the rules inside the binary, [`Catalogue::load`]
//! replaces or extends them from directories, [`Catalogue::parse`] reads texts.
//!
//! **Invariant:** holding a [`Catalogue`] is the proof that every rule in it is complete, that its
//! expression compiles, and that each rule it names exists. Rules stand in the order of their ids,
//! so nothing depends on the order of the files; [`Catalogue::hash`] is the same for the same files.
//! The expressions inside the binary are proven by a test and not at each start.
//!
//! **Not here:** whether a text matches and whether the examples hold (`classify`).

mod ascii;
mod check;
mod compiled;
mod course;
mod error;
mod expression;
mod file;
mod ids;
mod load;
mod parts;
mod read;
mod rule;

pub(crate) use check::{TO_DO, is_bare, longest_line};
pub use error::CatalogueError;
pub use expression::{Expression, ExpressionError, REGEX_SIZE_LIMIT_BYTES};
pub use file::PatternFile;
pub use load::Catalogue;
pub(crate) use parts::map_parts;
pub use rule::{
    CounterExample, Course, Escalation, Example, History, Matching, Nature, Owner, Product,
    Recognition, Recurrence, Rule, Sign, Status, Wrapper,
};

#[cfg(test)]
mod tests;
