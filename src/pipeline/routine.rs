//! Lines of normal work, told apart before anything costly is done with them.
//!
//! They are few wordings that come all the time with other numbers in them. Where no rule can tell
//! one number from another, a line is known again by its shape: the text with all digits alike.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::classify::{Classifier, Doorkeeper, Doubt, Signal, shape_of, unix_lines};
use crate::parse::decode_text;

/// Longer texts are not kept in mind.
const MAX_KEPT_BYTES: usize = 256;
/// So many shapes are kept in mind; then it starts afresh.
const MAX_KEPT: usize = 4_096;

/// Knows lines again that are no events.
#[derive(Default)]
pub(super) struct Routine<'c> {
    /// By shape, with ids and without.
    known: HashMap<Box<[u8]>, Known<'c>, RandomState>,
    doorkeeper: Doorkeeper,
    shape: Vec<u8>,
}

/// What is known of a shape.
enum Known<'c> {
    /// What its lines do to courses, but for those that hold what is in doubt; `None`: they are to be
    /// looked at as masked.
    Told(Option<Vec<Signal<'c>>>, Arc<[Doubt]>),
    /// Its lines are told apart by their ids.
    Apart,
}

impl<'c> Routine<'c> {
    /// Returns what a line does to courses that is no event unless it is an error or a warning: no
    /// rule explains it, or one of normal work does. Returns `None` for any other text.
    ///
    /// It is told from the text as it stands in the log: nothing of it is kept. Where a course
    /// counts captures apart, the text is not told here, since those have to be masked.
    pub(super) fn signals(
        &mut self,
        classifier: &'c Classifier,
        raw: &[u8],
    ) -> Option<Vec<Signal<'c>>> {
        if raw.len() > MAX_KEPT_BYTES {
            return judge(classifier, raw);
        }
        shape_of(raw, &mut self.shape);
        if let Some(Known::Told(signals, _)) = self.known.get(self.shape.as_slice()) {
            return signals.clone();
        }
        let has_ids = classifier.mark_ids(raw, &mut self.shape);
        let known = self.known.get(self.shape.as_slice()).filter(|_| has_ids);
        if let Some(Known::Told(signals, doubts)) = known
            && !doubts.iter().any(|doubt| doubt.is_in(raw))
        {
            return signals.clone();
        }
        let is_new = has_ids && known.is_none();
        let signals = judge(classifier, raw);
        if is_new {
            self.look_into_ids(classifier, raw, signals.as_ref());
            return signals;
        }
        shape_of(raw, &mut self.shape);
        if self.is_again() && classifier.is_told_by_shape(&self.shape) {
            self.keep(Known::Told(signals.clone(), Arc::default()));
        }
        signals
    }

    /// Keeps what was told of a line in mind, where it is told by its shape with ids, else that it is
    /// not.
    fn look_into_ids(
        &mut self,
        classifier: &'c Classifier,
        raw: &[u8],
        signals: Option<&Vec<Signal<'c>>>,
    ) {
        if !self.is_again() {
            return;
        }
        match classifier.told_by_ids(&self.shape) {
            None => self.keep(Known::Apart),
            Some(doubts) if doubts.iter().any(|doubt| doubt.is_in(raw)) => {} // Told by the next.
            Some(doubts) => self.keep(Known::Told(signals.cloned(), doubts)),
        }
    }

    fn is_again(&mut self) -> bool {
        self.doorkeeper.is_known(self.known.hasher().hash_one(&self.shape))
    }

    fn keep(&mut self, known: Known<'c>) {
        if self.known.len() == MAX_KEPT {
            self.known.clear();
        }
        self.known.insert(self.shape.as_slice().into(), known);
    }
}

fn judge<'c>(classifier: &'c Classifier, raw: &[u8]) -> Option<Vec<Signal<'c>>> {
    if !classifier.may_match(raw) {
        return Some(Vec::new());
    }
    classifier.routine_signals(&unix_lines(&decode_text(raw)))
}
