//! How the state of a problem is told, and what speaks for it.

use std::time::Duration;

use super::words::moment;
use super::{Problem, Silence, Standing, measure};
use crate::silence::span_in_words;

/// Returns the state of a problem, and in how many of its places it is that; `None` where nobody
/// keeps track.
pub(super) fn of(problem: &Problem) -> Option<String> {
    let state = problem.standing.as_ref()?.state;
    let of_places = || problem.spots.iter().filter_map(|place| place.standing.as_ref());
    let (all, n) = (of_places().count(), of_places().filter(|of| of.state == state).count());
    Some(if n == all {
        state.name().into()
    } else {
        format!("{} in {n} of {all} places", state.name())
    })
}

/// Returns since when a problem is in its state, who decided what, and what its silence says.
/// Nothing is said where nobody decided: the state then follows from when it was first seen.
pub(super) fn told(standing: &Standing) -> Vec<String> {
    let Some(decision) = &standing.decision else { return Vec::new() };
    let ticket = decision.ticket.as_ref().map(|ticket| format!(" ({ticket})"));
    let (day, ticket) = (measure::date(decision.at), ticket.unwrap_or_default());
    let since = format!("since {} UTC", moment(standing.since));
    let decided = format!("{} on {day}: {}{ticket}", decision.by, decision.why);
    let how = decision.documentation.as_ref().map(|text| format!("how to live with it: {text}"));
    let silence = standing.silence.and_then(silent_for);
    [Some(since), Some(decided), how, silence].into_iter().flatten().collect()
}

/// Returns how long a problem has been silent and what that says; `None` where it only begins.
fn silent_for(silence: Silence) -> Option<String> {
    let millis = u64::try_from(silence.until.get().saturating_sub(silence.since.get())).ok()?;
    let silent = span_in_words(Duration::from_millis(millis));
    let Some(chance_of) = silence.chance else {
        return (millis > 0).then(|| format!("silent for {silent}; too rare before to tell more"));
    };
    let proof = silence.verified_at.map(|at| format!("; enough proof since {}", measure::date(at)));
    let (chance, proof) = (chance(chance_of), proof.unwrap_or_default());
    (millis > 0).then(|| format!("silent for {silent}; {chance} chance had nothing changed{proof}"))
}

/// Returns a chance in percent with one decimal.
fn chance(chance: f64) -> String {
    let percent = chance.clamp(0.0, 1.0) * 100.0;
    if percent > 0.0 && percent < 0.1 { "<0.1 %".to_owned() } else { format!("{percent:.1} %") }
}
