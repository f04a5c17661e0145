//! What is made of the text of an entry: masked, explained, and known again where it comes again.
//!
//! Entry points: [`Judge::judged`] for a text, then [`Judge::problem`] for what its event counts for.
//! What keeps failing writes the same words again and again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use super::about;
use super::class::Class;
use super::ingest::IngestOptions;
use super::places::Head;
use crate::classify::{Found, Kept, Signal, unix_lines};
use crate::parse::decode_text;
use crate::redact::{Identifiers, Masker, TextWords};
use crate::store::NewProblem;

/// Begins a terminal's color, which is no part of a text.
const ESCAPE: char = '\u{1b}';
/// What is stored where masking failed.
const WITHHELD: &str = "[text withheld: it could not be masked]";
/// Longer texts are judged anew each time.
const MAX_KEPT_BYTES: usize = 256;
/// So many texts and problems are kept in mind.
const MAX_KEPT: usize = 8_192;

/// What is made of a text.
#[derive(Clone, Debug)]
pub(super) struct Judged<'c> {
    /// The text, masked.
    pub(super) text: String,
    pub(super) class: Class<'c>,
    /// What it does to courses.
    pub(super) signals: Vec<Signal<'c>>,
    /// True where it is an event even if its entry does not say that it is bad.
    pub(super) is_event: bool,
    /// The message that it quotes.
    pub(super) message: Option<u64>,
}

/// Judges texts.
pub(super) struct Judge<'o> {
    options: &'o IngestOptions<'o>,
    memory: Option<Memory<'o>>,
}

/// What was judged before.
///
/// **Invariant:** the answer is the one that would be found without it.
struct Memory<'o> {
    texts: Kept<Arc<Known<'o>>>,
    /// By component and class.
    problems: Kept<Arc<NewProblem>>,
}

/// A text that was judged as if no message was known.
struct Known<'c> {
    judged: Arc<Judged<'c>>,
    /// The words of the text as it stands in the log, and masked.
    words: OnceLock<Box<TextWords>>,
}

impl<'c> Judged<'c> {
    /// Judges a text as it stands in the log, given the patient of the message near it.
    fn new(options: &IngestOptions<'c>, raw: &[u8], nearby: Option<&Identifiers>) -> Self {
        Self::of_masked(options, mask(options.masker, &decode_text(raw), nearby))
    }

    fn of_masked(options: &IngestOptions<'c>, text: String) -> Self {
        let verdict = options.classifier.classify(&text);
        let signals = options.classifier.signals(&verdict).collect();
        let is_told = verdict.rule.is_some() || verdict.outcome.is_some();
        let is_event = is_told && !verdict.is_routine();
        let class = Class::new(&verdict, &text, options.fingerprinter);
        Self { signals, is_event, message: about::message_in(&text), class, text }
    }
}

impl<'o> Judge<'o> {
    /// Judges each text as if it were the first.
    pub(super) fn new(options: &'o IngestOptions<'o>) -> Self {
        Self { options, memory: None }
    }

    /// Knows texts again, which takes memory.
    pub(super) fn of_many(options: &'o IngestOptions<'o>) -> Self {
        let memory = Memory { texts: Kept::new(MAX_KEPT), problems: Kept::new(MAX_KEPT) };
        Self { options, memory: Some(memory) }
    }

    /// Returns what is made of a text as it stands in the log, given the message that its component
    /// handled last.
    pub(super) fn judged(&self, raw: &[u8], nearby: Option<&Head>) -> Arc<Judged<'o>> {
        let nearby = match nearby.map(Head::patient) {
            Some(None) => return Arc::new(Judged::of_masked(self.options, WITHHELD.into())),
            patient => patient.flatten(),
        };
        let known = |memory: &Memory<'o>| memory.judged(self.options, plain(raw)?, nearby);
        match self.memory.as_ref().and_then(known) {
            Some(known) => known,
            None => Arc::new(Judged::new(self.options, raw, nearby)),
        }
    }

    /// Returns the problem that an event of this class in this component counts for.
    pub(super) fn problem(&self, class: &Class<'_>, component: &str) -> Arc<NewProblem> {
        let problem = || Arc::new(class.problem(self.options.server, component));
        let Some(memory) = &self.memory else { return problem() };
        let key = class.problem_key(component);
        match memory.problems.get(&key) {
            Found::Known(known) => known,
            Found::New => problem(),
            Found::Again(_) => {
                let problem = problem();
                memory.problems.put(&key, Arc::clone(&problem));
                problem
            }
        }
    }
}

impl<'o> Memory<'o> {
    /// Returns what is known of a text, unless it is about the patient of the message near it.
    fn judged(
        &self,
        options: &IngestOptions<'o>,
        plain: &str,
        nearby: Option<&Identifiers>,
    ) -> Option<Arc<Judged<'o>>> {
        let known = match self.texts.get(plain.as_bytes()) {
            Found::Known(known) => known,
            Found::Again(_) => self.keep(options, plain)?,
            Found::New => return None,
        };
        let quotes = |patient| known.quotes(plain, patient);
        (!nearby.is_some_and(quotes)).then(|| Arc::clone(&known.judged))
    }

    /// Judges a text as if no message was known, and keeps that in mind.
    fn keep(&self, options: &IngestOptions<'o>, plain: &str) -> Option<Arc<Known<'o>>> {
        // Else texts between the first and the last look would have to be asked for as well.
        let masked = catch_unwind(AssertUnwindSafe(|| options.masker.mask_at_once(plain)));
        let judged = Arc::new(Judged::of_masked(options, masked.ok()??));
        let known = Arc::new(Known { judged, words: OnceLock::new() });
        self.texts.put(plain.as_bytes(), Arc::clone(&known));
        Some(known)
    }
}

impl Known<'_> {
    /// Returns true where the text is about this patient, or where that cannot be told.
    fn quotes(&self, plain: &str, patient: &Identifiers) -> bool {
        let texts = [plain, &self.judged.text];
        let look = AssertUnwindSafe(|| {
            patient.may_stand_in(self.words.get_or_init(|| Box::new(TextWords::of(&texts))))
                && texts.iter().any(|text| patient.stand_in(text))
        });
        catch_unwind(look).unwrap_or(true)
    }
}

/// Returns the text of an entry where it is masked as it stands there, and short enough to be kept.
fn plain(raw: &[u8]) -> Option<&str> {
    let text = (raw.len() <= MAX_KEPT_BYTES).then(|| str::from_utf8(raw).ok())??;
    (!text.contains([ESCAPE, '\r'])).then_some(text)
}

/// Masks a text, given the patient of the message that its component handled last.
pub(super) fn mask(masker: &Masker, text: &str, nearby: Option<&Identifiers>) -> String {
    let plain;
    let text = if text.contains(ESCAPE) {
        plain = anstream::adapter::strip_str(text).to_string();
        unix_lines(&plain)
    } else {
        unix_lines(text)
    };
    let mask = AssertUnwindSafe(|| masker.mask(&text, nearby));
    catch_unwind(mask).unwrap_or_else(|_| WITHHELD.into())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU64};

    use super::super::places::Nearby;
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::classify::{Classifier, Fingerprinter};
    use crate::parse::ParseOptions;
    use crate::redact::PseudonymKey;

    const HEAD: &[u8] = b"MSH|^~\\&|A|B|C|D|20260907||ADT^A01|17|P|2.5\r\
        PID|1||771204^^^MRN||Marchetti^Giulietta||19450312|F|||7 Elm Rd\r";

    fn shown(judged: &Judged<'_>) -> String {
        let Judged { text, signals, is_event, message, class } = judged;
        let (rule, captures) = (class.rule_id(), &class.captures);
        format!("{text} {captures} {signals:?} {is_event} {message:?} {rule:?} {:?}", class.outcome)
    }

    #[test]
    fn a_text_that_comes_again_is_judged_as_if_it_were_the_first() {
        let classifier = Classifier::new(&Catalogue::load(None, None).unwrap()).unwrap();
        let options = IngestOptions {
            server: "s",
            classifier: &classifier,
            fingerprinter: &Fingerprinter::new(),
            masker: &Masker::new(PseudonymKey::from_bytes([7; 32]), &[]).unwrap(),
            parse: &ParseOptions::default(),
            format: None,
            since: None,
            until: None,
            stop: &AtomicBool::new(false),
            progress: &AtomicU64::new(0),
        };
        let texts = [
            "ORA-12541: TNS:no listener",
            "ORA-00001: unique constraint (ADT.MRN_771204) violated",
            "Error sending Marchetti to the lab",
            "no bed in ward771204",
            "no ACK for 771204:\nMSA|AE|951966|unknown patient Okafor^Chidi",
            "Patient name: Chidi Okafor, born 1961-02-03, phone 555-0102",
            "\u{1b}[31mConnection to 10.4.2.7:6661 refused\u{1b}[0m",
            "first line\r\nsecond line of 19450312",
            "Müller ist unbekannt",
            "",
        ];
        let texts = texts.map(str::as_bytes).into_iter();
        let texts: Vec<&[u8]> = texts.chain([&b"M\xFCller ist unbekannt"[..]]).collect();
        let judge = Judge::of_many(&options);
        let mut near = Nearby::default();
        near.remember("c", HEAD);
        let head = near.of("c");
        let (mut n_known, mut n_quoting) = (0, 0);
        for nearby in [None, head.as_deref(), None, head.as_deref()] {
            let judge_first = |raw: &[u8], nearby: Option<&Head>| {
                shown(&Judged::new(&options, raw, nearby.and_then(Head::patient)))
            };
            for raw in &texts {
                let first = judge_first(raw, nearby);
                n_quoting += usize::from(first != judge_first(raw, None));
                let again = judge.judged(raw, nearby);
                assert_eq!(shown(&again), first, "{:?}", raw.escape_ascii());
                n_known += usize::from(Arc::strong_count(&again) > 1);
            }
        }
        assert!(n_known > texts.len() && n_quoting > 0, "{n_known} {n_quoting}");
    }
}
