//! The files of a source, by what finds them.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use super::super::digest::Nearby;
use super::headroom::Headrooms;
use super::track::{Aside, FileSource, FollowCounts, Moment, State, Track};
use crate::store::{FileId, KnownFile, Loss, StoreError, WriterHandle};
use crate::tail::Place;

/// Follows the files of one source.
pub struct FileFollower {
    pub(super) source: FileSource,
    pub(super) handle: WriterHandle,
    pub(super) tracks: HashMap<FileId, Track>,
    pub(super) by_path: HashMap<String, FileId>,
    /// By device and number.
    pub(super) by_number: HashMap<(u64, u64), FileId>,
    /// Files of the store that were last where the new ones of a scan may have been.
    pub(super) remembered: HashMap<String, Vec<KnownFile>>,
    /// Copies of files that are followed.
    pub(super) copies: HashMap<String, (Aside, FileId)>,
    /// Files that are no logs, with the reason.
    pub(super) refused: BTreeMap<String, (Aside, String)>,
    /// Files that are looked at again once they have not changed for a while, and since when.
    pub(super) unsettled: HashMap<String, (Aside, Duration)>,
    /// Files that end with what is half written: to be read again when they are quiet.
    pub(super) unfinished: BTreeSet<FileId>,
    /// Files that the last scan did not find.
    pub(super) missing: BTreeSet<FileId>,
    /// Files to be read, in this order.
    pub(super) queue: VecDeque<FileId>,
    /// Paths of rotated logs of which there are several, the oldest first, by the live log.
    pub(super) families: HashMap<String, Vec<String>>,
    /// The devices that the directories were on.
    pub(super) devices: Vec<u64>,
    pub(super) unlisted: Vec<(String, String)>,
    pub(super) nearby: Nearby,
    pub(super) headrooms: Headrooms,
    pub(super) counts: FollowCounts,
    /// True where what is there must be compared again soon.
    pub(super) is_scan_due: bool,
    /// What was lost since it was last asked.
    pub(super) losses: Vec<(String, Loss)>,
}

impl FileFollower {
    /// Begins with what the store knows of the files of the server.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] where the store's writer has ended.
    pub fn open(source: FileSource, handle: WriterHandle) -> Result<Self, StoreError> {
        let mut follower = Self {
            source,
            handle,
            tracks: HashMap::new(),
            by_path: HashMap::new(),
            by_number: HashMap::new(),
            remembered: HashMap::new(),
            copies: HashMap::new(),
            refused: BTreeMap::new(),
            unsettled: HashMap::new(),
            unfinished: BTreeSet::new(),
            missing: BTreeSet::new(),
            queue: VecDeque::new(),
            families: HashMap::new(),
            devices: Vec::new(),
            unlisted: Vec::new(),
            nearby: Nearby::default(),
            headrooms: Headrooms::default(),
            counts: FollowCounts::default(),
            is_scan_due: true,
            losses: Vec::new(),
        };
        let places = follower.source.places.clone();
        let owners: Vec<_> = places.iter().map(Place::owner).collect();
        for known in follower.handle.all_files()? {
            let is_ours = owners.iter().any(|owns| owns(&known.path));
            if !known.is_gone && known.resume.is_none() && is_ours {
                follower.add(Track::new(known));
            }
        }
        Ok(follower)
    }

    /// Returns what following has come to.
    #[must_use]
    pub fn counts(&self) -> FollowCounts {
        FollowCounts { tally: self.handle.tally(), ..self.counts }
    }

    /// Returns how many files are followed.
    #[must_use]
    pub fn n_files(&self) -> usize {
        self.tracks.len()
    }

    /// Returns how many bytes were seen and not read yet.
    #[must_use]
    pub fn lag_bytes(&self) -> u64 {
        let waiting = self.queue.iter().filter_map(|id| self.tracks.get(id));
        waiting.map(Track::unread_bytes).sum()
    }

    /// Returns true where a scan found what could not be settled: it wants another soon.
    #[must_use]
    pub fn is_scan_due(&self) -> bool {
        self.is_scan_due
    }

    /// Returns true where a file waits to be read.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Returns the directories that could not be listed, each with the reason.
    pub fn unlisted(&self) -> impl Iterator<Item = (&str, &str)> {
        self.unlisted.iter().map(|(path, reason)| (path.as_str(), &**reason))
    }

    /// Returns the directories that could not be listed, and the files that are no logs, each with
    /// the reason.
    pub fn troubles(&self) -> impl Iterator<Item = (&str, &str)> {
        let refused = self.refused.iter().map(|(path, (_, reason))| (path.as_str(), &**reason));
        self.unlisted().chain(refused)
    }

    /// Returns what was destroyed unread since it was last asked, with the paths.
    pub fn take_losses(&mut self) -> Vec<(String, Loss)> {
        std::mem::take(&mut self.losses)
    }

    /// Returns how long it is until a file that ends with something half written is quiet.
    #[must_use]
    pub fn until_quiet(&self, moment: Moment) -> Option<Duration> {
        let unfinished = self.unfinished.iter().filter_map(|id| self.tracks.get(id));
        let unsettled = self.unsettled.values().map(|(_, since)| *since);
        let until = |since: Duration| (since + self.source.quiet).saturating_sub(moment.ticks);
        unfinished.map(|track| track.changed).chain(unsettled).map(until).min()
    }

    pub(super) fn add(&mut self, track: Track) {
        let id = track.id();
        self.by_path.insert(track.known.path.clone(), id);
        if let Some(stamp) = track.stamp.filter(|stamp| stamp.inode != 0) {
            self.by_number.insert((stamp.device, stamp.inode), id);
        }
        self.tracks.insert(id, track);
    }

    /// Takes a file off the maps; its bytes are elsewhere, or nowhere.
    pub(super) fn remove(&mut self, id: FileId) -> Option<Track> {
        let track = self.tracks.remove(&id)?;
        if self.by_path.get(&track.known.path) == Some(&id) {
            self.by_path.remove(&track.known.path);
        }
        if let Some(stamp) = track.stamp {
            let number = (stamp.device, stamp.inode);
            if self.by_number.get(&number) == Some(&id) {
                self.by_number.remove(&number);
            }
        }
        Some(track)
    }

    /// Has a file read in its turn.
    pub(super) fn enqueue(&mut self, id: FileId) {
        self.unfinished.remove(&id);
        if let Some(track) = self.tracks.get_mut(&id)
            && track.state != State::Waiting
        {
            track.state = State::Waiting;
            self.queue.push_back(id);
        }
    }
}
