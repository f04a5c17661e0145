//! Dewlap turns the logs of iNTERFACEWARE Iguana into a short list of recurring problems.

pub mod archive;
pub mod catalogue;
pub mod document;
pub mod model;
pub mod parse;
pub mod report;
pub mod store;
