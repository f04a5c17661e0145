//! A list of the report as a section with a table.

use crate::markup::Html;
use crate::report::layout::Tone;
use crate::report::sheet::{Align, Column, Entry, Sheet};

/// Adds a list with what is said before and after it.
pub(super) fn section(page: &mut Html, sheet: &Sheet) {
    page.raw("<section aria-labelledby=\"").raw(sheet.id).raw("\">\n<h2 id=\"").raw(sheet.id);
    page.raw("\">").text(&sheet.title).raw("</h2>\n");
    for text in &sheet.before {
        page.element("p", text).raw("\n");
    }
    if !sheet.rows.is_empty() {
        head(page, &sheet.columns);
        for row in sheet.rows.iter().take(sheet.shown) {
            page.raw("<tr>");
            for (index, (entry, column)) in row.iter().zip(&sheet.columns).enumerate() {
                let is_header = index == sheet.flexible;
                match entry.0.as_slice() {
                    [only] if !is_header && is_short(&only.text) => open_short_cell(page, *column),
                    _ => open_cell(page, *column, is_header),
                }
                paragraphs(page, entry);
                close_cell(page, is_header);
            }
            page.raw("</tr>\n");
        }
        page.raw("</tbody>\n</table>\n");
        rest(page, sheet.rows.len(), sheet.shown);
    }
    for text in &sheet.after {
        page.raw("<p class=\"faint\">").text(text).raw("</p>\n");
    }
    page.raw("</section>\n");
}

/// Begins a table, up to its first row.
pub(super) fn head(page: &mut Html, columns: &[Column]) {
    page.raw("<table>\n<thead><tr>");
    for column in columns {
        let class = if column.align == Align::Right { " class=\"number\"" } else { "" };
        page.raw("<th scope=\"col\"").raw(class).raw(">").text(column.title).raw("</th>");
    }
    page.raw("</tr></thead>\n<tbody>\n");
}

/// Begins a cell; the one that names its row is a header. Where the page is narrow, the name of the
/// column stands before what is in it.
pub(super) fn open_cell(page: &mut Html, column: Column, is_header: bool) {
    page.raw(if is_header { "<th scope=\"row\"" } else { "<td" });
    open_rest(page, column, is_header, "");
}

/// Returns true for a time, a role or a number: what fits on a line of any page.
fn is_short(text: &str) -> bool {
    text.chars().count() <= 20
}

/// Begins a cell with what is not broken.
fn open_short_cell(page: &mut Html, column: Column) {
    page.raw("<td");
    open_rest(page, column, false, "short");
}

fn open_rest(page: &mut Html, column: Column, is_header: bool, class: &str) {
    let class = if column.align == Align::Right { "number" } else { class };
    if !class.is_empty() {
        page.raw(" class=\"").raw(class).raw("\"");
    }
    if !is_header {
        page.raw(" data-label=\"").text(column.title).raw("\"");
    }
    page.raw(">");
}

/// Ends a cell.
pub(super) fn close_cell(page: &mut Html, is_header: bool) {
    page.raw(if is_header { "</th>" } else { "</td>" });
}

/// Adds a cell with one text.
pub(super) fn cell(page: &mut Html, column: Column, text: &str) {
    if is_short(text) {
        open_short_cell(page, column);
    } else {
        open_cell(page, column, false);
    }
    page.text(text);
    close_cell(page, false);
}

fn paragraphs(page: &mut Html, entry: &Entry) {
    for (index, piece) in entry.0.iter().enumerate() {
        let name = if piece.is_code { "code" } else { "span" };
        let below = if index == 0 { "" } else { " below" };
        page.raw("<").raw(name).raw(" class=\"").raw(class(piece.tone)).raw(below).raw("\">");
        page.text(&piece.text).raw("</").raw(name).raw(">");
    }
}

/// Returns the class of a tone.
pub(super) const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Strong => "strong",
        Tone::Faint => "faint",
        Tone::Good => "good",
        Tone::Warn => "warn",
        Tone::Bad => "bad",
    }
}

/// Says how many rows are not shown.
pub(super) fn rest(page: &mut Html, all: usize, shown: usize) {
    if let Some(rest) = all.checked_sub(shown).filter(|rest| *rest > 0) {
        page.raw("<p class=\"faint\">and ").raw(&rest.to_string()).raw(" more</p>\n");
    }
}
