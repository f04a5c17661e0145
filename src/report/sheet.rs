//! A list of the report, the same in every format that people read.

use super::layout::Tone;
pub(super) use super::layout::{Align, Column, left, right};

/// A heading with a table, and what is said before and after it.
#[derive(Debug)]
pub(super) struct Sheet {
    /// What it is called on a page: a short name without spaces.
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) before: Vec<String>,
    pub(super) columns: Vec<Column>,
    /// The column that takes what the others leave.
    pub(super) flexible: usize,
    pub(super) rows: Vec<Vec<Entry>>,
    /// How many rows are shown.
    pub(super) shown: usize,
    pub(super) after: Vec<String>,
}

/// A cell: what it says, and below that what is to be said about it.
#[derive(Debug, Default)]
pub(super) struct Entry(pub(super) Vec<Piece>);

/// A paragraph of a cell.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) tone: Tone,
    pub(super) text: String,
    /// True for an id or a path, which people copy.
    pub(super) is_code: bool,
}

impl Sheet {
    /// Returns a table without rows. The column with the index `flexible` is wrapped to fit.
    pub(super) fn new(
        (id, title): (&'static str, &str),
        columns: &[Column],
        flexible: usize,
        shown: usize,
    ) -> Self {
        Self {
            id,
            title: title.to_owned(),
            before: Vec::new(),
            columns: columns.to_vec(),
            flexible,
            rows: Vec::new(),
            shown,
            after: Vec::new(),
        }
    }

    /// Adds rows.
    pub(super) fn with(mut self, rows: impl Iterator<Item = Vec<Entry>>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// Returns the sheet where it has rows.
    pub(super) fn unless_empty(self) -> Option<Self> {
        (!self.rows.is_empty()).then_some(self)
    }
}

impl Entry {
    /// Returns a cell with one text.
    pub(super) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self::default().and(tone, text)
    }

    /// Returns a plain cell.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::new(Tone::Plain, text)
    }

    /// Returns a cell with an id or a path.
    pub(super) fn code(text: impl Into<String>) -> Self {
        Self(vec![Piece { tone: Tone::Plain, text: text.into(), is_code: true }])
    }

    /// Adds a paragraph, where there is something in it.
    pub(super) fn and(mut self, tone: Tone, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.0.push(Piece { tone, text, is_code: false });
        }
        self
    }
}
