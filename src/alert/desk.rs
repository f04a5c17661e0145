//! Decides what is told: pure, synchronous, and the same whenever it is asked again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::hold::{millis, usual};
use super::{AlertSettings, judge, ledger};
use crate::catalogue::{Catalogue, Rule, Status};
use crate::life::Decision;
use crate::model::{Millis, Outcome, Severity};
use crate::store::{AlertRow, Bout, Bouts, Phase, Trigger};

/// What is older than this when it is read raises nothing, in milliseconds: logs of the past tell
/// nobody what to do now.
pub(super) const LATE: i64 = 3_600_000;

/// Events of one problem, or an episode of a rule, as a look finds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// The problem, such as `p-4f1c0a9b2e`.
    pub problem: String,
    /// The rule that explains it.
    pub rule: Option<String>,
    /// The Iguana server.
    pub server: String,
    /// GUID or name of the component.
    pub component: String,
    /// Of an episode: the captures that are counted apart, as a JSON object.
    pub split: Option<String>,
    /// The first of them.
    pub first: Millis,
    /// The last of them.
    pub last: Millis,
    /// The worst of them.
    pub severity: Severity,
    /// What became of the work, by the last of them.
    pub outcome: Option<Outcome>,
    /// When something ended the episode.
    pub ended: Option<Millis>,
}

impl Met {
    /// Returns the alert that begins with this.
    pub(super) fn begin(
        &self,
        trigger: Trigger,
        first: Millis,
        hold: Option<i64>,
        now: Millis,
    ) -> AlertRow {
        AlertRow {
            id: alert_id(&self.problem, first),
            problem: self.problem.clone(),
            rule: self.rule.clone(),
            server: self.server.clone(),
            component: self.component.clone(),
            split: self.split.clone(),
            severity: self.severity,
            trigger,
            phase: Phase::Held,
            outcome: self.outcome,
            first,
            last: self.last,
            ended: self.ended,
            count: 0,
            noticed: now,
            seen: now,
            opened: None,
            crowded: None,
            spared_until: None,
            over: None,
            hold,
            step: 0,
            messages: 0,
        }
    }
}

/// What is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// An alert with this id opens.
    Opened(String),
    /// A step of escalation is reached, counted from 1.
    Escalated(String, u32),
    /// A bout that was told has ended.
    Ended(String),
    /// So many alerts are held back since a moment, because too many were told.
    HeldBack(u64, Millis),
}

/// A component, as far as decisions need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its name; the key where it has none.
    pub name: String,
    /// When it last wrote anything, in its own time.
    pub latest: Option<Millis>,
}

/// The alerts in progress.
#[derive(Debug)]
pub struct Desk {
    pub(super) settings: Arc<AlertSettings>,
    pub(super) catalogue: Arc<Catalogue>,
    /// By id.
    pub(super) rows: BTreeMap<String, AlertRow>,
    /// The ids of the alerts of each problem.
    by_problem: HashMap<String, BTreeSet<String>>,
    /// Ids of rows that changed since they were last taken.
    pub(super) changed: BTreeSet<String>,
    /// When it was last told that alerts are held back.
    pub(super) noticed: Option<Millis>,
    /// Problems whose present bout raises nothing: its last event, and the worst so far.
    passed: HashMap<String, (Millis, Severity)>,
}

impl Desk {
    /// Goes on with the alerts that a store has.
    #[must_use]
    pub fn new(
        settings: Arc<AlertSettings>,
        catalogue: Arc<Catalogue>,
        rows: Vec<AlertRow>,
        noticed: Option<Millis>,
    ) -> Self {
        let mut desk = Self {
            settings,
            catalogue,
            rows: BTreeMap::new(),
            by_problem: HashMap::new(),
            changed: BTreeSet::new(),
            noticed,
            passed: HashMap::new(),
        };
        for row in rows {
            desk.insert(row);
        }
        desk
    }

    fn insert(&mut self, row: AlertRow) {
        self.by_problem.entry(row.problem.clone()).or_default().insert(row.id.clone());
        self.rows.insert(row.id.clone(), row);
    }

    pub(super) fn rows_of<'d>(&'d self, problem: &str) -> impl Iterator<Item = &'d AlertRow> {
        self.by_problem.get(problem).into_iter().flatten().filter_map(|id| self.rows.get(id))
    }

    /// Takes in what a look found, with the decision about its problem that holds. `history` is asked
    /// for the bouts of a problem where they matter.
    ///
    /// # Errors
    ///
    /// Returns the error of `history`.
    pub fn see<E>(
        &mut self,
        met: &Met,
        now: Millis,
        decision: Option<&Decision>,
        history: impl Fn() -> Result<Bouts, E>,
    ) -> Result<(), E> {
        if met.last.get() < now.get().saturating_sub(LATE) {
            return Ok(());
        }
        if let Some(fix) = self.fix_that_failed(met, decision)
            && self.regress(met, fix, now, &history()?)
        {
            return Ok(());
        }
        if self.extend(met, now) || ledger::is_accepted(met, decision) {
            return Ok(());
        }
        let quiet = millis(self.settings.quiet);
        if self.rows_of(&met.problem).any(|row| is_near(row, met, quiet)) {
            // Its events and its episodes are one bout.
            return Ok(());
        }
        let causes = self.causes(met);
        if let Some((last, worst)) = self.passed.get_mut(&met.problem)
            && met.split.is_none()
            && met.first.get() <= last.get().saturating_add(quiet)
            && met.severity <= *worst
        {
            *last = met.last.max(*last);
            return Ok(());
        }
        let row = if causes.is_empty() { None } else { self.begin(met, &causes, now, history()?) };
        if let Some(row) = row {
            self.open(row);
        } else if met.split.is_none() {
            self.passed.insert(met.problem.clone(), (met.last, met.severity));
        }
        Ok(())
    }

    /// Adds an alert that begins.
    pub(super) fn open(&mut self, row: AlertRow) {
        self.passed.remove(&row.problem);
        self.changed.insert(row.id.clone());
        self.insert(row);
    }

    /// Returns what is to be told now. `place` is asked for the component of an alert.
    ///
    /// # Errors
    ///
    /// Returns the error of `place`.
    pub fn judge<E>(
        &mut self,
        now: Millis,
        place: impl FnMut(&AlertRow) -> Result<Place, E>,
    ) -> Result<Vec<Told>, E> {
        let told = judge::judge(self, now, place)?;
        let oldest = now.get().saturating_sub(LATE).saturating_sub(millis(self.settings.quiet));
        self.passed.retain(|_, (last, _)| last.get() >= oldest);
        let changed = &self.changed;
        let dropped = self.rows.extract_if(.., |id, row| {
            let is_live = row.phase != Phase::Over || row.seen.max(row.last).get() >= oldest;
            !is_live && row.opened.is_none_or(|at| at.get() < oldest) && !changed.contains(id)
        });
        for (id, row) in dropped {
            if let Some(ids) = self.by_problem.get_mut(&row.problem) {
                ids.remove(&id);
            }
        }
        self.by_problem.retain(|_, ids| !ids.is_empty());
        Ok(told)
    }

    /// Returns an alert in progress.
    #[must_use]
    pub fn row(&self, id: &str) -> Option<&AlertRow> {
        self.rows.get(id)
    }

    /// Returns an alert to be changed, which will be among the changed ones.
    pub(super) fn change(&mut self, id: &str) -> Option<&mut AlertRow> {
        self.changed.insert(id.into());
        self.rows.get_mut(id)
    }

    /// Returns the alerts that changed since this was last asked, and when it was last told that
    /// alerts are held back.
    pub fn take_changed(&mut self) -> (Vec<AlertRow>, Option<Millis>) {
        let changed = std::mem::take(&mut self.changed);
        let rows = changed.iter().filter_map(|id| self.rows.get(id).cloned()).collect();
        (rows, self.noticed)
    }

    /// Adds to the alert whose bout goes on with this. Returns false where there is none.
    fn extend(&mut self, met: &Met, now: Millis) -> bool {
        let quiet = millis(self.settings.quiet);
        let is_same = |row: &&AlertRow| row.split == met.split && is_near(row, met, quiet);
        // The latest one, where a bout that was late joins two.
        let latest = self.rows_of(&met.problem).filter(is_same).max_by_key(|row| row.last);
        let id = latest.map(|row| row.id.clone());
        let Some(row) = id.and_then(|id| self.rows.get_mut(&id)) else { return false };
        let before = row.clone();
        row.first = row.first.min(met.first);
        if met.last >= row.last {
            (row.last, row.outcome, row.ended) = (met.last, met.outcome, met.ended);
        }
        row.severity = row.severity.max(met.severity);
        // An episode is found again at each look, events are not.
        if *row != before || met.split.is_none() {
            row.seen = now;
            if row.phase == Phase::Over {
                row.phase = if row.opened.is_some() { Phase::Open } else { Phase::Held };
                row.over = None;
            }
            self.changed.insert(row.id.clone());
        }
        true
    }

    /// Returns what can raise an alert of this, as far as the settings want it.
    fn causes(&self, met: &Met) -> Vec<Trigger> {
        let possible: &[Trigger] = match (&met.rule, met.split.is_some()) {
            (None, _) if self.settings.with_unknowns => &[Trigger::New],
            (None, _) => &[],
            (Some(id), is_episode) => {
                self.catalogue.rule(id).map_or(&[], |rule| causes_of(rule, is_episode))
            }
        };
        let is_told = met.severity > Severity::Info || possible == [Trigger::Watch];
        let wanted = |cause: &Trigger| is_told && self.settings.triggers.contains(cause);
        possible.iter().copied().filter(wanted).collect()
    }

    /// Returns the alert that begins with this, where it matters.
    fn begin(
        &self,
        met: &Met,
        causes: &[Trigger],
        now: Millis,
        history: Bouts,
    ) -> Option<AlertRow> {
        let mut bouts = history.bouts;
        let is_this = |row: &Bout| row.first <= met.last && met.first <= row.last;
        let present = bouts.iter().position(is_this);
        let past = bouts.split_off(present.map_or(0, |at| at + 1));
        let mut first = met.first.min(bouts.last().map_or(met.first, |bout| bout.first));
        let mut was_met = !past.is_empty();
        if let Some(earliest) = history.earliest.filter(|_| history.is_cut && past.is_empty()) {
            // So many events that its beginning was not looked for: young, or not new.
            was_met = earliest.get() < now.get().saturating_sub(LATE);
            first = if was_met { first } else { earliest };
        }
        let pause = past.first().map_or(0, |bout| first.get().saturating_sub(bout.last.get()));
        let holds = |cause: &&Trigger| match cause {
            Trigger::New => !was_met,
            Trigger::Returned => pause >= millis(self.settings.returned_after),
            Trigger::Threshold | Trigger::Watch => true,
            Trigger::Severity => met.severity >= self.settings.severity,
            Trigger::Regressed => false,
        };
        let trigger = *causes.iter().find(holds)?;
        let hold = (trigger != Trigger::Watch).then(|| self.hold(met, past)).flatten();
        Some(met.begin(trigger, first, hold, now))
    }

    /// Returns how long a problem is held because it usually heals by itself.
    fn hold(&self, met: &Met, mut past: Vec<Bout>) -> Option<i64> {
        let rule = met.rule.as_deref().and_then(|id| self.catalogue.rule(id));
        if rule.is_some_and(|rule| rule.course().is_some()) {
            // An episode that nothing ended may have ended because somebody did something.
            past.retain(|bout| bout.outcome == Some(Outcome::Recovered));
        }
        usual(&past, &self.settings)
    }

    /// Returns the rule of an alert.
    pub(super) fn rule(&self, row: &AlertRow) -> Option<&Rule> {
        self.catalogue.rule(row.rule.as_deref()?)
    }
}

/// Returns true for a rule on the logs themselves: silence, loss, what will be lost.
pub(super) fn is_watch(rule: &Rule) -> bool {
    rule.id.category() == "watch"
}

/// Returns what can raise an alert of a rule's episodes, or of its events.
fn causes_of(rule: &Rule, is_episode: bool) -> &'static [Trigger] {
    if rule.status == Status::Experimental || rule.routine {
        &[]
    } else if is_watch(rule) {
        &[Trigger::Watch]
    } else if is_episode {
        if is_counted(rule) { &[Trigger::Threshold] } else { &[] }
    } else if rule.recurrence.is_some() {
        // Its episodes tell when it matters, unless it always does.
        &[Trigger::Severity]
    } else {
        &[Trigger::New, Trigger::Returned, Trigger::Severity]
    }
}

/// Returns true for a rule whose episodes are trouble; a pair, failed and recovered, is over when
/// it is known.
fn is_counted(rule: &Rule) -> bool {
    let is_pair = rule.course().is_some_and(|course| course.threshold().is_pair);
    !is_pair && (rule.course().is_some() || rule.recurrence.is_some())
}

/// Returns true for events that belong to the bout of an alert.
pub(super) fn is_near(row: &AlertRow, met: &Met, quiet: i64) -> bool {
    met.first.get() <= row.last.get().saturating_add(quiet)
        && met.last.get() >= row.first.get().saturating_sub(quiet)
}

/// Returns the id of the alert of a bout.
fn alert_id(problem: &str, first: Millis) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(problem.as_bytes());
    hasher.update(&first.get().to_le_bytes());
    "a-".chars().chain(hasher.finalize().to_hex().chars().take(10)).collect()
}
