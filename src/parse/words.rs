//! What log writers call their types and tags.

use crate::model::EntryKind;

/// Returns the kind that a word or a number stands for; information where it is not known.
pub(super) fn kind_of(word: &str) -> EntryKind {
    const LEVELS: [(&str, EntryKind); 9] = [
        ("err", EntryKind::Error),
        ("errors", EntryKind::Error),
        ("severe", EntryKind::Error),
        ("alert", EntryKind::Error),
        ("emergency", EntryKind::Error),
        ("panic", EntryKind::Error),
        ("warnings", EntryKind::Warning),
        ("successes", EntryKind::Success),
        ("fine", EntryKind::Debug),
    ];
    let word = word.trim();
    EntryKind::from_word(word)
        .or_else(|| EntryKind::from_code(word.parse().ok()?))
        .or_else(|| {
            let level = LEVELS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
            level.map(|(_, kind)| *kind)
        })
        .unwrap_or(EntryKind::Info)
}

/// Adds a text's tags to `tags`, each with its `#` and one space between.
pub(super) fn add_tags(tags: &mut String, text: &str) {
    let is_split = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '[' | ']' | '"');
    for tag in text.split(is_split).map(|tag| tag.trim_start_matches('#')) {
        if tag.is_empty() {
            continue;
        }
        if !tags.is_empty() {
            tags.push(' ');
        }
        tags.push('#');
        tags.push_str(tag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_by_word_number_and_level() {
        let cases = [
            ("Ack Msg", EntryKind::Message),
            ("ERROR", EntryKind::Error),
            ("err", EntryKind::Error),
            (" Warn ", EntryKind::Warning),
            ("9", EntryKind::Error),
            ("11", EntryKind::Info),
            ("Notice", EntryKind::Info),
            ("", EntryKind::Info),
        ];
        for (word, want) in cases {
            assert_eq!(kind_of(word), want, "{word:?}");
        }
    }

    #[test]
    fn tags_are_written_one_way() {
        let mut tags = String::new();
        add_tags(&mut tags, "#error, startup");
        add_tags(&mut tags, "[\"#git\"]");
        assert_eq!(tags, "#error #startup #git");
    }
}
