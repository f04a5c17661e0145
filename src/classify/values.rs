//! The values in a text: what varies from one text of a kind to the next.

use std::ops::Range;

use super::variable::{Kind, Variables};

/// What kind of value stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueKind {
    /// A placeholder of the masker, such as `[id:k3f9a0c2]`.
    Masked,
    /// An address with a scheme.
    Url,
    /// A mail address.
    Email,
    /// A time or a date.
    Time,
    /// A host or an address, perhaps with its port.
    Host,
    /// A number with a unit of time.
    Duration,
    /// A number with a unit of bytes.
    Size,
    /// A text in quotes, with them.
    Quoted,
    /// The path of a file.
    Path,
    /// A number.
    Number,
    /// Any other name that a machine made: GUIDs, entry ids, hexadecimal numbers.
    Id,
    /// Words such as `user jdoe`, of which the last names somebody.
    Named,
    /// A word with digits in it.
    Word,
    /// The path of a Lua file, perhaps with a line.
    LuaFile,
    /// The name of a Lua chunk, with a line.
    LuaChunk,
    /// A code, or the name of a variable: it tells kinds of texts apart.
    Code,
}

/// A value, and where it stands in the text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it stands.
    pub range: Range<usize>,
}

/// Finds values in texts; holds the compiled expressions.
#[derive(Clone, Debug, Default)]
pub struct ValueFinder {
    variables: Variables,
}

impl ValueFinder {
    /// Prepares to find values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the values in a masked text, from the left; they are those that a
    /// [`super::Fingerprint`] takes out, and the codes that it keeps.
    ///
    /// ```
    /// # use dewlap::classify::{ValueFinder, ValueKind};
    /// let found = ValueFinder::new().find("ORA-12541: nobody on 10.0.0.7:1521 for 30 s");
    /// let kinds: Vec<_> = found.iter().map(|value| value.kind).collect();
    /// assert_eq!(kinds, [ValueKind::Code, ValueKind::Host, ValueKind::Duration]);
    /// ```
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(variable) = self.variables.next(text, at) {
            at = variable.range.end;
            found.push(Value { kind: value_kind(variable.kind), range: variable.range });
        }
        found
    }
}

fn value_kind(kind: Kind) -> ValueKind {
    match kind {
        Kind::Kept => ValueKind::Code,
        Kind::LuaFile => ValueKind::LuaFile,
        Kind::LuaChunk => ValueKind::LuaChunk,
        Kind::Word => ValueKind::Word,
        Kind::Named => ValueKind::Named,
        Kind::Replaced(placeholder) => match placeholder {
            "<masked>" => ValueKind::Masked,
            "<url>" => ValueKind::Url,
            "<email>" => ValueKind::Email,
            "<time>" => ValueKind::Time,
            "<host>" => ValueKind::Host,
            "<duration>" => ValueKind::Duration,
            "<size>" => ValueKind::Size,
            "<str>" => ValueKind::Quoted,
            "<path>" => ValueKind::Path,
            "<num>" => ValueKind::Number,
            _ => ValueKind::Id,
        },
    }
}
