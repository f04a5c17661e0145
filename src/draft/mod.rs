//! Writes a rule for a cluster of unknown texts, and tries it.
//!
//! Entry point: [`draft`]. The texts of the cluster are put side by side: what all have becomes the
//! words of the rule, what varies is known by its kind, never by its value. The rule is tried on all
//! stored texts; where it misses some of its own or wins others, it is written anew, wider or
//! closer.
//!
//! **Invariant:** the same texts and catalogue give the same rule, whatever the order in which
//! clusters are drafted. No value that was masked, and no name of a data file, decides a match.
//!
//! **Not here:** which texts make a cluster (`classify`), reading them (`store`), where the draft
//! goes (`cli`).

mod align;
mod compose;
mod name;
mod neighbour;
mod open;
mod pattern;
mod render;
mod token;
mod trial;
mod words;
mod write;

pub use trial::{Figures, Trial};
pub use write::{Draft, DraftError, Draftable, draft};

#[cfg(test)]
mod tests;
