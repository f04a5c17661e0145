//! Learns how often a component writes at each hour of the week, and tells when it is silent for
//! longer than that explains.
//!
//! Entry points: [`Cadence::learn`] and [`Cadence::judge`]. What is learned from are the minutes in
//! which there was an entry, so that a component that writes in bursts is told from one that
//! writes all the time.
//!
//! Silence is measured in *expected entries*: time in which nothing is usual, such as nights and
//! weekends, counts nothing. How long silences usually are, in that measure, is learned from the
//! component itself.
//!
//! **Invariant:** pure: the time is an argument, and the same history gives the same answer.
//!
//! **Not here:** where the history is kept (`store`), how a silence is told (`pipeline`).

mod cadence;
mod calendar;
mod minutes;
mod tail;
mod words;

#[cfg(test)]
mod simulation_tests;

pub use cadence::{Cadence, HISTORY_HOURS, Silence};
pub use calendar::Calendar;
pub use minutes::{Minutes, Pulse};
pub use words::{span_in_words, usual_in_words};
