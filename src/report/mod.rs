//! Turns the counts of a period into the weekly report of recurring problems.
//!
//! Entry point: [`Report::new`] derives everything from a [`ReportInput`]; [`render_text`],
//! [`render_markdown`] and [`render_json`] only lay it out.
//!
//! In the report a [`Problem`] is a rule (or a cluster of unknowns) on one server; its components,
//! and the captures that split it, are the rows inside ([`Place`]). Problems rank by cost, then
//! count, then id.
//!
//! # Cost
//!
//! `cost = toil_minutes x episodes + 15 x stops`, in minutes.
//!
//! * An *episode* is a run of hours with events, over all places of the problem; two or more empty
//!   hours end it. Ten components that fail in one outage are one episode: one call, one cure.
//! * `toil_minutes` comes from the rule; an unknown, or a rule that is not in the catalogue, counts
//!   15.
//! * *Stops* are events whose words say that the component stopped, at most one per place and
//!   episode of that place: each is somebody who starts a component again.
//!
//! # Trend
//!
//! Against the period before: *new* (first seen ever in this one), *back* (seen earlier, not in
//! the one before), *up*, *down*, *steady*, *quiet*. A change is steady where it is under 20 % or
//! not more than chance would give (its square is at most the sum of both counts). A store without
//! earlier data calls nothing new. A server that wrote nothing has no problem that went quiet.
//!
//! # JSON
//!
//! One object, fields in this order; times are RFC 3339 in UTC, absent values are `null`:
//!
//! * `window` `{name, from, to, before, unit}`, `headline`, `servers`, `silent_servers`, `stored`
//!   `{from, to}`, `has_history`
//! * `totals` and `totals_before` `{entries, by_type: {message, trace, …}, events, known, fallback,
//!   unknown}`
//! * `cost` `{total_minutes, stop_minutes, unknown_minutes}`
//! * `problems`, ranked, and `quiet`: `{rank, kind: known|fallback|unknown, rule, cluster, title,
//!   server, count, before, trend: no_history|new|back|up|steady|down|quiet, episodes,
//!   hours_between, stops, cost_minutes, share_percent, cumulative_percent, weeks, days: [{day,
//!   count}], hours_of_day, first_seen, last_seen, outcomes: {stopped, continued, retrying,
//!   recovered}, values: {name: [{value, count}]}, causes: {rule: events}, example: {text, entry, path}, places: […],
//!   card}`. `weeks` ends with this period; `days` lists only days with events; `rank` is 0 in
//!   `quiet`.
//! * a place: `{problem, component, component_name, split_by, count, before, trend, episodes,
//!   stops, weeks, first_seen, last_seen, entries}`
//! * a card, `null` where there is none: `{id, title, severity, nature, stops, cause, fix, owner,
//!   escalation: [{after, to, how}], toil_minutes, fallback, references, runbook}`
//! * `courses`, problems that several entries show together; they cost nothing
//! * `unknowns` `[{cluster, template, count, servers, components, example}]`, `fallbacks` `[{rule,
//!   title, count, problems}]`
//! * `components` `[{server, component, name, entries, messages, errors, warnings,
//!   errors_per_1000_messages}]`
//! * `gaps` `[{path, bytes, reason}]`, `skipped` `[{path, reason}]` or `null`, `store`,
//!   `catalogue`
//!
//! JSON holds everything; [`Limits`] shorten the other two.
//!
//! **Invariant:** no I/O, no clock, no SQL, and equal input gives equal bytes, whatever the order
//! of its lists.
//!
//! **Invariant:** nothing is masked here. What comes in is printed; it must be masked already.
//!
//! **Not here:** counting (`store`), printing (`cli`), the life cycle of problems.

mod facts;
mod headline;
mod input;
mod json;
mod layout;
mod markdown;
mod measure;
mod page;
mod problem;
mod summary;
mod text;
mod words;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use input::{
    ComponentTotals, EscalationStep, Example, Limits, LostBytes, Outcomes, ProblemInput,
    ReportInput, RuleCard, SkippedSource, Subject, Totals, ValueCount,
};
pub use json::render_json;
pub use layout::Color;
pub(crate) use layout::printable;
pub use markdown::render_markdown;
pub(crate) use markdown::{code_span, escape_markdown, fenced};
pub use measure::Trend;
pub use page::TextStyle;
pub use problem::{DayCount, Kind, Place, Problem};
pub use summary::{ComponentRate, Cost, FallbackKind, Report, Unknown, Window};
pub use text::render_text;
