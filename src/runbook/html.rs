//! The runbook as one HTML file.

use jiff::civil::Date;

use super::article::{self, Row, Sample};
use super::index::{Group, by_category, by_owner};
use crate::catalogue::{Catalogue, Rule};
use crate::markup::{Html, policy_hash};
use crate::model::{Severity, plural};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Renders the runbook as one HTML file that needs no network.
///
/// The date decides which reviews are overdue. With 400 rules the page has about 1 MB.
#[must_use]
pub fn render_html(catalogue: &Catalogue, today: Date) -> String {
    let mut page = Html::default();
    head(&mut page);
    intro(&mut page, catalogue, today);
    page.raw("<div id=\"results\" hidden><h2>Found</h2></div>\n<div id=\"all\">\n");
    let categories = by_category(catalogue);
    index(&mut page, ("by-category", "By category"), &categories);
    index(&mut page, ("by-owner", "By owner"), &by_owner(catalogue));
    for (category, rules) in &categories {
        page.raw("<section>\n<h2 id=\"category-").text(category).raw("\">").text(category);
        page.raw(" <small>").text(&plural(count(rules), "rule")).raw("</small></h2>\n");
        for rule in rules {
            render_rule(&mut page, rule, catalogue, today);
        }
        page.raw("</section>\n");
    }
    page.raw("</div>\n</main>\n<footer><p>Catalogue <code>").text(catalogue.hash());
    page.raw("</code>, as of ").text(&today.to_string());
    page.raw(". Made by <code>dewlap patterns runbook</code>.</p></footer>\n<script>");
    page.raw(SCRIPT).raw("</script>\n</body>\n</html>\n");
    page.finish()
}

fn head(page: &mut Html) {
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        policy_hash(STYLE),
        policy_hash(SCRIPT)
    );
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    // The quotes of the policy may stand in an attribute in double quotes.
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"").raw(&policy).raw("\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
    page.raw("<title>Iguana runbook</title>\n<style>").raw(STYLE).raw("</style>\n</head>\n");
}

fn intro(page: &mut Html, catalogue: &Catalogue, today: Date) {
    page.raw(
        "<body>\n<a class=\"skip\" href=\"#all\">Skip to the rules</a>\n<header id=\"top\">\n",
    );
    page.raw("<h1>Iguana runbook</h1>\n<p>").text(&summary(catalogue, today)).raw("</p>\n");
    page.raw("<h2>How to use it</h2>\n<ul>\n");
    for hint in HINTS {
        page.element("li", hint).raw("\n");
    }
    page.raw("</ul>\n</header>\n<search class=\"bar\" hidden>\n<label for=\"q\">Find</label>\n");
    page.raw("<input id=\"q\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" ");
    page.raw("placeholder=\"words, an id, or a whole log line\">\n");
    page.raw(
        "<a href=\"#top\">Top</a>\n<p id=\"status\" role=\"status\"></p>\n</search>\n<main>\n",
    );
}

/// How the page is used, for both formats.
pub(super) const HINTS: [&str; 3] = [
    "Look for the words of the log line, for a code such as ORA-12541, for a rule's id, or for \
     the part that fails, such as oracle or llp. A whole line can be pasted.",
    "Compare the line with \"How it looks in the log\" and with \"Not this\" before following a \
     fix. Masked values look like [name:k3f9a0c2].",
    "The owner acts first. Escalation times count from the first event.",
];

/// Returns what the page holds, in a sentence.
pub(super) fn summary(catalogue: &Catalogue, today: Date) -> String {
    let rules = catalogue.rules();
    let overdue = rules.iter().filter(|rule| rule.review_by < today).count();
    let overdue = u64::try_from(overdue).unwrap_or(u64::MAX);
    let known = plural(u64::try_from(rules.len()).unwrap_or(u64::MAX), "known problem");
    let review = match overdue {
        0 => "no review is overdue".to_owned(),
        1 => "1 review is overdue".to_owned(),
        _ => format!("{overdue} reviews are overdue"),
    };
    format!(
        "{known}, each with cause, fix and owner. Catalogue {}, as of {today}; {review}.",
        catalogue.hash()
    )
}

/// Adds links to all rules, in groups that open.
fn index(page: &mut Html, (id, title): (&str, &str), groups: &[Group<'_>]) {
    page.raw("<section class=\"index\">\n<h2 id=\"").raw(id).raw("\">").text(title);
    page.raw("</h2>\n");
    for (name, rules) in groups {
        page.raw("<details><summary>").text(name).raw(" <small>");
        page.text(&plural(count(rules), "rule")).raw("</small></summary>\n<ul>\n");
        for rule in rules {
            page.raw("<li>").rule_link(rule.id.as_str(), &rule.title).raw("</li>\n");
        }
        page.raw("</ul></details>\n");
    }
    page.raw("</section>\n");
}

fn render_rule(page: &mut Html, rule: &Rule, catalogue: &Catalogue, today: Date) {
    let id = rule.id.as_str();
    let severity = rule.severity.name();
    page.raw("<article id=\"").text(id).raw("\" class=\"").raw(severity).raw("\">\n<h3>");
    page.rule_link(id, &rule.title).raw("</h3>\n<p class=\"tags\"><span class=\"severity\">");
    page.raw(mark(rule.severity)).text(severity).raw("</span> ").element("code", id).raw("</p>\n");
    for note in article::notes(rule, catalogue) {
        page.raw("<p class=\"note\">").line(&note).raw("</p>\n");
    }
    page.raw("<dl>\n");
    for row in article::rows(rule, catalogue, today) {
        render_row(page, &row);
    }
    page.raw("</dl>\n");
    samples(page, "How it looks in the log", &article::examples(rule));
    samples(page, "Not this", &article::counter_examples(rule, catalogue));
    page.raw("</article>\n");
}

/// Returns a sign for a severity that is told by its form; the word follows it.
const fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "<span aria-hidden=\"true\">\u{25b2}\u{25b2}</span> ",
        Severity::Error => "<span aria-hidden=\"true\">\u{25b2}</span> ",
        Severity::Warning => "<span aria-hidden=\"true\">\u{25c6}</span> ",
        Severity::Info => "<span aria-hidden=\"true\">\u{25cb}</span> ",
    }
}

fn render_row(page: &mut Html, row: &Row) {
    page.raw("<dt>").text(row.label).raw("</dt>");
    for line in &row.lines {
        page.raw("<dd>").line(line).raw("</dd>");
    }
    page.raw("\n");
}

fn samples(page: &mut Html, title: &str, samples: &[Sample]) {
    if samples.is_empty() {
        return;
    }
    page.element("h4", title).raw("\n");
    for sample in samples {
        if sample.because.is_empty() {
            page.raw("<pre class=\"example\">");
        } else {
            page.raw("<p>").line(&sample.because).raw(":</p><pre>");
        }
        // The first line end in `pre` is not shown.
        page.raw("\n").text(&sample.text).raw("</pre>\n");
    }
}

fn count(rules: &[&Rule]) -> u64 {
    u64::try_from(rules.len()).unwrap_or(u64::MAX)
}
