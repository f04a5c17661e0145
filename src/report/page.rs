//! The lines of a report on a terminal, as they are added.

use super::layout::{Color, LongWord, Table, Tone, columns, wrap};

/// How far the text of a card stands in.
pub(super) const INDENT: usize = 3;
/// How wide its labels are.
const LABEL: usize = 11;
/// Tables are never made narrower than this.
const MIN_TABLE_WIDTH: usize = 80;
/// Prose is never made narrower than this.
const MIN_PROSE_WIDTH: usize = 40;

/// How a report is laid out on a terminal.
#[derive(Clone, Copy, Debug)]
pub struct TextStyle {
    /// Columns. Prose wraps here; tables do too, but never under 80.
    pub width: usize,
    /// Whether colors are written.
    pub color: Color,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self { width: 100, color: Color::Never }
    }
}

/// The lines so far.
pub(super) struct Page {
    style: TextStyle,
    lines: Vec<String>,
}

impl Page {
    /// Returns an empty page.
    pub(super) fn new(style: TextStyle) -> Self {
        Self { style, lines: Vec::new() }
    }

    /// Returns the page as text, every line ended.
    pub(super) fn finish(self) -> String {
        let mut text = self.lines.join("\n");
        text.push('\n');
        text
    }

    /// Returns the width that was asked for.
    pub(super) fn width(&self) -> usize {
        self.style.width
    }

    /// Returns the width of a text behind a label that stands in by `indent` columns.
    pub(super) fn labeled_width(&self, indent: usize) -> usize {
        self.prose_width().saturating_sub(indent + LABEL + 1)
    }

    fn prose_width(&self) -> usize {
        self.style.width.max(MIN_PROSE_WIDTH)
    }

    /// Adds an empty line.
    pub(super) fn blank(&mut self) {
        self.lines.push(String::new());
    }

    /// Adds a section's heading, with a rule to the right margin.
    pub(super) fn section(&mut self, title: &str) {
        let rule = self.prose_width().saturating_sub(columns(title) + 4);
        let title = self.style.color.paint(Tone::Strong, title);
        self.blank();
        self.lines.push(format!("── {title} {}", "─".repeat(rule)));
    }

    /// Adds a paragraph that stands in by `indent` columns.
    pub(super) fn prose(&mut self, tone: Tone, text: &str, indent: usize) {
        for line in wrap(text, self.prose_width().saturating_sub(indent), LongWord::Keep) {
            let line = self.style.color.paint(tone, &line);
            self.lines.push(format!("{}{line}", " ".repeat(indent)));
        }
    }

    /// Adds a paragraph with a label to its left.
    pub(super) fn labeled(&mut self, label: &str, text: &str, indent: usize, tone: Tone) {
        let width = self.labeled_width(indent);
        for (index, line) in wrap(text, width, LongWord::Keep).iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let pad = " ".repeat(LABEL + 1 - columns(label).min(LABEL));
            let label = self.style.color.paint(Tone::Faint, label);
            let line = self.style.color.paint(tone, line);
            self.lines.push(format!("{}{label}{pad}{line}", " ".repeat(indent)));
        }
    }

    /// Adds a table.
    pub(super) fn table(&mut self, table: &Table, indent: usize) {
        let width = self.style.width.max(MIN_TABLE_WIDTH);
        self.lines.extend(table.render(width, indent, self.style.color));
    }

    /// Says how many rows of a list are not shown.
    pub(super) fn rest(&mut self, all: usize, shown: usize) {
        if let Some(rest) = all.checked_sub(shown).filter(|rest| *rest > 0) {
            self.prose(Tone::Faint, &format!("and {rest} more"), INDENT + 1);
        }
    }
}
