//! What became of the problems that somebody decided about.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::{Place, Problem, Standing, json};
use crate::model::{Millis, Period, ProblemState};

/// A problem of the store that somebody decided about.
#[derive(Clone, Debug, Serialize)]
pub struct Progress {
    /// Its id in the store.
    pub problem: String,
    /// The rule or cluster.
    pub id: String,
    /// The title of that.
    pub title: String,
    /// The server.
    pub server: String,
    /// GUID of the component, or its name.
    pub component: String,
    /// Name of the component.
    pub component_name: String,
    /// The captures that split it off, by name.
    pub split_by: BTreeMap<String, String>,
    /// Events of the period.
    pub count: u64,
    /// When it was last seen.
    #[serde(serialize_with = "json::display")]
    pub last_seen: Millis,
    /// How far it is.
    pub standing: Standing,
}

/// The states that are told, in the order in which they are read.
pub(super) const TOLD: [ProblemState; 5] = [
    ProblemState::Regressed,
    ProblemState::Fixed,
    ProblemState::VerifiedGone,
    ProblemState::Targeted,
    ProblemState::Accepted,
];

/// Returns the problems that somebody decided about, by state, the latest change first.
pub(super) fn progress<'p>(problems: impl Iterator<Item = &'p Problem>) -> Vec<Progress> {
    let mut found: Vec<Progress> = problems
        .flat_map(|problem| problem.places.iter().map(move |place| (problem, place)))
        .filter_map(|(problem, place)| Some(row(problem, place, place.standing.clone()?)))
        .filter(|row| TOLD.contains(&row.standing.state))
        .collect();
    found.sort_by(|a, b| order(a).cmp(&order(b)));
    found
}

fn order(row: &Progress) -> (Option<usize>, Reverse<Millis>, &str, &str) {
    let state = TOLD.iter().position(|state| *state == row.standing.state);
    (state, Reverse(row.standing.since), &row.title, &row.problem)
}

fn row(problem: &Problem, place: &Place, standing: Standing) -> Progress {
    Progress {
        problem: place.problem.clone(),
        id: problem.id().to_owned(),
        title: problem.title.clone(),
        server: problem.server.clone(),
        component: place.component.clone(),
        component_name: place.component_name.clone(),
        split_by: place.split_by.clone(),
        count: place.count,
        last_seen: place.last_seen,
        standing,
    }
}

impl Progress {
    /// Returns true where it came to its state in the period.
    #[must_use]
    pub fn is_news(&self, period: Period) -> bool {
        period.contains(self.standing.since)
    }
}
