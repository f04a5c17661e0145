//! The thread of a source whose logs are files.

use std::path::PathBuf;
use std::time::Duration;

use super::SourceSetup;
use super::context::Context;
use super::troubles::Troubles;
use crate::archive::component_names;
use crate::pipeline::{FileFollower, FileSource, IngestOptions, Moment, Notice, commit_notices};
use crate::serve::SourceState;
use crate::store::{Loss, Store, StoreError};
use crate::tail::{Waker, Watch, is_on_network};

/// Directories that are watched are looked through so often: what a watch misses is found then.
const WATCHED: Duration = Duration::from_secs(10);
/// Directories that cannot be watched are.
const POLLED: Duration = Duration::from_secs(1);
/// Looking through takes no more than this share of the time.
const SCAN_SHARE: u32 = 100;
/// Even where files come and go all the time.
const BUSY_SHARE: u32 = 10;
/// Reading begins no more often: small pieces that come fast are committed together.
const GATHERED: Duration = Duration::from_millis(10);
/// What is read is told so often, where nothing else happens.
const TOLD: Duration = Duration::from_secs(1);
/// Names of components are looked up so often.
const NAMED: Duration = Duration::from_mins(1);

/// How soon logs overwrite themselves is measured so often.
const MEASURED: Duration = Duration::from_mins(1);
/// Less than this is too little to find out that nobody reads.
const LEAST_HEADROOM: Duration = Duration::from_hours(1);

/// Follows the files of a source until it is told to stop.
pub(super) struct FilesThread {
    context: Context,
    watch: Watch,
    troubles: Troubles,
    /// Names as they were last noted.
    names: Vec<(String, String)>,
    /// False until all is read that was there at the start: a watch tells of each file opened.
    is_watching: bool,
    next_scan: Duration,
    /// No scan before this.
    earliest_scan: Duration,
    next_names: Duration,
    next_telling: Duration,
    next_headroom: Duration,
    /// True where something was read and not told.
    has_news: bool,
    /// No reading before this.
    earliest_read: Duration,
    lag_since: Option<Duration>,
}

impl FilesThread {
    pub(super) fn new(context: Context) -> (Self, Waker) {
        let watch = Watch::new();
        let waker = watch.waker();
        let thread = Self {
            context,
            watch,
            troubles: Troubles::default(),
            names: Vec::new(),
            is_watching: false,
            next_scan: Duration::ZERO,
            earliest_scan: Duration::ZERO,
            next_names: Duration::ZERO,
            next_telling: Duration::ZERO,
            next_headroom: Duration::ZERO,
            has_news: false,
            earliest_read: Duration::ZERO,
            lag_since: None,
        };
        (thread, waker)
    }

    /// Runs until it is told to stop.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] where the store's writer has ended.
    pub(super) fn run(&mut self) -> Result<(), StoreError> {
        let context = self.context.clone();
        let Some(source) = context.source() else { return Ok(()) };
        let SourceSetup::Files { files, working_dir, poll } = &source.kind else { return Ok(()) };
        let options = context.options(&source.server, &source.parse);
        let mut follower = FileFollower::open(files.clone(), context.handle.clone())?;
        self.next_scan = Duration::ZERO;
        while !context.stop.is_told() {
            let moment = (context.clock)();
            self.note_names(working_dir.as_ref(), moment)?;
            if moment.ticks >= self.next_scan {
                self.scan(&mut follower, (&options, files), *poll)?;
            }
            follower.wake_quiet(moment);
            let is_more = self.read(&mut follower, &options)?;
            if !is_more && !self.is_watching {
                self.is_watching = true;
                self.next_scan = Duration::ZERO; // What came meanwhile was not watched.
            }
            self.note_headroom(&mut follower, &options)?;
            self.tell(&follower);
            if !is_more {
                self.wait(&mut follower);
            }
        }
        context.handle.flush()
    }

    /// Looks through the directories, and watches those that are there.
    fn scan(
        &mut self,
        follower: &mut FileFollower,
        (options, files): (&IngestOptions<'_>, &FileSource),
        poll: Option<Duration>,
    ) -> Result<(), StoreError> {
        let began = (self.context.clock)();
        let trees: Vec<_> = files.places.iter().flat_map(crate::tail::Place::trees).collect();
        let is_shared = trees.iter().any(|tree| is_on_network(&tree.root));
        if follower.unlisted().next().is_some() {
            self.watch.forget(); // A watch does not outlive a directory that was away.
        }
        let trees = if self.is_watching { trees } else { Vec::new() };
        let is_watched = self.watch.watch(trees).is_empty() && !is_shared;
        follower.scan(options, began)?;
        let name = self.context.source().map(|source| source.name.as_str()).unwrap_or_default();
        self.troubles.note(name, follower.troubles());
        let ended = (self.context.clock)();
        let took = ended.ticks.saturating_sub(began.ticks);
        let usual = if is_watched { WATCHED } else { POLLED };
        let pause = poll.unwrap_or(usual).max(took * SCAN_SHARE);
        let soon = files.quiet.min(Duration::from_millis(100)).max(took * BUSY_SHARE);
        self.earliest_scan = ended.ticks + took * BUSY_SHARE;
        self.next_scan = ended.ticks + if follower.is_scan_due() { soon } else { pause };
        self.context.tell(|status| status.last_round = Some(ended.now));
        Ok(())
    }

    /// Reads what waits, and has it committed.
    fn read(
        &mut self,
        follower: &mut FileFollower,
        options: &IngestOptions<'_>,
    ) -> Result<bool, StoreError> {
        if !follower.is_waiting() {
            return Ok(false);
        }
        let moment = (self.context.clock)();
        self.earliest_read = moment.ticks + GATHERED;
        self.has_news = true;
        let is_more = follower.read(options, moment)?;
        let began = (self.context.clock)().ticks;
        self.context.handle.flush()?;
        let took = (self.context.clock)().ticks.saturating_sub(began);
        self.context.board.update(|status| status.commits.record(took));
        self.note_losses(follower, options)?;
        Ok(is_more)
    }

    /// Waits until a file changes, or something is due.
    fn wait(&mut self, follower: &mut FileFollower) {
        let moment = (self.context.clock)();
        let until_scan = self.next_scan.saturating_sub(moment.ticks);
        let until_quiet = follower.until_quiet(moment).unwrap_or(until_scan);
        let until_read = self.earliest_read.saturating_sub(moment.ticks);
        if !until_read.is_zero() {
            self.context.stop.wait(until_read);
        }
        let until_telling = self.next_telling.saturating_sub(moment.ticks);
        let until_told = if self.has_news { until_telling } else { WATCHED };
        let dirty = self.watch.wait(until_scan.min(until_quiet).min(until_told));
        let moment = (self.context.clock)();
        follower.touch(dirty.paths.iter().map(String::as_str), moment);
        if dirty.is_scan_due || follower.is_scan_due() {
            // What comes and goes all the time is not looked through all the time.
            self.next_scan = self.next_scan.min(moment.ticks.max(self.earliest_scan));
        }
    }

    /// Has what was destroyed unread become an event, and says it.
    fn note_losses(
        &mut self,
        follower: &mut FileFollower,
        options: &IngestOptions<'_>,
    ) -> Result<(), StoreError> {
        let losses = follower.take_losses();
        if losses.is_empty() {
            return Ok(());
        }
        for (path, loss) in &losses {
            let (bytes, reason) = (loss.to - loss.from, loss.reason.as_str());
            tracing::error!(path, bytes, reason, "log was destroyed before it was read");
        }
        let notice = |(path, loss): &(String, Loss)| {
            Notice::capture_loss(options.server, &component_of(path), path, loss)
        };
        let notices: Vec<Notice> = losses.iter().map(notice).collect();
        self.tell_notices(&notices, options)
    }

    /// Measures how soon logs overwrite themselves, and says where that is too soon.
    fn note_headroom(
        &mut self,
        follower: &mut FileFollower,
        options: &IngestOptions<'_>,
    ) -> Result<(), StoreError> {
        let moment = (self.context.clock)();
        if moment.ticks < self.next_headroom {
            return Ok(());
        }
        self.next_headroom = moment.ticks + MEASURED;
        let mut notices = Vec::new();
        for headroom in follower.measure_headroom(moment) {
            if Duration::from_millis(headroom.span) < LEAST_HEADROOM {
                let component = component_of(&headroom.path);
                notices.push(Notice::overwritten_soon(options.server, &component, &headroom));
            }
            self.context.handle.note_headroom(headroom)?;
        }
        self.tell_notices(&notices, options)
    }

    fn tell_notices(
        &self,
        notices: &[Notice],
        options: &IngestOptions<'_>,
    ) -> Result<(), StoreError> {
        if !notices.is_empty() {
            let store = Store::open(&self.context.setup.db)?;
            commit_notices(notices, options, &self.context.handle, &store)?;
        }
        Ok(())
    }

    /// Looks up what components are called.
    fn note_names(
        &mut self,
        working_dir: Option<&PathBuf>,
        moment: Moment,
    ) -> Result<(), StoreError> {
        let Some(dir) = working_dir.filter(|_| moment.ticks >= self.next_names) else {
            return Ok(());
        };
        self.next_names = moment.ticks + NAMED;
        let names = component_names(dir);
        if names == self.names {
            return Ok(());
        }
        self.names.clone_from(&names);
        self.context.handle.name_components(names)
    }

    /// Tells how the source is.
    fn tell(&mut self, follower: &FileFollower) {
        let moment = (self.context.clock)();
        let lag_bytes = follower.lag_bytes();
        if lag_bytes == 0 {
            self.lag_since = None;
        }
        let since = (lag_bytes > 0).then(|| *self.lag_since.get_or_insert(moment.ticks));
        if moment.ticks < self.next_telling && since.is_none() {
            return;
        }
        self.next_telling = moment.ticks + TOLD;
        self.has_news = false;
        let counts = follower.counts();
        let down = follower.unlisted().next().map(|(path, reason)| format!("{path}: {reason}"));
        self.context.tell(|status| {
            status.files = follower.n_files() as u64;
            status.lag_bytes = lag_bytes;
            status.lag_seconds =
                since.map_or(0, |since| moment.ticks.saturating_sub(since).as_secs());
            status.gaps = counts.gaps;
            status.lost_bytes = counts.lost_bytes;
            let tally = counts.tally;
            let duplicates = tally.duplicates - tally.rereads;
            status.count(tally.entries(), tally.events, tally.known, duplicates);
            status.state = match (down, &status.state) {
                (None, _) => SourceState::Up,
                (Some(_), SourceState::Down { .. }) => status.state.clone(),
                (Some(reason), SourceState::Up) => SourceState::Down { since: moment.now, reason },
            };
        });
    }
}

/// Returns the component that a log belongs to, as far as its path tells: the GUID of the directory
/// below `logt`, or the name of the file.
fn component_of(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let root = parts.iter().rposition(|part| *part == "logt");
    let guid = root.and_then(|at| parts.get(at + 1).filter(|_| parts.len() > at + 2));
    guid.or(parts.last()).copied().unwrap_or_default().into()
}
