//! What a card says about a problem, line by line, for text and Markdown alike.

use super::measure::{self, Trend};
use super::words::{self, NONE};
use super::{Kind, Outcomes, Problem, Window};
use crate::model::{grouped, plural};

/// Values of one capture that are shown.
const SHOWN_VALUES: usize = 3;

/// One line of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// What it is about, in a word or two.
    pub(super) label: &'static str,
    /// What there is to say.
    pub(super) text: String,
}

/// Returns what is said about a problem below its places, in the order in which it is read.
pub(super) fn facts(problem: &Problem, window: &Window) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |label, text: String| facts.push(Fact { label, text });
    add("how often", how_often(problem, window));
    add("when", when(problem, window));
    add("seen", seen(problem));
    if let Some(stops) = stops(problem) {
        add("stops", stops);
    }
    for text in values(problem) {
        add("values", text);
    }
    let Some(card) = &problem.card else {
        add("cause", no_card(problem));
        return facts;
    };
    add("cause", card.cause.clone());
    add("fix", card.fix.clone());
    let toil = words::minutes(card.toil_minutes);
    add("owner", format!("{}; about {toil} each time", card.owner));
    for step in &card.escalation {
        add("escalate", format!("after {} to {}: {}", step.after, step.to, step.how));
    }
    for reference in &card.references {
        add("see", reference.clone());
    }
    facts
}

/// Returns what stands behind a problem's title: how bad, of what nature, what it costs.
pub(super) fn tag_line(problem: &Problem) -> String {
    let mut parts = Vec::new();
    if let Some(card) = &problem.card {
        parts.push(card.severity.name().to_owned());
        parts.push(card.nature.clone());
    }
    let cost = words::minutes(problem.cost_minutes);
    parts.push(format!("cost {cost}, {}", words::percent(problem.share_permille)));
    parts.join(", ")
}

fn how_often(problem: &Problem, window: &Window) -> String {
    let mut text = plural(problem.count, "event");
    text.push_str(&format!(" in {}", plural(problem.episodes, "episode")));
    if let Some(hours) = problem.hours_between {
        text.push_str(&format!(", {} apart on average", apart(hours)));
    }
    let trend = match problem.trend {
        Trend::NoHistory => return text,
        Trend::New => format!("new this {}", window.unit),
        Trend::Back => format!("back, none in {}", window.before),
        _ => {
            let word = words::trend(problem.trend, problem.before, problem.count);
            format!("{word} ({} before)", grouped(problem.before))
        }
    };
    text.push_str(&format!("; {trend}"));
    if problem.weeks.len() > 2 {
        let line = measure::sparkline(&problem.weeks);
        text.push_str(&format!("  {line}  last {} {}s", problem.weeks.len(), window.unit));
    }
    text
}

fn apart(hours: u64) -> String {
    match hours {
        0..48 => plural(hours, "hour"),
        _ => plural((hours + 12) / 24, "day"),
    }
}

/// Returns the time of day, and for a week its days as bars.
fn when(problem: &Problem, window: &Window) -> String {
    let text = words::when(problem);
    if window.unit != "week" || problem.days.len() < 2 {
        return text;
    }
    let first = measure::date(window.from);
    let mut counts = [0_u64; 7];
    for day in &problem.days {
        let index = usize::try_from((day.day - first).get_days()).unwrap_or(usize::MAX);
        // A period that does not begin at midnight touches an eighth day.
        let Some(count) = counts.get_mut(index) else { return text };
        *count += day.count;
    }
    let name = |offset: i8| {
        let day = jiff::ToSpan::days(i64::from(offset));
        first.checked_add(day).map_or_else(|_| String::new(), |day| day.strftime("%a").to_string())
    };
    format!("{text}  {} {} {}", name(0), measure::sparkline(&counts), name(6))
}

fn seen(problem: &Problem) -> String {
    let (first, last) = (words::moment(problem.first_seen), words::moment(problem.last_seen));
    format!("first {first}, last {last} UTC")
}

/// Returns what became of the work, and what the rule says about stopping.
fn stops(problem: &Problem) -> Option<String> {
    let Outcomes { stopped, continued, retrying, recovered } = problem.outcomes;
    let told = [
        (stopped, "said that the component stopped"),
        (continued, "went on"),
        (retrying, "will be tried again"),
        (recovered, "said that it works again"),
    ];
    let mut parts: Vec<String> = told
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", grouped(*count)))
        .collect();
    let rule_stops = problem.card.as_ref().is_some_and(|card| card.stops);
    if stopped > 0 {
        parts.push(format!("{} to clear", plural(problem.stops, "stop")));
    } else if rule_stops {
        parts.push("it usually stops the component".to_owned());
    }
    (!parts.is_empty()).then(|| parts.join("; "))
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
        (Kind::Unknown, Some(cluster)) => {
            format!("not known; draft a rule with `dewlap unknown {cluster} draft`")
        }
        (Kind::Unknown, None) => NONE.to_owned(),
        _ => "the catalogue no longer has this rule".to_owned(),
    }
}
