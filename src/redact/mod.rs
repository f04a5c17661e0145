//! Masks patient data in texts, before anything is stored, logged or shown.
//!
//! Entry points: [`Masker::mask`], and [`suspects`], which looks for what a stored text still
//! shows. A masked value reads `[kind:xxxxxxxx]`; the eight characters are a keyed hash of the
//! value, so that one patient's number looks the same wherever it stood.
//!
//! The detectors lay claims on a text (`Scan`): first what is masked already and the codes of
//! databases, which stay, then what has a structure (HL7, tables, SQL, JSON, XML), then identifiers known from a message, then free text, last the
//! words that no dictionary knows (`strangers`).
//! A byte that was claimed is never claimed again, so the order is the precedence. Masking runs
//! until nothing more is found.
//!
//! **Invariant:** pure, total and deterministic: no input panics, and masking a masked text
//! changes nothing.
//!
//! **Invariant:** what rules need stays: codes, hosts, ports, places in scripts, names of tables,
//! columns and constraints, entry ids, times, sizes.
//!
//! **Not here:** where the key comes from (`config`), what is done when a text cannot be masked
//! (`pipeline`).

mod announced;
mod audit;
mod carets;
mod codes;
mod dates;
mod detect;
mod expression;
mod hl7;
mod hl7_fields;
mod hl7_paths;
mod identifiers;
mod json;
mod keys;
mod labels;
mod lexicon;
mod masker;
mod names;
mod numbers;
mod phrases;
mod places;
mod pseudonym;
mod roles;
mod scan;
mod sql;
mod strangers;
mod tokens;
mod vocabulary;
mod words;
mod written;
mod xml;

#[cfg(test)]
mod tests;

pub use audit::{Suspect, suspects};
pub use identifiers::{Identifiers, TextWords};
pub use masker::{MaskError, MaskRule, Masker};
pub use pseudonym::{KeyError, Kind, PseudonymKey, without_pseudonyms};
