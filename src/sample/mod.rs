//! Makes synthetic logs in every format: for the demo, the tests, the benches and `samples/`.
//!
//! Entry points: [`week`] tells the demo's story, [`year()`] one of fixes and regressions, [`corpus`] streams any amount of entries,
//! [`files`] gives the content of `samples/` and [`truth`] what a reader must find in it.
//! [`mod@write`] turns entries into bytes, one encoder a format.
//!
//! **Invariant:** all is made from a seed, so the same call gives the same bytes on every machine.
//! All patients are invented and listed by [`patients`], so that tests can search for leaks.
//!
//! **Not here:** reading logs (`parse`), writing files to disk (`cli`).

mod corpus;
mod entry;
mod failures;
mod files;
mod hl7;
mod incidents;
mod people;
mod story;
mod truth;
mod week;
pub mod write;
mod year;

pub use corpus::{Corpus, CorpusOptions, corpus};
pub use entry::{Component, Related, SampleEntry};
pub use files::{files, truth};
pub use people::{Patient, patients};
pub use truth::{Truth, TruthGap};
pub use week::{COMPONENTS, Incident, SEED, SERVICE, incidents, week};
pub use year::{ScriptedChange, ScriptedDecision, ScriptedProblem, Year, year};
