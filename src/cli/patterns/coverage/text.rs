//! Coverage for a person.

use std::fmt::{Result, Write};
use std::time::Duration;

use crate::classify::RuleTime;
use crate::cli::output::width;
use crate::cli::patterns::line::{one_line, percent};
use crate::model::{Millis, grouped, plural};
use crate::pipeline::{ComponentShares, Coverage, RuleCount, Shares};

/// Rows of a list that are shown without `--verbose`.
const MAX_ROWS: usize = 10;
/// Slow rules that are shown without `--verbose`.
const MAX_SLOW: usize = 5;

/// Renders what was found; lists are whole where `is_whole`.
pub(super) fn render(
    coverage: &Coverage,
    is_whole: bool,
) -> std::result::Result<String, std::fmt::Error> {
    let mut out = String::new();
    let page = Page { width: width().min(120), is_whole };
    head(&mut out, coverage)?;
    if coverage.shares.total() > 0 {
        page.tables(&mut out, coverage)?;
        page.unknown(&mut out, coverage)?;
    }
    page.slowest(&mut out, coverage)?;
    page.rules(&mut out, coverage)?;
    catalogues(&mut out, coverage)?;
    Ok(out)
}

fn head(out: &mut String, coverage: &Coverage) -> Result {
    let rules = plural(coverage.rules, "rule");
    writeln!(out, "Coverage by catalogue {}, {rules}", coverage.catalogue)?;
    let Some((first, last)) = coverage.days else {
        return writeln!(out, "There are no events.");
    };
    let bad = coverage.shares.total();
    writeln!(
        out,
        "{}, {} to {}\n{} {}, {} informational",
        plural(coverage.events, "event"),
        date(first),
        date(last),
        grouped(bad),
        if bad == 1 { "error or warning" } else { "errors and warnings" },
        grouped(coverage.informational),
    )?;
    let Some(health) = coverage.health else {
        return writeln!(out, "Without errors and warnings there is nothing to judge by.");
    };
    writeln!(out)?;
    let shares = coverage.shares;
    for (name, count, meaning) in [
        ("known", shares.known, "a rule explains it"),
        ("fallback", shares.fallback, "the kind is known, the cause is not"),
        ("unknown", shares.unknown, "no rule"),
    ] {
        let share = percent(count, bad);
        writeln!(out, "  {name:<9}{:>11}  {share:>7}  {meaning}", grouped(count))?;
    }
    writeln!(
        out,
        "  {:<9}{:>11}  of 100: explained {}/80, reviewed {}/10, stable {}/10",
        "health",
        health.score(),
        health.explained,
        health.reviewed,
        health.stable,
    )
}

/// How much is shown.
struct Page {
    width: usize,
    is_whole: bool,
}

impl Page {
    fn tables(&self, out: &mut String, coverage: &Coverage) -> Result {
        let components = &coverage.by_component;
        let is_one_server =
            components.windows(2).all(|pair| matches!(pair, [a, b] if a.server == b.server));
        let rows = components.iter().map(|row| (component(row, is_one_server), row.shares));
        self.table(out, "component, most unexplained first", &rows.collect::<Vec<_>>())?;
        let weeks = &coverage.by_week;
        let first = weeks.len().saturating_sub(if self.is_whole { weeks.len() } else { MAX_ROWS });
        let rows = weeks.iter().skip(first).map(|row| (row.week.clone(), row.shares));
        self.table(out, "week", &rows.collect::<Vec<_>>())
    }

    fn table(&self, out: &mut String, title: &str, rows: &[(String, Shares)]) -> Result {
        writeln!(out, "\n    errors    known  fallback   unknown  {title}")?;
        let shown = self.shown(rows.len(), MAX_ROWS);
        for (label, shares) in rows.iter().take(shown) {
            writeln!(
                out,
                "{:>10}  {:>7}  {:>8}  {:>8}  {}",
                grouped(shares.total()),
                percent(shares.known, shares.total()),
                grouped(shares.fallback),
                grouped(shares.unknown),
                one_line(label, self.width.saturating_sub(41)),
            )?;
        }
        rest(out, rows.len(), shown)
    }

    fn unknown(&self, out: &mut String, coverage: &Coverage) -> Result {
        let clusters = &coverage.unknown_clusters;
        if clusters.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n    events  what to write rules for next")?;
        let shown = self.shown(clusters.len(), MAX_ROWS);
        for row in clusters.iter().take(shown) {
            let room = self.width.saturating_sub(16 + row.cluster.len());
            let template = one_line(&row.template, room);
            writeln!(out, "{:>10}  {}  {template}", grouped(row.events), row.cluster)?;
        }
        rest(out, clusters.len(), shown)
    }

    fn slowest(&self, out: &mut String, coverage: &Coverage) -> Result {
        let total = total_time(coverage);
        if coverage.slowest.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n     texts  µs each    share  slowest rules, on a sample of the texts")?;
        let shown = self.shown(coverage.slowest.len(), MAX_SLOW);
        for row in coverage.slowest.iter().take(shown) {
            let (each, part) = cost(row, total);
            let texts = grouped(row.texts);
            writeln!(out, "{texts:>10}  {each:>7.1}  {:>5.1} %  {}", part * 100.0, row.rule)?;
        }
        rest(out, coverage.slowest.len(), shown)
    }

    fn rules(&self, out: &mut String, coverage: &Coverage) -> Result {
        writeln!(out)?;
        let dead = &coverage.dead_rules;
        let were = if dead.len() == 1 { "was" } else { "were" };
        let more = if self.is_whole || dead.is_empty() { "" } else { "; -v lists them" };
        writeln!(out, "{} {were} never met here{more}.", plural(dead.len() as u64, "rule"))?;
        if self.is_whole {
            for rule in dead {
                writeln!(out, "  {rule}")?;
            }
        }
        let late = &coverage.past_review;
        if !late.is_empty() {
            writeln!(out, "{} past review:", plural(late.len() as u64, "rule"))?;
            let shown = self.shown(late.len(), MAX_ROWS);
            for row in late.iter().take(shown) {
                let events = plural(row.events, "event");
                writeln!(out, "  {}, review by {}, {events}", row.rule, row.review_by)?;
            }
            rest(out, late.len(), shown)?;
        }
        self.counts(out, "deprecated and still met", &coverage.deprecated_met)?;
        self.counts(out, "experimental and met", &coverage.experimental_met)?;
        self.counts(out, "met and not in this catalogue", &coverage.not_in_catalogue)
    }

    fn counts(&self, out: &mut String, what: &str, rules: &[RuleCount]) -> Result {
        if rules.is_empty() {
            return Ok(());
        }
        writeln!(out, "{} {what}:", plural(rules.len() as u64, "rule"))?;
        let shown = self.shown(rules.len(), MAX_ROWS);
        for row in rules.iter().take(shown) {
            writeln!(out, "  {}, {}", row.rule, plural(row.events, "event"))?;
        }
        rest(out, rules.len(), shown)
    }

    fn shown(&self, len: usize, max: usize) -> usize {
        if self.is_whole { len } else { max.min(len) }
    }
}

fn component(row: &ComponentShares, is_one_server: bool) -> String {
    match row.name.as_str() {
        "" => format!("{}, no component", row.server),
        name if is_one_server => name.into(),
        name => format!("{}: {name}", row.server),
    }
}

fn rest(out: &mut String, len: usize, shown: usize) -> Result {
    match len.saturating_sub(shown) {
        0 => Ok(()),
        more => writeln!(out, "{:>10}  more; -v lists them", grouped(more as u64)),
    }
}

/// Says which catalogues decided, where that was not just the one that is judged.
fn catalogues(out: &mut String, coverage: &Coverage) -> Result {
    let others: Vec<_> =
        coverage.deciding.iter().filter(|(hash, _)| *hash != coverage.catalogue).collect();
    if others.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nNot all events were decided by this catalogue:")?;
    for (hash, events) in &coverage.deciding {
        writeln!(out, "  {hash}, {}", plural(*events, "event"))?;
    }
    writeln!(out, "`dewlap patterns backtest` tells what this one would say of them.")
}

fn date(day: Millis) -> jiff::civil::Date {
    day.timestamp().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Returns the time of all rules.
pub(super) fn total_time(coverage: &Coverage) -> Duration {
    coverage.slowest.iter().map(|row| row.time).sum()
}

/// Returns the mean time of a rule for one text, in microseconds with one digit, and its part of
/// the time of all, with three digits.
pub(super) fn cost(row: &RuleTime, total: Duration) -> (f64, f64) {
    let texts = u32::try_from(row.texts).unwrap_or(u32::MAX).max(1);
    let mean = row.time.as_secs_f64() * 1e6 / f64::from(texts);
    let part = row.time.as_secs_f64() / total.as_secs_f64().max(f64::MIN_POSITIVE);
    ((mean * 10.0).round() / 10.0, (part * 1_000.0).round() / 1_000.0)
}
