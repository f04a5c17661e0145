//! How far a problem is on its way to being eliminated.

/// The state of a problem.
///
/// It is never stored: it follows from what people decided and from the events, both by their own
/// times, so that an archive that is read late gives the same answer as following did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemState {
    /// First seen within the last week; nobody has decided anything yet.
    New,
    /// Seen for longer; nobody has decided anything yet.
    Open,
    /// Somebody is to eliminate it.
    Targeted,
    /// Somebody says that it is eliminated; it has not been silent for long enough to prove it.
    Fixed,
    /// Silent since the fix for so long that chance hardly explains it.
    VerifiedGone,
    /// It came again after the fix.
    Regressed,
    /// It will not be eliminated; how to live with it is documented.
    Accepted,
}

impl ProblemState {
    /// All states, in the order of a problem's life.
    pub const ALL: [Self; 7] = [
        Self::New,
        Self::Open,
        Self::Targeted,
        Self::Fixed,
        Self::VerifiedGone,
        Self::Regressed,
        Self::Accepted,
    ];

    /// Returns the name that people and JSON read, such as `verified gone`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Targeted => "targeted",
            Self::Fixed => "fixed",
            Self::VerifiedGone => "verified gone",
            Self::Regressed => "regressed",
            Self::Accepted => "accepted",
        }
    }
}
