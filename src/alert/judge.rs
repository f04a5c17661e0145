//! The steps of an alert: held, open, over.

use super::AlertSettings;
use super::desk::{Desk, Place, Told, is_watch};
use super::hold::millis;
use crate::catalogue::Rule;
use crate::model::{Millis, Outcome, Severity};
use crate::store::{AlertRow, Phase, Trigger};

/// A component that writes so long after the last event of a bout is alive, in milliseconds.
const ALIVE: i64 = 60_000;
/// What stopped and never came back is over after so long without an event: a day.
const FORGOTTEN: i64 = 86_400_000;
/// The time over which alerts are counted.
const HOUR: i64 = 3_600_000;
/// So long alerts are held back before that is told, so that their count tells something.
const GATHER: i64 = 60_000;

/// Why an alert is not told yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// A maintenance, up to this moment; then until the bout is known to go on.
    Maintenance(Millis),
    /// Too many alerts were told.
    Crowded,
    /// It usually heals by itself, and is told when an event comes after this moment.
    Heals(Millis),
    /// Its events are gathered up to this moment.
    Gathers(Millis),
}

/// Returns why an alert that is held is not told yet.
#[must_use]
pub fn why_held(row: &AlertRow, settings: &AlertSettings) -> Held {
    let after = |at: Millis, span: i64| Millis::new(at.get().saturating_add(span));
    match (row.spared_until, row.crowded, row.hold) {
        (Some(until), ..) if row.last < until => Held::Maintenance(until),
        (_, Some(_), _) => Held::Crowded,
        (.., Some(hold)) if row.outcome != Some(Outcome::Stopped) => {
            Held::Heals(after(row.first, hold))
        }
        _ => Held::Gathers(after(row.noticed, settle(row, settings))),
    }
}

/// Moves every alert on, and returns what is to be told.
pub(super) fn judge<E>(
    desk: &mut Desk,
    now: Millis,
    mut place: impl FnMut(&AlertRow) -> Result<Place, E>,
) -> Result<Vec<Told>, E> {
    let mut told = Vec::new();
    let mut room = room(desk, now);
    for id in waiting(desk) {
        let Some(row) = desk.rows.get(&id) else { continue };
        let place = place(row)?;
        let is_lasting = is_lasting(row, desk.rule(row));
        let sight = Sight { now, is_lasting, is_over: is_over(row, &place, is_lasting, desk, now) };
        if let Some(end) = maintenance_end(row, &place, &desk.settings, now) {
            spare(desk, &id, end, sight);
        } else if row.phase == Phase::Held {
            told.extend(judge_held(desk, &id, sight, &mut room));
        } else {
            told.extend(judge_open(desk, &id, sight));
        }
    }
    told.extend(held_back(desk, now));
    Ok(told)
}

/// What is known of an alert at the moment.
#[derive(Clone, Copy, Debug)]
struct Sight {
    now: Millis,
    is_lasting: bool,
    is_over: bool,
}

/// Returns the ids of alerts that are not over, the worst and oldest first: they are told first
/// where not all may be.
fn waiting(desk: &Desk) -> Vec<String> {
    let mut rows: Vec<&AlertRow> =
        desk.rows.values().filter(|row| row.phase != Phase::Over).collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.severity), row.noticed, &row.id));
    rows.into_iter().map(|row| row.id.clone()).collect()
}

/// Notes that an alert falls into a maintenance. What was never told ends in silence.
fn spare(desk: &mut Desk, id: &str, end: Millis, sight: Sight) {
    let is_noted = desk.rows.get(id).is_some_and(|row| row.spared_until == Some(end));
    if !is_noted && let Some(row) = desk.change(id) {
        row.spared_until = Some(end);
    }
    let is_held = desk.rows.get(id).is_some_and(|row| row.phase == Phase::Held);
    if is_held
        && sight.is_over
        && let Some(row) = desk.change(id)
    {
        close(row, sight.now);
    }
}

fn judge_held(desk: &mut Desk, id: &str, sight: Sight, room: &mut usize) -> Option<Told> {
    let row = desk.rows.get(id)?;
    if is_due(row, &desk.settings, sight) {
        if *room > 0 {
            *room -= 1;
            let row = desk.change(id)?;
            row.phase = Phase::Open;
            (row.opened, row.crowded) = (Some(sight.now), None);
            row.messages += 1;
            return Some(Told::Opened(id.into()));
        }
        if row.crowded.is_none() {
            desk.change(id)?.crowded = Some(sight.now);
        }
    }
    if sight.is_over {
        close(desk.change(id)?, sight.now);
    }
    None
}

fn judge_open(desk: &mut Desk, id: &str, sight: Sight) -> Option<Told> {
    let is_end_told = desk.settings.is_end_told;
    if sight.is_over {
        let row = desk.change(id)?;
        close(row, sight.now);
        row.messages += u32::from(is_end_told);
        return is_end_told.then(|| Told::Ended(id.into()));
    }
    let row = desk.rows.get(id)?;
    let lasted = if sight.is_lasting { sight.now } else { row.last };
    let lasted = lasted.get().saturating_sub(row.first.get());
    let steps = desk.rule(row).map(|rule| rule.escalation.as_slice()).unwrap_or_default();
    let reached = steps.iter().take_while(|step| millis(step.after) <= lasted).count();
    let reached = u32::try_from(reached).unwrap_or(u32::MAX);
    if reached <= row.step {
        return None;
    }
    let row = desk.change(id)?;
    row.step = reached;
    row.messages += 1;
    Some(Told::Escalated(id.into(), reached))
}

/// Returns true where an alert that is held may be told.
fn is_due(row: &AlertRow, settings: &AlertSettings, sight: Sight) -> bool {
    let lasted = row.last.get().saturating_sub(row.first.get());
    let heals = row.hold.filter(|_| row.outcome != Some(Outcome::Stopped));
    let is_past_usual = heals.is_none_or(|hold| lasted > hold);
    // After a maintenance it must be known to go on.
    let goes_on = row.spared_until.is_none_or(|end| sight.is_lasting || row.last >= end);
    let gathered = sight.now.get().saturating_sub(row.noticed.get());
    is_past_usual && goes_on && gathered >= settle(row, settings)
}

/// Returns how long events of an alert are gathered before it is told, in milliseconds.
fn settle(row: &AlertRow, settings: &AlertSettings) -> i64 {
    let is_back = row.trigger == Trigger::Regressed;
    let is_urgent = row.severity >= Severity::Critical || row.hold.is_some() || is_back;
    millis(if is_urgent { settings.settle } else { settings.min_hold })
}

/// Returns true for trouble that goes on without a word: a component that stopped, silence.
fn is_lasting(row: &AlertRow, rule: Option<&Rule>) -> bool {
    match row.outcome {
        Some(Outcome::Stopped) => true,
        Some(_) => false,
        None => rule.is_some_and(|rule| rule.stops || is_watch(rule)),
    }
}

fn is_over(row: &AlertRow, place: &Place, is_lasting: bool, desk: &Desk, now: Millis) -> bool {
    let silent = now.get().saturating_sub(row.seen.get());
    let is_ended = row.ended.is_some_and(|at| at >= row.last);
    let is_alive = place.latest.is_some_and(|at| at.get() > row.last.get().saturating_add(ALIVE));
    let is_told_by_end = row.split.is_some() && desk.rule(row).is_some_and(is_watch);
    let quiet = millis(desk.settings.quiet);
    if is_ended {
        silent >= millis(desk.settings.settle)
    } else if is_lasting || is_told_by_end {
        silent >= FORGOTTEN || (silent >= quiet && is_alive && !is_told_by_end)
    } else {
        silent >= quiet
    }
}

/// Returns the end of the maintenance that an alert falls into.
fn maintenance_end(
    row: &AlertRow,
    place: &Place,
    settings: &AlertSettings,
    now: Millis,
) -> Option<Millis> {
    let fits = settings.maintenance.iter();
    let fits = fits.filter(|one| one.is_for(&row.server, &row.component, &place.name));
    fits.filter_map(|one| one.end(now)).max()
}

fn close(row: &mut AlertRow, now: Millis) {
    (row.phase, row.over) = (Phase::Over, Some(now));
}

/// Returns how many more alerts may be told.
fn room(desk: &Desk, now: Millis) -> usize {
    let is_recent = |row: &&AlertRow| row.opened.is_some_and(|at| at.get() > now.get() - HOUR);
    let told = desk.rows.values().filter(is_recent).count();
    usize::try_from(desk.settings.max_per_hour).unwrap_or(usize::MAX).saturating_sub(told)
}

/// Says once an hour how many alerts are held back.
fn held_back(desk: &mut Desk, now: Millis) -> Option<Told> {
    let held = desk.rows.values().filter(|row| row.phase == Phase::Held);
    let since: Vec<Millis> = held.filter_map(|row| row.crowded).collect();
    let first = since.iter().min().copied()?;
    let is_silent = desk.noticed.is_none_or(|at| now.get().saturating_sub(at.get()) >= HOUR);
    if !is_silent || now.get().saturating_sub(first.get()) < GATHER {
        return None;
    }
    desk.noticed = Some(now);
    Some(Told::HeldBack(since.len() as u64, first))
}
