//! One problem for people.

use std::fmt::Write;

use super::words::{Named, cause_in_words, date, decision_in_words, silence_in_words};
use crate::cli::output::field;
use crate::life::{Action, Decision};
use crate::model::{Millis, plural, render_span};
use crate::pipeline::Standing;

/// Renders all that is known of a problem.
pub(super) fn render(
    standing: &Standing,
    named: &Named<'_>,
    decisions: &[Decision],
    runbook: Option<&str>,
) -> Result<String, std::fmt::Error> {
    let Standing { problem, life } = standing;
    let mut out = String::new();
    writeln!(out, "{}\n{}\n", named.title, problem.problem)?;
    let mut add = |label: &str, value: &str| field(&mut out, label, value);
    add("state", &format!("{} since {}", life.state.name(), life.since))?;
    if let Some(silence) = &life.silence {
        let told = silence_in_words(silence, life.state);
        add("silence", &format!("{told}; logs are known to {}", date(silence.until)))?;
    }
    add("place", &format!("{} on {}", problem.component_name, problem.server))?;
    let events = plural(problem.events, "event");
    add("seen", &format!("{events}, {} to {}", problem.first, problem.last))?;
    add("severity", problem.severity.name())?;
    if let Some(id) = problem.rule.as_ref().or(problem.cluster.as_ref()) {
        add(if problem.rule.is_some() { "rule" } else { "cluster" }, id)?;
    }
    if let Some(rule) = named.rule {
        add("cause", &rule.cause)?;
        add("fix", &rule.fix)?;
        add("owner", &format!("{}, about {} minutes", rule.owner.name(), rule.toil_minutes))?;
        for step in &rule.escalation {
            let after = render_span(step.after);
            add("escalation", &format!("after {after}: {}. {}", step.to.name(), step.how))?;
        }
        if let Some(page) = runbook {
            add("runbook", &format!("{page}#{}", rule.id))?;
        }
    }
    add("more", &format!("dewlap events --problem {}", problem.problem))?;
    out.push_str("\nhistory\n");
    for (at, what, why) in history(standing, decisions) {
        writeln!(out, "  {at}  {what:<13}  {why}")?;
    }
    Ok(out)
}

/// Renders the state of a problem in a line or two, as an answer to a decision.
pub(super) fn render_state(standing: &Standing) -> Result<String, std::fmt::Error> {
    let Standing { problem, life } = standing;
    let mut out = String::new();
    let (id, state) = (&problem.problem, life.state.name());
    writeln!(out, "{id} is {state} since {}", life.since)?;
    if let Some(silence) = &life.silence {
        writeln!(out, "{}", silence_in_words(silence, life.state))?;
    }
    Ok(out)
}

/// Returns what happened to a problem, with its notes, oldest first.
fn history(standing: &Standing, decisions: &[Decision]) -> Vec<(Millis, &'static str, String)> {
    let transitions = standing.life.transitions.iter();
    let mut lines: Vec<_> =
        transitions.map(|one| (one.at, one.to.name(), cause_in_words(&one.cause))).collect();
    let notes = decisions.iter().filter(|decision| decision.action == Action::Note);
    lines.extend(notes.map(|note| (note.at, "note", decision_in_words(note))));
    lines.sort_by_key(|(at, ..)| *at);
    lines
}
