//! `dewlap store`: the store itself: how large it is, and what is deleted of it.

mod compact;
mod info;

use clap::Subcommand;

use super::context::Global;
use super::failure::Done;

/// What can be done with the store.
#[derive(Debug, Subcommand)]
pub(super) enum StoreCommand {
    /// Tell how large the store is and what it holds
    Info(info::InfoArgs),
    /// Delete events that are older than `[retention]` says, and give their room back
    Compact(compact::CompactArgs),
}

/// Runs `store`.
///
/// # Errors
///
/// Returns why the store could not be read or written to.
pub(super) fn run(global: &Global, command: &StoreCommand) -> anyhow::Result<Done> {
    match command {
        StoreCommand::Info(args) => info::run(global, args),
        StoreCommand::Compact(args) => compact::run(global, args),
    }
}
