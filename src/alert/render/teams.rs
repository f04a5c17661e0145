//! Messages as an Adaptive Card for a workflow of Teams.

use serde_json::{Value, json};

use super::{Sections, footer, sections};
use crate::alert::message::Message;

/// Renders a message, in the envelope that "When a Teams webhook request is received" takes.
pub(in crate::alert) fn teams(message: &Message) -> Value {
    let Sections { facts, texts, before } = sections(message);
    let mut body = vec![json!({
        "type": "TextBlock",
        "text": literal(&message.summary),
        "weight": "Bolder",
        "size": "Medium",
        "wrap": true,
        "color": color(&message.severity),
    })];
    for (name, value) in &texts {
        body.push(runs(&[(&format!("{name}: "), "Bolder"), (value, "Default")], "Default"));
    }
    let facts: Vec<Value> = facts
        .iter()
        .map(|(name, value)| json!({ "title": name, "value": literal(value) }))
        .collect();
    body.push(json!({ "type": "FactSet", "facts": facts }));
    if let Some(example) = &message.example {
        body.push(runs(&[(example, "Default")], "Monospace"));
    }
    for line in &before {
        body.push(runs(&[("Before: ", "Bolder"), (line, "Default")], "Default"));
    }
    body.push(runs(&[(&footer(message), "Lighter")], "Default"));
    let is_web = |page: &&String| page.starts_with("http");
    let actions: Vec<Value> = message
        .runbook
        .iter()
        .filter(is_web)
        .map(|page| json!({ "type": "Action.OpenUrl", "title": "Runbook", "url": page }))
        .collect();
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": { "width": "Full" },
        "body": body,
        "actions": actions,
    });
    json!({
        "type": "message",
        "summary": message.summary,
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": card,
        }],
    })
}

/// Renders texts as they stand: runs know no markup.
fn runs(texts: &[(&str, &str)], font: &str) -> Value {
    let run = |(text, weight): &(&str, &str)| json!({ "type": "TextRun", "text": text, "weight": weight, "fontType": font });
    let inlines: Vec<Value> = texts.iter().map(run).collect();
    json!({ "type": "RichTextBlock", "inlines": inlines })
}

/// Escapes the markup that blocks and facts know, such as the brackets of a pseudonym.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\*_[]`#".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn color(severity: &str) -> &'static str {
    match severity {
        "critical" | "error" => "Attention",
        "warning" => "Warning",
        _ => "Default",
    }
}
