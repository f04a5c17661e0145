//! What the follower says of itself.

use std::path::PathBuf;

use super::Latency;
use crate::model::Millis;

/// How the follower is, as its parts last said.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// The version of the program.
    pub version: String,
    /// The store that is written to.
    pub store: PathBuf,
    /// Whether it can be written to.
    pub store_state: SourceState,
    /// The hash of the catalogue that explains entries.
    pub catalogue: String,
    /// When the process began, by the clock.
    pub started: Millis,
    /// True while a session runs: its store is open and its sources are started.
    pub is_ready: bool,
    /// What is followed, in the order of the configuration.
    pub sources: Vec<SourceStatus>,
    /// How long commits took.
    pub commits: Latency,
    /// Commands that wait for the store's writer.
    pub queue_depth: u64,
    /// How often the configuration was read again.
    pub reloads: Reloads,
    /// What became of alerts.
    pub alerts: AlertCounts,
    /// Memory that the process holds; `None` where the system does not tell.
    pub resident_bytes: Option<u64>,
}

/// How one source is.
#[derive(Clone, Debug, Default)]
pub struct SourceStatus {
    /// Its name in the configuration.
    pub name: String,
    /// The Iguana server that its logs come from.
    pub server: String,
    /// How it is read.
    pub kind: SourceKind,
    /// Whether it can be read.
    pub state: SourceState,
    /// When it was last looked through whole, by the clock; `None`: not yet.
    pub last_round: Option<Millis>,
    /// Files that are followed.
    pub files: u64,
    /// Bytes that were seen and are not committed yet.
    pub lag_bytes: u64,
    /// Age of the oldest of them, in seconds.
    pub lag_seconds: u64,
    /// New entries since the process began; the next counts are of them.
    pub entries: u64,
    /// Entries that became events.
    pub events: u64,
    /// Events that a rule explains.
    pub known: u64,
    /// Events that none does.
    pub unknown: u64,
    /// Entries that were there already.
    pub duplicates: u64,
    /// Damaged parts that were found.
    pub gaps: u64,
    /// Bytes that were destroyed before they were read.
    pub lost_bytes: u64,
}

/// How a source is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceKind {
    /// Log files.
    #[default]
    Files,
    /// `/api_query` of Iguana 4 to 6.
    ApiQuery,
    /// `/logs/retrieve` of Iguana X.
    LogsRetrieve,
}

impl SourceKind {
    /// Returns the name that is shown: `files`, `api-query` or `logs-retrieve`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::ApiQuery => "api-query",
            Self::LogsRetrieve => "logs-retrieve",
        }
    }
}

/// Whether a source can be read, or the store be written to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SourceState {
    /// It can.
    #[default]
    Up,
    /// It cannot.
    Down {
        /// Since when, by the clock.
        since: Millis,
        /// Why, in words that name no patient.
        reason: String,
    },
}

impl SourceState {
    /// Notes why it cannot; returns true where that is news. What was down before stays so since then.
    pub fn fail(&mut self, now: Millis, why: &str) -> bool {
        let since = match self {
            Self::Down { reason, .. } if reason == why => return false,
            Self::Down { since, .. } => *since,
            Self::Up => now,
        };
        *self = Self::Down { since, reason: why.into() };
        true
    }
}

/// How often the configuration was read again while the follower ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reloads {
    /// How often it was sound and taken.
    pub accepted: u64,
    /// How often it had faults, so that the one before stayed.
    pub refused: u64,
    /// When that was last, by the clock.
    pub last: Option<Millis>,
}

/// What became of alerts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlertCounts {
    /// Alerts that a target took.
    pub sent: u64,
    /// Alerts that wait to be sent, or to be tried again.
    pub pending: u64,
    /// Alerts that were given up.
    pub failed: u64,
}

impl SourceStatus {
    /// Takes over what was counted since the process began.
    pub fn count(&mut self, entries: u64, events: u64, known: u64, duplicates: u64) {
        self.entries = entries;
        self.events = events;
        self.known = known;
        self.unknown = events.saturating_sub(known);
        self.duplicates = duplicates;
    }
}

impl Status {
    /// Returns why the follower is not ready; empty where it is.
    #[must_use]
    pub fn unready(&self) -> Vec<String> {
        if let SourceState::Down { reason, .. } = &self.store_state {
            return vec![format!("store: {reason}")];
        }
        if !self.is_ready {
            return vec!["the follower is starting".into()];
        }
        let is_waiting = |source: &&SourceStatus| source.last_round.is_none();
        self.sources.iter().filter(is_waiting).map(why_unready).collect()
    }

    /// Returns true where all sources can be read, and are read to their ends.
    #[must_use]
    pub fn is_all_read(&self) -> bool {
        self.sources.iter().all(|source| {
            source.state == SourceState::Up && source.lag_bytes == 0 && source.last_round.is_some()
        })
    }
}

fn why_unready(source: &SourceStatus) -> String {
    match &source.state {
        SourceState::Up => format!("source `{}` has not been read through yet", source.name),
        SourceState::Down { reason, .. } => format!("source `{}`: {reason}", source.name),
    }
}
