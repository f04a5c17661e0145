//! The states of the problems in a store.

use std::collections::BTreeMap;

use crate::life::{AsOf, Decision, HourEvents, Life, live};
use crate::model::Millis;
use crate::store::{KnownProblem, Store, StoreError};

/// A problem and its life.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// What the store knows of it.
    pub problem: KnownProblem,
    /// Its state, and how it came to that.
    pub life: Life,
}

/// Returns how the problems that had events up to a moment stood then, by id.
///
/// What the silence of a problem tells is found only where somebody decided something about it: it
/// takes all its hours. [`life_of`] finds it for one.
///
/// # Errors
///
/// Returns [`StoreError`] where the store cannot be read.
pub fn standings(store: &Store, now: Millis) -> Result<BTreeMap<String, Standing>, StoreError> {
    let decisions = store.decisions()?;
    let heard = Heard::of(store, now)?;
    let mut found = BTreeMap::new();
    for problem in store.known_problems(now)? {
        let about = decisions.get(&problem.problem).map(Vec::as_slice).unwrap_or_default();
        let bounds = (problem.first, problem.last);
        let as_of = heard.on(&problem.server);
        let life = life_by(store, &problem.problem, bounds, about, as_of)?;
        found.insert(problem.problem.clone(), Standing { problem, life });
    }
    Ok(found)
}

/// Returns the life of a problem up to a moment, by its first and its last event where nobody
/// decided anything about it; what its silence tells is left out then.
pub(super) fn life_by(
    store: &Store,
    problem: &str,
    (first, last): (Millis, Millis),
    decisions: &[Decision],
    as_of: AsOf,
) -> Result<Life, StoreError> {
    if !decisions.is_empty() {
        return Ok(live(&store.problem_hours(problem)?, decisions, as_of));
    }
    let at = |time: Millis| (time.hour(), HourEvents { first: time, last: time, events: 1 });
    Ok(Life { silence: None, ..live(&BTreeMap::from([at(last), at(first)]), &[], as_of) })
}

/// Returns the life of one problem up to a moment, and all decisions about it, notes and later ones
/// included.
///
/// # Errors
///
/// Returns [`StoreError`] where the store cannot be read.
pub fn life_of(
    store: &Store,
    problem: &KnownProblem,
    now: Millis,
) -> Result<(Life, Vec<Decision>), StoreError> {
    let decisions = store.decisions_about(&problem.problem)?;
    let hours = store.problem_hours(&problem.problem)?;
    let as_of = Heard::of(store, now)?.on(&problem.server);
    Ok((live(&hours, &decisions, as_of), decisions))
}

/// Up to when the logs of each server are known, as of a moment.
pub(super) struct Heard {
    now: Millis,
    servers: BTreeMap<String, Millis>,
}

impl Heard {
    pub(super) fn of(store: &Store, now: Millis) -> Result<Self, StoreError> {
        Ok(Self { now, servers: store.heard_until()? })
    }

    /// Returns when a life on a server is looked at.
    pub(super) fn on(&self, server: &str) -> AsOf {
        let heard = self.servers.get(server).copied();
        AsOf { now: self.now, heard: heard.unwrap_or(self.now).min(self.now) }
    }
}
