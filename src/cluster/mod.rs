//! Groups texts by what they have in common, without being told how they look.
//!
//! Entry point: [`Miner`]. Two steps. A text is cut into words, marks and values in one pass
//! (`scan`), which gives its *shape*: that step knows one text only. Then shapes that differ in
//! what turns out to be a value are one cluster (`merge`): a word is a value where many others stand
//! at its place in otherwise equal company, as names of people do. Where only a few do, such as
//! `opened` and `closed`, they keep clusters apart, but for those that are values in other company
//! (`names`): a wording that came with two tables only is one wording.
//!
//! The second step is a function of the set of shapes, and of nothing else: unlike a tree that grows
//! with each text, it cannot depend on the order in which they came.
//!
//! **Invariant:** the same texts give the same clusters and ids, whatever their order; up to
//! [`Miner`]'s limits, beyond which the order decides which texts are told apart by their first
//! words only. No text is dropped. Numbers that name errors always keep clusters apart.
//!
//! **Not here:** masking of patient data (`redact`), fingerprints of stored events (`classify`).

mod addresses;
mod bytes;
mod clusters;
mod codes;
mod enclosed;
mod fold;
mod lexicon;
mod merge;
mod miner;
mod names;
mod scan;
mod table;
mod words;

#[cfg(test)]
mod tests;

pub use clusters::Clusters;
pub use miner::{MAX_TEXT_BYTES, Miner, Shape};
