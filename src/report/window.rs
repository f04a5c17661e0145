//! The period of a report.

use serde::Serialize;

use super::{json, words};
use crate::model::{Millis, Period};

/// The period of a report, and what it is called.
#[derive(Clone, Debug, Serialize)]
pub struct Window {
    /// Its name: `2026-W37`, or its first and last moment.
    pub name: String,
    /// The first moment.
    #[serde(serialize_with = "json::display")]
    pub from: Millis,
    /// The first moment after it.
    #[serde(serialize_with = "json::display")]
    pub to: Millis,
    /// The name of the period before.
    pub before: String,
    /// `week` for seven days, else `period`.
    pub unit: &'static str,
}

impl Window {
    /// Returns a period with its names.
    pub(super) fn new(period: Period) -> Self {
        const WEEK_MILLIS: i64 = 7 * 86_400_000;
        let is_week = period.to.get().saturating_sub(period.from.get()) == WEEK_MILLIS;
        let unit = if is_week { "week" } else { "period" };
        let span = || format!("{} to {}", words::moment(period.from), words::moment(period.to));
        let before = period.before().week_name().filter(|_| period.week_name().is_some());
        Self {
            name: period.week_name().unwrap_or_else(span),
            from: period.from,
            to: period.to,
            before: before.unwrap_or_else(|| format!("the {unit} before")),
            unit,
        }
    }

    /// Returns the period.
    #[must_use]
    pub fn period(&self) -> Period {
        Period { from: self.from, to: self.to }
    }
}
