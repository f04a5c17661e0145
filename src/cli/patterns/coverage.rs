//! `dewlap patterns coverage`: how much the catalogue explains, and how well it is kept.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;
use jiff::tz::TimeZone;

use crate::archive::{discover, missing_paths};
use crate::catalogue::Catalogue;
use crate::classify::{Classifier, Fingerprinter};
use crate::cli::context::{
    Context, DEFAULT_SERVER, When, check_server, missing, now, parse_when, parse_zone,
};
use crate::cli::effort::all_out;
use crate::cli::failure::Done;
use crate::cli::ingest::{find_format, stop_on_signals, with_progress};
use crate::cli::output::{TextOrJson, error_lines, print};
use crate::model::{Millis, plural};
use crate::pipeline::{CoverageOptions, IngestOptions, Summary, classes, coverage, ingest};
use crate::redact::{Masker, PseudonymKey};
use crate::store::{Store, Window, Writer, load_or_create_key};

mod json;
mod text;

const AFTER_HELP: &str = "\
Health, 0 to 100: 80 x (known + half of fallback) / errors and warnings, + 10 x rules met that
are not past their review / rules met, + 10 x rules met that are stable / rules met.
Rules that were never met are listed and cost nothing: a site does not run all that they know.";

/// Arguments of `patterns coverage`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(in crate::cli) struct CoverageArgs {
    /// Logs to judge by instead of the store: as for `ingest`; they are read into a temporary store
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Only events of this server; with PATH, the name of the server that the logs come from
    #[arg(long, value_name = "NAME")]
    server: Option<String>,

    /// Only events at or after this time, date or span before now
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    since: Option<When>,

    /// Only events before this time, date or span before now
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    until: Option<When>,

    /// Read all logs as this format instead of telling it from their content: see `ingest`
    #[arg(long, value_name = "FORMAT", requires = "paths")]
    input_format: Option<String>,

    /// Zone of times in logs that are written without one [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = parse_zone, requires = "paths")]
    timezone: Option<TimeZone>,

    /// Output format; JSON is one object
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// Runs `patterns coverage`.
pub(super) fn run(context: &Context, args: &CoverageArgs) -> anyhow::Result<Done> {
    if let Some(misuse) = missing(&missing_paths(&args.paths)) {
        return Err(misuse.into());
    }
    let now = now();
    let catalogue = context.catalogue()?;
    let classifier = Classifier::new(&catalogue)?;
    if args.paths.is_empty() {
        let store = context.store()?;
        check_server(&store, args.server.as_deref())?;
        let window = Window {
            server: args.server.clone(),
            since: args.since.map(|when| when.resolve(now)),
            until: args.until.map(|when| when.resolve(now)),
        };
        let options =
            CoverageOptions { window, catalogue: &catalogue, classifier: &classifier, now };
        return show(context, args, &store, &options);
    }
    let directory = tempfile::Builder::new()
        .prefix("dewlap-coverage-")
        .tempdir()
        .context("failed to make a directory for a temporary store")?;
    let db = directory.path().join("coverage.db");
    let summary = read(context, args, (&catalogue, &classifier), &db, now)?;
    if summary.is_interrupted {
        return Ok(Done::Interrupted);
    }
    if !summary.skipped.is_empty() && !context.is_quiet {
        let skipped = plural(summary.skipped.len() as u64, "path");
        error_lines(&[format!("{skipped} not read; `dewlap ingest` says why")]);
    }
    let options = CoverageOptions {
        window: Window::default(),
        catalogue: &catalogue,
        classifier: &classifier,
        now,
    };
    show(context, args, &Store::open(&db)?, &options)
}

fn show(
    context: &Context,
    args: &CoverageArgs,
    store: &Store,
    options: &CoverageOptions<'_>,
) -> anyhow::Result<Done> {
    let started = Instant::now();
    let coverage = coverage(store, options, || started.elapsed())?;
    match args.format {
        TextOrJson::Json => print(&json::render(&coverage))?,
        TextOrJson::Text => print(&text::render(&coverage, context.is_verbose)?)?,
    }
    Ok(Done::Fine)
}

/// Reads the logs into a temporary store.
fn read(
    context: &Context,
    args: &CoverageArgs,
    (catalogue, classifier): (&Catalogue, &Classifier),
    db: &Path,
    now: Millis,
) -> anyhow::Result<Summary> {
    let parse = context.parse_options(args.timezone.clone());
    let format = find_format(args.input_format.as_deref(), &parse)?;
    let configured = context.config.server.as_deref();
    let server = args.server.as_deref().or(configured).unwrap_or(DEFAULT_SERVER);
    let stop = stop_on_signals()?;
    let progress = AtomicU64::new(0);
    let found = discover(&args.paths);
    let total = found.bytes;
    let writer = Writer::spawn(db, server, &classes(catalogue, classifier))?;
    let key = PseudonymKey::from_bytes(load_or_create_key(db)?);
    let options = IngestOptions {
        server,
        classifier,
        fingerprinter: &Fingerprinter::new(),
        masker: &Masker::new(key, &context.config.masks)?,
        parse: &parse,
        format,
        since: args.since.map(|when| when.resolve(now)),
        until: args.until.map(|when| when.resolve(now)),
        stop: &stop,
        progress: &progress,
    };
    let is_shown = !context.is_quiet;
    let read = || ingest(found, &options, &all_out(), writer);
    Ok(with_progress(is_shown, total, &progress, read)?)
}
