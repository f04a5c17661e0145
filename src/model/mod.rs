//! The words that every other module speaks: entries, events, severities, spans of time.
//!
//! **Invariant:** plain values only. Nothing here does I/O or reads a clock.
//!
//! **Not here:** reading logs (`parse`), rules (`catalogue`), what is kept (`store`).

mod causes;
mod entry;
mod event;
mod finding;
mod identity;
mod problem_state;
mod rule_id;
mod span;
mod stamp;
mod time;

pub use causes::with_causes;
pub use entry::{Entry, EntryId, EntryKind, Level, Related, is_hl7};
pub use event::{Event, Outcome, Severity};
pub use finding::{Finding, grouped, nearest, plural};
pub use identity::{SeenKey, Stream};
pub use problem_state::ProblemState;
pub use rule_id::{RuleId, RuleIdError, is_kebab};
pub use span::{SpanError, parse_span, render_span};
pub use stamp::Stamp;
pub use time::{Clock, Hour, Millis, Period, PeriodError};
