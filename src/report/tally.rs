//! What is counted over all servers: unknowns, fallbacks, components.

use std::collections::BTreeMap;

use serde::Serialize;

use super::summary::sorted;
use super::{ComponentTotals, Example, Kind, Problem, json, measure};
use crate::model::RuleId;

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

/// Returns the clusters of unknowns among problems, most events first.
pub(super) fn unknowns(problems: &[Problem]) -> Vec<Unknown> {
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

/// Returns the fallback rules among problems, most events first.
pub(super) fn fallbacks(problems: &[Problem]) -> Vec<FallbackKind> {
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

/// Returns what components wrote, most errors per message first.
pub(super) fn rates(components: Vec<ComponentTotals>) -> Vec<ComponentRate> {
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
