//! `dewlap patterns runbook`: the whole catalogue as one page.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;

use super::write_out;
use crate::cli::context::{Context, now};
use crate::cli::failure::Done;
use crate::runbook::{render_html, render_markdown};

/// Arguments of `patterns runbook`.
#[derive(Debug, Args)]
pub(in crate::cli) struct RunbookArgs {
    /// Output format; HTML is one file that needs no network
    #[arg(long, value_enum, default_value_t = RunbookFormat::Html)]
    format: RunbookFormat,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// How a runbook is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RunbookFormat {
    Html,
    Md,
}

/// Runs `patterns runbook`.
pub(super) fn run(context: &Context, args: &RunbookArgs) -> anyhow::Result<Done> {
    let catalogue = context.catalogue()?;
    let today = now().timestamp().to_zoned(TimeZone::UTC).date();
    let text = match args.format {
        RunbookFormat::Html => render_html(&catalogue, today),
        RunbookFormat::Md => render_markdown(&catalogue, today),
    };
    write_out(context, args.out.as_deref(), &text)?;
    Ok(Done::Fine)
}
