//! A rule as the text of a pattern file.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::catalogue::{Nature, Owner, TO_DO};
use crate::model::{Outcome, RuleId, Severity};

/// All that a drafted rule says but for `cause` and `fix`.
#[derive(Clone, Debug)]
pub(super) struct RuleText {
    pub(super) id: RuleId,
    pub(super) title: String,
    pub(super) severity: Severity,
    pub(super) nature: Nature,
    pub(super) stops: bool,
    pub(super) toil_minutes: u32,
    pub(super) owner: Owner,
    pub(super) review_by: Date,
    pub(super) group_by: Vec<String>,
    pub(super) is_routine: bool,
    pub(super) all: Vec<String>,
    pub(super) not: Vec<String>,
    pub(super) regex: String,
    pub(super) examples: Vec<ExampleText>,
    pub(super) counter_examples: Vec<CounterText>,
}

/// An example, with what the rule makes of it where that is known.
#[derive(Clone, Debug, Default)]
pub(super) struct ExampleText {
    pub(super) line: String,
    pub(super) captures: BTreeMap<String, String>,
    pub(super) outcome: Option<Outcome>,
}

/// A counter-example.
#[derive(Clone, Debug)]
pub(super) struct CounterText {
    pub(super) line: String,
    pub(super) because: String,
    pub(super) won_by: Option<RuleId>,
}

/// What stands in `cause` and `fix`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prose {
    /// What tells the author to write it.
    ToDo,
    /// Anything, so that the rest can be tried.
    Trial,
}

impl RuleText {
    /// Returns the rule in the order of fields of all pattern files.
    pub(super) fn render(&self, prose: Prose) -> String {
        let (cause, fix) = match prose {
            Prose::ToDo => (
                format!("{TO_DO}: say why it happens, in one to three sentences."),
                format!(
                    "{TO_DO}: say what to do, beginning with a verb, in one to three sentences."
                ),
            ),
            Prose::Trial => ("Not known yet.".into(), "Find out.".into()),
        };
        let mut out = String::from("[[rule]]\n");
        let mut field = |key: &str, value: &str| out.extend([key, " = ", value, "\n"]);
        field("id", &quoted(self.id.as_str()));
        field("title", &quoted(&self.title));
        field("status", "\"experimental\"");
        field("severity", &quoted(self.severity.name()));
        field("nature", &quoted(self.nature.name()));
        field("stops", if self.stops { "true" } else { "false" });
        field("toil_minutes", &self.toil_minutes.to_string());
        field("cause", &quoted(&cause));
        field("fix", &quoted(&fix));
        field("owner", &quoted(self.owner.name()));
        field("escalation", "[]");
        field("references", "[]");
        field("applies_to", "[\"iguana-x\", \"iguana-6\", \"iguana-5\", \"iguana-4\"]");
        field("review_by", &quoted(&self.review_by.to_string()));
        if !self.group_by.is_empty() {
            field("group_by", &list(&self.group_by));
        }
        if self.is_routine {
            field("routine", "true");
        }
        out.push_str("\n[rule.match]\n");
        let mut field = |key: &str, value: &str| out.extend([key, " = ", value, "\n"]);
        field("all", &list(&self.all));
        if !self.not.is_empty() {
            field("not", &list(&self.not));
        }
        field("regex", &literal(&self.regex));
        out.extend(self.examples.iter().map(ExampleText::render));
        out.extend(self.counter_examples.iter().map(CounterText::render));
        out
    }
}

impl ExampleText {
    fn render(&self) -> String {
        let mut out = format!("\n[[rule.examples]]\nline = {}\n", quoted(&self.line));
        if !self.captures.is_empty() {
            let pairs = self.captures.iter();
            let pairs: Vec<_> =
                pairs.map(|(name, value)| format!("{name} = {}", quoted(value))).collect();
            out.extend(["captures = { ", &pairs.join(", "), " }\n"]);
        }
        if let Some(outcome) = self.outcome {
            out.extend(["outcome = ", &quoted(outcome.name()), "\n"]);
        }
        out
    }
}

impl CounterText {
    fn render(&self) -> String {
        let mut out = format!(
            "\n[[rule.counter_examples]]\nline = {}\nbecause = {}\n",
            quoted(&self.line),
            quoted(&self.because)
        );
        if let Some(won_by) = &self.won_by {
            out.extend(["won_by = ", &quoted(won_by.as_str()), "\n"]);
        }
        out
    }
}

fn list(texts: &[String]) -> String {
    let all: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", all.join(", "))
}

/// Returns a text as a string of TOML.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.extend(["\\u", &format!("{:04X}", u32::from(c))]),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Returns an expression as a string of TOML in which backslashes need no other.
fn literal(regex: &str) -> String {
    if !regex.contains('\'') {
        format!("'{regex}'")
    } else if !regex.contains("'''") && !regex.ends_with('\'') {
        format!("'''{regex}'''")
    } else {
        quoted(regex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_toml_say_what_they_are_given() {
        assert_eq!(quoted("a \"b\" \\ c\n\u{1b}é"), "\"a \\\"b\\\" \\\\ c\\n\\u001Bé\"");
        assert_eq!(literal(r"\d+"), r"'\d+'");
        assert_eq!(literal(r"'\d+' x"), r"''''\d+' x'''");
        assert_eq!(literal(r"x '\d'"), "\"x '\\\\d'\"");
    }
}
