//! Lines of normal work, told apart before anything costly is done with them.
//!
//! They are few wordings that come all the time with other numbers in them. Where no rule can tell
//! one number from another, a line is known again by its shape: the text with all digits alike.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::classify::{Classifier, Doorkeeper, Signal, shape_of, unix_lines};
use crate::parse::decode_text;

/// Longer texts are not kept in mind.
const MAX_KEPT_BYTES: usize = 256;
/// So many shapes are kept in mind; then it starts afresh.
const MAX_KEPT: usize = 4_096;

/// Knows lines again that are no events.
#[derive(Default)]
pub(super) struct Routine<'c> {
    /// By shape; `None`: to be looked at as masked.
    known: HashMap<Box<[u8]>, Option<Vec<Signal<'c>>>, RandomState>,
    doorkeeper: Doorkeeper,
    shape: Vec<u8>,
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
        if let Some(signals) = self.known.get(self.shape.as_slice()) {
            return signals.clone();
        }
        let signals = judge(classifier, raw);
        let is_again = self.doorkeeper.is_known(self.known.hasher().hash_one(&self.shape));
        if is_again && classifier.is_told_by_shape(&self.shape) {
            if self.known.len() == MAX_KEPT {
                self.known.clear();
            }
            self.known.insert(self.shape.as_slice().into(), signals.clone());
        }
        signals
    }
}

fn judge<'c>(classifier: &'c Classifier, raw: &[u8]) -> Option<Vec<Signal<'c>>> {
    if !classifier.may_match(raw) {
        return Some(Vec::new());
    }
    classifier.routine_signals(&unix_lines(&decode_text(raw)))
}
