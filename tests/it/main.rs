//! Tests through the public interface, with real files, a real SQLite and the real binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(missing_docs, reason = "the name of a test says what it proves")]

mod architecture;
mod cases;
mod catalogue;
mod formats;
mod inputs;
mod ingest;
mod leaks;
mod readme;
mod run;
mod samples;
mod store;
