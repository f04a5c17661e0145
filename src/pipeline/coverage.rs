//! How much of what is stored the catalogue explains, and how well the catalogue is kept.
//!
//! Entry points: [`coverage`] reads a store; [`Coverage::new`] is the arithmetic without it.
//!
//! **Invariant:** the same counts, catalogue and day give the same answer; only the times of the
//! slowest rules differ.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::unknowns::Grouping;
use crate::catalogue::{Catalogue, Rule, Status};
use crate::classify::{Classifier, RuleTime};
use crate::model::Millis;
use crate::store::{ClassCount, Store, StoreError, Window};

mod sums;

use sums::Sums;

/// Texts on which rules are timed.
const MAX_TIMED_TEXTS: u64 = 2_000;

/// What is looked at, and when.
#[derive(Clone, Debug)]
pub struct CoverageOptions<'o> {
    /// The events.
    pub window: Window,
    /// The catalogue that is judged.
    pub catalogue: &'o Catalogue,
    /// The same, made ready.
    pub classifier: &'o Classifier,
    /// The moment by which rules are to have been reviewed.
    pub now: Millis,
}

/// The figures that a coverage is made from.
#[derive(Clone, Debug)]
pub struct CoverageInput<'i> {
    /// The events, by class.
    pub counts: &'i [ClassCount],
    /// What clusters the fingerprints of unknown ones are in.
    pub grouping: &'i Grouping,
    /// The catalogue that is judged.
    pub catalogue: &'i Catalogue,
    /// The catalogues that decided the classes, with events, most first.
    pub deciding: Vec<(String, u64)>,
    /// The times of its rules, the slowest first.
    pub slowest: Vec<RuleTime>,
    /// The moment by which rules are to have been reviewed.
    pub now: Millis,
}

/// How events are explained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    /// By a rule that is no fallback.
    pub known: u64,
    /// By a fallback: the kind is known, the cause is not.
    pub fallback: u64,
    /// By no rule.
    pub unknown: u64,
}

/// The errors and warnings of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentShares {
    /// The Iguana server.
    pub server: String,
    /// GUID or name of the component.
    pub component: String,
    /// Name of the component; the GUID where no name is known.
    pub name: String,
    /// How they are explained.
    pub shares: Shares,
}

/// The errors and warnings of a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekShares {
    /// The ISO week, such as `2026-W37`.
    pub week: String,
    /// How they are explained.
    pub shares: Shares,
}

/// Unknown errors and warnings that have a wording in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterCount {
    /// The cluster.
    pub cluster: String,
    /// The wording.
    pub template: String,
    /// How many.
    pub events: u64,
}

/// A rule and its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleCount {
    /// The rule.
    pub rule: String,
    /// Its events.
    pub events: u64,
}

/// A rule that somebody should have read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastReview {
    /// The rule.
    pub rule: String,
    /// The day by which.
    pub review_by: Date,
    /// Its events.
    pub events: u64,
}

/// The parts of the health score, each rounded down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Of 80 points: errors and warnings that are known; one with a fallback counts half.
    pub explained: u64,
    /// Of 10 points: rules met that are not past their review.
    pub reviewed: u64,
    /// Of 10 points: rules met that are stable.
    pub stable: u64,
}

/// How much the catalogue explains, and how well it is kept.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Content hash of the catalogue that is judged.
    pub catalogue: String,
    /// Its rules.
    pub rules: u64,
    /// All events.
    pub events: u64,
    /// Those that are neither error nor warning.
    pub informational: u64,
    /// Midnight UTC before the first and before the last event.
    pub days: Option<(Millis, Millis)>,
    /// How errors and warnings are explained.
    pub shares: Shares,
    /// The same by component, those with the most that no rule knows first.
    pub by_component: Vec<ComponentShares>,
    /// The same by week, oldest first.
    pub by_week: Vec<WeekShares>,
    /// Unknown errors and warnings, the most frequent wording first.
    pub unknown_clusters: Vec<ClusterCount>,
    /// Rules without events, sorted. Not those that need have none: deprecated ones, those for
    /// lines of normal work, and those that look beyond one entry.
    pub dead_rules: Vec<String>,
    /// Rules past their review, the longest first.
    pub past_review: Vec<PastReview>,
    /// Deprecated rules that still have events, most first.
    pub deprecated_met: Vec<RuleCount>,
    /// Experimental rules that have events, most first.
    pub experimental_met: Vec<RuleCount>,
    /// Rules that have events and are not in this catalogue, most first.
    pub not_in_catalogue: Vec<RuleCount>,
    /// The catalogues that decided the classes, with events, most first.
    pub deciding: Vec<(String, u64)>,
    /// The times of rules, the slowest first.
    pub slowest: Vec<RuleTime>,
    /// The score; `None` where there is no error or warning to judge by.
    pub health: Option<Health>,
}

/// Judges a catalogue by what is stored.
///
/// `clock` returns the time since some moment that stays the same.
///
/// # Errors
///
/// Returns [`StoreError`] where the store cannot be read.
pub fn coverage(
    store: &Store,
    options: &CoverageOptions<'_>,
    clock: impl FnMut() -> Duration,
) -> Result<Coverage, StoreError> {
    let window = &options.window;
    let texts = store.text_sample(window, MAX_TIMED_TEXTS)?;
    Ok(Coverage::new(CoverageInput {
        counts: &store.class_counts(window)?,
        grouping: &Grouping::of(store)?,
        catalogue: options.catalogue,
        deciding: store.deciding_catalogues(window)?,
        slowest: options.classifier.profile(texts.iter().map(String::as_str), clock),
        now: options.now,
    }))
}

impl Shares {
    /// Returns how many events there are.
    #[must_use]
    pub fn total(self) -> u64 {
        self.known + self.fallback + self.unknown
    }

    /// Returns the shares of so many events that are explained in the same way.
    pub(super) fn of(by: Explained, events: u64) -> Self {
        let mut shares = Self::default();
        match by {
            Explained::Known => shares.known = events,
            Explained::Fallback => shares.fallback = events,
            Explained::Unknown => shares.unknown = events,
        }
        shares
    }

    pub(super) fn add(&mut self, more: Self) {
        self.known += more.known;
        self.fallback += more.fallback;
        self.unknown += more.unknown;
    }
}

impl Health {
    /// Returns the score, 0 to 100.
    #[must_use]
    pub fn score(self) -> u64 {
        self.explained + self.reviewed + self.stable
    }
}

/// How one event is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Explained {
    Known,
    Fallback,
    Unknown,
}

impl Explained {
    /// Returns how an event is explained that has this rule, if any. A rule that only another
    /// catalogue has is taken for no fallback.
    pub(super) fn by(id: Option<&str>, catalogue: &Catalogue) -> Self {
        match id.map(|id| catalogue.rule(id)) {
            None => Self::Unknown,
            Some(Some(rule)) if rule.fallback => Self::Fallback,
            Some(_) => Self::Known,
        }
    }
}

impl Coverage {
    /// Does the sums.
    #[must_use]
    pub fn new(input: CoverageInput<'_>) -> Self {
        let sums = Sums::new(&input);
        let today = input.now.timestamp().to_zoned(TimeZone::UTC).date();
        let catalogue = input.catalogue;
        let met = |rule: &Rule| sums.rules.get(rule.id.as_str()).copied().unwrap_or(0);
        let of_status = |status: Status| {
            let rules = catalogue.rules().iter().filter(|rule| rule.status == status);
            most_first(rules.map(|rule| (rule.id.as_str(), met(rule))))
        };
        let not_in_catalogue = sums.rules.iter().filter(|(rule, _)| catalogue.rule(rule).is_none());
        let n_events: u64 = input.counts.iter().map(|count| count.events).sum();
        let days = input.counts.iter().map(|count| count.day);
        Self {
            catalogue: catalogue.hash().into(),
            rules: catalogue.rules().len() as u64,
            events: n_events,
            informational: n_events - sums.shares.total(),
            days: days.clone().min().zip(days.max()),
            shares: sums.shares,
            by_component: sums.by_component(),
            by_week: sums.by_week(),
            unknown_clusters: sums.clusters(),
            dead_rules: catalogue
                .rules()
                .iter()
                .filter(|rule| rule.must_have_events() && met(rule) == 0)
                .map(|rule| rule.id.to_string())
                .collect(),
            past_review: past_review(catalogue, today, met),
            deprecated_met: of_status(Status::Deprecated),
            experimental_met: of_status(Status::Experimental),
            not_in_catalogue: most_first(not_in_catalogue.map(|(rule, events)| (*rule, *events))),
            health: health(sums.shares, catalogue.rules().iter().filter(|r| met(r) > 0), today),
            deciding: input.deciding,
            slowest: input.slowest,
        }
    }
}

fn past_review(catalogue: &Catalogue, today: Date, met: impl Fn(&Rule) -> u64) -> Vec<PastReview> {
    let rules = catalogue.rules().iter().filter(|rule| rule.review_by < today);
    let mut found: Vec<_> = rules
        .map(|rule| PastReview {
            rule: rule.id.to_string(),
            review_by: rule.review_by,
            events: met(rule),
        })
        .collect();
    found.sort_by_key(|row| row.review_by);
    found
}

/// Returns the rules that have events, most first.
fn most_first<'r>(rules: impl Iterator<Item = (&'r str, u64)>) -> Vec<RuleCount> {
    let met = rules.filter(|(_, events)| *events > 0);
    let mut found: Vec<_> =
        met.map(|(rule, events)| RuleCount { rule: rule.into(), events }).collect();
    found.sort_by_key(|row| std::cmp::Reverse(row.events));
    found
}

/// Returns the score.
///
/// Rules that were never met cost nothing: a catalogue may know products that a site does not run.
fn health<'r>(shares: Shares, met: impl Iterator<Item = &'r Rule>, today: Date) -> Option<Health> {
    let (mut n_met, mut n_reviewed, mut n_stable) = (0_u64, 0_u64, 0_u64);
    for rule in met {
        n_met += 1;
        n_reviewed += u64::from(rule.review_by >= today);
        n_stable += u64::from(rule.status == Status::Stable);
    }
    let points = |max: u64, part: u64, of: u64| (max * part).checked_div(of).unwrap_or(0);
    (shares.total() > 0).then(|| Health {
        explained: points(40, 2 * shares.known + shares.fallback, shares.total()),
        reviewed: points(10, n_reviewed, n_met),
        stable: points(10, n_stable, n_met),
    })
}

#[cfg(test)]
mod tests;
