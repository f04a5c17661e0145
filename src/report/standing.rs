//! How far a problem is on its way to being eliminated, as it was found out elsewhere.

use std::cmp::Reverse;

use serde::{Serialize, Serializer};

use super::json;
use crate::model::{Millis, ProblemState};

/// The state of one problem of the store, and what speaks for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// The state at the end of the period.
    #[serde(serialize_with = "state")]
    pub state: ProblemState,
    /// Since when it has been in that state.
    #[serde(serialize_with = "json::display")]
    pub since: Millis,
    /// What somebody decided last; `None` where nobody did.
    pub decision: Option<Decision>,
    /// What its silence says; `None` where it is not silent, or was never called fixed.
    pub silence: Option<Silence>,
}

/// What somebody decided about a problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Who.
    pub by: String,
    /// For which reason.
    pub why: String,
    /// The ticket where one was named.
    pub ticket: Option<String>,
    /// How to live with the problem, or where that is written; `None` where nobody said.
    pub documentation: Option<String>,
    /// When.
    #[serde(serialize_with = "json::display")]
    pub at: Millis,
}

/// How long a problem has been silent, and what that proves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Silence {
    /// The last event, or the fix where that is later.
    #[serde(serialize_with = "json::display")]
    pub since: Millis,
    /// Up to when it is known: the end of the period, or of the server's logs where that is earlier.
    #[serde(serialize_with = "json::display")]
    pub until: Millis,
    /// How likely such a silence would be had nothing changed, 0 to 1; `None` where too few episodes
    /// are known to tell.
    pub chance: Option<f64>,
    /// When it was long enough to prove the fix; `None`: not yet.
    #[serde(serialize_with = "json::maybe_display")]
    pub verified_at: Option<Millis>,
}

/// Something that was decided about a problem in the period.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Action {
    /// When.
    #[serde(serialize_with = "json::display")]
    pub at: Millis,
    /// What was done, such as `target` or `fix`.
    pub what: String,
    /// Who.
    pub by: String,
    /// For which reason.
    pub why: String,
    /// The ticket where one was named.
    pub ticket: Option<String>,
    /// The title of the problem.
    pub problem: String,
    /// The server.
    pub server: String,
    /// Name of the component.
    pub component: String,
}

impl Standing {
    /// Returns by what the standings of a problem's places are ordered; the greatest stands for the
    /// whole: the most urgent state, then the latest.
    pub(super) fn urgency(&self) -> (Reverse<u8>, Millis) {
        let order = match self.state {
            ProblemState::Regressed => 0,
            ProblemState::New => 1,
            ProblemState::Open => 2,
            ProblemState::Targeted => 3,
            ProblemState::Fixed => 4,
            ProblemState::Accepted => 5,
            ProblemState::VerifiedGone => 6,
        };
        (Reverse(order), self.since)
    }
}

/// Writes a state by its name.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn state<S: Serializer>(value: &ProblemState, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(value.name())
}
