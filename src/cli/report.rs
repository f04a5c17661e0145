//! `dewlap report`: the recurring problems of a week.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use super::context::{Context, Global, When, check_server, check_span, now, parse_when, variable};
use super::failure::{Done, Misuse};
use super::output::{print, width, write_whole};
use crate::alert::send_letter;
use crate::catalogue::Catalogue;
use crate::model::Period;
use crate::pipeline::{WeeklyOptions, report_letter, weekly_report};
use crate::report::{
    Color, JSON_SCHEMA, Limits, Report, TextStyle, render_csv, render_html, render_json,
    render_markdown, render_text,
};
use crate::store::Store;

/// An answer of the mail server takes no longer.
const MAIL_TIMEOUT: Duration = Duration::from_secs(30);

/// Arguments of `report`.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// An ISO week in UTC, such as 2026-W37 [default: the last whole one]
    #[arg(long, value_name = "WEEK", value_parser = Period::parse_week)]
    week: Option<Period>,

    /// From this time, date or span before now on, in whole hours
    #[arg(long, value_name = "WHEN", value_parser = parse_when, conflicts_with = "week")]
    since: Option<When>,

    /// Up to this time, date or span before now, in whole hours [default: now]
    #[arg(long, value_name = "WHEN", value_parser = parse_when, requires = "since")]
    until: Option<When>,

    /// Only this server
    #[arg(long, value_name = "NAME")]
    server: Option<String>,

    /// How many problems are described in full
    #[arg(long, value_name = "N", default_value_t = Limits::default().cards)]
    top: usize,

    /// Output format
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,

    /// Print the JSON Schema of `--format json`, and do nothing else
    #[arg(long)]
    schema: bool,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Mail it, as HTML and text, as `[report.mail]` of the configuration says
    #[arg(long, conflicts_with_all = ["format", "out"])]
    email: bool,
}

/// How a report is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    Text,
    Json,
    Csv,
    Md,
    Html,
}

/// Runs `report`.
///
/// # Errors
///
/// Returns why the report could not be made or written.
pub(super) fn run(global: &Global, args: &ReportArgs) -> anyhow::Result<Done> {
    if args.schema {
        print(JSON_SCHEMA)?;
        return Ok(Done::Fine);
    }
    let context = global.context()?;
    let store = context.store()?;
    check_server(&store, args.server.as_deref())?;
    let catalogue = context.catalogue()?;
    let limits = Limits { cards: args.top, ..Limits::default() };
    let options = WeeklyOptions {
        period: args.period()?,
        server: args.server.as_deref(),
        limits,
        runbook: context.config.runbook.as_deref(),
    };
    let report = make(&store, &catalogue, options)?;
    if args.email {
        return mail(&context, &report);
    }
    let text = render(&report, args.format, args.out.is_none());
    match &args.out {
        None => print(&text)?,
        Some(path) => write_whole(path, &text)
            .with_context(|| format!("failed to write the report to `{}`", path.display()))?,
    }
    if let Some(path) = args.out.as_ref().filter(|_| !context.is_quiet) {
        say_written(path);
    }
    Ok(Done::Fine)
}

impl ReportArgs {
    fn period(&self) -> anyhow::Result<Period> {
        let now = now();
        let Some(since) = self.since else {
            return Ok(self.week.unwrap_or_else(|| Period::last_whole_week(now)));
        };
        let from = since.resolve(now);
        let to = self.until.map_or(now, |until| until.resolve(now));
        check_span(from, to)?;
        // Counts are kept by the hour.
        Ok(Period { from, to }.in_whole_hours())
    }
}

/// Makes a report from the store.
///
/// # Errors
///
/// Returns why the store could not be read.
pub(super) fn make(
    store: &Store,
    catalogue: &Catalogue,
    options: WeeklyOptions<'_>,
) -> anyhow::Result<Report> {
    Ok(weekly_report(store, catalogue, options)?)
}

/// Renders a report; text is laid out for the terminal where it goes there.
pub(super) fn render(report: &Report, format: ReportFormat, is_for_terminal: bool) -> String {
    match format {
        ReportFormat::Text if is_for_terminal => {
            // What does not go to a terminal that wants colors is stripped when it is printed.
            let width = width().min(120);
            render_text(report, TextStyle { width, color: Color::Always })
        }
        ReportFormat::Text => render_text(report, TextStyle::default()),
        ReportFormat::Json => render_json(report),
        ReportFormat::Csv => render_csv(report),
        ReportFormat::Md => render_markdown(report),
        ReportFormat::Html => render_html(report),
    }
}

/// Mails a report.
fn mail(context: &Context, report: &Report) -> anyhow::Result<Done> {
    let mut settings = context.config.report.clone();
    settings.resolve(&variable);
    let Some(mail) = settings.mail else {
        let hint = "`[report.mail]` in the configuration names the mail server, `from` and `to`";
        return Err(Misuse::new("there is nobody to mail the report to", hint).into());
    };
    let letter = report_letter(report, (&mail.from, &mail.to), now())?;
    send_letter(&mail, &letter, MAIL_TIMEOUT)?;
    if !context.is_quiet {
        let message = format!("mailed to {} by {}", mail.to.join(", "), mail.server.host);
        super::output::error_lines(&[message]);
    }
    Ok(Done::Fine)
}

fn say_written(path: &std::path::Path) {
    super::output::error_lines(&[format!("wrote {}", path.display())]);
}
