//! What is said first: the headline, the costliest problem, what fixing the first ones would save.

use super::measure::Trend;
use super::words::{NONE, minutes, moment, owner, percent, title};
use super::{Kind, Problem, Report};
use crate::model::plural;

/// The part of the cost that the headline's problems make at least, in thousandths.
const HEADLINE_PERMILLE: u32 = 600;
/// The most problems that the headline speaks of.
const HEADLINE_MAX: usize = 5;
/// Returns what matters most, in one sentence.
pub(super) fn headline(report: &Report) -> String {
    let name = &report.window.name;
    if report.is_empty() {
        return format!("No data for {name}. {}", stored(report));
    }
    if report.problems.is_empty() {
        let entries = plural(report.totals.entry_count(), "entry");
        let quiet = match report.quiet.len() {
            0 => String::new(),
            n => format!("; {}", has_gone_quiet(n)),
        };
        return format!("No problems in {name}: {entries} read, none of them an event{quiet}.");
    }
    let mut parts = vec![share_of_the_first(report)];
    let (new, back) = (report.count_of(Trend::New), report.count_of(Trend::Back));
    let mut changes = Vec::new();
    if new > 0 {
        changes.push(format!("{new} {} new", is_are(new)));
    }
    if back > 0 {
        changes.push(format!("{back} {} back", is_are(back)));
    }
    if !report.quiet.is_empty() {
        changes.push(has_gone_quiet(report.quiet.len()));
    }
    if !changes.is_empty() {
        parts.push(changes.join(", "));
    }
    format!("{}.", parts.join("; "))
}

fn share_of_the_first(report: &Report) -> String {
    let (name, all) = (&report.window.name, report.problems.len());
    let n = leaders(report);
    let share = cumulative(report, n);
    if report.cost.total_minutes == 0 {
        format!("{} in {name}, none of them costs handling time", problems(all))
    } else if n == all {
        format!("{} {} all of the cost of {name}", problems(n), makes(n))
    } else {
        format!("{n} of {} {} {share} of the cost of {name}", problems(all), makes(n))
    }
}

/// Returns how many of the first problems make most of the cost; at least 1, at most 5.
pub(super) fn leaders(report: &Report) -> usize {
    let enough = |problem: &Problem| problem.cumulative_permille >= HEADLINE_PERMILLE;
    let first = report.problems.iter().position(enough).map_or(usize::MAX, |index| index + 1);
    first.min(HEADLINE_MAX).min(report.problems.len())
}

/// Returns what fixing the first problems would save, where anything costs.
pub(super) fn promise(report: &Report) -> Option<String> {
    let n = leaders(report);
    let them = if n == 1 { "one".to_owned() } else { n.to_string() };
    let share = cumulative(report, n);
    let total = minutes(report.cost.total_minutes);
    match report.cost.total_minutes {
        0 => None,
        _ if n == report.problems.len() => Some(format!("The whole cost is {total}.")),
        _ => Some(format!(
            "Fix the first {them} and {share} of the cost is gone. The whole cost is {total}."
        )),
    }
}

/// Returns which problem is the first to look at.
pub(super) fn costliest(report: &Report) -> Option<String> {
    let problem = report.problems.first().filter(|problem| problem.cost_minutes > 0)?;
    let share = percent(problem.share_permille);
    let owner = match owner(problem) {
        NONE => String::new(),
        owner => format!(", owner {owner}"),
    };
    Some(format!("Costliest: {} on {}, {share}{owner}.", title(problem, 100), problem.server))
}

/// Returns the problems that are described in full. Unknowns have a list of their own and are
/// described only where they make most of the cost.
pub(super) fn described(report: &Report) -> impl Iterator<Item = &Problem> {
    let leaders = leaders(report);
    let is_described =
        move |problem: &&Problem| problem.kind != Kind::Unknown || problem.rank <= leaders;
    report.problems.iter().filter(is_described).take(report.limits.cards)
}

fn cumulative(report: &Report, n: usize) -> String {
    let last = n.checked_sub(1).and_then(|index| report.problems.get(index));
    percent(last.map_or(0, |problem| problem.cumulative_permille))
}

/// Returns where data is, for those who asked for a period without.
fn stored(report: &Report) -> String {
    match report.stored {
        Some(stored) => {
            format!("Events exist from {} to {} UTC.", moment(stored.from), moment(stored.to))
        }
        None => "The store holds no events yet.".to_owned(),
    }
}

/// Returns the count with its noun.
pub(super) fn problems(count: usize) -> String {
    plural(u64::try_from(count).unwrap_or(u64::MAX), "problem")
}

fn has_gone_quiet(count: usize) -> String {
    format!("{count} {} gone quiet", if count == 1 { "has" } else { "have" })
}

fn is_are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

fn makes(count: usize) -> &'static str {
    if count == 1 { "makes" } else { "make" }
}
