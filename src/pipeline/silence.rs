//! Looks which components, and which servers, are silent for too long.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use jiff::tz::TimeZone;

use super::notices::Notice;
use crate::model::{Hour, Level, Millis};
use crate::silence::{
    Cadence, Calendar, HISTORY_HOURS, Pulse, Silence, span_in_words, usual_in_words,
};
use crate::store::{ComponentId, ComponentPulse, Store, StoreError};

/// The component that stands for a server as a whole.
const SERVICE: &str = "Iguana-Service";

/// The rule that explains a crash.
const CRASH: &str = "service.crash";

/// A silence that is older when it is first looked at is one of an archive, or known.
const MAX_SILENCE: Duration = Duration::from_hours(7 * 24);

/// A server that crashed and is silent for so long did not start again.
const AFTER_CRASH: Duration = Duration::from_mins(5);

/// What is written while a server crashes is this much younger than the crash, at most.
const CRASH_MILLIS: i64 = 60_000;

/// A server is silent only where at least so many of its components are, as it seems.
const MIN_SILENT: usize = 2;

/// Watches the servers that are followed.
///
/// What was told is known from the store: a notice's id holds the time of the last entry before
/// the silence, so each silence is told once, and the next one again.
#[derive(Debug)]
pub struct SilenceWatch {
    zone: TimeZone,
    servers: Vec<String>,
    calendar: Calendar,
    until: Hour,
    learned: HashMap<Subject, Learned>,
    crashes: BTreeMap<String, Millis>,
}

/// What has a cadence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Component(ComponentId),
    Server(String),
}

/// What was learned from the hours before a silence.
#[derive(Debug)]
struct Learned {
    end: Hour,
    cadence: Option<Cadence>,
}

/// One server at one moment of its own clock.
struct Moment<'s> {
    name: &'s str,
    components: &'s [ComponentPulse],
    latest: Millis,
    now: Millis,
}

impl SilenceWatch {
    /// Returns a watch over servers whose people live in a time zone.
    #[must_use]
    pub fn new(servers: Vec<String>, zone: TimeZone) -> Self {
        let until = Hour::new(i64::MIN);
        let calendar = Calendar::new(&zone, Hour::new(0), Hour::new(-1));
        let (learned, crashes) = (HashMap::new(), BTreeMap::new());
        Self { zone, servers, calendar, until, learned, crashes }
    }

    /// Notes that a crash file of a server was written at a time.
    pub fn note_crash(&mut self, server: &str, time: Millis) {
        let known = self.crashes.entry(server.into()).or_insert(time);
        *known = time.max(*known);
    }

    /// Looks once, and returns what was not told before. To be called about once a minute, while
    /// all sources are up and read to their ends: what was not read looks like silence.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] where the store cannot be read.
    pub fn step(&mut self, store: &Store, now: Millis) -> Result<Vec<Notice>, StoreError> {
        self.turn_to(now);
        for (server, time) in store.last_events_of(CRASH)? {
            self.note_crash(&server, time);
        }
        let growths = store.last_growths()?;
        let mut found = Vec::new();
        for components in store.component_pulses()?.chunk_by(|a, b| a.server == b.server) {
            let Some(first) = components.first() else { continue };
            let latest = components.iter().map(|component| component.latest).max();
            let latest = latest.unwrap_or(first.latest);
            if self.servers.contains(&first.server) {
                let now = server_time(latest, growths.get(&first.server).copied(), now);
                let moment = Moment { name: &first.server, components, latest, now };
                found.extend(self.look_at(&moment, store)?);
            }
        }
        let mut news = Vec::new();
        for notice in found {
            if !store.has_entry(&notice.server, &notice.id)? {
                news.push(notice);
            }
        }
        Ok(news)
    }

    /// Moves the calendar on where an hour has passed.
    fn turn_to(&mut self, now: Millis) {
        let hour = now.hour();
        if self.until != hour {
            let first = Hour::new(hour.get() - HISTORY_HOURS - 168);
            self.calendar = Calendar::new(&self.zone, first, Hour::new(hour.get() + 24));
            self.until = hour;
        }
    }

    fn look_at(&mut self, at: &Moment<'_>, store: &Store) -> Result<Vec<Notice>, StoreError> {
        if let Some(silence) = self.after_crash(at) {
            let text = format!(
                "Iguana has written nothing for {}, since it crashed",
                span_in_words(silence)
            );
            return Ok(vec![stopped(at, text)]);
        }
        if let Some(silence) = self.judge_server(at, store)? {
            return Ok(vec![stopped(at, silence_text("Iguana has written nothing", silence))]);
        }
        let judged = at.components.iter().filter_map(|component| {
            let cadence = self.cadence(&Subject::Component(component.id))?;
            let silence = cadence.judge(component.latest, at.now, &self.calendar)?;
            Some(told(component, at, silence))
        });
        Ok(judged.collect())
    }

    /// Learns how often the components of a server write that may be silent, and judges all of
    /// them together where several are.
    fn judge_server(
        &mut self,
        at: &Moment<'_>,
        store: &Store,
    ) -> Result<Option<Silence>, StoreError> {
        let mut n_unusual = 0;
        for component in at.components {
            let subject = Subject::Component(component.id);
            let read = |since| store.pulses(component.id, since);
            self.learn(&subject, component.latest, at.now, read)?;
            let cadence = self.cadence(&subject);
            n_unusual += usize::from(cadence.is_some_and(|cadence| {
                cadence.is_unusual(component.latest, at.now, &self.calendar)
            }));
        }
        if n_unusual < MIN_SILENT {
            return Ok(None);
        }
        let subject = Subject::Server(at.name.into());
        let read = |since| server_pulses(at.components, store, since);
        self.learn(&subject, at.latest, at.now, read)?;
        let cadence = self.cadence(&subject);
        Ok(cadence.and_then(|cadence| cadence.judge(at.latest, at.now, &self.calendar)))
    }

    /// Returns how long a server is silent, where that began with a crash.
    fn after_crash(&self, at: &Moment<'_>) -> Option<Duration> {
        let crash = self.crashes.get(at.name)?;
        let silence = span(at.latest, at.now)?;
        let is_last = crash.get() >= at.latest.get() - CRASH_MILLIS;
        (is_last && (AFTER_CRASH..MAX_SILENCE).contains(&silence)).then_some(silence)
    }

    /// Learns how often something writes, where it is silent long enough to be judged, and not so
    /// long that nobody waits for it.
    fn learn(
        &mut self,
        subject: &Subject,
        latest: Millis,
        now: Millis,
        read: impl FnOnce(Hour) -> Result<Vec<Pulse>, StoreError>,
    ) -> Result<(), StoreError> {
        let end = latest.hour();
        let is_young = span(latest, now).is_some_and(|span| span < MAX_SILENCE);
        if !is_young || !Cadence::is_worth_judging(latest, now) {
            self.learned.remove(subject);
        } else if self.learned.get(subject).is_none_or(|learned| learned.end != end) {
            let pulses = read(Hour::new(end.get() - HISTORY_HOURS))?;
            let cadence = Cadence::learn(&pulses, &self.calendar, end);
            self.learned.insert(subject.clone(), Learned { end, cadence });
        }
        Ok(())
    }

    /// Returns what was learned of something that may be silent.
    fn cadence(&self, subject: &Subject) -> Option<&Cadence> {
        self.learned.get(subject)?.cadence.as_ref()
    }
}

/// Returns the time by the clock of a server: its last entry's, and what has passed since a file of
/// it was found grown.
///
/// It is never later than ours, so a server whose clock is fast is told late and not by mistake.
fn server_time(latest: Millis, growth: Option<Millis>, now: Millis) -> Millis {
    let passed = growth.map(|growth| now.get().saturating_sub(growth.get()).max(0));
    let theirs = passed.map(|passed| Millis::new(latest.get().saturating_add(passed)));
    theirs.map_or(now, |theirs| theirs.min(now))
}

fn span(from: Millis, to: Millis) -> Option<Duration> {
    let millis = to.get().checked_sub(from.get())?;
    u64::try_from(millis).ok().map(Duration::from_millis)
}

/// Returns the hours in which any component of a server wrote.
fn server_pulses(
    components: &[ComponentPulse],
    store: &Store,
    since: Hour,
) -> Result<Vec<Pulse>, StoreError> {
    let mut hours: BTreeMap<i64, Pulse> = BTreeMap::new();
    for component in components {
        for pulse in store.pulses(component.id, since)? {
            let empty = Pulse { entries: 0, ..pulse };
            let sum = hours.entry(pulse.hour.get()).or_insert(empty);
            sum.minutes = sum.minutes.or(pulse.minutes);
            sum.entries += pulse.entries;
        }
    }
    Ok(hours.into_values().collect())
}

fn told(component: &ComponentPulse, at: &Moment<'_>, silence: Silence) -> Notice {
    Notice {
        id: format!("watch:silence:{}:{}", component.component, component.latest.get()),
        server: at.name.into(),
        component: component.component.clone(),
        time: at.now,
        level: Level::Warning,
        text: silence_text("No entries", silence),
    }
}

fn stopped(at: &Moment<'_>, text: String) -> Notice {
    Notice {
        id: format!("watch:iguana-stopped:{}", at.latest.get()),
        server: at.name.into(),
        component: SERVICE.into(),
        time: at.now,
        level: Level::Error,
        text,
    }
}

fn silence_text(what: &str, silence: Silence) -> String {
    let (span, usual) = (span_in_words(silence.span), usual_in_words(silence.usual));
    format!("{what} for {span}, usual at this hour: {usual}")
}
