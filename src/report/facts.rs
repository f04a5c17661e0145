//! What a card says about a problem, line by line, for all formats alike.

use jiff::ToSpan;

use super::measure::{self, Trend};
use super::sheet::{Column, left, right};
use super::words;
use super::{Kind, Outcomes, Place, Problem, Window, states};
use crate::model::{ProblemState, grouped, plural};

/// The columns of the places of a problem.
pub(super) const PLACES: [Column; 5] =
    [left("component"), right("count"), right("episodes"), right("stops"), left("trend")];
/// Values of one capture that are shown.
const SHOWN_VALUES: usize = 3;

/// One line of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// What it is about, in a word or two.
    pub(super) label: &'static str,
    /// What there is to say.
    pub(super) text: String,
    /// The same as a row of bars; empty where it cannot be drawn.
    pub(super) bars: String,
}

impl Fact {
    /// Returns all of it on one line.
    pub(super) fn line(&self) -> String {
        let gap = if self.text.is_empty() || self.bars.is_empty() { "" } else { "  " };
        format!("{}{gap}{}", self.text, self.bars)
    }
}

/// Returns what is said about a problem, in the order in which it is read.
pub(super) fn facts(problem: &Problem, window: &Window) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |label, text: String, bars: String| {
        if !text.is_empty() || !bars.is_empty() {
            facts.push(Fact { label, text, bars });
        }
    };
    add("state", state(problem), String::new());
    add("where", only_place(problem), String::new());
    add("how often", how_often(problem), String::new());
    add("trend", trend(problem, window), weeks(problem, window));
    add("when", words::when(problem), String::new());
    add("days", String::new(), days(problem, window));
    add("seen", seen(problem), String::new());
    add("outcome", outcome(problem), String::new());
    add("explains", words::explains(problem).unwrap_or_default(), String::new());
    for (cause, events) in &problem.causes {
        add("symptom", symptom(problem, cause, *events), String::new());
    }
    for text in values(problem) {
        add("values", text, String::new());
    }
    guidance(&mut facts, problem);
    facts
}

/// Adds what the catalogue says about a problem.
fn guidance(facts: &mut Vec<Fact>, problem: &Problem) {
    let mut add = |label, text: String| {
        if !text.is_empty() {
            facts.push(Fact { label, text, bars: String::new() });
        }
    };
    let Some(card) = &problem.card else {
        add("cause", no_card(problem));
        return;
    };
    add("cause", card.cause.clone());
    add("fix", card.fix.clone());
    let toil = words::minutes(card.toil_minutes);
    add("owner", format!("{}; about {toil} each time", card.owner));
    for step in &card.escalation {
        add("escalate", format!("after {} to {}: {}", step.after, step.to, step.how));
    }
    add("runbook", card.runbook.clone().unwrap_or_default());
    for reference in &card.references {
        add("see", reference.clone());
    }
}

/// Returns how far a problem is on its way out.
fn state(problem: &Problem) -> String {
    let (Some(state), Some(standing)) = (states::of(problem), &problem.standing) else {
        return String::new();
    };
    if problem.trend == Trend::NoHistory && standing.state == ProblemState::New {
        // Without older data everything would be called new.
        return String::new();
    }
    let told = states::told(standing).join("; ");
    if told.is_empty() { state } else { format!("{state} {told}") }
}

/// Returns the places of a problem that had events, where there are several.
pub(super) fn several_places(problem: &Problem) -> Vec<&Place> {
    let seen: Vec<&Place> = problem.spots.iter().filter(|place| place.count > 0).collect();
    if seen.len() > 1 { seen } else { Vec::new() }
}

/// Returns what stands behind a problem's title: how bad, of what nature, what it costs.
pub(super) fn tag_line(problem: &Problem) -> String {
    let mut parts = Vec::new();
    if let Some(card) = &problem.card {
        parts.push(card.severity.name().to_owned());
        parts.push(card.nature.clone());
    }
    let cost = words::minutes(problem.cost_minutes);
    parts.push(format!("cost {cost} ({} of all)", words::percent(problem.share_permille)));
    parts.join(", ")
}

/// Returns the place of a problem, where it is only one.
fn only_place(problem: &Problem) -> String {
    let mut seen = problem.spots.iter().filter(|place| place.count > 0);
    match (seen.next(), seen.next()) {
        (Some(place), None) => words::place(&place.component_name, &place.split_by),
        _ => String::new(),
    }
}

fn how_often(problem: &Problem) -> String {
    let events = if problem.failures < problem.count {
        words::attempts(problem)
    } else {
        plural(problem.count, "event")
    };
    let episodes = plural(problem.episodes, "episode");
    match problem.hours_between {
        Some(hours) => format!("{events} in {episodes}, {} apart on average", apart(hours)),
        None => format!("{events} in {episodes}"),
    }
}

fn apart(hours: u64) -> String {
    match hours {
        0..48 => plural(hours, "hour"),
        _ => plural((hours + 12) / 24, "day"),
    }
}

/// Returns how the count moved.
fn trend(problem: &Problem, window: &Window) -> String {
    let word = words::trend(problem.trend, problem.before, problem.count);
    match problem.trend {
        Trend::NoHistory => String::new(),
        Trend::New => format!("new this {}", window.unit),
        Trend::Back => format!("back, after none in {}", window.before),
        Trend::Steady => format!("{word}, {} in {}", grouped(problem.before), window.before),
        _ => format!("{word} from {} in {}", grouped(problem.before), window.before),
    }
}

/// Returns the periods as bars, where there are enough to compare with.
fn weeks(problem: &Problem, window: &Window) -> String {
    if problem.weeks.len() < 3 || matches!(problem.trend, Trend::NoHistory | Trend::New) {
        return String::new();
    }
    let bars = measure::sparkline(&problem.weeks);
    format!("{bars}  {} {}s", problem.weeks.len(), window.unit)
}

/// Returns the days of a week as bars, where there is more than one with events.
fn days(problem: &Problem, window: &Window) -> String {
    if window.unit != "week" || problem.days.len() < 2 {
        return String::new();
    }
    let first = measure::date(window.from);
    let mut counts = [0_u64; 7];
    for day in &problem.days {
        let index = usize::try_from((day.day - first).get_days()).unwrap_or(usize::MAX);
        // A week that does not begin at midnight touches an eighth day.
        let Some(count) = counts.get_mut(index) else { return String::new() };
        measure::add(count, day.count);
    }
    let name = |days: i64| {
        let day = first.checked_add(days.days()).unwrap_or(first);
        day.strftime("%a").to_string()
    };
    format!("{} {} {}", name(0), measure::sparkline(&counts), name(6))
}

fn seen(problem: &Problem) -> String {
    let (first, last) = (words::moment(problem.first_seen), words::moment(problem.last_seen));
    format!("first {first}, last {last} UTC")
}

/// Returns what became of the work, or what the rule says about stopping.
fn outcome(problem: &Problem) -> String {
    let Outcomes { stopped, continued, retrying, recovered } = problem.outcomes;
    let told = [
        (stopped, "component stopped"),
        (continued, "went on"),
        (retrying, "to be tried again"),
        (recovered, "works again"),
    ];
    let told = told.iter().filter(|(count, _)| *count > 0);
    let mut parts: Vec<String> =
        told.map(|(count, what)| format!("{what}: {}", grouped(*count))).collect();
    if stopped == 0 && problem.card.as_ref().is_some_and(|card| card.stops) {
        parts.push("it usually stops the component".to_owned());
    }
    parts.join("; ")
}

/// Returns how often a rule explains the events.
fn symptom(problem: &Problem, cause: &str, events: u64) -> String {
    let all = plural(problem.count, "event");
    format!("{} of {all} came within 5 minutes of `{cause}`: see there first", grouped(events))
}

fn values(problem: &Problem) -> Vec<String> {
    let lines = problem.values.iter().filter(|(_, values)| !values.is_empty());
    lines
        .map(|(name, values)| {
            let shown: Vec<String> = values
                .iter()
                .take(SHOWN_VALUES)
                .map(|value| format!("{} ({})", value.value, grouped(value.count)))
                .collect();
            let rest = if values.len() > SHOWN_VALUES { ", …" } else { "" };
            format!("{name}: {}{rest}", shown.join(", "))
        })
        .collect()
}

fn no_card(problem: &Problem) -> String {
    match (problem.kind, problem.cluster.as_deref()) {
        (Kind::Unknown, _) => "not known: no rule of the catalogue matches".to_owned(),
        _ => "the catalogue no longer has this rule".to_owned(),
    }
}
