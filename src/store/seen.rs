//! Which entries have ever been counted: exact sets of keys, by stream and bucket of time.
//!
//! A bucket's keys are kept as segments, one for each commit that added some, each a sorted list
//! of differences in LEB128: about three bytes an entry. Writing costs what is new, not what is
//! there: the latest segments become one where there are eight of about one size, so a key is
//! written anew once for each power of eight that its bucket has grown by, however small commits are.

use std::collections::HashSet;

use foldhash::fast::RandomState;
use rusqlite::{Connection, params};

use super::Map;
use super::at_hand::AtHand;
use crate::model::SeenKey;

/// Keys held in memory before the least recently used buckets are let go: 2 MB; those that came in
/// no order count twice.
const MAX_KEYS_IN_MEMORY: usize = 300_000;
/// So many segments of about one size are made one,
const MAX_ALIKE: usize = 8;
/// where sizes are alike that lie between the same powers of this number.
const SIZE_BASE: usize = 8;

/// Keys that came out of order are kept apart until there are more,
const MAX_STRAY: usize = 1_024;
/// and more than this part of those in order; then all of the bucket are kept as they come.
const STRAY_PART: usize = 8;

/// Buckets held in memory at most: logs without ids have one each for every hour.
const MAX_BUCKETS: usize = 20_000;

/// The sets of keys that the current commits touch.
#[derive(Debug, Default)]
pub(super) struct Seen {
    buckets: Vec<Bucket>,
    places: Map<(i64, i64), usize>,
    /// Where the buckets are that differ from the store.
    changed: Vec<usize>,
    /// Where the buckets of the last keys are: most keys are of the same.
    at_hand: AtHand<(i64, i64), Option<usize>>,
    uses: u64,
    weight: usize,
    /// Streams behind this number were begun since the store was opened: what they have is in
    /// memory, but for what was let go. `None`: not known.
    last_stored: Option<i64>,
    let_go: HashSet<i64>,
}

#[derive(Debug, Default)]
struct Bucket {
    stream: i64,
    number: i64,
    /// Most keys come in order and end up here at once.
    sorted: Vec<u64>,
    /// The others; all of them where they come in no order, as the hashes of ids do.
    stray: HashSet<u64, RandomState>,
    is_unordered: bool,
    /// So many of those in order are in the store.
    n_stored: usize,
    /// Those of the others that are not.
    added: Vec<u64>,
    /// True where the store has a key that is gone.
    is_stale: bool,
    /// True where it differs from the store.
    is_changed: bool,
    /// How many keys each segment in the store has, by its number.
    segments: Vec<usize>,
    last_use: u64,
}

impl Seen {
    /// Begins with what the store has.
    pub(super) fn open(connection: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT coalesce(max(id), 0) FROM stream";
        let last_stored = connection.query_row(sql, [], |row| row.get(0))?;
        Ok(Self { last_stored: Some(last_stored), ..Self::default() })
    }

    /// Remembers a key; returns false where it was there already.
    pub(super) fn insert(
        &mut self,
        connection: &Connection,
        stream: i64,
        key: SeenKey,
    ) -> rusqlite::Result<bool> {
        self.uses += 1;
        let at_hand = *self.at_hand.value(stream, (stream, key.bucket)).0;
        let place = if let Some(place) = at_hand {
            place
        } else {
            let place = self.place(connection, stream, key.bucket)?;
            *self.at_hand.value(stream, (stream, key.bucket)).0 = Some(place);
            place
        };
        let Some(bucket) = self.buckets.get_mut(place) else { return Ok(true) };
        bucket.last_use = self.uses;
        let before = bucket.weight();
        let is_new = bucket.insert(key.key);
        if is_new && !bucket.is_changed {
            bucket.is_changed = true;
            self.changed.push(place);
        }
        self.weight = self.weight + bucket.weight() - before;
        Ok(is_new)
    }

    /// Forgets a key.
    pub(super) fn remove(
        &mut self,
        connection: &Connection,
        stream: i64,
        key: SeenKey,
    ) -> rusqlite::Result<()> {
        let place = self.place(connection, stream, key.bucket)?;
        if let Some(bucket) = self.buckets.get_mut(place) {
            bucket.remove(key.key);
            bucket.is_changed = true;
            self.changed.push(place);
        }
        Ok(())
    }

    /// Returns where a bucket is; one that is not in memory is loaded.
    fn place(
        &mut self,
        connection: &Connection,
        stream: i64,
        number: i64,
    ) -> rusqlite::Result<usize> {
        if let Some(place) = self.places.get(&(stream, number)) {
            return Ok(*place);
        }
        let is_stored = self.last_stored.is_none_or(|last| stream <= last);
        let bucket = if is_stored || self.let_go.contains(&stream) {
            load(connection, (stream, number), 0)?
        } else {
            Bucket { stream, number, ..Bucket::default() }
        };
        self.weight += bucket.weight();
        self.buckets.push(bucket);
        self.places.insert((stream, number), self.buckets.len() - 1);
        Ok(self.buckets.len() - 1)
    }

    /// Writes what was added since the last call, and lets go of what has not been used for long.
    pub(super) fn save(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        for place in std::mem::take(&mut self.changed) {
            if let Some(bucket) = self.buckets.get_mut(place) {
                bucket.save(connection)?;
            }
        }
        if self.weight > MAX_KEYS_IN_MEMORY || self.buckets.len() > MAX_BUCKETS {
            self.shrink();
        }
        Ok(())
    }

    /// Lets go of the buckets that were not used for longest.
    fn shrink(&mut self) {
        self.buckets.sort_by_key(|bucket| std::cmp::Reverse(bucket.last_use));
        let mut weight = 0;
        let is_kept = |bucket: &&Bucket| {
            weight += bucket.weight();
            weight <= MAX_KEYS_IN_MEMORY / 2
        };
        let kept = self.buckets.iter().take(MAX_BUCKETS / 2).take_while(is_kept).count();
        self.let_go.extend(self.buckets.drain(kept..).map(|bucket| bucket.stream));
        self.weight = self.buckets.iter().map(Bucket::weight).sum();
        let places = self.buckets.iter().enumerate();
        self.places = places.map(|(at, bucket)| ((bucket.stream, bucket.number), at)).collect();
        self.at_hand = AtHand::default();
    }
}

impl Bucket {
    /// Returns how much memory it takes, in keys that came in order.
    fn weight(&self) -> usize {
        self.sorted.len() + 2 * self.stray.len()
    }

    fn insert(&mut self, key: u64) -> bool {
        let is_last = self.sorted.last().is_none_or(|last| *last < key);
        if is_last && self.stray.is_empty() {
            self.sorted.push(key);
        } else if self.sorted.binary_search(&key).is_ok() || self.stray.contains(&key) {
            return false;
        } else if is_last && !self.is_unordered {
            self.sorted.push(key);
        } else {
            self.stray.insert(key);
            self.added.push(key);
            let is_orderly = self.stray.len() <= MAX_STRAY.max(self.sorted.len() / STRAY_PART);
            if !self.is_unordered && !is_orderly {
                self.is_unordered = true;
                self.added = self.take_added();
                self.stray.extend(std::mem::take(&mut self.sorted));
                self.n_stored = 0;
            }
        }
        true
    }

    fn remove(&mut self, key: u64) {
        self.sorted.retain(|have| *have != key);
        self.stray.remove(&key);
        self.is_stale = true;
    }

    /// Returns the keys that are not yet in the store, which they are about to be.
    fn take_added(&mut self) -> Vec<u64> {
        let mut added = std::mem::take(&mut self.added);
        added.extend(self.sorted.get(self.n_stored..).unwrap_or_default());
        self.n_stored = self.sorted.len();
        added
    }

    fn save(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let (stream, number) = (self.stream, self.number);
        self.is_changed = false;
        let mut added = self.take_added();
        if std::mem::take(&mut self.is_stale) {
            added = self.sorted.iter().chain(&self.stray).copied().collect();
            drop_segments(connection, (stream, number), 0)?;
            self.segments.clear();
        } else if added.is_empty() {
            return Ok(());
        }
        let first = first_to_merge(&self.segments, added.len());
        if first < self.segments.len() {
            added.extend(load(connection, (stream, number), first)?.sorted);
            drop_segments(connection, (stream, number), first)?;
            self.segments.truncate(first);
        }
        added.sort_unstable();
        connection
            .prepare_cached("INSERT INTO seen (stream, bucket, segment, keys) VALUES (?, ?, ?, ?)")?
            .execute(params![stream, number, first, encode(&added)])?;
        self.segments.push(added.len());
        Ok(())
    }
}

/// Returns the first of the segments that are made one with so many new keys; their count where
/// none are.
fn first_to_merge(segments: &[usize], added: usize) -> usize {
    let size = |len: usize| len.max(1).ilog(SIZE_BASE);
    let (mut first, mut sum) = (segments.len(), added);
    loop {
        let before = segments.get(..first).unwrap_or_default();
        let alike = before.iter().rev().take_while(|len| size(**len) <= size(sum)).count();
        if alike + 1 < MAX_ALIKE {
            return first;
        }
        sum += before.iter().rev().take(alike).sum::<usize>();
        first -= alike;
    }
}

fn drop_segments(
    connection: &Connection,
    (stream, number): (i64, i64),
    first: usize,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM seen WHERE stream = ? AND bucket = ? AND segment >= ?")?
        .execute(params![stream, number, first])?;
    Ok(())
}

/// Reads a bucket, or only its segments from one on.
fn load(
    connection: &Connection,
    (stream, number): (i64, i64),
    first: usize,
) -> rusqlite::Result<Bucket> {
    let mut bucket = Bucket { stream, number, ..Bucket::default() };
    let mut statement = connection.prepare_cached(
        "SELECT keys FROM seen WHERE stream = ? AND bucket = ? AND segment >= ? ORDER BY segment",
    )?;
    let mut rows = statement.query(params![stream, number, first])?;
    while let Some(row) = rows.next()? {
        let before = bucket.sorted.len();
        decode(row.get_ref(0)?.as_blob()?, &mut bucket.sorted);
        bucket.segments.push(bucket.sorted.len() - before);
    }
    bucket.sorted.sort_unstable();
    bucket.n_stored = bucket.sorted.len();
    Ok(bucket)
}

/// Encodes sorted keys as differences.
fn encode(keys: &[u64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(keys.len() * 3);
    let mut last = 0;
    for key in keys {
        let mut rest = key - last;
        last = *key;
        while rest >= 0x80 {
            out.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        out.push(rest.to_le_bytes()[0]);
    }
    out
}

fn decode(bytes: &[u8], keys: &mut Vec<u64>) {
    let (mut last, mut value, mut shift) = (0_u64, 0_u64, 0);
    for byte in bytes {
        value |= u64::from(byte & 0x7F) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            last = last.wrapping_add(value);
            keys.push(last);
            (value, shift) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        super::super::schema::migrate(&mut connection).unwrap();
        connection.pragma_update(None, "foreign_keys", "off").unwrap();
        connection
    }

    #[test]
    fn keys_come_back_as_they_were() {
        for keys in [vec![], vec![0], vec![0, 1, 127, 128, 1 << 40, u64::MAX]] {
            let mut back = Vec::new();
            decode(&encode(&keys), &mut back);
            assert_eq!(back, keys);
        }
    }

    #[test]
    fn a_key_is_new_once_whatever_the_order_and_across_restarts() {
        let connection = connection();
        let key = |key| SeenKey { bucket: 7, key };
        let mut state: u64 = 1;
        let keys: Vec<u64> = (0..5_000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                state >> 20
            })
            .collect();
        for chunk in keys.chunks(7) {
            let mut seen = Seen::default(); // As after a restart.
            for number in chunk {
                assert!(seen.insert(&connection, 1, key(*number)).unwrap());
                assert!(!seen.insert(&connection, 1, key(*number)).unwrap());
            }
            seen.save(&connection).unwrap();
        }
        let mut seen = Seen::default();
        for number in &keys {
            assert!(!seen.insert(&connection, 1, key(*number)).unwrap());
        }
        assert!(seen.insert(&connection, 2, key(keys[0])).unwrap(), "streams are apart");
    }

    #[test]
    fn small_commits_write_little_and_leave_few_segments() {
        let connection = connection();
        let mut seen = Seen::default();
        let mut written = 0;
        for commit in 0..4_096 {
            for key in 0..4 {
                let key = SeenKey { bucket: 7, key: commit * 4 + key };
                assert!(seen.insert(&connection, 1, key).unwrap());
            }
            seen.save(&connection).unwrap();
            let last = "SELECT length(keys) FROM seen ORDER BY segment DESC LIMIT 1";
            written += connection.query_row(last, [], |row| row.get::<_, u64>(0)).unwrap();
        }
        let sum = "SELECT count(*), sum(length(keys)) FROM seen";
        let [segments, bytes] = connection
            .query_row(sum, [], |row| Ok([row.get::<_, u64>(0)?, row.get::<_, u64>(1)?]))
            .unwrap();
        assert!(segments < 40, "{segments} segments");
        assert!(written < 8 * bytes, "{written} bytes were written to keep {bytes}");
    }

    #[test]
    fn keys_of_new_streams_are_known_again_once_they_were_let_go() {
        let connection = connection();
        let key = SeenKey { bucket: 7, key: 1 };
        let mut seen = Seen::open(&connection).unwrap();
        let streams = || 1..=i64::try_from(MAX_BUCKETS).unwrap() + 1;
        for stream in streams() {
            assert!(seen.insert(&connection, stream, key).unwrap());
        }
        seen.save(&connection).unwrap();
        assert!(seen.buckets.len() < MAX_BUCKETS, "some were let go");
        for stream in streams() {
            assert!(!seen.insert(&connection, stream, key).unwrap());
        }
    }

    #[test]
    fn a_key_that_was_taken_back_is_new_again() {
        let connection = connection();
        let key = SeenKey { bucket: 7, key: 5 };
        let mut seen = Seen::default();
        assert!(seen.insert(&connection, 1, key).unwrap());
        seen.save(&connection).unwrap();
        seen.remove(&connection, 1, key).unwrap();
        seen.save(&connection).unwrap();
        assert!(Seen::default().insert(&connection, 1, key).unwrap());
    }
}
