//! What people decide about a problem.

use crate::model::Millis;

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Somebody is to eliminate it.
    Target,
    /// It was eliminated.
    Fix,
    /// It will not be eliminated; how to live with it is documented.
    Accept,
    /// What was decided before does not hold any more.
    Reopen,
    /// Nothing; something is to be remembered.
    Note,
}

/// One line of the elimination ledger.
///
/// The order of decisions is that of the moments from which they hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decision {
    /// From when on it holds, in event time.
    pub at: Millis,
    /// When it was written down, by the clock.
    pub recorded: Millis,
    /// What.
    pub action: Action,
    /// By whom.
    pub by: String,
    /// Why.
    pub why: String,
    /// The ticket elsewhere.
    pub ticket: Option<String>,
    /// How to live with the problem, or where that is written.
    pub documentation: Option<String>,
}

impl Action {
    /// Every action; the store keeps the place in this list.
    pub const ALL: [Self; 5] = [Self::Target, Self::Fix, Self::Accept, Self::Reopen, Self::Note];

    /// Returns the name used on the command line and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Fix => "fix",
            Self::Accept => "accept",
            Self::Reopen => "reopen",
            Self::Note => "note",
        }
    }
}
