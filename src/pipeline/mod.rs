//! Wires the stages of a batch: inputs, readers, classification, masking, the store.
//!
//! Entry points: [`ingest`], for a source over HTTP [`PollSource::step`], over what is stored
//! [`weekly_report`], [`standings()`], [`unknowns()`], [`coverage()`] and [`backtest()`], and over
//! plain lines [`mine_lines`]. In [`ingest`] one thread reads, parses and counts (`digest`); with more
//! threads it only cuts the log where entries end (`piece`), and all of them parse. They all judge
//! what may be events (`pending`, `judged`), and batches are committed in the order of reading
//! (`lane`); the store's writer commits on its own thread, behind a bounded channel that stops the
//! reader when the disk is slow.
//!
//! **Invariant:** a file's position moves only in the transaction that holds the entries before it.
//! Every text that leaves `judged` is masked, and classified as masked, so that a stored text
//! says again what it said when it was read.
//!
//! **Not here:** what a format looks like (`parse`), what is printed (`cli`).

mod about;
mod backtest;
mod capture;
mod class;
mod courses;
mod coverage;
mod digest;
mod elimination;
mod essence;
mod feed;
mod files;
mod identify;
mod ingest;
mod judged;
mod lane;
mod log;
mod notices;
mod pending;
mod piece;
mod places;
mod poll;
mod report_letter;
mod routine;
mod silence;
mod standings;
mod texts;
mod unknowns;
mod watched;
mod weekly;

pub use backtest::{
    Backtest, BacktestOptions, Change, ChangeKind, LesserChange, SampleText, backtest,
};
pub use capture::{Recount, recount};
pub use coverage::{
    ClusterCount, ComponentShares, Coverage, CoverageInput, CoverageOptions, Health, PastReview,
    RuleCount, Shares, WeekShares, coverage,
};
pub use files::{FileFollower, FileSource, FollowCounts, Moment};
pub use ingest::{Effort, FileGap, IngestError, IngestOptions, Summary, classes, ingest};
pub use notices::{Notice, commit_notices};
pub use poll::{PollSource, PollStep, SourceState};
pub use report_letter::report_letter;
pub use silence::SilenceWatch;
pub use standings::{Standing, life_of, standings};
pub use texts::{MinedLines, masked_template, mine_lines};
pub use unknowns::{Group, Grouping, UnknownCluster, UnknownPlace, unknowns};
pub use weekly::{WeeklyOptions, weekly_report};
