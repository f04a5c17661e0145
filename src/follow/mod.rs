//! The daemon: follows all sources until it is told to stop.
//!
//! Entry point: [`run`]. One *session* is a writer of the store, a thread for each source, and one
//! that watches over them. A session is made of what does not change: where the configuration or
//! the catalogue does, or where the store fails, it ends, and the next one goes on from what is
//! committed. So there is one way to begin, and a crash is nothing else.
//!
//! Every source reads by itself and hands batches to the one writer through a bounded channel: a
//! slow disk stops the readers, and no entry waits in memory. A source that hangs or panics stops
//! no other.
//!
//! **Invariant:** stopping takes no longer than [`DEADLINE`], whatever hangs. A configuration or a
//! catalogue with faults never takes the place of a sound one. What lasts is said once when it
//! begins and once when it ends.
//!
//! **Not here:** what is read and how (`pipeline`), what is said of it (`serve`, `alert`).

mod context;
mod error;
mod files;
mod http;
mod mailer;
mod overseer;
mod reload;
mod retain;
mod session;
mod setup;
mod stop;
mod supervisor;
mod troubles;

pub use error::FollowError;
pub use setup::{LoadError, Moments, Setup, Source, SourceSetup};
pub use supervisor::{DEADLINE, FollowOptions, run};
