//! What the entries of an answer tell of how far it reaches.

use crate::model::Millis;

/// What an answer holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Entries and damaged parts.
    pub n_items: u32,
    /// The earliest time.
    pub earliest: Option<Millis>,
    /// The latest time.
    pub latest: Option<Millis>,
    /// The time of the last entry in the order of the answer.
    pub end: Option<Millis>,
    /// Entries of other lanes, which say nothing of this one.
    pub n_foreign: u32,
    /// What tells damaged parts apart.
    pub damage: Vec<u64>,
}

impl Facts {
    /// Adds an entry.
    pub fn add(&mut self, time: Millis) {
        self.n_items = self.n_items.saturating_add(1);
        self.earliest = Some(self.earliest.map_or(time, |earliest| earliest.min(time)));
        self.latest = self.latest.max(Some(time));
        self.end = Some(time);
    }

    /// Adds an entry of another lane.
    pub fn add_foreign(&mut self) {
        self.n_foreign = self.n_foreign.saturating_add(1);
    }

    /// Adds a damaged part.
    pub fn add_damage(&mut self, mark: u64) {
        self.n_items = self.n_items.saturating_add(1);
        self.damage.push(mark);
    }
}
