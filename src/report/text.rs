//! The report for a terminal.

use super::facts::{facts, several_places, tag_line};
use super::layout::{Cell, LongWord, Table, Tone, columns, left, right, wrap};
use super::measure::Trend;
use super::page::{INDENT, Page, TextStyle};
use super::words::{self, NONE};
use super::{ComponentRate, Place, Problem, Report, headline};
use crate::model::{Severity, grouped};

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
        cards(&mut page, report);
        new(&mut page, report);
        courses(&mut page, report);
        quiet(&mut page, report);
        unknowns(&mut page, report);
        fallbacks(&mut page, report);
        components(&mut page, report);
    }
    lost(&mut page, report);
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
    for problem in report.problems.iter().take(report.limits.rows) {
        table.row(ranking_row(problem, report, has_owner));
    }
    page.table(&table, 0);
    page.rest(report.problems.len(), report.limits.rows);
    page.blank();
    if let Some(promise) = headline::promise(report) {
        page.prose(Tone::Strong, &promise, 0);
    }
    page.prose(Tone::Faint, &words::cost_note(report), 0);
}

fn ranking_row(problem: &Problem, report: &Report, has_owner: bool) -> Vec<Cell> {
    let place = words::where_in_short(problem, report.servers.len());
    let owner = if has_owner { "" } else { words::owner(problem) };
    let mut row = vec![
        Cell::plain(problem.rank.to_string()),
        Cell::new(severity_tone(problem), words::title(problem, 60))
            .and(Tone::Faint, under(&place))
            .and(Tone::Faint, if owner == NONE { String::new() } else { under(owner) }),
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
        severity_tone(problem),
        &format!("{}. {}", problem.rank, words::title(problem, 200)),
        0,
    );
    let id = format!("{} on {}; {}", problem.id(), problem.server, tag_line(problem));
    page.prose(Tone::Faint, &id, INDENT);
    places(page, problem, report.limits.others);
    for fact in facts(problem, &report.window) {
        let tone = if fact.label == "fix" { Tone::Strong } else { Tone::Plain };
        page.labeled(fact.label, &fact.text, INDENT, tone);
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
    let columns =
        [left("component"), right("count"), right("episodes"), right("stops"), left("trend")];
    let mut table = Table::new(&columns, 0);
    for place in places.iter().take(limit) {
        table.row(place_row(place));
    }
    page.table(&table, INDENT);
    page.rest(places.len(), limit);
}

fn place_row(place: &Place) -> Vec<Cell> {
    let stops = if place.stops == 0 { NONE.to_owned() } else { grouped(place.stops) };
    vec![
        Cell::plain(place.component_name.clone()).and(Tone::Faint, under(&words::split_of(place))),
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
    let columns = [left("problem"), right("count"), left("first seen (UTC)")];
    let mut table = Table::new(&columns, 0);
    for item in news.iter().take(report.limits.others) {
        table.row(vec![
            Cell::new(Tone::Strong, &item.title).and(Tone::Faint, under(&item.place)),
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
    let columns = [left("problem"), right("before"), left("last seen (UTC)")];
    let mut table = Table::new(&columns, 0);
    for problem in report.quiet.iter().take(report.limits.others) {
        let place = words::where_in_short(problem, report.servers.len());
        let unheard = if problem.is_unheard() { words::UNHEARD } else { "" };
        table.row(vec![
            Cell::new(Tone::Strong, words::title(problem, 100))
                .and(Tone::Faint, under(&place))
                .and(Tone::Warn, under(unheard)),
            Cell::plain(grouped(problem.before)),
            Cell::plain(words::moment(problem.last_seen)),
        ]);
    }
    page.table(&table, 0);
    page.rest(report.quiet.len(), report.limits.others);
}

/// Adds what several entries show together.
fn courses(page: &mut Page, report: &Report) {
    if report.courses.is_empty() {
        return;
    }
    page.section(words::COURSES);
    let columns = [left("what"), right("times"), left("trend"), left("owner")];
    let mut table = Table::new(&columns, 0);
    for course in report.courses.iter().take(report.limits.others) {
        let place = words::where_in_short(course, report.servers.len());
        let outcome = words::recovered(course);
        let fix = words::urgent_fix(course).map(|fix| under(&format!("fix: {fix}")));
        table.row(vec![
            Cell::new(severity_tone(course), words::title(course, 100))
                .and(Tone::Faint, under(&place))
                .and(Tone::Faint, under(&outcome))
                .and(Tone::Plain, fix.unwrap_or_default()),
            Cell::plain(grouped(course.count)),
            trend_cell(course.trend, course.before, course.count),
            Cell::plain(words::owner(course)),
        ]);
    }
    page.table(&table, 0);
    page.rest(report.courses.len(), report.limits.others);
    page.prose(Tone::Faint, words::EPISODES, 0);
}

fn unknowns(page: &mut Page, report: &Report) {
    if report.unknowns.is_empty() {
        return;
    }
    page.section("Unknowns worth a rule");
    let columns = [right("count"), left("cluster"), left("what")];
    let mut table = Table::new(&columns, 2);
    for unknown in report.unknowns.iter().take(report.limits.others) {
        let example = unknown.example.as_ref().map(|example| words::clip(&example.text, 160));
        table.row(vec![
            Cell::plain(grouped(unknown.count)),
            Cell::plain(&unknown.cluster),
            Cell::new(Tone::Strong, words::clip(&unknown.template, 160))
                .and(Tone::Plain, example.map_or_else(String::new, |text| format!("  e.g. {text}")))
                .and(Tone::Faint, under(&words::names_in_short(&unknown.components))),
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
    let columns = [right("count"), left("kind"), left("rule")];
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
    let columns = [
        right("per 1,000"),
        left("component"),
        right("errors"),
        right("warnings"),
        right("messages"),
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
    if report.is_empty() && !report.has_loss() {
        return;
    }
    page.section("What was lost");
    page.prose(Tone::Plain, &words::lost(report), 0);
    let columns = [right("bytes"), left("file"), left("reason")];
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

/// Returns a text that stands in below the first paragraph of a cell.
fn under(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("  {text}") }
}
