//! Begins sessions and ends them, as signals, changes and failures demand.

use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::reload::Snapshot;
use super::session::{Session, Surroundings};
use super::{FollowError, LoadError, Moments, Setup};
use crate::serve::{Board, Hosts, SourceState, Status, bind, serve};
use crate::store::StoreError;

/// Stopping takes no longer.
pub const DEADLINE: Duration = Duration::from_millis(4_500);

/// The supervisor looks after things so often.
const TICK: Duration = Duration::from_secs(1);
/// Changed files are looked for so often.
const CHANGES_TICKS: u32 = 5;
/// After a failure of the store, so long is waited at first, and at most.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// What following needs besides a [`Setup`].
pub struct FollowOptions {
    /// Reads the configuration and the catalogue, at the start and whenever they change.
    pub load: Box<dyn Fn() -> Result<Setup, LoadError>>,
    /// Tells the time.
    pub clock: Moments,
    /// Where the health page is served; `None`: nowhere.
    pub health: Option<(std::net::SocketAddr, Hosts)>,
    /// Tells how much memory the process holds.
    pub resident_bytes: fn() -> Option<u64>,
}

/// Why a session has to end.
enum End {
    Stop,
    Reload,
    Failed(StoreError),
}

/// Follows all sources until the process is told to stop.
///
/// `SIGTERM` and `SIGINT` end it, with all committed that was read; `SIGHUP`, or a change of the
/// files that a [`Setup`] was made from, has them read again.
///
/// # Errors
///
/// Returns [`FollowError`] where following cannot begin, or not end in time.
pub fn run(options: FollowOptions) -> Result<(), FollowError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|source| FollowError::Start { source })?;
    let outcome = runtime.block_on(Supervisor::follow(options));
    runtime.shutdown_background();
    outcome
}

struct Supervisor {
    options: FollowOptions,
    surroundings: Surroundings,
    setup: Arc<Setup>,
    snapshot: Snapshot,
    signals: Signals,
    /// True where the next session is the first with a new setup.
    is_reloaded: bool,
    backoff: Duration,
}

impl Supervisor {
    async fn follow(options: FollowOptions) -> Result<(), FollowError> {
        let setup = (options.load)().map_err(FollowError::Load)?;
        let snapshot = Snapshot::of(&setup.made_from);
        let clock = Arc::clone(&options.clock);
        let now = Arc::clone(&options.clock);
        let status = Status {
            version: env!("CARGO_PKG_VERSION").into(),
            started: clock().now,
            ..Status::default()
        };
        let board = Board::new(status, Arc::new(move || now().now));
        let (close, closed) = oneshot::channel::<()>();
        if let Some((address, hosts)) = &options.health {
            let listener = bind(*address).await?;
            let page = serve(board.clone(), hosts.clone(), listener, async {
                drop(closed.await);
            });
            tokio::spawn(async {
                if let Err(error) = page.await {
                    tracing::error!(%error, "health page is no longer served");
                }
            });
            tracing::info!(%address, "health page is served");
        }
        let signals = Signals::listen().map_err(|source| FollowError::Start { source })?;
        let mut supervisor = Self {
            options,
            surroundings: Surroundings { clock, board },
            setup: Arc::new(setup),
            snapshot,
            signals,
            is_reloaded: false,
            backoff: BACKOFF.0,
        };
        let outcome = supervisor.run_sessions().await;
        drop(close);
        outcome
    }

    async fn run_sessions(&mut self) -> Result<(), FollowError> {
        let mut is_first = true;
        loop {
            match self.begin().await {
                None => return Ok(()),
                Some(Ok(session)) => {
                    if std::mem::take(&mut is_first) {
                        let n_sources = self.setup.sources.len();
                        tracing::info!(n_sources, store = %self.setup.db.display(), "following");
                        notify(&[NotifyState::Ready]);
                    }
                    if std::mem::take(&mut self.is_reloaded) {
                        let catalogue = self.setup.catalogue.hash();
                        tracing::info!(catalogue, "configuration is read again");
                    }
                    if let Some(outcome) = self.run_session(session).await {
                        return outcome;
                    }
                }
                Some(Err(FollowError::Store(error))) if !is_first || is_passing(&error) => {
                    self.note_failure(&error);
                    if self.pause().await {
                        return Ok(());
                    }
                }
                Some(Err(error)) => return Err(error),
            }
        }
    }

    /// Starts a session, which may take as long as somebody else holds the store. `None`: the
    /// process is to stop.
    async fn begin(&mut self) -> Option<Result<Session, FollowError>> {
        let (setup, surroundings) = (Arc::clone(&self.setup), self.surroundings.clone());
        let mut starting = spawn_blocking(move || Session::start(&setup, &surroundings));
        loop {
            tokio::select! {
                outcome = &mut starting => {
                    return Some(outcome.unwrap_or(Err(StoreError::Stopped.into())));
                }
                told = self.signals.next() => match told {
                    Told::Stop => return None,
                    Told::Reload => {} // It is being read.
                },
                () = sleep(TICK) => self.beat(),
            }
        }
    }

    /// Tells that the supervisor is alive.
    fn beat(&self) {
        self.surroundings.board.beat();
        notify(&[NotifyState::Watchdog]);
    }

    /// Runs a session to its end; returns how following ends, where it does.
    async fn run_session(&mut self, mut session: Session) -> Option<Result<(), FollowError>> {
        let end = self.attend(&mut session).await;
        let is_stop = matches!(end, End::Stop);
        if is_stop {
            notify(&[NotifyState::Stopping]);
            tracing::info!("stopping");
        }
        let ended = self.end(session).await;
        self.surroundings.board.update(|status| status.is_ready = false);
        match (end, ended) {
            (End::Stop, None) => Some(Err(FollowError::Deadline)),
            (End::Stop, Some(Err(error))) => Some(Err(error.into())),
            (End::Stop, Some(Ok(()))) => Some(Ok(())),
            (End::Reload, Some(Ok(())) | None) => None,
            // The writer's own error tells why its handles are of no use any more.
            (End::Failed(StoreError::Stopped) | End::Reload, Some(Err(error)))
            | (End::Failed(error), _) => {
                self.note_failure(&error);
                self.pause().await.then_some(Ok(()))
            }
        }
    }

    /// Looks after a session until it has to end.
    async fn attend(&mut self, session: &mut Session) -> End {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut n_ticks = 0_u32;
        loop {
            tokio::select! {
                told = self.signals.next() => match told {
                    Told::Stop => return End::Stop,
                    Told::Reload => if self.reload() { return End::Reload },
                },
                error = session.failed() => return End::Failed(error),
                _ = ticks.tick() => {
                    n_ticks = n_ticks.wrapping_add(1);
                    self.tick(session, n_ticks);
                    if session.has_failed() {
                        return End::Failed(StoreError::Stopped);
                    }
                    let is_due = n_ticks.is_multiple_of(CHANGES_TICKS);
                    if is_due && self.has_changed() && self.reload() {
                        return End::Reload;
                    }
                }
            }
        }
    }

    fn tick(&mut self, session: &Session, n_ticks: u32) {
        self.beat();
        // A session that lived for some seconds has committed, or had nothing to commit.
        let is_settled = n_ticks > 3;
        let mut is_back = false;
        self.surroundings.board.update(|status| {
            status.queue_depth = session.queue_depth();
            status.resident_bytes = (self.options.resident_bytes)();
            is_back = is_settled && std::mem::take(&mut status.store_state) != SourceState::Up;
        });
        if is_back {
            self.backoff = BACKOFF.0;
            tracing::info!("store is written to again");
        }
    }

    fn has_changed(&mut self) -> bool {
        let now = Snapshot::of(&self.setup.made_from);
        let has_changed = now != self.snapshot;
        self.snapshot = now;
        has_changed
    }

    /// Reads the configuration and the catalogue again; returns true where a new session is to
    /// begin with them.
    fn reload(&mut self) -> bool {
        let now = (self.options.clock)().now;
        self.snapshot = Snapshot::of(&self.setup.made_from);
        let outcome = (self.options.load)();
        let is_sound = outcome.is_ok();
        self.surroundings.board.update(|status| {
            status.reloads.last = Some(now);
            *(if is_sound { &mut status.reloads.accepted } else { &mut status.reloads.refused }) +=
                1;
        });
        match outcome {
            Ok(setup) => {
                self.setup = Arc::new(setup);
                self.is_reloaded = true;
                true
            }
            Err(error) => {
                tracing::error!(%error, "configuration has faults; the one before stays");
                false
            }
        }
    }

    /// Ends a session within the deadline; `None` where that was not enough.
    async fn end(&self, session: Session) -> Option<Result<(), StoreError>> {
        let clock = Arc::clone(&self.options.clock);
        let ending = spawn_blocking(move || session.end(DEADLINE / 2, &clock));
        match timeout(DEADLINE, ending).await {
            Ok(Ok(outcome)) => Some(outcome),
            Ok(Err(_)) => Some(Err(StoreError::Stopped)),
            Err(_) => None,
        }
    }

    fn note_failure(&mut self, error: &StoreError) {
        let source = std::error::Error::source(error).map(|cause| format!(": {cause}"));
        let text = format!("{error}{}", source.unwrap_or_default());
        let now = (self.options.clock)().now;
        let mut is_news = false;
        self.surroundings.board.update(|status| is_news = status.store_state.fail(now, &text));
        if is_news {
            tracing::error!(error = text, hint = error.hint(), "store failed; it is tried again");
        }
    }

    /// Waits before the next session; returns true where the process is to stop.
    async fn pause(&mut self) -> bool {
        let mut left = self.backoff;
        self.backoff = (self.backoff * 2).min(BACKOFF.1);
        while !left.is_zero() {
            self.beat();
            let step = left.min(TICK);
            left -= step;
            match timeout(step, self.signals.next()).await {
                Ok(Told::Stop) => return true,
                Ok(Told::Reload) => drop(self.reload()),
                Err(_) => {}
            }
        }
        false
    }
}

/// Returns true for a failure that may pass by itself, even before anything was stored.
fn is_passing(error: &StoreError) -> bool {
    matches!(error, StoreError::Sqlite { .. } | StoreError::Stopped)
}

/// Tells systemd, where it started us.
fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "failed to notify systemd");
    }
}

/// What the process is told.
enum Told {
    Stop,
    Reload,
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.terminate.recv() => Told::Stop,
            _ = self.interrupt.recv() => Told::Stop,
            _ = self.hangup.recv() => Told::Reload,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Told {
        drop(tokio::signal::ctrl_c().await);
        Told::Stop
    }
}
