//! `dewlap audit`: searches the store for patient data.

use std::fmt::Write;

use clap::{ArgGroup, Args, ValueEnum};
use serde_json::json;

use super::context::Global;
use super::failure::Done;
use super::output::print;
use crate::model::plural;
use crate::redact::suspects;

/// Arguments of `audit`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true))]
pub(super) struct AuditArgs {
    /// Search every stored text for what looks like patient data
    #[arg(long, group = "what")]
    phi: bool,

    /// Output format; JSON is one object a line
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    format: AuditFormat,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum AuditFormat {
    Text,
    Json,
}

/// Runs `audit`.
///
/// Findings name the event and the kind of data, never the data itself.
///
/// # Errors
///
/// Returns why the store could not be read.
pub(super) fn run(global: &Global, args: &AuditArgs) -> anyhow::Result<Done> {
    let store = global.context()?.store()?;
    let (mut texts, mut found) = (0, 0);
    let mut out = String::new();
    store.for_each_text(|entry, column, text| {
        texts += 1;
        for suspect in suspects(text) {
            found += 1;
            let (kind, from, to) = (suspect.kind.name(), suspect.range.start, suspect.range.end);
            let line = match args.format {
                AuditFormat::Text => format!("{entry}: {column}, bytes {from} to {to}: {kind}"),
                AuditFormat::Json => json!({
                    "id": entry, "in": column, "from": from, "to": to, "kind": kind,
                })
                .to_string(),
            };
            out.push_str(&line);
            out.push('\n');
        }
    })?;
    if args.format == AuditFormat::Text {
        let said = match found {
            0 => "nothing in them looks like patient data".into(),
            _ => format!("{} may be patient data", plural(found, "place")),
        };
        writeln!(out, "Searched {}: {said}.", plural(texts, "stored text"))?;
    }
    print(&out)?;
    Ok(if found == 0 { Done::Fine } else { Done::Found })
}
