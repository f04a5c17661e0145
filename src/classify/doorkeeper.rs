//! Lets in what comes a second time: most texts that come once never come again, and would push out
//! of a memo what does.

/// So many of the latest visitors are remembered, those with like hashes in one place.
const PLACES: usize = 8_192;

/// Remembers who came lately, by their hashes.
#[derive(Clone, Debug)]
pub struct Doorkeeper {
    seen: Box<[u32]>,
}

impl Doorkeeper {
    /// Returns true where a visitor with this hash came before, unless others took its place since.
    pub fn is_known(&mut self, hash: u64) -> bool {
        let [low, high] = [hash & 0xFFFF_FFFF, hash >> 32].map(|half| u32::try_from(half).ok());
        let index = low.and_then(|low| usize::try_from(low).ok()).unwrap_or_default() % PLACES;
        let mark = high.unwrap_or_default() | 1; // Never that of an empty place.
        match self.seen.get_mut(index) {
            Some(place) => std::mem::replace(place, mark) == mark,
            None => false,
        }
    }
}

impl Default for Doorkeeper {
    fn default() -> Self {
        Self { seen: vec![0; PLACES].into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_again_is_known_and_who_comes_first_is_not() {
        let mut doorkeeper = Doorkeeper::default();
        assert!(!doorkeeper.is_known(0));
        assert!(doorkeeper.is_known(0));
        let other = 7 << 32;
        assert!(!doorkeeper.is_known(other), "it has the same place");
        assert!(!doorkeeper.is_known(0), "its place was taken");
    }
}
