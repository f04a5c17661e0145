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

use super::SampleEntry;

/// Returns a file that is nothing but its entries, one behind the other.
fn whole(entries: &[SampleEntry], append: fn(&mut Vec<u8>, &SampleEntry)) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        append(&mut out, entry);
    }
    out
}

#[cfg(test)]
mod tests;
