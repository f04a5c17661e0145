//! A backtest for a person.

use std::fmt::{Error, Result, Write};

use crate::cli::output::width;
use crate::cli::patterns::line::{few_lines, one_line, percent};
use crate::model::{grouped, plural};
use crate::pipeline::{Backtest, Change, ChangeKind, LesserChange, SampleText};

/// Rows of a list that are shown without `--verbose`.
const MAX_ROWS: usize = 20;

/// Renders what would change; lists are whole where `is_whole`.
pub(super) fn render(backtest: &Backtest, is_whole: bool) -> std::result::Result<String, Error> {
    let mut out = String::new();
    let page =
        Page { width: width().min(120), max_rows: if is_whole { usize::MAX } else { MAX_ROWS } };
    head(&mut out, backtest)?;
    for kind in ChangeKind::ALL {
        page.changes(&mut out, backtest, kind)?;
    }
    page.lesser(&mut out, &backtest.lesser)?;
    if backtest.is_same() {
        writeln!(out, "\nNothing would change.")?;
    }
    page.rules(&mut out, "Only in the catalogue that is tried", &backtest.new_rules)?;
    page.rules(&mut out, "Only in the catalogue in use", &backtest.gone_rules)?;
    Ok(out)
}

fn head(out: &mut String, backtest: &Backtest) -> Result {
    let events = backtest.events();
    writeln!(out, "Backtest of catalogue {} on {}", backtest.catalogue, plural(events, "event"))?;
    for (hash, count) in &backtest.deciding {
        writeln!(out, "  decided by {hash}: {}", plural(*count, "event"))?;
    }
    if events == 0 {
        return Ok(());
    }
    writeln!(out, "\n  {:<10}{:>11}{:>9}   {:>11}", "", "stored", "", "now")?;
    let (before, after) = (backtest.before, backtest.after);
    for (name, then, now) in [
        ("known", before.known, after.known),
        ("fallback", before.fallback, after.fallback),
        ("unknown", before.unknown, after.unknown),
    ] {
        writeln!(
            out,
            "  {name:<10}{:>11}{:>9}   {:>11}{:>9}",
            grouped(then),
            percent(then, events),
            grouped(now),
            percent(now, events),
        )?;
    }
    Ok(())
}

/// How much is shown.
struct Page {
    width: usize,
    max_rows: usize,
}

impl Page {
    fn changes(&self, out: &mut String, backtest: &Backtest, kind: ChangeKind) -> Result {
        let rows: Vec<_> = backtest.changes.iter().filter(|change| change.kind == kind).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let title = match kind {
            ChangeKind::Lost => "Lost: a rule explained it, now none or only a fallback does",
            ChangeKind::Moved => "Moved to another rule",
            ChangeKind::Gained => "Gained: no rule explained it, now one does",
        };
        writeln!(out, "\n{title}, {}", plural(backtest.changed(kind), "event"))?;
        for row in rows.iter().take(self.max_rows) {
            self.change(out, row)?;
        }
        self.rest(out, rows.len())
    }

    fn change(&self, out: &mut String, row: &Change) -> Result {
        let name = |rule: &Option<String>| rule.clone().unwrap_or_else(|| "unknown".into());
        let fallback = if row.is_to_fallback { " (fallback)" } else { "" };
        let (before, after) = (name(&row.before), name(&row.after));
        let line = format!("{:>10}  {before}", grouped(row.events));
        self.joined(out, &line, &format!("-> {after}{fallback}"))?;
        // What moved is told well enough by the names of the two rules.
        if let Some(why) = row.why.as_ref().filter(|_| row.kind == ChangeKind::Lost) {
            let why = few_lines(&format!("why: {why}"), self.width.saturating_sub(14), 3);
            for line in why {
                writeln!(out, "            {line}")?;
            }
        }
        self.samples(out, &row.samples)
    }

    /// Writes two parts on one line where they fit, else below each other.
    fn joined(&self, out: &mut String, first: &str, second: &str) -> Result {
        let fits = first.chars().count() + 1 + second.chars().count() <= self.width;
        writeln!(out, "{first}{}{second}", if fits { " " } else { "\n            " })
    }

    fn lesser(&self, out: &mut String, rows: &[LesserChange]) -> Result {
        if rows.is_empty() {
            return Ok(());
        }
        writeln!(out, "\nThe same rule, but other details\n    events  rule")?;
        for row in rows.iter().take(self.max_rows) {
            let counts = [
                ("captures", row.captures),
                ("outcome", row.outcome),
                ("severity", row.severity),
                ("problem", row.regrouped),
            ];
            let changed = counts.iter().filter(|(_, count)| *count > 0);
            let changed: Vec<_> =
                changed.map(|(what, count)| format!("{what} {}", grouped(*count))).collect();
            let rule = row.rule.as_deref().unwrap_or("unknown");
            let line = format!("{:>10}  {rule}:", grouped(row.events));
            self.joined(out, &line, &changed.join(", "))?;
            self.samples(out, &row.samples)?;
        }
        self.rest(out, rows.len())
    }

    fn samples(&self, out: &mut String, samples: &[SampleText]) -> Result {
        let room = self.width.saturating_sub(14);
        for sample in samples {
            writeln!(out, "            {}", one_line(&sample.id, room))?;
            writeln!(out, "              {}", one_line(&sample.text, room))?;
        }
        Ok(())
    }

    fn rules(&self, out: &mut String, title: &str, rules: &[String]) -> Result {
        if rules.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{title}: {}", plural(rules.len() as u64, "rule"))?;
        for rule in rules.iter().take(self.max_rows) {
            writeln!(out, "  {rule}")?;
        }
        self.rest(out, rules.len())
    }

    fn rest(&self, out: &mut String, len: usize) -> Result {
        match len.saturating_sub(self.max_rows) {
            0 => Ok(()),
            more => writeln!(out, "{:>10}  more; -v lists them", grouped(more as u64)),
        }
    }
}
