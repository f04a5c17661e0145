//! A table, read field by field.

use toml::de::DeTable;

use super::{Document, Field};
use crate::model::nearest;

/// A cursor over one table of a [`Document`].
///
/// Remembers which fields were asked for; [`Fields::finish`] reports the others as unknown.
pub struct Fields<'d> {
    document: &'d Document<'d>,
    table: &'d DeTable<'d>,
    line: Option<usize>,
    asked: Vec<&'d str>,
}

impl<'d> Fields<'d> {
    pub(super) fn new(
        document: &'d Document<'d>,
        table: &'d DeTable<'d>,
        line: Option<usize>,
    ) -> Self {
        Self { document, table, line, asked: Vec::new() }
    }

    /// Returns a field that must be there; that it is missing is reported.
    pub fn required(&mut self, key: &'d str) -> Field<'d> {
        let field = self.optional(key);
        if !field.is_present() {
            self.report(format!("`{key}` is missing"), None);
        }
        field
    }

    /// Returns a field that may be absent.
    pub fn optional(&mut self, key: &'d str) -> Field<'d> {
        self.asked.push(key);
        match self.table.get_key_value(key) {
            Some((key, value)) => {
                let line = self.document.line_of(&key.span());
                Field::new(self.document, key.get_ref(), Some(line), Some(value))
            }
            None => Field::new(self.document, key, self.line, None),
        }
    }

    /// Returns the names of the table's fields, sorted.
    ///
    /// For tables whose keys are the user's own; ask for each of them by [`Fields::optional`].
    #[must_use]
    pub fn keys(&self) -> Vec<&'d str> {
        self.table.keys().map(|key| key.get_ref().as_ref()).collect()
    }

    /// Returns the line on which the table begins; `None` for the top level.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// Returns the line of a field, or that of the table where the field is absent.
    #[must_use]
    pub fn line_of(&self, key: &str) -> Option<usize> {
        let found = self.table.get_key_value(key);
        found.map(|(key, _)| self.document.line_of(&key.span())).or(self.line)
    }

    /// Adds a finding at the table's line.
    pub fn report(&self, message: String, hint: Option<String>) {
        self.document.report(self.line, message, hint);
    }

    /// Adds a finding at the line of a field, or of the table where the field is absent.
    pub fn report_at(&self, key: &str, message: String, hint: Option<String>) {
        self.document.report(self.line_of(key), message, hint);
    }

    /// Reports every field that was never asked for, with the known name that is most like it.
    pub fn finish(self) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if self.asked.contains(&name) {
                continue;
            }
            let hint = match nearest(name, self.asked.iter().copied()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("known here: `{}`", self.asked.join("`, `")),
            };
            let line = self.document.line_of(&key.span());
            self.document.report(Some(line), format!("`{name}` is unknown"), Some(hint));
        }
    }
}
