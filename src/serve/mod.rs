//! Tells over HTTP whether the follower is alive, ready and keeping up.
//!
//! Entry points: [`Board`], on which the follower writes its [`Status`], and [`serve()`], which
//! answers from it: `/healthz`, `/readyz`, `/metrics` and a page that lists them.
//!
//! **Invariant:** a request changes nothing, takes no lock longer than a copy of the status, and is
//! over after ten seconds. What is served tells of no patient; metrics have no labels but `source`
//! and `server`.
//!
//! **Not here:** what is served where (`config`), what is measured (`follow`), what was found
//! (`report`).

mod board;
mod error;
mod hosts;
mod latency;
mod limited;
mod metrics;
mod pages;
mod server;
mod status;

pub use board::Board;
pub use error::ServeError;
pub use hosts::Hosts;
pub use latency::Latency;
pub use server::{bind, serve};
pub use status::{AlertCounts, Reloads, SourceKind, SourceState, SourceStatus, Status};
