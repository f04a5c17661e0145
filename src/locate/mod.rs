//! Finds Iguana on this machine: where its logs are, and which account may read them.
//!
//! Entry point: [`locate`]. It looks into the homes of all accounts, into the usual places of
//! Windows and macOS, at running processes, and for text logs below `/var/log`.
//!
//! **Invariant:** it only looks; nothing is opened for writing. All paths lie below the root that it
//! is given, so that the disk of another machine can be searched too.
//!
//! **Not here:** reading logs (`archive`, `pipeline`), what becomes of the findings (`cli`).

mod accounts;
mod find;
mod machine;

pub use accounts::owner_of;
pub use find::{Found, Instance, Kind, locate};
pub use machine::{host_name, zone_name};
