//! What stands between quotes or brackets.

use super::bytes::{bits, is, is_inner};
use super::scan::{Cutter, Kind};

impl Cutter<'_, '_> {
    /// Takes a quoted text without white space, or one that is the value of a name, as a value; as
    /// a word with its quotes where it names a function.
    pub(super) fn quoted(&mut self, quote: u8) -> bool {
        let start = self.at;
        let is_after_name = !self.is_spaced && (self.is_mark(0, b'=') || self.is_mark(0, b':'));
        if !self.starts_chunk()
            && !self.last(0).is_some_and(|last| matches!(last.kind, Kind::Mark(_)))
        {
            return false;
        }
        let rest = self.text.get(start + 1..).unwrap_or_default();
        let Some(len) = rest.iter().take(256).position(|byte| *byte == quote) else { return false };
        let inner = rest.get(..len).unwrap_or_default();
        let has_space = inner.iter().any(|byte| bits(*byte) == is::SPACE);
        let after = self.byte(start + len + 2);
        let ends_well = !is_inner(after) || matches!(after, b'.' | b'!' | b'?');
        if len == 0 || !ends_well || has_space && !is_after_name {
            return false;
        }
        if names_function(inner, rest.get(len + 1..).unwrap_or_default()) {
            self.push(Kind::Word, start, start + len + 2);
            return true;
        }
        self.push_value(start, start + len + 2);
        true
    }

    /// Takes what a program prints of an object behind `=`, as in `=Source{7, b}`, as a value.
    pub(super) fn object(&mut self) -> bool {
        let is_behind_name = self.last(0).is_some_and(|part| part.kind == Kind::Word)
            && self.is_mark(1, b'=')
            && !self.is_spaced;
        if !is_behind_name {
            return false;
        }
        let mut depth = 0_u32;
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (offset, byte) in rest.iter().enumerate().take(512) {
            match byte {
                b'{' => depth += 1,
                b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                let name = self.parts.pop();
                self.is_spaced = name.is_some_and(|name| name.is_spaced);
                let start = name.map_or(self.at, |name| name.start);
                self.push_value(start, self.at + offset + 1);
                return true;
            }
        }
        false
    }

    /// Adds a closing bracket; brackets around a value, or spaced from it around nothing, behind a
    /// value are part of it.
    pub(super) fn close(&mut self, byte: u8) {
        let open = match byte {
            b')' => b'(',
            b']' => b'[',
            b'}' => b'{',
            _ => b'<',
        };
        let start = self.at;
        let is_spaced = self.last(0).is_some_and(|last| last.is_spaced);
        if self.is_mark(0, open) && is_spaced && self.is_value(1) {
            self.parts.truncate(self.parts.len() - 1);
        } else if self.is_value(0) && self.is_mark(1, open) && self.is_value(2) {
            self.parts.truncate(self.parts.len() - 2);
        } else if self.is_range(open) {
            self.parts.truncate(self.parts.len() - 2);
            if let Some(name) = self.parts.last_mut() {
                name.kind = Kind::Value;
            }
        } else {
            return self.push(Kind::Mark(byte), start, start + 1);
        }
        self.is_spaced = false;
        self.at = start + 1;
    }

    /// Returns true for a name that ends in a value in brackets, as in `node-[4-17]`.
    fn is_range(&self, open: u8) -> bool {
        let is_glued = |back| self.last(back).is_some_and(|part| !part.is_spaced);
        self.is_value(0)
            && self.is_mark(1, open)
            && is_glued(1)
            && self.last(2).is_some_and(|name| {
                name.kind == Kind::Word && matches!(self.slice(&name), [.., b'-' | b'_' | b'.'])
            })
    }
}

/// Returns true for the name of a function, by what stands behind it: which one it is tells errors
/// apart.
fn names_function(name: &[u8], behind: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b':');
    let nouns: [&[u8]; 3] = [b" callback", b" function", b" method"];
    let is_noun = |noun: &&[u8]| {
        let rest = behind.strip_prefix(*noun);
        rest.is_some_and(|rest| rest.first().is_none_or(|byte| !is_inner(*byte) || *byte == b'.'))
    };
    name.iter().all(is_name) && nouns.iter().any(is_noun)
}
