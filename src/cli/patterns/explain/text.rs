//! An explanation for a person.

use std::fmt::{Result, Write};

use super::Explained;
use crate::classify::{Column, ColumnKind, Loss, Matched, NearMiss};
use crate::cli::output::width;
use crate::model::plural;

/// Longer texts are cut where the whole is not needed.
const MAX_CHARS: usize = 200;
/// Longer cells of the two lines are cut in their middle.
const MAX_CELL_CHARS: usize = 40;
/// Where the text of a field begins.
const INDENT: usize = 12;

/// Renders an explanation.
pub(super) fn render(explained: &Explained<'_>) -> std::result::Result<String, std::fmt::Error> {
    let mut out = String::new();
    if let Some(event) = explained.event {
        field(&mut out, "event", &format!("{}, {}", event.id, event.time))?;
    }
    parts(&mut out, explained)?;
    out.push('\n');
    match &explained.explanation.winner {
        Some(winner) => won(&mut out, explained, winner)?,
        None => field(&mut out, "rule", "none: no rule explains this text")?,
    }
    let outcome = explained.explanation.outcome.map_or("not told", |outcome| outcome.name());
    field(&mut out, "outcome", outcome)?;
    lost(&mut out, explained)?;
    near(&mut out, explained)?;
    Ok(out)
}

fn parts(out: &mut String, explained: &Explained<'_>) -> Result {
    for (index, part) in explained.explanation.parts.iter().enumerate() {
        let label = if index == 0 { "text".into() } else { format!("part {index}") };
        let text = explained.text.get(part.start..).unwrap_or_default();
        field(out, &label, &one_line(text, MAX_CHARS))?;
        if let Some(wrapper) = part.wrapper {
            let outcome = part.outcome.map(|outcome| format!(", outcome `{}`", outcome.name()));
            let outcome = outcome.unwrap_or_default();
            field(out, "", &format!("wrapper `{wrapper}` taken off{outcome}"))?;
        }
    }
    Ok(())
}

fn won(out: &mut String, explained: &Explained<'_>, winner: &Matched<'_>) -> Result {
    let rule = winner.rule;
    field(out, "rule", &format!("{}: {}", rule.id, rule.title))?;
    if rule.fallback {
        field(out, "", "a fallback rule: the kind is known, the cause is not")?;
    }
    if rule.routine {
        field(out, "", "a line of normal work: no event unless it is logged as one")?;
    }
    field(out, "won on", &part_name(explained, winner.part))?;
    field(out, "literals", &quoted(&winner.literals))?;
    let n_bytes = plural(winner.n_bytes as u64, "literal byte");
    field(out, "specific", &format!("each match needs {n_bytes} or more"))?;
    let matched = explained.text.get(winner.span.clone()).unwrap_or_default();
    field(out, "matched", &one_line(matched, MAX_CHARS))?;
    let mut label = "captures";
    for (name, value) in &explained.explanation.captures {
        field(out, label, &format!("{name} = {}", one_line(value, MAX_CHARS)))?;
        label = "";
    }
    Ok(())
}

fn lost(out: &mut String, explained: &Explained<'_>) -> Result {
    let losers = &explained.explanation.losers;
    if !losers.is_empty() {
        writeln!(out, "\nThese rules match too, and lose:")?;
    }
    for loser in losers {
        let to = &loser.to.id;
        let why = match loser.loss {
            Loss::Fallback => "a fallback rule loses to every other".into(),
            Loss::LessInward => {
                format!("less inward: it matches on {}", part_name(explained, loser.matched.part))
            }
            Loss::Surrounded => format!("surrounded: `{to}` matches around it"),
            Loss::LessSpecific { n_bytes, against } => {
                format!("less specific: {n_bytes} against {against} bytes of `{to}`")
            }
            Loss::Id => format!("only its id is greater than `{to}`"),
        };
        writeln!(out, "  {}\n    {why}", loser.matched.rule.id)?;
    }
    Ok(())
}

fn near(out: &mut String, explained: &Explained<'_>) -> Result {
    if explained.near.is_empty() {
        if explained.explanation.winner.is_none() {
            writeln!(out, "\nNo rule comes near: it shares no word with any.")?;
        }
        return Ok(());
    }
    writeln!(
        out,
        "\nNearest misses; `...` is left open, [-this-] the rule expects, {{+this+}} the text has:"
    )?;
    for (index, miss) in explained.near.iter().enumerate() {
        let percent = (miss.share * 100.0).round();
        let rule = miss.rule;
        writeln!(out, "\n{}. {}: {}, {percent} % alike", index + 1, rule.id, rule.title)?;
        side_by_side(out, miss)?;
        if let Some(why) = &miss.miss {
            wrapped(out, "", &one_line(&why.to_string(), 2 * MAX_CHARS), 3)?;
        }
    }
    Ok(())
}

/// Writes what the rule expects above what the text has, in as many pairs of lines as it takes.
fn side_by_side(out: &mut String, miss: &NearMiss<'_>) -> Result {
    const BEGIN: [&str; 2] = ["   rule  ", "   text  "];
    let room = width().clamp(40, 120) - BEGIN[0].len();
    let mut lines = [String::new(), String::new()];
    let mut used = 0;
    for column in &miss.columns {
        let cells = cells(column);
        let wide = cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
        let space = usize::from(used > 0 && !column.is_glued);
        if used > 0 && used + space + wide > room {
            flush(out, &BEGIN, &mut lines)?;
            used = 0;
        }
        let space = if used > 0 { space } else { 0 };
        for (line, cell) in lines.iter_mut().zip(cells) {
            write!(line, "{:space$}{cell:<wide$}", "")?;
        }
        used += space + wide;
    }
    flush(out, &BEGIN, &mut lines)
}

fn flush(out: &mut String, begin: &[&str; 2], lines: &mut [String; 2]) -> Result {
    for (begin, line) in begin.iter().zip(lines) {
        writeln!(out, "{}", format!("{begin}{line}").trim_end())?;
        line.clear();
    }
    Ok(())
}

/// Returns what stands in the two lines; what differs is marked.
fn cells(column: &Column) -> [String; 2] {
    let cell = |text: &Option<String>| text.as_deref().map(|text| one_line(text, MAX_CELL_CHARS));
    let (rule, text) = (cell(&column.rule), cell(&column.text));
    match column.kind {
        ColumnKind::Same => [rule.unwrap_or_default(), text.unwrap_or_default()],
        ColumnKind::Open => ["...".into(), text.unwrap_or_default()],
        ColumnKind::Differs => [
            rule.map(|rule| format!("[-{rule}-]")).unwrap_or_default(),
            text.map(|text| format!("{{+{text}+}}")).unwrap_or_default(),
        ],
    }
}

fn part_name(explained: &Explained<'_>, part: usize) -> String {
    match (part, explained.explanation.parts.len()) {
        (0, 1) => "the text".into(),
        (0, _) => "the whole text, wrappers and all".into(),
        (_, n_parts) if part + 1 == n_parts => format!("part {part}, the innermost"),
        _ => format!("part {part}"),
    }
}

fn quoted(literals: &[&str]) -> String {
    let shown = literals.iter().map(|literal| format!("`{}`", one_line(literal, MAX_CHARS)));
    shown.collect::<Vec<_>>().join(" ")
}

/// Returns a text on one line, line ends shown as bars, cut where it is longer than so many.
fn one_line(text: &str, max_chars: usize) -> String {
    let text = text.trim().replace('\n', " | ");
    let text = text.replace(|c: char| c.is_control() && c != '\t', "\u{fffd}");
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or(&text)),
        None => text,
    }
}

/// Writes a label and its text, in as many lines as it takes.
fn field(out: &mut String, label: &str, value: &str) -> Result {
    wrapped(out, label, value, INDENT)
}

fn wrapped(out: &mut String, label: &str, value: &str, indent: usize) -> Result {
    let room = width().clamp(40, 120) - indent;
    let (mut label, mut line) = (label, String::new());
    for word in value.split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
            writeln!(out, "{label:<indent$}{line}")?;
            (label, line) = ("", String::new());
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(out, "{label:<indent$}{line}")
}
