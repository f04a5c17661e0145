//! The runbook in Markdown (GitHub's), for wikis.

use jiff::civil::Date;

use super::article::{self, Line, Piece, Row, Sample};
use super::html::{HINTS, summary};
use super::index::{Group, by_category, by_owner};
use crate::catalogue::{Catalogue, Rule};
use crate::report::{code_span, escape_markdown, fenced};

/// Renders the runbook as Markdown, every line ended.
///
/// The date decides which reviews are overdue. Anchors are the ids of the rules.
#[must_use]
pub fn render_markdown(catalogue: &Catalogue, today: Date) -> String {
    let mut blocks = vec![
        "# Iguana runbook".to_owned(),
        escape_markdown(&summary(catalogue, today)),
        "## How to use it".to_owned(),
        list(HINTS.iter().map(|hint| escape_markdown(hint))),
    ];
    let categories = by_category(catalogue);
    index(&mut blocks, "By category", &categories);
    index(&mut blocks, "By owner", &by_owner(catalogue));
    for (category, rules) in &categories {
        blocks.push(format!("## {}", escape_markdown(category)));
        for rule in rules {
            render_rule(&mut blocks, rule, catalogue, today);
        }
    }
    blocks.push("---".into());
    blocks.push("Made by `dewlap patterns runbook`.".into());
    let mut text = blocks.join("\n\n");
    text.push('\n');
    text
}

fn index(blocks: &mut Vec<String>, title: &str, groups: &[Group<'_>]) {
    blocks.push(format!("## {title}"));
    for (name, rules) in groups {
        blocks.push(format!("**{}**", escape_markdown(name)));
        let link = |rule: &&Rule| rule_link(rule.id.as_str(), &escape_markdown(&rule.title));
        blocks.push(list(rules.iter().map(link)));
    }
}

fn render_rule(blocks: &mut Vec<String>, rule: &Rule, catalogue: &Catalogue, today: Date) {
    blocks.push(format!("<a id=\"{}\"></a>", rule.id));
    blocks.push(format!("### {}", escape_markdown(&rule.title)));
    blocks.push(format!("**{}** {}", rule.severity.name(), code_span(rule.id.as_str())));
    for note in article::notes(rule, catalogue) {
        blocks.push(format!("> {}", line(&note)));
    }
    blocks.push(list(article::rows(rule, catalogue, today).iter().map(row)));
    samples(blocks, "How it looks in the log", &article::examples(rule));
    samples(blocks, "Not this", &article::counter_examples(rule, catalogue));
}

fn row(row: &Row) -> String {
    match row.lines.as_slice() {
        [only] => format!("**{}**: {}", row.label, line(only)),
        lines => {
            let lines = lines.iter().map(|text| format!("\n  - {}", line(text)));
            format!("**{}**:{}", row.label, lines.collect::<String>())
        }
    }
}

fn samples(blocks: &mut Vec<String>, title: &str, samples: &[Sample]) {
    if !samples.is_empty() {
        blocks.push(format!("#### {title}"));
    }
    for sample in samples {
        if !sample.because.is_empty() {
            blocks.push(format!("{}:", line(&sample.because)));
        }
        blocks.push(fenced(&sample.text));
    }
}

fn line(line: &Line) -> String {
    let piece = |piece: &Piece| match piece {
        // White space at the ends is what keeps words apart.
        Piece::Text(text) => spaced(text, escape_markdown),
        Piece::Strong(text) => spaced(text, |text| format!("**{}**", escape_markdown(text))),
        Piece::Code(text) => code_span(text),
        Piece::Rule(id) => rule_link(id, &code_span(id)),
        Piece::Link(url) => format!("<{url}>"),
    };
    line.iter().map(piece).collect()
}

/// Returns a text rendered, with one space where it begins or ends with any.
fn spaced(text: &str, render: impl Fn(&str) -> String) -> String {
    let space = |is_there: bool| if is_there { " " } else { "" };
    let before = space(text.starts_with(char::is_whitespace));
    let after = space(text.ends_with(char::is_whitespace));
    format!("{before}{}{after}", render(text.trim()))
}

fn rule_link(id: &str, words: &str) -> String {
    format!("[{words}](#{id})")
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.map(|item| format!("- {item}")).collect::<Vec<_>>().join("\n")
}
