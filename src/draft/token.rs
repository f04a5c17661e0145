//! The words, marks and values of a text.

use crate::classify::{Value, ValueFinder, ValueKind};

/// So much of a text is looked at, in bytes,
const MAX_TEXT_BYTES: usize = 4 * 1024;
/// and so many tokens of it.
const MAX_TOKENS: usize = 500;

/// Between two values of one kind, these make a list.
const LIST_SEPARATORS: [char; 5] = [' ', ',', ';', '|', '^'];

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// White space.
    Space,
    /// Letters and digits.
    Word,
    /// One other character.
    Mark,
    /// What varies.
    Value(ValueKind),
}

/// A part of a text that is compared as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// As it stands in the text; of a list, the whole.
    pub(super) text: String,
    /// The members of a list of values; one where it is none.
    pub(super) items: Vec<String>,
}

impl Token {
    fn new(kind: TokenKind, text: &str) -> Self {
        Self { kind, text: text.into(), items: vec![text.into()] }
    }

    pub(super) fn space() -> Self {
        Self::new(TokenKind::Space, " ")
    }

    /// Returns true where two tokens may stand in the same place of texts of one kind.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.kind == other.kind
            && (matches!(self.kind, TokenKind::Space | TokenKind::Value(_))
                || self.text == other.text)
    }
}

/// The tokens of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) all: Vec<Token>,
    /// False where the text is longer than what is looked at.
    pub(super) is_whole: bool,
}

impl Tokens {
    /// Splits a text.
    pub(super) fn of(text: &str, finder: &ValueFinder) -> Self {
        let text = text.trim();
        let part = text.get(..text.floor_char_boundary(MAX_TEXT_BYTES)).unwrap_or(text);
        let mut tokens = Vec::new();
        let mut at = 0;
        for value in finder.find(part) {
            push_plain(&mut tokens, part.get(at..value.range.start).unwrap_or_default());
            push_value(&mut tokens, &value, part.get(value.range.clone()).unwrap_or_default());
            at = value.range.end;
        }
        push_plain(&mut tokens, part.get(at..).unwrap_or_default());
        let mut is_whole = part.len() == text.len();
        if tokens.len() > MAX_TOKENS || !is_whole {
            // The last token may be cut, or the beginning of a value.
            tokens.truncate(MAX_TOKENS.min(tokens.len().saturating_sub(1)));
            is_whole = false;
        }
        Self { all: joined_lists(tokens), is_whole }
    }

    /// Returns the text with `#` for each value, the same for all texts that differ in values only.
    pub(super) fn shape(&self) -> String {
        let shown = |token: &Token| match token.kind {
            TokenKind::Value(_) => "#".to_owned(),
            TokenKind::Space | TokenKind::Word | TokenKind::Mark => token.text.clone(),
        };
        self.all.iter().map(shown).collect()
    }
}

/// Adds the words and marks of a text without values.
fn push_plain(tokens: &mut Vec<Token>, text: &str) {
    let kind = |c: char| match c {
        c if c.is_whitespace() => TokenKind::Space,
        c if c.is_alphanumeric() || c == '_' => TokenKind::Word,
        _ => TokenKind::Mark,
    };
    for c in text.chars() {
        match tokens.last_mut() {
            Some(last) if last.kind == kind(c) && kind(c) != TokenKind::Mark => {
                last.text.push(c);
                last.items = vec![last.text.clone()];
            }
            _ => tokens.push(Token::new(kind(c), c.encode_utf8(&mut [0; 4]))),
        }
    }
}

fn push_value(tokens: &mut Vec<Token>, value: &Value, text: &str) {
    match value.kind {
        ValueKind::Code => push_plain(tokens, text),
        ValueKind::Named => {
            let name = text.rfind([' ', '=']).map_or(0, |separator| separator + 1);
            let (before, name) = text.split_at_checked(name).unwrap_or(("", text));
            let bare = name.trim_end_matches('.');
            push_plain(tokens, before);
            tokens.push(Token::new(TokenKind::Value(value.kind), bare));
            push_plain(tokens, name.get(bare.len()..).unwrap_or_default());
        }
        ValueKind::Word if is_code(text) => push_plain(tokens, text),
        ValueKind::Word => push_word(tokens, text),
        kind => tokens.push(Token::new(TokenKind::Value(kind), text)),
    }
}

/// Returns true for short words in capitals with digits, such as `PV1`, which tell kinds of texts
/// apart; one that begins with Z is a site's own value, by HL7's rule.
fn is_code(word: &str) -> bool {
    let is_site_value =
        word.strip_prefix('Z').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    word.len() <= 10
        && !is_site_value
        && !word.contains(|c: char| c.is_ascii_lowercase() || c == '_')
}

/// Adds a word with digits: its digits vary.
fn push_word(tokens: &mut Vec<Token>, word: &str) {
    let is_digit = |c: char| c.is_ascii_digit();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| is_digit(c) != is_digit(first)).unwrap_or(rest.len());
        let (part, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let kind =
            if is_digit(first) { TokenKind::Value(ValueKind::Number) } else { TokenKind::Word };
        tokens.push(Token::new(kind, part));
        rest = after;
    }
}

/// Makes one token of each list of values of one kind.
fn joined_lists(tokens: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let is_value = matches!(token.kind, TokenKind::Value(_));
        let last = is_value.then(|| joined.iter().rposition(|one| one.kind == token.kind));
        let separators = last.flatten().and_then(|last| Some((last, joined.get(last + 1..)?)));
        let Some((last, _)) = separators.filter(|(_, between)| {
            let mut chars = between.iter().flat_map(|one| one.text.chars());
            !between.is_empty() && chars.all(|c| LIST_SEPARATORS.contains(&c))
        }) else {
            joined.push(token);
            continue;
        };
        let between: String = joined.drain(last + 1..).map(|separator| separator.text).collect();
        if let Some(list) = joined.last_mut() {
            list.text.push_str(&between);
            list.text.push_str(&token.text);
            list.items.push(token.text);
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let all = Tokens::of(text, &ValueFinder::new()).all;
        all.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn a_text_is_its_words_marks_and_values() {
        assert_eq!(
            tokens("slot 12 (of ab7)"),
            ["slot", " ", "12", " ", "(", "of", " ", "ab", "7", ")"]
        );
        assert_eq!(tokens("for user jdoe."), ["for", " ", "user", " ", "jdoe", "."]);
        assert_eq!(tokens("PV1 is 'x y'"), ["PV1", " ", "is", " ", "'x y'"]);
    }

    #[test]
    fn a_list_of_values_is_one_token() {
        let all = Tokens::of("rows 1, 2; 3 and 4", &ValueFinder::new()).all;
        let lists: Vec<_> = all.iter().filter(|one| one.items.len() > 1).collect();
        assert_eq!(lists.len(), 1);
        assert_eq!((lists[0].text.as_str(), lists[0].items.len()), ("1, 2; 3", 3));
    }

    #[test]
    fn a_long_text_is_cut_between_tokens() {
        let tokens = Tokens::of(&"word ".repeat(2_000), &ValueFinder::new());
        assert!(!tokens.is_whole && tokens.all.len() <= MAX_TOKENS);
        assert!(tokens.all.iter().all(|one| one.text == "word" || one.text == " "));
    }
}
