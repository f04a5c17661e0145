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
    by_shape: Memo<ByShape<'c>>,
    /// By the shape in which ids are marked.
    by_ids: Memo<ById<'c>>,
    doorkeeper: Doorkeeper,
    shape: Vec<u8>,
}

type Memo<T> = HashMap<Box<[u8]>, T, RandomState>;

/// What a line does to courses; `None`: it is to be looked at as masked.
type Told<'c> = Option<Vec<Signal<'c>>>;

/// What is known of lines of one shape.
enum ByShape<'c> {
    /// All are told so.
    Told(Told<'c>),
    /// They are told apart by their digits.
    Apart,
}

/// What is known of lines with ids.
enum ById<'c> {
    /// All are told so, but for those that hold what is in doubt.
    Told(Told<'c>, Arc<[Doubt]>),
    /// They are told apart by their ids.
    Apart,
}

impl<'c> Routine<'c> {
    /// Returns what a line does to courses that is no event unless it is an error or a warning: no
    /// rule explains it, or one of normal work does. Returns `None` for any other text.
    ///
    /// It is told from the text as it stands in the log: nothing of it is kept. Where a course
    /// counts captures apart, the text is not told here, since those have to be masked.
    pub(super) fn signals(&mut self, classifier: &'c Classifier, raw: &[u8]) -> Told<'c> {
        if raw.len() > MAX_KEPT_BYTES {
            return judge(classifier, raw);
        }
        shape_of(raw, &mut self.shape);
        let is_apart = match self.by_shape.get(self.shape.as_slice()) {
            Some(ByShape::Told(signals)) => return signals.clone(),
            Some(ByShape::Apart) => true,
            None => false,
        };
        let has_ids = classifier.mark_ids(raw, &mut self.shape);
        let by_ids = self.by_ids.get(self.shape.as_slice()).filter(|_| has_ids);
        if let Some(ById::Told(signals, doubts)) = by_ids
            && !is_any_in(doubts, raw)
        {
            return signals.clone();
        }
        let is_new = has_ids && by_ids.is_none();
        let signals = judge(classifier, raw);
        if is_new && self.keep_by_ids(classifier, raw, &signals) {
            return signals;
        }
        if !is_apart {
            self.keep_by_shape(classifier, raw, &signals);
        }
        signals
    }

    /// Keeps what was told of a line in mind, or that its shape does not tell it, where the shape
    /// came often: to ask takes as long as to judge some times.
    fn keep_by_shape(&mut self, classifier: &'c Classifier, raw: &[u8], signals: &Told<'c>) {
        shape_of(raw, &mut self.shape);
        if self.visits() < Doorkeeper::MANY {
            return;
        }
        let known = if classifier.is_told_by_shape(&self.shape) {
            ByShape::Told(signals.clone())
        } else {
            ByShape::Apart
        };
        keep(&mut self.by_shape, &self.shape, known);
    }

    /// Does the same for the shape with ids, in which lines may hold what is in doubt; returns false
    /// where it does not tell this one.
    fn keep_by_ids(&mut self, classifier: &'c Classifier, raw: &[u8], signals: &Told<'c>) -> bool {
        if self.visits() < Doorkeeper::MANY {
            return false;
        }
        let known = match classifier.told_by_ids(&self.shape) {
            Some(doubts) if is_any_in(&doubts, raw) => return false,
            Some(doubts) => ById::Told(signals.clone(), doubts),
            None => ById::Apart,
        };
        let is_told = matches!(known, ById::Told(..));
        keep(&mut self.by_ids, &self.shape, known);
        is_told
    }

    fn visits(&mut self) -> u8 {
        self.doorkeeper.visits(self.by_shape.hasher().hash_one(&self.shape))
    }
}

fn is_any_in(doubts: &[Doubt], raw: &[u8]) -> bool {
    doubts.iter().any(|doubt| doubt.is_in(raw))
}

fn keep<T>(memo: &mut Memo<T>, shape: &[u8], known: T) {
    if memo.len() == MAX_KEPT {
        memo.clear();
    }
    memo.insert(shape.into(), known);
}

fn judge<'c>(classifier: &'c Classifier, raw: &[u8]) -> Told<'c> {
    if !classifier.may_match(raw) {
        return Some(Vec::new());
    }
    classifier.routine_signals(&unix_lines(&decode_text(raw)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn a_line_that_is_known_again_is_told_as_if_it_were_the_first() {
        let classifier = Classifier::new(&Catalogue::load(None, None).unwrap()).unwrap();
        let mut routine = Routine::default();
        let ids = [
            "8SxQ2aaB3k0PqLmZ7v1YtR",
            "1Iba8D9AcnOk4ebSwHf5VU",
            "60ot1CK3KYGokgLqSinvalid",
            "8eiYw8SQLITEBUSYzDAqKi",
            "\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}",
            "ADT Inbound",
        ];
        let mut n_routine = 0;
        for (round, id) in (0..6).flat_map(|round| ids.map(|id| (round, id))) {
            for line in [
                format!("Queue '{id}' is empty. Wait for new messages."),
                format!("Dequeued message from '{id}'."),
                format!("Polled {round} rows of {id} in {round}{round} ms"),
                format!("{id} 400 ORA-0103{round}: {id} is malformed"),
                format!("Stopping component with runtime error: {id} refused"),
            ] {
                let raw = line.as_bytes();
                let told = routine.signals(&classifier, raw);
                assert_eq!(told, judge(&classifier, raw), "{line:?}");
                n_routine += usize::from(told.is_some());
            }
        }
        assert!(n_routine > 90, "{n_routine} were lines of normal work");
        assert!(routine.by_ids.values().any(|known| matches!(known, ById::Told(..))));
    }
}
