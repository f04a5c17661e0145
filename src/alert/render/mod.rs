//! Messages in the forms that targets take.

mod mail;
mod slack;
mod teams;

pub(super) use mail::{html, text};
pub(super) use slack::slack;
pub(super) use teams::teams;

use super::message::{Message, MessageKind, counted};

/// A message in sections, whatever the target makes of them.
pub(super) struct Sections {
    /// Short facts with their names.
    pub(super) facts: Vec<(&'static str, String)>,
    /// Longer texts with their names.
    pub(super) texts: Vec<(&'static str, String)>,
    /// The last times before, a line each.
    pub(super) before: Vec<String>,
}

/// Returns the sections of a message; what it does not have is left out.
pub(super) fn sections(message: &Message) -> Sections {
    let owned = |text: &Option<String>| text.clone();
    let place = message.component_name.as_deref().zip(message.server.as_deref());
    let escalation = message.escalation.as_ref().map(|step| {
        let state = if step.is_reached { "reached" } else { "next" };
        format!("{state}, after {}: {}: {}", step.after, step.to, step.how)
    });
    let facts = [
        ("Where", place.map(|(component, server)| format!("{component} on {server}"))),
        ("Severity", Some(message.severity.clone())),
        ("Count", (message.count > 0).then(|| count(message))),
        ("Since", owned(&message.first)),
        ("Last", owned(&message.last).filter(|_| message.kind != MessageKind::HeldBack)),
        ("Owner", owned(&message.owner)),
        ("Escalation", escalation),
        ("Rule", owned(&message.rule)),
        ("Problem", owned(&message.problem)),
        ("Log", owned(&message.path)),
        ("More", owned(&message.command)),
    ];
    let texts = [
        ("Cause", owned(&message.cause)),
        ("Fix", owned(&message.fix)),
        ("Note", Some(message.notes.join(" ")).filter(|notes| !notes.is_empty())),
    ];
    let before = message.before.iter().map(|before| {
        let what = counted(before.count, before.span_ms);
        format!("{}: {what}, ended: {}", before.first, before.ended)
    });
    let present = |(name, value): (&'static str, Option<String>)| Some((name, value?));
    Sections {
        facts: facts.into_iter().filter_map(present).collect(),
        texts: texts.into_iter().filter_map(present).collect(),
        before: before.collect(),
    }
}

fn count(message: &Message) -> String {
    match message.kind {
        MessageKind::HeldBack => message.count.to_string(),
        MessageKind::Over if message.span_ms > 0 => {
            format!("{}, then quiet", counted(message.count, message.span_ms))
        }
        _ => counted(message.count, message.span_ms),
    }
}

/// Returns the last line of a message: which it is, and of which alert.
pub(super) fn footer(message: &Message) -> String {
    match &message.alert {
        Some(alert) => format!("dewlap alert {alert}, message {}", message.id),
        None => format!("dewlap message {}", message.id),
    }
}

/// Cuts a text to a number of characters.
pub(super) fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

#[cfg(test)]
mod tests;
