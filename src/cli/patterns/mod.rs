//! `dewlap patterns`: the catalogue's tools, one file a command.

use clap::Subcommand;

use super::context::Global;
use super::failure::Done;

mod backtest;
mod check;
mod coverage;
mod line;
mod list;
mod show;

/// What to do with the catalogue.
#[derive(Debug, Subcommand)]
pub(super) enum PatternsCommand {
    /// Check every rule, and every example against the whole catalogue
    Check,
    /// List the rules
    List(list::ListArgs),
    /// Show one rule in full
    Show(show::ShowArgs),
    /// Tell how much of the errors the catalogue explains, and how well its rules are kept
    Coverage(coverage::CoverageArgs),
    /// Tell what another catalogue would say of the stored events
    Backtest(backtest::BacktestArgs),
}

/// Runs `patterns`.
///
/// # Errors
///
/// Returns why the catalogue could not be loaded.
pub(super) fn run(global: &Global, command: &PatternsCommand) -> anyhow::Result<Done> {
    let context = global.context()?;
    match command {
        PatternsCommand::Check => check::run(&context),
        PatternsCommand::List(args) => list::run(&context.catalogue()?, args),
        PatternsCommand::Show(args) => show::run(&context.catalogue()?, args),
        PatternsCommand::Coverage(args) => coverage::run(&context, args),
        PatternsCommand::Backtest(args) => backtest::run(&context, args),
    }
}

fn did_you_mean(near: &str) -> String {
    format!("did you mean `{near}`?")
}
