//! What was found out before, by bytes that it was found out of: bounded, for all threads.
//!
//! Entry points: [`Kept::get`], then [`Kept::put`]. Only what is asked for a second time is worth
//! keeping (see [`Doorkeeper`]).

use std::hash::BuildHasher;
use std::sync::{Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::doorkeeper::Doorkeeper;

/// Parts that are locked one by one, so that threads seldom wait for each other.
const SHARDS: usize = 16;
/// Visitors that are remembered in each part: those of all parts fit into the processor's cache.
const PLACES: usize = 2_048;

/// Keeps what comes again in mind.
#[derive(Debug)]
pub struct Kept<T> {
    shards: [Mutex<Shard<T>>; SHARDS],
    hasher: RandomState,
    /// So many are kept in each part; then it starts afresh.
    max_in_shard: usize,
}

/// One part.
#[derive(Debug)]
struct Shard<T> {
    /// By the hash that chose the part: a key is long, and hashed once for each look.
    known: HashTable<(Box<[u8]>, T)>,
    doorkeeper: Doorkeeper,
}

/// What is found under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<T> {
    /// What was put there.
    Known(T),
    /// Nothing, but it was asked for so often before, up to [`Doorkeeper::MANY`] times: it may be
    /// worth keeping.
    Again(u8),
    /// Nothing, for the first time.
    New,
}

impl<T: Clone> Kept<T> {
    /// Keeps at most so many in mind.
    #[must_use]
    pub fn new(max_kept: usize) -> Self {
        let shards = std::array::from_fn(|_| Mutex::default());
        Self { shards, hasher: RandomState::default(), max_in_shard: max_kept / SHARDS }
    }

    /// Returns what is known of a key.
    pub fn get(&self, key: &[u8]) -> Found<T> {
        let (hash, mut shard) = self.shard(key);
        if let Some((_, known)) = shard.known.find(hash, |(other, _)| **other == *key) {
            return Found::Known(known.clone());
        }
        match shard.doorkeeper.visits(hash) {
            0 => Found::New,
            visits => Found::Again(visits),
        }
    }

    /// Keeps something under a key.
    pub fn put(&self, key: &[u8], known: T) {
        let (hash, mut shard) = self.shard(key);
        if shard.known.len() >= self.max_in_shard {
            shard.known.clear();
        }
        let hash_of = |(key, _): &(Box<[u8]>, T)| self.hasher.hash_one(&**key);
        match shard.known.entry(hash, |(other, _)| **other == *key, hash_of) {
            Entry::Occupied(mut entry) => entry.get_mut().1 = known,
            Entry::Vacant(entry) => drop(entry.insert((key.into(), known))),
        }
    }

    fn shard(&self, key: &[u8]) -> (u64, MutexGuard<'_, Shard<T>>) {
        let hash = self.hasher.hash_one(key);
        let index = usize::try_from(hash >> 48).unwrap_or_default() % SHARDS;
        let shard = self.shards.get(index).unwrap_or(&self.shards[0]);
        (hash, shard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Default for Shard<T> {
    fn default() -> Self {
        Self { known: HashTable::new(), doorkeeper: Doorkeeper::of(PLACES) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_is_kept_and_no_more_than_there_is_room_for() {
        let kept = Kept::new(2 * SHARDS);
        assert_eq!(kept.get(b"refused"), Found::New);
        assert_eq!(kept.get(b"refused"), Found::Again(1));
        kept.put(b"refused", 7);
        assert_eq!(kept.get(b"refused"), Found::Known(7));
        let numbers = || (0_u32..1_000).map(u32::to_le_bytes);
        numbers().for_each(|number| kept.put(&number, 1));
        let n_known = numbers().filter(|number| kept.get(number) == Found::Known(1)).count();
        assert!((1..=2 * SHARDS).contains(&n_known), "{n_known}");
    }

    #[test]
    fn what_is_kept_stays_while_the_table_grows_until_something_else_is_put_there() {
        let kept = Kept::new(1 << 16);
        let numbers = || (0_u32..1_000).map(u32::to_le_bytes);
        for value in [1, 2] {
            numbers().for_each(|number| kept.put(&number, value));
            assert!(numbers().all(|number| kept.get(&number) == Found::Known(value)));
        }
    }
}
