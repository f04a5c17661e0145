//! The states of the problems in a store.

use std::collections::BTreeMap;

use crate::life::{Decision, HourEvents, Life, live};
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
    let mut found = BTreeMap::new();
    for problem in store.known_problems(now)? {
        let about = decisions.get(&problem.problem).map(Vec::as_slice).unwrap_or_default();
        let life = life_by(store, &problem.problem, (problem.first, problem.last), about, now)?;
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
    now: Millis,
) -> Result<Life, StoreError> {
    if !decisions.is_empty() {
        return Ok(live(&store.problem_hours(problem)?, decisions, now));
    }
    let at = |time: Millis| (time.hour(), HourEvents { first: time, last: time, events: 1 });
    Ok(Life { silence: None, ..live(&BTreeMap::from([at(last), at(first)]), &[], now) })
}

/// Returns the life of one problem up to a moment, and all decisions about it, notes and later ones
/// included.
///
/// # Errors
///
/// Returns [`StoreError`] where the store cannot be read.
pub fn life_of(
    store: &Store,
    problem: &str,
    now: Millis,
) -> Result<(Life, Vec<Decision>), StoreError> {
    let decisions = store.decisions_about(problem)?;
    Ok((live(&store.problem_hours(problem)?, &decisions, now), decisions))
}
