//! Tests through the public interface, with real files, a real SQLite and the real binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod alerts;
mod api;
mod architecture;
mod backtest;
mod cases;
mod catalogue;
mod courses;
mod coverage;
mod doctor;
mod expect;
mod export;
mod failures;
mod follow;
mod formats;
mod iguana;
mod init;
mod killed;
mod leaks;
mod masking;
mod mutations;
mod near;
mod once;
mod reading;
mod readme;
mod report;
mod run;
mod samples;
mod serve;
mod store;
mod unknown;
mod watch;
