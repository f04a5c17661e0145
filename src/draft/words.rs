//! The title and the id of a rule, from the words that all texts have.

use super::align::Aligned;
use super::token::TokenKind;
use crate::model::RuleId;

const MAX_TITLE_CHARS: usize = 60;
const MAX_SLUG_WORDS: usize = 6;

/// Words that tell nothing at the end of a title, and nothing in an id.
const SMALL: [&str; 32] = [
    "a", "after", "an", "and", "as", "at", "be", "been", "by", "for", "from", "has", "have", "in",
    "into", "is", "it", "its", "of", "on", "or", "out", "than", "that", "the", "then", "this",
    "to", "was", "were", "while", "with",
];

/// Returns the words that all texts have, without values, on one line.
pub(super) fn wording(aligned: &Aligned) -> String {
    let mut wording = String::new();
    for element in &aligned.elements {
        if element.gap.iter().any(|text| !text.is_empty()) {
            wording.push(' ');
        }
        match element.kind {
            TokenKind::Space | TokenKind::Value(_) => wording.push(' '),
            TokenKind::Word | TokenKind::Mark => {
                wording.extend(element.tokens.first().map(|token| token.text.as_str()));
            }
        }
    }
    let words = wording.split_whitespace().filter(|word| word.contains(char::is_alphanumeric));
    words.collect::<Vec<_>>().join(" ")
}

/// Returns a title: as many of the words as it may have characters.
pub(super) fn title(wording: &str, cluster: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut len = 0;
    for word in wording.split(' ') {
        len += word.chars().count() + 1;
        if len > MAX_TITLE_CHARS + 1 {
            break;
        }
        words.push(word);
    }
    while let Some(last) = words.last() {
        let bare = last.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        if words.len() < 2 || !SMALL.contains(&bare.as_str()) {
            break;
        }
        words.pop();
    }
    let title = words.join(" ");
    let title = title.trim_end_matches(|c: char| !c.is_alphanumeric() && c != ')' && c != '"');
    let title = title.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '(' && c != '[');
    let mut chars = title.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => format!("Unknown of cluster {cluster}"),
    }
}

/// Returns an id in a category: the first words that tell something, and a part of the cluster's
/// id where another rule or cluster has the same.
pub(super) fn rule_id(
    category: &str,
    wording: &str,
    cluster: &str,
    is_taken: impl Fn(&str) -> bool,
) -> Option<RuleId> {
    let slug = slug(wording);
    let mark: String =
        cluster.chars().filter(char::is_ascii_alphanumeric).skip(1).take(6).collect();
    let id = if slug.is_empty() {
        format!("{category}.unknown-{mark}")
    } else if is_taken(&slug) {
        format!("{category}.{slug}-{mark}")
    } else {
        format!("{category}.{slug}")
    };
    id.to_lowercase().parse().ok()
}

/// Returns the first words of a text that tell something, as the second part of an id.
pub(super) fn slug(wording: &str) -> String {
    let words = wording.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase);
    let words = words.filter(|word| word.len() > 1 && !SMALL.contains(&word.as_str()));
    words.take(MAX_SLUG_WORDS).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_short_and_ends_in_a_word_that_tells() {
        assert_eq!(title("slot fell behind by", "u-1"), "Slot fell behind");
        assert_eq!(title("bed list does not exist.", "u-1"), "Bed list does not exist");
        let long = title(&"word ".repeat(40), "u-1");
        assert!(long.chars().count() <= MAX_TITLE_CHARS && long.starts_with("Word word"), "{long}");
        assert_eq!(title("", "u-1"), "Unknown of cluster u-1");
    }

    #[test]
    fn an_id_is_new_whatever_the_words_are() {
        let id = |wording: &str, taken: &str| {
            rule_id("local", wording, "u-4f1c0a9b2e", |slug| slug == taken).unwrap().to_string()
        };
        assert_eq!(id("The bed list is Full.", ""), "local.bed-list-full");
        assert_eq!(id("The bed list is Full.", "bed-list-full"), "local.bed-list-full-4f1c0a");
        assert_eq!(id("Ошибка", ""), "local.unknown-4f1c0a");
    }
}
