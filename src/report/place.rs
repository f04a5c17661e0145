//! Where a problem happens: one component, or a part of it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::measure::{self, Trend};
use super::problem::Background;
use super::{ProblemInput, Standing, json};
use crate::model::Millis;

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
