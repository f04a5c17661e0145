//! Writes the catalogue in the languages of other log pipelines.
//!
//! Entry point: [`export`]. Rules come in the order in which they are to be tried; the first whose
//! expression is found wins. Expressions are printed anew from their parts for the dialect of the
//! target: captures become plain groups, the start of a text also stands behind the head of a log
//! line and behind the words around an error, and characters that a configuration might read are
//! written as `\xHH`.
//!
//! What a target cannot say is listed in [`Export::limits`], and in a comment at the start of each
//! text but the plain list of expressions, which has no comments.
//!
//! **Invariant:** equal rules give equal bytes. No rule is dropped or widened without a line that
//! names it.
//!
//! **Not here:** which rule is more specific (`classify`), whether texts match (`classify`).

mod conditions;
mod dialect;
mod limits;
mod literals;
mod make;
mod regex_list;
mod start;
mod targets;

pub use limits::Limit;
pub use make::{Export, Target, export};

#[cfg(test)]
mod tests;
