//! How soon a rotated log overwrites itself: what it keeps, over what is written to it.

use std::collections::HashMap;
use std::time::Duration;

use super::follower::FileFollower;
use super::track::{Moment, Track};
use crate::store::Headroom;
use crate::tail::Family;

/// The rate is measured over so long at least.
const MEASURED: Duration = Duration::from_mins(1);

/// What is known of the logs whose oldest files rotation deletes.
#[derive(Debug, Default)]
pub(super) struct Headrooms {
    /// Bytes of the files that were deleted, by the live log.
    dropped: HashMap<String, u64>,
    /// Bytes that had been written to each when its rate was last measured.
    written: HashMap<String, (Duration, u64)>,
}

impl Headrooms {
    /// Notes that a file was deleted. Where rotation had moved it before, its log keeps only so
    /// much.
    pub(super) fn note_deleted(&mut self, track: &Track) {
        let family = Family::of(&track.known.path);
        if family.live != track.known.path {
            *self.dropped.entry(family.live).or_default() += bytes_of(track);
        }
    }
}

impl FileFollower {
    /// Measures how soon logs overwrite themselves; each at most once a minute.
    pub fn measure_headroom(&mut self, moment: Moment) -> Vec<Headroom> {
        let mut kept: HashMap<String, u64> = HashMap::new();
        for track in self.tracks.values() {
            let live = Family::of(&track.known.path).live;
            if self.headrooms.dropped.contains_key(&live) {
                *kept.entry(live).or_default() += bytes_of(track);
            }
        }
        let mut measured = Vec::new();
        for (path, kept) in kept {
            let dropped = self.headrooms.dropped.get(&path).copied().unwrap_or_default();
            let now = (moment.ticks, kept + dropped);
            let before = *self.headrooms.written.entry(path.clone()).or_insert(now);
            let (took, grown) = (now.0.saturating_sub(before.0), now.1.saturating_sub(before.1));
            if took < MEASURED || grown == 0 {
                continue;
            }
            self.headrooms.written.insert(path.clone(), now);
            let span = u128::from(kept) * took.as_millis() / u128::from(grown);
            let span = u64::try_from(span).unwrap_or(u64::MAX);
            measured.push(Headroom { path, kept, span, measured: moment.now });
        }
        measured.sort_by(|a, b| a.path.cmp(&b.path));
        measured
    }
}

fn bytes_of(track: &Track) -> u64 {
    track.size.max(track.known.size)
}
