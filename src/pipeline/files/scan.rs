//! Compares what is in the directories with what was read before.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::super::ingest::IngestOptions;
use super::content::open_known;
use super::follower::FileFollower;
use super::track::{Aside, Moment, Track};
use crate::store::{FileId, Loss, StoreError};
use crate::tail::{Family, Scan, Sighting};

/// The store is asked about so many new files at once.
const ASKED_AT_ONCE: usize = 256;

impl FileFollower {
    /// Finds files that are new, that have grown, moved, been written anew, or are gone.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] where the store's writer has ended.
    pub fn scan(&mut self, options: &IngestOptions<'_>, moment: Moment) -> Result<(), StoreError> {
        let mut scan = self.list();
        self.is_scan_due = false;
        self.families = families(&scan.files);
        let mut found = HashSet::new();
        let mut fresh = Vec::new();
        for sighting in std::mem::take(&mut scan.files) {
            if !self.recognize(&sighting, &mut found, options, moment)? {
                fresh.push(sighting);
            }
        }
        // The oldest first, so that entries are read in the order in which they were written.
        fresh.sort_by_cached_key(|file| (file.stamp.modified, Family::of(&file.path).age));
        for files in fresh.chunks(ASKED_AT_ONCE) {
            self.remember_places_of(files)?;
            for sighting in files {
                self.admit(sighting, &mut found, options, moment)?;
            }
        }
        let is_away = self.is_away(&scan.devices, found.is_empty());
        if !is_away {
            self.devices.clone_from(&scan.devices);
            self.part_from_missing(&scan, &found, moment)?;
        }
        self.note_sizes(moment)?;
        self.unlisted.clone_from(&scan.unlisted);
        if is_away {
            let reason = "it is on another device than before: is it mounted?";
            let roots = self.source.places.iter().flat_map(crate::tail::Place::trees);
            let roots = roots.map(|tree| crate::archive::path_text(&tree.root));
            let listed: Vec<String> = roots.filter(|root| !scan.is_hidden(root)).collect();
            self.unlisted.extend(listed.into_iter().map(|root| (root, reason.to_owned())));
        }
        Ok(())
    }

    /// Looks at files that are said to have changed.
    pub fn touch<'p>(&mut self, paths: impl IntoIterator<Item = &'p str>, moment: Moment) {
        for path in paths {
            let track = self.by_path.get(path).and_then(|id| self.tracks.get_mut(id));
            let (Some(track), Ok(Some(sighting))) = (track, Sighting::of(path)) else {
                let is_ours = self.source.places.iter().any(|place| place.has(path));
                // What is committed is written beside the logs where the store lies among them.
                self.is_scan_due |= is_ours && !self.handle.is_store(Path::new(path));
                continue;
            };
            if !track.has_number_of(&sighting) || sighting.size < track.known.read_to {
                self.is_scan_due = true;
            } else if !track.is_unchanged(&sighting) {
                track.note(&sighting, moment.ticks);
                let id = track.id();
                self.enqueue(id);
            }
        }
    }

    /// Has files read on whose unfinished end is quiet.
    pub fn wake_quiet(&mut self, moment: Moment) {
        let quiet = self.source.quiet;
        let is_due = |id: &FileId| {
            self.tracks.get(id).is_some_and(|track| moment.ticks >= track.changed + quiet)
        };
        let due: Vec<FileId> = self.unfinished.iter().copied().filter(is_due).collect();
        for id in due {
            self.enqueue(id);
        }
        self.is_scan_due |=
            self.unsettled.values().any(|(_, since)| moment.ticks >= *since + quiet);
    }

    fn list(&self) -> Scan {
        let mut all = Scan::default();
        for place in &self.source.places {
            let scan = place.scan();
            all.files.extend(scan.files);
            all.unlisted.extend(scan.unlisted);
            all.devices.extend(scan.devices);
        }
        let mut known = HashSet::new();
        let own = self.source.own_log;
        all.files.retain(|file| {
            let is_own = own.is_some_and(|own| own.is_same_file(&file.stamp));
            let is_own = is_own || self.handle.is_store(Path::new(&file.path));
            !is_own && known.insert(file.path.clone())
        });
        all
    }

    /// Returns true where the directories are not those that held the files: not mounted.
    fn is_away(&self, devices: &[u64], is_empty: bool) -> bool {
        is_empty && !self.tracks.is_empty() && !self.devices.is_empty() && self.devices != devices
    }

    /// Returns true where a file is one that is followed, or is left alone.
    fn recognize(
        &mut self,
        sighting: &Sighting,
        found: &mut HashSet<FileId>,
        options: &IngestOptions<'_>,
        moment: Moment,
    ) -> Result<bool, StoreError> {
        if self.refused.get(&sighting.path).is_some_and(|(aside, _)| *aside == Aside::of(sighting))
        {
            return Ok(true);
        }
        let number = (sighting.stamp.device, sighting.stamp.inode);
        let here = self.by_path.get(&sighting.path).copied();
        let here = here.filter(|id| self.tracks.get(id).is_some_and(|t| t.has_number_of(sighting)));
        let Some(id) = here.or_else(|| self.by_number.get(&number).copied()) else {
            return Ok(false);
        };
        if here.is_none() && found.contains(&id) {
            return Ok(true); // A link to a file that was met already.
        }
        let Some(track) = self.tracks.get_mut(&id) else { return Ok(false) };
        let is_unchanged = track.is_unchanged(sighting);
        // The place and the number of a short file may be another one's that begins as it did.
        if !is_unchanged && track.is_short() {
            return Ok(false);
        }
        if !is_unchanged {
            match open_known(&sighting.path, &track.known, options.progress) {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(false),
                Err(_) => {
                    // It cannot be read now; it is looked at again.
                    found.insert(id);
                    self.is_scan_due = true;
                    return Ok(true);
                }
            }
        }
        found.insert(id);
        self.missing.remove(&id);
        if track.known.path != sighting.path {
            self.move_to(id, sighting)?;
        }
        if !is_unchanged {
            self.note_change(id, sighting, moment);
        }
        Ok(true)
    }

    /// Takes note of a file's new length, and has it read.
    pub(super) fn note_change(&mut self, id: FileId, sighting: &Sighting, moment: Moment) {
        if let Some(track) = self.tracks.get_mut(&id) {
            track.note(sighting, moment.ticks);
        }
        self.enqueue(id);
    }

    /// Takes note of a file's new place.
    pub(super) fn move_to(&mut self, id: FileId, sighting: &Sighting) -> Result<(), StoreError> {
        let is_here =
            |track: &Track| track.known.path == sighting.path && track.has_number_of(sighting);
        if self.tracks.get(&id).is_some_and(is_here) {
            return Ok(());
        }
        let Some(mut track) = self.remove(id) else { return Ok(()) };
        track.known.path.clone_from(&sighting.path);
        if !track.has_number_of(sighting) {
            track.stamp = Some(sighting.stamp);
        }
        self.handle.move_file(id, sighting.path.clone(), sighting.stamp)?;
        self.copies.remove(&sighting.path);
        self.add(track);
        Ok(())
    }

    /// Parts from files that two scans in a row did not find: while one is listed, a file that is
    /// being renamed may be missed at both of its names.
    fn part_from_missing(
        &mut self,
        scan: &Scan,
        found: &HashSet<FileId>,
        moment: Moment,
    ) -> Result<(), StoreError> {
        let is_missing =
            |track: &&Track| !found.contains(&track.id()) && !scan.is_hidden(&track.known.path);
        let missing: Vec<FileId> = self.tracks.values().filter(is_missing).map(Track::id).collect();
        let before = std::mem::take(&mut self.missing);
        for id in missing {
            if before.contains(&id) {
                self.part(id, moment)?;
            } else {
                self.missing.insert(id);
                self.is_scan_due = true;
            }
        }
        Ok(())
    }

    /// Has the store know how much there is to be read: should it be destroyed while nobody looks,
    /// that much is lost.
    fn note_sizes(&mut self, moment: Moment) -> Result<(), StoreError> {
        let mut sizes = Vec::new();
        for track in self.tracks.values_mut().filter(|track| track.known.size < track.size) {
            track.known.size = track.size;
            track.known.last_seen = Some(moment.now);
            sizes.push((track.id(), track.size));
        }
        if sizes.is_empty() { Ok(()) } else { self.handle.sight(sizes, moment.now) }
    }

    fn part(&mut self, id: FileId, moment: Moment) -> Result<(), StoreError> {
        let Some(track) = self.remove(id) else { return Ok(()) };
        self.unfinished.remove(&id);
        self.headrooms.note_deleted(&track);
        let is_replaced = self.by_path.contains_key(&track.known.path)
            || Sighting::of(&track.known.path).is_ok_and(|file| file.is_some());
        let (from, unread) = (track.known.read_to, track.unread_bytes());
        let reason = if is_replaced { "truncated or overwritten" } else { "deleted" };
        let loss = Loss {
            file: id,
            from,
            to: from + unread,
            since: track.known.last_seen.unwrap_or(moment.now),
            noticed: moment.now,
            reason: reason.into(),
        };
        let is_known = unread > 0;
        self.counts.lost_bytes += unread;
        if is_known {
            self.losses.push((track.known.path, loss.clone()));
        }
        self.handle.part(id, moment.now, (is_known || is_replaced).then_some(loss))
    }
}

/// Returns the paths of rotated logs of which there are several, the oldest first, by the live log.
fn families(files: &[Sighting]) -> HashMap<String, Vec<String>> {
    let mut families: HashMap<String, Vec<(Family, &Sighting)>> = HashMap::new();
    let files = || files.iter().filter(|file| file.size > 0);
    for file in files() {
        let family = Family::of(&file.path);
        if family.live != file.path {
            families.entry(family.live.clone()).or_default().push((family, file));
        }
    }
    for file in files() {
        if let Some(members) = families.get_mut(&file.path) {
            members.push((Family::of(&file.path), file));
        }
    }
    let in_order = |mut members: Vec<(Family, &Sighting)>| {
        members.sort_by(|(a, _), (b, _)| a.age.cmp(&b.age));
        members.into_iter().map(|(_, file)| file.path.clone()).collect()
    };
    families.into_iter().map(|(live, members)| (live, in_order(members))).collect()
}
