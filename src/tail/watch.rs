//! Wakes whoever waits for a change.

use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::Tree;
use crate::archive::path_text;

/// More changed files than this are found by a scan.
const MAX_PATHS: usize = 1_024;

/// What has happened since it was last asked.
#[derive(Debug, Default)]
pub struct Dirty {
    /// Files that have changed.
    pub paths: HashSet<String>,
    /// True where files came or went, or too much happened to tell.
    pub is_scan_due: bool,
    /// True where nobody should wait any more.
    pub is_stopped: bool,
}

#[derive(Debug, Default)]
struct Shared {
    dirty: Mutex<Dirty>,
    changed: Condvar,
}

/// Watches directories.
#[derive(Debug)]
pub struct Watch {
    shared: Arc<Shared>,
    watcher: Option<RecommendedWatcher>,
    watched: Vec<Tree>,
}

/// Wakes the one who waits at a [`Watch`].
#[derive(Clone, Debug)]
pub struct Waker(Arc<Shared>);

impl Watch {
    /// Begins without watching anything.
    #[must_use]
    pub fn new() -> Self {
        let shared = Arc::new(Shared::default());
        let told = Arc::clone(&shared);
        let watcher = notify::recommended_watcher(move |event| told.note(event)).ok();
        Self { shared, watcher, watched: Vec::new() }
    }

    /// Watches these directories in the place of those before; returns those that cannot be
    /// watched, with the reason.
    pub fn watch(&mut self, trees: Vec<Tree>) -> Vec<(String, String)> {
        let mut failed = Vec::new();
        let Some(watcher) = &mut self.watcher else {
            return trees.iter().map(|tree| refused(tree, "the system offers no watch")).collect();
        };
        for gone in self.watched.iter().filter(|tree| !trees.contains(tree)) {
            drop(watcher.unwatch(&gone.root)); // A directory that is gone is not watched either.
        }
        self.watched.retain(|tree| trees.contains(tree));
        for tree in trees {
            if self.watched.contains(&tree) {
                continue;
            }
            let is_flat = tree.depth == Some(1);
            let mode = if is_flat { RecursiveMode::NonRecursive } else { RecursiveMode::Recursive };
            match watcher.watch(&tree.root, mode) {
                Ok(()) => self.watched.push(tree),
                Err(error) => failed.push(refused(&tree, &error.to_string())),
            }
        }
        failed
    }

    /// Forgets a directory, so that the next call of [`Watch::watch`] watches it anew: it was
    /// away, and a watch does not outlive that.
    pub fn forget(&mut self) {
        if let Some(watcher) = &mut self.watcher {
            for tree in self.watched.drain(..) {
                drop(watcher.unwatch(&tree.root));
            }
        }
    }

    /// Waits until something happens, no longer than the timeout, and returns what it was.
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> Dirty {
        let is_quiet =
            |dirty: &mut Dirty| dirty.paths.is_empty() && !dirty.is_scan_due && !dirty.is_stopped;
        let waited = self.shared.changed.wait_timeout_while(self.shared.lock(), timeout, is_quiet);
        let (mut dirty, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let is_stopped = dirty.is_stopped;
        std::mem::replace(&mut *dirty, Dirty { is_stopped, ..Dirty::default() })
    }

    /// Returns what wakes the one who waits.
    #[must_use]
    pub fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.shared))
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}

impl Waker {
    /// Has the files looked at now.
    pub fn wake(&self) {
        self.0.change(|dirty| dirty.is_scan_due = true);
    }

    /// Ends all waiting, for good.
    pub fn stop(&self) {
        self.0.change(|dirty| dirty.is_stopped = true);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Dirty> {
        self.dirty.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Dirty)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Takes in what the system tells. Reading a file is no change.
    fn note(&self, event: notify::Result<Event>) {
        let Ok(event) = event else {
            return self.change(|dirty| dirty.is_scan_due = true);
        };
        match event.kind {
            EventKind::Access(_) => {}
            EventKind::Modify(ModifyKind::Name(_)) => {
                self.change(|dirty| dirty.is_scan_due = true);
            }
            EventKind::Modify(_) => {
                self.change(|dirty| {
                    dirty.paths.extend(event.paths.iter().map(|path| path_text(path)));
                    dirty.is_scan_due |= dirty.paths.len() > MAX_PATHS || event.need_rescan();
                });
            }
            _ => self.change(|dirty| dirty.is_scan_due = true),
        }
    }
}

fn refused(tree: &Tree, reason: &str) -> (String, String) {
    (path_text(&tree.root), reason.into())
}
