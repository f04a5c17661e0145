//! One problem of the report: a rule or cluster on one server, with its places inside.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::cost::{self, UNKNOWN_MINUTES};
use super::measure::{self, Trend};
use super::place::{Place, by_component, places_of};
use super::{Example, Outcomes, ProblemInput, RuleCard, Standing, Subject, ValueCount, json};
use crate::model::{Hour, Millis, Period, RuleId};

/// How well a problem is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A rule explains it.
    Known,
    /// A fallback rule tells its kind, not its cause.
    Fallback,
    /// No rule matches it.
    Unknown,
}

impl Kind {
    /// Returns the name that JSON and CSV use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Fallback => "fallback",
            Self::Unknown => "unknown",
        }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

/// A rule or a cluster on one server.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// Its place in the ranking, from 1; 0 where it is not ranked.
    pub rank: usize,
    /// How far it stands below the problem that explains it; 0 where none does.
    pub level: usize,
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
    /// Failures among them; the others are further attempts at the same work.
    pub failures: u64,
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
    /// What it costs, in minutes; 0 for one that another explains.
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
    /// Events by day of the week, Monday first, and hour of the day, in UTC.
    pub hours_of_week: [[u64; 24]; 7],
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
    /// The problem of this report that explains it, where one does.
    pub explained_by: Option<ExplainedBy>,
    /// The problems that it explains, each followed by those that it explains in turn.
    pub explains: Vec<Explained>,
    /// How far it is on its way out: the most urgent of its places. `None` where nobody keeps
    /// track.
    pub standing: Option<Standing>,
    /// One event.
    pub example: Option<Example>,
    /// Where it happens, most events first.
    pub places: Vec<Place>,
    /// The same by component: the wordings of a cluster in one component are one place here.
    #[serde(skip)]
    pub spots: Vec<Place>,
    /// What the catalogue says.
    pub card: Option<RuleCard>,
}

/// What explains a symptom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainedBy {
    /// The rule that comes near its events.
    pub rule: String,
    /// How many of them that is near.
    pub events: u64,
    /// The rule of the ranked problem that it stands under: this one, or what explains it in turn.
    pub root: String,
    /// Its title.
    pub root_title: String,
    /// Its place in the ranking.
    pub root_rank: usize,
}

/// A problem that another one explains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The rule or cluster.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its events in the period.
    pub count: u64,
    /// How far below it stands; 1 where nothing is between.
    pub level: usize,
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

/// What all problems of a report are measured against.
#[derive(Clone, Debug)]
pub(super) struct Background {
    /// The period of the report.
    pub(super) period: Period,
    /// False where the store has nothing from before the period.
    pub(super) has_history: bool,
    /// Periods before this one of which the store may have events.
    pub(super) periods_before: usize,
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
        let spots = places_of(&by_component(rows), background);
        let (count, before) = (sum(&places, |place| place.count), sum(&places, |p| p.before));
        let episodes = u64::try_from(bursts.len()).unwrap_or(u64::MAX);
        let first_seen = rows.iter().map(|row| row.first_seen).min().unwrap_or_default();
        let (rule, cluster, title) = name_of(subject, card.as_ref());
        Self {
            rank: 0,
            level: 0,
            kind: kind_of(subject, card.as_ref()),
            rule,
            cluster,
            title,
            server: rows.first().map(|row| row.server.clone()).unwrap_or_default(),
            count,
            failures: sum(&places, |place| place.failures),
            before,
            trend: background.trend(first_seen, before, count),
            episodes,
            hours_between: measure::hours_between(&bursts),
            stops: cost::stops(rows),
            cost_minutes: 0,
            share_permille: 0,
            cumulative_permille: 0,
            weeks: weeks_of(&places),
            days: days_of(&hours),
            hours_of_day: measure::hours_of_day(&hours),
            hours_of_week: measure::hours_of_week(&hours),
            first_seen,
            last_seen: rows.iter().map(|row| row.last_seen).max().unwrap_or_default(),
            outcomes: outcomes_of(rows),
            values: values_of(rows),
            causes: causes_of(rows),
            explained_by: None,
            explains: Vec::new(),
            standing: standing_of(&spots),
            example: example_of(rows),
            places,
            spots,
            card,
        }
    }

    /// Returns the id of the rule or of the cluster.
    #[must_use]
    pub fn id(&self) -> &str {
        let rule = self.rule.as_ref().map(RuleId::as_str);
        rule.or(self.cluster.as_deref()).unwrap_or_default()
    }

    /// Returns the minutes of handling that one episode takes.
    #[must_use]
    pub fn toil_minutes(&self) -> u64 {
        self.card.as_ref().map_or(UNKNOWN_MINUTES, |card| card.toil_minutes)
    }

    /// Returns where it happened: in the period, or before where it is quiet.
    pub fn met_in(&self) -> impl Iterator<Item = &Place> {
        self.spots.iter().filter(|place| place.count > 0 || self.count == 0)
    }

    /// Returns true where none of its components wrote anything in the period.
    #[must_use]
    pub fn is_unheard(&self) -> bool {
        self.places.iter().all(|place| place.entries == Some(0))
    }
}

impl Background {
    pub(super) fn trend(&self, first_seen: Millis, before: u64, now: u64) -> Trend {
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
    pub(super) fn entries_of(&self, row: &ProblemInput) -> Option<u64> {
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

/// Returns the most urgent standing, of equals that of the place with the most events.
fn standing_of(places: &[Place]) -> Option<Standing> {
    let standings = places.iter().rev().filter_map(|place| place.standing.as_ref());
    standings.max_by_key(|standing| standing.urgency()).cloned()
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
