//! The report in Markdown (GitHub's), for tickets, mail and wikis.

use super::facts::{PLACES, facts, several_places, tag_line};
use super::layout::Tone;
use super::sheet::{Align, Column, Entry, Sheet, left, right};
use super::words;
use super::{Example, Problem, Report, headline, sections};
use crate::markup::printable;
use crate::model::grouped;

/// How much of an example is shown.
const EXAMPLE_CHARS: usize = 2_000;

/// Renders the report as Markdown, every line ended.
#[must_use]
pub fn render_markdown(report: &Report) -> String {
    let mut page = Page(Vec::new());
    page.block(&format!("# Recurring problems of {}", escape_markdown(&report.window.name)));
    if !report.servers.is_empty() {
        page.block(&format!("Servers: {}", escape_markdown(&report.servers.join(", "))));
    }
    page.block(&format!("**{}**", escape_markdown(&report.headline)));
    page.block(&escape_markdown(&headline::costliest(report).unwrap_or_default()));
    if !report.is_empty() {
        let totals = words::totals(report);
        page.list(totals.iter().map(|(label, text)| match *label {
            "" => escape_markdown(text),
            label => format!("{label}: {}", escape_markdown(text)),
        }));
        ranking(&mut page, report);
    }
    for sheet in sections::changed(report) {
        list(&mut page, &sheet);
    }
    cards(&mut page, report);
    for sheet in sections::others(report) {
        list(&mut page, &sheet);
    }
    page.block("---");
    page.block(&escape_markdown(&words::footer(report)));
    let mut text = page.0.join("\n\n");
    text.push('\n');
    text
}

/// The blocks so far.
struct Page(Vec<String>);

impl Page {
    fn block(&mut self, text: &str) {
        if !text.is_empty() {
            self.0.push(text.to_owned());
        }
    }

    fn list(&mut self, items: impl Iterator<Item = String>) {
        let items: Vec<String> = items.map(|item| format!("- {item}")).collect();
        self.block(&items.join("\n"));
    }

    fn table(&mut self, columns: &[Column], rows: impl Iterator<Item = Vec<String>>) {
        let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
        let names: Vec<String> = columns.iter().map(|column| column.title.to_owned()).collect();
        let sides: Vec<String> = columns
            .iter()
            .map(|column| if column.align == Align::Right { "---:" } else { "---" }.to_owned())
            .collect();
        let mut lines = vec![line(&names), line(&sides)];
        lines.extend(rows.map(|row| line(&row)));
        self.block(&lines.join("\n"));
    }

    fn rest(&mut self, all: usize, shown: usize) {
        if let Some(rest) = all.checked_sub(shown).filter(|rest| *rest > 0) {
            self.block(&format!("and {rest} more"));
        }
    }
}

/// Returns a text that Markdown shows as it is, on one line.
pub(crate) fn escape_markdown(text: &str) -> String {
    let mut out = String::new();
    for c in printable(text).trim().chars() {
        match c {
            '\n' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '#' => {
                out.push('\\');
                out.push(c);
            }
            '&' => out.push_str("&amp;"),
            _ => out.push(c),
        }
    }
    out
}

/// Returns a code span for an id. Ids hold neither back-ticks nor bars; one that does is escaped.
pub(crate) fn code_span(id: &str) -> String {
    let is_plain = !id.is_empty() && !id.contains(['`', '|']) && !id.contains(char::is_control);
    if is_plain { format!("`{id}`") } else { escape_markdown(id) }
}

/// Returns a fenced block whose fence is longer than any in the text.
pub(crate) fn fenced(text: &str) -> String {
    let text = printable(text);
    let text = text.trim_matches('\n').trim_end();
    let clipped: String = text.chars().take(EXAMPLE_CHARS).collect();
    let more = if clipped.len() < text.len() { "\n…" } else { "" };
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{clipped}{more}\n{fence}")
}

fn ranking(page: &mut Page, report: &Report) {
    if report.problems.is_empty() {
        return;
    }
    page.block("## Problems, costliest first");
    let columns = [
        right("#"),
        left("problem"),
        left("components"),
        right("count"),
        right("episodes"),
        left("trend"),
        right("cost"),
        right("sum"),
        left("owner"),
    ];
    let rows = words::ranking(report);
    page.table(&columns, rows.map(|problem| ranking_row(problem, report)));
    page.rest(report.ranked().count(), report.limits.rows);
    page.block(&format!("**{}**", escape_markdown(&headline::whole_cost(report))));
    page.block(&escape_markdown(&words::cost_note(report)));
}

fn ranking_row(problem: &Problem, report: &Report) -> Vec<String> {
    let of_rank = |text: String| if problem.rank > 0 { text } else { String::new() };
    let remarks = words::remarks(problem);
    let colon = if remarks.is_empty() { "" } else { ": " };
    let below = "&nbsp;&nbsp;".repeat(problem.level);
    let title = escape_markdown(&words::title(problem, 100));
    vec![
        of_rank(problem.rank.to_string()),
        format!("{below}{title}{colon}{}", escape_markdown(&remarks.join("; "))),
        escape_markdown(&words::where_in_short(problem, report)),
        grouped(problem.count),
        grouped(problem.episodes),
        escape_markdown(&words::trend(problem.trend, problem.before, problem.count)),
        escape_markdown(&of_rank(words::percent(problem.share_permille))),
        escape_markdown(&of_rank(words::percent(problem.cumulative_permille))),
        escape_markdown(words::owner(problem)),
    ]
}

fn cards(page: &mut Page, report: &Report) {
    let mut problems = headline::described(report).peekable();
    if problems.peek().is_some() {
        page.block("## In detail");
    }
    for problem in problems {
        card(page, problem, report);
    }
}

fn card(page: &mut Page, problem: &Problem, report: &Report) {
    page.block(&format!("### {}. {}", problem.rank, escape_markdown(&words::title(problem, 100))));
    let (id, server) = (code_span(problem.id()), escape_markdown(&problem.server));
    page.block(&format!("{id} on {server}; {}", escape_markdown(&tag_line(problem))));
    places(page, problem, report.limits.others);
    page.list(facts(problem, &report.window).into_iter().map(|fact| match fact.label {
        label @ ("see" | "runbook") => format!("**{label}:** {}", link(&fact.text)),
        label => format!("**{label}:** {}", escape_markdown(&fact.line())),
    }));
    if let Some(Example { text, entry, path }) = &problem.example {
        page.block(&fenced(text));
        page.block(&format!("{} in {}", code_span(entry), code_span(path)));
    }
}

fn places(page: &mut Page, problem: &Problem, limit: usize) {
    let places = several_places(problem);
    if places.is_empty() {
        return;
    }
    let rows = places.iter().take(limit).map(|place| {
        let split = words::split_of(&place.split_by);
        let split =
            if split.is_empty() { split } else { format!(" ({})", escape_markdown(&split)) };
        vec![
            format!("{}{split}", escape_markdown(&place.component_name)),
            grouped(place.count),
            grouped(place.episodes),
            grouped(place.stops),
            escape_markdown(&words::trend(place.trend, place.before, place.count)),
        ]
    });
    page.table(&PLACES, rows);
    page.rest(places.len(), limit);
}

/// Returns an address as a link, where it is one.
fn link(address: &str) -> String {
    let is_address = address.starts_with("https://") || address.starts_with("http://");
    let is_plain = address.chars().all(|c| c.is_ascii_graphic() && !"<>`".contains(c));
    if is_address && is_plain { format!("<{address}>") } else { escape_markdown(address) }
}

/// Adds a list with what is said before and after it.
fn list(page: &mut Page, sheet: &Sheet) {
    page.block(&format!("## {}", escape_markdown(&sheet.title)));
    for text in &sheet.before {
        page.block(&escape_markdown(text));
    }
    if !sheet.rows.is_empty() {
        let rows = sheet.rows.iter().take(sheet.shown);
        page.table(&sheet.columns, rows.map(|row| row.iter().map(cell).collect()));
        page.rest(sheet.rows.len(), sheet.shown);
    }
    for text in &sheet.after {
        page.block(&escape_markdown(text));
    }
}

/// Returns an entry on one line.
fn cell(entry: &Entry) -> String {
    let mut pieces = entry.0.iter().map(|piece| match (piece.is_code, piece.tone) {
        (true, _) => code_span(&piece.text),
        (false, Tone::Strong | Tone::Bad | Tone::Good) if entry.0.len() > 1 => {
            format!("**{}**", escape_markdown(&piece.text))
        }
        (false, _) => escape_markdown(&piece.text),
    });
    let first = pieces.next().unwrap_or_default();
    let rest: Vec<String> = pieces.collect();
    if rest.is_empty() { first } else { format!("{first}: {}", rest.join("; ")) }
}
