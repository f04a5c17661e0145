//! `dewlap follow`: the daemon.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
use tracing_subscriber::filter::LevelFilter;

use super::context::{Context, DEFAULT_SERVER, Global, now, variable};
use super::effort::{be_nice, parse_nice};
use super::failure::{Done, failure_lines};
use crate::classify::{Classifier, Fingerprinter};
use crate::config::{FilesSource, SourceConfig};
use crate::follow::{FollowOptions, Setup, Source, SourceSetup, run as follow};
use crate::pipeline::{FileSource, Moment};

/// Arguments of `follow`.
#[derive(Debug, Args)]
pub(super) struct FollowArgs {
    /// How what happens is written to standard error
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,

    /// How far others go first: from 0, as any program, to 19, only when the processor is idle
    /// (Unix)
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = parse_nice())]
    nice: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

/// Runs `follow`.
///
/// # Errors
///
/// Returns why following could not begin, or not end in time.
pub(super) fn run(global: &Global, args: &FollowArgs) -> anyhow::Result<Done> {
    set_up_log(global, args);
    be_nice(args.nice); // Before any other thread is there: each has its own priority.
    let global = Global { config: absolute_config(global)?, ..global.clone() };
    let health = global.context()?.config.health;
    let began = started();
    follow(FollowOptions {
        load: Box::new(move || {
            load(&global).map_err(|error| failure_lines(&error).join("\n").into())
        }),
        clock: Arc::new(move || Moment { now: now(), ticks: began.elapsed() }),
        health: health.address.map(|address| (address, health.hosts)),
        resident_bytes,
    })?;
    Ok(Done::Fine)
}

/// Returns the configuration's whole path, so that all paths in it are whole too: what the system
/// tells of changes is.
fn absolute_config(global: &Global) -> anyhow::Result<Option<PathBuf>> {
    Ok(global.config_path().map(std::path::absolute).transpose()?)
}

/// Reads all that a session needs.
fn load(global: &Global) -> anyhow::Result<Setup> {
    let context = global.context()?;
    let catalogue = context.catalogue()?;
    let classifier = Classifier::new(&catalogue)?;
    let masker = context.masker()?;
    let sources = context.config.sources.iter().map(|source| set_up(source, &context));
    let sources = sources.collect::<anyhow::Result<_>>()?;
    let mut made_from: Vec<PathBuf> = global.config_path().into_iter().collect();
    made_from.extend(context.patterns.clone());
    made_from.extend(context.local_patterns.clone());
    let mut alerts = context.config.alerts.clone();
    alerts.resolve(&variable);
    let mut report = context.config.report.clone();
    report.resolve(&variable);
    Ok(Setup {
        alerts,
        report,
        runbook: context.config.runbook.clone(),
        retention: context.config.retention.clone(),
        seed: now().get().unsigned_abs() ^ u64::from(std::process::id()),
        db: context.db.clone(),
        catalogue: Arc::new(catalogue),
        classifier,
        fingerprinter: Fingerprinter::new(),
        masker,
        sources,
        zone: context.config.zone.clone().unwrap_or(TimeZone::UTC),
        made_from,
    })
}

fn set_up(source: &SourceConfig, context: &Context) -> anyhow::Result<Source> {
    let (server, zone) = match source {
        SourceConfig::Files(files) => (&files.server, &files.zone),
        SourceConfig::Http(http) => (&http.server, &http.zone),
    };
    let server = server.clone().or_else(|| context.config.server.clone());
    let parse = context.parse_options(zone.clone());
    let kind = match source {
        SourceConfig::Files(files) => set_up_files(files),
        SourceConfig::Http(http) => SourceSetup::Http(http.source_options(&parse.zone, &variable)?),
    };
    let server = server.unwrap_or_else(|| DEFAULT_SERVER.into());
    Ok(Source { name: source.name().into(), server, parse, kind })
}

fn set_up_files(source: &FilesSource) -> SourceSetup {
    SourceSetup::Files {
        files: FileSource {
            places: source.places.clone(),
            format: source.format.clone(),
            quiet: source.quiet,
            own_log: own_log(),
        },
        working_dir: source.working_dir.clone(),
        poll: source.poll,
    }
}

/// Returns the file that standard error goes to, so that it is never followed.
fn own_log() -> Option<crate::model::Stamp> {
    let metadata = std::fs::metadata("/proc/self/fd/2").ok().filter(std::fs::Metadata::is_file)?;
    Some(crate::model::Stamp::of(&metadata))
}

fn set_up_log(global: &Global, args: &FollowArgs) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => LevelFilter::WARN,
        (_, true) => LevelFilter::DEBUG,
        _ => LevelFilter::INFO,
    };
    let log = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr);
    // Whoever set a subscriber before us, such as a test, keeps it.
    drop(match args.log_format {
        LogFormat::Text => {
            log.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init()
        }
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    });
}

/// Returns the moment from which time is counted that never goes back.
fn started() -> Instant {
    Instant::now()
}

/// Returns how much memory the process holds; `None` where the system does not tell.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.split_ascii_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}
