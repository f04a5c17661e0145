//! The configuration file: read whole, checked whole, all faults shown at once.
//!
//! Entry point: [`Config::load`]. A file that is absent by default is an empty one. Paths in it
//! count from the directory that it is in.
//!
//! **Invariant:** a `Config` that exists is sound: its zone is known, its formats compile.
//!
//! **Not here:** what flags and the environment say, which `cli` lays over it.

mod alerts;
mod day;
mod error;
mod fields;
mod health;
mod http_source;
mod load;
mod mail;
mod report;
mod retention;
mod secret;
mod source;

pub use error::ConfigError;
pub use health::HealthPage;
pub use http_source::HttpSource;
pub use load::Config;
pub use report::{ReportSettings, Schedule};
pub use source::{FilesSource, SourceConfig};
