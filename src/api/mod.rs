//! Iguana's HTTP interfaces: what to ask next, and what an answer means for the position.
//!
//! Entry point: [`Poller::ask`] asks one question and returns a [`Page`]; the caller reads its
//! entries and tells [`Poller::settle`] what they were, which returns the state that holds once they
//! are stored. `/api_query` of Iguana 4 to 6 and `/logs/retrieve` of Iguana X are asked alike: by
//! time, oldest first, each question reaching back over the end of the answer before it. The store
//! knows entries again by their ids, so asking twice costs little, and asking too late loses.
//!
//! A source has *lanes*, each with a position of its own: a component of Iguana X, a channel that is
//! asked for by name, or the whole server. They take turns, so that one with a backlog does not
//! hold up the others.
//!
//! **Invariant:** a position moves only behind entries that were handed out, or by a gap that says
//! what may be missing. Passwords and cookies stand in no address, error, `Debug` or resume state.
//!
//! **Not here:** sending requests (`web`), reading entries (`parse`), storing them (`pipeline`).

mod backoff;
mod classic;
mod error;
mod facts;
mod form;
mod grid;
mod iguana_x;
mod options;
mod poller;
mod position;
mod request;
mod resume;

pub use backoff::Backoff;
pub use error::AskError;
pub use facts::Facts;
pub use options::{Auth, Credentials, Interface, SourceOptions};
pub use poller::{Failure, Page, Poller, Settled};
