//! A backtest for scripts; they rely on these names.

use serde_json::{Value, json};

use crate::pipeline::{Backtest, Change, ChangeKind, LesserChange, SampleText, Shares};

/// Renders one object on one line.
pub(super) fn render(backtest: &Backtest) -> String {
    let object = json!({
        "catalogue": backtest.catalogue,
        "catalogues": backtest
            .deciding
            .iter()
            .map(|(hash, events)| json!({"catalogue": hash, "events": events}))
            .collect::<Vec<_>>(),
        "events": backtest.events(),
        "before": shares(backtest.before),
        "after": shares(backtest.after),
        "lost": backtest.changed(ChangeKind::Lost),
        "moved": backtest.changed(ChangeKind::Moved),
        "gained": backtest.changed(ChangeKind::Gained),
        "changes": backtest.changes.iter().map(change).collect::<Vec<_>>(),
        "lesser": backtest.lesser.iter().map(lesser).collect::<Vec<_>>(),
        "new_rules": backtest.new_rules,
        "gone_rules": backtest.gone_rules,
    });
    format!("{object}\n")
}

fn shares(shares: Shares) -> Value {
    json!({"known": shares.known, "fallback": shares.fallback, "unknown": shares.unknown})
}

fn change(change: &Change) -> Value {
    json!({
        "change": change.kind.name(),
        "from": change.before,
        "to": change.after,
        "to_fallback": change.is_to_fallback,
        "events": change.events,
        "why": change.why,
        "samples": samples(&change.samples),
    })
}

fn lesser(row: &LesserChange) -> Value {
    json!({
        "rule": row.rule,
        "events": row.events,
        "captures": row.captures,
        "outcome": row.outcome,
        "severity": row.severity,
        "regrouped": row.regrouped,
        "samples": samples(&row.samples),
    })
}

fn samples(samples: &[SampleText]) -> Vec<Value> {
    samples.iter().map(|sample| json!({"id": sample.id, "text": sample.text})).collect()
}
