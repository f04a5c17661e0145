//! The real daemon over a directory of logs.

use std::fs;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use crate::run::{DB, Place, number};

/// What a condition is waited for is looked at so often, which is more than enough.
const MAX_LOOKS: u32 = 60_000;

/// The daemon, in a directory with `dewlap.toml`, `logs` and `stderr.txt`.
pub(super) struct Daemon {
    pub(super) place: Place,
    pub(super) child: Child,
}

/// Returns a place with an empty directory of logs and a configuration that follows it.
pub(super) fn place() -> Place {
    let place = Place::with_key();
    fs::create_dir(place.path("logs")).unwrap();
    place.put("dewlap.toml", configuration());
    place
}

pub(super) fn configuration() -> String {
    "health = 'off'\n[[source]]\nfiles = 'logs/*.log'\nformat = 'iso-level'\npoll = '1s'\n\
     quiet = '1s'\n"
        .into()
}

impl Daemon {
    /// Starts it; what it says is in `stderr.txt`.
    pub(super) fn start(place: Place) -> Self {
        Self::start_as(place, &[])
    }

    /// Starts it behind other words, such as those of `setpriv`.
    pub(super) fn start_as(place: Place, before: &[&str]) -> Self {
        let mut command = place.command(&["follow"]);
        if let Some((program, args)) = before.split_first() {
            let mut outer = std::process::Command::new(program);
            outer.args(args).arg(command.get_program()).args(command.get_args());
            outer.current_dir(place.path("")).stdin(Stdio::null());
            command = outer;
        }
        let log = File::create(place.path("stderr.txt")).unwrap();
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        Self { place, child }
    }

    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.place.path("logs").join(name)
    }

    pub(super) fn said(&self) -> String {
        fs::read_to_string(self.place.path("stderr.txt")).unwrap()
    }

    /// Waits until it has said this so often.
    #[track_caller]
    pub(super) fn wait_said(&mut self, text: &str, times: usize) {
        self.wait(text, |daemon| daemon.said().matches(text).count() >= times);
    }

    /// Waits until so many events are stored.
    #[track_caller]
    pub(super) fn wait_stored(&mut self, n_events: u64) {
        self.wait(&format!("{n_events} events"), |daemon| daemon.n_events() >= n_events);
    }

    pub(super) fn n_events(&self) -> u64 {
        let db = self.place.path(DB);
        let db =
            rusqlite::Connection::open_with_flags(db, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE);
        let count = |db: rusqlite::Connection| {
            db.query_row("SELECT count(*) FROM event", [], |row| row.get::<_, u64>(0))
        };
        db.and_then(count).unwrap_or_default()
    }

    /// Waits until something is so, as long as the daemon lives.
    #[track_caller]
    pub(super) fn wait(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        // A process that is waited for costs about a millisecond, and takes no other clock.
        for _ in 0..MAX_LOOKS {
            if is_so(self) {
                return;
            }
            let ended = self.child.try_wait().unwrap();
            assert_eq!(ended, None, "ended while {what} was waited for: {}", self.said());
            std::thread::park_timeout(std::time::Duration::from_millis(2));
        }
        panic!("waited in vain for {what}: {}", self.said());
    }

    pub(super) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Ends it by `SIGTERM` once it listens, and returns how it ended.
    #[track_caller]
    pub(super) fn stop(mut self) -> (Place, Option<i32>) {
        self.wait_said("following", 1);
        self.signal("-TERM");
        let code = self.child.wait().unwrap().code();
        (self.take_place(), code)
    }

    pub(super) fn kill(mut self) -> Place {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.take_place()
    }

    fn take_place(&mut self) -> Place {
        std::mem::replace(&mut self.place, Place::new())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Checks that so many events are stored, all different, and none is counted twice.
#[track_caller]
pub(super) fn assert_each_once(place: &Place, n_events: u64) {
    let db = place.sqlite();
    let sql = "SELECT count(*) FROM event";
    assert_eq!(number(&db, sql), n_events, "events");
    assert_eq!(number(&db, "SELECT count(DISTINCT time) FROM event"), n_events, "moments");
    assert_eq!(number(&db, "SELECT sum(entries) FROM hourly"), n_events, "counted");
    assert_eq!(number(&db, "SELECT count(*) FROM loss"), 0, "losses");
}
