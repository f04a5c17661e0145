//! `dewlap config`: checks the configuration.

use std::fmt::Write;

use clap::Subcommand;

use super::context::Global;
use super::failure::{Done, Misuse};
use super::output::print;
use crate::config::{Config, ConfigError};
use crate::model::plural;

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Show every fault of the configuration at once, with line and advice
    Check,
}

/// Runs `config`.
///
/// # Errors
///
/// Returns why the configuration could not be read.
pub(super) fn run(global: &Global, command: &ConfigCommand) -> anyhow::Result<Done> {
    match command {
        ConfigCommand::Check => check(global),
    }
}

fn check(global: &Global) -> anyhow::Result<Done> {
    let Some(path) = global.config_path() else {
        return Err(Misuse::new(
            "there is no configuration: `dewlap.toml` is not here",
            "dewlap works without one; name another file with `--config FILE`",
        )
        .into());
    };
    match Config::load(&path) {
        Ok(_) => {
            print(&format!("{}: no faults\n", path.display()))?;
            Ok(Done::Fine)
        }
        Err(ConfigError::Invalid { findings, .. }) => {
            let mut text = String::new();
            for finding in &findings {
                writeln!(text, "{finding}")?;
            }
            writeln!(text, "{}", plural(findings.len() as u64, "fault"))?;
            print(&text)?;
            Ok(Done::Found)
        }
        Err(error) => Err(error.into()),
    }
}
