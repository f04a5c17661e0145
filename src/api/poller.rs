//! Asks one question after another, and keeps where each lane stands.

mod session;

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use jiff::tz::TimeZone;

use self::session::Session;
use super::error::AskError;
use super::facts::Facts;
use super::grid::Grid;
use super::iguana_x;
use super::position::{Position, Question, Trouble};

use super::resume::Resume;
use super::{Interface, SourceOptions, classic};
use crate::model::Millis;
use crate::web::{Client, WebError, origin_of};

/// Asks a source, lane after lane.
pub struct Poller {
    options: SourceOptions,
    grid: Grid,
    client: Option<Client>,
    resume: Resume,
    /// Lanes that are still to be asked in this round, the next one first.
    queue: VecDeque<String>,
    /// When all lanes were queued last.
    round: Option<Millis>,
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

impl Page {
    /// Returns true where an entry of this component may stand in the answer.
    #[must_use]
    pub fn is_of_lane(&self, component: &str) -> bool {
        self.lane.is_empty() || self.lane.trim().eq_ignore_ascii_case(component.trim())
    }
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
            queue: VecDeque::new(),
            round: None,
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
        self.queue_all(now);
        let next = self.queue.pop_front();
        let Some(position) = next.and_then(|lane| self.position(&lane)) else {
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
            if meaning.is_more || page.loss.is_some() {
                self.queue.push_back(page.lane.clone());
            }
            settled.loss = settled.loss.or(meaning.loss);
            settled.trouble = meaning.trouble.map(|trouble| match trouble {
                Trouble::Cut => AskError::Cut { origin: origin() },
                Trouble::Repeated => AskError::Repeated { origin: origin() },
            });
        }
        if settled.trouble.is_some() {
            self.failing.insert(page.lane.clone());
        }
        if self.queue.is_empty() {
            settled.wait = self.options.interval;
        }
        settled.resume = self.resume.render();
        settled
    }

    /// Returns true where an entry of this time was in an answer before, unless it came late.
    #[must_use]
    pub fn has_read(&self, page: &Page, time: Millis) -> bool {
        self.position(&page.lane).is_some_and(|position| position.has_read(time))
    }

    /// Returns true where an answer before had this damaged part as well.
    #[must_use]
    pub fn has_damage(&self, page: &Page, mark: u64) -> bool {
        self.position(&page.lane).is_some_and(|position| position.has_damage(mark))
    }

    /// Notes how many entries were new that should have been read before: they came late.
    pub fn note_late(&mut self, page: &Page, n_new: u64) {
        let mut lanes = self.resume.lanes.iter_mut();
        if let Some(position) = lanes.find(|position| position.lane == page.lane) {
            position.note_late(n_new, &self.grid);
        }
    }

    fn position(&self, lane: &str) -> Option<&Position> {
        self.resume.lanes.iter().find(|position| position.lane == lane)
    }

    /// Returns true where all lanes are to be asked: one with a backlog holds up no other.
    fn is_round_due(&self, now: Millis) -> bool {
        let interval = i64::try_from(self.options.interval.as_millis()).unwrap_or(i64::MAX);
        let is_late = |round: Millis| now.get().saturating_sub(round.get()) >= interval;
        self.queue.is_empty() || self.round.is_none_or(is_late)
    }

    /// Queues all lanes where a round is due, behind those that are queued.
    fn queue_all(&mut self, now: Millis) {
        if !self.is_round_due(now) {
            return;
        }
        let lanes = &self.resume.lanes;
        self.queue.retain(|lane| lanes.iter().any(|position| position.lane == *lane));
        for position in lanes {
            if !self.queue.contains(&position.lane) {
                self.queue.push_back(position.lane.clone());
            }
        }
        self.round = Some(now);
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

    /// Notes that a lane had no answer.
    fn fail(
        &mut self,
        lane: String,
        question: Question,
        error: AskError,
    ) -> Result<Option<Page>, Failure> {
        let mut loss = None;
        let mut lanes = self.resume.lanes.iter_mut();
        if let Some(position) = lanes.find(|position| position.lane == lane) {
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
            self.resume.lanes.retain(|position| position.lane != lane);
        } else {
            self.failing.insert(lane.clone());
        }
        Err(Failure { lane, error })
    }
}

/// Returns where a first question begins.
fn since(options: &SourceOptions, now: Millis) -> Millis {
    let back = i64::try_from(options.since.as_millis()).unwrap_or(i64::MAX);
    Millis::new(now.get().saturating_sub(back))
}
