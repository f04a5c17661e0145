//! What is said first: what fixing the costliest problems would save, and what changed.

use super::measure::Trend;
use super::words::{NONE, minutes, moment, owner, percent, title};
use super::{Kind, Problem, Progress, Report};
use crate::model::{ProblemState, plural};

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
    parts.extend(Some(changes(report)).filter(|changes| !changes.is_empty()));
    format!("{}.", parts.join("; "))
}

/// Returns how many are new, came back and are gone.
fn changes(report: &Report) -> String {
    let in_state = |state| {
        let is_news =
            |row: &&Progress| row.standing.state == state && row.is_news(report.window.period());
        report.progress.iter().filter(is_news).count()
    };
    let (new, back) = (report.count_of(Trend::New), report.count_of(Trend::Back));
    let told = [
        (new, format!("{new} {} new", is_are(new))),
        (back, format!("{back} {} back", is_are(back))),
        (in_state(ProblemState::Regressed), came_back(in_state(ProblemState::Regressed))),
        (in_state(ProblemState::VerifiedGone), held(in_state(ProblemState::VerifiedGone))),
        (report.quiet.len(), has_gone_quiet(report.quiet.len())),
    ];
    let told = told.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text);
    told.collect::<Vec<_>>().join(", ")
}

fn came_back(count: usize) -> String {
    format!("{count} came back after {} fix", if count == 1 { "its" } else { "a" })
}

fn held(count: usize) -> String {
    format!("{count} {} verified gone", is_are(count))
}

fn share_of_the_first(report: &Report) -> String {
    let (name, all) = (&report.window.name, report.ranked().count());
    let n = leaders(report);
    let share = cumulative(report, n);
    let fixed = report.ranked().take(n).filter(|problem| is_fixed(problem)).count();
    if report.cost.total_minutes == 0 {
        format!("{} in {name}, none of them costs handling time", problems(all))
    } else if n == all {
        format!("{} {} all of the cost of {name}{}", problems(n), makes(n), fixed_by_now(fixed, n))
    } else if fixed > 0 {
        let (all, makes) = (problems(all), makes(n));
        format!("{n} of {all} {makes} {share} of the cost of {name}{}", fixed_by_now(fixed, n))
    } else {
        format!("Fix {n} of {} and {share} of the cost of {name} is gone", problems(all))
    }
}

/// Returns true where nothing is left to fix, as far as is known.
fn is_fixed(problem: &Problem) -> bool {
    let state = problem.standing.as_ref().map(|standing| standing.state);
    matches!(state, Some(ProblemState::Fixed | ProblemState::VerifiedGone))
}

fn fixed_by_now(count: usize, all: usize) -> String {
    match count {
        0 => String::new(),
        1 if all == 1 => ", and is fixed by now".to_owned(),
        n => format!(", {n} of them {} fixed by now", is_are(n)),
    }
}

/// Returns how many of the first problems make most of the cost; at least 1, at most 5.
pub(super) fn leaders(report: &Report) -> usize {
    let enough = |problem: &Problem| problem.cumulative_permille >= HEADLINE_PERMILLE;
    let first = report.ranked().position(enough).map_or(usize::MAX, |index| index + 1);
    first.min(HEADLINE_MAX).min(report.ranked().count())
}

/// Returns what all of it costs.
pub(super) fn whole_cost(report: &Report) -> String {
    format!("The whole cost is {}.", minutes(report.cost.total_minutes))
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
    report.ranked().filter(is_described).take(report.limits.cards)
}

fn cumulative(report: &Report, n: usize) -> String {
    let last = n.checked_sub(1).and_then(|index| report.ranked().nth(index));
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
