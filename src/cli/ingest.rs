//! `dewlap ingest`: reads logs once into the store.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Instant;

use clap::Args;
use jiff::tz::TimeZone;

use super::context::{
    Context, DEFAULT_SERVER, Global, When, keep, missing, now, parse_when, parse_zone, span,
};
use super::effort::{EffortArgs, Pace, all_cores, be_nice};
use super::failure::{Done, Misuse};
use super::output::{TextOrJson, error_lines, print};
use crate::archive::{discover, missing_paths};
use crate::classify::{Classifier, Fingerprinter};
use crate::model::nearest;
use crate::parse::{Format, ParseOptions};
use crate::pipeline::{Effort, IngestOptions, Summary, classes, ingest};
use crate::store::Writer;

mod progress;
mod summary;

pub(super) use progress::with_progress;
use summary::{render_json, render_text, unread_lines};

/// Arguments of `ingest`.
#[derive(Debug, Args)]
pub(super) struct IngestArgs {
    /// Files, directories (an Iguana working directory, a `logt` root, any folder), archives (.gz
    /// .zst .bz2 .zip .tar .tar.gz .tar.zst), or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Read all inputs as this format instead of telling it from their content: iguana-x,
    /// service-error-log, api-query-xml, csv, ndjson, or the name of a text format
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<String>,

    /// Name of the Iguana server that the logs come from [default: iguana]
    #[arg(long, value_name = "NAME")]
    server: Option<String>,

    /// Zone of times that are written without one [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = parse_zone)]
    timezone: Option<TimeZone>,

    /// Only entries at or after this time, date or span before now
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    since: Option<When>,

    /// Only entries before this time, date or span before now
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    until: Option<When>,

    #[command(flatten)]
    effort: EffortArgs,

    /// Output format of the summary
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// Runs `ingest`.
///
/// # Errors
///
/// Returns why nothing, or not all, was read and committed.
pub(super) fn run(global: &Global, args: &IngestArgs) -> anyhow::Result<Done> {
    let context = global.context()?;
    if let Some(misuse) = missing(&missing_paths(&args.paths)) {
        return Err(misuse.into());
    }
    be_nice(args.effort.nice);
    let started = Instant::now();
    let mut summary = read(&context, args)?;
    summary.has_local_times &= args.timezone.is_none() && context.config.zone.is_none();
    let seconds = started.elapsed().as_secs_f64();
    match args.format {
        TextOrJson::Json => print(&render_json(&summary, seconds))?,
        TextOrJson::Text if context.is_quiet => error_lines(&unread_lines(&summary)),
        TextOrJson::Text => print(&render_text(&summary, seconds, &context))?,
    }
    Ok(if summary.is_interrupted { Done::Interrupted } else { Done::Fine })
}

fn read(context: &Context, args: &IngestArgs) -> anyhow::Result<Summary> {
    let (since, until) = span(args.since, args.until, now())?;
    let parse = context.parse_options(args.timezone.clone());
    let format = find_format(args.input_format.as_deref(), &parse)?;
    let catalogue = context.catalogue()?;
    let classifier = keep(Classifier::new(&catalogue)?);
    let stop = stop_on_signals()?;
    let progress = AtomicU64::new(0);
    let found = discover(&args.paths);
    let configured = context.config.server.as_deref();
    let server = args.server.as_deref().or(configured).unwrap_or(DEFAULT_SERVER);
    let lost_key = context.lost_key().filter(|_| !context.is_quiet);
    let writer = Writer::spawn(&context.db, server, &classes(&catalogue, classifier))?;
    error_lines(lost_key.as_slice());
    let masker = context.masker()?;
    let options = IngestOptions {
        server,
        classifier,
        fingerprinter: &Fingerprinter::new(),
        masker: &masker,
        parse: &parse,
        format,
        since,
        until,
        stop: &stop,
        progress: &progress,
    };
    let total = found.bytes;
    let pace = Pace::new(args.effort.max_rate, &stop);
    let threads = args.effort.threads.unwrap_or_else(all_cores);
    let effort = Effort { threads, pace: &|bytes| pace.keep(bytes) };
    let read = || ingest(found, &options, &effort, writer);
    Ok(with_progress(!context.is_quiet, total, &progress, read)?)
}

/// Returns the format with this name; `None` where none is named.
///
/// # Errors
///
/// Returns the names that there are.
pub(super) fn find_format(
    name: Option<&str>,
    parse: &ParseOptions,
) -> anyhow::Result<Option<Format>> {
    let Some(name) = name else { return Ok(None) };
    if let Some(format) = Format::from_name(name, parse) {
        return Ok(Some(format));
    }
    let all = Format::all(parse);
    let names: Vec<&str> = all.iter().map(Format::name).collect();
    let hint = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "define a text format under `[[text_format]]` in the configuration".into(),
    };
    let message = format!("`{name}` is not an input format, expected one of {}", names.join(", "));
    Err(Misuse::new(message, hint).into())
}

/// Returns a flag that is set when the user wants to stop. The second signal ends at once.
pub(super) fn stop_on_signals() -> anyhow::Result<Arc<AtomicBool>> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    // Beyond the limit for the size of a file, a write is to fail and not to kill us.
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    Ok(stop)
}
