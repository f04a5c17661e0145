//! What the catalogue knows, what it does not, and how well it is kept.

use super::layout::Tone;
use super::sheet::{Entry, Sheet, left, right};
use super::words::{self, clip, names_in_short, title};
use super::{CatalogueHealth, FallbackKind, PastReview, Problem, Report, Unknown};
use crate::model::{grouped, plural};

/// Says where the single episodes are.
const EPISODES: &str =
    "Their entries count for the problems above. Each time with its entries: dewlap episodes";
/// How an unknown becomes a rule.
const DRAFT: &str = "A rule for one, written and tried: dewlap unknown ID draft";

/// Returns what several entries show together.
pub(super) fn courses(report: &Report) -> Option<Sheet> {
    let columns = [left("what"), right("times"), left("trend"), left("owner")];
    let heading = ("courses", "What several entries show");
    let mut sheet = Sheet::new(heading, &columns, 0, report.limits.others);
    sheet.after.push(EPISODES.to_owned());
    let row = |course: &Problem| {
        let fix = words::urgent_fix(course).map(|fix| format!("fix: {fix}"));
        vec![
            Entry::new(words::severity_tone(course), title(course, 100))
                .and(Tone::Faint, words::where_in_short(course, report))
                .and(Tone::Faint, words::recovered(course))
                .and(Tone::Plain, fix.unwrap_or_default()),
            Entry::plain(grouped(course.count)),
            Entry::new(
                words::trend_tone(course.trend),
                words::trend(course.trend, course.before, course.count),
            ),
            Entry::plain(words::owner(course)),
        ]
    };
    sheet.with(report.courses.iter().map(row)).unless_empty()
}

/// Returns the clusters that no rule explains.
pub(super) fn unknowns(report: &Report) -> Option<Sheet> {
    let columns = [right("count"), left("cluster"), left("what")];
    let heading = ("unknowns", "Unknowns worth a rule");
    let mut sheet = Sheet::new(heading, &columns, 2, report.limits.others);
    sheet.after.push(DRAFT.to_owned());
    let row = |unknown: &Unknown| {
        let example = unknown.example.as_ref().map(|example| clip(&example.text, 160));
        let example = example.filter(|text| *text != clip(&unknown.template, 160));
        vec![
            Entry::plain(grouped(unknown.count)),
            Entry::code(&unknown.cluster),
            Entry::new(Tone::Strong, clip(&unknown.template, 160))
                .and(Tone::Plain, example.map_or_else(String::new, |text| format!("e.g. {text}")))
                .and(Tone::Faint, names_in_short(&unknown.components)),
        ]
    };
    sheet.with(report.unknowns.iter().map(row)).unless_empty()
}

/// Returns the failures of which only the kind is known.
pub(super) fn fallbacks(report: &Report) -> Option<Sheet> {
    let columns = [right("count"), left("kind"), left("rule")];
    let heading = ("fallbacks", "Kind known, cause not");
    let sheet = Sheet::new(heading, &columns, 1, report.limits.others);
    let row = |kind: &FallbackKind| {
        vec![
            Entry::plain(grouped(kind.count)),
            Entry::plain(&kind.title),
            Entry::code(kind.rule.as_str()),
        ]
    };
    sheet.with(report.fallbacks.iter().map(row)).unless_empty()
}

/// Returns how well the catalogue is kept, where that is known.
pub(super) fn catalogue(report: &Report) -> Option<Sheet> {
    let health = report.health.as_ref()?;
    let columns = [left("past its review"), left("review was due by")];
    let heading = ("catalogue", "The catalogue");
    let mut sheet = Sheet::new(heading, &columns, 0, report.limits.others);
    sheet.before.push(rules(health));
    sheet.before.extend(Some(explained(report)).filter(|text| !text.is_empty()));
    if health.past_review.is_empty() {
        sheet.before.push("No rule is past its review.".to_owned());
    }
    let row = |rule: &PastReview| {
        vec![Entry::code(rule.rule.as_str()), Entry::plain(rule.review_by.to_string())]
    };
    Some(sheet.with(health.past_review.iter().map(row)))
}

/// Returns how many rules there are, by status.
fn rules(health: &CatalogueHealth) -> String {
    let by_status = [
        (health.stable, "stable"),
        (health.experimental, "on trial"),
        (health.deprecated, "deprecated"),
    ];
    let told = by_status.iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> =
        told.map(|(count, status)| format!("{} {status}", grouped(*count))).collect();
    format!(
        "{}: {}. {} never met in this store.",
        plural(health.rules(), "rule"),
        told.join(", "),
        grouped(health.never_met)
    )
}

/// Returns how much of the events the catalogue explains, now and in the period before; empty where
/// there are none to compare with.
fn explained(report: &Report) -> String {
    let (now, before) = [&report.totals, &report.totals_before].map(words::explained).into();
    if now.is_empty() || before.is_empty() {
        return String::new();
    }
    format!("Events of this {}: {now}. Of {}: {before}.", report.window.unit, report.window.before)
}
