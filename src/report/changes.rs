//! What is new, what came back, what is gone, and what was done about it.

use super::layout::Tone;
use super::measure::Trend;
use super::sheet::{Entry, Sheet, left, right};
use super::words::{self, moment, title, where_in_short};
use super::{Action, Problem, Progress, Report, states};
use crate::model::{Millis, ProblemState, grouped, plural};

/// What is seen for the first time.
struct News {
    title: String,
    place: String,
    count: u64,
    first_seen: Millis,
}

/// Returns what is seen for the first time: whole problems, and known ones in a new place.
pub(super) fn new(report: &Report) -> Option<Sheet> {
    let heading = format!("New this {}", report.window.unit);
    let columns = [left("problem"), right("count"), left("first seen (UTC)")];
    let sheet = Sheet::new(("new", &heading), &columns, 0, report.limits.others);
    let row = |item: News| {
        vec![
            Entry::new(Tone::Strong, item.title).and(Tone::Faint, item.place),
            Entry::plain(grouped(item.count)),
            Entry::plain(moment(item.first_seen)),
        ]
    };
    sheet.with(news(report).into_iter().map(row)).unless_empty()
}

/// Returns what is new, as ranked: whole problems, then older ones in a new place.
fn news(report: &Report) -> Vec<News> {
    let is_new = |problem: &&Problem| problem.trend == Trend::New;
    let whole = report.problems.iter().filter(is_new).map(|problem| News {
        title: title(problem, 100),
        place: where_in_short(problem, report),
        count: problem.count,
        first_seen: problem.first_seen,
    });
    let others = report.problems.iter().filter(|problem| !is_new(problem));
    whole.chain(others.filter_map(|problem| new_places(problem, report))).collect()
}

/// Returns the places where a problem that was known before is met for the first time.
fn new_places(problem: &Problem, report: &Report) -> Option<News> {
    let places: Vec<_> = problem.spots.iter().filter(|place| place.trend == Trend::New).collect();
    let first = places.iter().min_by_key(|place| place.first_seen)?;
    let place = words::place(&words::clip(&first.component_name, 60), &first.split_by);
    let server = words::on_server(report, &problem.server);
    let others = match places.len() - 1 {
        0 => String::new(),
        n => format!(" and {}", plural(n as u64, "other place")),
    };
    Some(News {
        title: title(problem, 100),
        place: format!("known before, now also in {place}{server}{others}"),
        count: places.iter().map(|place| place.count).sum(),
        first_seen: first.first_seen,
    })
}

/// Returns what was decided about, one list a state. Fixes that were proved before the period are
/// only counted.
pub(super) fn progress(report: &Report) -> Vec<Sheet> {
    let period = report.window.period();
    let lists = super::progress::TOLD.into_iter().filter_map(|state| {
        let (id, heading) = heading(state)?;
        let of_state = || report.progress.iter().filter(|row| row.standing.state == state);
        let is_old = |row: &&Progress| state == ProblemState::VerifiedGone && !row.is_news(period);
        let columns = [left("problem"), right("count"), left("last seen (UTC)")];
        let sheet = Sheet::new((id, heading), &columns, 0, report.limits.others);
        let rows = of_state().filter(|row| !is_old(row));
        let mut sheet = sheet.with(rows.map(|row| progress_row(row, report)));
        let held = of_state().filter(is_old).count();
        if held > 0 {
            sheet.after.push(still_gone(held));
        }
        (!sheet.rows.is_empty() || held > 0).then_some(sheet)
    });
    lists.collect()
}

/// Returns what the list of a state is called; `None` for the states that have none.
const fn heading(state: ProblemState) -> Option<(&'static str, &'static str)> {
    match state {
        ProblemState::Regressed => Some(("regressed", "Came back after a fix")),
        ProblemState::Fixed => Some(("fixed", "Fixed, not proved yet")),
        ProblemState::VerifiedGone => Some(("gone", "Verified gone")),
        ProblemState::Targeted => Some(("targeted", "Being worked on")),
        ProblemState::Accepted => Some(("accepted", "Accepted and documented")),
        ProblemState::New | ProblemState::Open => None,
    }
}

fn still_gone(count: usize) -> String {
    let problems = plural(u64::try_from(count).unwrap_or(u64::MAX), "problem");
    let have = if count == 1 { "has" } else { "have" };
    format!("{problems} that {have} been verified gone earlier {have} not come back.")
}

fn progress_row(row: &Progress, report: &Report) -> Vec<Entry> {
    let place = words::place(&row.component_name, &row.split_by);
    let server = words::on_server(report, &row.server);
    let tone = match row.standing.state {
        ProblemState::Regressed => Tone::Bad,
        ProblemState::VerifiedGone => Tone::Good,
        _ => Tone::Strong,
    };
    let mut what =
        Entry::new(tone, words::clip(&row.title, 100)).and(Tone::Faint, format!("{place}{server}"));
    for line in states::told(&row.standing) {
        what = what.and(Tone::Plain, line);
    }
    vec![what, Entry::plain(grouped(row.count)), Entry::plain(moment(row.last_seen))]
}

/// Returns what had events in the period before and none in this one.
pub(super) fn quiet(report: &Report) -> Option<Sheet> {
    let columns = [left("problem"), right("before"), left("last seen (UTC)")];
    let sheet = Sheet::new(("quiet", "Gone quiet"), &columns, 0, report.limits.others);
    let row = |problem: &Problem| {
        let unheard = if problem.is_unheard() { words::UNHEARD } else { "" };
        vec![
            Entry::new(Tone::Strong, title(problem, 100))
                .and(Tone::Faint, where_in_short(problem, report))
                .and(Tone::Plain, words::remarks(problem).join("; "))
                .and(Tone::Warn, unheard),
            Entry::plain(grouped(problem.before)),
            Entry::plain(moment(problem.last_seen)),
        ]
    };
    sheet.with(report.quiet.iter().map(row)).unless_empty()
}

/// Returns what was decided in the period.
pub(super) fn done(report: &Report) -> Option<Sheet> {
    let columns = [left("when (UTC)"), left("what"), left("by"), left("problem")];
    let heading = format!("Done this {}", report.window.unit);
    let sheet = Sheet::new(("done", &heading), &columns, 3, report.limits.others);
    let row = |action: &Action| {
        let server = words::on_server(report, &action.server);
        let ticket = action.ticket.as_ref().map(|ticket| format!(" ({ticket})"));
        vec![
            Entry::plain(moment(action.at)),
            Entry::plain(&action.what),
            Entry::plain(&action.by),
            Entry::new(Tone::Strong, words::clip(&action.problem, 100))
                .and(Tone::Faint, format!("{}{server}", action.component))
                .and(Tone::Plain, format!("{}{}", action.why, ticket.unwrap_or_default())),
        ]
    };
    sheet.with(report.actions.iter().map(row)).unless_empty()
}
