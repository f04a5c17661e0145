//! What people decided about a problem, as far as it changes what is told.

use super::desk::{Desk, Met, is_near};
use super::hold::millis;
use super::spoken;
use crate::life::{Action, Decision};
use crate::model::{Millis, Severity};
use crate::store::{AlertRow, Bouts, Phase, Trigger};

impl Desk {
    /// Returns the moment of a fix that did not hold, where that is not told yet. Whether the
    /// rule is one that raises alerts does not matter: somebody cares for this problem.
    pub(super) fn fix_that_failed(&self, met: &Met, decision: Option<&Decision>) -> Option<Millis> {
        let is_wanted = self.settings.triggers.contains(&Trigger::Regressed);
        let fix = decision.filter(|decision| decision.action == Action::Fix && is_wanted)?.at;
        let is_told = |row: &AlertRow| row.trigger == Trigger::Regressed && row.first > fix;
        // Its episodes come after its events, which tell it first.
        let is_first = met.split.is_none() && fix < met.last;
        (is_first && !self.rows_of(&met.problem).any(is_told)).then_some(fix)
    }

    /// Begins the alert of a fix that did not hold, in the place of those of the same bout. Returns
    /// false where the problem had come before: then it is one that comes and goes.
    pub(super) fn regress(&mut self, met: &Met, fix: Millis, now: Millis, history: &Bouts) -> bool {
        let quiet = millis(self.settings.quiet);
        let is_between = |at: Millis| at > fix && at.get().saturating_add(quiet) < met.first.get();
        if history.bouts.iter().any(|bout| is_between(bout.last)) {
            return false;
        }
        let is_same = |row: &&AlertRow| row.phase != Phase::Over && is_near(row, met, quiet);
        let replaced: Vec<String> =
            self.rows_of(&met.problem).filter(is_same).map(|row| row.id.clone()).collect();
        for id in replaced {
            if let Some(row) = self.change(&id) {
                (row.phase, row.over) = (Phase::Over, Some(now));
            }
        }
        let first = if met.first > fix { met.first } else { met.last };
        self.open(met.begin(Trigger::Regressed, first, None, now));
        true
    }
}

/// Returns true where a problem raises nothing because people live with it. What is critical is
/// told all the same: what was accepted was not that the server is down or data is lost.
pub(super) fn is_accepted(met: &Met, decision: Option<&Decision>) -> bool {
    met.severity < Severity::Critical
        && decision.is_some_and(|decision| decision.action == Action::Accept)
}

/// Says what was decided about the problem of an alert.
pub(super) fn note(row: &AlertRow, decision: &Decision) -> Option<String> {
    let Decision { at, by, why, .. } = decision;
    let ticket = decision.ticket.as_ref().map(|ticket| format!(" ({ticket})")).unwrap_or_default();
    let later = spoken(row.first.get().saturating_sub(at.get()));
    match decision.action {
        Action::Fix if row.trigger == Trigger::Regressed => Some(format!(
            "It was fixed at {at} by {by}{ticket}: {why}. It came again {later} later."
        )),
        Action::Fix => {
            Some(format!("It was fixed at {at} by {by}{ticket}: {why}. It came again since."))
        }
        Action::Target => Some(format!("{by} is to eliminate it, since {at}{ticket}: {why}.")),
        Action::Accept => {
            let documentation = decision.documentation.as_deref().unwrap_or_default();
            Some(format!(
                "It was accepted at {at} by {by}{ticket}: {why}. How to live with it: \
                 {documentation}"
            ))
        }
        Action::Reopen | Action::Note => None,
    }
}
