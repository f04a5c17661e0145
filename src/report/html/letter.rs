//! The page for mail programs, which draw no SVG.

use super::document::render;
use crate::report::Report;

/// A page whose charts are pictures beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailPage {
    /// The page; it names a picture by `cid:` and the chart's name.
    pub html: String,
    /// The charts as SVG, by name.
    pub charts: Vec<(String, String)>,
}

/// Renders the report as [`render_html`](super::render_html) does, for a mail.
#[must_use]
pub fn render_mail_page(report: &Report) -> MailPage {
    // Mail programs run nothing; a policy would keep a browser from the pictures.
    let page = render(report, None);
    let mut charts = Vec::new();
    let mut html = String::with_capacity(page.len());
    let mut rest = page.as_str();
    while let Some((before, chart, after)) = next_chart(rest) {
        let name = format!("chart-{}@dewlap", charts.len() + 1);
        html.push_str(before);
        html.push_str(&picture(&name, chart));
        charts.push((name, chart.to_owned()));
        rest = after;
    }
    html.push_str(rest);
    MailPage { html, charts }
}

/// Splits a page at its first chart.
fn next_chart(page: &str) -> Option<(&str, &str, &str)> {
    const END: &str = "</svg>";
    let (before, rest) = page.split_at_checked(page.find("<svg ")?)?;
    let (chart, after) = rest.split_at_checked(rest.find(END)? + END.len())?;
    Some((before, chart, after))
}

/// Returns the element that shows a chart: its class, size and text alternative are the chart's.
fn picture(name: &str, chart: &str) -> String {
    let of = |attribute| attribute_of(chart, attribute).unwrap_or_default();
    format!(
        "<img src=\"cid:{name}\" class=\"{}\" width=\"{}\" height=\"{}\" alt=\"{}\">",
        of("class"),
        of("width"),
        of("height"),
        of("aria-label")
    )
}

/// Returns the value of an attribute of an element's first tag, escaped as it is.
fn attribute_of<'c>(element: &'c str, name: &str) -> Option<&'c str> {
    let tag = element.split('>').next()?;
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    value.split('"').next()
}
