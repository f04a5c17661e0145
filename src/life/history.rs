//! When a problem had events.

use std::collections::BTreeMap;

use crate::model::{Hour, Millis};

/// The events of a problem in one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourEvents {
    /// The first of them.
    pub first: Millis,
    /// The last of them.
    pub last: Millis,
    /// How many.
    pub events: u64,
}

/// Returns the first event after a moment, where there is one up to another.
///
/// Of an hour with events before and after the moment, the last one is taken: nothing is known of
/// those between.
pub(super) fn next_event(
    hours: &BTreeMap<Hour, HourEvents>,
    after: Millis,
    until: Millis,
) -> Option<Millis> {
    let mut later = hours.range(after.hour()..).map(|(_, hour)| hour);
    let hour = later.find(|hour| hour.last > after)?;
    let at = if hour.first > after { hour.first } else { hour.last };
    (at <= until).then_some(at)
}

/// Returns the hours between two that have events up to a moment; both hours are included.
pub(super) fn hours_with_events(
    hours: &BTreeMap<Hour, HourEvents>,
    from: Hour,
    until: Millis,
) -> Vec<i64> {
    let Some(range) = (from <= until.hour()).then(|| from..=until.hour()) else {
        return Vec::new();
    };
    let has_some = |(_, hour): &(&Hour, &HourEvents)| hour.first <= until && hour.events > 0;
    hours.range(range).filter(has_some).map(|(hour, _)| hour.get()).collect()
}
