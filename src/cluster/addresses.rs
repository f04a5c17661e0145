//! Addresses and paths, which hold marks.

use memchr::memchr_iter;

use super::bytes::{is, is_inner};
use super::scan::{Cutter, Kind};

impl Cutter<'_, '_> {
    /// Takes an IPv6 or hardware address, or a path of Windows, whose first part ends at a colon.
    pub(super) fn address(&mut self, start: usize, end: usize, seen: u8) -> bool {
        if end - start == 1 && self.byte(end + 1) == b'\\' {
            self.path(start);
            return true;
        }
        let is_hex = seen & is::NOT_HEX == 0 && end - start <= 4;
        let Some(end) = self.colon_hex_end(start).filter(|_| is_hex) else { return false };
        self.push_value(start, end);
        true
    }

    /// Returns the end of an IPv6 or hardware address.
    fn colon_hex_end(&self, start: usize) -> Option<usize> {
        let rest = self.text.get(start..)?;
        let len = rest
            .iter()
            .position(|byte| !(byte.is_ascii_hexdigit() || *byte == b':'))
            .unwrap_or(rest.len());
        let run = rest.get(..len)?;
        let run = run.strip_suffix(b":").unwrap_or(run);
        let n_colons = memchr_iter(b':', run).count();
        let has_digit = run.iter().any(u8::is_ascii_digit);
        let ends_word = !is_inner(self.byte(start + run.len()));
        (ends_word && (n_colons >= 2 && has_digit || n_colons == 5)).then_some(start + run.len())
    }

    /// Takes the rest of a URL; its scheme and colon are before.
    pub(super) fn url(&mut self, start: usize) -> bool {
        let is_behind_colon = self.is_mark(0, b':') && !self.is_spaced;
        if !is_behind_colon || self.byte(start) != b'/' || self.byte(start + 1) != b'/' {
            return false;
        }
        let len = self.run_len(start, b"\"'`<>()[]{},;|");
        let mut end = start + len;
        while end > start + 2 && matches!(self.byte(end - 1), b'.' | b':' | b'!' | b'?') {
            end -= 1;
        }
        let is_scheme = self.last(1).is_some_and(|part| part.kind == Kind::Word);
        if is_scheme {
            self.parts.pop();
            let scheme = self.parts.pop();
            self.is_spaced = scheme.is_some_and(|scheme| scheme.is_spaced);
        }
        self.push_value(start, end);
        true
    }

    /// Takes a path of Windows.
    fn path(&mut self, start: usize) {
        let len = self.run_len(start + 2, b"\"'<>)],;|*?");
        self.push_value(start, start + 2 + len);
    }

    /// Returns how far it is to white space or one of the ends.
    fn run_len(&self, start: usize, ends: &[u8]) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        let is_end = |byte: &u8| *byte <= b' ' || ends.contains(byte);
        rest.iter().position(is_end).unwrap_or(rest.len())
    }
}
