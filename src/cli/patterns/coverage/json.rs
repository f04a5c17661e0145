//! Coverage for scripts; they rely on these names.

use serde_json::{Value, json};

use crate::cli::patterns::line::share;
use crate::pipeline::{Coverage, Health, RuleCount, Shares};

/// Renders one object on one line.
pub(super) fn render(coverage: &Coverage) -> String {
    let shares = coverage.shares;
    let object = json!({
        "catalogue": coverage.catalogue,
        "catalogues": coverage
            .deciding
            .iter()
            .map(|(hash, events)| json!({"catalogue": hash, "events": events}))
            .collect::<Vec<_>>(),
        "rules": coverage.rules,
        "events": coverage.events,
        "informational": coverage.informational,
        "errors_and_warnings": shares.total(),
        "known": shares.known,
        "fallback": shares.fallback,
        "unknown": shares.unknown,
        "known_share": share(shares.known, shares.total()),
        "fallback_share": share(shares.fallback, shares.total()),
        "unknown_share": share(shares.unknown, shares.total()),
        "health": coverage.health.map(Health::score),
        "health_parts": coverage.health.map(|health| json!({
            "explained": health.explained,
            "reviewed": health.reviewed,
            "stable": health.stable,
        })),
        "by_component": by_component(coverage),
        "by_week": by_week(coverage),
        "unknown_clusters": coverage
            .unknown_clusters
            .iter()
            .map(|row| json!({
                "cluster": row.cluster, "events": row.events, "template": row.template,
            }))
            .collect::<Vec<_>>(),
        "dead_rules": coverage.dead_rules,
        "past_review": coverage
            .past_review
            .iter()
            .map(|row| json!({
                "rule": row.rule, "review_by": row.review_by.to_string(), "events": row.events,
            }))
            .collect::<Vec<_>>(),
        "deprecated_met": rules(&coverage.deprecated_met),
        "experimental_met": rules(&coverage.experimental_met),
        "not_in_catalogue": rules(&coverage.not_in_catalogue),
        "slowest": slowest(coverage),
    });
    format!("{object}\n")
}

fn by_component(coverage: &Coverage) -> Vec<Value> {
    let rows = coverage.by_component.iter().map(|row| {
        let mut object = counts(row.shares);
        object["server"] = row.server.as_str().into();
        object["component"] = row.component.as_str().into();
        object["component_name"] = row.name.as_str().into();
        object
    });
    rows.collect()
}

fn by_week(coverage: &Coverage) -> Vec<Value> {
    let rows = coverage.by_week.iter().map(|row| {
        let mut object = counts(row.shares);
        object["week"] = row.week.as_str().into();
        object
    });
    rows.collect()
}

fn counts(shares: Shares) -> Value {
    json!({
        "errors_and_warnings": shares.total(),
        "known": shares.known,
        "fallback": shares.fallback,
        "unknown": shares.unknown,
        "known_share": share(shares.known, shares.total()),
    })
}

fn rules(rows: &[RuleCount]) -> Vec<Value> {
    rows.iter().map(|row| json!({"rule": row.rule, "events": row.events})).collect()
}

fn slowest(coverage: &Coverage) -> Vec<Value> {
    let total = super::text::total_time(coverage);
    let rows = coverage.slowest.iter().map(|row| {
        let (each, part) = super::text::cost(row, total);
        json!({"rule": row.rule.as_str(), "texts": row.texts, "mean_us": each, "share": part})
    });
    rows.collect()
}
