//! Values that are changed again and again, by turns: a few are at hand, found without hashing.

/// So many are at hand.
const PLACES: u8 = 128;

/// The values that were changed last, each in a place that it shares with others.
#[derive(Debug)]
pub(super) struct AtHand<K, V> {
    places: Vec<Option<(K, V)>>,
}

impl<K, V> Default for AtHand<K, V> {
    fn default() -> Self {
        Self { places: (0..PLACES).map(|_| None).collect() }
    }
}

impl<K: PartialEq, V: Default> AtHand<K, V> {
    /// Returns the value of a key, a new one where it is not at hand, and what has left its place
    /// for it. The number tells the place: the same for the same key.
    pub(super) fn value(&mut self, number: i64, key: K) -> (&mut V, Option<(K, V)>) {
        let place = usize::try_from(number.rem_euclid(i64::from(PLACES))).unwrap_or_default();
        let held = &mut self.places[place];
        let left = held.take_if(|(current, _)| *current != key);
        (&mut held.get_or_insert_with(|| (key, V::default())).1, left)
    }

    /// Takes all values.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (K, V)> {
        self.places.iter_mut().filter_map(Option::take)
    }
}
