//! Makes a report's input from the store's rows and the catalogue's rules.

use std::collections::{BTreeMap, BTreeSet};

use super::courses::{add_causes, course_problems};
use super::elimination::add_standings;
use super::unknowns::Grouping;
use super::watched::add_watched;
use crate::catalogue::{Catalogue, Rule};
use crate::model::{EntryKind, Level, Millis, Outcome, Period, RuleId, render_span};
use crate::report::{
    ComponentTotals, EscalationStep, Example, Limits, LostBytes, Outcomes, ProblemInput, Report,
    ReportInput, RuleCard, Subject, Totals, ValueCount,
};
use crate::store::{ComponentLoad, HourCount, ProblemHours, ReportRows, Store, StoreError};

/// Periods before the report's own that trends are drawn from.
pub(super) const PERIODS_BEFORE: i64 = 7;

/// What a report is to cover.
#[derive(Clone, Copy, Debug)]
pub struct WeeklyOptions<'o> {
    /// The span of time.
    pub period: Period,
    /// Only this server; `None`: all.
    pub server: Option<&'o str>,
    /// How long its lists may be.
    pub limits: Limits,
    /// The address of the runbook; `None`: there is none.
    pub runbook: Option<&'o str>,
}

/// Makes the report of a period from what is stored.
///
/// # Errors
///
/// Returns [`StoreError`] where the store cannot be read.
pub fn weekly_report(
    store: &Store,
    catalogue: &Catalogue,
    options: WeeklyOptions<'_>,
) -> Result<Report, StoreError> {
    let period = options.period;
    let len = period.to.get() - period.from.get();
    let since = Millis::new(period.from.get() - PERIODS_BEFORE * len);
    let mut rows = store.report_rows(period, since, options.server)?;
    let mut input = ReportInput::empty(period);
    input.servers = servers(&rows, options.server);
    input.rules = catalogue.rules().iter().map(|rule| rule_card(rule, options.runbook)).collect();
    input.components = component_totals(&rows.load);
    input.totals = totals(&rows, catalogue, period, &rows.load);
    input.totals_before = totals(&rows, catalogue, period.before(), &rows.load_before);
    let grouping = Grouping::of(store)?;
    let problems = std::mem::take(&mut rows.problems).into_iter(); // Each is let go of in its turn.
    input.problems =
        problems.map(|problem| problem_input(problem, catalogue, &grouping, period)).collect();
    add_examples(store, period, &mut input.problems)?;
    add_causes(store, catalogue, period, &mut input.problems)?;
    input.courses = course_problems(store, catalogue, period, options.server)?;
    add_watched(store, catalogue, period, options.server, &mut input)?;
    add_standings(store, catalogue, &grouping, options, &mut input)?;
    input.gaps = rows
        .gaps
        .into_iter()
        .map(|gap| LostBytes { path: gap.path, bytes: gap.to - gap.from, reason: gap.reason })
        .collect();
    input.stored = rows.span.map(|(from, to)| Period { from, to });
    input.store = rows.store_id;
    catalogue.hash().clone_into(&mut input.catalogue);
    input.limits = options.limits;
    Ok(Report::new(input))
}

fn servers(rows: &ReportRows, wanted: Option<&str>) -> Vec<String> {
    let named = wanted.into_iter().map(str::to_owned);
    let loaded = rows.load.iter().chain(&rows.load_before).map(|load| load.server.clone());
    let failing = rows.problems.iter().map(|problem| problem.server.clone());
    let mut servers: Vec<String> = named.chain(loaded).chain(failing).collect();
    servers.sort();
    servers.dedup();
    servers
}

/// Adds up what was read and kept in a period.
fn totals(
    rows: &ReportRows,
    catalogue: &Catalogue,
    period: Period,
    load: &[ComponentLoad],
) -> Totals {
    let mut totals = Totals::default();
    for load in load {
        *totals.entries.entry(load.kind).or_default() += load.entries;
    }
    for problem in &rows.problems {
        let events: u64 = in_period(problem, period).map(|count| count.events).sum();
        let rule = problem.rule.as_deref().map(|id| catalogue.rule(id));
        totals.events += events;
        match rule {
            Some(Some(rule)) if rule.fallback => totals.fallback += events,
            Some(_) => totals.known += events,
            None => totals.unknown += events,
        }
    }
    totals
}

/// Returns the hours of a problem that lie in a period.
fn in_period(problem: &ProblemHours, period: Period) -> impl Iterator<Item = &HourCount> {
    let hours = period.from.hour()..period.to.hour();
    problem.hours.iter().filter(move |count| hours.contains(&count.hour))
}

fn problem_input(
    problem: ProblemHours,
    catalogue: &Catalogue,
    grouping: &Grouping,
    period: Period,
) -> ProblemInput {
    let weeks_before = weeks_before(&problem, period);
    let rule = problem.rule.as_deref().and_then(|id| catalogue.rule(id));
    let mut hours = BTreeMap::new();
    let mut outcomes = Outcomes::default();
    let mut failures = 0;
    for HourCount { hour, outcome, events, failures: failed } in in_period(&problem, period) {
        *hours.entry(*hour).or_default() += events;
        failures += failed;
        match outcome {
            Some(Outcome::Stopped) => outcomes.stopped += events,
            Some(Outcome::Continued) => outcomes.continued += events,
            Some(Outcome::Retrying) => outcomes.retrying += events,
            Some(Outcome::Recovered) => outcomes.recovered += events,
            None => {}
        }
    }
    let values = capture_values(&problem.captures);
    ProblemInput {
        id: problem.problem,
        subject: subject(problem.rule.as_deref(), (problem.cluster, problem.template), grouping),
        server: problem.server,
        component: problem.component,
        component_name: problem.component_name,
        split_by: split_by(rule, &values),
        hours,
        failures: Some(failures),
        weeks_before,
        first_seen: problem.first_seen,
        last_seen: problem.last_seen,
        outcomes,
        values,
        causes: BTreeMap::new(),
        example: None,
        standing: None,
    }
}

/// Finds an event to show for each subject on each server: one of the problem with the most events,
/// of equals that with the smallest id, of those that have some still.
fn add_examples(
    store: &Store,
    period: Period,
    problems: &mut [ProblemInput],
) -> Result<(), StoreError> {
    let mut order: Vec<(u64, &mut ProblemInput)> = problems
        .iter_mut()
        .filter(|problem| !problem.hours.is_empty())
        .map(|problem| (problem.hours.values().sum(), problem))
        .collect();
    order.sort_by(|(a, first), (b, second)| b.cmp(a).then_with(|| first.id.cmp(&second.id)));
    let mut shown = BTreeSet::new();
    for (_, problem) in order {
        let key = (problem.subject.clone(), problem.server.clone());
        if !shown.contains(&key)
            && let Some((entry, text, path)) = store.example(&problem.id, period)?
        {
            problem.example = Some(Example { text, entry, path });
            shown.insert(key);
        }
    }
    Ok(())
}

/// Returns the rule of a problem, else the cluster that its wording, a fingerprint with its template,
/// is in.
pub(super) fn subject(
    rule: Option<&str>,
    (fingerprint, template): (Option<String>, Option<String>),
    grouping: &Grouping,
) -> Subject {
    if let Some(rule) = rule.and_then(|id| id.parse::<RuleId>().ok()) {
        return Subject::Rule(rule);
    }
    let fingerprint = fingerprint.unwrap_or_default();
    match grouping.group(&fingerprint) {
        Some(group) => Subject::Cluster { id: group.id.clone(), template: group.template.clone() },
        None => Subject::Cluster { id: fingerprint, template: template.unwrap_or_default() },
    }
}

/// Counts the values of each capture; the rows are JSON objects with their counts.
fn capture_values(rows: &[(String, u64)]) -> BTreeMap<String, Vec<ValueCount>> {
    let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for (captures, count) in rows {
        let captures: BTreeMap<String, String> = serde_json::from_str(captures).unwrap_or_default();
        for (name, value) in captures {
            *counts.entry(name).or_default().entry(value).or_default() += count;
        }
    }
    let ranked = counts.into_iter().map(|(name, values)| {
        let values = values.into_iter().map(|(value, count)| ValueCount { value, count });
        let mut values: Vec<ValueCount> = values.collect();
        values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        (name, values)
    });
    ranked.collect()
}

fn split_by(
    rule: Option<&Rule>,
    values: &BTreeMap<String, Vec<ValueCount>>,
) -> BTreeMap<String, String> {
    let names = rule.map(|rule| rule.group_by.as_slice()).unwrap_or_default();
    let value = |name: &String| Some((name.clone(), values.get(name)?.first()?.value.clone()));
    names.iter().filter_map(value).collect()
}

/// Returns the events of each period before, oldest first.
fn weeks_before(problem: &ProblemHours, period: Period) -> Vec<u64> {
    let mut weeks = Vec::new();
    let mut before = period.before();
    for _ in 0..PERIODS_BEFORE {
        weeks.push(in_period(problem, before).map(|count| count.events).sum());
        before = before.before();
    }
    weeks.reverse();
    weeks
}

fn component_totals(load: &[ComponentLoad]) -> Vec<ComponentTotals> {
    let mut totals: BTreeMap<(&str, &str), ComponentTotals> = BTreeMap::new();
    for load in load {
        let entry =
            totals.entry((&load.server, &load.component)).or_insert_with(|| ComponentTotals {
                server: load.server.clone(),
                component: load.component.clone(),
                name: load.component_name.clone(),
                entries: 0,
                messages: 0,
                errors: 0,
                warnings: 0,
            });
        entry.entries += load.entries;
        match (load.kind, load.level) {
            (EntryKind::Message, _) => entry.messages += load.entries,
            (_, Level::Error) => entry.errors += load.entries,
            (_, Level::Warning) => entry.warnings += load.entries,
            (_, Level::Other) => {}
        }
    }
    totals.into_values().collect()
}

fn rule_card(rule: &Rule, runbook: Option<&str>) -> RuleCard {
    RuleCard {
        id: rule.id.clone(),
        title: rule.title.clone(),
        severity: rule.severity,
        nature: rule.nature.name().into(),
        stops: rule.stops,
        cause: rule.cause.clone(),
        fix: rule.fix.clone(),
        owner: rule.owner.name().into(),
        escalation: rule
            .escalation
            .iter()
            .map(|step| EscalationStep {
                after: render_span(step.after),
                to: step.to.name().into(),
                how: step.how.clone(),
            })
            .collect(),
        toil_minutes: rule.toil_minutes.into(),
        fallback: rule.fallback,
        references: rule.references.clone(),
        runbook: runbook.map(|page| format!("{page}#{}", rule.id)),
    }
}
