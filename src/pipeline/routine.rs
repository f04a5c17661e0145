//! Lines of normal work, told apart before anything costly is done with them.

use std::collections::HashMap;

use crate::classify::{Classifier, Signal, unix_lines};
use crate::parse::decode_text;

/// Longer texts are not kept in mind.
const MAX_KEPT_BYTES: usize = 256;
/// So many texts are kept in mind; then it starts afresh.
const MAX_KEPT: usize = 4_096;

/// Knows lines of normal work again: they are few, and come all the time.
#[derive(Default)]
pub(super) struct Routine<'c> {
    known: HashMap<Box<[u8]>, Vec<Signal<'c>>>,
}

impl<'c> Routine<'c> {
    /// Returns what a line of normal work does to courses, `None` for any other text.
    ///
    /// It is told from the text as it stands in the log: nothing of it is kept. Where a course
    /// counts captures apart, the text is not told here, since those have to be masked.
    pub(super) fn signals(
        &mut self,
        classifier: &'c Classifier,
        raw: &[u8],
    ) -> Option<Vec<Signal<'c>>> {
        if let Some(signals) = self.known.get(raw) {
            return Some(signals.clone());
        }
        let decoded = decode_text(raw);
        let text = unix_lines(&decoded);
        let verdict = classifier.classify(&text);
        if !verdict.is_routine() {
            return None;
        }
        let signals: Vec<Signal<'c>> = classifier.signals(&verdict).collect();
        if signals.iter().any(|signal| signal.split != Signal::WHOLE) {
            return None;
        }
        if raw.len() <= MAX_KEPT_BYTES {
            if self.known.len() == MAX_KEPT {
                self.known.clear();
            }
            self.known.insert(raw.into(), signals.clone());
        }
        Some(signals)
    }
}
