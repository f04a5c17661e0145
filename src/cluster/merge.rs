//! Finds which words are values after all, by what else stands at their place.
//!
//! A word is a value where many others stand at its place in otherwise equal company. How many are
//! many depends on what they are: names of a state are few and tell clusters apart, names of people
//! are many. Words that were found to be values in other company are known for names, of which two
//! are enough, and which may change in several places at once.

use super::codes::{is_number, is_windows_code, names_error};
use super::fold;
use super::names::Names;
use super::table::Table;
use super::words::{Token, Words, mix};

/// Opening one place may make the company of another equal; after so many rounds it is enough.
const MAX_ROUNDS: usize = 4;
/// So many words at one place, among three others or more, are values.
const MANY_WORDS: usize = 6;
/// So many values of one name, as in `name=value`.
const MANY_NAMED: usize = 4;
/// So many words in capitals or numbers of errors: these name states and faults.
const MANY_STATES: usize = 16;
/// So many words that differ only in their last letter, as in `sda`, `sdb`.
const MANY_NUMBERED: usize = 3;
/// So many numbers of four digits or more behind a word such as `error`.
const MANY_NUMBERS: usize = 3;
/// With fewer other words than this, twice as many are needed.
const COMPANY: usize = 3;
/// So many identifiers, among so many other words or more.
const MANY_IDENTIFIERS: usize = 3;
const LONG_COMPANY: usize = 5;

/// A word at a place: what else its shape is made of, the word (0: a value), the shape.
type Seat = (u64, u32, u32);

/// Puts values at the places of shapes whose words are values.
pub(super) fn merge(table: &mut Table, words: &Words) {
    let mut names = Names::new(words.len());
    for _ in 0..MAX_ROUNDS {
        let is_changed = open_names(table, words, &names)
            | open_places(table, words, &mut names)
            | open_records(table, words);
        if !is_changed {
            break;
        }
        fold_again(table);
    }
}

/// Opens each place where many words stand in otherwise equal company.
fn open_places(table: &mut Table, words: &Words, names: &mut Names) -> bool {
    let mut sums: Vec<u64> = (0..table.len()).map(|at| sum(table.tokens(at), words)).collect();
    let max_len = (0..table.len()).map(|at| table.tokens(at).len()).max().unwrap_or(0);
    let mut seats: Vec<Seat> = Vec::with_capacity(table.len());
    let mut is_changed = false;
    for place in 0..max_len {
        seats.clear();
        seats.extend(sums.iter().enumerate().filter_map(|(shape, sum)| {
            let token = table.tokens(shape).get(place)?.bare();
            let word = seat_word(token)?;
            let company = sum.wrapping_sub(share(place, words.hash(token)));
            Some((company, word, u32::try_from(shape).ok()?))
        }));
        seats.sort_unstable();
        for group in seats.chunk_by(|a, b| a.0 == b.0) {
            if !is_open(table, words, place, group) {
                continue;
            }
            for same in group.chunk_by(|a, b| a.1 == b.1) {
                if let Some(word) = same.first().and_then(|seat| seat.1.checked_sub(1)) {
                    names.note(word, words);
                }
            }
            for (company, word, shape) in group.iter().filter(|seat| seat.1 != 0) {
                let shape = *shape as usize;
                debug_assert_ne!(*word, 0, "values are open already");
                sums[shape] = company.wrapping_add(share(place, words.hash(Token::VALUE)));
                table.open(shape, place);
                is_changed = true;
            }
        }
    }
    is_changed
}

/// Returns one more than the number of a word, 0 for a value, `None` for a mark.
fn seat_word(token: Token) -> Option<u32> {
    if token.is_value() { Some(0) } else { token.as_word().map(|word| word + 1) }
}

/// Returns true where the words of a group, sorted, are values.
fn is_open(table: &Table, words: &Words, place: usize, group: &[Seat]) -> bool {
    let [first, .., last] = group else { return false };
    if first.1 == last.1 {
        return false;
    }
    let has_value = first.1 == 0;
    let mut found: Vec<u32> = group.iter().filter_map(|seat| seat.1.checked_sub(1)).collect();
    found.dedup();
    let found: Vec<&[u8]> = found.into_iter().map(|word| words.get(word)).collect();
    let tokens = table.tokens(first.2 as usize);
    let (before, after) = tokens.split_at(place);
    let n_after = n_words(after.get(1..).unwrap_or_default());
    let n_others = n_words(before) + n_after;
    let is_named = before.last().is_some_and(|before| before.is_mark(b'='));
    let Some(many) = many(&found, is_named, n_others).filter(|_| n_others > 0) else {
        return false;
    };
    // Where another shape has a value, one word is enough.
    let mut many = if has_value { 1 } else { many };
    // What a short text ends with, and has a value in another one, is what it tells.
    let is_told = has_value && n_after == 0 && n_others > 1;
    if n_others < COMPANY && !is_named && !is_told {
        many *= 2;
    }
    found.len() >= many
}

fn n_words(tokens: &[Token]) -> usize {
    tokens.iter().filter(|token| token.as_word().is_some()).count()
}

/// Returns how many different words are many, `None` for codes, which always tell clusters apart.
fn many(found: &[&[u8]], is_named: bool, n_others: usize) -> Option<usize> {
    if are_long_numbers(found) {
        return Some(MANY_NUMBERS);
    }
    if found.iter().any(|word| names_error(word)) {
        return None;
    }
    let is_state = |word: &&&[u8]| !word.iter().any(u8::is_ascii_lowercase);
    let n_states = found.iter().filter(is_state).count();
    let n_identifiers = found.iter().filter(|word| is_identifier(word)).count();
    Some(if is_numbered(found) {
        MANY_NUMBERED
    } else if n_states * 2 > found.len() {
        MANY_STATES
    } else if n_identifiers * 2 >= found.len() && n_others >= LONG_COMPANY {
        MANY_IDENTIFIERS
    } else if is_named {
        MANY_NAMED
    } else {
        MANY_WORDS
    })
}

/// Returns true for numbers that name errors of some program, if they name any at all: those of
/// systems and protocols are shorter, and three digits among many longer numbers are none of these.
fn are_long_numbers(words: &[&[u8]]) -> bool {
    let n_long = words.iter().filter(|word| word.len() > 3).count();
    let are_most = n_long == words.len() || n_long >= MANY_NUMBERS && n_long * 2 >= words.len();
    are_most && words.iter().all(|word| is_number(word) && !is_windows_code(word))
}

/// Returns true for what programs name things with, such as `ward_list` and `wardList`; where it
/// has kept its quotes, it tells errors apart.
fn is_identifier(word: &[u8]) -> bool {
    let turns = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    word.first().is_some_and(u8::is_ascii_alphanumeric)
        && (word.contains(&b'_') || word.windows(2).any(turns))
}

/// Returns true for words that differ only in their last letter.
fn is_numbered(words: &[&[u8]]) -> bool {
    let stem = |word: &&[u8]| word.split_last().map(|(_, stem)| stem.to_vec());
    let first = words.first().and_then(stem);
    words.len() > 1
        && first.as_ref().is_some_and(|first| first.len() >= 2)
        && words.iter().all(|word| stem(word) == first)
}

/// Opens the named values of records, such as `name=a, pkg=b`, that change together.
fn open_records(table: &mut Table, words: &Words) -> bool {
    let places = |tokens: &[Token]| Some(named_places(tokens)).filter(|named| named.len() > 1);
    open_together(table, words, places, |found, _| {
        let found: Vec<&[u8]> = found.iter().map(|word| words.get(*word)).collect();
        many(&found, true, 0).is_some_and(|many| found.len() >= many)
    })
}

/// Opens the places of names, alone or together, where shapes that are otherwise equal have others,
/// or values.
fn open_names(table: &mut Table, words: &Words, names: &Names) -> bool {
    if names.is_empty() {
        return false;
    }
    let places = |tokens: &[Token]| {
        let is_name = |place: &usize| tokens[*place].as_word().is_some_and(|it| names.has(it));
        let places: Vec<usize> = (0..tokens.len()).filter(is_name).collect();
        let n_others = n_words(tokens) - places.len();
        Some(places).filter(|_| n_others >= COMPANY)
    };
    open_together(table, words, places, |found, has_value| found.len() > 1 || has_value)
}

/// Opens places of shapes that are equal but for what stands there.
///
/// `places` says where a shape may vary, if it counts; `is_open` takes the different words that stand
/// at one of these places, and whether there is a value.
fn open_together(
    table: &mut Table,
    words: &Words,
    places: impl Fn(&[Token]) -> Option<Vec<usize>>,
    is_open: impl Fn(&[u32], bool) -> bool,
) -> bool {
    let mut shapes: Vec<(u64, u32)> = Vec::new();
    for shape in 0..table.len() {
        let tokens = table.tokens(shape);
        let Some(places) = places(tokens) else { continue };
        let company = places.into_iter().fold(sum(tokens, words), |sum, place| {
            let value = share(place, words.hash(Token::VALUE));
            sum.wrapping_sub(share(place, words.hash(tokens[place]))).wrapping_add(value)
        });
        shapes.push((company, u32::try_from(shape).unwrap_or(u32::MAX)));
    }
    shapes.sort_unstable();
    let mut is_changed = false;
    for group in shapes.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        let in_group = |(_, shape): &(u64, u32)| places(table.tokens(*shape as usize));
        let mut places: Vec<usize> = group.iter().filter_map(in_group).flatten().collect();
        places.sort_unstable();
        places.dedup();
        for place in places {
            let word = |(_, shape): &(u64, u32)| table.tokens(*shape as usize)[place].as_word();
            let mut found: Vec<u32> = group.iter().filter_map(word).collect();
            let has_value = found.len() < group.len();
            found.sort_unstable();
            found.dedup();
            if is_open(&found, has_value) {
                for (_, shape) in group {
                    table.open(*shape as usize, place);
                }
                is_changed = true;
            }
        }
    }
    is_changed
}

/// Returns the places of words, or of values that were words, behind `=`.
fn named_places(tokens: &[Token]) -> Vec<usize> {
    let is_named = |pair: &[Token]| pair[0].is_mark(b'=') && pair[1].as_word().is_some();
    let places = tokens.windows(2).enumerate().filter(|(_, pair)| is_named(pair));
    places.map(|(before, _)| before + 1).collect()
}

/// Folds what became values.
fn fold_again(table: &mut Table) {
    let mut folded = Vec::new();
    for shape in 0..table.len() {
        folded.clear();
        let tokens = table.tokens(shape);
        for token in tokens {
            fold::push(&mut folded, *token);
        }
        if folded.len() < tokens.len() {
            table.shorten(shape, &folded);
        }
    }
}

/// Returns the sum of the shares of the tokens, so that one can be taken out again.
pub(super) fn sum(tokens: &[Token], words: &Words) -> u64 {
    let shares = tokens.iter().enumerate().map(|(place, token)| share(place, words.hash(*token)));
    shares.fold(mix(tokens.len() as u64), u64::wrapping_add)
}

fn share(place: usize, hash: u64) -> u64 {
    mix(hash.wrapping_add((place as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}
