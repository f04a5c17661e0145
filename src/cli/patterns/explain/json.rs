//! An explanation as one JSON object; scripts rely on its names.

use serde_json::{Value, json};

use super::Explained;
use crate::classify::{ColumnKind, Loser, Loss, Matched, NearMiss};
use crate::model::Outcome;

/// Renders an explanation.
pub(super) fn render(explained: &Explained<'_>) -> Value {
    let explanation = &explained.explanation;
    let parts = explanation.parts.iter().map(|part| {
        json!({
            "from": part.start,
            "text": explained.text.get(part.start..),
            "wrapper": part.wrapper,
            "outcome": part.outcome.map(Outcome::name),
        })
    });
    let winner = explanation.winner.as_ref().map(|winner| {
        let mut object = matched(explained, winner);
        object["title"] = json!(winner.rule.title);
        object["severity"] = json!(winner.rule.severity.name());
        object["fallback"] = json!(winner.rule.fallback);
        object["routine"] = json!(winner.rule.routine);
        object["captures"] = json!(explanation.captures);
        object
    });
    json!({
        "event": explained.event.map(|event| &event.id),
        "text": explained.text,
        "parts": parts.collect::<Vec<_>>(),
        "outcome": explanation.outcome.map(Outcome::name),
        "rule": winner,
        "others": explanation.losers.iter().map(|one| loser(explained, one)).collect::<Vec<_>>(),
        "near": explained.near.iter().map(near).collect::<Vec<_>>(),
    })
}

fn matched(explained: &Explained<'_>, one: &Matched<'_>) -> Value {
    json!({
        "id": one.rule.id.as_str(),
        "part": one.part,
        "matched": explained.text.get(one.span.clone()),
        "from": one.span.start,
        "to": one.span.end,
        "literals": one.literals,
        "literal_bytes": one.n_bytes,
    })
}

fn loser(explained: &Explained<'_>, one: &Loser<'_>) -> Value {
    let mut object = matched(explained, &one.matched);
    object["loses_to"] = json!(one.to.id.as_str());
    object["reason"] = json!(one.loss.name());
    if let Loss::LessSpecific { against, .. } = one.loss {
        object["against"] = json!(against);
    }
    object
}

fn near(miss: &NearMiss<'_>) -> Value {
    let columns = miss.columns.iter().map(|column| {
        let kind = match column.kind {
            ColumnKind::Same => "same",
            ColumnKind::Open => "open",
            ColumnKind::Differs => "differs",
        };
        json!({ "rule": column.rule, "text": column.text, "kind": kind })
    });
    json!({
        "id": miss.rule.id.as_str(),
        "title": miss.rule.title,
        "share": (miss.share * 1_000.0).round() / 1_000.0,
        "miss": miss.miss.as_ref().map(ToString::to_string),
        "columns": columns.collect::<Vec<_>>(),
    })
}
