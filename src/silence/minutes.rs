//! The minutes of an hour in which something was written.

use crate::model::{Hour, Millis};

/// Minutes of an hour.
const PER_HOUR: u32 = 60;

/// The minutes of one hour in which there was an entry: bit `n` stands for minute `n`.
///
/// A set: it is the same in whatever order entries are read, and however often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minutes(u64);

/// What one hour was like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// The hour.
    pub hour: Hour,
    /// Its minutes in which there was an entry.
    pub minutes: Minutes,
    /// Its entries.
    pub entries: u64,
}

impl Minutes {
    /// Returns the set with these bits; those above the 60th are dropped.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits & ((1 << PER_HOUR) - 1))
    }

    /// Returns the bits of the set.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Returns the minute of its hour in which a moment lies.
    #[must_use]
    pub fn of(time: Millis) -> Self {
        let minute = time.get().rem_euclid(Hour::MILLIS) / 60_000;
        Self(1 << minute.unsigned_abs())
    }

    /// Returns the minutes that are in one of two sets.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns how many minutes are in the set.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// Iterates over the minutes of the set, 0 to 59, the first one first.
    pub(super) fn iter(self) -> impl Iterator<Item = u32> {
        (0..PER_HOUR).filter(move |minute| self.0 >> minute & 1 == 1)
    }
}
