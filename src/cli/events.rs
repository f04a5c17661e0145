//! `dewlap events`: lists stored events.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::context::{Global, When, check_component, check_server, now, parse_when, span};
use super::failure::{Done, Misuse};
use super::output::{data, error_lines};
use crate::catalogue::Catalogue;
use crate::model::{Event, Outcome, RuleId, Severity, nearest};
use crate::pipeline::Grouping;
use crate::report::as_cell;
use crate::store::EventFilter;

/// Arguments of `events`.
#[derive(Debug, Args)]
pub(super) struct EventsArgs {
    /// Only events that this rule explains
    #[arg(long, value_name = "ID")]
    rule: Option<RuleId>,

    /// Only events of this problem
    #[arg(long, value_name = "ID")]
    problem: Option<String>,

    /// Only events of the component with this name or GUID
    #[arg(long, value_name = "NAME")]
    component: Option<String>,

    /// Only events of this server
    #[arg(long, value_name = "NAME")]
    server: Option<String>,

    /// Only events of this severity; may be given more than once
    #[arg(long, value_enum)]
    severity: Vec<SeverityArg>,

    /// Only events that no rule explains
    #[arg(long, conflicts_with = "rule")]
    unknown: bool,

    /// Only events at or after this time, date or span before now
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    since: Option<When>,

    /// Only events before this time, date or span before now
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    until: Option<When>,

    /// Only events whose text holds this, whatever the case
    #[arg(long, value_name = "TEXT")]
    grep: Option<String>,

    /// Only the latest so many
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    /// Output format; JSON is one object a line
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    format: ListFormat,
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    Text,
    Json,
    Csv,
}

/// A severity as it is typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum SeverityArg {
    Info,
    Warning,
    Error,
    Critical,
}

impl From<SeverityArg> for Severity {
    fn from(severity: SeverityArg) -> Self {
        match severity {
            SeverityArg::Info => Self::Info,
            SeverityArg::Warning => Self::Warning,
            SeverityArg::Error => Self::Error,
            SeverityArg::Critical => Self::Critical,
        }
    }
}

const CSV_HEADER: [&str; 13] = [
    "time",
    "server",
    "component",
    "component_name",
    "severity",
    "rule",
    "cluster",
    "problem",
    "outcome",
    "id",
    "path",
    "offset",
    "text",
];

/// Runs `events`.
///
/// # Errors
///
/// Returns why the store could not be read or the list not be written.
pub(super) fn run(global: &Global, args: &EventsArgs) -> anyhow::Result<Done> {
    let context = global.context()?;
    let store = context.store()?;
    check_server(&store, args.server.as_deref())?;
    check_component(&store, args.component.as_deref())?;
    let grouping = Grouping::of(&store)?;
    let mut out = data();
    let mut written: anyhow::Result<u64> = Ok(0);
    if args.format == ListFormat::Csv {
        write_csv(&mut out, &CSV_HEADER.map(str::to_owned))?;
    }
    store.for_each_event(&args.filter()?, |mut event| {
        event.cluster = event.cluster.map(|id| grouping.cluster_of(&id).to_owned());
        let line = match args.format {
            ListFormat::Text => writeln!(out, "{}", text_line(&event)).map_err(Into::into),
            ListFormat::Json => writeln!(out, "{}", json_line(&event)).map_err(Into::into),
            ListFormat::Csv => write_csv(&mut out, &csv_row(&event)),
        };
        match (line, &mut written) {
            (Ok(()), Ok(count)) => *count += 1,
            (Err(error), _) => written = Err(error),
            (Ok(()), Err(_)) => {}
        }
        written.is_ok()
    })?;
    let count = written?;
    out.flush()?;
    if count == 0 && !context.is_quiet {
        let catalogue = args.rule.as_ref().and_then(|_| context.catalogue().ok());
        say_nothing_matched(args, catalogue.as_ref());
    }
    Ok(Done::Fine)
}

impl EventsArgs {
    fn filter(&self) -> Result<EventFilter, Misuse> {
        let (since, until) = span(self.since, self.until, now())?;
        Ok(EventFilter {
            rule: self.rule.as_ref().map(ToString::to_string),
            problem: self.problem.clone(),
            component: self.component.clone(),
            server: self.server.clone(),
            severities: self.severity.iter().copied().map(Into::into).collect(),
            unknown: self.unknown,
            since,
            until,
            grep: self.grep.clone(),
            limit: self.limit,
        })
    }
}

/// Says on standard error that the list is empty, and why that may be.
fn say_nothing_matched(args: &EventsArgs, catalogue: Option<&Catalogue>) {
    let mut lines = vec!["no stored event matches".to_owned()];
    let hint = args.rule.as_ref().zip(catalogue).and_then(|(id, catalogue)| hint(id, catalogue));
    lines.extend(hint.map(|hint| format!("hint: {hint}")));
    error_lines(&lines);
}

/// Returns why a rule has no events; `None` where it may just not have been met.
fn hint(id: &RuleId, catalogue: &Catalogue) -> Option<String> {
    let Some(rule) = catalogue.rule(id.as_str()) else {
        let ids = catalogue.rules().iter().map(|rule| rule.id.as_str());
        return Some(match nearest(id.as_str(), ids) {
            Some(near) => format!("there is no rule `{id}`; did you mean `{near}`?"),
            None => format!("there is no rule `{id}`; `dewlap patterns list` names all"),
        });
    };
    let counts_others = format!("`{id}` counts entries of others: `dewlap episodes --rule {id}`");
    rule.course().map(|_| counts_others)
}

fn text_line(event: &Event) -> String {
    let what = event.rule.as_ref().map(RuleId::as_str).or(event.cluster.as_deref());
    let outcome = event.outcome.map(|outcome| format!(" ({})", outcome.name()));
    let text = event.text.replace(['\n', '\r'], " | ");
    let text = text.replace(|c: char| c.is_control() && c != '\t', "\u{fffd}");
    let style = severity_style(event.severity);
    format!(
        "{}  {style}{:<8}{style:#}  {:<20}  {}{}\n    {}",
        event.time,
        event.severity.name(),
        event.component_name,
        what.unwrap_or("-"),
        outcome.unwrap_or_default(),
        shortened(&text, 300),
    )
}

pub(super) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::Error => AnsiColor::Red.on_default(),
        Severity::Warning => AnsiColor::Yellow.on_default(),
        Severity::Info => Style::new(),
    }
}

fn shortened(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or(text)),
        None => text.into(),
    }
}

/// Renders an event; scripts rely on these names.
fn json_line(event: &Event) -> Value {
    json!({
        "id": event.id,
        "server": event.server,
        "component": event.component,
        "component_name": event.component_name,
        "time": event.time.to_string(),
        "type": event.kind.name(),
        "severity": event.severity.name(),
        "tags": event.tags,
        "rule": event.rule.as_ref().map(RuleId::as_str),
        "cluster": event.cluster,
        "problem": event.problem,
        "outcome": event.outcome.map(Outcome::name),
        "captures": event.captures,
        "text": event.text,
        "path": event.path,
        "offset": event.offset,
        "length": event.len,
    })
}

fn csv_row(event: &Event) -> [String; 13] {
    let rule = event.rule.as_ref().map(ToString::to_string);
    [
        event.time.to_string(),
        event.server.clone(),
        event.component.clone(),
        event.component_name.clone(),
        event.severity.name().into(),
        rule.unwrap_or_default(),
        event.cluster.clone().unwrap_or_default(),
        event.problem.clone(),
        event.outcome.map(Outcome::name).unwrap_or_default().into(),
        event.id.clone(),
        event.path.clone(),
        event.offset.to_string(),
        event.text.clone(),
    ]
}

/// Writes a row, in which no spreadsheet finds a formula.
pub(super) fn write_csv(out: &mut impl Write, row: &[String]) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(row.iter().map(|text| as_cell(text)))?;
    out.write_all(&writer.into_inner().map_err(csv::IntoInnerError::into_error)?)?;
    Ok(())
}
