//! The report for a terminal.

use super::facts::{facts, tag_line};
use super::layout::{Align, Cell, Color, Column, LongWord, Table, Tone, columns, wrap};
use super::measure::Trend;
use super::words::{self, NONE};
use super::{ComponentRate, Place, Problem, Report};
use crate::model::{Severity, grouped};

/// Tables are never made narrower than this.
const MIN_TABLE_WIDTH: usize = 80;
/// Prose is never made narrower than this.
const MIN_PROSE_WIDTH: usize = 40;
/// From this width on the ranked table has a column for the owner.
const OWNER_COLUMN_WIDTH: usize = 96;
/// How far the text of a card stands in, and how wide its labels are.
const INDENT: usize = 3;
const LABEL: usize = 11;
/// How much of an example is shown.
const EXAMPLE_CHARS: usize = 600;
const EXAMPLE_LINES: usize = 8;

/// How a report is laid out on a terminal.
#[derive(Clone, Copy, Debug)]
pub struct TextStyle {
    /// Columns. Prose wraps here; tables do too, but never under 80.
    pub width: usize,
    /// Whether colours are written.
    pub color: Color,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self { width: 100, color: Color::Never }
    }
}

/// Renders the report as plain text, every line ended.
#[must_use]
pub fn render_text(report: &Report, style: TextStyle) -> String {
    let mut page = Page { style, lines: Vec::new() };
    head(&mut page, report);
    if !report.is_empty() {
        totals(&mut page, report);
        ranking(&mut page, report);
        cards(&mut page, report);
        new(&mut page, report);
        quiet(&mut page, report);
        unknowns(&mut page, report);
        fallbacks(&mut page, report);
        components(&mut page, report);
    }
    lost(&mut page, report);
    footer(&mut page, report);
    let mut text = page.lines.join("\n");
    text.push('\n');
    text
}

/// The lines so far.
struct Page {
    style: TextStyle,
    lines: Vec<String>,
}

impl Page {
    fn prose_width(&self) -> usize {
        self.style.width.max(MIN_PROSE_WIDTH)
    }

    fn blank(&mut self) {
        self.lines.push(String::new());
    }

    /// Adds a section's heading, with a rule to the right margin.
    fn section(&mut self, title: &str) {
        let rule = self.prose_width().saturating_sub(columns(title) + 4);
        let title = self.style.color.paint(Tone::Strong, title);
        self.blank();
        self.lines.push(format!("── {title} {}", "─".repeat(rule)));
    }

    /// Adds a paragraph that stands in by `indent` columns.
    fn prose(&mut self, tone: Tone, text: &str, indent: usize) {
        for line in wrap(text, self.prose_width().saturating_sub(indent), LongWord::Keep) {
            let line = self.style.color.paint(tone, &line);
            self.lines.push(format!("{}{line}", " ".repeat(indent)));
        }
    }

    /// Adds a paragraph with a label to its left.
    fn labeled(&mut self, label: &str, text: &str, indent: usize, tone: Tone) {
        let left = indent + LABEL + 1;
        let width = self.prose_width().saturating_sub(left);
        for (index, line) in wrap(text, width, LongWord::Keep).iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let pad = " ".repeat(LABEL + 1 - columns(label).min(LABEL));
            let label = self.style.color.paint(Tone::Faint, label);
            let line = self.style.color.paint(tone, line);
            self.lines.push(format!("{}{label}{pad}{line}", " ".repeat(indent)));
        }
    }

    fn table(&mut self, table: &Table, indent: usize) {
        let width = self.style.width.max(MIN_TABLE_WIDTH);
        self.lines.extend(table.render(width, indent, self.style.color));
    }

    /// Says how many rows of a list are not shown.
    fn rest(&mut self, all: usize, shown: usize) {
        if let Some(rest) = all.checked_sub(shown).filter(|rest| *rest > 0) {
            self.prose(Tone::Faint, &format!("and {rest} more"), INDENT + 1);
        }
    }
}

fn head(page: &mut Page, report: &Report) {
    let servers = match report.servers.as_slice() {
        [] => String::new(),
        servers => format!(" on {}", servers.join(", ")),
    };
    page.prose(Tone::Faint, &format!("Recurring problems of {}{servers}", report.window.name), 0);
    page.blank();
    page.prose(Tone::Strong, &report.headline, 0);
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
    let has_owner = page.style.width >= OWNER_COLUMN_WIDTH;
    let column = |title, align| Column { title, align };
    let mut columns = vec![
        column("#", Align::Right),
        column("problem", Align::Left),
        column("count", Align::Right),
        column("episodes", Align::Right),
        column("trend", Align::Left),
        column("cost", Align::Right),
        column("sum", Align::Right),
    ];
    if has_owner {
        columns.push(column("owner", Align::Left));
    }
    let mut table = Table::new(&columns, 1);
    for problem in report.problems.iter().take(report.limits.rows) {
        table.row(ranking_row(problem, report, has_owner));
    }
    page.table(&table, 0);
    page.rest(report.problems.len(), report.limits.rows);
    page.blank();
    if let Some(promise) = words::promise(report) {
        page.prose(Tone::Strong, &promise, 0);
    }
    page.prose(Tone::Faint, &words::cost_note(report), 0);
}

fn ranking_row(problem: &Problem, report: &Report, has_owner: bool) -> Vec<Cell> {
    let place = words::where_in_short(problem, report.servers.len());
    let owner = if has_owner { "" } else { words::owner(problem) };
    let mut row = vec![
        Cell::plain(problem.rank.to_string()),
        Cell::new(severity_tone(problem), words::title(problem))
            .and(Tone::Faint, place)
            .and(Tone::Faint, if owner == NONE { "" } else { owner }),
        Cell::plain(grouped(problem.count)),
        Cell::plain(grouped(problem.episodes)),
        trend_cell(problem.trend, problem.before, problem.count),
        Cell::plain(words::percent(problem.share_permille)),
        Cell::new(Tone::Faint, words::percent(problem.cumulative_permille)),
    ];
    if has_owner {
        row.push(Cell::plain(words::owner(problem)));
    }
    row
}

fn severity_tone(problem: &Problem) -> Tone {
    match problem.card.as_ref().map(|card| card.severity) {
        Some(Severity::Critical) => Tone::Bad,
        Some(Severity::Error | Severity::Warning) | None => Tone::Strong,
        Some(Severity::Info) => Tone::Plain,
    }
}

fn trend_cell(trend: Trend, before: u64, now: u64) -> Cell {
    let tone = match trend {
        Trend::New | Trend::Back | Trend::Up => Tone::Warn,
        Trend::Down | Trend::Quiet => Tone::Good,
        Trend::Steady | Trend::NoHistory => Tone::Plain,
    };
    Cell::new(tone, words::trend(trend, before, now))
}

fn cards(page: &mut Page, report: &Report) {
    let shown = report.problems.len().min(report.limits.cards);
    if shown == 0 {
        return;
    }
    match report.problems.len() {
        all if all == shown => page.section("Each of them"),
        _ => page.section(&format!("The first {shown} of them")),
    }
    for problem in report.problems.iter().take(shown) {
        card(page, problem, report);
    }
}

fn card(page: &mut Page, problem: &Problem, report: &Report) {
    page.blank();
    page.prose(severity_tone(problem), &format!("{}. {}", problem.rank, words::title(problem)), 0);
    let id = format!("{} on {}; {}", problem.id(), problem.server, tag_line(problem));
    page.prose(Tone::Faint, &id, INDENT);
    places(page, problem, report.limits.others);
    for fact in facts(problem, &report.window) {
        let tone = if fact.label == "fix" { Tone::Strong } else { Tone::Plain };
        page.labeled(fact.label, &fact.text, INDENT, tone);
    }
    if let Some(example) = &problem.example {
        let left = INDENT + LABEL + 1;
        let width = page.prose_width().saturating_sub(left);
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
    let column = |title, align| Column { title, align };
    let columns = [
        column("component", Align::Left),
        column("count", Align::Right),
        column("episodes", Align::Right),
        column("stops", Align::Right),
        column("trend", Align::Left),
    ];
    let seen = problem.places.iter().filter(|place| place.count > 0);
    let mut table = Table::new(&columns, 0);
    for place in seen.clone().take(limit) {
        table.row(place_row(place));
    }
    page.table(&table, INDENT);
    page.rest(seen.count(), limit);
}

fn place_row(place: &Place) -> Vec<Cell> {
    let stops = if place.stops == 0 { NONE.to_owned() } else { grouped(place.stops) };
    vec![
        Cell::plain(place.component_name.clone()).and(Tone::Faint, words::split_of(place)),
        Cell::plain(grouped(place.count)),
        Cell::plain(grouped(place.episodes)),
        Cell::plain(stops),
        trend_cell(place.trend, place.before, place.count),
    ]
}

/// Adds what is seen for the first time: whole problems, and known ones in a new place.
fn new(page: &mut Page, report: &Report) {
    let news = words::news(report);
    if news.is_empty() {
        return;
    }
    page.section(&format!("New this {}", report.window.unit));
    let column = |title, align| Column { title, align };
    let columns = [
        column("problem", Align::Left),
        column("count", Align::Right),
        column("first seen (UTC)", Align::Left),
    ];
    let mut table = Table::new(&columns, 0);
    for item in news.iter().take(report.limits.others) {
        table.row(vec![
            Cell::new(Tone::Strong, &item.title).and(Tone::Faint, &item.place),
            Cell::plain(grouped(item.count)),
            Cell::plain(words::moment(item.first_seen)),
        ]);
    }
    page.table(&table, 0);
    page.rest(news.len(), report.limits.others);
}

fn quiet(page: &mut Page, report: &Report) {
    if report.quiet.is_empty() {
        return;
    }
    page.section("Gone quiet");
    let column = |title, align| Column { title, align };
    let columns = [
        column("problem", Align::Left),
        column("before", Align::Right),
        column("last seen (UTC)", Align::Left),
    ];
    let mut table = Table::new(&columns, 0);
    for problem in report.quiet.iter().take(report.limits.others) {
        let place = words::where_in_short(problem, report.servers.len());
        let unheard = if problem.is_unheard() { words::UNHEARD } else { "" };
        table.row(vec![
            Cell::new(Tone::Strong, words::title(problem))
                .and(Tone::Faint, place)
                .and(Tone::Warn, unheard),
            Cell::plain(grouped(problem.before)),
            Cell::plain(words::moment(problem.last_seen)),
        ]);
    }
    page.table(&table, 0);
    page.rest(report.quiet.len(), report.limits.others);
}

fn unknowns(page: &mut Page, report: &Report) {
    if report.unknowns.is_empty() {
        return;
    }
    page.section("Unknowns worth a rule");
    let column = |title, align| Column { title, align };
    let columns = [
        column("count", Align::Right),
        column("cluster", Align::Left),
        column("what", Align::Left),
    ];
    let mut table = Table::new(&columns, 2);
    for unknown in report.unknowns.iter().take(report.limits.others) {
        let example = unknown.example.as_ref().map(|example| words::clip(&example.text, 160));
        table.row(vec![
            Cell::plain(grouped(unknown.count)),
            Cell::plain(&unknown.cluster),
            Cell::new(Tone::Strong, words::clip(&unknown.template, 160))
                .and(Tone::Plain, example.map_or_else(String::new, |text| format!("e.g. {text}")))
                .and(Tone::Faint, words::names_in_short(&unknown.components)),
        ]);
    }
    page.table(&table, 0);
    page.rest(report.unknowns.len(), report.limits.others);
    page.prose(Tone::Faint, words::DRAFT, 0);
}

fn fallbacks(page: &mut Page, report: &Report) {
    if report.fallbacks.is_empty() {
        return;
    }
    page.section("Kind known, cause not");
    let column = |title, align| Column { title, align };
    let columns =
        [column("count", Align::Right), column("kind", Align::Left), column("rule", Align::Left)];
    let mut table = Table::new(&columns, 1);
    for kind in report.fallbacks.iter().take(report.limits.others) {
        table.row(vec![
            Cell::plain(grouped(kind.count)),
            Cell::plain(&kind.title),
            Cell::new(Tone::Faint, kind.rule.as_str()),
        ]);
    }
    page.table(&table, 0);
    page.rest(report.fallbacks.len(), report.limits.others);
}

fn components(page: &mut Page, report: &Report) {
    if report.components.is_empty() {
        return;
    }
    page.section("Errors per 1,000 messages");
    let failing: Vec<&ComponentRate> = words::failing(report).collect();
    if failing.is_empty() {
        page.prose(Tone::Plain, &words::others_without_errors(report), 0);
        return;
    }
    let column = |title, align| Column { title, align };
    let columns = [
        column("per 1,000", Align::Right),
        column("component", Align::Left),
        column("errors", Align::Right),
        column("warnings", Align::Right),
        column("messages", Align::Right),
    ];
    let mut table = Table::new(&columns, 1);
    for component in failing.iter().take(report.limits.others) {
        table.row(vec![
            Cell::new(Tone::Strong, words::rate(component)),
            Cell::plain(words::component(component, report.servers.len())),
            Cell::plain(grouped(component.errors)),
            Cell::plain(grouped(component.warnings)),
            Cell::plain(grouped(component.messages)),
        ]);
    }
    page.table(&table, 0);
    page.rest(failing.len(), report.limits.others);
    page.prose(Tone::Faint, &words::others_without_errors(report), 0);
}

/// Adds what could not be read. It is never shortened.
fn lost(page: &mut Page, report: &Report) {
    page.section("What was lost");
    page.prose(Tone::Plain, &words::lost(report), 0);
    let column = |title, align| Column { title, align };
    let columns =
        [column("bytes", Align::Right), column("file", Align::Left), column("reason", Align::Left)];
    let mut table = Table::new(&columns, 1);
    for gap in &report.gaps {
        table.row(vec![
            Cell::new(Tone::Warn, grouped(gap.bytes)),
            Cell::plain(&gap.path),
            Cell::plain(&gap.reason),
        ]);
    }
    if !report.gaps.is_empty() {
        page.table(&table, 0);
    }
    for skipped in report.skipped.iter().flatten() {
        page.prose(Tone::Plain, &format!("not read: {} ({})", skipped.path, skipped.reason), 0);
    }
}

fn footer(page: &mut Page, report: &Report) {
    page.blank();
    page.prose(Tone::Faint, &words::footer(report), 0);
}
