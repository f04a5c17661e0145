//! Messages as the two parts of a mail.

use std::fmt::Write;

use super::{Sections, footer, sections};
use crate::alert::message::Message;

/// Renders a message as plain text.
pub(in crate::alert) fn text(message: &Message) -> String {
    let Sections { facts, texts, before } = sections(message);
    let mut lines = vec![message.summary.clone(), String::new()];
    for (name, value) in &texts {
        lines.push(format!("{name}: {value}"));
    }
    if !texts.is_empty() {
        lines.push(String::new());
    }
    for (name, value) in &facts {
        lines.push(format!("{name:<11} {value}"));
    }
    if let Some(runbook) = &message.runbook {
        lines.push(format!("{:<11} {runbook}", "Runbook"));
    }
    if let Some(example) = &message.example {
        lines.extend([String::new(), "Example:".into()]);
        lines.extend(example.lines().map(|line| format!("    {line}")));
    }
    if !before.is_empty() {
        lines.extend([String::new(), "Before:".into()]);
        lines.extend(before.iter().map(|line| format!("    {line}")));
    }
    lines.extend([String::new(), footer(message), String::new()]);
    lines.join("\n")
}

/// Renders a message as a page without pictures, scripts or network.
pub(in crate::alert) fn html(message: &Message) -> String {
    let Sections { facts, texts, before } = sections(message);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title></head>\n\
         <body style=\"font-family:sans-serif\">\n<h2>{0}</h2>\n",
        escaped(&message.summary)
    );
    for (name, value) in &texts {
        put(&mut page, format_args!("<p><b>{name}:</b> {}</p>\n", escaped(value)));
    }
    page.push_str("<table cellpadding=\"4\">\n");
    for (name, value) in &facts {
        let value = escaped(value);
        put(&mut page, format_args!("<tr><td><b>{name}</b></td><td>{value}</td></tr>\n"));
    }
    if let Some(runbook) = &message.runbook {
        let address = escaped(runbook);
        let link = format_args!(
            "<tr><td><b>Runbook</b></td><td><a href=\"{address}\">{address}</a></td></tr>\n"
        );
        put(&mut page, link);
    }
    page.push_str("</table>\n");
    if let Some(example) = &message.example {
        let example = escaped(example);
        put(&mut page, format_args!("<p><b>Example</b></p>\n<pre>{example}</pre>\n"));
    }
    if !before.is_empty() {
        page.push_str("<p><b>Before</b></p>\n<ul>\n");
        for line in &before {
            put(&mut page, format_args!("<li>{}</li>\n", escaped(line)));
        }
        page.push_str("</ul>\n");
    }
    put(&mut page, format_args!("<p><small>{}</small></p>\n", escaped(&footer(message))));
    page.push_str("</body></html>\n");
    page
}

fn put(page: &mut String, part: std::fmt::Arguments<'_>) {
    page.write_fmt(part).expect("a string takes any text");
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
