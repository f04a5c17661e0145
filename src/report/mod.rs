//! Turns the counts of a period into the weekly report of recurring problems.
//!
//! Entry point: [`Report::new`] derives everything from a [`ReportInput`]; [`render_text`],
//! [`render_markdown`], [`render_html`], [`render_json`] and [`render_csv`] only lay it out.
//!
//! In the report a [`Problem`] is a rule (or a cluster of unknowns) on one server; its components,
//! and the captures that split it, are the rows inside ([`Place`]). Problems rank by cost, then
//! count, then id.
//!
//! # Cost
//!
//! `cost = (toil_minutes + 2 x log2(failures / episodes)) x episodes + 15 x stops`, in minutes, the
//! logarithm rounded down.
//!
//! * An *episode* is a run of hours with events, over all places of the problem; two or more empty
//!   hours end it. Ten components that fail in one outage are one episode: one call, one cure.
//! * `toil_minutes` comes from the rule; an unknown, or a rule that is not in the catalogue, counts
//!   15.
//! * *Failures* are the messages affected; attempts at the same work count once. An outage that
//!   stops a thousand messages takes longer to clear up than one that stops ten, but not a hundred
//!   times as long, since they are sent again together: each doubling takes two minutes more. So
//!   the count never outweighs how often somebody is called.
//! * *Stops* are events whose words say that the component stopped, at most one per component and
//!   episode of it: each is somebody who starts a component again.
//!
//! # Symptoms
//!
//! A problem of which 80 % of the events or more have one near that explains them (`symptom_of` of
//! the rule, five minutes, the same server) stands under that problem and costs nothing: who cures
//! the cause cures it too. Its stops and failures count for the problem at the root of the chain,
//! once per component and episode, and its episodes do not: it is the same call. Chains may have
//! any length; where two explain each other, the link that fewer events speak for is not made.
//!
//! # Trend
//!
//! Against the period before: *new* (first seen ever in this one), *back* (seen earlier, not in
//! the one before), *up*, *down*, *steady*, *quiet*. A change is steady where it is under 20 % or
//! not more than chance would give (its square is at most the sum of both counts). A store without
//! earlier data calls nothing new. A server that wrote nothing has no problem that went quiet.
//!
//! # State
//!
//! What was decided about a problem, and whether its fix held, comes in as a [`Standing`] of each
//! place. A problem of the report has the most urgent state of its places: regressed, new, open,
//! targeted, fixed, accepted, verified gone. The wordings of a cluster in one component are one
//! place here, which is new where all of them are.
//!
//! # JSON
//!
//! One object; [`JSON_SCHEMA`] names and describes all fields. Times are RFC 3339 in UTC, absent
//! values are `null`. JSON and CSV hold everything; [`Limits`] shorten the others.
//!
//! **Invariant:** no I/O, no clock, no SQL, and equal input gives equal bytes, whatever the order
//! of its lists.
//!
//! **Invariant:** nothing is masked here. What comes in is printed; it must be masked already.
//!
//! **Not here:** counting (`store`), printing (`cli`), the life cycle of problems.

mod changes;
pub mod chart;
mod cost;
mod facts;
mod headline;
mod html;
mod input;
mod json;
mod knowledge;
mod layout;
mod logs;
mod markdown;
mod measure;
mod page;
mod place;
mod problem;
mod progress;
mod ranking;
mod sections;
mod sheet;
mod spreadsheet;
mod standing;
mod states;
mod summary;
mod tally;
mod text;
mod watched;
mod window;
mod words;

#[cfg(test)]
mod chain_tests;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use html::{MailPage, render_html, render_mail_page};
pub use input::{
    ComponentTotals, EscalationStep, Example, Limits, LostBytes, Outcomes, ProblemInput,
    ReportInput, RuleCard, SkippedSource, Subject, Totals, ValueCount,
};
pub use json::{JSON_SCHEMA, render_json};
pub use layout::Color;
pub(crate) use layout::{LongWord, wrap};
pub use markdown::render_markdown;
pub(crate) use markdown::{code_span, escape_markdown, fenced};
pub use measure::Trend;
pub use page::TextStyle;
pub use place::Place;
pub use problem::{DayCount, Explained, ExplainedBy, Kind, Problem};
pub use progress::Progress;
pub use spreadsheet::{as_cell, render_csv};
pub use standing::{Action, Decision, Silence, Standing};
pub use summary::{Cost, Report};
pub use tally::{ComponentRate, FallbackKind, Unknown};
pub use text::render_text;
pub use watched::{CatalogueHealth, Destroyed, Overwritten, PastReview, SilentTime};
pub use window::Window;
