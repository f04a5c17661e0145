//! Following files: every entry once, whatever becomes of the files.

mod model;
mod store_among_logs;
mod world;
