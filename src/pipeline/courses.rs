//! Problems that only several entries show, and what explains symptoms.

use std::collections::BTreeMap;

use super::weekly::PERIODS_BEFORE;
use crate::catalogue::Catalogue;
use crate::classify::problem_id;
use crate::course::Scope;
use crate::model::{Period, RuleId};
use crate::report::{Outcomes, ProblemInput, Subject, ValueCount};
use crate::store::{EpisodeFilter, EpisodeRow, Store, StoreError};

/// So near a symptom is to what explains it, in milliseconds.
const NEAR_MILLIS: i64 = 5 * 60 * 1_000;

/// What is counted apart: rule, server, component and captures.
type SeriesKey = (String, String, String, BTreeMap<String, String>);

/// Returns the problems that rules beyond one entry found in a period or in those before it; each
/// episode counts once, at its beginning.
pub(super) fn course_problems(
    store: &Store,
    catalogue: &Catalogue,
    period: Period,
    server: Option<&str>,
) -> Result<Vec<ProblemInput>, StoreError> {
    let filter = EpisodeFilter {
        server: server.map(Into::into),
        until: Some(period.to),
        ..EpisodeFilter::default()
    };
    let mut series: BTreeMap<SeriesKey, Vec<EpisodeRow>> = BTreeMap::new();
    for row in store.episodes(&filter)? {
        let looks_beyond =
            |id: &str| catalogue.rule(id).is_some_and(|rule| rule.course().is_some());
        if looks_beyond(&row.rule) {
            let key = (&row.rule, &row.server, &row.component);
            let key = (key.0.clone(), key.1.clone(), key.2.clone(), row.split.clone());
            series.entry(key).or_default().push(row);
        }
    }
    Ok(series.into_values().filter_map(|rows| problem(&rows, catalogue, period)).collect())
}

/// Returns the problem of one series; `None` where it has no episode in the time that counts.
fn problem(rows: &[EpisodeRow], catalogue: &Catalogue, period: Period) -> Option<ProblemInput> {
    let one = rows.first()?;
    let id: RuleId = one.rule.parse().ok()?;
    let scope = catalogue.rule(&one.rule)?.course()?.scope;
    let component = match scope {
        Scope::Component => one.component.as_str(),
        Scope::Server => "",
    };
    let split: Vec<(&str, &str)> =
        one.split.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let weeks_before = weeks_before(rows, period);
    let current: Vec<&EpisodeRow> = in_period(rows, period).collect();
    if current.is_empty() && weeks_before.iter().all(|count| *count == 0) {
        return None;
    }
    let mut hours = BTreeMap::new();
    for row in &current {
        *hours.entry(row.episode.first.hour()).or_insert(0) += 1;
    }
    let recovered = current.iter().filter(|row| row.episode.ended.is_some()).count();
    Some(ProblemInput {
        id: problem_id(id.as_str(), &one.server, component, &split),
        subject: Subject::Rule(id),
        server: one.server.clone(),
        component: one.component.clone(),
        component_name: one.component_name.clone(),
        split_by: one.split.clone(),
        hours,
        failures: None,
        weeks_before,
        first_seen: rows.iter().map(|row| row.episode.first).min().unwrap_or_default(),
        last_seen: rows.iter().map(|row| row.episode.last).max().unwrap_or_default(),
        outcomes: Outcomes {
            recovered: u64::try_from(recovered).unwrap_or(u64::MAX),
            ..Outcomes::default()
        },
        values: values(&current),
        causes: BTreeMap::new(),
        example: None,
        standing: None,
    })
}

fn in_period(rows: &[EpisodeRow], period: Period) -> impl Iterator<Item = &EpisodeRow> {
    rows.iter().filter(move |row| period.contains(row.episode.first))
}

fn weeks_before(rows: &[EpisodeRow], period: Period) -> Vec<u64> {
    let mut weeks = Vec::new();
    let mut before = period.before();
    for _ in 0..PERIODS_BEFORE {
        weeks.push(u64::try_from(in_period(rows, before).count()).unwrap_or(u64::MAX));
        before = before.before();
    }
    weeks.reverse();
    weeks
}

/// Returns how many entries the episodes had, and the captures that they share.
fn values(rows: &[&EpisodeRow]) -> BTreeMap<String, Vec<ValueCount>> {
    let mut values: BTreeMap<String, Vec<ValueCount>> = BTreeMap::new();
    for row in rows {
        let count = ("entries".to_owned(), row.episode.count.to_string());
        for (name, value) in row.split.clone().into_iter().chain([count]) {
            let values = values.entry(name).or_default();
            match values.iter_mut().find(|known| known.value == value) {
                Some(known) => known.count += 1,
                None => values.push(ValueCount { value, count: 1 }),
            }
        }
    }
    values
}

/// Tells each problem of the period which rules explain its events, where they came near them.
pub(super) fn add_causes(
    store: &Store,
    catalogue: &Catalogue,
    period: Period,
    problems: &mut [ProblemInput],
) -> Result<(), StoreError> {
    let symptoms = catalogue.rules().iter().filter(|rule| !rule.symptom_of.is_empty());
    for rule in symptoms {
        let is_met = |problem: &&mut ProblemInput| {
            problem.subject == Subject::Rule(rule.id.clone()) && !problem.hours.is_empty()
        };
        let mut met: Vec<_> = problems.iter_mut().filter(is_met).collect();
        if met.is_empty() {
            continue;
        }
        for cause in &rule.symptom_of {
            let counts = store.symptoms(rule.id.as_str(), cause.as_str(), period, NEAR_MILLIS)?;
            for count in counts {
                if let Some(problem) = met.iter_mut().find(|problem| problem.id == count.problem) {
                    problem.causes.insert(count.cause, count.events);
                }
            }
        }
    }
    Ok(())
}
