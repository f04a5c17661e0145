//! What a follower must have noted as lost: bytes that it saw and that were destroyed unread.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use dewlap::store::short_hash;
use flate2::read::GzDecoder;
use proptest::prelude::*;
use rusqlite::Connection;

/// How far a follower has come with a file.
struct Seen {
    size: u64,
    read_to: u64,
    /// The bytes by which it is known again.
    evidence: Vec<u8>,
}

/// A file that was destroyed.
struct Destroyed {
    bytes: u64,
    evidence: Vec<u8>,
    /// True where another file began as this one did: then it may have been taken for it.
    is_doubtful: bool,
}

/// What was seen, and what was destroyed.
#[derive(Default)]
pub(crate) struct Losses {
    seen: BTreeMap<PathBuf, Seen>,
    destroyed: Vec<Destroyed>,
    /// Logs that were cut to nothing since they were last looked at.
    cut: Vec<PathBuf>,
    n_cut: usize,
    /// True where a log begins with the very line that another began with.
    has_twins: bool,
}

impl Losses {
    /// Notes that a follower has looked at all files, and what it noted of each. Where it was
    /// killed, only that counts; else the lengths that it saw count too.
    pub(crate) fn look<'p>(
        &mut self,
        paths: impl Iterator<Item = &'p PathBuf>,
        (db, server): (&Connection, &str),
        was_killed: bool,
    ) {
        let mut noted = db
            .prepare_cached(
                "SELECT read_to, size, fingerprint, fingerprint_len FROM file \
                 JOIN server ON server.id = file.server \
                 WHERE server.name = ? AND path = ? AND gone IS NULL ORDER BY file.id DESC",
            )
            .unwrap();
        for path in paths {
            let content = content(path);
            // A log that was cut and has the bytes that were read again, whole, only looks grown.
            if self.doubt(&content) {
                self.cut.retain(|cut| cut != path);
            }
            let rows = noted
                .query_map([server, path.to_str().unwrap()], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get::<_, [u8; 16]>(2)?, row.get(3)?))
                })
                .unwrap();
            for (read_to, noted_size, fingerprint, len) in rows.map(Result::unwrap) {
                let (read_to, noted_size, len): (u64, u64, usize) = (read_to, noted_size, len);
                let is_it = content.get(..len).is_some_and(|head| short_hash(head) == fingerprint);
                if !is_it || read_to > content.len() as u64 {
                    continue;
                }
                let size = if was_killed { noted_size } else { content.len() as u64 };
                let evidence = &content[..len.max(usize::try_from(read_to).unwrap())];
                let seen = Seen { size, read_to, evidence: evidence.to_vec() };
                self.seen.insert(path.clone(), seen);
                break;
            }
        }
        if !was_killed {
            self.n_cut += std::mem::take(&mut self.cut).len();
        }
    }

    /// Notes that a file has another path now.
    pub(crate) fn moved(&mut self, from: &Path, to: &Path) {
        self.cut.retain(|path| path != from);
        if let Some(seen) = self.seen.remove(from) {
            self.seen.insert(to.into(), seen);
        }
    }

    /// Notes that the bytes of a file are gone.
    pub(crate) fn destroyed(&mut self, path: &Path) {
        self.cut.retain(|cut| cut != path);
        if let Some(seen) = self.seen.remove(path) {
            let bytes = seen.size.saturating_sub(seen.read_to);
            self.destroyed.push(Destroyed { bytes, evidence: seen.evidence, is_doubtful: false });
        }
    }

    /// Notes that a log was cut to nothing, and what was written to it then.
    pub(crate) fn cut(&mut self, path: &Path, was_seen: bool) {
        let content = content(path);
        let is_known_again = self.doubt(&content);
        let was_read = self.destroyed.last().is_some_and(|destroyed| destroyed.bytes == 0);
        if was_seen && was_read && !is_known_again && !content.is_empty() {
            self.cut.push(path.into());
        }
    }

    /// Notes what a file may be taken for; returns true where that is anything.
    fn doubt(&mut self, content: &[u8]) -> bool {
        let mut is_any = false;
        for destroyed in &mut self.destroyed {
            let is_beginning = content.starts_with(&destroyed.evidence);
            destroyed.is_doubtful |= is_beginning;
            is_any |= is_beginning;
        }
        is_any
    }

    /// Notes that a log begins with the very line that another began with.
    pub(crate) fn note_twins(&mut self) {
        self.has_twins = true;
    }

    pub(crate) fn has_seen(&self, path: &Path) -> bool {
        self.seen.contains_key(path)
    }

    /// Compares with what is stored.
    pub(crate) fn compare(&self, (db, server): (&Connection, &str)) -> Result<(), TestCaseError> {
        let mut statement = db
            .prepare_cached(
                "SELECT stop - start FROM loss JOIN file ON file.id = loss.file \
                 JOIN server ON server.id = file.server WHERE server.name = ?",
            )
            .unwrap();
        let rows = statement.query_map([server], |row| row.get::<_, u64>(0)).unwrap();
        let (mut noted, n_empty) =
            rows.map(Result::unwrap).fold((Vec::new(), 0), |mut sum, row| {
                if row > 0 {
                    sum.0.push(row);
                } else {
                    sum.1 += 1;
                }
                sum
            });
        let all: Vec<u64> = noted.clone();
        for is_doubtful in [false, true] {
            let of = |destroyed: &&Destroyed| {
                destroyed.bytes > 0 && destroyed.is_doubtful == is_doubtful
            };
            for destroyed in self.destroyed.iter().filter(of) {
                let place = noted.iter().position(|bytes| *bytes == destroyed.bytes);
                if let Some(place) = place {
                    noted.swap_remove(place);
                } else {
                    prop_assert!(is_doubtful, "{} B lost, noted {all:?}", destroyed.bytes);
                }
            }
        }
        // Of two files that begin alike, what one lost may be noted of the other.
        let is_exact = noted.is_empty() || self.has_twins;
        prop_assert!(is_exact, "noted as lost, and were not: {noted:?}");
        prop_assert!(n_empty >= self.n_cut, "{} cuts, noted {n_empty}", self.n_cut);
        Ok(())
    }
}

fn content(path: &Path) -> Vec<u8> {
    if path.extension().is_some_and(|end| end == "gz") {
        let mut bytes = Vec::new();
        GzDecoder::new(File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
        return bytes;
    }
    fs::read(path).unwrap()
}
