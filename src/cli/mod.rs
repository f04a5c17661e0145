//! The command line: one file per command; the only place that prints, or reads the clock and the
//! environment.
//!
//! Entry point: [`main`]. Data goes to standard output, all else to standard error.
//!
//! | exit code | meaning |
//! |---|---|
//! | 0 | fine; also where the reader of a pipe went away |
//! | 1 | problems found, where a command was asked to look for them |
//! | 2 | error: nothing was done, or not all of it; the message says what |
//! | 130 | interrupted; what was committed is kept |
//!
//! **Not here:** how anything is done. A command parses its options, calls the floors below and
//! renders what they return.

mod alerts;
mod audit;
mod capture;
mod cluster;
mod config;
mod context;
mod demo;
mod doctor;
mod effort;
mod episodes;
mod events;
mod failure;
mod follow;
mod generated;
mod ingest;
mod init;
mod output;
mod patterns;
mod problem;
mod problems;
mod report;
mod samples;
mod sources;
mod store;
mod unknown;
mod unknowns;

use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

use clap::{Arg, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};

use context::Global;
use failure::{Done, report_failure};

const AFTER_HELP: &str = "\
Exit codes: 0 fine, 1 problems found (where asked for), 2 error, 130 interrupted.
Start with `dewlap demo`, then `dewlap ingest PATH` and `dewlap report`.";

/// Turns the logs of iNTERFACEWARE Iguana into a short list of recurring problems
#[derive(Debug, Parser)]
#[command(name = "dewlap", version, after_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the whole job on built-in samples, in a temporary store
    Demo(demo::DemoArgs),
    /// Read logs once into the store: files, directories, archives, standard input
    Ingest(ingest::IngestArgs),
    /// Follow the sources of the configuration until told to stop: the daemon
    Follow(follow::FollowArgs),
    /// Report the recurring problems of a week
    Report(report::ReportArgs),
    /// List stored events
    Events(events::EventsArgs),
    /// List the times in which a rule that looks beyond one entry was met
    Episodes(episodes::EpisodesArgs),
    /// List problems with their states, what needs somebody first
    Problems(problems::ProblemsArgs),
    /// Show a problem in full, or decide what is to become of it
    Problem(problem::ProblemArgs),
    /// List what no rule explains, in clusters, the heaviest first
    Unknowns(unknowns::UnknownsArgs),
    /// Show a cluster of unknown events, or draft a rule for it
    Unknown(unknown::UnknownArgs),
    /// Group plain lines by what they have in common
    Cluster(cluster::ClusterArgs),
    /// List alerts and what waits for its target
    Alerts(alerts::AlertsArgs),
    /// List the files that were read, with positions and gaps
    Sources(sources::SourcesArgs),
    /// Tell how large the store is, and delete what is too old
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// Check, list and show the rules of the catalogue
    #[command(subcommand)]
    Patterns(patterns::PatternsCommand),
    /// Check the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Write a configuration from what is found on this machine
    Init(init::InitArgs),
    /// Say what would stop Dewlap from working here, and what mends it
    Doctor(doctor::DoctorArgs),
    /// Search the store for patient data, or count the logs again
    Audit(audit::AuditArgs),
    /// Write synthetic logs for trials
    Samples(samples::SamplesArgs),
    /// Print the completions of a shell
    Completions(generated::CompletionsArgs),
    /// Print the manual page
    Man,
}

/// Takes an empty environment variable for one that is not set, as other programs do.
fn without_empty(option: Arg) -> Arg {
    let is_empty = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    let is_unset = option.get_env().is_some_and(is_empty);
    if is_unset { option.env(None::<&'static str>) } else { option }
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(failure::report_panic));
    let command = Cli::command().color(asked_color(std::env::args_os())).mut_args(without_empty);
    let cli = Cli::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit());
    cli.global.set_up_color();
    match run(&cli) {
        Ok(done) => done.into(),
        Err(error) => report_failure(&error),
    }
}

/// Returns what `--color` says. It is looked for apart from all else: `--help` and errors are printed
/// before other arguments are told.
fn asked_color(args: impl Iterator<Item = OsString>) -> ColorChoice {
    let args: Vec<String> = args.map(|arg| arg.to_string_lossy().into_owned()).collect();
    let behind = args.windows(2).filter(|pair| pair[0] == "--color").map(|pair| pair[1].as_str());
    let joined = args.iter().filter_map(|arg| arg.strip_prefix("--color="));
    let choice = behind.chain(joined).find_map(|choice| choice.parse().ok());
    choice.unwrap_or(ColorChoice::Auto)
}

fn run(cli: &Cli) -> anyhow::Result<Done> {
    let global = &cli.global;
    match &cli.command {
        Command::Demo(args) => demo::run(global, args),
        Command::Ingest(args) => ingest::run(global, args),
        Command::Follow(args) => follow::run(global, args),
        Command::Report(args) => report::run(global, args),
        Command::Events(args) => events::run(global, args),
        Command::Episodes(args) => episodes::run(global, args),
        Command::Problems(args) => problems::run(global, args),
        Command::Problem(args) => problem::run(global, args),
        Command::Unknowns(args) => unknowns::run(global, args),
        Command::Unknown(args) => unknown::run(global, args),
        Command::Cluster(args) => cluster::run(global, args),
        Command::Alerts(args) => alerts::run(global, args),
        Command::Sources(args) => sources::run(global, args),
        Command::Store(command) => store::run(global, command),
        Command::Patterns(command) => patterns::run(global, command),
        Command::Config(command) => config::run(global, command),
        Command::Init(args) => init::run(global, args),
        Command::Doctor(args) => doctor::run(global, args),
        Command::Audit(args) => audit::run(global, args),
        Command::Samples(args) => samples::run(global, args),
        Command::Completions(args) => generated::completions(args),
        Command::Man => generated::man(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }
}
