//! `dewlap audit`: searches the store for patient data, or counts the logs again.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use clap::{ArgGroup, Args};
use serde_json::json;

use super::context::Global;
use super::failure::Done;
use super::output::{TextOrJson, print};
use crate::model::plural;
use crate::redact::suspects;

/// Arguments of `audit`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true))]
pub(super) struct AuditArgs {
    /// Search every stored text for what looks like patient data
    #[arg(long, group = "what")]
    phi: bool,

    /// Count the logs that are still there again, and list what was destroyed before it was read
    #[arg(long, group = "what")]
    capture: bool,

    /// Output format; JSON is one object a line
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// Runs `audit`.
///
/// Findings name the event and the kind of data, never the data itself.
///
/// # Errors
///
/// Returns why the store could not be read.
pub(super) fn run(global: &Global, args: &AuditArgs) -> anyhow::Result<Done> {
    let context = global.context()?;
    if args.capture {
        return super::capture::audit(&context, args.format);
    }
    let store = context.store()?;
    let (mut texts, mut found) = (0, 0);
    let mut out = String::new();
    store.for_each_text(|entry, column, text| {
        texts += 1;
        for (place, text) in pieces(column, text) {
            for suspect in suspects(&text) {
                found += 1;
                let (kind, range) = (suspect.kind.name(), suspect.range);
                let (from, to) = (range.start, range.end);
                let line = match args.format {
                    TextOrJson::Text => format!("{entry}: {place}, bytes {from} to {to}: {kind}"),
                    TextOrJson::Json => json!({
                        "id": entry, "in": place, "from": from, "to": to, "kind": kind,
                    })
                    .to_string(),
                };
                out.push_str(&line);
                out.push('\n');
            }
        }
    })?;
    if args.format == TextOrJson::Text {
        let said = match found {
            0 => "nothing in them looks like patient data".into(),
            _ => format!("{} may be patient data", plural(found, "place")),
        };
        writeln!(out, "Searched {}: {said}.", plural(texts, "stored text"))?;
    }
    print(&out)?;
    Ok(if found == 0 { Done::Fine } else { Done::Found })
}

/// Returns what to search of a stored column: the text itself, or each value of the captures.
///
/// The names of captures are ours. As labels of a patient's data, such as `name` or `line`, they
/// would make every value suspect.
fn pieces<'t>(column: &str, text: &'t str) -> Vec<(String, Cow<'t, str>)> {
    let captures = (column == "captures")
        .then(|| serde_json::from_str::<BTreeMap<String, String>>(text).ok())
        .flatten();
    match captures {
        Some(captures) => captures
            .into_iter()
            .map(|(name, value)| (format!("{column}.{name}"), Cow::Owned(value)))
            .collect(),
        None => vec![(column.into(), Cow::Borrowed(text))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(column: &str, text: &str) -> Vec<String> {
        let pieces = pieces(column, text).into_iter();
        pieces.filter(|(_, text)| !suspects(text).is_empty()).map(|(place, _)| place).collect()
    }

    #[test]
    fn the_name_of_a_capture_makes_its_value_no_patient() {
        let captures = r#"{"file":"main.lua","line":"47","name":"PID"}"#;
        assert_eq!(places("captures", captures), [""; 0]);
    }

    #[test]
    fn a_value_that_tells_of_a_patient_is_found_in_captures_too() {
        let captures = r#"{"host":"ehr","name":"patient John Okafor, DOB 03/12/1945"}"#;
        assert_eq!(places("captures", captures), ["captures.name"]);
        assert_eq!(places("text", "patient John Okafor, DOB 03/12/1945"), ["text"]);
    }
}
