//! Commits one batch: events, counts, keys, gaps and the position, or none of them.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::names::Names;
use super::seen::Seen;
use super::series::{MarkRow, Series};
use super::{Batch, Counted, FileId, NewEvent, NewMark, Tally};
use crate::course::Scope;
use crate::model::{EntryKind, Hour, Level, Millis, SeenKey};

/// The component that stands for a server as a whole.
const SERVICE: &str = "Iguana-Service";

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
    /// Series already numbered.
    pub(super) series: Series,
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
        let mut marks = batch.marks.iter().peekable();
        let mut last = None;
        for (index, counted) in (0_u32..).zip(&batch.counted) {
            let event = events.next_if(|event| event.counted == index);
            let component = id_at(&components, counted.component);
            let stream = id_at(&streams, counted.stream);
            let place = Place::of(stream, component, counted);
            let is_reread = batch.is_resumed
                && index == 0
                && self.take_back_unless(&transaction, batch.file, place)?;
            if is_reread {
                let hour = counted.time.hour();
                self.series.take_back(&transaction, self.server, hour, place.mark_key())?;
            }
            let is_new = self.seen.insert(&transaction, stream, counted.key)?;
            if is_new {
                hourly.add((component, counted.time.hour(), counted.kind, counted.level));
                tally.count(counted, event);
            } else {
                tally.duplicates += 1;
            }
            // What another file counted is not this one's to change.
            last = Some(place).filter(|_| is_new || is_reread);
            while let Some(mark) = marks.next_if(|mark| mark.counted == index) {
                if is_new || is_reread {
                    self.put_mark(&transaction, mark, place, counted.time)?;
                }
            }
            if let Some(event) = event.filter(|_| is_new || is_reread) {
                let row = self.event_row(batch, component, counted);
                tally.new_events += self.put_event(&transaction, &row, event, is_new)?;
            }
        }
        put_last(&transaction, batch, last)?;
        hourly.save(&transaction)?;
        put_gaps(&transaction, batch)?;
        put_position(&transaction, batch)?;
        self.seen.save(&transaction)?;
        self.series.save(&transaction)?;
        transaction.commit()?;
        Ok(tally)
    }

    /// Takes back the last entry of a file, unless it is still what it was.
    ///
    /// Returns false where the file has none, or another file had counted it before.
    ///
    /// A line that was half written when it was read may have had another id, type or time.
    fn take_back_unless(
        &mut self,
        connection: &Connection,
        file: FileId,
        now: Place,
    ) -> rusqlite::Result<bool> {
        let Some(then) = last_of(connection, file)? else { return Ok(false) };
        if then == now {
            return Ok(true);
        }
        self.seen.remove(connection, then.stream, then.key)?;
        let hour = Hour::new(then.hour);
        self.series.take_back(connection, self.server, hour, then.mark_key())?;
        connection
            .prepare_cached(
                "UPDATE hourly SET entries = entries - 1 \
                 WHERE component = ? AND hour = ? AND kind = ? AND level = ?",
            )?
            .execute(params![then.component, then.hour, then.kind, then.level])?;
        connection
            .prepare_cached("DELETE FROM hourly WHERE component = ? AND hour = ? AND entries = 0")?
            .execute(params![then.component, then.hour])?;
        connection
            .prepare_cached(
                "DELETE FROM event WHERE file = ?1 \
                 AND offset = (SELECT offset FROM file WHERE id = ?1)",
            )?
            .execute([file.0])?;
        Ok(true)
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

    fn put_mark(
        &mut self,
        connection: &Connection,
        mark: &NewMark,
        place: Place,
        time: Millis,
    ) -> rusqlite::Result<()> {
        let component = match mark.scope {
            Scope::Component => place.component,
            Scope::Server => self.names.component(connection, self.server, SERVICE)?,
        };
        let series = self.series.id(connection, &mark.rule, component, &mark.split)?;
        let row = MarkRow { time, key: place.mark_key(), effect: mark.effect };
        self.series.put(connection, series, row)
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
                 WHERE excluded.length <> event.length AND excluded.file = event.file",
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

/// Where an entry is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    stream: i64,
    key: SeenKey,
    component: i64,
    hour: i64,
    kind: u8,
    level: u8,
}

impl Place {
    fn of(stream: i64, component: i64, counted: &Counted) -> Self {
        Self {
            stream,
            key: counted.key,
            component,
            hour: counted.time.hour().get(),
            kind: counted.kind.code(),
            level: counted.level as u8,
        }
    }

    /// Returns what tells the entry from others of the same moment: streams have the same keys.
    fn mark_key(&self) -> u64 {
        let stream = self.stream.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.key.key ^ stream
    }
}

/// Returns how the last entry of a file was counted.
fn last_of(connection: &Connection, file: FileId) -> rusqlite::Result<Option<Place>> {
    connection
        .prepare_cached(
            "SELECT stream, bucket, key, component, hour, kind, level FROM last_entry \
             WHERE file = ?",
        )?
        .query_row([file.0], |row| {
            Ok(Place {
                stream: row.get(0)?,
                key: SeenKey { bucket: row.get(1)?, key: row.get::<_, i64>(2)?.cast_unsigned() },
                component: row.get(3)?,
                hour: row.get(4)?,
                kind: row.get(5)?,
                level: row.get(6)?,
            })
        })
        .optional()
}

/// Notes how the entry was counted at which reading will go on, or that there is none.
fn put_last(connection: &Connection, batch: &Batch, last: Option<Place>) -> rusqlite::Result<()> {
    let Some(position) = &batch.position else { return Ok(()) };
    let Some(last) = last.filter(|_| position.is_at_last) else {
        if !batch.counted.is_empty() {
            connection
                .prepare_cached("DELETE FROM last_entry WHERE file = ?")?
                .execute([batch.file.0])?;
        }
        return Ok(());
    };
    connection
        .prepare_cached(
            "INSERT INTO last_entry VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
             ON CONFLICT (file) DO UPDATE SET stream = ?2, bucket = ?3, key = ?4, \
             component = ?5, hour = ?6, kind = ?7, level = ?8",
        )?
        .execute(params![
            batch.file.0,
            last.stream,
            last.key.bucket,
            last.key.key.cast_signed(),
            last.component,
            last.hour,
            last.kind,
            last.level,
        ])?;
    Ok(())
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
