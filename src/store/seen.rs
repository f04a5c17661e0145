//! Which entries have ever been counted: exact sets of keys, by stream and bucket of time.
//!
//! A bucket's keys are kept as segments, one for each commit that added some, each a sorted list
//! of differences in LEB128: about three bytes an entry. Writing costs what is new, not what is
//! there; a bucket with many segments is written anew as one.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, params};

use crate::model::SeenKey;

/// Keys held in memory before the least recently used buckets are let go: 16 MB.
const MAX_KEYS_IN_MEMORY: usize = 2_000_000;
/// Segments of a bucket before they are made one.
const MAX_SEGMENTS: i64 = 32;

/// Buckets held in memory at most: logs without ids have one each for every hour.
const MAX_BUCKETS: usize = 20_000;

/// The sets of keys that the current commits touch.
#[derive(Debug, Default)]
pub(super) struct Seen {
    buckets: Vec<Bucket>,
    places: HashMap<(i64, i64), usize>,
    /// Where the buckets are that differ from the store.
    changed: Vec<usize>,
    /// Where the bucket of the key before is: most keys are of the same.
    last: usize,
    uses: u64,
    keys: usize,
}

#[derive(Debug, Default)]
struct Bucket {
    stream: i64,
    number: i64,
    /// Most keys come in order and end up here at once.
    sorted: Vec<u64>,
    /// The others, merged when they are many.
    stray: HashSet<u64>,
    /// Not yet in the store.
    added: Vec<u64>,
    /// True where the store has a key that is gone.
    is_stale: bool,
    /// True where it differs from the store.
    is_changed: bool,
    segments: i64,
    last_use: u64,
}

impl Seen {
    /// Remembers a key; returns false where it was there already.
    pub(super) fn insert(
        &mut self,
        connection: &Connection,
        stream: i64,
        key: SeenKey,
    ) -> rusqlite::Result<bool> {
        self.uses += 1;
        let is_last = |bucket: &Bucket| (bucket.stream, bucket.number) == (stream, key.bucket);
        if !self.buckets.get(self.last).is_some_and(is_last) {
            self.last = self.place(connection, stream, key.bucket)?;
        }
        let Some(bucket) = self.buckets.get_mut(self.last) else { return Ok(true) };
        bucket.last_use = self.uses;
        let is_new = bucket.insert(key.key);
        if is_new && !bucket.is_changed {
            bucket.is_changed = true;
            self.changed.push(self.last);
        }
        self.keys += usize::from(is_new);
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
        let bucket = load(connection, stream, number)?;
        self.keys += bucket.len();
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
        if self.keys > MAX_KEYS_IN_MEMORY || self.buckets.len() > MAX_BUCKETS {
            self.shrink();
        }
        Ok(())
    }

    /// Lets go of the buckets that were not used for longest.
    fn shrink(&mut self) {
        self.buckets.sort_by_key(|bucket| std::cmp::Reverse(bucket.last_use));
        let mut keys = 0;
        let is_kept = |bucket: &&Bucket| {
            keys += bucket.len();
            keys <= MAX_KEYS_IN_MEMORY / 2
        };
        let kept = self.buckets.iter().take(MAX_BUCKETS / 2).take_while(is_kept).count();
        self.buckets.truncate(kept);
        self.keys = self.buckets.iter().map(Bucket::len).sum();
        let places = self.buckets.iter().enumerate();
        self.places = places.map(|(at, bucket)| ((bucket.stream, bucket.number), at)).collect();
        self.last = 0;
    }
}

impl Bucket {
    fn len(&self) -> usize {
        self.sorted.len() + self.stray.len()
    }

    fn insert(&mut self, key: u64) -> bool {
        let is_last = self.sorted.last().is_none_or(|last| *last < key);
        if is_last && self.stray.is_empty() {
            self.sorted.push(key);
        } else if self.sorted.binary_search(&key).is_ok() || !self.stray.insert(key) {
            return false;
        } else if self.stray.len() > 1_024.max(self.sorted.len() / 8) {
            self.sorted.extend(self.stray.drain());
            self.sorted.sort_unstable();
        }
        self.added.push(key);
        true
    }

    fn remove(&mut self, key: u64) {
        self.sorted.retain(|have| *have != key);
        self.stray.remove(&key);
        self.added.retain(|have| *have != key);
        self.is_stale = true;
    }

    fn save(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let (stream, number) = (self.stream, self.number);
        self.is_changed = false;
        if self.added.is_empty() && !self.is_stale {
            return Ok(());
        }
        if self.segments >= MAX_SEGMENTS || self.is_stale {
            connection
                .prepare_cached("DELETE FROM seen WHERE stream = ? AND bucket = ?")?
                .execute([stream, number])?;
            self.segments = 0;
            self.sorted.extend(self.stray.drain());
            self.sorted.sort_unstable();
            self.added.clone_from(&self.sorted);
            self.is_stale = false;
        }
        self.added.sort_unstable();
        connection
            .prepare_cached("INSERT INTO seen (stream, bucket, segment, keys) VALUES (?, ?, ?, ?)")?
            .execute(params![stream, number, self.segments, encode(&self.added)])?;
        self.segments += 1;
        self.added.clear();
        Ok(())
    }
}

fn load(connection: &Connection, stream: i64, number: i64) -> rusqlite::Result<Bucket> {
    let mut bucket = Bucket { stream, number, ..Bucket::default() };
    let mut statement = connection.prepare_cached(
        "SELECT segment, keys FROM seen WHERE stream = ? AND bucket = ? ORDER BY segment",
    )?;
    let mut rows = statement.query([stream, number])?;
    while let Some(row) = rows.next()? {
        bucket.segments = row.get::<_, i64>(0)? + 1;
        decode(row.get_ref(1)?.as_blob()?, &mut bucket.sorted);
    }
    bucket.sorted.sort_unstable();
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
        super::super::schema::migrate(&mut connection, 0).unwrap();
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
        for chunk in keys.chunks(100) {
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
