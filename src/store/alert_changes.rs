//! What the alerter changes: its place, its alerts and the messages that wait.

use rusqlite::{Connection, params};

use super::alerts::ALERT_COLUMNS;
use super::{AlertRow, DeliveryState, Looked, StoreError, WriterHandle};
use crate::model::Millis;

/// So long what is over and done with is kept, in milliseconds: 30 days.
const KEPT: i64 = 30 * 86_400_000;

/// What one look changed, to be committed together.
#[derive(Clone, Debug, Default)]
pub struct AlertChanges {
    /// The moment of the look, by the clock.
    pub at: Millis,
    /// How far it looked.
    pub looked: Looked,
    /// When it was last told that alerts are held back.
    pub noticed: Option<Millis>,
    /// Alerts that are new or changed.
    pub alerts: Vec<AlertRow>,
    /// Messages to be delivered.
    pub deliveries: Vec<NewDelivery>,
}

/// A message for a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// The message's id.
    pub message: String,
    /// The alert; `None` for what concerns all.
    pub alert: Option<String>,
    /// The target's name.
    pub target: String,
    /// What is told, as JSON.
    pub body: String,
}

/// How an attempt to deliver ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Number of the delivery.
    pub delivery: i64,
    /// When it ended, by the clock.
    pub at: Millis,
    /// What became of the message.
    pub state: DeliveryState,
    /// When it is tried again, where it waits.
    pub next: Millis,
    /// What went wrong.
    pub error: Option<String>,
}

impl WriterHandle {
    /// Commits what a look changed, all of it or nothing, and waits until that is done.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Stopped`] where the thread has ended.
    pub fn commit_alerts(&self, changes: AlertChanges) -> Result<(), StoreError> {
        self.change(move |db| put_changes(db, &changes))?;
        self.flush()
    }

    /// Commits how an attempt ended, and waits until that is done.
    ///
    /// # Errors
    ///
    /// As [`WriterHandle::commit_alerts`].
    pub fn commit_attempt(&self, attempt: Attempt) -> Result<(), StoreError> {
        self.change(move |db| put_attempt(db, &attempt))?;
        self.flush()
    }
}

fn put_changes(db: &Connection, changes: &AlertChanges) -> rusqlite::Result<()> {
    let looked = &changes.looked;
    db.prepare_cached(
        "INSERT INTO alerted (one, event, problem, time, noticed) VALUES (1, ?1, ?2, ?3, ?4) \
         ON CONFLICT (one) DO UPDATE SET event = ?1, problem = ?2, time = ?3, noticed = ?4",
    )?
    .execute(params![
        looked.event,
        looked.problem,
        looked.time.map(Millis::get),
        changes.noticed.map(Millis::get),
    ])?;
    for alert in &changes.alerts {
        put_alert(db, alert)?;
    }
    for delivery in &changes.deliveries {
        put_delivery(db, delivery, changes.at)?;
    }
    if !changes.deliveries.is_empty() {
        forget(db, changes.at.get() - KEPT)?;
    }
    Ok(())
}

fn put_alert(db: &Connection, alert: &AlertRow) -> rusqlite::Result<()> {
    let marks = vec!["?"; ALERT_COLUMNS.split(", ").count()].join(", ");
    let sql = format!("INSERT OR REPLACE INTO alert ({ALERT_COLUMNS}) VALUES ({marks})");
    db.prepare_cached(&sql)?.execute(params![
        alert.id,
        alert.problem,
        alert.rule,
        alert.server,
        alert.component,
        alert.split,
        alert.severity as u8,
        alert.trigger as u8,
        alert.phase as u8,
        alert.outcome.map(|outcome| outcome as u8),
        alert.first.get(),
        alert.last.get(),
        alert.ended.map(Millis::get),
        alert.count,
        alert.noticed.get(),
        alert.seen.get(),
        alert.opened.map(Millis::get),
        alert.crowded.map(Millis::get),
        alert.spared_until.map(Millis::get),
        alert.over.map(Millis::get),
        alert.hold,
        alert.step,
        alert.messages,
    ])?;
    Ok(())
}

fn put_delivery(db: &Connection, new: &NewDelivery, at: Millis) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO delivery (message, alert, target, body, state, attempts, created, next, \
         changed) VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, ?5, ?5) \
         ON CONFLICT (message, target) DO NOTHING",
    )?
    .execute(params![new.message, new.alert, new.target, new.body, at.get()])?;
    Ok(())
}

/// Forgets what was over and done with before a moment.
fn forget(db: &Connection, before: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM delivery WHERE state <> 0 AND changed < ?")?
        .execute([before])?;
    db.prepare_cached("DELETE FROM alert WHERE over < ? AND seen < ?")?
        .execute([before, before])?;
    Ok(())
}

fn put_attempt(db: &Connection, attempt: &Attempt) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE delivery SET state = ?2, next = ?3, changed = ?4, error = ?5, \
         attempts = attempts + 1 WHERE id = ?1",
    )?
    .execute(params![
        attempt.delivery,
        attempt.state as u8,
        attempt.next.get(),
        attempt.at.get(),
        attempt.error,
    ])?;
    Ok(())
}
