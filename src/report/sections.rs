//! The lists of the report, in the order in which they are read.

use super::sheet::Sheet;
use super::{Report, changes, knowledge, logs};

/// Returns what changed and what was done about it.
pub(super) fn changed(report: &Report) -> Vec<Sheet> {
    if report.is_empty() {
        return changes::done(report).into_iter().collect();
    }
    let mut sheets: Vec<Sheet> = changes::new(report).into_iter().collect();
    sheets.extend(changes::progress(report));
    sheets.extend(changes::quiet(report));
    sheets.extend(changes::done(report));
    sheets
}

/// Returns what else there is to know.
pub(super) fn others(report: &Report) -> Vec<Sheet> {
    let mut sheets = Vec::new();
    if !report.is_empty() {
        sheets.extend(knowledge::courses(report));
        sheets.extend(knowledge::unknowns(report));
        sheets.extend(knowledge::fallbacks(report));
        sheets.extend(logs::silences(report));
        sheets.extend(logs::components(report));
    }
    sheets.extend(logs::lost(report));
    if !report.is_empty() {
        sheets.extend(knowledge::catalogue(report));
    }
    sheets
}
