//! Values of JSON fields that hold patient data, in whole, cut or escaped JSON.

use std::ops::Range;

use super::keys;
use super::pseudonym::Kind;
use super::scan::Scan;

/// Values are followed so deep; what is deeper is masked as a whole.
const MAX_DEPTH: usize = 12;

/// Keys longer than this are not looked at, in bytes.
const MAX_KEY_BYTES: usize = 40;

/// Masks strings and numbers under keys that hold patient data.
pub(crate) fn claim(scan: &mut Scan<'_>) {
    let text = scan.text;
    let bytes = text.as_bytes();
    let mut walk = Walk { bytes, escapes: 0 };
    let mut masked_to = 0;
    for quote in memchr::memchr_iter(b'"', bytes) {
        if quote < masked_to {
            continue;
        }
        walk.escapes = backslashes(bytes, quote);
        let Some((key, colon)) = walk.key_at(quote) else { continue };
        let Some(key) = text.get(key) else { continue };
        if let Some(kind) = keys::kind_of(key) {
            masked_to = walk.value(scan, colon + 1, Field { key, kind, depth: 0 });
        } else if key.eq_ignore_ascii_case("id") {
            walk.numeric_id(scan, colon + 1);
        }
    }
}

/// The key under which a value stands, and what its values are.
#[derive(Clone, Copy)]
struct Field<'a> {
    key: &'a str,
    kind: Kind,
    depth: usize,
}

/// A walk over JSON whose quotes have so many backslashes before them.
struct Walk<'a> {
    bytes: &'a [u8],
    escapes: usize,
}

impl Walk<'_> {
    /// Returns the key whose opening quote stands at `quote`, and where its colon is.
    fn key_at(&self, quote: usize) -> Option<(Range<usize>, usize)> {
        let window = self.bytes.get(quote + 1..)?;
        let window = &window[..window.len().min(MAX_KEY_BYTES + 8)];
        let close = quote + 1 + memchr::memchr(b'"', window)?;
        let colon = skip_space(self.bytes, close + 1);
        if self.bytes.get(colon) != Some(&b':') {
            return None;
        }
        let end = close - backslashes(self.bytes, close).min(close - quote - 1);
        Some((quote + 1..end, colon))
    }

    /// Masks the value at `at` and returns where it ends.
    fn value(&mut self, scan: &mut Scan<'_>, at: usize, field: Field<'_>) -> usize {
        let at = skip_space(self.bytes, at);
        let slashes = self.bytes.get(at..).unwrap_or_default().iter();
        let slashes = slashes.take_while(|byte| **byte == b'\\').count();
        match self.bytes.get(at + slashes) {
            Some(b'"') => self.string(scan, at + slashes, field),
            Some(b'[' | b'{') if slashes == 0 && field.depth >= MAX_DEPTH => {
                scan.mask(at..self.bytes.len(), field.kind);
                self.bytes.len()
            }
            Some(b'[') if slashes == 0 => self.array(scan, at + 1, field),
            Some(b'{') if slashes == 0 => self.object(scan, at + 1, field),
            _ => self.scalar(scan, at, field),
        }
    }

    fn string(&self, scan: &mut Scan<'_>, quote: usize, field: Field<'_>) -> usize {
        let close = self.string_end(quote);
        let end = close - backslashes(self.bytes, close).min(self.escapes).min(close - quote - 1);
        let value = scan.text.get(quote + 1..end).unwrap_or_default();
        if !(field.kind == Kind::Address && keys::is_machine(value)) {
            scan.mask(quote + 1..end, field.kind);
        }
        close + 1
    }

    /// Returns where the closing quote of a string is; the end of the text where there is none.
    fn string_end(&self, quote: usize) -> usize {
        let rest = self.bytes.get(quote + 1..).unwrap_or_default();
        let closes = |at: &usize| {
            let before = backslashes(self.bytes, quote + 1 + at).min(*at);
            before <= self.escapes || (self.escapes == 0 && before.is_multiple_of(2))
        };
        let close = memchr::memchr_iter(b'"', rest).find(closes);
        close.map_or(self.bytes.len(), |close| quote + 1 + close)
    }

    /// Masks a number; `line` and `name` hold numbers only where they are not a person's.
    fn scalar(&self, scan: &mut Scan<'_>, at: usize, field: Field<'_>) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let is_number = |b: &u8| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'+');
        let len = rest.iter().take_while(|byte| is_number(byte)).count();
        let is_place = field.depth == 0 && matches!(field.key, "line" | "name" | "address");
        if !is_place {
            scan.mask(at..at + len, field.kind);
        }
        at + len
    }

    fn array(&mut self, scan: &mut Scan<'_>, mut at: usize, field: Field<'_>) -> usize {
        let field = Field { depth: field.depth + 1, ..field };
        loop {
            at = skip_space(self.bytes, at);
            match self.bytes.get(at) {
                None => return at,
                Some(b']') => return at + 1,
                Some(b',') => at += 1,
                Some(_) => {
                    let end = self.value(scan, at, field);
                    if end <= at {
                        return at;
                    }
                    at = end;
                }
            }
        }
    }

    fn object(&mut self, scan: &mut Scan<'_>, mut at: usize, field: Field<'_>) -> usize {
        loop {
            at = skip_space(self.bytes, at);
            at += self
                .bytes
                .get(at..)
                .unwrap_or_default()
                .iter()
                .take_while(|b| **b == b'\\')
                .count();
            match self.bytes.get(at) {
                Some(b'}') => return at + 1,
                Some(b',') => at += 1,
                Some(b'"') => {
                    let Some((key, colon)) = self.key_at(at) else { return at };
                    at = self.member(scan, key, colon + 1, field);
                }
                _ => return at,
            }
        }
    }

    /// Masks one member of an object under a patient's key, unless its own key is technical.
    fn member(
        &mut self,
        scan: &mut Scan<'_>,
        key: Range<usize>,
        at: usize,
        field: Field<'_>,
    ) -> usize {
        let key = scan.text.get(key).unwrap_or_default();
        if keys::is_technical(key) {
            return self.skip(at);
        }
        let kind = keys::kind_of(key).unwrap_or(field.kind);
        self.value(scan, at, Field { key, kind, depth: field.depth + 1 })
    }

    /// Returns where a value ends that is not masked.
    fn skip(&self, at: usize) -> usize {
        let mut at = skip_space(self.bytes, at);
        let mut depth = 0_usize;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'"' => at = self.string_end(at),
                b'[' | b'{' => depth += 1,
                b']' | b'}' | b',' if depth == 0 => return at,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        at
    }

    /// Masks the id of a resource where it is a number of four or more digits.
    fn numeric_id(&self, scan: &mut Scan<'_>, at: usize) {
        let at = skip_space(self.bytes, at);
        let rest = self.bytes.get(at..).unwrap_or_default();
        let lead = rest.iter().take_while(|b| matches!(b, b'\\' | b'"')).count();
        let len = rest[lead..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let ends =
            rest.get(lead + len).is_none_or(|b| matches!(b, b'"' | b'\\' | b',' | b'}' | b' '));
        if len >= 4 && ends {
            scan.mask(at + lead..at + lead + len, Kind::Id);
        }
    }
}

/// Returns how many backslashes stand right before a byte.
fn backslashes(bytes: &[u8], at: usize) -> usize {
    bytes.get(..at).unwrap_or_default().iter().rev().take_while(|byte| **byte == b'\\').count()
}

/// Returns the first place from `at` on that is not white space.
fn skip_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}
