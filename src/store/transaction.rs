//! Writes one batch: events, counts, keys, gaps and the position, in the transaction of the writer.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension, params};

use super::cadence::Life;
use super::event_rows::{self, EventRow};
use super::files::{self, ServerId};
use super::firsts::Firsts;
use super::hourly::{Hourly, HourlyKey};
use super::names::{self, Names};
use super::rollup::Rollup;
use super::seen::Seen;
use super::series::{MarkRow, Series};
use super::{Batch, Counted, Evidence, FileId, NewEvent, NewMark, Tally};
use crate::course::Scope;
use crate::model::{EntryKind, Hour, Millis, SeenKey};

/// The component that stands for a server as a whole.
const SERVICE: &str = "Iguana-Service";

/// What the writer keeps in memory between batches.
#[derive(Debug)]
pub(super) struct Ledger {
    /// The catalogue that classifies.
    catalogue: i64,
    /// Names already numbered, by server.
    names: HashMap<ServerId, Names>,
    /// Entries already counted.
    seen: Seen,
    /// Series already numbered.
    series: Series,
    /// When unknown texts were first met.
    firsts: Firsts,
    /// Counts of the present transaction.
    hourly: Hourly,
    /// Counts of events of the present transaction.
    rollup: Rollup,
    /// When components wrote, of the present transaction.
    life: Life,
    /// How many first bytes tell files again.
    fingerprint_lens: BTreeSet<usize>,
}

impl Ledger {
    /// Begins with what the store has.
    pub(super) fn open(connection: &Connection, catalogue: &str) -> rusqlite::Result<Self> {
        Ok(Self {
            catalogue: names::catalogue(connection, catalogue)?,
            names: HashMap::new(),
            seen: Seen::open(connection)?,
            series: Series::default(),
            firsts: Firsts::default(),
            hourly: Hourly::default(),
            rollup: Rollup::default(),
            life: Life::default(),
            fingerprint_lens: files::fingerprint_lens(connection)?,
        })
    }

    /// Returns how many first bytes tell files again.
    pub(super) fn fingerprint_lens(&self) -> &BTreeSet<usize> {
        &self.fingerprint_lens
    }

    /// Notes that a file will be told by so many first bytes.
    pub(super) fn note_fingerprint(&mut self, evidence: &Evidence) {
        self.fingerprint_lens.insert(evidence.head.len());
    }

    /// Writes what is kept in memory until the end of a transaction.
    pub(super) fn save(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.seen.save(connection)?;
        self.hourly.save(connection)?;
        self.rollup.save(connection)?;
        self.life.save(connection)?;
        self.series.save(connection)
    }

    /// Writes a batch, and returns what was new in it.
    pub(super) fn write(
        &mut self,
        transaction: &Connection,
        server: ServerId,
        batch: &Batch,
    ) -> rusqlite::Result<Tally> {
        let names = self.names.entry(server).or_default();
        let components = names.components(transaction, server, &batch.components)?;
        let streams = names.streams(transaction, server, &batch.streams)?;
        let mut tally = Tally::default();
        let mut events = batch.events.iter().peekable();
        let mut marks = batch.marks.iter().peekable();
        let mut last = None;
        for (index, counted) in (0_u32..).zip(&batch.counted) {
            let event = events.next_if(|event| event.counted == index);
            let component = id_at(&components, counted.component);
            let stream = id_at(&streams, counted.stream);
            let place = Place::of(stream, component, counted);
            let may_change = batch.is_resumed && index == 0;
            let doubted = if may_change { Firsts::doubt(transaction, batch.file)? } else { None };
            let is_reread =
                may_change && self.take_back_unless(transaction, (server, batch.file), place)?;
            if is_reread {
                let hour = counted.time.hour();
                self.series.take_back(transaction, server, hour, place.mark_key())?;
            }
            let is_new = self.seen.insert(transaction, stream, counted.key)?;
            if is_new {
                self.hourly.add(place.hourly_key());
                tally.count(counted, event);
            } else {
                tally.duplicates += 1;
                tally.rereads += u64::from(is_reread);
            }
            // What another file counted is not this one's to change.
            last = Some(place).filter(|_| is_new || is_reread);
            while let Some(mark) = marks.next_if(|mark| mark.counted == index) {
                if is_new || is_reread {
                    self.put_mark(transaction, mark, (server, place), counted.time)?;
                }
            }
            if let Some(event) = event.filter(|_| is_new || is_reread) {
                let of = (component, counted);
                let is_put = self.put_event(transaction, (server, batch.file), of, event)?;
                tally.new_events += u64::from(is_put && is_new);
            }
            if let Some(doubted) = doubted {
                self.firsts.settle(transaction, &doubted)?;
            }
        }
        put_last(transaction, batch, last)?;
        if !batch.is_own {
            for counted in &batch.counted {
                self.life.note(id_at(&components, counted.component), counted.time);
            }
        }
        put_gaps(transaction, batch)?;
        put_places(transaction, batch)?;
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
        (server, file): (ServerId, FileId),
        now: Place,
    ) -> rusqlite::Result<bool> {
        let Some(then) = last_of(connection, file)? else { return Ok(false) };
        if then == now {
            return Ok(true);
        }
        self.seen.remove(connection, then.stream, then.key)?;
        let hour = Hour::new(then.hour);
        self.series.take_back(connection, server, hour, then.mark_key())?;
        self.hourly.take_back(then.hourly_key());
        event_rows::take_back(connection, &mut self.rollup, (file.0, hour))?;
        Ok(true)
    }

    fn put_mark(
        &mut self,
        connection: &Connection,
        mark: &NewMark,
        (server, place): (ServerId, Place),
        time: Millis,
    ) -> rusqlite::Result<()> {
        let names = self.names.entry(server).or_default();
        let component = match mark.scope {
            Scope::Component => place.component,
            Scope::Server => names.component(connection, server, SERVICE)?,
        };
        let series = self.series.id(connection, &mark.rule, component, &mark.split)?;
        let row = MarkRow { time, key: place.mark_key(), effect: mark.effect };
        self.series.put(connection, series, row)
    }

    /// Stores an event; returns true where it was not there as it is.
    fn put_event(
        &mut self,
        connection: &Connection,
        (server, file): (ServerId, FileId),
        (component, counted): (i64, &Counted),
        event: &NewEvent,
    ) -> rusqlite::Result<bool> {
        let names = self.names.entry(server).or_default();
        let problem = names.problem(connection, component, event)?;
        self.firsts.note(connection, event, counted.time)?;
        let row = EventRow {
            server: server.0,
            file: file.0,
            component,
            problem,
            catalogue: self.catalogue,
            time: counted.time,
            kind: counted.kind,
        };
        event_rows::put(connection, &mut self.rollup, &row, event)
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

    fn hourly_key(&self) -> HourlyKey {
        (self.component, self.hour, self.kind, self.level)
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
        self.rereads += other.rereads;
        self.events += other.events;
        self.new_events += other.new_events;
        self.known += other.known;
    }
}

fn id_at(ids: &[i64], index: u32) -> i64 {
    usize::try_from(index).ok().and_then(|index| ids.get(index)).copied().unwrap_or_default()
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

/// Moves the positions that a batch comes with.
fn put_places(connection: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    if let Some(position) = &batch.position {
        files::put_position(connection, batch.file, position)?;
    }
    if let Some((file, position)) = &batch.next {
        files::put_position(connection, *file, position)?;
    }
    match &batch.resume {
        Some(resume) => files::put_resume(connection, batch.file, resume),
        None => Ok(()),
    }
}
