//! Runs the detectors over a text in order of precedence, and only those that can find something.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::automaton::Automaton;
use aho_corasick::{Anchored, dfa};

use super::identifiers::Identifiers;
use super::scan::Scan;
use super::{
    announced, carets, codes, hl7, hl7_paths, json, labels, names, numbers, phrases, places, sql,
    strangers, written, xml,
};

/// Groups of words that make a detector worth running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Sql,
    Phrase,
    Person,
    Record,
    Key,
    Street,
    Month,
    Encoded,
    Code,
    Announced,
    Segment,
    Quote,
}

/// Words looked for in one pass, whatever their case, and what they may be a sign of.
const WORDS: &[(Group, &[&str])] = &[
    (
        Group::Sql,
        &["insert", "update", "delete", "select", "exec", "values", "where", "merge", "call "],
    ),
    (Group::Phrase, phrases::SIGNS),
    (Group::Person, names::SIGNS),
    (Group::Record, labels::RECORD_SIGNS),
    (Group::Key, labels::KEY_SIGNS),
    (Group::Street, places::SIGNS),
    (Group::Month, written::MONTH_SIGNS),
    (Group::Encoded, written::ENCODED_SIGNS),
    (Group::Code, codes::SIGNS),
    (Group::Announced, announced::SIGNS),
    (Group::Segment, hl7::BARE_SIGNS),
];

/// Finds words; the second part holds the bit of each word's group.
static SEARCH: LazyLock<(dfa::DFA, Vec<u32>)> = LazyLock::new(|| {
    let quotes = phrases::TEXTS.iter().map(|(words, _)| (Group::Quote, *words));
    let words = WORDS.iter().copied().chain(quotes);
    let words = words.flat_map(|(group, words)| words.iter().map(move |word| (bit(group), *word)));
    let (bits, words): (Vec<_>, Vec<_>) = words.unzip();
    let search = dfa::Builder::new().ascii_case_insensitive(true).build(words);
    (search.expect("the words are few and short"), bits)
});

/// What a text has that detectors need, found in one look.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Signs {
    bytes: u32,
    groups: u32,
}

/// Kinds of bytes, as bits.
mod byte {
    pub(super) const DIGIT: u32 = 1;
    pub(super) const BAR: u32 = 2;
    pub(super) const CARET: u32 = 4;
    pub(super) const AT: u32 = 8;
    pub(super) const QUOTE: u32 = 16;
    pub(super) const TAG: u32 = 32;
    pub(super) const LABEL: u32 = 64;
    pub(super) const COMMA: u32 = 128;
    pub(super) const SINGLE: u32 = 256;
    pub(super) const OTHER: u32 = 512;
    pub(super) const MASKABLE: u32 = DIGIT | BAR | CARET | AT | TAG | COMMA;
}

static BYTES: [u32; 256] = {
    let mut table = [0; 256];
    let mut digit = b'0';
    while digit <= b'9' {
        table[digit as usize] = byte::DIGIT;
        digit += 1;
    }
    let mut other = 0x80;
    while other < table.len() {
        table[other] = byte::OTHER;
        other += 1;
    }
    table[b'|' as usize] = byte::BAR;
    table[b'^' as usize] = byte::CARET;
    table[b'@' as usize] = byte::AT;
    table[b'"' as usize] = byte::QUOTE;
    table[b'\'' as usize] = byte::SINGLE;
    table[b'<' as usize] = byte::TAG;
    // Tags may be escaped.
    table[b'&' as usize] = byte::TAG;
    table[b':' as usize] = byte::LABEL;
    table[b'=' as usize] = byte::LABEL;
    table[b',' as usize] = byte::COMMA;
    table
};

impl Signs {
    /// Looks at a text.
    pub(crate) fn of(text: &str) -> Self {
        let bytes = text.bytes().fold(0, |all, byte| all | BYTES[usize::from(byte)]);
        Self { bytes, groups: groups_of(text) }
    }

    /// Returns true where nothing in the text can be patient data, unless it is known to be.
    ///
    /// Names that no dictionary knows are asked for last, since they take the longest to find.
    pub(crate) fn is_plain(self, text: &str) -> bool {
        let is_labelled = self.has_byte(byte::LABEL) && self.has(Group::Key);
        let is_sql = self.has_byte(byte::QUOTE | byte::SINGLE) && self.has(Group::Sql);
        let has_words = self.has(Group::Phrase) || self.has(Group::Person);
        let has_sign = self.has_byte(byte::MASKABLE) || is_labelled || is_sql || has_words;
        !has_sign && !strangers::has_any(text)
    }

    fn has(self, group: Group) -> bool {
        self.groups & bit(group) != 0
    }

    fn has_byte(self, bytes: u32) -> bool {
        self.bytes & bytes != 0
    }
}

/// Returns the groups that a text has a word of, as bits.
fn groups_of(text: &str) -> u32 {
    let (search, bits) = &*SEARCH;
    let mut groups = 0;
    let mut state = search.start_state(Anchored::No).expect("words are looked for anywhere");
    for byte in text.bytes() {
        state = search.next_state(Anchored::No, state, byte);
        if search.is_special(state) && search.is_match(state) {
            let words = (0..search.match_len(state)).map(|nth| search.match_pattern(state, nth));
            groups |= words.fold(0, |all, word| all | bits[word.as_usize()]);
        }
    }
    groups
}

const fn bit(group: Group) -> u32 {
    1 << group as u32
}

/// Claims all that looks like patient data, given what is known of the patient.
pub(crate) fn claim(scan: &mut Scan<'_>, signs: Signs, known: &Identifiers) {
    let mut own = Identifiers::default();
    let statement = if signs.has(Group::Sql) { sql::first_statement(scan.text) } else { None };
    if signs.has(Group::Code) {
        codes::claim(scan);
    }
    structured(scan, signs, statement.is_some(), &mut own);
    own.claim(scan);
    known.claim(scan);
    if signs.has_byte(byte::AT) {
        places::claim_emails(scan);
    }
    if signs.has(Group::Street) && signs.has_byte(byte::DIGIT) {
        places::claim_addresses(scan);
    }
    // Before labels, which would take the first group of a number alone.
    if signs.has(Group::Announced) && signs.has_byte(byte::DIGIT) {
        announced::claim(scan);
    }
    if signs.has_byte(byte::LABEL) && signs.has(Group::Key) {
        labels::claim_labelled(scan);
    }
    if signs.has_byte(byte::DIGIT) {
        if signs.has(Group::Encoded) {
            written::claim_encoded(scan);
        }
        if signs.has(Group::Month) {
            written::claim_dates(scan);
        }
        if signs.has(Group::Record) {
            labels::claim_records(scan);
        }
        numbers::claim(scan);
    }
    if signs.has_byte(byte::CARET) {
        carets::claim(scan);
    }
    if signs.has(Group::Person) {
        names::claim_after_words(scan);
    }
    if signs.has_byte(byte::COMMA) {
        names::claim_pairs(scan);
    }
    strangers::claim(scan, statement);
}

/// Claims what stands in a structure: tables, HL7, SQL, JSON, XML and known error texts.
fn structured(scan: &mut Scan<'_>, signs: Signs, has_statement: bool, own: &mut Identifiers) {
    let is_bare = |bytes| signs.has(Group::Segment) && hl7::bare_separator(bytes).is_some();
    if signs.has_byte(byte::BAR) {
        phrases::claim_oracle_table(scan);
        hl7::claim(scan, own);
    } else if signs.has_byte(byte::CARET) || is_bare(scan.bytes()) {
        // The separator may be another one: the text says so in its header.
        hl7::claim(scan, own);
    }
    if signs.has_byte(byte::QUOTE) && signs.has_byte(byte::LABEL) {
        json::claim(scan);
    }
    if signs.has_byte(byte::TAG) {
        xml::claim(scan);
        xml::claim_escaped(scan);
    }
    // A letter beyond ASCII may be another case of one in a word.
    if signs.has(Group::Phrase) && (signs.has(Group::Quote) || signs.has_byte(byte::OTHER)) {
        phrases::claim(scan);
    }
    if signs.has_byte(byte::DIGIT) {
        hl7_paths::claim(scan);
    }
    if has_statement && signs.has_byte(byte::QUOTE | byte::SINGLE | byte::DIGIT) {
        sql::claim(scan);
    }
}

impl Identifiers {
    /// Returns the identifiers in the head of a message: HL7, else JSON or XML.
    #[must_use]
    pub fn of_message(head: &[u8]) -> Self {
        // Faster than to look for bytes that are no text.
        let text = str::from_utf8(head);
        let head = &*text.map_or_else(|_| String::from_utf8_lossy(head), Cow::Borrowed);
        let mut known = Self::with_room();
        hl7::identify(head, &mut known);
        if known.is_empty() {
            let mut scan = Scan::new(head);
            json::claim(&mut scan);
            xml::claim(&mut scan);
            for (range, kind) in scan.masked() {
                known.add(head.get(range).unwrap_or_default(), kind);
            }
        }
        known
    }
}
