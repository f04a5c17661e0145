//! The report for a terminal.

use super::facts::{PLACES, facts, several_places, tag_line};
use super::layout::{Cell, LongWord, Table, Tone, columns, left, right, wrap};
use super::measure::Trend;
use super::page::{INDENT, Page, TextStyle};
use super::sheet::{Entry, Sheet};
use super::words::{self, NONE};
use super::{Place, Problem, Report, headline, sections};
use crate::model::grouped;

/// From this width on the ranked table has a column for the owner.
const OWNER_COLUMN_WIDTH: usize = 96;
/// How much of an example is shown.
const EXAMPLE_CHARS: usize = 600;
const EXAMPLE_LINES: usize = 8;

/// Renders the report as plain text, every line ended.
#[must_use]
pub fn render_text(report: &Report, style: TextStyle) -> String {
    let mut page = Page::new(style);
    head(&mut page, report);
    if !report.is_empty() {
        totals(&mut page, report);
        ranking(&mut page, report);
    }
    for sheet in sections::changed(report) {
        list(&mut page, &sheet);
    }
    cards(&mut page, report);
    for sheet in sections::others(report) {
        list(&mut page, &sheet);
    }
    footer(&mut page, report);
    page.finish()
}

fn head(page: &mut Page, report: &Report) {
    let servers = match report.servers.as_slice() {
        [] => String::new(),
        servers => format!(" on {}", servers.join(", ")),
    };
    page.prose(Tone::Faint, &format!("Recurring problems of {}{servers}", report.window.name), 0);
    page.blank();
    page.prose(Tone::Strong, &report.headline, 0);
    if let Some(costliest) = headline::costliest(report) {
        page.prose(Tone::Plain, &costliest, 0);
    }
}

fn totals(page: &mut Page, report: &Report) {
    page.blank();
    for (label, text) in words::totals(report) {
        page.labeled(label, &text, 0, Tone::Plain);
    }
}

fn ranking(page: &mut Page, report: &Report) {
    if report.problems.is_empty() {
        return;
    }
    page.section("Problems, costliest first");
    let has_owner = page.width() >= OWNER_COLUMN_WIDTH;
    let mut columns = vec![
        right("#"),
        left("problem"),
        right("count"),
        right("episodes"),
        left("trend"),
        right("cost"),
        right("sum"),
    ];
    if has_owner {
        columns.push(left("owner"));
    }
    let mut table = Table::new(&columns, 1);
    for problem in words::ranking(report) {
        table.row(ranking_row(problem, report, has_owner));
    }
    page.table(&table, 0);
    page.rest(report.ranked().count(), report.limits.rows);
    page.blank();
    page.prose(Tone::Strong, &headline::whole_cost(report), 0);
    page.prose(Tone::Faint, &words::cost_note(report), 0);
}

fn ranking_row(problem: &Problem, report: &Report, has_owner: bool) -> Vec<Cell> {
    let place = words::where_in_short(problem, report);
    let owner = if has_owner { NONE } else { words::owner(problem) };
    let below = "  ".repeat(problem.level);
    let under = |text: &str| under(&format!("{below}{text}"));
    let mut what =
        Cell::new(words::severity_tone(problem), format!("{below}{}", words::title(problem, 60)))
            .and(Tone::Faint, under(&place));
    for text in words::remarks(problem) {
        what = what.and(Tone::Plain, under(&text));
    }
    if owner != NONE {
        what = what.and(Tone::Faint, under(owner));
    }
    let of_rank = |text: String| if problem.rank > 0 { text } else { String::new() };
    let mut row = vec![
        Cell::plain(of_rank(problem.rank.to_string())),
        what,
        Cell::plain(grouped(problem.count)),
        Cell::plain(grouped(problem.episodes)),
        trend_cell(problem.trend, problem.before, problem.count),
        Cell::plain(of_rank(words::percent(problem.share_permille))),
        Cell::new(Tone::Faint, of_rank(words::percent(problem.cumulative_permille))),
    ];
    if has_owner {
        row.push(Cell::plain(words::owner(problem)));
    }
    row
}

fn trend_cell(trend: Trend, before: u64, now: u64) -> Cell {
    Cell::new(words::trend_tone(trend), words::trend(trend, before, now))
}

fn cards(page: &mut Page, report: &Report) {
    let mut problems = headline::described(report).peekable();
    if problems.peek().is_some() {
        page.section("In detail");
    }
    for problem in problems {
        card(page, problem, report);
    }
}

fn card(page: &mut Page, problem: &Problem, report: &Report) {
    page.blank();
    page.prose(
        words::severity_tone(problem),
        &format!("{}. {}", problem.rank, words::title(problem, 200)),
        0,
    );
    let id = format!("{} on {}; {}", problem.id(), problem.server, tag_line(problem));
    page.prose(Tone::Faint, &id, INDENT);
    places(page, problem, report.limits.others);
    for fact in facts(problem, &report.window) {
        let tone = if fact.label == "fix" { Tone::Strong } else { Tone::Plain };
        page.labeled(fact.label, &fact.line(), INDENT, tone);
    }
    if let Some(example) = &problem.example {
        let width = page.labeled_width(INDENT);
        let text: String = example.text.trim().chars().take(EXAMPLE_CHARS).collect();
        let mut lines = wrap(&text, width, LongWord::Cut);
        if lines.len() > EXAMPLE_LINES || columns(&text) < columns(example.text.trim()) {
            lines.truncate(EXAMPLE_LINES);
            lines.push("…".to_owned());
        }
        page.labeled("example", &lines.join("\n"), INDENT, Tone::Plain);
        page.labeled("", &format!("{} in {}", example.entry, example.path), INDENT, Tone::Faint);
    }
}

/// Adds the components of a problem, one a row.
fn places(page: &mut Page, problem: &Problem, limit: usize) {
    let places = several_places(problem);
    if places.is_empty() {
        return;
    }
    let mut table = Table::new(&PLACES, 0);
    for place in places.iter().take(limit) {
        table.row(place_row(place));
    }
    page.table(&table, INDENT);
    page.rest(places.len(), limit);
}

fn place_row(place: &Place) -> Vec<Cell> {
    let stops = if place.stops == 0 { NONE.to_owned() } else { grouped(place.stops) };
    vec![
        Cell::plain(place.component_name.clone())
            .and(Tone::Faint, under(&words::split_of(&place.split_by))),
        Cell::plain(grouped(place.count)),
        Cell::plain(grouped(place.episodes)),
        Cell::plain(stops),
        trend_cell(place.trend, place.before, place.count),
    ]
}

/// Adds a list with what is said before and after it.
fn list(page: &mut Page, sheet: &Sheet) {
    page.section(&sheet.title);
    for text in &sheet.before {
        page.prose(Tone::Plain, text, 0);
    }
    if !sheet.rows.is_empty() {
        let mut table = Table::new(&sheet.columns, sheet.flexible);
        for row in sheet.rows.iter().take(sheet.shown) {
            table.row(row.iter().map(cell).collect());
        }
        page.table(&table, 0);
        page.rest(sheet.rows.len(), sheet.shown);
    }
    for text in &sheet.after {
        page.prose(Tone::Faint, text, 0);
    }
}

/// Returns an entry as a cell; what is below its first paragraph stands in.
fn cell(entry: &Entry) -> Cell {
    let mut pieces = entry.0.iter();
    let first = pieces.next().map(|piece| Cell::new(piece.tone, &piece.text));
    pieces.fold(first.unwrap_or_default(), |cell, piece| cell.and(piece.tone, under(&piece.text)))
}

fn footer(page: &mut Page, report: &Report) {
    page.blank();
    page.prose(Tone::Faint, &words::footer(report), 0);
}

/// Returns a text that stands in below the first paragraph of a cell.
fn under(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("  {text}") }
}
