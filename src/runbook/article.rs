//! What is said of a rule, in words, for both formats.

use std::time::Duration;

use jiff::civil::Date;

use super::course;
use crate::catalogue::{Catalogue, Expression, Matching, Nature, Product, Rule, Status};
use crate::model::{Outcome, plural};

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Plain words.
    Text(String),
    /// Words as they stand in a log or in a pattern file.
    Code(String),
    /// The id of a rule of the catalogue, linked to it.
    Rule(String),
    /// An address, linked.
    Link(String),
    /// Words that somebody must act on.
    Strong(String),
}

/// A sentence.
pub(super) type Line = Vec<Piece>;

/// What is said under one heading: one line, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) lines: Vec<Line>,
}

/// A text of a log, or several with their times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    /// Why it is another kind; empty where it is of this kind.
    pub(super) because: Line,
    pub(super) text: String,
}

/// Returns what must be known before the rest: that a rule is not like others.
pub(super) fn notes(rule: &Rule, catalogue: &Catalogue) -> Vec<Line> {
    let mut notes = Vec::new();
    let mut note = |text: &str| notes.push(linked(text, catalogue));
    if rule.fallback {
        note(
            "Fallback: the kind is known, the cause is not. Any other rule that matches goes before it.",
        );
    }
    if rule.routine {
        note(
            "Normal work: nothing needs to be done, and such an entry is kept only where it is logged as an error or a warning.",
        );
    }
    if rule.course().is_some() {
        note("Several entries: no entry tells it alone, only what comes in which time.");
    }
    match rule.status {
        Status::Experimental => note("Experimental: it is shown and raises no alert."),
        Status::Deprecated => note("Deprecated: it is kept for old events."),
        Status::Stable => {}
    }
    notes
}

/// Returns everything else that is said of a rule, in the order in which it is read.
pub(super) fn rows(rule: &Rule, catalogue: &Catalogue, today: Date) -> Vec<Row> {
    let mut rows = vec![
        row("Cause", vec![linked(&rule.cause, catalogue)]),
        row("Fix", vec![linked(&rule.fix, catalogue)]),
        row("Owner", vec![owner(rule)]),
        row("Escalation", escalation(rule, catalogue)),
        row("Effect", vec![text(effect(rule))]),
    ];
    rows.extend(rule.outcome.map(|outcome| row("Outcome", vec![text(outcome_words(outcome))])));
    match (rule.matching(), rule.course()) {
        (Some(matching), _) => rows.extend(recognized(rule, matching)),
        (None, Some(course)) => rows.push(row("Recognized by", course::lines(course))),
        (None, None) => {}
    }
    rows.push(row("Counted", counted(rule)));
    rows.push(row("Related", related(rule)));
    rows.push(row("References", rule.references.iter().map(|url| vec![link(url)]).collect()));
    let products: Vec<&str> =
        rule.applies_to.iter().map(|product| product_name(*product)).collect();
    rows.push(row("Written by", vec![text(products.join(", "))]));
    rows.push(row("Status", vec![status(rule, today)]));
    rows.retain(|row| !row.lines.is_empty());
    rows
}

/// Returns how it looks in the log.
pub(super) fn examples(rule: &Rule) -> Vec<Sample> {
    let texts = rule.examples().iter().map(|example| example.text.clone());
    let histories = rule.course().map(|course| course.examples.as_slice()).unwrap_or_default();
    let histories = histories.iter().map(course::history);
    texts.chain(histories).map(|text| Sample { because: Line::new(), text }).collect()
}

/// Returns what looks like it and is not.
pub(super) fn counter_examples(rule: &Rule, catalogue: &Catalogue) -> Vec<Sample> {
    let texts = rule.counter_examples().iter();
    let texts = texts.map(|counter| (counter.because.as_str(), counter.text.clone()));
    let course = rule.course();
    let histories = course.map(|course| course.counter_examples.as_slice()).unwrap_or_default();
    let histories = histories
        .iter()
        .map(|history| (history.because.as_deref().unwrap_or_default(), course::history(history)));
    let all = texts.chain(histories);
    all.map(|(because, text)| Sample { because: linked(because, catalogue), text }).collect()
}

/// Returns words in which the ids of rules are linked, and what stands in back-ticks is code.
pub(super) fn linked(words: &str, catalogue: &Catalogue) -> Line {
    let parts: Vec<&str> = words.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return with_ids(words, catalogue);
    }
    let mut line = Line::new();
    for (nth, part) in parts.into_iter().enumerate() {
        if nth.is_multiple_of(2) {
            line.extend(with_ids(part, catalogue));
        } else {
            line.push(Piece::Code(part.into()));
        }
    }
    line
}

fn with_ids(words: &str, catalogue: &Catalogue) -> Line {
    let mut line = Line::new();
    let mut plain = String::new();
    let is_in_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    let mut rest = words;
    while let Some(c) = rest.chars().next() {
        let end = if is_in_id(c) {
            rest.find(|c| !is_in_id(c)).unwrap_or(rest.len())
        } else {
            rest.find(is_in_id).unwrap_or(rest.len())
        };
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let id = word.trim_matches(['.', '-']);
        match word.split_once(id).filter(|_| catalogue.rule(id).is_some()) {
            Some((before, behind)) => {
                plain.push_str(before);
                line.extend(
                    Some(std::mem::take(&mut plain))
                        .filter(|text| !text.is_empty())
                        .map(Piece::Text),
                );
                line.push(Piece::Rule(id.into()));
                plain.push_str(behind);
            }
            None => plain.push_str(word),
        }
        rest = after;
    }
    line.extend(Some(plain).filter(|text| !text.is_empty()).map(Piece::Text));
    line
}

/// Returns a span of time in words: `90 seconds`, `15 minutes`, `2 hours`.
pub(super) fn span_words(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let unit =
        units.into_iter().find(|(size, _)| seconds >= *size && seconds.is_multiple_of(*size));
    unit.map_or_else(|| plural(seconds, "second"), |(size, name)| plural(seconds / size, name))
}

/// Returns the name of a kind of trouble in words.
pub(super) fn nature_words(nature: Nature) -> &'static str {
    match nature {
        Nature::Temporary => "temporary, passes by itself",
        Nature::Content => "content of one message",
        Nature::Configuration => "settings or script",
        Nature::Resource => "something ran out",
        Nature::Platform => "server or Iguana",
        Nature::Security => "access, passwords, certificates",
    }
}

/// Returns what an outcome says of the work.
pub(super) fn outcome_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Stopped => "the component stopped",
        Outcome::Continued => "the component went on",
        Outcome::Retrying => "it is tried again",
        Outcome::Recovered => "it works again",
    }
}

pub(super) fn text(words: impl Into<String>) -> Line {
    vec![Piece::Text(words.into())]
}

/// Returns pieces with commas between them.
pub(super) fn listed(pieces: impl Iterator<Item = Piece>) -> Line {
    let mut line = Line::new();
    for piece in pieces {
        if !line.is_empty() {
            line.push(Piece::Text(", ".into()));
        }
        line.push(piece);
    }
    line
}

fn row(label: &'static str, lines: Vec<Line>) -> Row {
    Row { label, lines: lines.into_iter().filter(|line| !line.is_empty()).collect() }
}

fn owner(rule: &Rule) -> Line {
    let toil = plural(rule.toil_minutes.into(), "minute");
    text(format!("{}; about {toil} each time", rule.owner.name()))
}

fn escalation(rule: &Rule, catalogue: &Catalogue) -> Vec<Line> {
    let step = |step: &crate::catalogue::Escalation| {
        let head = format!("after {} to {}: ", span_words(step.after), step.to.name());
        let mut line = vec![Piece::Strong(head)];
        line.extend(linked(&step.how, catalogue));
        line
    };
    rule.escalation.iter().map(step).collect()
}

fn effect(rule: &Rule) -> String {
    let stops = if rule.stops { "usually stops the component" } else { "the component goes on" };
    format!("{stops}; {}", nature_words(rule.nature))
}

fn recognized(rule: &Rule, matching: &Matching) -> Vec<Row> {
    let code = |literals: &[String]| listed(literals.iter().cloned().map(Piece::Code));
    let mut lines = Vec::new();
    for (label, literals) in
        [("one of: ", &matching.any), ("all of: ", &matching.all), ("none of: ", &matching.not)]
    {
        if !literals.is_empty() {
            let mut line = text(label);
            line.extend(code(literals));
            lines.push(line);
        }
    }
    let names: Vec<_> = matching.regex.iter().flat_map(Expression::capture_names).collect();
    let captures = listed(names.into_iter().map(|name| Piece::Code(name.into())));
    let mut rows = vec![row("Recognized by", lines), row("Captures", vec![captures])];
    if !rule.group_by.is_empty() {
        let groups = listed(rule.group_by.iter().cloned().map(Piece::Code));
        let mut line = text("one problem for each ");
        line.extend(groups);
        rows.push(row("Split by", vec![line]));
    }
    rows
}

/// Returns from how many on it matters.
fn counted(rule: &Rule) -> Vec<Line> {
    let Some(recurrence) = &rule.recurrence else { return Vec::new() };
    let times = plural(recurrence.count.into(), "event");
    let mut line =
        text(format!("matters from {times} within {} on", span_words(recurrence.within)));
    if !recurrence.group_by.is_empty() {
        line.push(Piece::Text(", for each ".into()));
        line.extend(listed(recurrence.group_by.iter().cloned().map(Piece::Code)));
        line.push(Piece::Text(" apart".into()));
    }
    vec![line]
}

fn related(rule: &Rule) -> Vec<Line> {
    let named = |words: &str, ids: &[crate::model::RuleId]| {
        if ids.is_empty() {
            return Line::new();
        }
        let mut line = text(words);
        line.extend(listed(ids.iter().map(|id| Piece::Rule(id.to_string()))));
        line
    };
    vec![
        named("replaced by ", rule.superseded_by.as_slice()),
        named("a symptom, where met at about the same time, of ", &rule.symptom_of),
    ]
}

fn link(url: &str) -> Piece {
    if url.starts_with("https://") || url.starts_with("http://") {
        Piece::Link(url.into())
    } else {
        Piece::Text(url.into())
    }
}

fn status(rule: &Rule, today: Date) -> Line {
    let mut line = text(format!("{}; ", rule.status.name()));
    if rule.review_by < today {
        line.push(Piece::Strong(format!("review is overdue since {}", rule.review_by)));
    } else {
        line.push(Piece::Text(format!("review by {}", rule.review_by)));
    }
    line
}

const fn product_name(product: Product) -> &'static str {
    match product {
        Product::IguanaX => "Iguana X",
        Product::Iguana6 => "Iguana 6",
        Product::Iguana5 => "Iguana 5",
        Product::Iguana4 => "Iguana 4",
    }
}
