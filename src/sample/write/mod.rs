//! Entries to bytes: one encoder for each format that Iguana's logs come in.
//!
//! Entry points: `append` of each format adds one entry, `file` makes a whole file.
//!
//! **Invariant:** encoders never fail and never look at the clock.
//!
//! **Not here:** what happens on a server ([`super::week`], [`super::corpus`]).

pub mod api_xml;
pub mod csv;
pub mod iguana_x;
pub mod ndjson;
pub mod service_log;
pub mod text;

#[cfg(test)]
mod tests;
