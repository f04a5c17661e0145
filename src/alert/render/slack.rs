//! Messages as blocks for an incoming webhook of Slack.

use serde_json::{Value, json};

use super::{Sections, cut, footer, sections};
use crate::alert::message::Message;

/// The title holds no more characters,
const MAX_HEADER: usize = 150;
/// a field no more,
const MAX_FIELD: usize = 2_000;
/// a section no more,
const MAX_SECTION: usize = 3_000;
/// and a section no more fields.
const MAX_FIELDS: usize = 10;

/// Renders a message.
pub(in crate::alert) fn slack(message: &Message) -> Value {
    let Sections { facts, texts, before } = sections(message);
    let mut blocks = vec![json!({
        "type": "header",
        "text": { "type": "plain_text", "text": cut(&message.summary, MAX_HEADER) },
    })];
    let texts = texts.iter().map(|(name, value)| format!("*{name}:* {}", escaped(value)));
    blocks.extend(texts.map(|text| section(&text)));
    for facts in facts.chunks(MAX_FIELDS) {
        let fields: Vec<Value> = facts
            .iter()
            .map(|(name, value)| markup(&format!("*{name}*\n{}", escaped(value)), MAX_FIELD))
            .collect();
        blocks.push(json!({ "type": "section", "fields": fields }));
    }
    if let Some(example) = &message.example {
        let example = escaped(&example.replace("```", "'''"));
        blocks.push(section(&format!("```{example}```")));
    }
    if !before.is_empty() {
        blocks.push(section(&format!("*Before*\n{}", escaped(&before.join("\n")))));
    }
    if let Some(runbook) = &message.runbook {
        blocks.push(section(&format!("<{}|Runbook>", escaped(runbook).replace('|', "%7C"))));
    }
    blocks.push(json!({
        "type": "context",
        "elements": [markup(&escaped(&footer(message)), MAX_FIELD)],
    }));
    json!({ "text": escaped(&message.summary), "blocks": blocks })
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": markup(text, MAX_SECTION) })
}

fn markup(text: &str, max: usize) -> Value {
    json!({ "type": "mrkdwn", "text": cut(text, max) })
}

/// Escapes what would be a link or a mention.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
