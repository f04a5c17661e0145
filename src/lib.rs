//! Dewlap turns the logs of iNTERFACEWARE Iguana into a short list of recurring problems.

pub mod archive;
pub mod catalogue;
pub mod classify;
pub mod cli;
pub mod config;
pub mod document;
pub mod model;
pub mod parse;
pub mod pipeline;
pub mod redact;
pub mod report;
pub mod sample;
pub mod store;
