//! Tests through the public interface, with real files, a real SQLite and the real binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
