//! From events and decisions to states.

use std::collections::BTreeMap;

use super::history::{HourEvents, hours_with_events, next_event};
use super::rate::{Silence, silence};
use super::spells::Block;
use super::{Action, Decision};
use crate::model::{Hour, Millis, ProblemState};

/// So long a problem is new, in milliseconds: seven days.
pub const NEW_SPAN: i64 = 7 * 86_400_000;

/// The life of a problem up to a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Life {
    /// Its state.
    pub state: ProblemState,
    /// Since when.
    pub since: Millis,
    /// The decision that the state follows from: for what is verified gone or regressed, the fix.
    pub decision: Option<Decision>,
    /// Its states, oldest first.
    pub transitions: Vec<Transition>,
    /// What its silence tells; `None` where it has no events yet.
    pub silence: Option<Silence>,
}

/// A change of the state.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// When, in event time.
    pub at: Millis,
    /// The state before; `None`: it is the first.
    pub from: Option<ProblemState>,
    /// The state from then on.
    pub to: ProblemState,
    /// Why.
    pub cause: Cause,
}

/// Why a state changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// The first event.
    Seen,
    /// It is not new any more.
    Aged,
    /// Somebody decided so.
    Decided(Decision),
    /// It was silent for long enough.
    Silent(Silence),
    /// An event after the fix.
    Came,
}

/// When a life is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// Events and decisions up to this moment count.
    pub now: Millis,
    /// Up to this moment the logs of its server are known: later, nothing could be heard of it.
    pub heard: Millis,
}

impl From<Millis> for AsOf {
    /// Returns the moment at which the logs are known that were written up to it.
    fn from(now: Millis) -> Self {
        Self { now, heard: now }
    }
}

/// Returns the life of a problem as of a moment.
///
/// Events and decisions after that moment do not count. The order of the decisions does not matter:
/// they count by the moments from which they hold, then by when they were written down.
#[must_use]
pub fn live(
    hours: &BTreeMap<Hour, HourEvents>,
    decisions: &[Decision],
    as_of: impl Into<AsOf>,
) -> Life {
    let as_of = as_of.into();
    let now = as_of.now;
    let first = hours.values().find(|hour| hour.events > 0).map(|hour| hour.first);
    let mut decisions: Vec<&Decision> = decisions
        .iter()
        .filter(|decision| decision.at <= now && decision.action != Action::Note)
        .collect();
    decisions.sort();
    let mut walk = Walk::new(hours, first.filter(|first| *first <= now), as_of);
    for (nth, decision) in decisions.iter().enumerate() {
        walk.decide(decision);
        let next = decisions.get(nth + 1).map_or(now, |next| next.at);
        walk.pass(next);
    }
    walk.finish(decisions.first().map(|decision| decision.at))
}

/// A life as far as it was looked at.
struct Walk<'w> {
    hours: &'w BTreeMap<Hour, HourEvents>,
    first: Option<Millis>,
    as_of: AsOf,
    state: Option<ProblemState>,
    decision: Option<Decision>,
    transitions: Vec<Transition>,
    /// Times in which it was left alone, up to a fix that held for some time.
    blocks: Vec<Block>,
    /// Where the next one begins.
    begin: Hour,
    silence: Option<Silence>,
}

impl<'w> Walk<'w> {
    fn new(hours: &'w BTreeMap<Hour, HourEvents>, first: Option<Millis>, as_of: AsOf) -> Self {
        Self {
            hours,
            first,
            as_of,
            state: None,
            decision: None,
            transitions: Vec::new(),
            blocks: Vec::new(),
            begin: Hour::new(i64::MIN),
            silence: None,
        }
    }

    fn decide(&mut self, decision: &Decision) {
        if self.decision.is_none() {
            self.begin_life(decision.at);
        }
        self.leave_silence(decision.at);
        self.silence = None;
        let state = match decision.action {
            Action::Target => ProblemState::Targeted,
            Action::Fix => ProblemState::Fixed,
            Action::Accept => ProblemState::Accepted,
            Action::Reopen => ProblemState::Open,
            Action::Note => return,
        };
        self.decision = Some(decision.clone());
        self.turn(decision.at, state, Cause::Decided(decision.clone()));
    }

    /// Goes through what happens before anybody decides.
    fn begin_life(&mut self, until: Millis) {
        let Some(first) = self.first.filter(|first| *first <= until) else { return };
        self.turn(first, ProblemState::New, Cause::Seen);
        let aged = Millis::new(first.get().saturating_add(NEW_SPAN));
        if aged <= until {
            self.turn(aged, ProblemState::Open, Cause::Aged);
        }
    }

    /// Goes through what happens by itself up to the next decision.
    fn pass(&mut self, until: Millis) {
        if self.state != Some(ProblemState::Fixed) {
            return;
        }
        let Some(fixed) = self.decision.as_ref().map(|decision| decision.at) else { return };
        let came = next_event(self.hours, fixed, until);
        let blocks = self.blocks_until(fixed);
        let found = silence(&blocks, fixed, came.unwrap_or(until.min(self.heard_after(fixed))));
        if found.is_proof()
            && let Some(at) = found.verified_at
        {
            let then = silence(&blocks, fixed, at);
            self.turn(at, ProblemState::VerifiedGone, Cause::Silent(then));
        }
        if let Some(came) = came {
            self.leave_silence(came);
            self.turn(came, ProblemState::Regressed, Cause::Came);
        } else {
            self.silence = Some(found);
        }
    }

    /// Ends the time that says how often the problem comes, where it was verified gone.
    fn leave_silence(&mut self, at: Millis) {
        if self.state == Some(ProblemState::VerifiedGone)
            && let Some(fixed) = self.decision.as_ref().map(|decision| decision.at)
        {
            self.blocks = self.blocks_until(fixed);
            self.begin = at.hour();
        }
    }

    fn blocks_until(&self, end: Millis) -> Vec<Block> {
        let hours = hours_with_events(self.hours, self.begin, end);
        let block = Block { hours, end: end.hour().get() };
        self.blocks.iter().cloned().chain([block]).collect()
    }

    fn turn(&mut self, at: Millis, to: ProblemState, cause: Cause) {
        self.transitions.push(Transition { at, from: self.state, to, cause });
        self.state = Some(to);
    }

    fn finish(mut self, decided: Option<Millis>) -> Life {
        if decided.is_none() {
            self.begin_life(self.as_of.now);
        }
        let silence = self.silence.take().or_else(|| self.silence_since_last());
        let since = self.transitions.last().map_or(self.as_of.now, |last| last.at);
        Life {
            state: self.state.unwrap_or(ProblemState::New),
            since,
            decision: self.decision,
            transitions: self.transitions,
            silence,
        }
    }

    /// Returns what the silence since the last event tells, whatever was decided.
    fn silence_since_last(&self) -> Option<Silence> {
        let now = self.as_of.now;
        let until = self.hours.range(..=now.hour()).rev().map(|(_, hour)| hour);
        let last = until.filter(|hour| hour.events > 0 && hour.first <= now);
        let last = last.map(|hour| hour.last.min(now)).next()?;
        Some(silence(&self.blocks_until(last), last, self.heard_after(last)))
    }

    /// Returns up to when silence after a moment is known; that moment where the logs end before.
    fn heard_after(&self, moment: Millis) -> Millis {
        self.as_of.heard.min(self.as_of.now).max(moment)
    }
}
