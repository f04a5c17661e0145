//! `dewlap problems`: every problem with its state, what needs somebody first.

use std::cmp::Reverse;
use std::fmt::Write;
use std::io::Write as _;

use clap::{Args, ValueEnum};

use super::context::{Global, When, check_component, check_server, now, parse_when};
use super::events::{ListFormat, severity_style, write_csv};
use super::failure::Done;
use super::output::{data, error_lines};
use super::problem::{Named, done, json_of};
use crate::model::{Millis, ProblemState, plural};
use crate::pipeline::{Standing, standings};

/// Arguments of `problems`.
#[derive(Debug, Args)]
pub(super) struct ProblemsArgs {
    /// Only problems in this state; may be given more than once
    #[arg(long, value_enum)]
    state: Vec<StateArg>,

    /// Only problems of this rule or cluster
    #[arg(long, value_name = "ID")]
    rule: Option<String>,

    /// Only problems of this server
    #[arg(long, value_name = "NAME")]
    server: Option<String>,

    /// Only problems of the component with this name or GUID
    #[arg(long, value_name = "NAME")]
    component: Option<String>,

    /// Only problems with events at or after this time, date or span before now
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    since: Option<When>,

    /// As things stood at this time, date or span before now [default: now]
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    as_of: Option<When>,

    /// Only the first so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    /// Output format; JSON is one object a line
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    format: ListFormat,
}

/// A state as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StateArg {
    New,
    Open,
    Targeted,
    Fixed,
    VerifiedGone,
    Regressed,
    Accepted,
}

impl From<StateArg> for ProblemState {
    fn from(state: StateArg) -> Self {
        match state {
            StateArg::New => Self::New,
            StateArg::Open => Self::Open,
            StateArg::Targeted => Self::Targeted,
            StateArg::Fixed => Self::Fixed,
            StateArg::VerifiedGone => Self::VerifiedGone,
            StateArg::Regressed => Self::Regressed,
            StateArg::Accepted => Self::Accepted,
        }
    }
}

const CSV_HEADER: [&str; 13] = [
    "problem",
    "state",
    "since",
    "title",
    "rule",
    "cluster",
    "severity",
    "server",
    "component",
    "component_name",
    "events",
    "last",
    "owner",
];

/// Runs `problems`.
///
/// # Errors
///
/// Returns why the store could not be read or the list not be written.
pub(super) fn run(global: &Global, args: &ProblemsArgs) -> anyhow::Result<Done> {
    let context = global.context()?;
    let catalogue = context.catalogue()?;
    let store = context.store()?;
    check_server(&store, args.server.as_deref())?;
    check_component(&store, args.component.as_deref())?;
    let now = now();
    let as_of = args.as_of.map_or(now, |when| when.resolve(now));
    let mut found: Vec<Standing> = standings(&store, as_of)?.into_values().collect();
    found.retain(|standing| args.is_wanted(standing, now));
    found.sort_by_key(|standing| {
        let problem = &standing.problem;
        (urgency(standing.life.state), Reverse(problem.events), problem.problem.clone())
    });
    found.truncate(args.limit.unwrap_or(usize::MAX));
    let mut out = data();
    if args.format == ListFormat::Csv {
        write_csv(&mut out, &CSV_HEADER.map(str::to_owned))?;
    }
    for standing in &found {
        let named = Named::new(&standing.problem, &catalogue);
        match args.format {
            ListFormat::Text => out.write_all(text_lines(standing, &named)?.as_bytes())?,
            ListFormat::Json => writeln!(out, "{}", json_of(standing, &named))?,
            ListFormat::Csv => write_csv(&mut out, &csv_row(standing, &named))?,
        }
    }
    out.flush()?;
    if found.is_empty() && !context.is_quiet {
        error_lines(&["no problem matches".to_owned()]);
    }
    Ok(Done::Fine)
}

impl ProblemsArgs {
    fn is_wanted(&self, standing: &Standing, now: Millis) -> bool {
        let problem = &standing.problem;
        let is = |wanted: &Option<String>, names: [Option<&str>; 2]| {
            wanted.as_deref().is_none_or(|wanted| names.contains(&Some(wanted)))
        };
        let is_state = |wanted: &StateArg| ProblemState::from(*wanted) == standing.life.state;
        is(&self.rule, [problem.rule.as_deref(), problem.cluster.as_deref()])
            && is(&self.server, [Some(&problem.server), None])
            && is(&self.component, [Some(&problem.component), Some(&problem.component_name)])
            && self.since.is_none_or(|when| problem.last >= when.resolve(now))
            && (self.state.is_empty() || self.state.iter().any(is_state))
    }
}

/// Returns the place of a state in the list: what needs somebody comes first.
fn urgency(state: ProblemState) -> u8 {
    match state {
        ProblemState::Regressed => 0,
        ProblemState::New => 1,
        ProblemState::Open => 2,
        ProblemState::Targeted => 3,
        ProblemState::Fixed => 4,
        ProblemState::Accepted => 5,
        ProblemState::VerifiedGone => 6,
    }
}

fn text_lines(standing: &Standing, named: &Named<'_>) -> Result<String, std::fmt::Error> {
    let Standing { problem, life } = standing;
    let mut text = String::new();
    let style = severity_style(problem.severity);
    writeln!(
        text,
        "{:<13}  {}  {style}{:<8}{style:#}  {}",
        life.state.name(),
        problem.problem,
        problem.severity.name(),
        named.title
    )?;
    write!(text, "    {} on {}, ", problem.component_name, problem.server)?;
    write!(text, "{}, last {}", plural(problem.events, "event"), problem.last)?;
    match (&life.decision, named.owner) {
        (Some(decision), _) => {
            write!(text, "; {} by {}", done(decision.action), decision.by)?;
            if let Some(ticket) = &decision.ticket {
                write!(text, " ({ticket})")?;
            }
        }
        (None, Some(owner)) => write!(text, "; owner {owner}")?,
        (None, None) => {}
    }
    text.push('\n');
    Ok(text)
}

fn csv_row(standing: &Standing, named: &Named<'_>) -> [String; 13] {
    let Standing { problem, life } = standing;
    [
        problem.problem.clone(),
        life.state.name().into(),
        life.since.to_string(),
        named.title.clone(),
        problem.rule.clone().unwrap_or_default(),
        problem.cluster.clone().unwrap_or_default(),
        problem.severity.name().into(),
        problem.server.clone(),
        problem.component.clone(),
        problem.component_name.clone(),
        problem.events.to_string(),
        problem.last.to_string(),
        named.owner.unwrap_or_default().into(),
    ]
}
