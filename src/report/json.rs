//! The report as one JSON object, and how its values are written.

use std::fmt::Display;

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use super::{Report, Totals};
use crate::model::{EntryKind, Period, Severity};

/// Describes the JSON report: a JSON Schema, draft 2020-12.
pub const JSON_SCHEMA: &str = include_str!("schema.json");

/// Renders the report as one JSON object on one line, ended.
///
/// [`JSON_SCHEMA`] describes its fields; their order never changes.
///
/// # Panics
///
/// Never: every key of the object is text.
#[must_use]
pub fn render_json(report: &Report) -> String {
    let mut out = serde_json::to_string(report).expect("every key is text");
    out.push('\n');
    out
}

/// Writes a value as the text that it displays as.
pub(super) fn display<S: Serializer>(value: &impl Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

/// Writes a value as text, or `null`.
#[expect(clippy::ref_option, reason = "serde calls it with a reference")]
pub(super) fn maybe_display<S: Serializer>(
    value: &Option<impl Display>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => to.collect_str(value),
        None => to.serialize_none(),
    }
}

/// Writes a severity by its name.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
pub(super) fn severity<S: Serializer>(value: &Severity, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(value.name())
}

/// Writes thousandths as percent with one decimal.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
pub(super) fn percent<S: Serializer>(permille: &u32, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(f64::from(*permille) / 10.0)
}

/// Writes tenths as a number with one decimal, or `null`.
#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
pub(super) fn tenths<S: Serializer>(tenths: &Option<u32>, to: S) -> Result<S::Ok, S::Error> {
    tenths.map(|tenths| f64::from(tenths) / 10.0).serialize(to)
}

/// Writes a period as `{from, to}`, or `null`.
#[expect(clippy::ref_option, reason = "serde calls it with a reference")]
pub(super) fn period<S: Serializer>(value: &Option<Period>, to: S) -> Result<S::Ok, S::Error> {
    let Some(period) = value else { return to.serialize_none() };
    let mut object = to.serialize_struct("Period", 2)?;
    object.serialize_field("from", &period.from.to_string())?;
    object.serialize_field("to", &period.to.to_string())?;
    object.end()
}

impl Serialize for Totals {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut object = to.serialize_struct("Totals", 6)?;
        object.serialize_field("entries", &self.entry_count())?;
        object.serialize_field("by_type", &ByType(self))?;
        object.serialize_field("events", &self.events)?;
        object.serialize_field("known", &self.known)?;
        object.serialize_field("fallback", &self.fallback)?;
        object.serialize_field("unknown", &self.unknown)?;
        object.end()
    }
}

/// Entries by type, all seven, in the order of the numbers on disk.
struct ByType<'a>(&'a Totals);

impl Serialize for ByType<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(EntryKind::ALL.len()))?;
        for kind in EntryKind::ALL {
            let count = self.0.entries.get(&kind).copied().unwrap_or(0);
            map.serialize_entry(kind.name(), &count)?;
        }
        map.end()
    }
}
