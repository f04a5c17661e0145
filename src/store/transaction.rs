//! Commits one batch: events, counts, keys, gaps and the position, or none of them.

use std::collections::HashMap;

use rusqlite::{Connection, TransactionBehavior, params};

use super::names::Names;
use super::seen::Seen;
use super::{Batch, Counted, NewEvent, Tally};
use crate::model::{EntryKind, Hour, Level};

/// What the writer keeps in memory between batches.
#[derive(Debug)]
pub(super) struct Ledger {
    /// The server that is being read.
    pub(super) server: i64,
    /// The catalogue that classifies.
    pub(super) catalogue: i64,
    /// Names already numbered.
    pub(super) names: Names,
    /// Entries already counted.
    pub(super) seen: Seen,
}

/// The count of one component, hour, kind and level.
type HourlyKey = (i64, Hour, EntryKind, Level);

impl Ledger {
    /// Commits a batch, and returns what was new in it.
    pub(super) fn commit(
        &mut self,
        connection: &mut Connection,
        batch: &Batch,
    ) -> rusqlite::Result<Tally> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let components = self.component_ids(&transaction, batch)?;
        let streams = self.stream_ids(&transaction, batch)?;
        let mut tally = Tally::default();
        let mut hourly = Hourly::default();
        let mut events = batch.events.iter().peekable();
        for (index, counted) in (0_u32..).zip(&batch.counted) {
            let event = events.next_if(|event| event.counted == index);
            let component = id_at(&components, counted.component);
            let stream = id_at(&streams, counted.stream);
            let is_new = self.seen.insert(&transaction, stream, counted.key)?;
            if is_new {
                hourly.add((component, counted.time.hour(), counted.kind, counted.level));
                tally.count(counted, event);
            } else {
                tally.duplicates += 1;
            }
            // A last line that had not been finished when it was read may have grown since.
            if let Some(event) = event.filter(|event| is_new || event.entry.is_none()) {
                let row = self.event_row(batch, component, counted);
                tally.new_events += self.put_event(&transaction, &row, event, is_new)?;
            }
        }
        hourly.save(&transaction)?;
        put_gaps(&transaction, batch)?;
        put_position(&transaction, batch)?;
        self.seen.save(&transaction)?;
        transaction.commit()?;
        Ok(tally)
    }

    fn component_ids(
        &mut self,
        connection: &Connection,
        batch: &Batch,
    ) -> rusqlite::Result<Vec<i64>> {
        let ids = batch.components.iter();
        ids.map(|name| self.names.component(connection, self.server, name)).collect()
    }

    fn stream_ids(&mut self, connection: &Connection, batch: &Batch) -> rusqlite::Result<Vec<i64>> {
        let ids = batch.streams.iter();
        ids.map(|name| self.names.stream(connection, self.server, name)).collect()
    }

    fn event_row(&self, batch: &Batch, component: i64, counted: &Counted) -> EventRow {
        EventRow { server: self.server, file: batch.file.0, component, counted: *counted }
    }

    /// Stores an event; returns 1 where it was not there.
    fn put_event(
        &mut self,
        connection: &Connection,
        row: &EventRow,
        event: &NewEvent,
        is_new: bool,
    ) -> rusqlite::Result<u64> {
        let problem = self.names.problem(connection, row.component, event)?;
        let changed = connection
            .prepare_cached(
                "INSERT INTO event (server, entry, component, time, kind, tags, problem, \
                 severity, outcome, captures, catalogue, text, file, offset, length) \
                 VALUES (?1, \
                 coalesce(?2, (SELECT label FROM file WHERE id = ?13) || '-' || ?14), \
                 ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) \
                 ON CONFLICT (server, entry) DO UPDATE SET problem = excluded.problem, \
                 severity = excluded.severity, outcome = excluded.outcome, \
                 captures = excluded.captures, catalogue = excluded.catalogue, \
                 text = excluded.text, length = excluded.length \
                 WHERE excluded.length <> event.length",
            )?
            .execute(params![
                row.server,
                event.entry,
                row.component,
                row.counted.time.get(),
                row.counted.kind.code(),
                event.tags,
                problem,
                event.severity as u8,
                event.outcome.map(|outcome| outcome as u8),
                event.captures,
                self.catalogue,
                event.text,
                row.file,
                event.offset,
                event.len,
            ])?;
        Ok(if is_new { changed as u64 } else { 0 })
    }
}

/// What the columns of an event need beside the event.
struct EventRow {
    server: i64,
    file: i64,
    component: i64,
    counted: Counted,
}

impl Tally {
    fn count(&mut self, counted: &Counted, event: Option<&NewEvent>) {
        let kind = usize::from(counted.kind.code() - EntryKind::Message.code());
        if let Some(count) = self.by_kind.get_mut(kind) {
            *count += 1;
        }
        self.text_bytes += u64::from(counted.text_bytes);
        if let Some(event) = event {
            self.events += 1;
            self.known += u64::from(event.rule.is_some());
        }
    }

    /// Adds what another batch brought.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.by_kind.iter_mut().zip(other.by_kind) {
            *sum += more;
        }
        self.text_bytes += other.text_bytes;
        self.duplicates += other.duplicates;
        self.events += other.events;
        self.new_events += other.new_events;
        self.known += other.known;
    }
}

fn id_at(ids: &[i64], index: u32) -> i64 {
    usize::try_from(index).ok().and_then(|index| ids.get(index)).copied().unwrap_or_default()
}

/// Counts of entries, to be added to those in the store.
#[derive(Debug, Default)]
struct Hourly {
    counts: HashMap<HourlyKey, u64>,
    /// The count that is being added to: most entries have the key of the one before.
    current: Option<(HourlyKey, u64)>,
}

impl Hourly {
    fn add(&mut self, key: HourlyKey) {
        match &mut self.current {
            Some((current, count)) if *current == key => *count += 1,
            current => {
                if let Some((before, count)) = current.replace((key, 1)) {
                    *self.counts.entry(before).or_default() += count;
                }
            }
        }
    }

    fn save(mut self, connection: &Connection) -> rusqlite::Result<()> {
        if let Some((last, count)) = self.current.take() {
            *self.counts.entry(last).or_default() += count;
        }
        let mut statement = connection.prepare_cached(
            "INSERT INTO hourly (component, hour, kind, level, entries) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (component, hour, kind, level) \
             DO UPDATE SET entries = entries + excluded.entries",
        )?;
        for ((component, hour, kind, level), count) in self.counts {
            statement.execute(params![component, hour.get(), kind.code(), level as u8, count])?;
        }
        Ok(())
    }
}

fn put_gaps(connection: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO gap (file, start, stop, reason, time) VALUES (?, ?, ?, ?, ?) \
         ON CONFLICT (file, start) DO NOTHING",
    )?;
    for gap in &batch.gaps {
        statement.execute(params![batch.file.0, gap.from, gap.to, gap.reason, gap.time.get()])?;
    }
    Ok(())
}

fn put_position(connection: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    let Some(position) = &batch.position else { return Ok(()) };
    connection
        .prepare_cached(
            "UPDATE file SET offset = ?2, guard = ?3, size = ?4, entries_before = ?5 \
             WHERE id = ?1 AND (offset <> ?2 OR guard <> ?3 OR size <> ?4)",
        )?
        .execute(params![
            batch.file.0,
            position.offset,
            position.guard,
            position.size,
            position.entries_before,
        ])?;
    Ok(())
}
