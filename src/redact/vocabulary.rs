//! Which words are English or technical, so that what is left over may be a name.
//!
//! The English words are those of SCOWL (`words/english.LICENSE.txt`) without proper names; both
//! lists are sorted by their bytes, in lower case, one word to a line.

static ENGLISH: &str = include_str!("words/english.txt");
static TECHNICAL: &str = include_str!("words/technical.txt");

/// Beginnings that make a new word of an English one, in front of five or more letters.
const PREFIXES: [&str; 3] = ["un", "re", "non"];

/// Returns true where every part of a word is English or technical; parts of one or two letters
/// count as known.
pub(crate) fn is_known(word: &str) -> bool {
    let lower = word.to_lowercase().replace('\u{2019}', "'");
    let stem = lower.strip_suffix("n't").unwrap_or(&lower);
    is_listed(stem)
        || stem.split(['\'', '-']).all(|part| part.chars().count() < 3 || is_listed(part))
}

/// Returns true for a technical word, whatever its case.
pub(crate) fn is_technical(word: &str) -> bool {
    contains(TECHNICAL, &word.to_lowercase())
}

fn is_listed(lower: &str) -> bool {
    let is_word = |word: &str| contains(ENGLISH, word) || contains(TECHNICAL, word);
    let is_plural = || lower.strip_suffix('s').is_some_and(|one| contains(TECHNICAL, one));
    let is_derived = || {
        let mut stems = PREFIXES.iter().filter_map(|prefix| lower.strip_prefix(prefix));
        stems.any(|stem| stem.len() >= 5 && contains(ENGLISH, stem))
    };
    is_word(lower) || (lower.len() > 4 && is_plural()) || is_derived()
}

/// Returns true where a sorted list has this line.
fn contains(list: &str, word: &str) -> bool {
    let (bytes, word) = (list.as_bytes(), word.as_bytes());
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = low.midpoint(high);
        let start = memchr::memrchr(b'\n', &bytes[low..middle]).map_or(low, |at| low + at + 1);
        let end = memchr::memchr(b'\n', &bytes[middle..high]).map_or(high, |at| middle + at);
        match bytes[start..end].cmp(word) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_both_lists_is_found() {
        for list in [ENGLISH, TECHNICAL] {
            assert!(list.lines().is_sorted());
            assert!(list.lines().all(|word| contains(list, word)));
            assert!(!contains(list, "") && !contains(list, "okafor") && !contains(list, "zzzz"));
        }
    }

    #[test]
    fn parts_and_forms_of_known_words_are_known() {
        for word in ["Couldn't", "Oracle", "DSNs", "Unparsed", "time-out", "patient's"] {
            assert!(is_known(word), "{word}");
        }
        for word in ["O'Brien", "Okafor", "Smith-Okafor", "Reinhart"] {
            assert!(!is_known(word), "{word}");
        }
    }
}
