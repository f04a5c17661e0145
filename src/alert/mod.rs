//! Tells people of problems that matter, once, with what to do about them.
//!
//! Entry points: [`Alerter::spawn`] runs it all; [`Lookout::look`] is one look at the store,
//! [`Desk`] the decisions in it; [`try_target`] tries whether a target can be reached.
//!
//! # Words
//!
//! * A **bout** of a problem is a run of its events of which each follows within the quiet span
//!   ([`AlertSettings::quiet`], event time) after the one before. An episode of a rule that looks
//!   beyond one entry is a bout of that rule.
//! * A bout **goes on** until nothing of it was read for the quiet span. Where the component stopped
//!   (by the outcome of the last event, or because the rule usually stops it), it goes on until the
//!   component writes again, for a day at most; an episode that something ends is over then.
//! * An **alert** is a bout that matters, by its [`crate::store::Trigger`]: one bout of one problem
//!   is one alert, whatever the number of its events and messages. Rules that are experimental or
//!   routine raise none, nor does what was more than an hour old when it was read.
//! * It is **held** until it is told: until its events are gathered; where the problem usually heals
//!   by itself, until an event comes after its usual time, learned from its own bouts in the store;
//!   through a maintenance; while too many were told. What ends before is never told.
//! * Once told, it is **open**. The steps of escalation of its rule are told as they are reached,
//!   and its end.
//!
//! What is new, and what came back, is known from the events alone. What people decided about a
//! problem ([`crate::life`]) changes that: the first event after a fix is told at once, as one alert
//! in the place of those of its bout, however usual the problem was; what was accepted is told
//! only where it is critical; a message names who is to eliminate the problem.
//!
//! # The way of a message
//!
//! A look commits its place in the store, its alerts and a delivery for each target in one
//! transaction: what was decided is told, and nothing is decided twice. A courier for each target
//! takes its deliveries there and commits the outcome before it goes on. A process that dies between
//! the answer of a target and that commit delivers one message once more, with the same id: in the
//! JSON, in the header `Idempotency-Key`, in the `Message-ID` of a mail.
//!
//! **Invariant:** [`Desk`] does no I/O and reads no clock. Whatever is told comes from the store and
//! the catalogue, so it is masked. No secret is shown, logged or stored.
//!
//! **Not here:** finding problems (`classify`), episodes (`course`), silence and loss of logs, which
//! are rules of the category `watch`; reading the configuration (`config`).

mod alerter;
mod compose;
mod courier;
mod desk;
mod hold;
mod judge;
mod ledger;
mod lookout;
mod maintenance;
mod message;
mod render;
mod settings;
mod target;

pub use alerter::{Alerter, AlerterOptions};
pub use desk::{Desk, Met, Place, Told};
pub use judge::{Held, why_held};
pub use lookout::Lookout;
pub use maintenance::{Maintenance, MaintenanceTime};
pub use message::{Before, MESSAGE_SCHEMA, Message, MessageKind, Step, spoken};
pub use settings::{AlertSettings, Mail, Target, TargetKind, Webhook, WebhookBody};
pub use target::{DeliverError, send_letter, try_target};

#[cfg(test)]
mod tests;
