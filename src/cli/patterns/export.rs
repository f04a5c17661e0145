//! `dewlap patterns export`: the catalogue for other tools.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::write_out;
use crate::classify::{Classifier, first_match_order};
use crate::cli::context::Context;
use crate::cli::failure::{Done, Misuse};
use crate::cli::output::error_lines;
use crate::export::{Export, Target, export};
use crate::model::plural;

/// Arguments of `patterns export`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArgs {
    /// What it is written for
    #[arg(long, value_enum)]
    format: ExportFormat,

    /// With `--format regex`: the id of the rule and a tab before each expression
    #[arg(long)]
    with_ids: bool,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What a catalogue can be written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// One expression a line, for `rg --multiline --file FILE`
    Regex,
    /// Filters of Fluent Bit, YAML
    FluentBit,
    /// A remap transform of Vector, TOML
    Vector,
    /// A transform processor of the OpenTelemetry Collector, YAML
    Otel,
    /// A rewrite rule of syslog-ng
    SyslogNg,
}

/// Runs `patterns export`.
///
/// # Errors
///
/// Returns why the catalogue could not be loaded or the text not be written.
pub(super) fn run(context: &Context, args: &ExportArgs) -> anyhow::Result<Done> {
    let target = match (args.format, args.with_ids) {
        (ExportFormat::Regex, false) => Target::Regex,
        (ExportFormat::Regex, true) => Target::RegexWithIds,
        (_, true) => {
            let hint = "every other format names the rules anyway";
            return Err(Misuse::new("`--with-ids` needs `--format regex`", hint).into());
        }
        (ExportFormat::FluentBit, false) => Target::FluentBit,
        (ExportFormat::Vector, false) => Target::Vector,
        (ExportFormat::Otel, false) => Target::Otel,
        (ExportFormat::SyslogNg, false) => Target::SyslogNg,
    };
    let catalogue = context.catalogue()?;
    let classifier = Classifier::new(&catalogue)?;
    let ordered = first_match_order(&catalogue, &classifier);
    let made = export(&catalogue, &ordered, target);
    if !context.is_quiet {
        error_lines(&notes(&made, args.format));
    }
    write_out(context, args.out.as_deref(), &made.text)?;
    Ok(Done::Fine)
}

/// Returns what the export holds and lacks. Where it has no comments, the ids are named here.
fn notes(made: &Export, format: ExportFormat) -> Vec<String> {
    let counts = made.limits.iter().map(|limit| format!("; {} {}", limit.ids.len(), limit.name));
    let mut lines = vec![format!(
        "{}{}",
        plural(u64::try_from(made.n_rules).unwrap_or(u64::MAX), "rule"),
        counts.collect::<String>()
    )];
    if format == ExportFormat::Regex {
        let lists = made.limits.iter();
        lines.extend(lists.map(|limit| format!("{}: {}", limit.what, limit.ids.join(" "))));
    }
    lines
}
