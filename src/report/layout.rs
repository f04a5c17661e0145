//! Lines, colors and tables for a terminal.
//!
//! A character is taken to be one column wide.

use anstyle::{AnsiColor, Style};

use crate::markup::printable;

/// Whether colors are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// Plain text.
    #[default]
    Never,
    /// ANSI colors and bold.
    Always,
}

/// What a piece of text is, for the eye. It must be legible without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Strong,
    Faint,
    Good,
    Warn,
    Bad,
}

impl Color {
    /// Returns the text in a tone.
    pub(super) fn paint(self, tone: Tone, text: &str) -> String {
        let style = match tone {
            _ if self == Self::Never || text.is_empty() => return text.to_owned(),
            Tone::Plain => return text.to_owned(),
            Tone::Strong => Style::new().bold(),
            Tone::Faint => Style::new().dimmed(),
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Warn => AnsiColor::Yellow.on_default(),
            Tone::Bad => AnsiColor::Red.on_default().bold(),
        };
        format!("{style}{text}{style:#}")
    }
}

/// What becomes of a word that is longer than the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LongWord {
    /// It stays whole, so that it can be copied.
    Keep,
    /// It is cut.
    Cut,
}

/// Returns the number of columns that a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Breaks a text into lines of at most `width` columns, between words where it can.
///
/// The indentation of a line is kept on the lines that it is broken into.
pub(crate) fn wrap(text: &str, width: usize, long: LongWord) -> Vec<String> {
    let width = width.max(8);
    let mut lines = Vec::new();
    for line in printable(text).lines() {
        wrap_line(line.trim_end(), width, long, &mut lines);
    }
    lines
}

fn wrap_line(line: &str, width: usize, long: LongWord, lines: &mut Vec<String>) {
    if columns(line) <= width {
        lines.push(line.to_owned());
        return;
    }
    let indent: String = line.chars().take_while(|c| *c == ' ').take(width / 2).collect();
    let mut open = indent.clone();
    for word in line.split_whitespace() {
        let is_first = columns(&open) == columns(&indent);
        if !is_first && columns(&open) + 1 + columns(word) > width {
            lines.push(std::mem::replace(&mut open, indent.clone()));
        } else if !is_first {
            open.push(' ');
        }
        for c in word.chars() {
            if long == LongWord::Cut && columns(&open) >= width {
                lines.push(std::mem::replace(&mut open, indent.clone()));
            }
            open.push(c);
        }
    }
    lines.push(open);
}

/// The side to which a column's cells are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) align: Align,
}

/// Returns a column whose cells stand to the left.
pub(super) const fn left(title: &'static str) -> Column {
    Column { title, align: Align::Left }
}

/// Returns a column whose cells stand to the right, as numbers do.
pub(super) const fn right(title: &'static str) -> Column {
    Column { title, align: Align::Right }
}

/// A cell: paragraphs below each other, each with its tone.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell(pub(super) Vec<(Tone, String)>);

impl Cell {
    /// Returns a cell with one paragraph.
    pub(super) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self(vec![(tone, text.into())])
    }

    /// Returns a plain cell.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::new(Tone::Plain, text)
    }

    /// Adds a paragraph, where there is something in it.
    pub(super) fn and(mut self, tone: Tone, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.0.push((tone, text));
        }
        self
    }

    fn wrapped(&self, width: usize) -> Vec<(Tone, String)> {
        let wrap = |(tone, text): &(Tone, String)| {
            wrap(text, width, LongWord::Cut)
                .into_iter()
                .map(|line| (*tone, line))
                .collect::<Vec<_>>()
        };
        self.0.iter().flat_map(wrap).collect()
    }

    fn columns(&self) -> usize {
        let lines = self.0.iter().flat_map(|(_, text)| text.lines().map(columns));
        lines.max().unwrap_or(0)
    }
}

/// A table with one column that takes what the others leave.
#[derive(Clone, Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    flexible: usize,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    const GAP: &'static str = "  ";

    /// Returns a table without rows. The column with the index `flexible` is wrapped to fit.
    pub(super) fn new(columns: &[Column], flexible: usize) -> Self {
        Self { columns: columns.to_vec(), flexible, rows: Vec::new() }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Returns the lines of the table, each indented by `indent` columns, header first.
    pub(super) fn render(&self, width: usize, indent: usize, color: Color) -> Vec<String> {
        let widths = self.widths(width.saturating_sub(indent));
        let mut lines = Vec::new();
        if self.columns.iter().any(|column| !column.title.is_empty()) {
            let header = self.columns.iter().map(|column| Cell::new(Tone::Faint, column.title));
            self.push_row(&header.collect::<Vec<_>>(), &widths, color, &mut lines);
        }
        for row in &self.rows {
            self.push_row(row, &widths, color, &mut lines);
        }
        let margin = " ".repeat(indent);
        lines.into_iter().map(|line| format!("{margin}{line}")).collect()
    }

    fn widths(&self, width: usize) -> Vec<usize> {
        const MIN_FLEXIBLE: usize = 20;
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| {
                let cells = self.rows.iter().filter_map(|row| row.get(index)).map(Cell::columns);
                cells.max().unwrap_or(0).max(columns(column.title))
            })
            .collect();
        let gaps = columns(Self::GAP) * widths.len().saturating_sub(1);
        if let Some(flexible) = widths.get(self.flexible).copied() {
            let fixed = widths.iter().sum::<usize>() - flexible + gaps;
            widths[self.flexible] = flexible.min(width.saturating_sub(fixed).max(MIN_FLEXIBLE));
        }
        widths
    }

    fn push_row(&self, row: &[Cell], widths: &[usize], color: Color, lines: &mut Vec<String>) {
        let cells: Vec<_> =
            row.iter().zip(widths).map(|(cell, width)| cell.wrapped(*width)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for index in 0..height {
            let mut line = String::new();
            let mut owed = 0;
            for ((cell, width), column) in cells.iter().zip(widths).zip(&self.columns) {
                let (tone, text) =
                    cell.get(index).map_or((Tone::Plain, ""), |(tone, text)| (*tone, text));
                let pad = width.saturating_sub(columns(text));
                // Spaces are written only where text follows, so that no line ends in one.
                let lead = if column.align == Align::Right { pad } else { 0 };
                if text.is_empty() {
                    owed += width;
                } else {
                    line.push_str(&" ".repeat(owed + lead));
                    line.push_str(&color.paint(tone, text));
                    owed = pad - lead;
                }
                owed += columns(Self::GAP);
            }
            lines.push(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_between_words() {
        let cases: [(&str, LongWord, &[&str]); 5] = [
            ("one two three", LongWord::Keep, &["one two", "three"]),
            ("", LongWord::Keep, &[]),
            ("a https://example.org b", LongWord::Keep, &["a", "https://example.org", "b"]),
            ("abcdefghijklmnop q", LongWord::Cut, &["abcdefghij", "klmnop q"]),
            ("  at äöü äöü äöü", LongWord::Cut, &["  at äöü", "  äöü äöü"]),
        ];
        for (text, long, want) in cases {
            assert_eq!(wrap(text, 10, long), want, "{text}");
        }
    }

    #[test]
    fn a_table_wraps_only_its_flexible_column() {
        let mut table = Table::new(&[right("n"), left("what")], 1);
        table.row(vec![Cell::plain("1,203"), Cell::plain("one two three four five six")]);
        table.row(vec![Cell::plain("7"), Cell::plain("x")]);
        let lines = table.render(30, 2, Color::Never);
        assert_eq!(
            lines,
            ["      n  what", "  1,203  one two three four", "         five six", "      7  x"]
        );
    }

    #[test]
    fn color_does_not_move_columns() {
        let mut table = Table::new(&[right(""), right("")], 0);
        table.row(vec![Cell::new(Tone::Bad, "a"), Cell::plain("bb")]);
        table.row(vec![Cell::plain("ccc"), Cell::plain("d")]);
        let lines = table.render(40, 0, Color::Always);
        assert_eq!(lines, ["  \u{1b}[1m\u{1b}[31ma\u{1b}[0m  bb", "ccc   d"]);
    }
}
