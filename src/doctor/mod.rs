//! Looks for what would stop Dewlap from working here: store, key, sources, machine, health page.
//!
//! Entry points: the `check_*` functions, each of which a [`Check`] wraps; [`examine`] runs them in
//! their order.
//!
//! **Invariant:** a check changes nothing near Iguana's logs, needs no follower that runs, and always
//! comes to an end; what it cannot find out it says.
//!
//! **Not here:** reading the configuration and the catalogue, printing (`cli`).

mod access;
mod diagnosis;
mod files;
mod health;
mod machine;
mod mounts;
mod reach;
mod sources;
mod store;

pub use access::free_bytes;
pub use diagnosis::{Check, Diagnosis, Grade, examine};
pub use health::check_health;
pub use machine::check_machine;
pub use reach::{check_report, check_targets};
pub use sources::check_sources;
pub use store::check_store;
