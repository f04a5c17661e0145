//! Where a long id does not matter: lines of normal work that differ in one, and that a catalogue
//! cannot tell apart.
//!
//! Entry points: [`mark_ids`], and [`Ids::doubts`]. In the shape of a text (see `shape_of`) an id is a
//! run of at least twelve letters and digits that has both; its bytes are made [`MARK`]. Of the texts of
//! one such shape those that hold no literal where an id or a digit is part of it hold the same
//! literals; so the same rules may match them. A rule cannot where its expression does not match the
//! shape, once any mark may stand for a letter or digit of it; it does match all of them where a
//! mark, or a `0`, only stands for what takes all letters and digits. Where one or the other holds for
//! each rule, and at most one matches, all those texts get the same rule.
//!
//! **Invariant:** when in doubt, texts are not alike.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look};

use super::digits::Blurred;
use super::literals::Literals;
use crate::catalogue::{Catalogue, Expression, Matching, Rule, longest_line, map_parts};

/// Stands for a byte of an id; no text that has it is looked at.
pub(super) const MARK: u8 = 1;
const MARK_TEXT: &str = "\u{1}";
/// No more shapes than that are looked into: it takes as long as to judge hundreds of lines.
const MAX_KNOWN: usize = 512;
/// Texts in which more than that is to be looked at are judged as soon.
const MAX_DOUBTS: usize = 64;
/// Shorter runs may be words.
const MIN_ID_BYTES: usize = 12;

/// Knows which shapes with ids may hide what a rule looks for.
#[derive(Debug)]
pub(super) struct Ids {
    catalogue: Catalogue,
    /// Made when the first shape is asked about.
    expressions: OnceLock<Expressions>,
    /// What was found out, by shape.
    known: Mutex<HashMap<Box<[u8]>, Doubts>>,
}

/// What is to be looked at in texts of a shape. `None`: they cannot be told by it.
type Doubts = Option<Arc<[Doubt]>>;

/// Those of a catalogue, in its order.
#[derive(Debug)]
struct Expressions {
    rules: Box<[Told]>,
    wrappers: Box<[Blurred]>,
    /// Finds literals, and lines of them, that an id may hold. `None`: they are too many.
    within: Option<AhoCorasick>,
}

/// What an expression tells of shapes.
#[derive(Debug)]
struct Told {
    may: Blurred,
    /// Matches shapes of which it matches all texts. `None`: it is not known to match all of any.
    must: OnceLock<Option<Expression>>,
}

/// A literal that a text may have, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    at: usize,
    literal: Box<[u8]>,
}

impl Doubt {
    /// Returns true where a text has the literal there.
    #[must_use]
    pub fn is_in(&self, text: &[u8]) -> bool {
        text.get(self.at..).is_some_and(|rest| rest.starts_with(&self.literal))
    }
}

/// Makes the bytes of each id in a shape marks, and tells where they are. Returns false where there
/// are none, or what is there might be taken for them.
pub(super) fn mark_ids(shape: &mut [u8], mut id: impl FnMut(Range<usize>)) -> bool {
    let (mut has_any, mut at) = (false, 0);
    while let Some(rest) = shape.get(at..).filter(|rest| !rest.is_empty()) {
        let mut found = 0;
        let is_in_run = |byte: &&u8| {
            let sort = SORTS[usize::from(**byte)];
            found |= sort;
            sort & (DIGIT | LETTER) != 0
        };
        let len = rest.iter().take_while(is_in_run).count();
        if found & REFUSED != 0 {
            return false;
        }
        if len >= MIN_ID_BYTES && found == DIGIT | LETTER {
            shape[at..at + len].fill(MARK);
            id(at..at + len);
            has_any = true;
        }
        at += len + 1;
    }
    has_any
}

const DIGIT: u8 = 1;
const LETTER: u8 = 2;
/// Might be taken for a mark, or ends a line in two ways.
const REFUSED: u8 = 4;

/// What each byte is: to look it up is faster than to compare it.
const SORTS: [u8; 256] = {
    let mut sorts = [0; 256];
    let mut byte = u8::MIN;
    loop {
        sorts[byte as usize] = match byte {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            MARK | b'\r' => REFUSED,
            _ => 0,
        };
        if byte == u8::MAX {
            break sorts;
        }
        byte += 1;
    }
};

impl Ids {
    pub(super) fn new(catalogue: &Catalogue) -> Self {
        let (expressions, known) = (OnceLock::new(), Mutex::default());
        Self { catalogue: catalogue.clone(), expressions, known }
    }

    /// Returns what is to be looked at in a text of this shape whose ids hold no literal: all that
    /// have none of it get the same rule, and the words around an error are none of them. Returns
    /// `None` where that cannot be told.
    pub(super) fn doubts(&self, shape: &[u8], literals: &Literals) -> Doubts {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(doubts) = known.get(shape) {
            return doubts.clone();
        }
        if known.len() >= MAX_KNOWN {
            return None;
        }
        let doubts = self.find_doubts(shape, literals).map(Arc::from);
        known.insert(shape.into(), doubts.clone());
        doubts
    }

    fn find_doubts(&self, shape: &[u8], literals: &Literals) -> Option<Vec<Doubt>> {
        let expressions = self.expressions();
        let text = str::from_utf8(shape).ok()?;
        let doubts = literals_of(&self.catalogue).flat_map(|literal| doubts_of(literal, shape));
        let doubts: Vec<Doubt> = doubts.take(MAX_DOUBTS + 1).collect();
        if doubts.len() > MAX_DOUBTS
            || expressions.wrappers.iter().any(|wrapper| wrapper.may_match(text))
        {
            return None;
        }
        let present = literals.scan(&text.replace('0', MARK_TEXT)); // What no doubt is about.
        let mut n_sure = 0;
        for rule in literals.candidates(&present) {
            if literals.allow(rule, &present, 0) {
                n_sure += usize::from(self.matches_all(rule, text)?);
            }
        }
        (n_sure <= 1).then_some(doubts)
    }

    /// Returns whether a rule whose literals are there matches all texts of a shape or none; `None`
    /// where neither is known.
    fn matches_all(&self, rule: usize, shape: &str) -> Option<bool> {
        let Some(regex) = self.catalogue.rules().get(rule)?.matching()?.regex.as_ref() else {
            return Some(true);
        };
        self.expressions().rules.get(rule)?.matches_all(regex, shape)
    }

    /// Returns true where an id holds a literal of a rule.
    pub(super) fn holds_literal(&self, id: &[u8]) -> bool {
        self.expressions().within.as_ref().is_none_or(|within| within.is_match(id))
    }

    fn expressions(&self) -> &Expressions {
        self.expressions.get_or_init(|| Expressions::of(&self.catalogue))
    }
}

impl Expressions {
    fn of(catalogue: &Catalogue) -> Self {
        let blurred = |regex: &Expression| Blurred::new(Some(regex.as_str()));
        let rule = |rule: &Rule| {
            let regex = rule.matching().and_then(|matching| matching.regex.as_ref());
            Told { may: regex.map_or_else(|| Blurred::new(None), blurred), must: OnceLock::new() }
        };
        Self {
            rules: catalogue.rules().iter().map(rule).collect(),
            wrappers: catalogue.wrappers().iter().map(|wrapper| blurred(&wrapper.regex)).collect(),
            within: AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::DFA))
                .build(
                    literals_of(catalogue)
                        .filter(|literal| literal.bytes().all(|byte| byte.is_ascii_alphanumeric())),
                )
                .ok(),
        }
    }
}

impl Told {
    /// Returns whether an expression matches all texts of a shape or none; `None` where neither is
    /// known.
    fn matches_all(&self, regex: &Expression, shape: &str) -> Option<bool> {
        if !self.may.may_match(shape) {
            return Some(false);
        }
        let must = self.must.get_or_init(|| {
            let hir = regex_syntax::parse(regex.as_str()).ok()?;
            narrow(&hir).to_string().parse().ok()
        });
        must.as_ref().is_some_and(|must| must.is_match(shape)).then_some(true)
    }
}

/// Returns what is looked for of all rules: literals, and the longest line of each.
fn literals_of(catalogue: &Catalogue) -> impl Iterator<Item = &str> {
    let matchings = catalogue.rules().iter().filter_map(Rule::matching);
    let literals = matchings.flat_map(|Matching { any, all, not, .. }| {
        any.iter().chain(all).chain(not).map(String::as_str)
    });
    literals.flat_map(|literal| {
        let line = Some(longest_line(literal)).filter(|line| *line != literal);
        std::iter::once(literal).chain(line).filter(|text| !text.is_empty())
    })
}

/// Returns where some texts of a shape may have a literal and others not, but for those within an
/// id.
fn doubts_of<'s>(literal: &'s str, shape: &'s [u8]) -> impl Iterator<Item = Doubt> + 's {
    let literal = literal.as_bytes();
    let stands_for = |(byte, of): (&u8, &u8)| match *of {
        MARK => byte.is_ascii_alphanumeric(),
        b'0' => byte.is_ascii_digit(),
        _ => byte == of,
    };
    let parts = shape.windows(literal.len()).enumerate();
    let doubtful = parts.filter(move |(_, part)| {
        literal.iter().zip(*part).all(stands_for)
            && part.iter().any(|of| matches!(*of, MARK | b'0'))
            && !part.iter().all(|of| *of == MARK)
    });
    doubtful.map(|(at, _)| Doubt { at, literal: literal.into() })
}

/// Returns an expression that matches a shape only where the given one matches all of its texts.
fn narrow(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Look(look) => match look {
            Look::Start | Look::End | Look::StartLF | Look::EndLF => Hir::look(*look),
            _ => Hir::fail(), // Whether a mark is a letter is not asked.
        },
        HirKind::Literal(literal) => {
            let is_plain = |byte: &u8| !byte.is_ascii_digit() && *byte != MARK;
            if literal.0.iter().all(is_plain) { hir.clone() } else { Hir::fail() }
        }
        HirKind::Class(Class::Unicode(class)) => Hir::class(Class::Unicode(narrow_class(class))),
        HirKind::Class(Class::Bytes(_)) => Hir::fail(),
        HirKind::Capture(capture) => narrow(&capture.sub),
        HirKind::Repetition(_) | HirKind::Concat(_) | HirKind::Alternation(_) => {
            map_parts(hir, narrow)
        }
    }
}

fn narrow_class(class: &ClassUnicode) -> ClassUnicode {
    let range = |from: char, to: char| ClassUnicodeRange::new(from, to);
    let has = |range: &ClassUnicodeRange| {
        class.iter().any(|own| own.start() <= range.start() && range.end() <= own.end())
    };
    let digits = range('0', '9');
    let mark = range(char::from(MARK), char::from(MARK));
    let mut narrow = class.clone();
    narrow.difference(&ClassUnicode::new([digits, mark]));
    if has(&digits) {
        narrow.push(digits);
        if has(&range('A', 'Z')) && has(&range('a', 'z')) {
            narrow.push(mark);
        }
    }
    narrow
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tests::{classifier, matching};
    use super::super::{Classifier, shape_of};
    use crate::catalogue::Catalogue;

    /// Returns the shape of a text with its ids marked; `None` where it has none, or one holds a literal.
    fn shape(classifier: &Classifier, text: &str) -> Option<Vec<u8>> {
        let mut shape = Vec::new();
        shape_of(text.as_bytes(), &mut shape);
        classifier.mark_ids(text.as_bytes(), &mut shape).then_some(shape)
    }

    /// Returns true where a text is told by its shape.
    fn is_told(classifier: &Classifier, text: &str) -> bool {
        let doubts = shape(classifier, text).and_then(|shape| classifier.told_by_ids(&shape));
        doubts.is_some_and(|doubts| !doubts.iter().any(|doubt| doubt.is_in(text.as_bytes())))
    }

    /// Returns ids of one length, which differ in all that they can.
    fn ids() -> impl Iterator<Item = String> {
        let letters: Vec<u8> = (b'0'..=b'9').chain(b'A'..=b'Z').chain(b'a'..=b'z').collect();
        let mut state: u64 = 7;
        let mut letter = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(letters[usize::try_from(state >> 33).unwrap() % letters.len()])
        };
        std::iter::repeat_with(move || (0..22).map(|_| letter()).collect())
    }

    #[track_caller]
    fn check(rule: &str, cases: &[(&str, bool)]) {
        let classifier = classifier(&[matching("t.a", rule)]);
        for (text, want) in cases {
            assert_eq!(is_told(&classifier, text), *want, "{text}");
        }
    }

    #[test]
    fn an_id_tells_texts_apart_where_a_rule_looks_at_it() {
        let id = "8SxQ2aaB3k0PqLmZ7v1YtR";
        let text = format!("the job {id} ended");
        check(r"all = ['the job ']", &[(&text, true)]);
        check(
            r"all = ['the job ']
regex = 'job \S+ ended$'",
            &[(&text, true)],
        );
        check(
            r"all = ['the job ']
regex = 'job [0-9A-Za-z]{22} ended'",
            &[(&text, true)],
        );
        check(
            r"all = ['the job ']
regex = 'job [0-9A-Za-z]{9} ended'",
            &[(&text, true)],
        );
        for regex in ["job [0-9A-F]+", r"job \w+Z", "job [a-z]", r"job \b\w+", "job [^Q]+ ended"] {
            check(
                &format!(
                    "all = ['the job ']
regex = '{regex}'"
                ),
                &[(&text, false)],
            );
        }
        check(r"any = ['the job ', 'R ended']", &[(&text, false)]);
        check(r"any = ['the job ', 'S ended']", &[(&text, true)]);
    }

    #[test]
    fn an_id_that_holds_a_literal_is_looked_at() {
        let rule = r"any = ['Timeout', 'gone']";
        check(rule, &[("x 12Timeout34abc y", false), ("x 12Timebut34abc y", true)]);
    }

    #[test]
    fn words_numbers_and_short_ids_are_no_ids() {
        let texts = ["reconfiguration", "123456789012345", "8SxQ2aaB3k0", "a\u{1}8SxQ2aaB3k0P"];
        check(r"any = ['gone']", &texts.map(|text| (text, false)));
    }

    #[test]
    fn words_around_an_error_that_an_id_may_be_part_of_tell_texts_apart() {
        let id = "8SxQ2aaB3k0PqLmZ7v1YtR";
        let texts = [
            format!("Stopping component with runtime error: {id} is gone"),
            format!("{id} is gone"),
        ];
        check(r"any = ['is gone']", &[(&texts[0], false), (&texts[1], true)]);
    }

    #[test]
    fn texts_that_are_told_alike_are_explained_alike_whatever_their_ids() {
        let classifier = Classifier::new(&Catalogue::load(None, None).unwrap()).unwrap();
        let matchings = classifier.rules().iter().filter_map(|rule| rule.matching());
        let examples = matchings.flat_map(|matching| {
            let others = matching.counter_examples.iter().map(|other| other.text.clone());
            matching.examples.iter().map(|example| example.text.clone()).chain(others)
        });
        let (mut n_told, mut ids) = (0, ids());
        for (nth, example) in examples.enumerate().step_by(4) {
            let words: Vec<&str> = example.split(' ').collect();
            let with = |id: &str| {
                let mut words = words.clone();
                let place = nth % words.len();
                words[place] = id;
                words.join(" ")
            };
            let texts = ids.by_ref().take(20).map(|id| with(&id));
            let texts: Vec<String> =
                texts.filter(|text| shape(&classifier, text).is_some()).collect();
            let told = texts.first().and_then(|text| shape(&classifier, text));
            let Some(doubts) = told.and_then(|shape| classifier.told_by_ids(&shape)) else {
                continue;
            };
            let is_clear =
                |text: &&String| !doubts.iter().any(|doubt| doubt.is_in(text.as_bytes()));
            let explained = texts.iter().filter(is_clear).map(|text| {
                let verdict = classifier.classify(text);
                let may_match = classifier.may_match(text.as_bytes());
                (verdict.rule.map(|rule| rule.id.to_string()), verdict.outcome, may_match)
            });
            let explained: BTreeSet<_> = explained.collect();
            assert!(explained.len() < 2, "{example}: {explained:?}");
            n_told += 1;
        }
        assert!(n_told > 100, "{n_told} were told");
    }
}
