//! What a report tells of how far problems are on their way to being eliminated.

use std::collections::{BTreeMap, BTreeSet};

use super::standings::{Heard, life_by};
use super::unknowns::Grouping;
use super::weekly::{WeeklyOptions, subject};
use crate::catalogue::Catalogue;
use crate::life::{self, Life};
use crate::model::ProblemState;
use crate::report::{
    Action, Decision, Outcomes, ProblemInput, ReportInput, Silence, Standing, Subject,
};
use crate::store::{KnownProblem, Store, StoreError};

/// Fills in how each problem stood at the end of the period, and what was decided in it.
///
/// Problems that somebody decided about are told although they had no event for long: that they
/// are silent is the news.
pub(super) fn add_standings(
    store: &Store,
    catalogue: &Catalogue,
    grouping: &Grouping,
    options: WeeklyOptions<'_>,
    input: &mut ReportInput,
) -> Result<(), StoreError> {
    let WeeklyOptions { period, server, .. } = options;
    let decisions = store.decisions()?;
    let told: BTreeSet<String> = input.problems.iter().map(|problem| problem.id.clone()).collect();
    for id in decisions.keys().filter(|id| !told.contains(*id)) {
        let known = store.known_problem(id, period.to)?;
        let known = known.filter(|known| server.is_none_or(|server| known.server == server));
        input.problems.extend(known.map(|known| silent_problem(known, grouping)));
    }
    let heard = Heard::of(store, period.to)?;
    for problem in &mut input.problems {
        let about = decisions.get(&problem.id).map(Vec::as_slice).unwrap_or_default();
        let seen = (problem.first_seen, problem.last_seen);
        let as_of = heard.on(&problem.server);
        let life = life_by(store, &problem.id, seen, about, as_of)?;
        problem.standing = Some(standing(life));
        let made = about.iter().filter(|decision| period.contains(decision.at));
        let actions = made.map(|decision| action(decision, problem, catalogue));
        input.actions.extend(actions);
    }
    Ok(())
}

/// Returns a problem without events in the time that a report looks at.
fn silent_problem(known: KnownProblem, grouping: &Grouping) -> ProblemInput {
    ProblemInput {
        subject: subject(known.rule.as_deref(), (known.cluster, known.template), grouping),
        id: known.problem,
        server: known.server,
        component: known.component,
        component_name: known.component_name,
        split_by: BTreeMap::new(),
        hours: BTreeMap::new(),
        failures: None,
        weeks_before: Vec::new(),
        first_seen: known.first,
        last_seen: known.last,
        outcomes: Outcomes::default(),
        values: BTreeMap::new(),
        causes: BTreeMap::new(),
        example: None,
        standing: None,
    }
}

fn standing(life: Life) -> Standing {
    // Only after a fix is silence a proof of something.
    let is_fixed = matches!(life.state, ProblemState::Fixed | ProblemState::VerifiedGone);
    let silence = life.silence.filter(|_| is_fixed);
    Standing {
        state: life.state,
        since: life.since,
        decision: life.decision.map(|decision| Decision {
            by: decision.by,
            why: decision.why,
            ticket: decision.ticket,
            documentation: decision.documentation,
            at: decision.at,
        }),
        silence: silence.map(|silence| {
            let verified_at = silence.verified_at.filter(|at| *at <= silence.until);
            Silence {
                since: silence.since,
                until: silence.until,
                chance: silence.chance,
                verified_at,
            }
        }),
    }
}

fn action(decision: &life::Decision, problem: &ProblemInput, catalogue: &Catalogue) -> Action {
    let title = match &problem.subject {
        Subject::Rule(id) => {
            catalogue.rule(id.as_str()).map_or_else(|| id.to_string(), |rule| rule.title.clone())
        }
        Subject::Cluster { template, .. } => format!("unknown: {template}"),
    };
    Action {
        at: decision.at,
        what: decision.action.name().into(),
        by: decision.by.clone(),
        why: decision.why.clone(),
        ticket: decision.ticket.clone(),
        problem: title,
        server: problem.server.clone(),
        component: problem.component_name.clone(),
    }
}
