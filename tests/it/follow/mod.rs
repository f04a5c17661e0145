//! Following files: every entry once, whatever becomes of the files.

mod losses;
mod machine;
mod model;
mod world;
