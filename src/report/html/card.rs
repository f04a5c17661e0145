//! One problem in full.

use super::{figures, list};
use crate::markup::Html;
use crate::model::{Severity, grouped};
use crate::report::facts::{Fact, PLACES, facts, several_places, tag_line};
use crate::report::{Example, Place, Problem, Report, headline, words};

pub(super) const ID: &str = "detail";
pub(super) const TITLE: &str = "In detail";

/// How much of an example is shown, in characters.
const EXAMPLE_CHARS: usize = 2_000;

/// Adds the problems that are described in full.
pub(super) fn section(page: &mut Html, report: &Report) {
    let mut problems = headline::described(report).peekable();
    if problems.peek().is_none() {
        return;
    }
    page.raw("<section aria-labelledby=\"").raw(ID).raw("\">\n<h2 id=\"").raw(ID).raw("\">");
    page.raw(TITLE).raw("</h2>\n");
    for problem in problems {
        article(page, problem, report);
    }
    page.raw("</section>\n");
}

/// Returns the name by which the page links to a problem.
pub(super) fn id(problem: &Problem) -> String {
    format!("problem-{}", problem.rank)
}

fn article(page: &mut Html, problem: &Problem, report: &Report) {
    let severity = problem.card.as_ref().map(|card| card.severity);
    let class = severity.map_or("unknown", Severity::name);
    page.raw("<article id=\"").raw(&id(problem)).raw("\" class=\"").raw(class).raw("\">\n<h3>");
    page.text(&format!("{}. {}", problem.rank, words::title(problem, 200))).raw("</h3>\n");
    page.raw("<p class=\"tags\"><span aria-hidden=\"true\">").raw(mark(severity)).raw("</span> ");
    page.element("code", problem.id()).text(&format!(" on {}; ", problem.server));
    page.text(&tag_line(problem)).raw("</p>\n<div class=\"charts\">\n<figure>\n");
    figures::sparkline(page, problem, &report.window);
    let unit = &report.window.unit;
    page.raw(&format!("\n<figcaption>Events by {unit}</figcaption>\n</figure>\n"));
    figures::heat_map(page, problem);
    page.raw("</div>\n");
    page.raw("<dl>\n");
    let told = facts(problem, &report.window);
    for same in told.chunk_by(|a, b| a.label == b.label) {
        fact(page, same);
    }
    page.raw("</dl>\n");
    places(page, problem, report.limits.others);
    if let Some(example) = &problem.example {
        render_example(page, example);
    }
    page.raw("</article>\n");
}

/// Returns a sign for a severity that is told by its form; the word follows it.
const fn mark(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Critical) => "\u{25b2}\u{25b2}",
        Some(Severity::Error) => "\u{25b2}",
        Some(Severity::Warning) => "\u{25c6}",
        Some(Severity::Info) => "\u{25cb}",
        None => "?",
    }
}

/// Adds facts of one label. Those that are only bars are left out: the page draws them.
fn fact(page: &mut Html, same: &[Fact]) {
    let mut told: Vec<&str> = same.iter().map(|fact| fact.text.as_str()).collect();
    told.retain(|text| !text.is_empty());
    let Some(label) = same.first().map(|fact| fact.label).filter(|_| !told.is_empty()) else {
        return;
    };
    let values = told.join("; ");
    if label == "values" {
        told = vec![values.as_str()];
    }
    page.element("dt", label);
    for text in told {
        page.raw(if label == "fix" { "<dd class=\"strong\">" } else { "<dd>" });
        match label {
            "see" | "runbook" => link(page, text),
            _ => sentence(page, text),
        }
        page.raw("</dd>");
    }
    page.raw("\n");
}

/// Adds a text in which back-ticks come in pairs and stand around names.
fn sentence(page: &mut Html, text: &str) {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        page.text(text);
        return;
    }
    for (index, part) in parts.iter().enumerate() {
        if index.is_multiple_of(2) {
            page.text(part);
        } else {
            page.element("code", part);
        }
    }
}

/// Adds an address as a link, where it is one.
fn link(page: &mut Html, address: &str) {
    if address.starts_with("https://") || address.starts_with("http://") {
        page.raw("<a href=\"").text(address).raw("\" rel=\"noreferrer\">");
        page.text(address).raw("</a>");
    } else {
        page.text(address);
    }
}

fn places(page: &mut Html, problem: &Problem, limit: usize) {
    let places = several_places(problem);
    if places.is_empty() {
        return;
    }
    list::head(page, &PLACES);
    for place in places.iter().take(limit) {
        place_row(page, place);
    }
    page.raw("</tbody>\n</table>\n");
    list::rest(page, places.len(), limit);
}

fn place_row(page: &mut Html, place: &Place) {
    let [component, count, episodes, stops, trend] = PLACES;
    page.raw("<tr>");
    list::open_cell(page, component, true);
    page.text(&place.component_name);
    let split = words::split_of(&place.split_by);
    if !split.is_empty() {
        page.raw("<span class=\"faint below\">").text(&split).raw("</span>");
    }
    list::close_cell(page, true);
    list::cell(page, count, &grouped(place.count));
    list::cell(page, episodes, &grouped(place.episodes));
    list::cell(page, stops, &grouped(place.stops));
    list::cell(page, trend, &words::trend(place.trend, place.before, place.count));
    page.raw("</tr>\n");
}

fn render_example(page: &mut Html, example: &Example) {
    let text = example.text.trim();
    let shown: String = text.chars().take(EXAMPLE_CHARS).collect();
    let more = if shown.len() < text.len() { "\n…" } else { "" };
    // The first line end in `pre` is not shown.
    page.raw("<h4>Example</h4>\n<pre>\n").text(&shown).raw(more).raw("</pre>\n");
    page.raw("<p class=\"faint\">").element("code", &example.entry).raw(" in ");
    page.element("code", &example.path).raw("</p>\n");
}
