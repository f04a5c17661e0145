//! Finds the files of a source, again and again, and tells when it is worth looking.
//!
//! Entry points: [`Place::scan`] lists what is there now; [`Watch`] wakes whoever waits as soon as
//! something changes, where the system tells of changes; [`Family`] knows a rotated log by its name.
//!
//! **Invariant:** a scan is the truth, and a watch only makes it sooner: events can be lost, and
//! network shares send none. Directories are watched, never files, and no file is opened here.
//! What could not be listed is said, so that nobody takes its files for deleted.
//!
//! **Not here:** whether a file was read before and how far (`pipeline`).

mod family;
mod network;
mod place;
mod scan;
mod watch;

pub use family::Family;
pub use network::{NETWORK_FILE_SYSTEMS, is_on_network};
pub use place::{Place, PlaceError, Tree};
pub use scan::{Scan, Sighting};
pub use watch::{Dirty, Waker, Watch};
