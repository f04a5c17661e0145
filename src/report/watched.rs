//! What Dewlap noticed of the logs themselves, and how well its catalogue is kept.

use jiff::civil::Date;
use serde::Serialize;

use super::json;
use crate::model::{Millis, RuleId};

/// A time at which a component, or a whole server, was silent for too long.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SilentTime {
    /// When it was noticed.
    #[serde(serialize_with = "json::display")]
    pub at: Millis,
    /// The server.
    pub server: String,
    /// Name of the component.
    pub component: String,
    /// How long, and what was usual.
    pub text: String,
}

/// Bytes of a log that were destroyed before they were read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Destroyed {
    /// When it was noticed.
    #[serde(serialize_with = "json::display")]
    pub noticed: Millis,
    /// When the file was last found whole.
    #[serde(serialize_with = "json::display")]
    pub since: Millis,
    /// The server.
    pub server: String,
    /// The file.
    pub path: String,
    /// How many bytes are known to be lost.
    pub bytes: u64,
    /// What became of them.
    pub reason: String,
}

/// A rotated log that overwrites itself, as last measured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Overwritten {
    /// Milliseconds until all that its files hold is overwritten, at the rate that was measured.
    pub span_millis: u64,
    /// The server.
    pub server: String,
    /// The log.
    pub path: String,
    /// When that was measured.
    #[serde(serialize_with = "json::display")]
    pub measured: Millis,
}

/// How well the catalogue is kept, at the end of the period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CatalogueHealth {
    /// Rules that are trusted.
    pub stable: u64,
    /// Rules that are on trial.
    pub experimental: u64,
    /// Rules that another one took the place of.
    pub deprecated: u64,
    /// Rules that the store has not one event of, though their errors are events.
    pub never_met: u64,
    /// Rules that somebody should have read again by then, the longest overdue first.
    pub past_review: Vec<PastReview>,
}

/// A rule that is past its review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PastReview {
    /// The rule.
    #[serde(serialize_with = "json::display")]
    pub rule: RuleId,
    /// The day by which somebody should have read it again.
    #[serde(serialize_with = "json::display")]
    pub review_by: Date,
}

impl CatalogueHealth {
    /// Returns the number of rules.
    #[must_use]
    pub fn rules(&self) -> u64 {
        self.stable.saturating_add(self.experimental).saturating_add(self.deprecated)
    }
}
