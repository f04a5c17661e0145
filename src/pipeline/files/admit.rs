//! Decides what a file is that was not at its place before: a followed one that moved, a copy, or
//! a new one.

use std::collections::HashSet;

use super::super::ingest::{HEAD_BYTES, IngestOptions};
use super::content::{Opened, begins_as, head_of, is_beginning, open_known, open_new};
use super::follower::FileFollower;
use super::track::{Aside, MIN_MOVED_BYTES, Moment, Track};
use crate::archive::unreadable;
use crate::parse::{Format, detect};
use crate::store::{Evidence, FileId, KnownFile, StoreError, short_hash};
use crate::tail::{Family, Sighting};

/// A file that is shorter may not show its format yet.
const MIN_TOLD_BYTES: u64 = 4096;

/// What a file turns out to be.
enum Known {
    /// This one, elsewhere.
    Moved(FileId),
    /// The copy of one that is followed and still there.
    Copy(FileId),
}

impl FileFollower {
    /// Asks at once what the store knows of the places of several files: asking for each alone
    /// would have both threads wait for one another.
    pub(super) fn remember_places_of(&mut self, files: &[Sighting]) -> Result<(), StoreError> {
        let former = |file: &Sighting| Family::of(&file.path).former_paths(&file.path);
        let paths = files.iter().flat_map(former).collect();
        self.remembered.clear();
        for known in self.handle.files_like(paths, None)? {
            self.remembered.entry(known.path.clone()).or_default().push(known);
        }
        Ok(())
    }

    /// Takes in a file that is at none of the known places, or has other bytes there.
    pub(super) fn admit(
        &mut self,
        sighting: &Sighting,
        found: &mut HashSet<FileId>,
        options: &IngestOptions<'_>,
        moment: Moment,
    ) -> Result<(), StoreError> {
        let aside = Aside::of(sighting);
        let copy = self.copies.get(&sighting.path);
        let is_copy = copy.is_some_and(|(seen, id)| *seen == aside && found.contains(id));
        if sighting.size == 0 || is_copy {
            return Ok(());
        }
        let opened = match open_new(&sighting.path, options.progress) {
            Ok(opened) => opened,
            Err(error) => {
                self.refuse(sighting, unreadable(Some(&error)));
                return Ok(());
            }
        };
        // What is being compressed is read once it is whole.
        if opened.size.is_none() && !self.is_settled(sighting, moment) {
            return Ok(());
        }
        match self.find_known(sighting, &opened, found, options)? {
            Some(Known::Copy(id)) => {
                self.copies.insert(sighting.path.clone(), (aside, id));
            }
            Some(Known::Moved(id)) => {
                found.insert(id);
                self.missing.remove(&id);
                self.move_to(id, sighting)?;
                self.note_change(id, sighting, moment);
            }
            None => self.begin(sighting, &opened, found, (options, moment))?,
        }
        self.refused.remove(&sighting.path);
        Ok(())
    }

    /// Returns true where a file has not changed for a while.
    fn is_settled(&mut self, sighting: &Sighting, moment: Moment) -> bool {
        let now = (Aside::of(sighting), moment.ticks);
        let (aside, since) = self.unsettled.entry(sighting.path.clone()).or_insert(now);
        if *aside != now.0 {
            (*aside, *since) = now;
        }
        let is_settled = moment.ticks >= *since + self.source.quiet;
        if is_settled {
            self.unsettled.remove(&sighting.path);
        }
        is_settled
    }

    /// Leaves a file alone until it changes.
    fn refuse(&mut self, sighting: &Sighting, reason: String) {
        self.refused.insert(sighting.path.clone(), (Aside::of(sighting), reason));
    }

    /// Finds out what a file is by its name and its bytes; `None`: a new one.
    fn find_known(
        &mut self,
        sighting: &Sighting,
        opened: &Opened<'_>,
        found: &HashSet<FileId>,
        options: &IngestOptions<'_>,
    ) -> Result<Option<Known>, StoreError> {
        let former = Family::of(&sighting.path).former_paths(&sighting.path);
        let number = (sighting.stamp.device, sighting.stamp.inode);
        let numbered = self.by_number.get(&number).copied();
        for known in self.candidates((&former, numbered), &opened.feed.head)? {
            let is_here = found.contains(&known.id);
            let is_related = former.contains(&known.path);
            // A mirror holds the same entries; their ids tell.
            let is_mirror = is_here && known.format == Format::IguanaX.name();
            let is_related = is_related || numbered == Some(known.id);
            let is_told = is_related || known.read_to >= MIN_MOVED_BYTES;
            if is_mirror || !is_told || !begins_as(&opened.feed.head, &known) {
                continue;
            }
            match open_known(&sighting.path, &known, options.progress) {
                Ok(Some(_)) if is_here && is_still_there(&known, options) => {
                    if is_beginning(&sighting.path, &known.path).unwrap_or(false) {
                        return Ok(Some(Known::Copy(known.id)));
                    }
                }
                Ok(Some(_)) => {
                    if !self.tracks.contains_key(&known.id) {
                        self.add(Track::new(known.clone()));
                    }
                    return Ok(Some(Known::Moved(known.id)));
                }
                // A copy that is still being made.
                Ok(None) if is_here && is_related && sighting.size < known.read_to => {
                    if is_beginning(&sighting.path, &known.path).unwrap_or(false) {
                        self.is_scan_due = true;
                        return Ok(Some(Known::Copy(known.id)));
                    }
                }
                Ok(None) | Err(_) => {}
            }
        }
        Ok(None)
    }

    /// Returns the files that one with these former paths, this number and first bytes may be: those
    /// of which most was read first, as their bytes tell most; of several, that moved by least.
    fn candidates(
        &self,
        (former, numbered): (&[String], Option<FileId>),
        head: &[u8],
    ) -> Result<Vec<KnownFile>, StoreError> {
        let remembered = former.iter().filter_map(|path| self.remembered.get(path));
        let mut stored: Vec<KnownFile> = remembered.flatten().cloned().collect();
        if head.len() >= Evidence::HEAD_BYTES {
            stored.extend(self.handle.files_like(Vec::new(), Some(short_hash(head)))?);
        }
        stored.sort_by_key(|known| std::cmp::Reverse(known.id));
        let here = former.iter().filter_map(|path| self.by_path.get(path));
        let missing = self.missing.iter();
        let mut ids: Vec<FileId> = missing.chain(here).chain(&numbered).copied().collect();
        ids.extend(stored.iter().map(|known| known.id));
        let mut met = HashSet::new();
        ids.retain(|id| met.insert(*id));
        let latest = |id: FileId| match self.tracks.get(&id) {
            Some(track) => Some(track.known.clone()),
            None => stored.iter().find(|known| known.id == id).cloned(),
        };
        let mut candidates: Vec<KnownFile> = ids.into_iter().filter_map(latest).collect();
        let steps = |known: &KnownFile| former.iter().position(|path| *path == known.path);
        candidates.sort_by_key(|known| {
            (std::cmp::Reverse(known.read_to), steps(known).unwrap_or(former.len()))
        });
        Ok(candidates)
    }

    /// Begins to follow a new file, once its first bytes tell what it is.
    fn begin(
        &mut self,
        sighting: &Sighting,
        opened: &Opened<'_>,
        found: &mut HashSet<FileId>,
        (options, moment): (&IngestOptions<'_>, Moment),
    ) -> Result<(), StoreError> {
        let head = head_of(&opened.feed, HEAD_BYTES);
        let known = self.known_format(&sighting.path, options);
        let is_line_half = head.first() != Some(&b':') && !head.contains(&b'\n');
        let is_next = self.member_before(&sighting.path).is_some_and(|before| {
            self.unsettled.contains_key(before) // Its last line may go on in this one.
        });
        let is_told = known.is_some() || !is_line_half && !is_next;
        let format = known.map_or_else(|| detect(head, &sighting.path, options.parse), Ok);
        let is_told = is_told && format.is_ok();
        let is_short = opened.size.is_some() && sighting.size < MIN_TOLD_BYTES;
        if !is_told && is_short && !self.is_settled(sighting, moment) {
            return Ok(());
        }
        self.unsettled.remove(&sighting.path);
        let format = match format {
            Ok(format) => format,
            Err(reason) => {
                self.refuse(sighting, reason.to_string());
                return Ok(());
            }
        };
        let evidence = Evidence {
            path: sighting.path.clone(),
            format: format.name().to_owned(),
            head: opened.feed.head.clone(),
        };
        let size = opened.size.unwrap_or_default();
        let id = self.handle.register(&evidence, Some((size, moment.now)))?;
        let known = KnownFile {
            size,
            stamp: Some(opened.stamp),
            last_seen: Some(moment.now),
            ..KnownFile::unread(id, &evidence)
        };
        found.insert(id);
        self.add(Track::new(known));
        self.note_change(id, sighting, moment);
        Ok(())
    }

    /// Returns the format of a new file where it is known without looking: all files of the source
    /// have it, or the log that it continues.
    fn known_format(&self, path: &str, options: &IngestOptions<'_>) -> Option<Format> {
        let before = || self.predecessor(path).map(|track| track.known.format.as_str());
        let of_before = || before().and_then(|name| Format::from_name(name, options.parse));
        self.source.format.clone().or_else(of_before)
    }

    /// Returns the file that rotation put before this one, where it is followed.
    pub(super) fn predecessor(&self, path: &str) -> Option<&Track> {
        self.tracks.get(self.by_path.get(self.member_before(path)?)?)
    }

    fn member_before(&self, path: &str) -> Option<&str> {
        let family = self.families.get(&Family::of(path).live)?;
        let place = family.iter().position(|member| member == path)?;
        family.get(place.checked_sub(1)?).map(String::as_str)
    }
}

/// Returns true where a file that was met in this scan still holds what was read of it.
fn is_still_there(known: &KnownFile, options: &IngestOptions<'_>) -> bool {
    open_known(&known.path, known, options.progress).is_ok_and(|same| same.is_some())
}
