//! `dewlap demo`: the whole job on built-in samples.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64};

use anyhow::Context as _;
use clap::Args;
use rust_embed::RustEmbed;

use super::context::{DEFAULT_SERVER, Global};
use super::effort::all_out;
use super::failure::Done;
use super::output::print;
use super::report::{ReportFormat, make, render};
use crate::archive::discover;
use crate::classify::{Classifier, Fingerprinter};
use crate::model::{Period, grouped, plural};
use crate::parse::ParseOptions;
use crate::pipeline::{IngestOptions, Summary, WeeklyOptions, classes, ingest};
use crate::redact::{Masker, PseudonymKey};
use crate::report::Limits;
use crate::store::{Store, Writer, load_or_create_key};

/// The week that the samples tell of.
const WEEK: &str = "2026-W37";
/// Problems that the demo describes in full.
const CARDS: usize = 3;

/// A working directory of Iguana X with two invented weeks.
#[derive(RustEmbed)]
#[folder = "samples/iguana-x/"]
struct Samples;

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Output format of the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
}

/// Runs `demo`.
///
/// # Errors
///
/// Returns why the samples could not be written, read or reported.
pub(super) fn run(global: &Global, args: &DemoArgs) -> anyhow::Result<Done> {
    let context = global.context()?;
    let directory = tempfile::Builder::new()
        .prefix("dewlap-demo-")
        .tempdir()
        .context("failed to make a directory for the demo")?;
    let logs = directory.path().join("iguana-x");
    write_samples(&logs)?;
    let db = directory.path().join("demo.db");
    let catalogue = context.catalogue()?;
    let classifier = Classifier::new(&catalogue)?;
    let writer = Writer::spawn(&db, DEFAULT_SERVER, &classes(&catalogue, &classifier))?;
    let summary = read(&logs, &db, &classifier, writer)?;
    let options = WeeklyOptions {
        period: Period::parse_week(WEEK)?,
        server: None,
        limits: Limits { cards: CARDS, ..Limits::default() },
        runbook: None,
    };
    let report = make(&Store::open(&db)?, &catalogue, options)?;
    if args.format == ReportFormat::Text {
        print(&introduction(&summary))?;
    }
    print(&render(&report, args.format, true))?;
    if args.format == ReportFormat::Text {
        print(NEXT)?;
    }
    Ok(Done::Fine)
}

fn write_samples(directory: &Path) -> anyhow::Result<()> {
    for name in Samples::iter() {
        let path = directory.join(&*name);
        let content = Samples::get(&name).map(|file| file.data).unwrap_or_default();
        let parent = path.parent().unwrap_or(directory);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, content))
            .with_context(|| format!("failed to write the sample `{}`", path.display()))?;
    }
    Ok(())
}

fn read(
    logs: &Path,
    db: &Path,
    classifier: &Classifier,
    writer: Writer,
) -> anyhow::Result<Summary> {
    let masker = Masker::new(PseudonymKey::from_bytes(load_or_create_key(db)?), &[])?;
    let options = IngestOptions {
        server: DEFAULT_SERVER,
        classifier,
        fingerprinter: &Fingerprinter::new(),
        masker: &masker,
        parse: &ParseOptions::default(),
        format: None,
        since: None,
        until: None,
        stop: &AtomicBool::new(false),
        progress: &AtomicU64::new(0),
    };
    Ok(ingest(discover(&[logs.to_owned()]), &options, &all_out(), writer)?)
}

fn introduction(summary: &Summary) -> String {
    format!(
        "The demo read {} of an invented hospital's Iguana X server into a temporary store:\n\
         {} in two weeks, of which {} are kept as events: errors, warnings, and what a rule knows.\n\
         This is the report of the second week.\n\n",
        plural(summary.files, "log file"),
        plural(summary.tally.entries(), "entry"),
        grouped(summary.tally.events),
    )
}

const NEXT: &str = "
Now with your own logs, on a copy or as the account that runs Iguana (nothing is written there):
  dewlap ingest ~/.IguanaX        reads them into ./dewlap.db; again reads only what is new
  dewlap report --week 2026-W37   reports a week; without --week, the last whole one
  dewlap events --unknown         lists what no rule explains yet
";
