//! Lets in what comes a second time: most texts that come once never come again, and would push out
//! of a memo what does.

/// So many of the latest visitors are remembered where nothing else is said.
const PLACES: usize = 8_192;

/// A visit is counted in these bits of a place; the others tell the visitor.
const COUNT: u32 = 0b111;

/// Remembers who came lately, by their hashes.
#[derive(Clone, Debug)]
pub struct Doorkeeper {
    seen: Box<[u32]>,
}

impl Doorkeeper {
    /// So many visits, or more.
    pub const MANY: u8 = 7;

    /// Remembers so many of the latest visitors, those with like hashes in one place.
    #[must_use]
    pub fn of(n_places: usize) -> Self {
        Self { seen: vec![0; n_places.max(1)].into() }
    }

    /// Returns how often a visitor with this hash came before, up to [`Doorkeeper::MANY`]; 0 where
    /// others took its place since.
    pub fn visits(&mut self, hash: u64) -> u8 {
        let [low, high] = [hash & 0xFFFF_FFFF, hash >> 32].map(|half| u32::try_from(half).ok());
        let index =
            low.and_then(|low| usize::try_from(low).ok()).unwrap_or_default() % self.seen.len();
        let mark = high.unwrap_or_default() & !COUNT;
        let Some(place) = self.seen.get_mut(index) else { return 0 };
        let visits = if *place & !COUNT == mark { *place & COUNT } else { 0 };
        *place = mark | COUNT.min(visits + 1);
        u8::try_from(visits).unwrap_or(Self::MANY)
    }
}

impl Default for Doorkeeper {
    fn default() -> Self {
        Self::of(PLACES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_are_counted_while_nobody_else_takes_the_place() {
        let mut doorkeeper = Doorkeeper::default();
        let visits: Vec<u8> = (0..10).map(|_| doorkeeper.visits(0)).collect();
        assert_eq!(visits, [0, 1, 2, 3, 4, 5, 6, 7, 7, 7]);
        let other = 8 << 32;
        assert_eq!(doorkeeper.visits(other), 0, "it has the same place");
        assert_eq!(doorkeeper.visits(0), 0, "its place was taken");
    }
}
