//! A directory with a log that is written, rotated and destroyed, and what a follower must have
//! stored of it.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use dewlap::model::Millis;
use flate2::Compression;
use flate2::write::GzEncoder;
use rusqlite::Connection;

use super::losses::Losses;

/// Rotation keeps so many files besides the live one.
const MAX_KEPT: usize = 8;
/// The time at the start of a line has so many bytes.
const STAMP_BYTES: usize = 23;
const LIVE: &str = "engine.log";

/// An entry that was written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    /// How often its bytes were written.
    pub(crate) times: usize,
    /// True once a reader had the chance to read it whole.
    pub(crate) was_seen: bool,
    /// True where a reader took the first half of its line for all there is.
    pub(crate) was_half: bool,
    /// True where nobody can read the line as it was written.
    pub(crate) is_broken: bool,
}

/// The log and its rotated files, as they should be read.
pub(crate) struct World {
    directory: PathBuf,
    /// The entries whose first bytes each file holds, by path.
    files: BTreeMap<PathBuf, Vec<usize>>,
    pub(crate) written: Vec<Written>,
    pub(crate) losses: Losses,
    /// A line of which only the first half is written.
    half: Option<Half>,
    cuts: Vec<Cut>,
    first_line: Option<(usize, Vec<u8>)>,
}

/// A line that is half written.
struct Half {
    entry: usize,
    rest: Vec<u8>,
    /// The file that holds the first half.
    path: PathBuf,
    /// Where the rest goes: the writer keeps its file open, wherever it is moved.
    file: File,
}

/// A line whose halves are in two files.
struct Cut {
    entry: usize,
    halves: [PathBuf; 2],
}

/// The time of the entry with this number: what tells it from others.
pub(crate) fn time_of(entry: usize) -> Millis {
    let start = 1_788_739_200_000;
    Millis::new(start + i64::try_from(entry).unwrap() * 10)
}

fn text_of(entry: usize) -> Vec<u8> {
    let stamp = time_of(entry).timestamp().strftime("%Y-%m-%d %H:%M:%S,%3f").to_string();
    let more = match entry % 5 {
        0 => "\n  at the first step\n  at the second step",
        _ => "",
    };
    format!("{stamp} ERROR gateway: Too many open files{more}\n").into_bytes()
}

impl World {
    pub(crate) fn new(directory: &Path) -> Self {
        Self {
            directory: directory.into(),
            files: BTreeMap::new(),
            written: Vec::new(),
            losses: Losses::default(),
            half: None,
            cuts: Vec::new(),
            first_line: None,
        }
    }

    fn live(&self) -> PathBuf {
        self.directory.join(LIVE)
    }

    fn open(&self) -> File {
        OpenOptions::new().append(true).create(true).open(self.live()).unwrap()
    }

    fn append(&self, bytes: &[u8]) {
        self.open().write_all(bytes).unwrap();
    }

    /// Writes whole entries.
    pub(crate) fn write(&mut self, n: usize) {
        for _ in 0..n {
            self.finish_half();
            let entry = self.begin_entry();
            self.append(&text_of(entry));
        }
    }

    /// Writes the first bytes of an entry; the next write goes on with it.
    pub(crate) fn write_half(&mut self, share: usize) {
        self.finish_half();
        let entry = self.begin_entry();
        let text = text_of(entry);
        // Files of which no more is there than what all lines begin with cannot be told apart.
        let is_first = self.files.get(&self.live()).is_none_or(|entries| entries.len() == 1);
        let least = if is_first { STAMP_BYTES } else { 1 };
        let (first, rest) = text.split_at((text.len() * share / 100).clamp(least, text.len() - 1));
        let mut file = self.open();
        file.write_all(first).unwrap();
        let path = self.live();
        self.half = Some(Half { entry, rest: rest.to_vec(), path, file });
    }

    fn begin_entry(&mut self) -> usize {
        let entry = self.written.len();
        self.written.push(Written { times: 1, ..Written::default() });
        let live = self.files.entry(self.live()).or_default();
        if live.is_empty() && self.first_line.is_none() {
            self.first_line = Some((entry, text_of(entry)));
        }
        self.files.entry(self.live()).or_default().push(entry);
        entry
    }

    /// Ends a line that is half written.
    pub(crate) fn finish_half(&mut self) {
        if let Some(mut half) = self.half.take() {
            half.file.write_all(&half.rest).unwrap();
        }
    }

    /// Notes that a file has another path now, or none.
    fn moved(&mut self, from: &Path, to: Option<&Path>) {
        let entries = self.files.remove(from).unwrap_or_default();
        if let Some(to) = to {
            self.losses.moved(from, to);
        } else {
            self.losses.destroyed(from);
            for entry in &entries {
                let written = &mut self.written[*entry];
                written.is_broken |= written.was_half && !written.was_seen;
            }
        }
        let has_half = self.half.as_ref().is_some_and(|half| half.path == from);
        if let Some(to) = to {
            self.files.insert(to.into(), entries);
            if let Some(half) = self.half.as_mut().filter(|_| has_half) {
                half.path = to.into();
            }
        } else if has_half {
            self.drop_half();
        }
        for cut in &mut self.cuts {
            for half in cut.halves.iter_mut().filter(|half| *half == from) {
                match to {
                    Some(to) => *half = to.into(),
                    None => self.written[cut.entry].is_broken = true,
                }
            }
        }
    }

    fn kept(&self, number: usize) -> PathBuf {
        self.directory.join(format!("{LIVE}.{number}"))
    }

    /// Moves every rotated file one place on; the oldest is dropped.
    fn shift(&mut self) {
        for number in (1..=MAX_KEPT).rev() {
            for end in ["", ".gz"] {
                let from = PathBuf::from(format!("{}{end}", self.kept(number).display()));
                let to = PathBuf::from(format!("{}{end}", self.kept(number + 1).display()));
                if !from.exists() {
                    continue;
                }
                if number == MAX_KEPT {
                    fs::remove_file(&from).unwrap();
                    self.moved(&from, None);
                } else {
                    fs::rename(&from, &to).unwrap();
                    self.moved(&from, Some(&to));
                }
            }
        }
    }

    /// Rotates by renaming. The writer ends its line in the old file, and goes on in a new one.
    pub(crate) fn rotate(&mut self) {
        if self.live().exists() {
            self.shift();
            fs::rename(self.live(), self.kept(1)).unwrap();
            self.moved(&self.live(), Some(&self.kept(1)));
        }
    }

    /// Rotates by copying, and cuts the log to nothing. The writer ends its line in what is left.
    pub(crate) fn copy_truncate(&mut self) {
        if !self.live().exists() {
            return;
        }
        self.shift();
        fs::copy(self.live(), self.kept(1)).unwrap();
        OpenOptions::new().write(true).truncate(true).open(self.live()).unwrap();
        let live = self.live();
        let is_cut = self.half.as_ref().is_some_and(|half| half.path == live);
        self.moved(&live, Some(&self.kept(1)));
        self.files.insert(live.clone(), Vec::new());
        if let Some(half) = self.half.take_if(|_| is_cut) {
            self.cuts.push(Cut { entry: half.entry, halves: [self.kept(1), live] });
            self.append(&half.rest);
        }
    }

    /// Cuts the log to nothing and writes it anew, with the first line that it had.
    pub(crate) fn rewrite(&mut self, n: usize) {
        if !self.live().exists() {
            return;
        }
        let was_seen = self.losses.has_seen(&self.live());
        self.moved(&self.live(), None);
        OpenOptions::new().write(true).truncate(true).open(self.live()).unwrap();
        self.files.insert(self.live(), Vec::new());
        if let Some((entry, line)) = self.first_line.clone() {
            self.written[entry].times += 1;
            self.files.entry(self.live()).or_default().push(entry);
            self.append(&line);
            self.losses.note_twins();
        }
        self.write(n);
        self.losses.cut(&self.live(), was_seen);
    }

    /// Notes that a follower has looked at all files.
    pub(crate) fn look(&mut self, store: (&Connection, &str), was_killed: bool) {
        self.losses.look(self.files.keys(), store, was_killed);
    }

    /// Deletes the log. What is written next may get its number on the disk.
    pub(crate) fn delete(&mut self) {
        if self.live().exists() {
            fs::remove_file(self.live()).unwrap();
            self.moved(&self.live(), None);
        }
    }

    /// The writer starts anew and has forgotten the line.
    fn drop_half(&mut self) {
        if let Some(half) = self.half.take() {
            self.written[half.entry].is_broken = true;
        }
    }

    /// Compresses a rotated file.
    pub(crate) fn gzip(&mut self, number: usize) {
        let plain = self.kept(number);
        let Ok(bytes) = fs::read(&plain) else { return };
        let packed = PathBuf::from(format!("{}.gz", plain.display()));
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&bytes).unwrap();
        fs::write(&packed, encoder.finish().unwrap()).unwrap();
        fs::remove_file(&plain).unwrap();
        // Nobody writes to what is compressed.
        if self.half.as_ref().is_some_and(|half| half.path == plain) {
            self.drop_half();
        }
        // Nor are halves put together of which one was compressed before it was read.
        for cut in self.cuts.iter().filter(|cut| cut.halves.contains(&plain)) {
            self.written[cut.entry].is_broken = true;
        }
        self.moved(&plain, Some(&packed));
    }

    /// Notes that a reader has read all there is; what is compressed and what is half written only
    /// where it has been quiet.
    pub(crate) fn see(&mut self, is_quiet: bool) {
        self.cuts.clear();
        for (path, entries) in &self.files {
            let is_packed = path.extension().is_some_and(|end| end == "gz");
            let ends_half = self.half.as_ref().is_some_and(|half| half.path == *path);
            let ends_broken = entries.last().is_some_and(|last| self.written[*last].is_broken);
            for (index, entry) in entries.iter().enumerate() {
                let is_half = ends_half && index + 1 == entries.len();
                // The entry before a half line may go on in it.
                let is_open = (ends_half || ends_broken) && index + 2 == entries.len();
                self.written[*entry].was_half |= is_half && is_quiet;
                let is_half = is_half || self.written[*entry].is_broken;
                if !is_half && (is_quiet || !(is_packed || is_open)) {
                    self.written[*entry].was_seen = true;
                }
            }
        }
    }
}
