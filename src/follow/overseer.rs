//! The thread that looks at all sources together: courses, silence, crashes, old events.

use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use super::SourceSetup;
use super::context::Context;
use super::retain::{Schedule, retain};
use crate::model::Millis;
use crate::parse::ParseOptions;
use crate::pipeline::{SilenceWatch, commit_notices};
use crate::serve::{AlertCounts, Status};
use crate::store::{Store, StoreError};

/// Courses are followed up so often.
const SETTLED: Duration = Duration::from_secs(2);
/// Silence is looked for so often.
const LOOKED: Duration = Duration::from_mins(1);

/// Runs until it is told to stop.
///
/// # Errors
///
/// Returns [`StoreError`] where the store cannot be read, or its writer has ended.
pub(super) fn oversee(context: &Context) -> Result<(), StoreError> {
    let servers = context.setup.sources.iter().map(|source| source.server.clone());
    let mut silence = SilenceWatch::new(servers.collect(), context.setup.zone.clone());
    let began = (context.clock)().ticks;
    let mut retention = Schedule::new(began);
    let (mut settled, mut next_look) = (0, began + LOOKED);
    while !context.stop.wait(SETTLED) {
        let status = context.board.read();
        let events: u64 = status.sources.iter().map(|source| source.events).sum();
        if events != settled {
            settled = events;
            context.handle.settle()?;
        }
        note_alerts(context)?;
        let moment = (context.clock)();
        if retention.is_due(moment.ticks) {
            retain(context, moment.now)?;
        }
        if moment.ticks >= next_look {
            next_look = moment.ticks + LOOKED;
            look_for_silence(context, &mut silence, (&status, moment.now))?;
        }
    }
    Ok(())
}

/// Tells what became of alerts.
fn note_alerts(context: &Context) -> Result<(), StoreError> {
    if context.setup.alerts.targets.is_empty() {
        return Ok(());
    }
    let counts = Store::open(&context.setup.db)?.delivery_counts()?;
    context.board.update(|status| {
        status.alerts =
            AlertCounts { sent: counts.delivered, pending: counts.waiting, failed: counts.failed };
    });
    Ok(())
}

/// What was not read yet looks like silence, so nothing is told until all is read.
fn look_for_silence(
    context: &Context,
    silence: &mut SilenceWatch,
    (status, now): (&Status, Millis),
) -> Result<(), StoreError> {
    if !status.is_all_read() {
        return Ok(());
    }
    for source in &context.setup.sources {
        let SourceSetup::Files { working_dir, .. } = &source.kind else { continue };
        let reports = working_dir.as_ref().map(|dir| dir.join("resources/reports"));
        if let Some(time) = reports.and_then(|reports| last_crash(&reports)) {
            silence.note_crash(&source.server, time);
        }
    }
    let store = Store::open(&context.setup.db)?;
    let notices = silence.step(&store, now)?;
    if notices.is_empty() {
        return Ok(());
    }
    for notice in &notices {
        let (server, component) = (notice.server.as_str(), notice.component.as_str());
        tracing::warn!(server, component, text = notice.text, "silence");
    }
    let parse = ParseOptions::default();
    let options = context.options("", &parse); // Each notice names its server.
    commit_notices(&notices, &options, &context.handle, &store)?;
    Ok(())
}

/// Returns when the latest crash file of a server was written.
fn last_crash(reports: &Path) -> Option<Millis> {
    let modified = |entry: fs::DirEntry| {
        let is_crash = entry.path().extension().is_some_and(|end| end == "crash");
        let at = is_crash.then(|| entry.metadata().ok()?.modified().ok())??;
        i64::try_from(at.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
    };
    fs::read_dir(reports).ok()?.flatten().filter_map(modified).max().map(Millis::new)
}
