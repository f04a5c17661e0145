//! One problem for scripts; they rely on these names.

use serde_json::{Value, json};

use super::words::{Named, cause_in_words};
use crate::life::{Cause, Decision, Silence, Transition};
use crate::model::render_span;
use crate::pipeline::Standing;

/// Renders a problem as one object of a list.
pub(in crate::cli) fn json_of(standing: &Standing, named: &Named<'_>) -> Value {
    let Standing { problem, life } = standing;
    json!({
        "problem": problem.problem,
        "state": life.state.name(),
        "since": life.since.to_string(),
        "title": named.title,
        "rule": problem.rule,
        "cluster": problem.cluster,
        "severity": problem.severity.name(),
        "server": problem.server,
        "component": problem.component,
        "component_name": problem.component_name,
        "events": problem.events,
        "first": problem.first.to_string(),
        "last": problem.last.to_string(),
        "owner": named.owner,
        "decision": life.decision.as_ref().map(decision_json),
        "silence": life.silence.as_ref().map(silence_json),
    })
}

/// Renders all that is known of a problem.
pub(super) fn render(
    standing: &Standing,
    named: &Named<'_>,
    decisions: &[Decision],
    runbook: Option<&str>,
) -> String {
    let mut value = json_of(standing, named);
    let rule = named.rule;
    let escalation: Vec<Value> = rule.map(|rule| rule.escalation.as_slice()).unwrap_or_default()
        .iter()
        .map(|step| {
            json!({ "after": render_span(step.after), "to": step.to.name(), "how": step.how })
        })
        .collect();
    let transitions: Vec<Value> = standing.life.transitions.iter().map(transition_json).collect();
    let decisions: Vec<Value> = decisions.iter().map(decision_json).collect();
    let page = runbook.zip(rule).map(|(page, rule)| format!("{page}#{}", rule.id));
    for (name, field) in [
        ("template", json!(standing.problem.template)),
        ("cause", json!(rule.map(|rule| &rule.cause))),
        ("fix", json!(rule.map(|rule| &rule.fix))),
        ("escalation", Value::Array(escalation)),
        ("runbook", json!(page)),
        ("transitions", Value::Array(transitions)),
        ("decisions", Value::Array(decisions)),
    ] {
        value[name] = field;
    }
    format!("{value}\n")
}

fn decision_json(decision: &Decision) -> Value {
    json!({
        "at": decision.at.to_string(),
        "recorded": decision.recorded.to_string(),
        "action": decision.action.name(),
        "by": decision.by,
        "why": decision.why,
        "ticket": decision.ticket,
        "documentation": decision.documentation,
    })
}

fn silence_json(silence: &Silence) -> Value {
    json!({
        "since": silence.since.to_string(),
        "until": silence.until.to_string(),
        "episodes": silence.episodes,
        "chance": silence.chance,
        "verified_at": silence.verified_at.map(|at| at.to_string()),
    })
}

fn transition_json(transition: &Transition) -> Value {
    let silence = match &transition.cause {
        Cause::Silent(silence) => Some(silence_json(silence)),
        _ => None,
    };
    let by = match &transition.cause {
        Cause::Decided(decision) => Some(&decision.by),
        _ => None,
    };
    json!({
        "at": transition.at.to_string(),
        "from": transition.from.map(crate::model::ProblemState::name),
        "to": transition.to.name(),
        "by": by,
        "why": cause_in_words(&transition.cause),
        "silence": silence,
    })
}
