//! The thread that mails the weekly report.

use std::error::Error;
use std::time::Duration;

use super::context::Context;
use crate::alert::{Mail, send_letter};
use crate::api::Backoff;
use crate::config::Schedule;
use crate::model::{Period, with_causes};
use crate::pipeline::{WeeklyOptions, report_letter, weekly_report};
use crate::report::Limits;
use crate::store::{Store, StoreError};

/// The clock is looked at so often.
const LOOKED: Duration = Duration::from_mins(1);
/// After a failure the next attempt comes within this, and after more of them ever later: see
/// [`Backoff`].
const FIRST_PAUSE: Duration = Duration::from_mins(1);
/// An answer of the mail server takes no longer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A report waits no longer than so for logs that are not all read yet, in milliseconds: 6 hours.
const LONGEST_WAIT: i64 = 6 * 3_600_000;

/// Runs until it is told to stop.
///
/// Each week's report is mailed once: what was mailed is committed after it. Where the machine dies
/// between the two the mail is sent again, with the same id. Weeks in which nothing ran are left
/// out but the last.
///
/// # Errors
///
/// Returns [`StoreError`] where the store cannot be read, or its writer has ended.
pub(super) fn mail_reports(
    context: &Context,
    mail: &Mail,
    schedule: &Schedule,
) -> Result<(), StoreError> {
    let mut backoff = Backoff::new(context.setup.seed);
    loop {
        let pause = match mail_due(context, mail, schedule)? {
            None => LOOKED,
            Some(Ok(())) => {
                backoff.succeed();
                LOOKED
            }
            Some(Err(error)) => {
                let error = with_causes(&*error);
                tracing::warn!(error, "report not mailed");
                backoff.fail(FIRST_PAUSE, None)
            }
        };
        if context.stop.wait(pause) {
            return Ok(());
        }
    }
}

/// Mails the report that is due, if there is one.
fn mail_due(
    context: &Context,
    mail: &Mail,
    schedule: &Schedule,
) -> Result<Option<Result<(), MailingError>>, StoreError> {
    let now = (context.clock)().now;
    let Some(at) = schedule.last_before(now) else { return Ok(None) };
    let period = Period::last_whole_week(at);
    match Store::open(&context.setup.db)?.mailed_until()? {
        Some(until) if until >= period.to => return Ok(None),
        Some(_) => {}
        // What was due before this was asked for is nobody's wish.
        None => return context.handle.commit_mailed(period.to).map(|()| None),
    }
    if now.get() - at.get() < LONGEST_WAIT && !context.board.read().is_all_read() {
        return Ok(None);
    }
    let sent = mail_report(context, mail, period);
    if sent.is_ok() {
        context.handle.commit_mailed(period.to)?;
        tracing::info!(week = period.week_name(), "report mailed");
    }
    Ok(Some(sent))
}

/// Why a report was not mailed.
type MailingError = Box<dyn Error + Send + Sync>;

fn mail_report(context: &Context, mail: &Mail, period: Period) -> Result<(), MailingError> {
    let setup = &context.setup;
    let options = WeeklyOptions {
        period,
        server: None,
        limits: Limits::default(),
        runbook: setup.runbook.as_deref(),
    };
    let report = weekly_report(&Store::open(&setup.db)?, &setup.catalogue, options)?;
    let now = (context.clock)().now;
    let letter = report_letter(&report, (&mail.from, &mail.to), now)?;
    send_letter(mail, &letter, TIMEOUT)?;
    Ok(())
}
