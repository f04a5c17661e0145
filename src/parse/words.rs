//! What log writers call their types and tags, and the words in which a text tells of a failure.

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

/// Returns true where a text says in so many words that something failed, and does not deny it.
///
/// Only whole words count: `error.log` and `non-fatal` are others.
pub(super) fn speaks_of_failure(text: &[u8]) -> bool {
    const COUNTED: [&str; 4] = ["errors", "failures", "exceptions", "failed"];
    const VERBS: [&str; 3] = ["failed", "aborted", "terminated"];
    let mut words = Words { rest: text }.peekable();
    let mut is_denied = false;
    let mut before: &[u8] = b"";
    while let Some((word, is_clause)) = words.next() {
        is_denied &= !is_clause;
        let next = words.peek().map_or(&b""[..], |(next, _)| next);
        if is_any(word, &["not"]) && is_any(before, &["could", "can"]) {
            return true;
        }
        if is_any(word, &["unable"]) && is_any(next, &["to"]) {
            return true;
        }
        if is_any(word, &FAILURES) {
            let is_none = is_any(next, &["0"]) && is_any(word, &COUNTED);
            // `step 0 failed` is a number, not a count.
            let is_numbered = is_any(before, &["0"]) && is_any(word, &VERBS);
            if (!is_denied || is_numbered) && !is_none {
                return true;
            }
        } else if is_any(word, &DENIALS) {
            is_denied = true;
        } else {
            is_denied &= is_any(word, &BETWEEN);
        }
        before = word;
    }
    false
}

const FAILURES: [&str; 15] = [
    "error",
    "errors",
    "fatal",
    "failed",
    "failure",
    "failures",
    "cannot",
    "can't",
    "couldn't",
    "exception",
    "exceptions",
    "assertion",
    "aborted",
    "terminated",
    "crash",
];
const DENIALS: [&str; 6] = ["no", "not", "never", "without", "zero", "0"];
/// What may stand between a denial and what is denied.
const BETWEEN: [&str; 8] = ["a", "an", "any", "be", "been", "further", "more", "other"];

fn is_any(word: &[u8], words: &[&str]) -> bool {
    words.iter().any(|other| word.eq_ignore_ascii_case(other.as_bytes()))
}

/// The words of a text, each with whether a clause ends before it.
///
/// What is written without a space, such as a path, is one word.
struct Words<'t> {
    rest: &'t [u8],
}

impl<'t> Iterator for Words<'t> {
    type Item = (&'t [u8], bool);

    fn next(&mut self) -> Option<Self::Item> {
        let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
        let start = self.rest.iter().position(|byte| is_inner(*byte))?;
        let (between, rest) = self.rest.split_at(start);
        let is_join = |at: usize| {
            let next = rest.get(at + 1).copied().unwrap_or_default();
            rest.get(at).is_some_and(|byte| b"./\\-'".contains(byte)) && is_inner(next)
        };
        let is_end =
            |at: &usize| !rest.get(*at).is_some_and(|byte| is_inner(*byte)) && !is_join(*at);
        let end = (0..rest.len()).find(is_end).unwrap_or(rest.len());
        let (word, rest) = rest.split_at(end);
        self.rest = rest;
        Some((word, between.iter().any(|byte| b".,;:!?\n".contains(byte))))
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

    #[test]
    fn a_failure_is_known_by_whole_words() {
        for text in [
            "ERROR",
            "a fatal problem",
            "Unable to bind",
            "It could not start",
            "Log: cannot open C:\\x.log.",
            "failed...retrying",
            "std::exception: bad",
            "There is no answer. Failed.",
            "0 errors, 3 failures",
            "errors: 10",
            "Step 0 failed",
            "IguanaX terminated",
            "Assertion x",
        ] {
            assert!(speaks_of_failure(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "C:\\x\\ServiceErrorLog.txt /var/log/error error.log non-fatal terror",
            "no error",
            "0 Errors",
            "Without any errors, no fatal error",
            "errors: 0, failed=0",
            "has not been aborted",
            "unable",
            "Stop signal received. Shutting down...",
        ] {
            assert!(!speaks_of_failure(text.as_bytes()), "{text}");
        }
    }
}
