//! The report: everything that is derived from its input, in the order in which it is read.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::cost::{DOUBLING_MINUTES, STOP_MINUTES, UNKNOWN_MINUTES};
use super::measure::{self, Trend};
use super::problem::Background;
use super::progress::progress;
use super::ranking::{Group, group, key, rank};
use super::tally::{fallbacks, rates, unknowns};
use super::{
    Action, CatalogueHealth, ComponentRate, Destroyed, FallbackKind, Limits, LostBytes,
    Overwritten, Problem, Progress, ReportInput, SilentTime, SkippedSource, Totals, Unknown,
    Window, headline, json,
};
use crate::model::Period;

/// The recurring problems of a period.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What it covers.
    pub window: Window,
    /// What matters most, in one sentence.
    pub headline: String,
    /// The servers, sorted.
    pub servers: Vec<String>,
    /// Those of them that wrote nothing in the period, as far as is known.
    pub silent_servers: Vec<String>,
    /// The first and the last event of the store.
    #[serde(serialize_with = "json::period")]
    pub stored: Option<Period>,
    /// False where the store has nothing from before the period: nothing can be called new then.
    pub has_history: bool,
    /// Totals of the period.
    pub totals: Totals,
    /// Totals of the period before.
    pub totals_before: Totals,
    /// What the problems cost.
    pub cost: Cost,
    /// Problems with events in the period, costliest first, each followed by those that it explains.
    pub problems: Vec<Problem>,
    /// Problems with events in the period before and none in this one, most events first.
    pub quiet: Vec<Problem>,
    /// Problems that somebody decided about, by state.
    pub progress: Vec<Progress>,
    /// What was decided in the period, in the order of time.
    pub actions: Vec<Action>,
    /// What several entries show together, worst first; each episode counts as one event. They cost
    /// nothing here, since their entries count for problems.
    pub courses: Vec<Problem>,
    /// Clusters of unknowns over all servers, most events first.
    pub unknowns: Vec<Unknown>,
    /// Fallback rules over all servers, most events first.
    pub fallbacks: Vec<FallbackKind>,
    /// Components, most errors per message first.
    pub components: Vec<ComponentRate>,
    /// Times at which components were silent, in their order.
    pub silences: Vec<SilentTime>,
    /// What could not be read of the files that were.
    pub gaps: Vec<LostBytes>,
    /// What was not read; `None` where that is not known.
    pub skipped: Option<Vec<SkippedSource>>,
    /// What was destroyed before it was read.
    pub destroyed: Vec<Destroyed>,
    /// Logs that overwrite themselves, the soonest first.
    pub overwritten: Vec<Overwritten>,
    /// How well the catalogue is kept; `None` where that is not known.
    pub health: Option<CatalogueHealth>,
    /// The id of the store.
    pub store: String,
    /// The hash of the catalogue.
    pub catalogue: String,
    /// How long the lists of text, Markdown and HTML may be.
    #[serde(skip)]
    pub limits: Limits,
}

/// What the problems of a period cost, and by which measure.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cost {
    /// The sum over all problems, in minutes.
    pub total_minutes: u64,
    /// What a stop counts, in minutes.
    pub stop_minutes: u64,
    /// What an episode of an unknown counts, in minutes.
    pub unknown_minutes: u64,
    /// What an episode counts more each time its failures double, in minutes.
    pub doubling_minutes: u64,
}

impl Report {
    /// Derives the report from its input.
    #[must_use]
    pub fn new(input: ReportInput) -> Self {
        let background = background(&input);
        let has_data = input.totals.entry_count() > 0 || input.totals.events > 0;
        let silent_servers = silent_servers(&input, has_data);
        let all = group(input.problems, &input.rules, &background);
        let progress = progress(all.iter().map(|group| &group.problem));
        let (met, others): (Vec<Group>, Vec<Group>) =
            all.into_iter().partition(|group| group.problem.count > 0);
        // Where nothing was read, silence says nothing.
        let is_quiet = |problem: &Problem| {
            problem.before > 0 && has_data && !silent_servers.contains(&problem.server)
        };
        let quiet = quiet(others.into_iter().map(|group| group.problem).filter(is_quiet));
        let courses = courses(group(input.courses, &input.rules, &background));
        let (problems, total_minutes) = rank(met);
        let mut report = Self {
            window: Window::new(input.period),
            headline: String::new(),
            servers: sorted(input.servers),
            silent_servers,
            stored: input.stored,
            has_history: background.has_history,
            totals: input.totals,
            totals_before: input.totals_before,
            cost: Cost {
                total_minutes,
                stop_minutes: STOP_MINUTES,
                unknown_minutes: UNKNOWN_MINUTES,
                doubling_minutes: DOUBLING_MINUTES,
            },
            unknowns: unknowns(&problems),
            fallbacks: fallbacks(&problems),
            problems,
            quiet,
            progress,
            actions: ordered(input.actions),
            courses,
            components: rates(input.components),
            silences: ordered(input.silences),
            gaps: ordered(input.gaps),
            skipped: input.skipped.map(sorted),
            destroyed: ordered(input.destroyed),
            overwritten: ordered(input.overwritten),
            health: input.health,
            store: input.store,
            catalogue: input.catalogue,
            limits: input.limits,
        };
        report.headline = headline::headline(&report);
        report
    }

    /// Returns true where the store has nothing at all from the period.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.totals.entry_count() == 0 && self.totals.events == 0 && self.problems.is_empty()
    }

    /// Returns true where bytes are lost or a source was not read.
    #[must_use]
    pub fn has_loss(&self) -> bool {
        let skipped = self.skipped.as_ref().map_or(0, Vec::len);
        self.gaps.len() + self.destroyed.len() + skipped > 0
    }

    /// Returns the problems that cost: all but those that another one explains.
    pub fn ranked(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.rank > 0)
    }

    /// Returns how many of the problems have this trend.
    #[must_use]
    pub fn count_of(&self, trend: Trend) -> usize {
        self.problems.iter().filter(|problem| problem.trend == trend).count()
    }
}

/// Returns those that are no more, most events before first.
fn quiet(problems: impl Iterator<Item = Problem>) -> Vec<Problem> {
    let mut quiet: Vec<Problem> = problems.collect();
    quiet.sort_by(|a, b| b.before.cmp(&a.before).then_with(|| key(a).cmp(&key(b))));
    quiet
}

/// Returns those that were met in the period, worst first.
fn courses(all: Vec<Group>) -> Vec<Problem> {
    let mut all: Vec<Problem> = all.into_iter().map(|group| group.problem).collect();
    let severity = |problem: &Problem| problem.card.as_ref().map(|card| card.severity);
    all.retain(|course| course.count > 0);
    all.sort_by(|a, b| {
        severity(b)
            .cmp(&severity(a))
            .then_with(|| b.count.cmp(&a.count))
            .then_with(|| key(a).cmp(&key(b)))
    });
    all
}

fn background(input: &ReportInput) -> Background {
    let is_older = |stored: Period| stored.from < input.period.from;
    let mut entries = BTreeMap::new();
    for component in &input.components {
        let key = (component.server.clone(), component.component.clone());
        measure::add(entries.entry(key).or_insert(0), component.entries);
    }
    Background {
        period: input.period,
        periods_before: input
            .stored
            .map_or(usize::MAX, |stored| periods_before(input.period, stored)),
        has_history: input.stored.is_some_and(is_older) || input.totals_before.entry_count() > 0,
        entries,
    }
}

/// Returns how many periods before one the store reaches into.
fn periods_before(period: Period, stored: Period) -> usize {
    let len = period.to.get().saturating_sub(period.from.get()).max(1);
    let older = period.from.get().saturating_sub(stored.from.get()).max(0);
    usize::try_from(older / len + i64::from(older % len > 0)).unwrap_or(usize::MAX)
}

/// Returns the servers without an entry in the period. Without data, or without counts by
/// component, none can be told.
fn silent_servers(input: &ReportInput, has_data: bool) -> Vec<String> {
    if !has_data || input.components.is_empty() {
        return Vec::new();
    }
    let heard: BTreeSet<&str> = input
        .components
        .iter()
        .filter(|component| component.entries > 0)
        .map(|component| component.server.as_str())
        .collect();
    let silent = input.servers.iter().filter(|server| !heard.contains(server.as_str()));
    sorted(silent.cloned().collect())
}

/// Returns a list of names in order, without doubles.
pub(super) fn sorted<T: Ord>(list: Vec<T>) -> Vec<T> {
    let mut list = ordered(list);
    list.dedup();
    list
}

/// Returns a list in order.
fn ordered<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}
