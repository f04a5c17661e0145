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
        let life = match decisions.get(&problem.problem) {
            Some(decisions) => {
                let hours = store.problem_hours(&problem.problem)?;
                live(&hours, decisions, heard.on(&problem.server))
            }
            None => undecided_life((problem.first, problem.last), now),
        };
        found.insert(problem.problem.clone(), Standing { problem, life });
    }
    Ok(found)
}

/// Returns the life up to a moment of a problem that nobody decided about, by its first and its
/// last event; what its silence tells is left out.
pub(super) fn undecided_life((first, last): (Millis, Millis), now: Millis) -> Life {
    let at = |time: Millis| (time.hour(), HourEvents { first: time, last: time, events: 1 });
    Life { silence: None, ..live(&BTreeMap::from([at(last), at(first)]), &[], now) }
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
