//! The report in Markdown (GitHub's), for tickets, mail and wikis.

use super::facts::{facts, several_places, tag_line};
use super::layout::printable;
use super::words;
use super::{Example, Problem, Report, headline};
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
        cards(&mut page, report);
        new(&mut page, report);
        courses(&mut page, report);
        quiet(&mut page, report);
        unknowns(&mut page, report);
        fallbacks(&mut page, report);
        components(&mut page, report);
    }
    lost(&mut page, report);
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

    /// Adds a table. Headers that begin with `>` stand over columns that are moved to the right.
    fn table(&mut self, headers: &[&str], rows: impl Iterator<Item = Vec<String>>) {
        let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
        let names: Vec<String> =
            headers.iter().map(|header| header.trim_start_matches('>').to_owned()).collect();
        let sides: Vec<String> = headers
            .iter()
            .map(|header| if header.starts_with('>') { "---:" } else { "---" }.to_owned())
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
    let headers =
        [">#", "problem", "components", ">count", ">episodes", "trend", ">cost", ">sum", "owner"];
    let rows = report.problems.iter().take(report.limits.rows).map(|problem| {
        vec![
            problem.rank.to_string(),
            escape_markdown(&words::title(problem, 100)),
            escape_markdown(&words::where_in_short(problem, report.servers.len())),
            grouped(problem.count),
            grouped(problem.episodes),
            escape_markdown(&words::trend(problem.trend, problem.before, problem.count)),
            escape_markdown(&words::percent(problem.share_permille)),
            escape_markdown(&words::percent(problem.cumulative_permille)),
            escape_markdown(words::owner(problem)),
        ]
    });
    page.table(&headers, rows);
    page.rest(report.problems.len(), report.limits.rows);
    if let Some(promise) = headline::promise(report) {
        page.block(&format!("**{}**", escape_markdown(&promise)));
    }
    page.block(&escape_markdown(&words::cost_note(report)));
}

fn cards(page: &mut Page, report: &Report) {
    for problem in headline::described(report) {
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
        label => format!("**{label}:** {}", escape_markdown(&fact.text)),
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
        let split = words::split_of(place);
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
    page.table(&["component", ">count", ">episodes", ">stops", "trend"], rows);
    page.rest(places.len(), limit);
}

/// Returns an address as a link, where it is one.
fn link(address: &str) -> String {
    let is_address = address.starts_with("https://") || address.starts_with("http://");
    let is_plain = address.chars().all(|c| c.is_ascii_graphic() && !"<>`".contains(c));
    if is_address && is_plain { format!("<{address}>") } else { escape_markdown(address) }
}

fn new(page: &mut Page, report: &Report) {
    let news = words::news(report);
    if news.is_empty() {
        return;
    }
    page.block(&format!("## New this {}", report.window.unit));
    let rows = news.iter().take(report.limits.others).map(|item| {
        let first = words::moment(item.first_seen);
        vec![escape_markdown(&item.title), escape_markdown(&item.place), grouped(item.count), first]
    });
    page.table(&["problem", "where", ">count", "first seen (UTC)"], rows);
    page.rest(news.len(), report.limits.others);
}

fn quiet(page: &mut Page, report: &Report) {
    if report.quiet.is_empty() {
        return;
    }
    page.block("## Gone quiet");
    let rows = report.quiet.iter().take(report.limits.others).map(|problem| {
        let place = escape_markdown(&words::where_in_short(problem, report.servers.len()));
        let unheard =
            if problem.is_unheard() { format!("; {}", words::UNHEARD) } else { String::new() };
        vec![
            escape_markdown(&words::title(problem, 100)),
            format!("{place}{unheard}"),
            grouped(problem.before),
            words::moment(problem.last_seen),
        ]
    });
    page.table(&["problem", "where", ">before", "last seen (UTC)"], rows);
    page.rest(report.quiet.len(), report.limits.others);
}

fn courses(page: &mut Page, report: &Report) {
    if report.courses.is_empty() {
        return;
    }
    page.block(&format!("## {}", words::COURSES));
    let rows = report.courses.iter().take(report.limits.others).map(|course| {
        vec![
            escape_markdown(&words::title(course, 100)),
            escape_markdown(&words::where_in_short(course, report.servers.len())),
            grouped(course.count),
            words::trend(course.trend, course.before, course.count),
            words::owner(course).into(),
            escape_markdown(words::urgent_fix(course).unwrap_or_default()),
        ]
    });
    page.table(&["what", "where", ">times", "trend", "owner", "fix"], rows);
    page.rest(report.courses.len(), report.limits.others);
    page.block(&escape_markdown(words::EPISODES));
}

fn unknowns(page: &mut Page, report: &Report) {
    if report.unknowns.is_empty() {
        return;
    }
    page.block("## Unknowns worth a rule");
    let rows = report.unknowns.iter().take(report.limits.others).map(|unknown| {
        let example = unknown.example.as_ref().map(|example| words::clip(&example.text, 160));
        vec![
            grouped(unknown.count),
            code_span(&unknown.cluster),
            escape_markdown(&words::clip(&unknown.template, 160)),
            escape_markdown(&example.unwrap_or_default()),
            escape_markdown(&words::names_in_short(&unknown.components)),
        ]
    });
    page.table(&[">count", "cluster", "template", "example", "components"], rows);
    page.rest(report.unknowns.len(), report.limits.others);
    page.block(words::DRAFT);
}

fn fallbacks(page: &mut Page, report: &Report) {
    if report.fallbacks.is_empty() {
        return;
    }
    page.block("## Kind known, cause not");
    let rows = report.fallbacks.iter().take(report.limits.others).map(|kind| {
        vec![grouped(kind.count), escape_markdown(&kind.title), code_span(kind.rule.as_str())]
    });
    page.table(&[">count", "kind", "rule"], rows);
    page.rest(report.fallbacks.len(), report.limits.others);
}

fn components(page: &mut Page, report: &Report) {
    if report.components.is_empty() {
        return;
    }
    page.block("## Errors per 1,000 messages");
    let failing: Vec<_> = words::failing(report).collect();
    if !failing.is_empty() {
        let rows = failing.iter().take(report.limits.others).map(|component| {
            vec![
                escape_markdown(&words::rate(component)),
                escape_markdown(&words::component(component, report.servers.len())),
                grouped(component.errors),
                grouped(component.warnings),
                grouped(component.messages),
            ]
        });
        page.table(&[">per 1,000", "component", ">errors", ">warnings", ">messages"], rows);
        page.rest(failing.len(), report.limits.others);
    }
    page.block(&words::others_without_errors(report));
}

fn lost(page: &mut Page, report: &Report) {
    if report.is_empty() && !report.has_loss() {
        return;
    }
    page.block("## What was lost");
    page.block(&words::lost(report));
    if !report.gaps.is_empty() {
        let row = |gap: &super::LostBytes| {
            vec![grouped(gap.bytes), code_span(&gap.path), escape_markdown(&gap.reason)]
        };
        page.table(&[">bytes", "file", "reason"], report.gaps.iter().map(row));
    }
    let skipped = report.skipped.iter().flatten();
    page.list(skipped.map(|one| {
        format!("not read: {} ({})", code_span(&one.path), escape_markdown(&one.reason))
    }));
}
