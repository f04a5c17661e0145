//! Identifiers of a patient that are known from a message, and where else they stand.

use std::collections::HashMap;
use std::ops::Range;

use super::pseudonym::Kind;
use super::scan::{Scan, is_word};
use super::{vocabulary, words};

/// Words of addresses that tell nothing.
const STREETS: [&str; 12] = [
    "avenue",
    "boulevard",
    "circle",
    "court",
    "drive",
    "highway",
    "north",
    "parkway",
    "place",
    "road",
    "south",
    "street",
];

/// Identifiers of a patient with their parts, as far as they may identify.
#[derive(Clone, Debug, Default)]
pub struct Identifiers {
    /// The texts of all parts, one behind the other.
    texts: String,
    parts: Vec<Part>,
}

/// An identifier or a part of one.
#[derive(Clone, Debug)]
struct Part {
    /// Where it is in the texts.
    at: Range<usize>,
    kind: Kind,
    /// The bit of its first word in [`TextWords`]; `None` where those cannot tell.
    bit: Option<u16>,
}

impl Identifiers {
    /// Returns none, with room for those of most messages.
    pub(crate) fn with_room() -> Self {
        Self { texts: String::with_capacity(256), parts: Vec::with_capacity(32) }
    }

    /// Adds a value with its parts: words of names, towns, and other ways to write a date.
    pub(crate) fn add(&mut self, value: &str, kind: Kind) {
        let value = value.trim();
        self.push(value, kind);
        for part in value.split(['^', '&', '~']).filter(|part| part.len() < value.len()) {
            self.push(part.trim(), kind);
        }
        if kind == Kind::Name {
            value.split([' ', '-', '^', ',']).for_each(|word| self.push(word, kind));
        }
        if kind == Kind::Address {
            // The street, where its name is telling.
            let is_telling = |word: &&str| {
                word.len() >= 5
                    && word.chars().all(char::is_alphabetic)
                    && !vocabulary::is_technical(word)
                    && !STREETS.iter().any(|street| street.eq_ignore_ascii_case(word))
            };
            let street = value.split('^').next().unwrap_or_default();
            street.split(' ').filter(is_telling).for_each(|word| self.push(word, kind));
        }
        if let Some(date) = words::year_first(value)
            && let (Some(year), Some(month), Some(day)) =
                (date.get(..4), date.get(4..6), date.get(6..))
        {
            self.push(&[year, "-", month, "-", day].concat(), kind);
            self.push(&[month, "/", day, "/", year].concat(), kind);
            self.push(&date, kind);
        }
        if kind == Kind::Ssn || kind == Kind::Phone {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            self.push(&digits, kind);
        }
    }

    fn push(&mut self, text: &str, kind: Kind) {
        if let Some((start, end)) = next_word(text.as_bytes(), 0) {
            let bit = text.is_ascii().then(|| TextWords::bit(&text.as_bytes()[start..end]));
            let from = self.texts.len();
            self.texts.push_str(text);
            self.parts.push(Part { at: from..self.texts.len(), kind, bit });
        }
    }

    fn text(&self, part: &Part) -> &str {
        self.texts.get(part.at.clone()).unwrap_or_default()
    }

    /// Returns true where one of them stands in a text: else it is masked as if they were not known.
    #[must_use]
    pub fn stand_in(&self, text: &str) -> bool {
        let mut scan = Scan::new(text);
        self.claim(&mut scan);
        scan.n_masked() > 0
    }

    /// Returns false only where none of them stands in the texts that have these words.
    #[must_use]
    pub fn may_stand_in(&self, words: &TextWords) -> bool {
        self.parts.iter().any(|part| words.may_have(part))
    }

    /// Returns true where nothing identifies.
    pub(crate) fn is_empty(&self) -> bool {
        !self.parts.iter().any(|part| is_telling(self.text(part)))
    }

    /// Masks what identifies wherever it stands as whole words.
    ///
    /// Few texts have a word of the message, so pieces are made of those parts only that may stand
    /// in this one.
    pub(crate) fn claim(&self, scan: &mut Scan<'_>) {
        if self.parts.is_empty() {
            return;
        }
        let mut words = TextWords::NONE;
        words.insert_free(scan);
        let mut pieces = Pieces::default();
        for part in &self.parts {
            let text = self.text(part);
            if words.may_have(part) && is_telling(text) {
                pieces.add(text, part.kind);
            }
        }
        pieces.claim(scan);
    }
}

/// Returns false for what is too short to identify, and for a code.
fn is_telling(piece: &str) -> bool {
    let n_digits = piece.bytes().filter(u8::is_ascii_digit).count();
    let mut pairs = piece.chars().zip(piece.chars().skip(1));
    piece.chars().count() >= 3
        && (n_digits >= 4 || pairs.any(|(a, b)| a.is_alphabetic() && b.is_alphabetic()))
        && !words::is_code(piece.as_bytes())
}

/// Which words of texts nobody has claimed, as far as a few bits can tell.
#[derive(Debug)]
pub struct TextWords([u64; 16]);

impl TextWords {
    const NONE: Self = Self([0; 16]);

    /// Returns the words of several texts, those of their masked values left out.
    #[must_use]
    pub fn of(texts: &[&str]) -> Self {
        let mut found = Self::NONE;
        for text in texts {
            found.insert_free(&Scan::new(text));
        }
        found
    }

    /// Adds the words that nobody has claimed.
    fn insert_free(&mut self, scan: &Scan<'_>) {
        let mut at = 0;
        while let Some((start, end)) = next_word(scan.bytes(), at) {
            at = end;
            if !(scan.is_free(start) || scan.is_free(end - 1)) {
                continue;
            }
            let word = &scan.bytes()[start..end];
            if word.is_ascii() {
                self.insert(word);
            } else {
                // Other letters may become ASCII ones in lower case.
                let lower = scan.text.get(start..end).unwrap_or_default().to_lowercase();
                self.insert(lower.as_bytes());
            }
            self.insert(&word[word.len() - digits_behind(word)..]);
        }
    }

    fn insert(&mut self, word: &[u8]) {
        let bit = Self::bit(word);
        self.0[usize::from(bit / 64)] |= 1 << (bit % 64);
    }

    /// Returns false where the first word of a part is not among the words.
    fn may_have(&self, part: &Part) -> bool {
        part.bit.is_none_or(|bit| self.0[usize::from(bit / 64)] >> (bit % 64) & 1 == 1)
    }

    /// Returns one of 1,024 bits, the same whatever the case of ASCII letters.
    fn bit(word: &[u8]) -> u16 {
        let byte = |at: usize| usize::from(word.get(at).map_or(0, |byte| byte & 31));
        let (first, second) = (byte(0), byte(1));
        let last = byte(word.len().wrapping_sub(1));
        let bit = (first * 37 + second * 11 + last * 101 + word.len() * 5) % 1024;
        u16::try_from(bit).unwrap_or_default()
    }
}

/// Pieces of identifiers, by their first word in lower case.
#[derive(Debug, Default)]
struct Pieces {
    by_word: HashMap<String, Vec<Piece>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Piece {
    lower: String,
    kind: Kind,
}

impl Pieces {
    fn add(&mut self, piece: &str, kind: Kind) {
        let lower = piece.to_lowercase();
        let Some(first) = first_word(&lower) else { return };
        let pieces = self.by_word.entry(first.to_owned()).or_default();
        let piece = Piece { lower, kind };
        if !pieces.contains(&piece) {
            pieces.push(piece);
            pieces.sort_by_key(|piece| std::cmp::Reverse(piece.lower.len()));
        }
    }

    fn claim(&self, scan: &mut Scan<'_>) {
        if self.by_word.is_empty() {
            return;
        }
        let text = scan.text;
        let mut lower = String::new();
        let mut at = 0;
        while let Some((start, end)) = next_word(text.as_bytes(), at) {
            at = end;
            if scan.is_free(start) || scan.is_free(end - 1) {
                let word = text.get(start..end).unwrap_or_default();
                self.claim_word(scan, start, word, &mut lower);
            }
        }
    }

    fn claim_word(&self, scan: &mut Scan<'_>, start: usize, word: &str, lower: &mut String) {
        lower.clear();
        lower.extend(word.chars().flat_map(char::to_lowercase));
        for piece in self.by_word.get(lower.as_str()).into_iter().flatten() {
            let Some(len) = phrase_len(scan.text.get(start..).unwrap_or_default(), &piece.lower)
            else {
                continue;
            };
            if is_meant(scan.text, start, word, piece) {
                scan.mask(start..start + len, piece.kind);
                return;
            }
        }
        // A number inside a word, such as `MRN123456`.
        let digits = digits_behind(word.as_bytes());
        let (head, number) = word.split_at_checked(word.len() - digits).unwrap_or((word, ""));
        if digits >= 5
            && !head.is_empty()
            && let Some(piece) = self.by_word.get(number).and_then(|found| found.first())
            && piece.lower == number
        {
            let from = start + head.len();
            scan.mask(from..from + digits, piece.kind);
        }
    }
}

/// Returns how many digits a word ends with.
fn digits_behind(word: &[u8]) -> usize {
    word.iter().rev().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Returns the first run of letters and digits.
fn first_word(text: &str) -> Option<&str> {
    let (start, end) = next_word(text.as_bytes(), 0)?;
    text.get(start..end)
}

fn next_word(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let start = at + bytes.get(at..)?.iter().position(|byte| is_word(*byte))?;
    let len = bytes[start..].iter().take_while(|byte| is_word(**byte)).count();
    Some((start, start + len))
}

/// Returns the length of the phrase where the text begins with it, as whole words.
fn phrase_len(text: &str, lower: &str) -> Option<usize> {
    // Pieces may begin with a mark that stands before their first word.
    let lower = lower.trim_start_matches(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric());
    let mut wanted = lower.chars();
    let mut expected = wanted.next();
    for (at, c) in text.char_indices() {
        if expected.is_none() {
            let ends = c.is_ascii() && !c.is_ascii_alphanumeric();
            return ends.then_some(at);
        }
        for low in c.to_lowercase() {
            if expected != Some(low) {
                return None;
            }
            expected = wanted.next();
        }
    }
    expected.is_none().then_some(text.len())
}

/// Returns false where a piece only happens to stand: a name that is a word of error texts and is
/// written as one, or a short number that is a port or the line of a script.
fn is_meant(text: &str, start: usize, word: &str, piece: &Piece) -> bool {
    let before = text.get(..start).unwrap_or_default();
    if piece.lower.len() <= 5 && piece.lower.bytes().all(|byte| byte.is_ascii_digit()) {
        let trimmed = before.strip_suffix(':');
        return !trimmed.is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_alphanumeric()));
    }
    if word == "KEY" {
        return false;
    }
    if !words::is_technical(word) || piece.lower.contains(|c: char| !c.is_alphabetic()) {
        return true;
    }
    let lead = before.trim_end_matches([' ', '\'', '"']);
    let begins = lead.is_empty() || lead.ends_with(['\n', '\r', '.', ':', ']', '!', '?']);
    word.starts_with(char::is_uppercase) && !begins
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::carrier;
    use super::*;

    fn masked(values: &[(&str, Kind)], text: &str) -> String {
        let mut known = Identifiers::default();
        for (value, kind) in values {
            known.add(value, *kind);
        }
        let mut scan = Scan::new(text);
        known.claim(&mut scan);
        let mut out = text.to_owned();
        let ranges: Vec<_> = scan.masked().collect();
        ranges.into_iter().rev().for_each(|(range, _)| out.replace_range(range, "*"));
        out
    }

    #[test]
    fn identifiers_are_found_as_whole_words_in_any_case() {
        let known = [
            ("O'Brien", Kind::Name),
            ("Müller-Lüdenscheidt", Kind::Name),
            ("19450312", Kind::Date),
            ("123456", Kind::Id),
            ("12 Elm St^^Springfield^IL^62704", Kind::Address),
        ];
        let cases = [
            ("no o'brien here", "no * here"),
            ("O'Brienne", "O'Brienne"),
            ("MÜLLER came", "* came"),
            ("born 1945-03-12.", "born *."),
            ("MRN123456, 1234567", "MRN*, 1234567"),
            ("in springfield, 62704", "in *, *"),
            ("db:62704", "db:62704"),
        ];
        for (text, want) in cases {
            assert_eq!(masked(&known, text), want, "{text}");
        }
    }

    #[test]
    fn texts_without_the_first_word_of_any_part_quote_nobody() {
        let mut known = Identifiers::default();
        for (value, kind) in [("Marchett^Giulietta", Kind::Name), ("7 Elm Rd", Kind::Address)] {
            known.add(value, kind);
        }
        let may_stand =
            |known: &Identifiers, texts: &[&str]| known.may_stand_in(&TextWords::of(texts));
        assert!(!may_stand(&known, &["License server failed", "[name:marchett] is not known"]));
        assert!(may_stand(&known, &["License server failed", "no bed for GIULIETTA"]));
        assert!(may_stand(&known, &["moved to 7 elm rd", ""]));
        assert!(!may_stand(&Identifiers::default(), &["Marchett"]));
        known.add("\u{141}ukasz", Kind::Name);
        assert!(may_stand(&known, &["License server failed"]), "bits cannot tell");
    }

    proptest! {
        #[test]
        fn whoever_stands_in_a_text_may_stand_in_its_words(
            before in carrier(), behind in carrier(), other in carrier(),
            name in "[A-Za-zk\u{17f}\u{212a}\u{e9}]{2,8}( [a-z]{1,4})?",
            number in "([0-9]{1,3}[ -]?){2,3}",
            is_upper in any::<bool>(),
        ) {
            let mut known = Identifiers::default();
            known.add(&name, Kind::Name);
            known.add(&number, Kind::Id);
            let name = if is_upper { name.to_uppercase() } else { name };
            for text in [
                format!("{before} {name} {behind}"),
                format!("{before} {number}{behind}"),
                format!("{before}MRN{number} {behind}"),
            ] {
                let may_stand = known.may_stand_in(&TextWords::of(&[&text, &other]));
                prop_assert!(may_stand || !known.stand_in(&text), "{}", text);
            }
        }
    }

    #[test]
    fn a_name_that_is_a_technical_word_is_masked_only_where_it_is_written_as_a_name() {
        let known = [("Long", Kind::Name)];
        assert_eq!(masked(&known, "Data too long for Long"), "Data too long for *");
        assert_eq!(masked(&known, "Long running call"), "Long running call");
    }
}
