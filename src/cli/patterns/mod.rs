//! `dewlap patterns`: the catalogue's tools, one file a command.

use std::path::Path;

use anyhow::Context as _;
use clap::Subcommand;

use super::context::{Context, Global};
use super::failure::Done;
use super::output::{error_lines, print, write_whole};

mod backtest;
mod check;
mod coverage;
mod explain;
mod export;
mod line;
mod list;
mod runbook;
mod show;

pub(super) use check::clean_texts;

/// What to do with the catalogue.
#[derive(Debug, Subcommand)]
pub(super) enum PatternsCommand {
    /// Check every rule, and every example against the whole catalogue
    Check(check::CheckArgs),
    /// Explain which rule a text gets and why, or which rules nearly match it
    Explain(explain::ExplainArgs),
    /// Write the catalogue for ripgrep or another log pipeline
    Export(export::ExportArgs),
    /// List the rules
    List(list::ListArgs),
    /// Write the whole catalogue as one page that people read
    Runbook(runbook::RunbookArgs),
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
        PatternsCommand::Check(args) => check::run(&context, args),
        PatternsCommand::Explain(args) => explain::run(&context, args),
        PatternsCommand::Export(args) => export::run(&context, args),
        PatternsCommand::List(args) => list::run(&context.catalogue()?, args),
        PatternsCommand::Runbook(args) => runbook::run(&context, args),
        PatternsCommand::Show(args) => show::run(&context.catalogue()?, args),
        PatternsCommand::Coverage(args) => coverage::run(&context, args),
        PatternsCommand::Backtest(args) => backtest::run(&context, args),
    }
}

fn did_you_mean(near: &str) -> String {
    format!("did you mean `{near}`?")
}

/// Prints a text, or writes it to a file and says so.
fn write_out(context: &Context, out: Option<&Path>, text: &str) -> anyhow::Result<()> {
    let Some(path) = out else { return Ok(print(text)?) };
    write_whole(path, text).with_context(|| format!("failed to write `{}`", path.display()))?;
    if !context.is_quiet {
        error_lines(&[format!("wrote {}", path.display())]);
    }
    Ok(())
}
