//! What problems and states are called.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::alert::spoken;
use crate::catalogue::{Catalogue, Rule};
use crate::life::{Action, Cause, Decision, Silence};
use crate::model::{Millis, ProblemState, plural};
use crate::store::KnownProblem;

/// A title made from a template is no longer, in characters.
const MAX_TITLE: usize = 100;

/// A problem with what the catalogue says of it.
#[derive(Debug)]
pub(in crate::cli) struct Named<'n> {
    /// The symptom.
    pub(in crate::cli) title: String,
    /// The rule, where the catalogue has it.
    pub(in crate::cli) rule: Option<&'n Rule>,
    /// Who handles it.
    pub(in crate::cli) owner: Option<&'static str>,
}

impl<'n> Named<'n> {
    pub(in crate::cli) fn new(problem: &KnownProblem, catalogue: &'n Catalogue) -> Self {
        let rule = problem.rule.as_deref().and_then(|id| catalogue.rule(id));
        let title = match (rule, &problem.rule) {
            (Some(rule), _) => rule.title.clone(),
            (None, Some(id)) => format!("{id}, which the catalogue does not have"),
            (None, None) => unknown(problem.template.as_deref().unwrap_or_default()),
        };
        Self { title, rule, owner: rule.map(|rule| rule.owner.name()) }
    }
}

fn unknown(template: &str) -> String {
    let line = template.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(MAX_TITLE).collect();
    if cut.len() < line.len() { format!("Unknown: {cut}...") } else { format!("Unknown: {cut}") }
}

/// Says what a silence tells: how long it is, how likely, and when it is proof.
pub(super) fn silence_in_words(silence: &Silence, state: ProblemState) -> String {
    let lasted = spoken(silence.until.get().saturating_sub(silence.since.get()));
    let episodes = plural(silence.episodes, "episode");
    let Some(chance) = silence.chance else {
        return format!("silent for {lasted}; too rare to tell what that means: {episodes} before");
    };
    let chance = percent(chance);
    let said =
        format!("silent for {lasted}; {chance} chance had nothing changed, by {episodes} before");
    match (silence.verified_at, state) {
        (Some(at), ProblemState::Fixed) if !silence.is_proof() => {
            format!("{said}; too early to tell before {}", date(at))
        }
        (None, ProblemState::Fixed) => format!("{said}; it will never be long enough to tell"),
        _ => said,
    }
}

/// Says why a state changed.
pub(super) fn cause_in_words(cause: &Cause) -> String {
    match cause {
        Cause::Seen => "first event".into(),
        Cause::Aged => "seen for a week, and nobody decided".into(),
        Cause::Decided(decision) => decision_in_words(decision),
        Cause::Silent(silence) => silence_in_words(silence, ProblemState::VerifiedGone),
        Cause::Came => "an event after the fix".into(),
    }
}

/// Says who decided something, and why.
pub(super) fn decision_in_words(decision: &Decision) -> String {
    let ticket = decision.ticket.as_ref().map(|ticket| format!(" ({ticket})")).unwrap_or_default();
    let mut said = format!("by {}{ticket}: {}", decision.by, decision.why);
    if let Some(documentation) = &decision.documentation {
        said.push_str("; documentation: ");
        said.push_str(documentation);
    }
    said
}

/// Returns what was done to a problem, such as `fixed`.
pub(in crate::cli) fn done(action: Action) -> &'static str {
    match action {
        Action::Target => "targeted",
        Action::Fix => "fixed",
        Action::Accept => "accepted",
        Action::Reopen => "reopened",
        Action::Note => "noted",
    }
}

fn percent(chance: f64) -> String {
    if chance < 0.001 { "under 0.1 %".into() } else { format!("{:.1} %", chance * 100.0) }
}

/// Returns the day of a moment, in UTC.
pub(super) fn date(at: Millis) -> Date {
    at.timestamp().to_zoned(TimeZone::UTC).date()
}
