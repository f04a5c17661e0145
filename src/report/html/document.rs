//! The page from its head to its footer.

use super::{card, list, ranking};
use crate::markup::{Html, policy_hash};
use crate::report::sheet::Sheet;
use crate::report::{Report, headline, sections, words};

const STYLE: &str = include_str!("../page.css");

/// Renders the report as one HTML file that needs no network and no script.
///
/// It is made for the screen, light or dark, wide or narrow, and for paper.
#[must_use]
pub fn render_html(report: &Report) -> String {
    let policy = format!(
        "default-src 'none'; style-src {}; base-uri 'none'; form-action 'none'",
        policy_hash(STYLE)
    );
    render(report, Some(&policy))
}

/// Renders the page, with a policy of what a browser may load for it.
pub(super) fn render(report: &Report, policy: Option<&str>) -> String {
    let (changed, others) = (sections::changed(report), sections::others(report));
    let mut page = Html::default();
    head(&mut page, report, policy);
    introduction(&mut page, report);
    contents(&mut page, report, [&changed, &others]);
    page.raw("<main id=\"main\">\n");
    ranking::section(&mut page, report);
    for sheet in &changed {
        list::section(&mut page, sheet);
    }
    card::section(&mut page, report);
    for sheet in &others {
        list::section(&mut page, sheet);
    }
    page.raw("</main>\n");
    footer(&mut page, report);
    page.finish()
}

fn head(page: &mut Html, report: &Report, policy: Option<&str>) {
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    if let Some(policy) = policy {
        // The quotes of the policy may stand in an attribute in double quotes.
        let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n");
        page.raw(&meta);
    }
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
    page.element("title", &title(report)).raw("\n<style>").raw(STYLE).raw("</style>\n</head>\n");
}

fn title(report: &Report) -> String {
    format!("Recurring problems of {}", report.window.name)
}

fn introduction(page: &mut Html, report: &Report) {
    page.raw("<body>\n<a class=\"skip\" href=\"#main\">Skip to the problems</a>\n<header>\n");
    page.element("h1", &title(report)).raw("\n");
    if !report.servers.is_empty() {
        page.element("p", &format!("on {}", report.servers.join(", "))).raw("\n");
    }
    page.raw("<p class=\"headline\">").text(&report.headline).raw("</p>\n");
    if let Some(costliest) = headline::costliest(report) {
        page.element("p", &costliest).raw("\n");
    }
    if !report.is_empty() {
        page.raw("<dl>\n");
        for (label, text) in words::totals(report) {
            if !label.is_empty() {
                page.element("dt", label);
            }
            page.element("dd", &text).raw("\n");
        }
        page.raw("</dl>\n");
    }
    page.raw("</header>\n");
}

/// Adds links to all sections.
fn contents(page: &mut Html, report: &Report, [changed, others]: [&[Sheet]; 2]) {
    let ranked = (!report.problems.is_empty()).then_some((ranking::ID, ranking::TITLE));
    let detail = headline::described(report).next().map(|_| (card::ID, card::TITLE));
    let [changed, others] =
        [changed, others].map(|sheets| sheets.iter().map(|sheet| (sheet.id, sheet.title.as_str())));
    let mut links = ranked.into_iter().chain(changed).chain(detail).chain(others).peekable();
    if links.peek().is_none() {
        return;
    }
    page.raw("<nav aria-label=\"Contents\">\n<ul>\n");
    for (id, title) in links {
        page.raw("<li><a href=\"#").raw(id).raw("\">").text(title).raw("</a></li>\n");
    }
    page.raw("</ul>\n</nav>\n");
}

fn footer(page: &mut Html, report: &Report) {
    page.raw("<footer>\n");
    if !report.problems.is_empty() {
        page.element("p", &words::cost_note(report)).raw("\n");
    }
    page.element("p", &words::footer(report)).raw("\n</footer>\n</body>\n</html>\n");
}
