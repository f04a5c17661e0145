//! One session: a writer, and threads that read for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc;

use super::context::Context;
use super::files::FilesThread;
use super::http::follow_http;
use super::mailer::mail_reports;
use super::overseer::oversee;
use super::stop::Stop;
use super::{FollowError, Moments, Setup};
use crate::alert::{Alerter, AlerterOptions};
use crate::pipeline::classes;
use crate::serve::{Board, SourceKind, SourceStatus};
use crate::store::{StoreError, Writer};
use crate::tail::Waker;

/// A source whose thread panicked is begun anew after so long.
const AFTER_PANIC: Duration = Duration::from_secs(10);

/// What is being sent when a session ends is waited for at least so long.
const LEAST_PATIENCE: Duration = Duration::from_millis(200);

/// What the threads of a session tell.
#[derive(Debug)]
pub(super) enum News {
    /// The store cannot be used any more.
    Failed(StoreError),
    /// A thread has ended.
    Ended,
}

/// A session that runs.
pub(super) struct Session {
    writer: Writer,
    stop: Arc<Stop>,
    wakers: Vec<Waker>,
    threads: Vec<JoinHandle<()>>,
    alerter: Alerter,
    news: mpsc::Receiver<News>,
}

/// What outlives sessions.
#[derive(Clone)]
pub(super) struct Surroundings {
    pub(super) clock: Moments,
    pub(super) board: Board,
}

impl Session {
    /// Opens the store, and starts a thread for each source.
    ///
    /// # Errors
    ///
    /// Returns why the store cannot be written to, or a thread not be started.
    pub(super) fn start(
        setup: &Arc<Setup>,
        surroundings: &Surroundings,
    ) -> Result<Self, FollowError> {
        let first = setup.sources.first().ok_or(FollowError::NoSource)?;
        let classes = classes(&setup.catalogue, &setup.classifier);
        let writer = Writer::spawn(&setup.db, &first.server, &classes)?;
        let stop = Arc::new(Stop::default());
        surroundings.board.update(|status| {
            status.catalogue = setup.catalogue.hash().into();
            status.store.clone_from(&setup.db);
            status.sources = setup.sources.iter().map(source_status).collect();
            status.is_ready = true;
        });
        let alerter = start_alerter(setup, surroundings, &writer)?;
        let (sender, news) = mpsc::channel(setup.sources.len() + 3);
        let mut session = Self {
            writer,
            stop: Arc::clone(&stop),
            wakers: Vec::new(),
            threads: Vec::new(),
            alerter,
            news,
        };
        let context = Context {
            setup: Arc::clone(setup),
            index: 0,
            handle: session.writer.handle(),
            clock: Arc::clone(&surroundings.clock),
            board: surroundings.board.clone(),
            stop,
            progress: Arc::default(),
        };
        for (index, source) in setup.sources.iter().enumerate() {
            let handle = session.writer.for_server(&source.server)?;
            let context = Context { index, handle, ..context.clone() };
            session.follow(&source.name, context, &sender)?;
        }
        session.mail_reports(context.clone(), &sender)?;
        session.spawn("overseer", &sender, move || oversee(&context))?;
        Ok(session)
    }

    /// Starts the thread that mails reports, where they are to be mailed.
    fn mail_reports(
        &mut self,
        context: Context,
        sender: &mpsc::Sender<News>,
    ) -> Result<(), FollowError> {
        let report = context.setup.report.clone();
        let Some((mail, schedule)) = report.mail.zip(report.schedule) else { return Ok(()) };
        self.spawn("mailer", sender, move || mail_reports(&context, &mail, &schedule))
    }

    /// Starts the thread of a source. Where it panics, it begins anew; the others go on.
    fn follow(
        &mut self,
        name: &str,
        context: Context,
        sender: &mpsc::Sender<News>,
    ) -> Result<(), FollowError> {
        let stop = Arc::clone(&context.stop);
        let source = name.to_owned();
        let mut run = self.runner(context);
        self.spawn(name, sender, move || {
            loop {
                if let Ok(outcome) = catch_unwind(AssertUnwindSafe(&mut run)) {
                    return outcome;
                }
                tracing::error!(source, "following failed inside; begun anew");
                if stop.wait(AFTER_PANIC) {
                    return Ok(());
                }
            }
        })
    }

    /// Returns what the thread of a source does.
    fn runner(&mut self, context: Context) -> Box<dyn FnMut() -> Result<(), StoreError> + Send> {
        let kind = context.source().map(super::Source::kind);
        if kind.is_some_and(|kind| kind != SourceKind::Files) {
            return Box::new(move || follow_http(&context));
        }
        let (mut thread, waker) = FilesThread::new(context);
        self.wakers.push(waker);
        Box::new(move || thread.run())
    }

    fn spawn(
        &mut self,
        name: &str,
        sender: &mpsc::Sender<News>,
        run: impl FnOnce() -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), FollowError> {
        let sender = sender.clone();
        let tell = move |news| drop(sender.try_send(news)); // There is room for one of each thread.
        let thread = std::thread::Builder::new().name(name.into()).spawn(move || match run() {
            Ok(()) => tell(News::Ended),
            Err(error) => tell(News::Failed(error)),
        });
        self.threads.push(thread.map_err(|source| FollowError::Start { source })?);
        Ok(())
    }

    /// Waits until the store fails; a session does not end by itself otherwise.
    pub(super) async fn failed(&mut self) -> StoreError {
        loop {
            match self.news.recv().await {
                Some(News::Failed(error)) => return error,
                Some(News::Ended) => {}
                None => return StoreError::Stopped,
            }
        }
    }

    /// Returns true where the store failed under the alerts.
    pub(super) fn has_failed(&self) -> bool {
        self.alerter.has_failed()
    }

    /// Returns how many commands wait for the writer.
    pub(super) fn queue_depth(&self) -> u64 {
        self.writer.n_waiting() as u64
    }

    /// Has all sources looked at now.
    pub(super) fn stop_all(&self) {
        self.stop.tell();
        self.wakers.iter().for_each(Waker::stop);
    }

    /// Ends the threads and commits what they have read; blocks until that is done, but for
    /// threads that hang.
    ///
    /// # Errors
    ///
    /// Returns why the store failed.
    pub(super) fn end(self, patience: Duration, clock: &Moments) -> Result<(), StoreError> {
        self.stop_all();
        let until = clock().ticks + patience;
        let pause = Stop::default();
        let mut threads = self.threads;
        while !threads.is_empty() && clock().ticks < until {
            threads.retain(|thread| !thread.is_finished());
            pause.wait(Duration::from_millis(5));
        }
        if !threads.is_empty() {
            tracing::warn!(count = threads.len(), "threads hang and are left behind");
        }
        let told = self.alerter.stop(until.saturating_sub(clock().ticks).max(LEAST_PATIENCE));
        self.writer.finish().and(told)
    }
}

fn start_alerter(
    setup: &Setup,
    surroundings: &Surroundings,
    writer: &Writer,
) -> Result<Alerter, StoreError> {
    let clock = Arc::clone(&surroundings.clock);
    let options = AlerterOptions {
        settings: setup.alerts.clone(),
        catalogue: Arc::clone(&setup.catalogue),
        runbook: setup.runbook.clone(),
        clock: Arc::new(move || clock().now),
        seed: setup.seed,
    };
    Alerter::spawn(options, &setup.db, writer)
}

fn source_status(source: &super::Source) -> SourceStatus {
    SourceStatus {
        name: source.name.clone(),
        server: source.server.clone(),
        kind: source.kind(),
        ..SourceStatus::default()
    }
}
