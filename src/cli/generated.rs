//! `dewlap completions` and `dewlap man`: made from the definition of the command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use super::failure::Done;
use super::output::print;

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Prints the completions of a shell.
///
/// # Errors
///
/// Returns why they could not be written.
pub(super) fn completions(args: &CompletionsArgs) -> anyhow::Result<Done> {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "dewlap", &mut out);
    print(&String::from_utf8(out)?)?;
    Ok(Done::Fine)
}

/// Prints the manual page, with all commands.
///
/// # Errors
///
/// Returns why it could not be written.
pub(super) fn man() -> anyhow::Result<Done> {
    let mut out = Vec::new();
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut out)?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        clap_mangen::Man::new(sub.clone()).render_name_section(&mut out)?;
        clap_mangen::Man::new(sub.clone()).render_synopsis_section(&mut out)?;
        clap_mangen::Man::new(sub.clone()).render_options_section(&mut out)?;
    }
    print(&String::from_utf8(out)?)?;
    Ok(Done::Fine)
}
