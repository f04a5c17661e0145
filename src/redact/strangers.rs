//! Names in free text that no dictionary knows, and the words that belong to them.
//!
//! A capitalised word that is neither English nor technical is taken for a name, unless it names a
//! thing (`table 'Okafor'`) or is part of an identifier. A word in lower case is a name only where
//! the words before it tell of a person. Words beside a name are names too, unless technical.

use std::ops::{Range, RangeInclusive};

use super::pseudonym::Kind;
use super::roles::{self, FACILITY, LEAD, LINK, PARTICLE, PERSON, Roles, THING};
use super::scan::Scan;
use super::tokens::{self, Case, Word};
use super::vocabulary::{is_known, is_technical};

/// At most so many words after `patient` are looked at.
const MAX_WORDS: usize = 4;

/// Returns true where a text has a name that no dictionary knows.
pub(crate) fn has_any(text: &str) -> bool {
    find(text, None, |_| true).next().is_some()
}

/// Masks names. `statement` is where a statement of SQL begins, whose capitals are columns.
pub(crate) fn claim(scan: &mut Scan<'_>, statement: Option<usize>) {
    let found: Vec<Range<usize>> =
        find(scan.text, statement, |word| scan.is_free(word.start)).collect();
    for range in found {
        scan.mask(range, Kind::Name);
    }
}

/// Returns the names among the words that are free.
fn find(
    text: &str,
    statement: Option<usize>,
    is_free: impl Fn(&Range<usize>) -> bool,
) -> impl Iterator<Item = Range<usize>> {
    let mut look = Look::new(text, is_free);
    look.drop_things();
    look.drop_facilities();
    look.take_unknown(statement);
    look.take_files();
    look.take_persons();
    look.take_quoted();
    look.take_pairs();
    look.take_neighbors();
    look.words.into_iter().filter(|word| word.is_taken).map(|word| word.range)
}

/// A word, or a masked value, and what is known of it so far.
struct Seen {
    range: Range<usize>,
    case: Case,
    roles: Roles,
    /// It may be a name, as far as is known.
    is_open: bool,
    /// It is a name.
    is_taken: bool,
}

/// A look at the words of a text, and which of them are names.
struct Look<'a> {
    text: &'a str,
    words: Vec<Seen>,
    /// What at least one word tells.
    all_roles: Roles,
}

impl<'a> Look<'a> {
    fn new(text: &'a str, is_free: impl Fn(&Range<usize>) -> bool) -> Self {
        let mut words = Vec::with_capacity(text.len() / 6);
        words.extend(tokens::words(text).map(|Word { range, case }| Seen {
            roles: roles::of(text.get(range.clone()).unwrap_or_default()),
            is_open: !matches!(case, Case::Mixed | Case::Named | Case::Masked) && is_free(&range),
            is_taken: false,
            range,
            case,
        }));
        let all_roles = words.iter().fold(0, |all, word| all | word.roles);
        Self { text, words, all_roles }
    }

    fn word(&self, index: usize) -> &'a str {
        self.words.get(index).and_then(|word| self.text.get(word.range.clone())).unwrap_or_default()
    }

    /// Returns what stands between a word and the next one.
    fn gap(&self, index: usize) -> &'a str {
        match (self.words.get(index), self.words.get(index + 1)) {
            (Some(one), Some(next)) => self.text.get(one.range.end..next.range.start),
            _ => None,
        }
        .unwrap_or("\n")
    }

    /// Returns true where a word tells one of these.
    fn tells(&self, index: usize, roles: Roles) -> bool {
        self.words.get(index).is_some_and(|word| word.roles & roles != 0)
    }

    /// Returns true for a word that may be a name and stands for itself.
    fn is_bare(&self, index: usize) -> bool {
        let word = self.words.get(index).filter(|word| word.is_open);
        word.is_some_and(|word| tokens::is_bare(self.text.as_bytes(), &word.range))
    }

    /// Returns true where no word of the text tells one of these.
    fn has_none(&self, roles: Roles) -> bool {
        self.all_roles & roles == 0
    }

    /// Takes the names of things out of the words.
    fn drop_things(&mut self) {
        if self.has_none(THING) {
            return;
        }
        let mut index = 0;
        while index + 1 < self.words.len() {
            let is_thing = self.tells(index, THING);
            index += 1;
            if !is_thing {
                continue;
            }
            while self.tells(index, LINK) && self.gap(index - 1) == " " {
                index += 1;
            }
            let lead = self.gap(index - 1);
            if lead.len() > 4 || !lead.chars().all(|c| " '\"`([:=".contains(c)) {
                continue;
            }
            let quote = lead.chars().rev().find(|c| "'\"`".contains(*c));
            index = self.drop_name(index, quote);
        }
    }

    /// Takes `Mayo Clinic`, `St Mary Lab` and the like out of the words.
    fn drop_facilities(&mut self) {
        if self.has_none(FACILITY) {
            return;
        }
        for index in 1..self.words.len() {
            let is_facility = self.words[index].case == Case::Capital
                && self.tells(index, FACILITY)
                && self.gap(index - 1) == " ";
            let is_person = index > 1 && self.tells(index - 2, PERSON);
            if is_facility && self.words[index - 1].case == Case::Capital && !is_person {
                self.words[index - 1].is_open = false;
            }
        }
    }

    /// Takes one name out: to its closing quote, or as far as it is capitalised.
    fn drop_name(&mut self, mut index: usize, quote: Option<char>) -> usize {
        let is_capital = |word: &Seen| matches!(word.case, Case::Capital | Case::Upper);
        while let Some(word) = self.words.get_mut(index) {
            if quote.is_none() && !is_capital(word) {
                break;
            }
            word.is_open = false;
            let gap = self.gap(index);
            index += 1;
            if quote.map_or(gap != " ", |quote| gap.contains(['\n', quote])) {
                break;
            }
        }
        index
    }

    /// Takes capitalised words that no dictionary knows.
    fn take_unknown(&mut self, statement: Option<usize>) {
        for index in 0..self.words.len() {
            let word = &self.words[index];
            let min = match word.case {
                Case::Capital => 3,
                Case::Upper if statement.is_none_or(|start| word.range.start < start) => 4,
                _ => continue,
            };
            if word.is_open && word.range.len() >= min {
                let found = self.word(index);
                self.words[index].is_taken =
                    found.chars().count() >= min && !is_known(found) && self.is_bare(index);
            }
        }
    }

    /// Takes the words of names of files that have a date or number of a patient beside them.
    fn take_files(&mut self) {
        if !self.words.iter().any(|word| word.case == Case::Masked) {
            return;
        }
        let is_joint = |gap: &str| matches!(gap, "_" | "-" | "__" | "--");
        let mut start = 0;
        for index in 0..self.words.len() {
            if is_joint(self.gap(index)) {
                continue;
            }
            let parts = start..index + 1;
            start = index + 1;
            if parts.clone().any(|part| self.words[part].case == Case::Masked) {
                for part in parts {
                    self.words[part].is_taken |= self.is_file_name(part);
                }
            }
        }
    }

    fn is_file_name(&self, index: usize) -> bool {
        let is_cased = matches!(self.words[index].case, Case::Capital | Case::Upper | Case::Lower);
        let found = self.word(index);
        is_cased && found.chars().count() >= 3 && !is_known(found)
    }

    /// Takes words that follow those that tell of a person.
    fn take_persons(&mut self) {
        if self.has_none(LEAD | PERSON) {
            return;
        }
        for index in 0..self.words.len() {
            let is_for = self.tells(index, LEAD) && self.word(index) == "for";
            if !(is_for || self.tells(index, PERSON)) {
                continue;
            }
            let is_folder = matches!(self.gap(index), "/" | "\\") && !self.is_bare(index);
            if is_folder {
                self.take_folder(index + 1);
                continue;
            }
            let mut first = index + 1;
            while self.tells(first, LINK) && self.gap(first - 1) == " " {
                first += 1;
            }
            let lead = self.gap(first - 1);
            if lead.len() <= 4 && lead.chars().all(|c| " '\"(:=".contains(c)) {
                self.take_run(first, is_for);
            }
        }
    }

    /// Takes what a folder of a patient is called.
    fn take_folder(&mut self, index: usize) {
        let word = self.word(index);
        let is_name = word.chars().count() >= 3 && word.split('-').any(|part| !is_known(part));
        let case = self.words.get(index).map(|word| word.case);
        if is_name && matches!(case, Some(Case::Lower | Case::Capital | Case::Upper)) {
            self.words[index].is_taken = !self.gap(index).starts_with(['.', '_', ':']);
        }
    }

    /// Takes words in lower case up to the last one that is unknown; after `for`, two unknown ones.
    fn take_run(&mut self, first: usize, is_for: bool) {
        let mut last = None;
        let mut n_unknown = 0;
        for index in first..self.words.len().min(first + MAX_WORDS) {
            let found = self.word(index);
            if !self.is_bare(index)
                || found.len() < 2
                || (is_technical(found) && !self.is_particle(index))
            {
                break;
            }
            if found.chars().count() >= 3 && !is_known(found) {
                last = Some(index);
                n_unknown += 1;
            } else if is_for {
                break;
            }
            if !matches!(self.gap(index), " " | ", " | "," | " / ") {
                break;
            }
        }
        if let Some(last) = last
            && (n_unknown > 1 || !is_for)
        {
            self.take(first..=last);
        }
    }

    fn is_particle(&self, index: usize) -> bool {
        self.tells(index, PARTICLE) && self.words[index].case == Case::Lower
    }

    /// Takes `'okafor, dana'`, and `'Smith'` after `for` where the line tells of a patient.
    fn take_quoted(&mut self) {
        if memchr::memchr2(b'\'', b'"', self.text.as_bytes()).is_none() {
            return;
        }
        let has_persons = !self.has_none(PERSON);
        let mut has_person = false;
        for index in 0..self.words.len() {
            if has_persons {
                has_person &= index == 0 || !self.gap(index - 1).contains('\n');
                has_person |= self.tells(index, PERSON);
            }
            let quote = self.before(index).filter(|byte| matches!(byte, b'\'' | b'"'));
            if quote.is_none() || !self.is_bare(index) {
                continue;
            }
            let is_pair = matches!(self.gap(index), ", " | ",")
                && self.after(index + 1) == quote
                && self.is_bare(index + 1);
            let both = [index, index + 1].map(|index| self.word(index));
            if is_pair && both.iter().any(|word| !is_known(word)) {
                self.take(index..=index + 1);
            }
            self.words[index].is_taken |= has_person
                && index > 0
                && self.word(index - 1) == "for"
                && self.words[index].case == Case::Capital
                && self.after(index) == quote
                && !is_technical(self.word(index));
        }
    }

    /// Takes two capitalised words after `for` and the like, even if both are English.
    fn take_pairs(&mut self) {
        if self.has_none(LEAD | PERSON) {
            return;
        }
        for index in 1..self.words.len() {
            let is_led = self.tells(index - 1, LEAD | PERSON)
                && self.words[index - 1].case == Case::Lower
                && matches!(self.gap(index - 1), " " | " '" | " \"");
            if !is_led {
                continue;
            }
            let is_last = !matches!(
                self.words.get(index + 2),
                Some(word) if self.gap(index + 1) == " " && word.case == Case::Capital
            );
            let is_pair = is_last
                && matches!(self.gap(index), " " | ", " | ",")
                && (index..=index + 1).all(|at| {
                    at < self.words.len()
                        && self.words[at].case == Case::Capital
                        && self.may_join(at)
                });
            if is_pair {
                self.take(index..=index + 1);
            }
        }
    }

    fn take(&mut self, indexes: RangeInclusive<usize>) {
        self.words[indexes].iter_mut().for_each(|word| word.is_taken = true);
    }

    fn before(&self, index: usize) -> Option<u8> {
        let start = self.words.get(index)?.range.start;
        self.text.as_bytes().get(start.checked_sub(1)?).copied()
    }

    fn after(&self, index: usize) -> Option<u8> {
        self.text.as_bytes().get(self.words.get(index)?.range.end).copied()
    }

    /// Takes capitalised words beside a name, and small words in front of one.
    fn take_neighbors(&mut self) {
        if !(0..self.words.len()).any(|index| self.is_name(index)) {
            return;
        }
        for index in 1..self.words.len() {
            let is_name = self.is_name(index - 1);
            self.words[index].is_taken |=
                is_name && is_joint(self.gap(index - 1)) && self.may_join(index);
        }
        for index in (1..self.words.len()).rev() {
            if !self.is_name(index) {
                continue;
            }
            let gap = self.gap(index - 1);
            let is_small = gap == " " && self.is_particle(index - 1) && self.is_bare(index - 1);
            self.words[index - 1].is_taken |= is_small || is_joint(gap) && self.may_join(index - 1);
        }
    }

    fn is_name(&self, index: usize) -> bool {
        self.words[index].is_taken || self.words[index].case == Case::Named
    }

    fn may_join(&self, index: usize) -> bool {
        let is_cased = matches!(self.words[index].case, Case::Capital | Case::Upper);
        let found = self.word(index);
        is_cased && self.is_bare(index) && found.chars().count() >= 2 && !is_technical(found)
    }
}

/// Returns true for what stands between the parts of a name, also in a table.
fn is_joint(gap: &str) -> bool {
    let bare = gap.trim_matches(['"', '\'', ' ']);
    !gap.is_empty()
        && gap.len() <= 4
        && matches!(bare, "" | "," | ";" | "\t" | "|" | "^" | "*" | "/" | ", N" | "%20" | "%2C")
}
