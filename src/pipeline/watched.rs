//! What a report tells of the logs and of the catalogue, beside what went wrong.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::catalogue::{Catalogue, Rule, Status};
use crate::model::Period;
use crate::report::{CatalogueHealth, Destroyed, Overwritten, PastReview, ReportInput, SilentTime};
use crate::store::{EventFilter, Store, StoreError};

/// The rules that explain what the watch says of silence.
const SILENCES: [&str; 2] = ["watch.silence", "watch.iguana-stopped"];

/// A log that lasts for so long may be overwritten while nobody reads.
const SOON: Duration = Duration::from_hours(24);

/// Fills in silences, losses, logs that are overwritten soon, and the catalogue's health.
pub(super) fn add_watched(
    store: &Store,
    catalogue: &Catalogue,
    period: Period,
    server: Option<&str>,
    input: &mut ReportInput,
) -> Result<(), StoreError> {
    input.silences = silences(store, period, server)?;
    input.destroyed = destroyed(store, period, server)?;
    input.overwritten = overwritten(store, period, server)?;
    input.health = Some(health(catalogue, &store.rules_met()?, period));
    Ok(())
}

fn silences(
    store: &Store,
    period: Period,
    server: Option<&str>,
) -> Result<Vec<SilentTime>, StoreError> {
    let mut found = Vec::new();
    for rule in SILENCES {
        let filter = EventFilter {
            rule: Some(rule.into()),
            server: server.map(Into::into),
            since: Some(period.from),
            until: Some(period.to),
            ..EventFilter::default()
        };
        store.for_each_event(&filter, |event| {
            let (server, component) = (event.server, event.component_name);
            found.push(SilentTime { at: event.time, server, component, text: event.text });
            true
        })?;
    }
    Ok(found)
}

fn destroyed(
    store: &Store,
    period: Period,
    server: Option<&str>,
) -> Result<Vec<Destroyed>, StoreError> {
    let losses = store.losses()?.into_iter();
    let wanted = losses.filter(|loss| {
        period.contains(loss.noticed) && server.is_none_or(|server| server == loss.server)
    });
    let destroyed = wanted.map(|loss| Destroyed {
        noticed: loss.noticed,
        since: loss.since,
        server: loss.server,
        path: loss.path,
        bytes: loss.to.saturating_sub(loss.from),
        reason: loss.reason,
    });
    Ok(destroyed.collect())
}

/// Returns the logs that were found to last for less than a day, in the period or later.
fn overwritten(
    store: &Store,
    period: Period,
    server: Option<&str>,
) -> Result<Vec<Overwritten>, StoreError> {
    let logs = store.headrooms()?.into_iter();
    let wanted = logs.filter(|(of, headroom)| {
        Duration::from_millis(headroom.span) < SOON
            && headroom.measured >= period.from
            && server.is_none_or(|server| server == of)
    });
    let overwritten = wanted.map(|(server, headroom)| Overwritten {
        span_millis: headroom.span,
        server,
        path: headroom.path,
        measured: headroom.measured,
    });
    Ok(overwritten.collect())
}

/// Returns how well a catalogue is kept at the end of a period.
fn health(catalogue: &Catalogue, met: &BTreeSet<String>, period: Period) -> CatalogueHealth {
    let rules = catalogue.rules();
    let count = |wanted: &dyn Fn(&Rule) -> bool| {
        u64::try_from(rules.iter().filter(|rule| wanted(rule)).count()).unwrap_or(u64::MAX)
    };
    let today = period.to.timestamp().to_zoned(jiff::tz::TimeZone::UTC).date();
    let overdue = rules.iter().filter(|rule| rule.review_by < today);
    let mut past_review: Vec<PastReview> = overdue
        .map(|rule| PastReview { rule: rule.id.clone(), review_by: rule.review_by })
        .collect();
    past_review.sort_by(|a, b| (a.review_by, &a.rule).cmp(&(b.review_by, &b.rule)));
    CatalogueHealth {
        stable: count(&|rule| rule.status == Status::Stable),
        experimental: count(&|rule| rule.status == Status::Experimental),
        deprecated: count(&|rule| rule.status == Status::Deprecated),
        never_met: count(&|rule| rule.must_have_events() && !met.contains(rule.id.as_str())),
        past_review,
    }
}
