//! Makes tokens of parts, and one of what is repeated.

use super::scan::{Kind, Part};
use super::words::{Token, hash_bytes};

/// A list whose items have more tokens stays as it is.
const MAX_ITEM: usize = 8;

/// Fills `out` with the tokens of a text; `intern` numbers its words.
pub(super) fn fold_parts(
    text: &[u8],
    parts: &[Part],
    mut intern: impl FnMut(&[u8], u64) -> Token,
    out: &mut Vec<Token>,
) {
    out.clear();
    for part in parts {
        let token = match part.kind {
            Kind::Value => Token::VALUE,
            Kind::Mark(byte) => Token::mark(byte),
            Kind::Word => {
                let word = text.get(part.start..part.end).unwrap_or_default();
                intern(word, hash_bytes(word))
            }
        };
        push(out, token.spaced(part.is_spaced));
    }
}

/// Adds a token; values side by side are one value, and a list of items with values is one item.
pub(super) fn push(out: &mut Vec<Token>, token: Token) {
    if token.is_value() {
        match out.as_slice() {
            [.., last] if last.is_value() => return,
            [.., value, between] if value.is_value() && joins(*between, token.is_spaced()) => {
                out.pop();
                return;
            }
            _ => {}
        }
    }
    out.push(token);
    let (len, last) = (out.len(), token.bare());
    for item in 2..=MAX_ITEM.min(len / 2) {
        if out[len - 1 - item].bare() != last {
            continue;
        }
        let (before, now) = out[len - 2 * item..].split_at(item);
        let is_same = before.iter().zip(now).all(|(before, now)| before.bare() == now.bare());
        if is_same && now.iter().any(|token| token.is_value()) {
            out.truncate(len - item);
            return;
        }
    }
}

/// Returns true for what stands between the parts of one value, or the items of a list, where the
/// next one is spaced from it or not.
fn joins(token: Token, is_spaced: bool) -> bool {
    token.as_mark().is_some_and(|byte| is_joint(byte, is_spaced))
}

/// As [`joins`], for the byte of a mark. What stands behind a colon and a space is told of what
/// stands before, and no part of it.
pub(super) fn is_joint(byte: u8, is_spaced: bool) -> bool {
    match byte {
        b':' => !is_spaced,
        _ => matches!(byte, b',' | b';' | b'|' | b'/' | b'#' | b'-' | b'+' | b'&' | b'.' | b'^'),
    }
}
