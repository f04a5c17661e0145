//! The report: everything that is derived from its input, in the order in which it is read.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::measure::{self, Trend};
use super::problem::{Background, STOP_MINUTES, UNKNOWN_MINUTES};
use super::{
    ComponentTotals, Example, Kind, Limits, LostBytes, Problem, ProblemInput, ReportInput,
    RuleCard, SkippedSource, Subject, Totals, headline, json, words,
};
use crate::model::{Millis, Period, RuleId};

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
    /// Problems with events in the period, costliest first.
    pub problems: Vec<Problem>,
    /// Problems with events in the period before and none in this one, most events first.
    pub quiet: Vec<Problem>,
    /// What several entries show together, worst first; each episode counts as one event. They cost
    /// nothing here, since their entries count for problems.
    pub courses: Vec<Problem>,
    /// Clusters of unknowns over all servers, most events first.
    pub unknowns: Vec<Unknown>,
    /// Fallback rules over all servers, most events first.
    pub fallbacks: Vec<FallbackKind>,
    /// Components, most errors per message first.
    pub components: Vec<ComponentRate>,
    /// What is known to be lost.
    pub gaps: Vec<LostBytes>,
    /// What was not read; `None` where that is not known.
    pub skipped: Option<Vec<SkippedSource>>,
    /// The id of the store.
    pub store: String,
    /// The hash of the catalogue.
    pub catalogue: String,
    /// How long the lists of text and Markdown may be.
    #[serde(skip)]
    pub limits: Limits,
}

/// The period of a report, and what it is called.
#[derive(Clone, Debug, Serialize)]
pub struct Window {
    /// Its name: `2026-W37`, or its first and last moment.
    pub name: String,
    /// The first moment.
    #[serde(serialize_with = "json::display")]
    pub from: Millis,
    /// The first moment after it.
    #[serde(serialize_with = "json::display")]
    pub to: Millis,
    /// The name of the period before.
    pub before: String,
    /// `week` for seven days, else `period`.
    pub unit: &'static str,
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
}

/// A cluster of unknowns, over all servers.
#[derive(Clone, Debug, Serialize)]
pub struct Unknown {
    /// Its id.
    pub cluster: String,
    /// What its texts have in common.
    pub template: String,
    /// Events of the period.
    pub count: u64,
    /// The servers that have it.
    pub servers: Vec<String>,
    /// Names of the components that have it.
    pub components: Vec<String>,
    /// One event.
    pub example: Option<Example>,
}

/// A rule that tells the kind of a failure but not its cause, over all servers.
#[derive(Clone, Debug, Serialize)]
pub struct FallbackKind {
    /// The rule.
    #[serde(serialize_with = "json::display")]
    pub rule: RuleId,
    /// Its title.
    pub title: String,
    /// Events of the period.
    pub count: u64,
    /// How many problems of the ranking it stands for.
    pub problems: u64,
}

/// What a component wrote, and how much of it went wrong.
#[derive(Clone, Debug, Serialize)]
pub struct ComponentRate {
    /// The server.
    pub server: String,
    /// GUID or name.
    pub component: String,
    /// Name.
    pub name: String,
    /// Entries of all types.
    pub entries: u64,
    /// Messages.
    pub messages: u64,
    /// Errors.
    pub errors: u64,
    /// Warnings.
    pub warnings: u64,
    /// Errors per 1,000 messages, in tenths; `None` where there are no messages.
    #[serde(rename = "errors_per_1000_messages", serialize_with = "json::tenths")]
    pub rate_tenths: Option<u32>,
}

impl Report {
    /// Derives the report from its input.
    #[must_use]
    pub fn new(input: ReportInput) -> Self {
        let background = background(&input);
        let has_data = input.totals.entry_count() > 0 || input.totals.events > 0;
        let silent_servers = silent_servers(&input, has_data);
        let (mut problems, mut quiet): (Vec<_>, Vec<_>) =
            group(input.problems, input.rules.clone(), &background)
                .into_iter()
                .partition(|problem| problem.count > 0);
        // Where nothing was read, silence says nothing.
        quiet.retain(|problem| {
            problem.before > 0 && has_data && !silent_servers.contains(&problem.server)
        });
        quiet.sort_by(|a, b| b.before.cmp(&a.before).then_with(|| key(a).cmp(&key(b))));
        let courses = courses(group(input.courses, input.rules, &background));
        let total_minutes = rank(&mut problems);
        let mut gaps = input.gaps;
        gaps.sort();
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
            },
            unknowns: unknowns(&problems),
            fallbacks: fallbacks(&problems),
            problems,
            quiet,
            courses,
            components: rates(input.components),
            gaps,
            skipped: input.skipped.map(sorted),
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
        !self.gaps.is_empty() || self.skipped.as_ref().is_some_and(|skipped| !skipped.is_empty())
    }

    /// Returns how many of the problems have this trend.
    #[must_use]
    pub fn count_of(&self, trend: Trend) -> usize {
        self.problems.iter().filter(|problem| problem.trend == trend).count()
    }
}

impl Window {
    fn new(period: Period) -> Self {
        const WEEK_MILLIS: i64 = 7 * 86_400_000;
        let is_week = period.to.get().saturating_sub(period.from.get()) == WEEK_MILLIS;
        let unit = if is_week { "week" } else { "period" };
        let span = || format!("{} to {}", words::moment(period.from), words::moment(period.to));
        let before = period.before().week_name().filter(|_| period.week_name().is_some());
        Self {
            name: period.week_name().unwrap_or_else(span),
            from: period.from,
            to: period.to,
            before: before.unwrap_or_else(|| format!("the {unit} before")),
            unit,
        }
    }
}

/// Returns those that were met in the period, worst first.
fn courses(mut all: Vec<Problem>) -> Vec<Problem> {
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
        has_history: input.stored.is_some_and(is_older) || input.totals_before.entry_count() > 0,
        entries,
    }
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

fn group(rows: Vec<ProblemInput>, rules: Vec<RuleCard>, background: &Background) -> Vec<Problem> {
    let cards: BTreeMap<RuleId, RuleCard> =
        rules.into_iter().map(|card| (card.id.clone(), card)).collect();
    let mut groups: BTreeMap<(Subject, String), Vec<ProblemInput>> = BTreeMap::new();
    for row in rows {
        groups.entry((row.subject.clone(), row.server.clone())).or_default().push(row);
    }
    groups
        .into_iter()
        .map(|((subject, _), rows)| {
            let card = match &subject {
                Subject::Rule(id) => cards.get(id).cloned(),
                Subject::Cluster { .. } => None,
            };
            Problem::new(&subject, &rows, card, background)
        })
        .collect()
}

/// Sorts problems by cost, count and id, sets rank and shares, and returns the cost of all.
fn rank(problems: &mut [Problem]) -> u64 {
    problems.sort_by(|a, b| {
        (b.cost_minutes, b.count).cmp(&(a.cost_minutes, a.count)).then_with(|| key(a).cmp(&key(b)))
    });
    let total = measure::total(problems.iter().map(|problem| problem.cost_minutes));
    let mut sum = 0_u64;
    for (index, problem) in problems.iter_mut().enumerate() {
        sum = sum.saturating_add(problem.cost_minutes);
        problem.rank = index + 1;
        problem.share_permille = measure::permille(problem.cost_minutes, total);
        problem.cumulative_permille = measure::permille(sum, total);
    }
    total
}

fn key(problem: &Problem) -> (&str, &str) {
    (problem.id(), &problem.server)
}

fn unknowns(problems: &[Problem]) -> Vec<Unknown> {
    let mut clusters: BTreeMap<&str, Vec<&Problem>> = BTreeMap::new();
    for problem in problems.iter().filter(|problem| problem.kind == Kind::Unknown) {
        clusters.entry(problem.id()).or_default().push(problem);
    }
    let mut unknowns: Vec<Unknown> = clusters
        .into_iter()
        .map(|(cluster, problems)| Unknown {
            cluster: cluster.to_owned(),
            template: problems.first().map(|first| first.title.clone()).unwrap_or_default(),
            count: measure::total(problems.iter().map(|problem| problem.count)),
            servers: sorted(problems.iter().map(|problem| problem.server.clone()).collect()),
            components: sorted(
                problems
                    .iter()
                    .flat_map(|problem| problem.places.iter().filter(|place| place.count > 0))
                    .map(|place| place.component_name.clone())
                    .collect(),
            ),
            example: problems.iter().find_map(|problem| problem.example.clone()),
        })
        .collect();
    // The sort is stable, so equal counts stay in the order of their ids.
    unknowns.sort_by_key(|unknown| std::cmp::Reverse(unknown.count));
    unknowns
}

fn fallbacks(problems: &[Problem]) -> Vec<FallbackKind> {
    let mut kinds: BTreeMap<&RuleId, FallbackKind> = BTreeMap::new();
    for problem in problems.iter().filter(|problem| problem.kind == Kind::Fallback) {
        let Some(rule) = &problem.rule else { continue };
        let kind = kinds.entry(rule).or_insert_with(|| FallbackKind {
            rule: rule.clone(),
            title: problem.title.clone(),
            count: 0,
            problems: 0,
        });
        measure::add(&mut kind.count, problem.count);
        kind.problems += 1;
    }
    let mut kinds: Vec<FallbackKind> = kinds.into_values().collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    kinds
}

fn rates(components: Vec<ComponentTotals>) -> Vec<ComponentRate> {
    let mut rates: Vec<ComponentRate> = components
        .into_iter()
        .map(|totals| ComponentRate {
            // A tenth of one per thousand is a thousandth of ten errors.
            rate_tenths: (totals.messages > 0)
                .then(|| measure::permille(totals.errors.saturating_mul(10), totals.messages)),
            server: totals.server,
            component: totals.component,
            name: totals.name,
            entries: totals.entries,
            messages: totals.messages,
            errors: totals.errors,
            warnings: totals.warnings,
        })
        .collect();
    rates.sort_by(|a, b| {
        (b.rate_tenths, b.errors, b.messages).cmp(&(a.rate_tenths, a.errors, a.messages)).then_with(
            || (&a.server, &a.name, &a.component).cmp(&(&b.server, &b.name, &b.component)),
        )
    });
    rates
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list.dedup();
    list
}
