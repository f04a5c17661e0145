//! Cuts a text into words, marks and values in one pass.

use super::bytes::{bits, is, is_inner};
use super::fold::is_joint;
use super::lexicon::{
    is_axis, is_host, is_mail, is_month, is_truth, is_unit, is_weekday, leads_to_name,
};

/// A text has at most so many parts; the rest of a longer one does not count.
pub(super) const MAX_PARTS: usize = 128;

/// What a part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Value,
    Mark(u8),
    Word,
}

/// A part of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) is_spaced: bool,
}

/// Cuts texts; keeps its room between them.
#[derive(Clone, Debug, Default)]
pub(super) struct Scanner {
    parts: Vec<Part>,
}

impl Scanner {
    /// Returns the parts of a text, with what varies as values.
    pub(super) fn scan<'s>(&'s mut self, text: &[u8]) -> &'s [Part] {
        self.parts.clear();
        let mut cutter = Cutter { text, at: 0, is_spaced: false, parts: &mut self.parts };
        cutter.run();
        &self.parts
    }
}

/// One text that is being cut.
pub(super) struct Cutter<'t, 'p> {
    pub(super) text: &'t [u8],
    pub(super) at: usize,
    pub(super) is_spaced: bool,
    pub(super) parts: &'p mut Vec<Part>,
}

impl Cutter<'_, '_> {
    fn run(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            if self.parts.len() >= MAX_PARTS {
                break;
            }
            match bits(byte) {
                is::SPACE => {
                    self.is_spaced = true;
                    self.at += 1;
                }
                is::MARK => self.mark(byte),
                _ => self.piece(),
            }
        }
    }

    pub(super) fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(b' ')
    }

    pub(super) fn slice(&self, part: &Part) -> &[u8] {
        self.text.get(part.start..part.end).unwrap_or_default()
    }

    /// Returns the part so many before the end.
    pub(super) fn last(&self, back: usize) -> Option<Part> {
        self.parts.len().checked_sub(back + 1).map(|at| self.parts[at])
    }

    pub(super) fn is_value(&self, back: usize) -> bool {
        self.last(back).is_some_and(|part| part.kind == Kind::Value)
    }

    pub(super) fn is_mark(&self, back: usize, byte: u8) -> bool {
        self.last(back).is_some_and(|part| part.kind == Kind::Mark(byte))
    }

    pub(super) fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let is_spaced = self.is_spaced && !self.parts.is_empty();
        self.is_spaced = false;
        self.at = end;
        self.parts.push(Part { kind, start, end, is_spaced });
    }

    fn mark(&mut self, byte: u8) {
        let start = self.at;
        match byte {
            b'"' | b'\'' | b'`' if self.quoted(byte) => {}
            b'\'' if !self.is_spaced && self.apostrophe() => {}
            b'<' | b'>' if self.byte(start + 1).is_ascii_digit() && self.starts_chunk() => {
                // A bound, as in `<1 s`.
                self.at += 1;
            }
            b'<' if self.text.get(start..start + 3) == Some(b"<*>") => {
                self.push_value(start, start + 3);
            }
            b'{' if self.object() => {}
            b')' | b']' | b'}' | b'>' => self.close(byte),
            _ => self.push(Kind::Mark(byte), start, start + 1),
        }
    }

    /// Takes the rest of a word such as `can't`.
    fn apostrophe(&mut self) -> bool {
        let after = self.at + 1;
        let rest = self.text.get(after..).unwrap_or_default();
        let len = rest.iter().take_while(|byte| is_inner(**byte)).count();
        match self.parts.last_mut() {
            Some(last) if last.kind == Kind::Word && len > 0 => {
                last.end = after + len;
                self.at = last.end;
                true
            }
            _ => false,
        }
    }

    pub(super) fn starts_chunk(&self) -> bool {
        self.is_spaced || self.parts.is_empty()
    }

    /// Takes letters and digits up to a mark or white space.
    fn piece(&mut self) {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let (mut len, mut seen) = (0, 0);
        for byte in rest {
            let bits = bits(*byte);
            if bits & (is::SPACE | is::MARK) != 0 {
                break;
            }
            seen |= bits;
            len += 1;
        }
        let end = start + len;
        if self.byte(end) == b':' && self.address(start, end, seen) {
            return;
        }
        if seen & is::SLASH != 0 && self.url(start) {
            return;
        }
        if seen & (is::DIGIT | is::LETTER) == 0 {
            return self.signs(start, end);
        }
        let is_inner = |byte: &u8| !matches!(byte, b'.' | b'!' | b'?');
        let piece = rest.get(..len).unwrap_or_default();
        let trimmed = piece.iter().rposition(is_inner).map_or(0, |at| at + 1);
        let piece = piece.get(..trimmed).unwrap_or_default();
        let trimmed = start + trimmed;
        if seen & is::DIGIT != 0 {
            if seen & is::DOT != 0 && self.dotted_line(start, piece) {
                return;
            }
            if self.is_kept(piece, trimmed) {
                self.push(Kind::Word, start, trimmed);
            } else {
                self.push_value(start, trimmed);
            }
        } else if is_plain_value(piece, seen) {
            self.push_value(start, trimmed);
        } else {
            self.word(start, trimmed);
        }
        if trimmed < end {
            let byte = self.byte(trimmed);
            self.push(Kind::Mark(byte), trimmed, end);
        }
    }

    /// Takes characters that are no letters and no digits.
    fn signs(&mut self, start: usize, end: usize) {
        match self.byte(start) {
            // Stars stand for a value that is not known.
            b'*' if end - start > 1 => self.push_value(start, end),
            b'%' if self.is_value(0) => {
                self.is_spaced = false;
                self.at = end;
            }
            byte => self.push(Kind::Mark(byte), start, end),
        }
    }

    /// Takes the dots that lead to a value, as in `enable......0`, or the word before them.
    fn dotted_line(&mut self, start: usize, piece: &[u8]) -> bool {
        let Some(dots) = piece.windows(3).position(|dots| dots == b"...") else { return false };
        if dots > 0 {
            self.word(start, start + dots);
        } else {
            let n_dots = piece.iter().take_while(|byte| **byte == b'.').count();
            self.push(Kind::Mark(b'.'), start, start + n_dots);
        }
        true
    }

    /// Adds a value; values side by side are one, and so are a value and its unit or month.
    pub(super) fn push_value(&mut self, start: usize, end: usize) {
        if self.last(0).is_some_and(|last| last.kind == Kind::Word && is_month(self.slice(&last))) {
            let month = self.parts.pop();
            self.is_spaced = month.is_some_and(|month| month.is_spaced);
            if let Some(last) = self.last(0)
                && last.kind == Kind::Word
                && is_weekday(self.slice(&last))
            {
                self.parts.pop();
                self.is_spaced = last.is_spaced;
            }
        }
        let is_spaced = self.is_spaced;
        let joins = |kind| matches!(kind, Kind::Mark(byte) if is_joint(byte, is_spaced));
        if self.is_value(0) {
            // Nothing to add.
        } else if self.is_value(1) && self.last(0).is_some_and(|last| joins(last.kind)) {
            self.parts.pop();
        } else {
            return self.push(Kind::Value, start, end);
        }
        self.is_spaced = false;
        self.at = end;
    }

    /// Adds a word, where it is not the unit of the value before it, or a name.
    fn word(&mut self, start: usize, end: usize) {
        let word = self.text.get(start..end).unwrap_or_default();
        if self.is_value(0) && is_unit(word) {
            self.is_spaced = false;
            self.at = end;
            return;
        }
        if self.is_name_next(word) {
            return self.push_value(start, end);
        }
        self.push(Kind::Word, start, end);
    }

    /// Returns true behind words that a name of a user follows.
    fn is_name_next(&self, word: &[u8]) -> bool {
        let (Some(last), Some(before)) = (self.last(0), self.last(1)) else { return false };
        let are_words = last.kind == Kind::Word && before.kind == Kind::Word;
        are_words && self.is_spaced && leads_to_name(self.slice(&before), self.slice(&last), word)
    }
}

/// Returns true for a piece without digits that is a value by its form.
fn is_plain_value(piece: &[u8], seen: u8) -> bool {
    let has_slash = || {
        let n_slashes = piece.iter().filter(|byte| bits(**byte) == is::SLASH | is::NOT_HEX).count();
        n_slashes > 1 || piece.starts_with(b"/") || seen & is::DOT != 0
    };
    is_truth(piece)
        || seen & is::INNER != 0 && (is_axis(piece) || is_mail(piece))
        || seen & is::SLASH != 0 && has_slash()
        || seen & is::DOT != 0 && is_host(piece)
}
