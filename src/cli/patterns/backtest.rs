//! `dewlap patterns backtest`: what another catalogue would say of the stored events.

use std::num::NonZero;
use std::path::PathBuf;
use std::thread::available_parallelism;

use clap::Args;

use crate::catalogue::Catalogue;
use crate::classify::Classifier;
use crate::cli::context::{Context, When, check_server, now, parse_when};
use crate::cli::failure::Done;
use crate::cli::output::{TextOrJson, print};
use crate::pipeline::{BacktestOptions, ChangeKind, backtest};
use crate::store::Window;

mod json;
mod text;

/// Arguments of `patterns backtest`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 nothing is lost, 1 a rule loses events to a fallback or to \
                        none, 2 error.")]
pub(in crate::cli) struct BacktestArgs {
    /// Pattern files to try in place of the catalogue in use; without it, the catalogue in use is
    /// compared with those that decided the events
    #[arg(long, value_name = "DIR")]
    catalog: Option<PathBuf>,

    /// Only events of this server
    #[arg(long, value_name = "NAME")]
    server: Option<String>,

    /// Only events at or after this time, date or span before now
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    since: Option<When>,

    /// Only events before this time, date or span before now
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    until: Option<When>,

    /// Output format; JSON is one object
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// Runs `patterns backtest`.
pub(super) fn run(context: &Context, args: &BacktestArgs) -> anyhow::Result<Done> {
    let present = context.catalogue()?;
    let catalogue = match &args.catalog {
        Some(directory) => Catalogue::load(Some(directory), context.local_patterns.as_deref())?,
        None => present.clone(),
    };
    let store = context.store()?;
    check_server(&store, args.server.as_deref())?;
    let now = now();
    let options = BacktestOptions {
        window: Window {
            server: args.server.clone(),
            since: args.since.map(|when| when.resolve(now)),
            until: args.until.map(|when| when.resolve(now)),
        },
        catalogue: &catalogue,
        classifier: &Classifier::new(&catalogue)?,
        present: &present,
        threads: available_parallelism().unwrap_or(NonZero::<usize>::MIN),
    };
    let found = backtest(&store, &options)?;
    match args.format {
        TextOrJson::Json => print(&json::render(&found))?,
        TextOrJson::Text => print(&text::render(&found, context.is_verbose)?)?,
    }
    Ok(if found.changed(ChangeKind::Lost) == 0 { Done::Fine } else { Done::Found })
}
