//! The `dewlap` command.
fn main() {}
