//! Writes one batch: events, counts, keys, gaps and the position, in the transaction of the writer.

use rusqlite::{Connection, params};

use super::cadence::Life;
use super::event_rows::{self, EventRow, EventRows, Put};
use super::files::{self, ServerId};
use super::firsts::{Doubted, Firsts};
use super::hourly::Hourly;
use super::last_entry::{self, LastEntry, Place};
use super::names::{self, Names};
use super::rollup::Rollup;
use super::seen::Seen;
use super::series::{MarkRow, Series};
use super::{Batch, Counted, FileId, Map, NewEvent, NewMark, Tally};
use crate::course::Scope;
use crate::model::{EntryKind, Millis};

/// The component that stands for a server as a whole.
const SERVICE: &str = "Iguana-Service";

/// What the writer keeps in memory between batches.
#[derive(Debug)]
pub(super) struct Ledger {
    /// The catalogue that classifies.
    catalogue: i64,
    /// Names already numbered, by server.
    names: Map<ServerId, Names>,
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
}

impl Ledger {
    /// Begins with what the store has.
    pub(super) fn open(connection: &Connection, catalogue: &str) -> rusqlite::Result<Self> {
        Ok(Self {
            catalogue: names::catalogue(connection, catalogue)?,
            names: Map::default(),
            seen: Seen::open(connection)?,
            series: Series::default(),
            firsts: Firsts::default(),
            hourly: Hourly::default(),
            rollup: Rollup::default(),
            life: Life::default(),
        })
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
        let mut rows = EventRows::new(transaction, &batch.texts)?;
        let mut events = batch.events.iter().peekable();
        let mut marks = batch.marks.iter().peekable();
        let mut last = None;
        for (index, counted) in (0_u32..).zip(&batch.counted) {
            let event = events.next_if(|event| event.counted == index);
            let component = id_at(&components, counted.component);
            let place = Place::of(id_at(&streams, counted.stream), component, counted);
            let mut before = Before::default();
            if batch.is_resumed && index == 0 {
                before = self.reread(transaction, (server, batch.file), place)?;
            }
            let is_new = self.seen.insert(transaction, place.stream, counted.key)?;
            if is_new {
                self.hourly.add(place.hourly_key());
                tally.count(counted, event);
            } else {
                tally.duplicates += 1;
                tally.rereads += u64::from(before.is_any);
            }
            // What another file counted is not this one's to change.
            let is_ours = is_new || before.is_same;
            let mut series = Vec::new();
            while let Some(mark) = marks.next_if(|mark| mark.counted == index) {
                if is_ours {
                    series.push(self.put_mark(transaction, mark, (server, place), counted.time)?);
                }
            }
            let mut put = None;
            if let Some(event) = event.filter(|_| is_ours) {
                let of = (component, counted);
                let before = before.event.take();
                let event = self.put_event(&mut rows, (server, batch.file), of, (event, before))?;
                tally.new_events += u64::from(event.is_changed && is_new);
                put = Some(event);
            }
            if let Some(stale) = before.event {
                event_rows::take_back(transaction, &mut self.rollup, (batch.file.0, stale))?;
            }
            if let Some(doubted) = before.doubted {
                rows.flush()?;
                self.rollup.save(transaction)?; // Events are found through it.
                self.firsts.settle(transaction, &doubted)?;
            }
            if batch.is_last(index) {
                last = is_ours.then_some((place, put, series));
            }
        }
        let last_row = rows.flush()?;
        let last = last.map(|(place, put, series): (_, Option<Put>, _)| {
            LastEntry::from((place, put.map(|put| put.number.unwrap_or(last_row)), series))
        });
        last_entry::put(transaction, batch, last.as_ref())?;
        self.note_life(batch, &components);
        put_gaps(transaction, batch)?;
        put_places(transaction, batch)?;
        Ok(tally)
    }

    fn note_life(&mut self, batch: &Batch, components: &[i64]) {
        for counted in batch.counted.iter().filter(|_| !batch.is_own) {
            self.life.note(id_at(components, counted.component), counted.time);
        }
    }

    /// Takes back what the last entry of a file counted for, unless it is still what it was; its
    /// marks in any case.
    ///
    /// A line that was half written when it was read may have had another id, type or time.
    fn reread(
        &mut self,
        connection: &Connection,
        (server, file): (ServerId, FileId),
        now: Place,
    ) -> rusqlite::Result<Before> {
        let Some(then) = last_entry::read(connection, file)? else { return Ok(Before::default()) };
        let doubted = match then.event {
            Some(event) => Firsts::doubt(connection, event)?,
            None => None,
        };
        self.series.take_back(connection, server, &then)?;
        let is_same = then.place == now;
        if !is_same {
            self.seen.remove(connection, then.place.stream, then.place.key)?;
            self.hourly.take_back(then.place.hourly_key());
            if let Some(event) = then.event {
                event_rows::take_back(connection, &mut self.rollup, (file.0, event))?;
            }
        }
        Ok(Before { is_any: true, is_same, event: then.event.filter(|_| is_same), doubted })
    }

    /// Marks a series, and returns its number.
    fn put_mark(
        &mut self,
        connection: &Connection,
        mark: &NewMark,
        (server, place): (ServerId, Place),
        time: Millis,
    ) -> rusqlite::Result<i64> {
        let names = self.names.entry(server).or_default();
        let component = match mark.scope {
            Scope::Component => place.component,
            Scope::Server => names.component(connection, server, SERVICE)?,
        };
        let series = self.series.id(connection, &mark.rule, component, &mark.split)?;
        let row = MarkRow { time, key: place.mark_key(), effect: mark.effect };
        self.series.put(series, &row);
        Ok(series)
    }

    /// Stores an event, which may be there with a number.
    fn put_event<'e>(
        &mut self,
        rows: &mut EventRows<'_, 'e>,
        (server, file): (ServerId, FileId),
        (component, counted): (i64, &Counted),
        (event, before): (&'e NewEvent, Option<i64>),
    ) -> rusqlite::Result<Put> {
        let names = self.names.entry(server).or_default();
        let problem = names.problem(rows.connection, component, &event.problem)?;
        self.firsts.note(rows.connection, &event.problem, counted.time)?;
        let row = EventRow {
            server: server.0,
            file: file.0,
            component,
            problem,
            catalogue: self.catalogue,
            time: counted.time,
            kind: counted.kind,
        };
        rows.put(&mut self.rollup, row, (event, before))
    }
}

/// What the last entry of a file was when it was read before.
#[derive(Default)]
struct Before {
    /// True where this file had counted it.
    is_any: bool,
    /// True where it is counted as before.
    is_same: bool,
    /// The number of its event, while it is counted as before.
    event: Option<i64>,
    doubted: Option<Doubted>,
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
            self.known += u64::from(event.problem.rule.is_some());
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
    if batch.is_resumed {
        // Reading stopped here, and goes on.
        connection
            .prepare_cached("DELETE FROM gap WHERE file = ? AND stop = start")?
            .execute([batch.file.0])?;
    }
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
