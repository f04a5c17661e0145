//! Decides which catalogue rule, if any, explains a text, and what unknown texts have in common.
//!
//! Entry points: [`Classifier::classify`] gives at most one rule for a text,
//! [`Classifier::may_match`] says cheaply that there is none, [`Fingerprinter::fingerprint`] gives
//! the template of a text that no rule explains, [`check`] proves the catalogue's examples, and
//! [`Classifier::profile`] measures what each rule costs. [`Classifier::explain`] tells why a text
//! gets its rule, [`NearMisses::nearest`] which rules nearly explain it, and [`shadows`] which
//! rules stand behind others.
//!
//! **Invariant:** the most specific rule on the innermost text wins, unless another one matches
//! around it, then the smallest id, so the answer never depends on the order of files or on severity. Nothing here does I/O or reads a
//! clock, and no text makes it fail.
//!
//! **Not here:** reading pattern files (`catalogue`), masking (`redact`), counting (`report`).

mod align;
mod check;
mod check_course;
mod classifier;
mod digits;
mod doorkeeper;
mod explain;
mod fingerprint;
mod ids;
mod kept;
mod literals;
mod memo;
mod miss;
mod near;
mod nesting;
mod order;
mod problem;
mod profile;
mod shadow;
mod syntax;
mod twins;
mod values;
mod variable;
mod watch;
mod wording;

pub use check::{check, check_clean};
pub use classifier::{BuildError, Classifier, Verdict, unix_lines};
pub use digits::shape_of;
pub use doorkeeper::Doorkeeper;
pub use explain::{Explanation, Loser, Loss, Matched, Part};
pub use fingerprint::{Fingerprint, Fingerprinter};
pub use ids::Doubt;
pub use kept::{Found, Kept};
pub use miss::Miss;
pub use near::{Column, ColumnKind, NearMiss, NearMisses};
pub use order::first_match_order;
pub use problem::problem_id;
pub use profile::RuleTime;
pub use shadow::{Shadow, shadows};
pub use values::{Value, ValueFinder, ValueKind};
pub use watch::Signal;

#[cfg(test)]
mod fingerprint_tests;
#[cfg(test)]
mod tests;
