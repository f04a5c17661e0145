//! Asks one question after another, and keeps where each lane stands.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::error::AskError;
use super::grid::Grid;
use super::iguana_x::{self, SERVICE};
use super::position::{Facts, Position, Question, Trouble};
use super::request::{self, Ask};
use super::resume::Resume;
use super::{Interface, SourceOptions, classic};
use crate::model::Millis;
use crate::web::{Client, ClientOptions, Response, WebError, origin_of};

/// The longest answer: an entry of Iguana X is at most 128 MB.
const MAX_ANSWER_BYTES: u64 = 256 * 1024 * 1024;
/// The list of components is asked for anew after so many milliseconds.
const LIST_AGE: i64 = 300_000;
/// A session that is older is not trusted where a lane goes on failing, in milliseconds.
const SESSION_AGE: i64 = 900_000;

/// Asks a source, lane after lane.
pub struct Poller {
    options: SourceOptions,
    grid: Grid,
    client: Option<Client>,
    resume: Resume,
    /// The lane that is asked next.
    turn: usize,
    /// True where a lane had more to give in this round.
    is_round_busy: bool,
    session: Option<Session>,
    /// When the components were listed, or could not be.
    listed: Option<Millis>,
    /// False where they could not be.
    is_listed: bool,
    /// Components of that list.
    components: BTreeSet<String>,
    /// What the list named, until it is taken.
    names: Vec<(String, String)>,
    /// Lanes that answered with an error last.
    failing: BTreeSet<String>,
    /// Components that are asked for and are not there.
    missing: BTreeSet<String>,
}

/// A session of Iguana X.
struct Session {
    cookie: String,
    since: Millis,
    /// True once a question was answered in it.
    is_proven: bool,
}

/// An answer with entries.
#[derive(Clone, Debug)]
pub struct Page {
    /// The component or channel that was asked; empty: the whole server.
    pub lane: String,
    /// The answer.
    pub body: Vec<u8>,
    /// When the question began: entries without a readable time are as old as that.
    pub from: Millis,
    question: Question,
    is_whole: bool,
    loss: Option<String>,
}

/// What holds once a page is stored.
#[derive(Debug)]
pub struct Settled {
    /// Where reading goes on, to be stored with the page's entries.
    pub resume: String,
    /// How long to wait before the next question.
    pub wait: Duration,
    /// What may be missing.
    pub loss: Option<String>,
    /// Why the answer does not help, although its entries count.
    pub trouble: Option<AskError>,
}

/// A question that had no answer.
#[derive(Debug)]
pub struct Failure {
    /// The lane that was asked; empty: the whole server.
    pub lane: String,
    /// Why.
    pub error: AskError,
}

impl Poller {
    /// Goes on from a stored state, or begins `since` before `now` where there is none.
    #[must_use]
    pub fn new(options: SourceOptions, resume: Option<&str>, now: Millis) -> Self {
        let (tick, zone) = match &options.interface {
            Interface::ApiQuery { zone, .. } => (1_000, zone.clone()),
            Interface::IguanaX => (1, TimeZone::UTC),
        };
        let grid = Grid { tick, zone, page: options.page.max(1) };
        let resume = Resume::read(resume, &options, since(&options, now));
        let mut poller = Self {
            options,
            grid,
            client: None,
            resume,
            turn: 0,
            is_round_busy: false,
            session: None,
            listed: None,
            is_listed: true,
            components: BTreeSet::new(),
            names: Vec::new(),
            failing: BTreeSet::new(),
            missing: BTreeSet::new(),
        };
        if matches!(poller.options.interface, Interface::ApiQuery { .. }) {
            let lanes = match &*poller.options.only {
                [] => vec![String::new()],
                channels => channels.to_vec(),
            };
            poller.set_lanes(&lanes, now);
        }
        poller
    }

    /// Returns what is asked.
    #[must_use]
    pub fn options(&self) -> &SourceOptions {
        &self.options
    }

    /// Returns the names of components that were learned since the last call, by GUID.
    pub fn take_names(&mut self) -> Vec<(String, String)> {
        std::mem::take(&mut self.names)
    }

    /// Returns true where a lane had no answer when it was asked last; empty: the whole server.
    #[must_use]
    pub fn is_failing(&self, lane: &str) -> bool {
        self.failing.contains(lane)
    }

    /// Asks the next question; `None` where `stop` was set before the answer came.
    ///
    /// # Errors
    ///
    /// Returns [`Failure`] where there is no answer. The next call asks the next lane.
    pub fn ask(&mut self, now: Millis, stop: &AtomicBool) -> Result<Option<Page>, Failure> {
        match self.prepare(now, stop) {
            Ok(Some(())) => {}
            Ok(None) => return Ok(None),
            Err(error) => {
                self.failing.insert(String::new());
                return Err(Failure { lane: String::new(), error });
            }
        }
        let Some(position) = self.resume.lanes.get(self.turn) else {
            self.failing.insert(String::new());
            let origin = origin_of(&self.options.address);
            return Err(Failure { lane: String::new(), error: AskError::NoComponent { origin } });
        };
        let (lane, question) = (position.lane.clone(), position.question(&self.grid));
        match self.ask_lane(&lane, question, (now, stop)) {
            Ok(page) => {
                self.failing.remove(&lane);
                if self.is_listed {
                    self.failing.remove("");
                }
                Ok(page)
            }
            Err(error) => self.fail(lane, question, error),
        }
    }

    /// Moves on by the entries of a page.
    pub fn settle(&mut self, page: &Page, facts: &Facts, now: Millis) -> Settled {
        let origin = || origin_of(&self.options.address);
        let at = self.resume.lanes.iter().position(|position| position.lane == page.lane);
        let mut settled = Settled {
            resume: String::new(),
            wait: Duration::ZERO,
            loss: page.loss.clone(),
            trouble: None,
        };
        if let Some(position) = at.and_then(|at| self.resume.lanes.get_mut(at)) {
            let asked = (page.question, page.is_whole);
            let meaning = position.settle(asked, facts, &self.grid, now);
            self.is_round_busy |= meaning.is_more || page.loss.is_some();
            settled.loss = settled.loss.or(meaning.loss);
            settled.trouble = meaning.trouble.map(|trouble| match trouble {
                Trouble::Cut => AskError::Cut { origin: origin() },
                Trouble::Repeated => AskError::Repeated { origin: origin() },
            });
        }
        if settled.trouble.is_some() {
            self.failing.insert(page.lane.clone());
        }
        settled.wait = self.pass_on();
        settled.resume = self.resume.render();
        settled
    }

    /// Returns true where an entry of this time was in an answer before, unless it came late.
    #[must_use]
    pub fn has_read(&self, page: &Page, time: Millis) -> bool {
        self.position(&page.lane).is_some_and(|position| position.has_read(time))
    }

    /// Returns what tells the damaged parts of the lane's answer before.
    #[must_use]
    pub fn known_damage(&self, page: &Page) -> &[u64] {
        self.position(&page.lane).map_or(&[], |position| &position.damage)
    }

    /// Notes how many entries were new that should have been read before: they came late.
    pub fn note_late(&mut self, page: &Page, n_new: u64) {
        let mut lanes = self.resume.lanes.iter_mut();
        if let Some(position) = lanes.find(|position| position.lane == page.lane) {
            position.note_late(n_new);
        }
    }

    fn position(&self, lane: &str) -> Option<&Position> {
        self.resume.lanes.iter().find(|position| position.lane == lane)
    }

    /// Gives the turn to the next lane; returns how long to wait for it.
    fn pass_on(&mut self) -> Duration {
        self.turn += 1;
        if self.turn < self.resume.lanes.len() {
            return Duration::ZERO;
        }
        self.turn = 0;
        if std::mem::take(&mut self.is_round_busy) { Duration::ZERO } else { self.options.interval }
    }

    /// Makes what a question needs: a client, a session, lanes.
    fn prepare(&mut self, now: Millis, stop: &AtomicBool) -> Result<Option<()>, AskError> {
        if self.client.is_none() {
            self.client = Some(Client::new(&ClientOptions {
                ca_file: self.options.ca_file.clone(),
                timeout: self.options.timeout,
                max_body_bytes: MAX_ANSWER_BYTES,
            })?);
        }
        if !matches!(self.options.interface, Interface::IguanaX) {
            return Ok(Some(()));
        }
        if self.session.is_none() && self.log_in(now, stop)?.is_none() {
            return Ok(None);
        }
        let is_old = self.listed.is_none_or(|listed| now.get() - listed.get() >= LIST_AGE);
        if !is_old || self.turn != 0 {
            return Ok(Some(()));
        }
        let listed = self.list(now, stop);
        self.is_listed = listed.is_ok();
        if let Err(AskError::Told { .. } | AskError::Status { .. } | AskError::Refused { .. }) =
            &listed
        {
            // Who may not see the list may yet read what is asked for by GUID.
            self.listed = Some(now);
            let named = self.options.only.clone();
            let known = self.resume.lanes.iter().map(|position| position.lane.clone());
            let service = named.is_empty().then(|| SERVICE.to_owned());
            let wanted: Vec<String> = service.into_iter().chain(named).chain(known).collect();
            self.set_lanes(&wanted, now);
        }
        listed
    }

    fn send(&self, ask: Ask, stop: &AtomicBool) -> Result<Option<Response>, AskError> {
        match &self.client {
            Some(client) => request::send(client, ask, stop),
            None => Ok(None),
        }
    }

    fn log_in(&mut self, now: Millis, stop: &AtomicBool) -> Result<Option<()>, AskError> {
        let Some(credentials) = &self.options.credentials else {
            self.session = Some(Session { cookie: String::new(), since: now, is_proven: false });
            return Ok(Some(()));
        };
        let ask = iguana_x::ask_login(&self.options, credentials);
        let url = ask.url.clone();
        let Some(answer) = self.send(ask, stop)? else { return Ok(None) };
        let cookie = iguana_x::check_login(&url, &answer)?;
        self.session = Some(Session { cookie, since: now, is_proven: false });
        Ok(Some(()))
    }

    /// Learns the components, and makes them lanes.
    fn list(&mut self, now: Millis, stop: &AtomicBool) -> Result<Option<()>, AskError> {
        let make =
            |cookie: &str, options: &SourceOptions| iguana_x::ask_components(options, cookie);
        let Some((answer, _)) = self.in_session(make, "", (now, stop))? else { return Ok(None) };
        let found = iguana_x::read_components(&answer.body);
        let only = &self.options.only;
        let is_wanted = |guid: &str, name: &str| {
            let is = |only: &String| only == guid || only.eq_ignore_ascii_case(name);
            only.is_empty() || only.iter().any(is)
        };
        let service = (SERVICE.to_owned(), String::new());
        let wanted: Vec<String> = std::iter::once(&service)
            .chain(&found)
            .filter(|(guid, name)| is_wanted(guid, name))
            .map(|(guid, _)| guid.clone())
            .collect();
        self.tell_missing(&found);
        self.components = wanted.iter().cloned().collect();
        self.names.extend(found.into_iter().filter(|(_, name)| !name.is_empty()));
        self.listed = Some(now);
        self.set_lanes(&wanted, now);
        Ok(Some(()))
    }

    /// Says which components are asked for and are not there, once each.
    fn tell_missing(&mut self, found: &[(String, String)]) {
        for only in &self.options.only {
            let is =
                |(guid, name): &(String, String)| only == guid || only.eq_ignore_ascii_case(name);
            let is_there = only == SERVICE || found.iter().any(is);
            if is_there {
                self.missing.remove(only);
            } else if self.missing.insert(only.clone()) {
                let source = origin_of(&self.options.address);
                tracing::warn!(source, component = only, "component is not on the server");
            }
        }
    }

    /// Makes lanes that are not there yet. Lanes that are no longer wanted go, but one whose
    /// component has left the list stays until it cannot be asked any more.
    fn set_lanes(&mut self, wanted: &[String], now: Millis) {
        let overlap = i64::try_from(self.options.overlap.as_millis()).unwrap_or(i64::MAX);
        for lane in wanted {
            if self.position(lane).is_none() {
                let since = since(&self.options, now);
                self.resume.lanes.push(Position::new(lane, since, overlap));
            }
        }
        if matches!(self.options.interface, Interface::ApiQuery { .. })
            || !self.options.only.is_empty()
        {
            self.resume.lanes.retain(|position| wanted.contains(&position.lane));
        }
    }

    fn ask_lane(
        &mut self,
        lane: &str,
        question: Question,
        (now, stop): (Millis, &AtomicBool),
    ) -> Result<Option<Page>, AskError> {
        let answered = if matches!(self.options.interface, Interface::IguanaX) {
            let make = |cookie: &str, options: &SourceOptions| {
                iguana_x::ask(options, (lane, question), now.get(), cookie)
            };
            self.in_session(make, lane, (now, stop))?
        } else {
            let ask = classic::ask(&self.options, lane, question, &self.grid);
            let url = ask.url.clone();
            match self.send(ask, stop)? {
                Some(answer) => Some((classic::check(&url, &answer)?, answer)).map(|(w, a)| (a, w)),
                None => None,
            }
        };
        Ok(answered.map(|(answer, is_whole)| Page {
            lane: lane.to_owned(),
            body: answer.body,
            from: question.from,
            question,
            is_whole,
            loss: None,
        }))
    }

    /// Asks in the session, and once more in a new one where the old one has ended.
    ///
    /// Iguana logs each login, so a lane that goes on failing does not cause one each time.
    fn in_session(
        &mut self,
        make: impl Fn(&str, &SourceOptions) -> Ask,
        lane: &str,
        (now, stop): (Millis, &AtomicBool),
    ) -> Result<Option<(Response, bool)>, AskError> {
        loop {
            let cookie = self.session.as_ref().map(|session| session.cookie.clone());
            let ask = make(&cookie.unwrap_or_default(), &self.options);
            let url = ask.url.clone();
            let Some(answer) = self.send(ask, stop)? else { return Ok(None) };
            let error = match iguana_x::check(&url, &answer) {
                Ok(is_whole) => {
                    if let Some(session) = &mut self.session {
                        session.is_proven = true;
                    }
                    return Ok(Some((answer, is_whole)));
                }
                Err(error) => error,
            };
            if !self.may_be_session(&error, lane, now) {
                return Err(error);
            }
            self.session = None;
            if self.log_in(now, stop)?.is_none() {
                return Ok(None);
            }
        }
    }

    /// Returns true where a new session may help.
    fn may_be_session(&self, error: &AskError, lane: &str, now: Millis) -> bool {
        let is_told = match error {
            AskError::Refused { .. } | AskError::Told { .. } | AskError::Foreign { .. } => true,
            AskError::Status { status, .. } => (300..400).contains(status),
            _ => false,
        };
        let Some(session) = self.session.as_ref().filter(|_| is_told) else { return false };
        let age = now.get().saturating_sub(session.since.get());
        session.is_proven && (!self.failing.contains(lane) || age >= SESSION_AGE)
    }

    /// Notes that a lane had no answer.
    fn fail(
        &mut self,
        lane: String,
        question: Question,
        error: AskError,
    ) -> Result<Option<Page>, Failure> {
        let at = self.turn;
        let mut loss = None;
        if let Some(position) = self.resume.lanes.get_mut(at) {
            match &error {
                AskError::Web(WebError::TooSlow { .. }) => position.shrink(question),
                AskError::Web(WebError::TooLarge { .. }) => {
                    loss = position.shrink_for_good(question, &self.grid);
                }
                _ => {}
            }
        }
        if loss.is_some() {
            let (body, from) = (Vec::new(), question.from);
            return Ok(Some(Page { lane, body, from, question, is_whole: true, loss }));
        }
        let is_answer = matches!(error, AskError::Told { .. } | AskError::Status { .. });
        let is_gone = matches!(self.options.interface, Interface::IguanaX)
            && is_answer
            && !self.components.contains(&lane);
        if is_gone {
            self.resume.lanes.remove(at);
            self.turn = if at < self.resume.lanes.len() { at } else { 0 };
        } else {
            self.failing.insert(lane.clone());
            self.pass_on();
        }
        Err(Failure { lane, error })
    }
}

/// Returns where a first question begins.
fn since(options: &SourceOptions, now: Millis) -> Millis {
    let back = i64::try_from(options.since.as_millis()).unwrap_or(i64::MAX);
    Millis::new(now.get().saturating_sub(back))
}
