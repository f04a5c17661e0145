//! The problems as a table for spreadsheets.

use super::{Problem, Report, words};
use crate::model::RuleId;

/// The columns, in their order.
const HEADER: [&str; 28] = [
    "rank",
    "kind",
    "state",
    "rule",
    "cluster",
    "title",
    "server",
    "components",
    "severity",
    "nature",
    "owner",
    "events",
    "failures",
    "events_before",
    "trend",
    "episodes",
    "hours_between_episodes",
    "stops",
    "cost_minutes",
    "share_percent",
    "cumulative_percent",
    "explained_by",
    "first_seen",
    "last_seen",
    "cause",
    "fix",
    "runbook",
    "problem_ids",
];

/// Renders the problems as CSV, one a row, with a header.
///
/// First come those of the period as they are ranked, each followed by those that it explains, then
/// those that have gone quiet. Every problem is there once, so columns of counts and minutes can be
/// added up; its components share a cell. A text that a spreadsheet would take for a formula gets an
/// apostrophe before it.
///
/// # Panics
///
/// Never: writing to memory does not fail.
#[must_use]
pub fn render_csv(report: &Report) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER).expect("writing to memory does not fail");
    for problem in report.problems.iter().chain(&report.quiet) {
        writer.write_record(row(problem)).expect("every row has as many cells as the header");
    }
    let bytes = writer.into_inner().expect("writing to memory does not fail");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn row(problem: &Problem) -> [String; 28] {
    let card = problem.card.as_ref();
    let of_card = |of: fn(&super::RuleCard) -> &str| as_cell(card.map_or("", of));
    [
        if problem.rank > 0 { problem.rank.to_string() } else { String::new() },
        problem.kind.name().to_owned(),
        problem.standing.as_ref().map(|standing| standing.state.name()).unwrap_or_default().into(),
        as_cell(problem.rule.as_ref().map(RuleId::as_str).unwrap_or_default()),
        as_cell(problem.cluster.as_deref().unwrap_or_default()),
        as_cell(&problem.title),
        as_cell(&problem.server),
        as_cell(&components(problem).join("; ")),
        of_card(|card| card.severity.name()),
        of_card(|card| &card.nature),
        of_card(|card| &card.owner),
        problem.count.to_string(),
        problem.failures.to_string(),
        problem.before.to_string(),
        problem.trend.name().to_owned(),
        problem.episodes.to_string(),
        problem.hours_between.map(|hours| hours.to_string()).unwrap_or_default(),
        problem.stops.to_string(),
        problem.cost_minutes.to_string(),
        percent(problem.share_permille),
        percent(problem.cumulative_permille),
        as_cell(problem.explained_by.as_ref().map(|by| by.rule.as_str()).unwrap_or_default()),
        problem.first_seen.to_string(),
        problem.last_seen.to_string(),
        of_card(|card| &card.cause),
        of_card(|card| &card.fix),
        as_cell(card.and_then(|card| card.runbook.as_deref()).unwrap_or_default()),
        as_cell(&ids(problem).join("; ")),
    ]
}

fn percent(permille: u32) -> String {
    format!("{}.{}", permille / 10, permille % 10)
}

/// Returns the places of a problem that it was met in, each with what splits it off.
fn components(problem: &Problem) -> Vec<String> {
    let names = problem.met_in().map(|place| match words::split_of(&place.split_by) {
        split if split.is_empty() => place.component_name.clone(),
        split => format!("{} ({split})", place.component_name),
    });
    names.collect()
}

fn ids(problem: &Problem) -> Vec<&str> {
    problem.places.iter().map(|place| place.problem.as_str()).collect()
}

/// Returns a text of which no spreadsheet makes a formula.
#[must_use]
pub fn as_cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_a_spreadsheet_would_run_is_marked_as_text() {
        let cases = [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("a=1", "a=1"),
            ("", ""),
        ];
        for (given, want) in cases {
            assert_eq!(as_cell(given), want, "{given:?}");
        }
    }

    #[test]
    fn percent_has_one_decimal() {
        assert_eq!([0, 5, 1_000].map(percent), ["0.0", "0.5", "100.0"]);
    }
}
