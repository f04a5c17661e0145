//! Identifiers of a patient that are known from a message, and where else they stand.

use std::collections::HashMap;

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

/// Pieces of identifiers, by their first word in lower case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identifiers {
    pieces: HashMap<String, Vec<Piece>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    lower: String,
    kind: Kind,
}

impl Identifiers {
    /// Returns true where nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Adds a value with its parts: words of names, towns, and other ways to write a date.
    ///
    /// What is too short to identify, or a code, is left out.
    pub(crate) fn add(&mut self, value: &str, kind: Kind) {
        let value = value.trim();
        self.add_piece(value, kind);
        for part in value.split(['^', '&', '~']).filter(|part| part.len() < value.len()) {
            self.add_piece(part.trim(), kind);
        }
        if kind == Kind::Name {
            value.split([' ', '-', '^', ',']).for_each(|word| self.add_piece(word, kind));
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
            street.split(' ').filter(is_telling).for_each(|word| self.add_piece(word, kind));
        }
        if let Some(date) = words::year_first(value)
            && let (Some(year), Some(month), Some(day)) =
                (date.get(..4), date.get(4..6), date.get(6..))
        {
            self.add_piece(&date, kind);
            self.add_piece(&format!("{year}-{month}-{day}"), kind);
            self.add_piece(&format!("{month}/{day}/{year}"), kind);
        }
        if kind == Kind::Ssn || kind == Kind::Phone {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            self.add_piece(&digits, kind);
        }
    }

    fn add_piece(&mut self, piece: &str, kind: Kind) {
        let n_digits = piece.bytes().filter(u8::is_ascii_digit).count();
        let mut pairs = piece.chars().zip(piece.chars().skip(1));
        let has_pair = pairs.any(|(a, b)| a.is_alphabetic() && b.is_alphabetic());
        let is_telling = piece.chars().count() >= 3 && (has_pair || n_digits >= 4);
        if !is_telling || words::is_code(piece.as_bytes()) {
            return;
        }
        let lower = piece.to_lowercase();
        let Some(first) = first_word(&lower) else { return };
        let piece = Piece { kind, lower: lower.clone() };
        let pieces = self.pieces.entry(first.to_owned()).or_default();
        if !pieces.contains(&piece) {
            pieces.push(piece);
            pieces.sort_by_key(|piece| std::cmp::Reverse(piece.lower.len()));
        }
    }

    /// Masks the pieces wherever they stand as whole words.
    pub(crate) fn claim(&self, scan: &mut Scan<'_>) {
        if self.is_empty() {
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
        for piece in self.pieces.get(lower.as_str()).into_iter().flatten() {
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
        let digits = word.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (head, number) = word.split_at_checked(word.len() - digits).unwrap_or((word, ""));
        if digits >= 5
            && !head.is_empty()
            && let Some(piece) = self.pieces.get(number).and_then(|found| found.first())
            && piece.lower == number
        {
            let from = start + head.len();
            scan.mask(from..from + digits, piece.kind);
        }
    }
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
    use super::*;

    fn masked(pieces: &[(&str, Kind)], text: &str) -> String {
        let mut known = Identifiers::default();
        for (value, kind) in pieces {
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
    fn a_name_that_is_a_technical_word_is_masked_only_where_it_is_written_as_a_name() {
        let known = [("Long", Kind::Name)];
        assert_eq!(masked(&known, "Data too long for Long"), "Data too long for *");
        assert_eq!(masked(&known, "Long running call"), "Long running call");
    }
}
