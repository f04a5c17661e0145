//! Where a problem happens: one component, or a part of it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Serialize;

use super::measure::{self, Trend};
use super::problem::Background;
use super::{ProblemInput, Standing, json};
use crate::model::{Millis, ProblemState};

/// A component that has the problem, or a part of it that the rule's captures split off.
#[derive(Clone, Debug, Serialize)]
pub struct Place {
    /// The id of the problem in the store.
    pub problem: String,
    /// GUID of the component, or its name.
    pub component: String,
    /// Name of the component.
    pub component_name: String,
    /// The captures that split it off, by name.
    pub split_by: BTreeMap<String, String>,
    /// Events of the period.
    pub count: u64,
    /// Failures among them; the others are further attempts at the same work.
    pub failures: u64,
    /// Events of the period before.
    pub before: u64,
    /// How the count moved.
    pub trend: Trend,
    /// Bursts in this place.
    pub episodes: u64,
    /// Stops, at most one per burst.
    pub stops: u64,
    /// Events of up to eight periods, oldest first; the last is this one.
    pub weeks: Vec<u64>,
    /// When it was first seen here.
    #[serde(serialize_with = "json::display")]
    pub first_seen: Millis,
    /// When it was last seen here.
    #[serde(serialize_with = "json::display")]
    pub last_seen: Millis,
    /// Entries that the component wrote in the period; `None` where that is not known.
    pub entries: Option<u64>,
    /// How far the problem is on its way out here; `None` where nobody keeps track.
    pub standing: Option<Standing>,
}

/// Returns the places of a problem, most events first.
pub(super) fn places_of(rows: &[ProblemInput], background: &Background) -> Vec<Place> {
    let mut places: Vec<Place> = rows.iter().map(|row| place_of(row, background)).collect();
    places.sort_by(|a, b| {
        (b.count, b.before)
            .cmp(&(a.count, a.before))
            .then_with(|| a.component_name.cmp(&b.component_name))
            .then_with(|| a.problem.cmp(&b.problem))
    });
    places
}

/// Returns the rows with those put together that are of one component and one part of it: each
/// wording of a cluster is a problem of its own. The order of rows does not matter.
pub(super) fn by_component(rows: &[ProblemInput]) -> Vec<ProblemInput> {
    let mut sorted: Vec<&ProblemInput> = rows.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    let mut merged: BTreeMap<(&str, &BTreeMap<String, String>), ProblemInput> = BTreeMap::new();
    for row in sorted {
        match merged.entry((&row.component, &row.split_by)) {
            Entry::Vacant(place) => {
                place.insert(counts_of(row));
            }
            Entry::Occupied(mut place) => merge(place.get_mut(), row),
        }
    }
    merged.into_values().collect()
}

/// Returns a row without what its events said, of which a problem may have much.
fn counts_of(row: &ProblemInput) -> ProblemInput {
    ProblemInput { values: BTreeMap::new(), causes: BTreeMap::new(), example: None, ..row.clone() }
}

fn merge(sum: &mut ProblemInput, row: &ProblemInput) {
    let failures = |row: &ProblemInput| {
        row.failures.unwrap_or_else(|| measure::total(row.hours.values().copied()))
    };
    sum.failures = Some(failures(sum).saturating_add(failures(row)));
    for (hour, count) in &row.hours {
        measure::add(sum.hours.entry(*hour).or_insert(0), *count);
    }
    measure::add_weeks(&mut sum.weeks_before, &row.weeks_before);
    measure::add(&mut sum.outcomes.stopped, row.outcomes.stopped);
    sum.first_seen = sum.first_seen.min(row.first_seen);
    sum.last_seen = sum.last_seen.max(row.last_seen);
    // A new wording in a place that had another one is not new there.
    let urgency = |row: &ProblemInput| {
        let standing = row.standing.as_ref()?;
        Some((standing.state != ProblemState::New, standing.urgency()))
    };
    if urgency(row) > urgency(sum) {
        sum.standing.clone_from(&row.standing);
    }
}

fn place_of(row: &ProblemInput, background: &Background) -> Place {
    let count = measure::total(row.hours.values().copied());
    let before = row.weeks_before.last().copied().unwrap_or(0);
    let bursts = measure::episodes(&row.hours).len();
    let episodes = u64::try_from(bursts).unwrap_or(u64::MAX);
    let unknown = row.weeks_before.len().saturating_sub(background.periods_before);
    let mut weeks: Vec<u64> = row.weeks_before.iter().skip(unknown).copied().collect();
    weeks.push(count);
    Place {
        problem: row.id.clone(),
        component: row.component.clone(),
        component_name: row.component_name.clone(),
        split_by: row.split_by.clone(),
        count,
        failures: row.failures.map_or(count, |failures| failures.min(count)),
        before,
        trend: background.trend(row.first_seen, before, count),
        episodes,
        stops: row.outcomes.stopped.min(episodes),
        weeks,
        first_seen: row.first_seen,
        last_seen: row.last_seen,
        entries: background.entries_of(row),
        standing: row.standing.clone(),
    }
}

#[cfg(test)]
mod tests {
    use crate::model::ProblemState::{New, Open, VerifiedGone};
    use crate::report::fixture::{at, cluster, problem, standing, week};
    use crate::report::{ProblemInput, Report, ReportInput, TextStyle, render_text};

    /// Returns a wording of a cluster in a component, first seen on a day.
    fn wording(id: &str, component: &str, first_seen: &str) -> ProblemInput {
        let mut row = problem(cluster("u-1", "Slot <*> is odd"), component, &[(6, 2), (30, 1)]);
        row.id = id.into();
        row.first_seen = at(first_seen);
        row
    }

    fn text(problems: Vec<ProblemInput>) -> String {
        let older = problem(cluster("u-2", "older"), "A", &[(1, 1)]);
        let problems = problems.into_iter().chain([older]).collect();
        let stored = Some(crate::model::Period { from: at("2026-03-01"), to: week().to });
        let input = ReportInput { stored, problems, ..ReportInput::empty(week()) };
        render_text(&Report::new(input), TextStyle::default())
    }

    #[test]
    fn the_wordings_of_a_cluster_in_a_component_are_one_place() {
        let rows = vec![
            wording("p-1", "Lab In", "2026-09-08"),
            wording("p-2", "Lab In", "2026-08-01"),
            wording("p-3", "Lab Out", "2026-08-01"),
        ];
        let text = text(rows);
        assert!(text.contains("Lab In         6         2"), "{text}");
        assert!(text.contains("Lab Out        3         2"), "{text}");
        assert!(!text.contains("known before, now also in"), "{text}");
    }

    #[test]
    fn a_problem_that_is_known_is_new_only_in_a_component_without_any_wording_of_it() {
        let rows = vec![
            wording("p-1", "Lab In", "2026-08-01"),
            wording("p-2", "Lab Out", "2026-09-08"),
            wording("p-3", "Lab Out", "2026-09-09"),
        ];
        let text = text(rows);
        assert!(text.contains("known before, now also in Lab Out\n"), "{text}");
    }

    #[test]
    fn a_state_that_only_some_places_have_says_so() {
        let with = |mut row: ProblemInput, state| {
            row.standing = Some(standing(state, "2026-09-08"));
            row.standing.as_mut().unwrap().decision = None;
            row
        };
        let rows = vec![
            with(wording("p-1", "Lab In", "2026-09-08"), New),
            with(wording("p-2", "Lab In", "2026-08-01"), Open),
            with(wording("p-3", "Lab Out", "2026-09-08"), New),
            with(wording("p-4", "Lab Up", "2026-08-01"), VerifiedGone),
        ];
        let text = text(rows);
        assert!(text.contains("state       new in 1 of 3 places\n"), "{text}");
    }
    #[test]
    fn nothing_is_in_the_state_new_where_nothing_older_is_stored() {
        let mut row = wording("p-1", "Lab In", "2026-09-08");
        row.standing = Some(standing(New, "2026-09-08"));
        let input = ReportInput { problems: vec![row], ..ReportInput::empty(week()) };
        let text = render_text(&Report::new(input), TextStyle::default());
        assert!(text.contains("seen        first 2026-09-08"), "{text}");
        assert!(!text.contains("state  "), "{text}");
    }
}
