//! What is told: the runbook in short.

use serde::{Deserialize, Serialize};

use crate::model::{Millis, plural};

/// The version of the JSON that targets get.
pub const MESSAGE_SCHEMA: u32 = 1;
/// An example is no longer, in characters.
const MAX_EXAMPLE: usize = 600;

/// One message. Its JSON is what `webhook` and `command` get; all of it is masked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The version of this form, [`MESSAGE_SCHEMA`].
    pub schema: u32,
    /// The same at every attempt, for a target that must not take it twice.
    pub id: String,
    /// What it says.
    pub kind: MessageKind,
    /// The alert; all messages of one bout of one problem have the same.
    pub alert: Option<String>,
    /// One line that says it all.
    pub summary: String,
    /// Why it matters: `new`, `returned`, `threshold`, `watch`, `severity` or `regressed`.
    pub trigger: Option<String>,
    /// The problem, such as `p-4f1c0a9b2e`.
    pub problem: Option<String>,
    /// The rule that explains it.
    pub rule: Option<String>,
    /// The group of unknowns, where no rule does.
    pub cluster: Option<String>,
    /// The symptom.
    pub title: String,
    /// How bad it is.
    pub severity: String,
    /// The Iguana server.
    pub server: Option<String>,
    /// GUID or name of the component.
    pub component: Option<String>,
    /// Name of the component.
    pub component_name: Option<String>,
    /// Events so far.
    pub count: u64,
    /// The first event, RFC 3339 in UTC.
    pub first: Option<String>,
    /// The last event so far.
    pub last: Option<String>,
    /// From the first to the last, in milliseconds.
    pub span_ms: i64,
    /// What else is to be known of this alert.
    pub notes: Vec<String>,
    /// Why it happens.
    pub cause: Option<String>,
    /// What to do.
    pub fix: Option<String>,
    /// Who handles it.
    pub owner: Option<String>,
    /// The step of escalation that is reached, or the next one.
    pub escalation: Option<Step>,
    /// A masked text, shortened.
    pub example: Option<String>,
    /// The last times before, the latest first.
    pub before: Vec<Before>,
    /// The page of the rule.
    pub runbook: Option<String>,
    /// The log that holds the example.
    pub path: Option<String>,
    /// The command that shows more.
    pub command: Option<String>,
}

/// What a message says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageKind {
    /// An alert opens.
    Opened,
    /// A step of escalation is reached.
    Escalated,
    /// A bout has ended.
    Over,
    /// Alerts are held back.
    HeldBack,
    /// Nothing: whether the target can be reached.
    #[default]
    Test,
}

/// A step of escalation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Whether it is reached, or comes next.
    pub is_reached: bool,
    /// How long after the first event, such as `30m`.
    pub after: String,
    /// To whom.
    pub to: String,
    /// What to do.
    pub how: String,
}

/// A time at which the problem was there before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The first event, RFC 3339 in UTC.
    pub first: String,
    /// From the first to the last event, in milliseconds.
    pub span_ms: i64,
    /// How many events.
    pub count: u64,
    /// How it ended: `by itself`, `recovered` or `stopped`.
    pub ended: String,
}

impl Message {
    /// Returns a message that only tries whether a target can be reached.
    #[must_use]
    pub fn test(at: Millis) -> Self {
        Self {
            schema: MESSAGE_SCHEMA,
            id: format!("test-{}", at.get()),
            summary: "test of dewlap's alerts: nothing is wrong".into(),
            title: "Test of dewlap's alerts".into(),
            severity: "info".into(),
            notes: vec!["Nothing is wrong. This target can be reached.".into()],
            ..Self::default()
        }
    }

    /// Returns a message that says how many alerts are held back.
    #[must_use]
    pub fn held_back(count: u64, since: Millis, at: Millis) -> Self {
        let held = plural(count, "alert");
        let verb = if count == 1 { "is" } else { "are" };
        Self {
            schema: MESSAGE_SCHEMA,
            id: format!("held-back-{}", at.get()),
            kind: MessageKind::HeldBack,
            summary: format!("{held} {verb} held back: too many were sent within an hour"),
            title: "Alerts are held back".into(),
            severity: "warning".into(),
            count,
            first: Some(since.to_string()),
            notes: vec!["What still goes on is sent when there is room again.".into()],
            command: Some("dewlap alerts".into()),
            ..Self::default()
        }
    }

    /// Returns the message as JSON.
    ///
    /// # Panics
    ///
    /// Never: a message is plain texts and numbers.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a message is plain texts and numbers")
    }
}

/// Shortens a text to what a message shows of an example.
pub(super) fn shortened(text: &str) -> String {
    let text = text.trim();
    let cut: String = text.chars().take(MAX_EXAMPLE).collect();
    if cut.len() < text.len() { format!("{}...", cut.trim_end()) } else { cut }
}

/// Renders a span of time for people: `58 s`, `12 min 5 s`, `3 h 20 min`, `2 d 4 h`.
#[must_use]
pub fn spoken(millis: i64) -> String {
    let seconds = millis.max(0) / 1_000;
    let two = |large: i64, unit: &str, small: i64, sub: &str| match small {
        0 => format!("{large} {unit}"),
        _ => format!("{large} {unit} {small} {sub}"),
    };
    match seconds {
        0 => format!("{} ms", millis.max(0)),
        1..=59 => format!("{seconds} s"),
        60..=3_599 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..=86_399 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

/// Renders a count with the time that it took.
pub(super) fn counted(count: u64, millis: i64) -> String {
    let count = plural(count, "event");
    if millis > 0 { format!("{count} in {}", spoken(millis)) } else { count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_spoken_in_two_units_at_most() {
        let cases = [
            (0, "0 ms"),
            (-5, "0 ms"),
            (58_000, "58 s"),
            (60_000, "1 min"),
            (725_000, "12 min 5 s"),
            (12_000_000, "3 h 20 min"),
            (187_200_000, "2 d 4 h"),
        ];
        for (millis, want) in cases {
            assert_eq!(spoken(millis), want);
        }
    }

    #[test]
    fn an_example_is_cut_between_characters() {
        assert_eq!(shortened(" a\nb "), "a\nb");
        let long = shortened(&"ü".repeat(1_000));
        assert_eq!(long.chars().count(), 603);
        assert!(long.ends_with("ü..."));
    }

    #[test]
    fn a_message_survives_its_json() {
        let message = Message::held_back(3, Millis::new(0), Millis::new(60_000));
        assert_eq!(serde_json::from_str::<Message>(&message.to_json()).unwrap(), message);
    }
}
