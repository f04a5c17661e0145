//! Kinds of patient data, and the keyed pseudonyms that stand for values.

use std::fmt;

use super::words;

/// What a masked value was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The name of a person.
    Name,
    /// A record, visit, order or policy number.
    Id,
    /// A date, such as one of birth.
    Date,
    /// A telephone or fax number.
    Phone,
    /// A social security number.
    Ssn,
    /// A postal address or a part of one.
    Address,
    /// An e-mail address.
    Email,
    /// Any other value that came from a message.
    Value,
    /// A patient's account number.
    Account,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Name,
        Self::Id,
        Self::Date,
        Self::Phone,
        Self::Ssn,
        Self::Address,
        Self::Email,
        Self::Value,
        Self::Account,
    ];

    /// Returns the name that stands in masked values and in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Id => "id",
            Self::Date => "date",
            Self::Phone => "phone",
            Self::Ssn => "ssn",
            Self::Address => "address",
            Self::Email => "email",
            Self::Value => "value",
            Self::Account => "account",
        }
    }

    /// Returns the kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Why a text is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pseudonym key is malformed, expected 64 hexadecimal digits")]
pub struct KeyError;

/// The secret that turns values into pseudonyms.
///
/// Whoever has it can test guesses, so it is neither shown by `Debug` nor ever logged.
#[derive(Clone)]
pub struct PseudonymKey([u8; 32]);

impl PseudonymKey {
    /// Returns the key with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Parses a key of 64 hexadecimal digits; white space around them is ignored.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError`] for any other text.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let hash = blake3::Hash::from_hex(text.trim()).map_err(|_| KeyError)?;
        Ok(Self(*hash.as_bytes()))
    }

    /// Returns the key as 64 lower-case hexadecimal digits, for its file.
    #[must_use]
    pub fn to_hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }

    /// Returns a number that is the same for the same bytes, and tells nothing else of them.
    pub(crate) fn number(&self, bytes: &[u8]) -> u64 {
        let hash = blake3::keyed_hash(&self.0, bytes);
        let mut first = [0; 8];
        first.copy_from_slice(&hash.as_bytes()[..8]);
        u64::from_le_bytes(first)
    }

    /// Appends the masked form of a value, such as `[name:k3f9a0c2]`.
    ///
    /// The kind is not hashed: a number has the same pseudonym as an id and as an SQL value.
    pub(crate) fn push_token(&self, out: &mut String, value: &str, kind: Kind) {
        const ALPHABET: [char; 32] = [
            '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g',
            'h', 'j', 'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'v', 'w', 'x', 'y', 'z',
        ];
        let hash = blake3::keyed_hash(&self.0, normal(value).as_bytes());
        let first = hash.as_bytes().iter().take(5);
        let bits = first.fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        out.push('[');
        out.push_str(kind.name());
        out.push(':');
        for shift in (0..8).rev() {
            let index = usize::try_from(bits >> (shift * 5) & 31).unwrap_or_default();
            out.push(ALPHABET[index]);
        }
        out.push(']');
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(..)")
    }
}

/// Returns a masked text with `placeholder` for each masked value, for readers to whom it matters
/// only that something stood there.
///
/// ```
/// # use dewlap::redact::without_pseudonyms;
/// assert_eq!(without_pseudonyms("patient [name:k3f9a0c2] [ok]", "<*>"), "patient <*> [ok]");
/// ```
#[must_use]
pub fn without_pseudonyms(text: &str, placeholder: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let behind = after_pseudonym(after);
        out.push_str(if behind.is_some() { placeholder } else { "[" });
        rest = behind.unwrap_or(after);
    }
    out.push_str(rest);
    out
}

/// Returns what follows a masked value whose bracket is taken off.
fn after_pseudonym(text: &str) -> Option<&str> {
    let (kind, rest) = text.split_once(':')?;
    Kind::from_name(kind)?;
    let (value, rest) = rest.split_at_checked(8)?;
    let is_ours = value.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
    rest.strip_prefix(']').filter(|_| is_ours)
}

/// Returns the form of a value that is hashed: lower case, no white space around it; of numbers
/// only the digits, of dates year, month, day, of telephone numbers no leading 1.
fn normal(value: &str) -> String {
    let value = value.trim();
    if let Some(date) = words::year_first(value) {
        return date;
    }
    let is_number = value.contains(|c: char| c.is_ascii_digit())
        && !value.contains(|c: char| c.is_alphabetic() || c == '%');
    if !is_number {
        return value.to_lowercase();
    }
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix('1') {
        Some(local) if digits.len() == 11 => local.to_owned(),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(value: &str, kind: Kind) -> String {
        let mut out = String::new();
        PseudonymKey::from_bytes([7; 32]).push_token(&mut out, value, kind);
        out
    }

    #[test]
    fn one_value_has_one_pseudonym_however_it_is_written() {
        let cases = [
            ("OKAFOR", " Okafor "),
            ("(217)555-0123", "+1 217 555 0123"),
            ("123-45-6789", "123456789"),
            ("03/12/1945", "1945-03-12"),
            ("1945/3/12", "19450312"),
        ];
        for (one, other) in cases {
            assert_eq!(token(one, Kind::Value), token(other, Kind::Value), "{one} {other}");
        }
        assert_ne!(token("Okafor", Kind::Name), token("Okafo", Kind::Name));
    }

    #[test]
    fn the_pseudonym_depends_on_the_key_and_not_on_the_kind() {
        let mut other = String::new();
        PseudonymKey::from_bytes([8; 32]).push_token(&mut other, "123456", Kind::Id);
        assert_ne!(token("123456", Kind::Id), other);
        assert_eq!(token("123456", Kind::Id).get(4..), token("123456", Kind::Ssn).get(5..));
    }

    #[test]
    fn a_key_survives_hex_and_is_never_shown() {
        let key = PseudonymKey::from_bytes([0xAB; 32]);
        let again = PseudonymKey::from_hex(&format!("{}\n", key.to_hex())).unwrap();
        assert_eq!(again.0, key.0);
        assert_eq!(format!("{key:?}"), "PseudonymKey(..)");
        assert_eq!(PseudonymKey::from_hex("abc").unwrap_err(), KeyError);
    }
}
