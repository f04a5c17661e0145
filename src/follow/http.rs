//! The thread of a source that is asked over HTTP.

use super::SourceSetup;
use super::context::Context;
use crate::pipeline::{PollSource, PollStep, SourceState as Asked};
use crate::serve::SourceState;
use crate::store::{StoreError, Tally};

/// Asks until it is told to stop.
///
/// # Errors
///
/// Returns [`StoreError`] where the store's writer has ended.
pub(super) fn follow_http(context: &Context) -> Result<(), StoreError> {
    let Some(source) = context.source() else { return Ok(()) };
    let SourceSetup::Http(asked) = &source.kind else { return Ok(()) };
    let options = context.options(&source.server, &source.parse);
    let handle = context.handle.clone();
    let begun = ((context.clock)().now, context.setup.seed);
    let mut poll = PollSource::open(asked.clone(), &options, handle, begun)?;
    let mut sum = Tally::default();
    loop {
        let step = poll.step((context.clock)().now)?;
        sum.add(&step.tally);
        tell(context, (&poll, &step), &sum);
        if step.is_stopped || context.stop.wait(step.wait) {
            return context.handle.flush();
        }
    }
}

/// Tells how the source is.
fn tell(context: &Context, (poll, step): (&PollSource<'_>, &PollStep), sum: &Tally) {
    let now = (context.clock)().now;
    context.tell(|status| {
        status.count(sum.entries(), sum.events, sum.known, sum.duplicates);
        status.state = match poll.state() {
            Asked::New | Asked::Up => SourceState::Up,
            Asked::Down { since, reason } => {
                SourceState::Down { since: *since, reason: reason.clone() }
            }
        };
        // What is to be asked for at once is still missing.
        if status.state == SourceState::Up && !step.wait.is_zero() {
            status.last_round = Some(now);
        }
    });
}
