//! Dewlap turns the logs of iNTERFACEWARE Iguana into a short list of recurring problems, each with
//! its cause, its fix and its owner.
//!
//! # Bird's eye
//!
//! ```text
//!  files, directories,          bytes            entries            masked events
//!  archives, stdin    archive ────────► parse ────────► redact, ──────────────► store
//!                                                       classify                  │ rows
//!                     cli ◄──────────── report ◄──────── pipeline ◄───────────────┘
//!                          text, json, md, html, csv
//! ```
//!
//! Data flows one way. [`pipeline`] is the only place that knows the whole way; everything below it
//! is a library that could be used alone.
//!
//! # Code map, from the ground up
//!
//! | floor | module | what it does | only user of |
//! |---|---|---|---|
//! | 0 | [`model`] | the words: entry, event, severity, rule id, week | |
//! | 1 | [`markup`] | HTML in which no text becomes markup | sha2 |
//! | 1 | [`parse`] | bytes to entries, one reader a format | `encoding_rs` |
//! | 1 | [`redact`] | hides patient data behind keyed pseudonyms | |
//! | 1 | [`document`] | a TOML file as checked fields, all faults at once | toml |
//! | 1 | [`archive`] | finds inputs and opens them as streams | zip, tar, zstd, bzip2, flate2, walkdir |
//! | 1 | [`sample`] | makes synthetic logs from a seed | fastrand (with `api`) |
//! | 1 | [`course`] | what several entries tell together | |
//! | 1 | [`secret`] | passwords: where they are, and that they are never shown | |
//! | 1 | [`life`] | the states of a problem, and whether a fix holds | |
//! | 1 | [`web`] | HTTP requests to other servers | ureq |
//! | 1 | [`mail`] | sends mail | lettre |
//! | 1 | [`picture`] | charts as pictures | resvg |
//! | 1 | [`silence`] | how often components write, and who is silent for too long | |
//! | 1 | [`cluster`] | groups texts by what they have in common | |
//! | 1 | [`serve`] | health, readiness and metrics over HTTP | axum, prometheus-client |
//! | 2 | [`api`] | Iguana's HTTP interfaces: what to ask next | |
//! | 2 | [`locate`] | finds Iguana on this machine | |
//! | 2 | [`catalogue`] | pattern files to checked rules | rust-embed (with `cli::demo`, `cli::patterns`) |
//! | 2 | [`report`] | counts to the weekly report in five formats | |
//! | 2 | [`store`] | SQLite: exactly once, and every query | rusqlite |
//! | 2 | [`tail`] | finds the files of a source, and tells when to look | notify, globset, rustix (with `alert`, `archive`, `cli`, `doctor`) |
//! | 3 | [`classify`] | text to rule, captures, outcome or cluster | aho-corasick |
//! | 3 | [`export`] | the catalogue in the languages of other pipelines | |
//! | 3 | [`runbook`] | the catalogue as a page that people read | |
//! | 4 | [`draft`] | a rule for a cluster of unknowns, written and tried | |
//! | 4 | [`alert`] | what is told, when and to whom, and takes it there | |
//! | 4 | [`pipeline`] | wires a batch; follows files; makes a report's input | rayon |
//! | 5 | [`config`] | the configuration file, checked | |
//! | 6 | [`follow`] | the daemon: sessions, signals, reload | tokio (with `serve`), sd-notify |
//! | 6 | [`doctor`] | what would stop it from working here | |
//! | 7 | [`cli`] | one file a command; prints; reads clock and environment | clap, indicatif, anyhow, tracing-subscriber |
//!
//! A module uses floors below its own; neighbours on a floor do not know each other. The test
//! `tests/it/architecture.rs` holds the table and fails where the code disagrees.
//!
//! # Invariants
//!
//! * **Exactly once.** A batch's events, counts, keys and position are one transaction ([`store`]).
//!   Whether an entry is new is decided there, from the keys of all entries ever counted, so an
//!   entry that is met again (mirrored root, recovery, archive) is a duplicate.
//! * **Nothing unmasked leaves [`pipeline`].** Texts are masked first and classified as masked, so
//!   a stored text says again what it said when it was read, without the log.
//! * **Readers are total.** Bad bytes become gaps with exact offsets; the rest is read.
//! * **The answer does not depend on order:** of files, of rules, or of where bytes were cut.
//! * **Time is an argument.** Only [`cli`] reads the clock; windows and states follow event time.
//! * **Nothing is written near Iguana's logs**, locked, or held open longer than it is read.
//!
//! # To change X, go to Y
//!
//! | to | go to |
//! |---|---|
//! | teach it an error | `patterns/`, no Rust needed: `patterns/README.md` |
//! | read another format | `parse/format.rs`, a new reader beside the others, `parse/parser.rs` |
//! | ask a server for logs in another way | an `Interface` in `api/options.rs`, a file beside `api/classic.rs` |
//! | mask something else | [`redact`], or `[[redact.mask]]` in the configuration |
//! | keep something else of an event | a new file in `store/migrations/`, `store/event_rows.rs` |
//! | count events by something else | `store/rollup.rs`, a new file in `store/migrations/` |
//! | keep events for longer or shorter | `[retention]` in the configuration, `store/retention.rs` |
//! | show something else in the report | `report/input.rs`, `pipeline/weekly.rs`, the renderers |
//! | raise an alert of something else, or reach another kind of target | [`alert`] |
//! | add a command | a file in `cli/`, a line in `cli/mod.rs`, a line in README |
//! | check something else on the machine | a file in `doctor/`, the list in `cli/doctor.rs` |
//! | add an option to the configuration | `config/fields.rs`, README |

pub mod alert;
pub mod api;
pub mod archive;
pub mod catalogue;
pub mod classify;
pub mod cli;
pub mod cluster;
pub mod config;
pub mod course;
pub mod doctor;
pub mod document;
pub mod draft;
pub mod export;
pub mod follow;
pub mod life;
pub mod locate;
pub mod mail;
pub mod markup;
pub mod model;
pub mod parse;
pub mod picture;
pub mod pipeline;
pub mod redact;
pub mod report;
pub mod runbook;
pub mod sample;
pub mod secret;
pub mod serve;
pub mod silence;
pub mod store;
pub mod tail;
pub mod web;
