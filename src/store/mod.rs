//! The store: one SQLite file that holds events, counts and positions, and nothing unmasked.
//!
//! Entry points: [`Store::open`] for reading, [`Writer::spawn`] for the one thread that writes.
//!
//! **Invariant:** one transaction holds a batch's events and counts and the file position that they
//! came from, so that a crash at any moment loses nothing and doubles nothing. Whether an entry is
//! new is decided here and only here, from the keys of all entries ever counted (`seen`).
//! Roll-ups hold what events count for, and outlive them.
//! An event's class (its problem, severity, outcome and captures) names the catalogue that decided
//! it and can be decided anew from the masked text without reading logs again.
//!
//! **Not here:** what an entry means (`classify`), masking (`redact`), reading files (`pipeline`).

mod alert_changes;
mod alerts;
mod at_hand;
mod batch;
mod bouts;
mod by_time;
mod cadence;
mod captured;
mod check;
mod checkpoints;
mod class_queries;
mod cluster_texts;
mod decisions;
mod entry_ids;
mod episode_marks;
mod episodes;
mod error;
mod event_rows;
mod extent;
mod files;
mod fingerprints;
mod firsts;
mod grep;
mod hourly;
mod key;
mod last_entry;
mod ledger;
mod ledger_queries;
mod mailed;
mod met;
mod names;
mod of_problem;
mod open;
#[cfg(test)]
mod plans;
mod problems;
mod queries;
mod report_queries;
mod retention;
mod rollup;
mod rollup_queries;
mod schema;
mod seen;
mod series;
mod serving;
mod transaction;
mod unknown_queries;
mod upkeep;
mod waiting;
mod writer;

use std::collections::HashMap;

pub use alert_changes::{AlertChanges, Attempt, NewDelivery};
pub use alerts::{
    AlertRow, DeliveryCounts, DeliveryFilter, DeliveryRow, DeliveryState, Phase, Trigger,
};
pub use batch::{
    Batch, Counted, Headroom, Loss, NewEvent, NewGap, NewMark, NewProblem, Position, Tally, TextAt,
    Texts,
};
pub use bouts::{Bout, Bouts, Looked, ProblemRow, Sighting};
pub use by_time::EventFilter;
pub use cadence::{ComponentId, ComponentPulse};
pub use check::is_being_written;
pub use class_queries::{ClassCount, StoredClass, Window};
pub use cluster_texts::{ClusterText, ClusterTexts, DecidedText, FirstText};
pub use episodes::{EpisodeFilter, EpisodeRow, SymptomCount};
pub use error::StoreError;
pub use extent::{StoreInfo, TableSize};
pub use files::{Evidence, FileId, KnownFile, ServerId, short_hash};
pub use key::{key_path, load_key, load_or_create_key};
pub use ledger_queries::LossRow;
pub use open::Store;
pub use problems::KnownProblem;
pub use queries::{GapRow, SourceRow};
pub use report_queries::{ComponentLoad, HourCount, ProblemHours, ReportRows};
pub use retention::{Expired, Forgotten, Retention};
pub use serving::Patience;
pub use unknown_queries::{FingerprintRow, UnknownCount};
pub use upkeep::{Reclaimed, Upkeep};
pub use writer::{Classes, Writer, WriterHandle};

/// What is looked up for each entry: keys are hashed with a secret that is new for each map.
type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;
