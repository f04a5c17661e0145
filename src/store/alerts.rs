//! Alerts and their deliveries, as they are kept.

use rusqlite::Row;
use rusqlite::types::Value;

use super::queries::severity;
use super::{Store, StoreError};
use crate::model::{Millis, Outcome, Severity};

/// Why a bout of a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// The problem was never met before.
    New,
    /// It was quiet for long, and came back.
    Returned,
    /// A rule that looks beyond one entry was met.
    Threshold,
    /// Logs fell silent, were lost or soon will be.
    Watch,
    /// It is as bad as to matter every time.
    Severity,
    /// Somebody fixed it, and it came again.
    Regressed,
}

/// What became of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// It is not told yet, and perhaps never will be.
    Held,
    /// It was told, and goes on.
    Open,
    /// The bout has ended.
    Over,
}

/// What became of a message for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryState {
    /// It waits for its next attempt.
    Waits,
    /// The target took it.
    Delivered,
    /// The target will not have it.
    Refused,
    /// It was tried for too long.
    GivenUp,
}

/// What became of all deliveries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// Those that a target took.
    pub delivered: u64,
    /// Those that wait for an attempt.
    pub waiting: u64,
    /// Those that were refused, or tried for too long.
    pub failed: u64,
}

/// A bout of a problem that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRow {
    /// Such as `a-4f1c0a9b2e`.
    pub id: String,
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
    /// The worst of its events.
    pub severity: Severity,
    /// Why it matters.
    pub trigger: Trigger,
    /// What became of it.
    pub phase: Phase,
    /// What became of the work, by its last event.
    pub outcome: Option<Outcome>,
    /// Its first event, in event time, as the next two.
    pub first: Millis,
    /// Its last event.
    pub last: Millis,
    /// When something ended it; episodes only.
    pub ended: Option<Millis>,
    /// Its events, when they were last counted.
    pub count: u64,
    /// When it was first noticed, by the clock, as the next five.
    pub noticed: Millis,
    /// When an event of it was last noticed.
    pub seen: Millis,
    /// When it was told.
    pub opened: Option<Millis>,
    /// Since when it is held back because too many were told.
    pub crowded: Option<Millis>,
    /// The end of the maintenance in which it was met.
    pub spared_until: Option<Millis>,
    /// When it was found to have ended.
    pub over: Option<Millis>,
    /// How long the problem usually takes to heal by itself, in milliseconds.
    pub hold: Option<i64>,
    /// Steps of escalation that were told.
    pub step: u32,
    /// Messages so far.
    pub messages: u32,
}

/// A message for a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Number of the row.
    pub id: i64,
    /// The message's id, the same at every attempt.
    pub message: String,
    /// The alert; `None` for what concerns all.
    pub alert: Option<String>,
    /// The target's name.
    pub target: String,
    /// What is told, as JSON.
    pub body: String,
    /// What became of it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was made, by the clock.
    pub created: Millis,
    /// When it is tried next.
    pub next: Millis,
    /// When its state last changed.
    pub changed: Millis,
    /// What went wrong last.
    pub error: Option<String>,
}

/// Which deliveries are wanted; the default is all.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// Only those of this target.
    pub target: Option<String>,
    /// Only those in this state.
    pub state: Option<DeliveryState>,
    /// Only those to be tried by this time, of each alert the first one that waits.
    pub due: Option<Millis>,
    /// Only the first so many.
    pub limit: Option<u32>,
}

pub(super) const ALERT_COLUMNS: &str = "id, problem, rule, server, component, split, severity, \
    cause, phase, outcome, first, last, ended, events, noticed, seen, opened, crowded, \
    spared_until, over, hold, step, messages";

impl Store {
    /// Returns the alerts that are not over, and those that were met, told or over since a moment;
    /// by the time at which they were noticed.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn alerts(&self, since: Millis) -> Result<Vec<AlertRow>, StoreError> {
        let sql = format!(
            "SELECT {ALERT_COLUMNS} FROM alert \
             WHERE over IS NULL OR max(over, seen, last, coalesce(opened, 0)) >= ?1 \
             ORDER BY noticed, id"
        );
        self.collect(&sql, &[Value::Integer(since.get())], read_alert)
    }

    /// Returns the wanted deliveries, in the order in which they were made.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<DeliveryRow>, StoreError> {
        let sql = "SELECT id, message, alert, target, body, state, attempts, created, next, \
             changed, error FROM delivery WHERE (?1 IS NULL OR target = ?1) \
             AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR (next <= ?3 AND NOT EXISTS ( \
             SELECT 1 FROM delivery AS earlier WHERE earlier.state = 0 \
             AND earlier.target = delivery.target AND earlier.alert = delivery.alert \
             AND earlier.id < delivery.id))) ORDER BY id LIMIT ?4";
        let values = [
            filter.target.clone().map_or(Value::Null, Value::Text),
            filter.state.map_or(Value::Null, |state| Value::Integer(state as i64)),
            filter.due.map_or(Value::Null, |at| Value::Integer(at.get())),
            Value::Integer(filter.limit.map_or(-1, i64::from)),
        ];
        self.collect(sql, &values, read_delivery)
    }

    /// Returns what became of all deliveries.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn delivery_counts(&self) -> Result<DeliveryCounts, StoreError> {
        let sql = "SELECT state, count(*) FROM delivery GROUP BY state";
        let rows =
            self.collect(sql, &[], |row| Ok((row.get::<_, u8>(0)?, row.get::<_, u64>(1)?)))?;
        let of = |state: DeliveryState| {
            rows.iter().filter(|(code, _)| *code == state as u8).map(|(_, count)| count).sum()
        };
        let given_up: u64 = of(DeliveryState::GivenUp);
        Ok(DeliveryCounts {
            delivered: of(DeliveryState::Delivered),
            waiting: of(DeliveryState::Waits),
            failed: of(DeliveryState::Refused) + given_up,
        })
    }

    /// Returns how many messages wait for their targets.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Sqlite`] where the store cannot be read.
    pub fn n_waiting_deliveries(&self) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM delivery WHERE state = 0";
        Ok(self.collect(sql, &[], |row| row.get(0))?.pop().unwrap_or_default())
    }
}

impl Trigger {
    /// Every trigger, by its number in the store.
    pub const ALL: [Self; 6] =
        [Self::New, Self::Returned, Self::Threshold, Self::Watch, Self::Severity, Self::Regressed];

    /// Returns the name used in the configuration and in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Returned => "returned",
            Self::Threshold => "threshold",
            Self::Watch => "watch",
            Self::Severity => "severity",
            Self::Regressed => "regressed",
        }
    }
}

impl Phase {
    /// Every phase, by its number in the store.
    pub const ALL: [Self; 3] = [Self::Held, Self::Open, Self::Over];

    /// Returns the name used in lists.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Open => "open",
            Self::Over => "over",
        }
    }
}

impl DeliveryState {
    /// Every state, by its number in the store.
    pub const ALL: [Self; 4] = [Self::Waits, Self::Delivered, Self::Refused, Self::GivenUp];

    /// Returns the name used in lists.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waits => "waits",
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::GivenUp => "given-up",
        }
    }
}

/// Returns the value with this number, the last one where there is none.
fn nth<T: Copy, const N: usize>(all: [T; N], number: usize) -> T {
    const { assert!(N > 0, "there is a last one") };
    all.get(number).copied().unwrap_or(all[N - 1])
}

fn read_alert(row: &Row<'_>) -> rusqlite::Result<AlertRow> {
    let time = |column: usize| row.get::<_, Option<i64>>(column).map(|at| at.map(Millis::new));
    let moment = |column: usize| row.get(column).map(Millis::new);
    let outcome: Option<usize> = row.get(9)?;
    Ok(AlertRow {
        id: row.get(0)?,
        problem: row.get(1)?,
        rule: row.get(2)?,
        server: row.get(3)?,
        component: row.get(4)?,
        split: row.get(5)?,
        severity: severity(row.get(6)?),
        trigger: nth(Trigger::ALL, row.get(7)?),
        phase: nth(Phase::ALL, row.get(8)?),
        outcome: outcome.and_then(|outcome| Outcome::ALL.get(outcome).copied()),
        first: moment(10)?,
        last: moment(11)?,
        ended: time(12)?,
        count: row.get(13)?,
        noticed: moment(14)?,
        seen: moment(15)?,
        opened: time(16)?,
        crowded: time(17)?,
        spared_until: time(18)?,
        over: time(19)?,
        hold: row.get(20)?,
        step: row.get(21)?,
        messages: row.get(22)?,
    })
}

fn read_delivery(row: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    Ok(DeliveryRow {
        id: row.get(0)?,
        message: row.get(1)?,
        alert: row.get(2)?,
        target: row.get(3)?,
        body: row.get(4)?,
        state: nth(DeliveryState::ALL, row.get(5)?),
        attempts: row.get(6)?,
        created: row.get(7).map(Millis::new)?,
        next: row.get(8).map(Millis::new)?,
        changed: row.get(9).map(Millis::new)?,
        error: row.get(10)?,
    })
}
