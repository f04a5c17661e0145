//! One problem of the report: a rule or cluster on one server, with its places inside.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::measure::{self, Trend};
use super::{Example, Outcomes, ProblemInput, RuleCard, Subject, ValueCount, json};
use crate::model::{Hour, Millis, Period, RuleId};

/// Minutes of handling that an episode of an unknown is taken to need.
pub(super) const UNKNOWN_MINUTES: u64 = 15;
/// Minutes that it takes to start a stopped component again.
pub(super) const STOP_MINUTES: u64 = 15;

/// How well a problem is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A rule explains it.
    Known,
    /// A fallback rule tells its kind, not its cause.
    Fallback,
    /// No rule matches it.
    Unknown,
}

/// A rule or a cluster on one server.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// Its place in the ranking, from 1; 0 where it is not ranked.
    pub rank: usize,
    /// How well it is understood.
    pub kind: Kind,
    /// The rule, where there is one.
    #[serde(serialize_with = "json::maybe_display")]
    pub rule: Option<RuleId>,
    /// The cluster of unknowns, where there is no rule.
    pub cluster: Option<String>,
    /// The rule's title, else the cluster's template.
    pub title: String,
    /// The server.
    pub server: String,
    /// Events of the period.
    pub count: u64,
    /// Events of the period before.
    pub before: u64,
    /// How the count moved.
    pub trend: Trend,
    /// Bursts, over all places.
    pub episodes: u64,
    /// Mean time from the start of a burst to the next, in hours; `None` for fewer than two.
    pub hours_between: Option<u64>,
    /// Stops of components, at most one per place and episode.
    pub stops: u64,
    /// What it costs, in minutes.
    pub cost_minutes: u64,
    /// The part of all cost, in thousandths.
    #[serde(rename = "share_percent", serialize_with = "json::percent")]
    pub share_permille: u32,
    /// The part of all cost of this one and all ranked above, in thousandths.
    #[serde(rename = "cumulative_percent", serialize_with = "json::percent")]
    pub cumulative_permille: u32,
    /// Events of up to eight periods, oldest first; the last is this one.
    pub weeks: Vec<u64>,
    /// Events by day, for days that have any.
    pub days: Vec<DayCount>,
    /// Events by hour of the day, in UTC.
    pub hours_of_day: [u64; 24],
    /// When it was first seen ever.
    #[serde(serialize_with = "json::display")]
    pub first_seen: Millis,
    /// When it was last seen.
    #[serde(serialize_with = "json::display")]
    pub last_seen: Millis,
    /// What became of the work.
    pub outcomes: Outcomes,
    /// Captured values, most frequent first, by name.
    pub values: BTreeMap<String, Vec<ValueCount>>,
    /// The rules that explain its events, with how many of those had such a one near them.
    pub causes: BTreeMap<String, u64>,
    /// One event.
    pub example: Option<Example>,
    /// Where it happens, most events first.
    pub places: Vec<Place>,
    /// What the catalogue says.
    pub card: Option<RuleCard>,
}

/// Events of one day, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DayCount {
    /// The day.
    #[serde(serialize_with = "json::display")]
    pub day: Date,
    /// Its events.
    pub count: u64,
}

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
}

/// What all problems of a report are measured against.
#[derive(Clone, Debug)]
pub(super) struct Background {
    /// The period of the report.
    pub(super) period: Period,
    /// False where the store has nothing from before the period.
    pub(super) has_history: bool,
    /// Entries of the period by server and component.
    pub(super) entries: BTreeMap<(String, String), u64>,
}

impl Problem {
    /// Puts the rows of one subject on one server together. The rows must not be empty.
    pub(super) fn new(
        subject: &Subject,
        rows: &[ProblemInput],
        card: Option<RuleCard>,
        background: &Background,
    ) -> Self {
        let hours = hours_of(rows);
        let bursts = measure::episodes(&hours);
        let places = places_of(rows, background);
        let (count, before) = (sum(&places, |place| place.count), sum(&places, |p| p.before));
        let episodes = u64::try_from(bursts.len()).unwrap_or(u64::MAX);
        let stops = sum(&places, |place| place.stops);
        let toil = card.as_ref().map_or(UNKNOWN_MINUTES, |card| card.toil_minutes);
        let first_seen = rows.iter().map(|row| row.first_seen).min().unwrap_or_default();
        let (rule, cluster, title) = name_of(subject, card.as_ref());
        Self {
            rank: 0,
            kind: kind_of(subject, card.as_ref()),
            rule,
            cluster,
            title,
            server: rows.first().map(|row| row.server.clone()).unwrap_or_default(),
            count,
            before,
            trend: background.trend(first_seen, before, count),
            episodes,
            hours_between: measure::hours_between(&bursts),
            stops,
            cost_minutes: toil
                .saturating_mul(episodes)
                .saturating_add(STOP_MINUTES.saturating_mul(stops)),
            share_permille: 0,
            cumulative_permille: 0,
            weeks: weeks_of(&places),
            days: days_of(&hours),
            hours_of_day: measure::hours_of_day(&hours),
            first_seen,
            last_seen: rows.iter().map(|row| row.last_seen).max().unwrap_or_default(),
            outcomes: outcomes_of(rows),
            values: values_of(rows),
            causes: causes_of(rows),
            example: example_of(rows),
            places,
            card,
        }
    }

    /// Returns the id of the rule or of the cluster.
    #[must_use]
    pub fn id(&self) -> &str {
        let rule = self.rule.as_ref().map(RuleId::as_str);
        rule.or(self.cluster.as_deref()).unwrap_or_default()
    }

    /// Returns true where none of its components wrote anything in the period.
    #[must_use]
    pub fn is_unheard(&self) -> bool {
        self.places.iter().all(|place| place.entries == Some(0))
    }
}

impl Background {
    fn trend(&self, first_seen: Millis, before: u64, now: u64) -> Trend {
        if now == 0 {
            Trend::Quiet
        } else if !self.has_history {
            Trend::NoHistory
        } else if first_seen >= self.period.from && before == 0 {
            Trend::New
        } else {
            Trend::between(before, now)
        }
    }

    /// Returns what a component wrote; a component that no count names wrote nothing.
    fn entries_of(&self, row: &ProblemInput) -> Option<u64> {
        let key = (row.server.clone(), row.component.clone());
        (!self.entries.is_empty()).then(|| self.entries.get(&key).copied().unwrap_or(0))
    }
}

fn kind_of(subject: &Subject, card: Option<&RuleCard>) -> Kind {
    match (subject, card) {
        (Subject::Cluster { .. }, _) => Kind::Unknown,
        (Subject::Rule(_), Some(card)) if card.fallback => Kind::Fallback,
        (Subject::Rule(_), _) => Kind::Known,
    }
}

fn name_of(subject: &Subject, card: Option<&RuleCard>) -> (Option<RuleId>, Option<String>, String) {
    match subject {
        Subject::Rule(id) => {
            let title = card.map_or_else(|| id.to_string(), |card| card.title.clone());
            (Some(id.clone()), None, title)
        }
        Subject::Cluster { id, template } => (None, Some(id.clone()), template.clone()),
    }
}

fn places_of(rows: &[ProblemInput], background: &Background) -> Vec<Place> {
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
    let mut weeks = row.weeks_before.clone();
    weeks.push(count);
    Place {
        problem: row.id.clone(),
        component: row.component.clone(),
        component_name: row.component_name.clone(),
        split_by: row.split_by.clone(),
        count,
        before,
        trend: background.trend(row.first_seen, before, count),
        episodes,
        stops: row.outcomes.stopped.min(episodes),
        weeks,
        first_seen: row.first_seen,
        last_seen: row.last_seen,
        entries: background.entries_of(row),
    }
}

fn sum(places: &[Place], of: impl Fn(&Place) -> u64) -> u64 {
    measure::total(places.iter().map(of))
}

fn hours_of(rows: &[ProblemInput]) -> BTreeMap<Hour, u64> {
    let mut hours = BTreeMap::new();
    for (hour, count) in rows.iter().flat_map(|row| &row.hours) {
        measure::add(hours.entry(*hour).or_insert(0), *count);
    }
    hours
}

fn days_of(hours: &BTreeMap<Hour, u64>) -> Vec<DayCount> {
    measure::days(hours).into_iter().map(|(day, count)| DayCount { day, count }).collect()
}

fn weeks_of(places: &[Place]) -> Vec<u64> {
    let mut weeks = Vec::new();
    for place in places {
        measure::add_weeks(&mut weeks, &place.weeks);
    }
    weeks
}

fn outcomes_of(rows: &[ProblemInput]) -> Outcomes {
    let sum = |of: fn(&Outcomes) -> u64| measure::total(rows.iter().map(|row| of(&row.outcomes)));
    Outcomes {
        stopped: sum(|told| told.stopped),
        continued: sum(|told| told.continued),
        retrying: sum(|told| told.retrying),
        recovered: sum(|told| told.recovered),
    }
}

fn values_of(rows: &[ProblemInput]) -> BTreeMap<String, Vec<ValueCount>> {
    let mut sums: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for (name, values) in rows.iter().flat_map(|row| &row.values) {
        let sum = sums.entry(name).or_default();
        for value in values {
            measure::add(sum.entry(&value.value).or_insert(0), value.count);
        }
    }
    let ranked = |values: BTreeMap<&str, u64>| {
        let mut values: Vec<ValueCount> = values
            .into_iter()
            .map(|(value, count)| ValueCount { value: value.into(), count })
            .collect();
        values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        values
    };
    sums.into_iter().map(|(name, values)| (name.to_owned(), ranked(values))).collect()
}

fn causes_of(rows: &[ProblemInput]) -> BTreeMap<String, u64> {
    let mut causes = BTreeMap::new();
    for (cause, events) in rows.iter().flat_map(|row| &row.causes) {
        measure::add(causes.entry(cause.clone()).or_insert(0), *events);
    }
    causes
}

/// Returns the example of the row with the most events, of equals the smallest id.
fn example_of(rows: &[ProblemInput]) -> Option<Example> {
    let with_example = rows.iter().filter_map(|row| {
        let count = measure::total(row.hours.values().copied());
        row.example.as_ref().map(|example| (count, row.id.as_str(), example))
    });
    let best = with_example.min_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)))?;
    Some(best.2.clone())
}
