//! `dewlap audit --capture`: counts the logs again.

use std::fmt::Write;

use serde_json::json;

use super::context::Context;
use super::failure::Done;
use super::output::{TextOrJson, print};
use super::sources::loss_line;
use crate::model::{grouped, plural};
use crate::pipeline::{Recount, recount};
use crate::store::KnownFile;

/// Counts every log again that is still there, and lists what was destroyed unread.
///
/// # Errors
///
/// Returns why the store could not be read or the list not be written.
pub(super) fn audit(context: &Context, format: TextOrJson) -> anyhow::Result<Done> {
    let store = context.store()?;
    let options = context.parse_options(None);
    let (mut out, mut n_short, mut n_same, mut n_absent) = (String::new(), 0, 0, 0);
    for (server, known) in store.captured_files()? {
        let found = recount(&known, &options);
        n_short += u64::from(found.is_short());
        match found {
            Recount::Same { .. } => n_same += 1,
            _ => n_absent += 1,
        }
        match format {
            TextOrJson::Json => writeln!(out, "{}", json_line(&server, &known, &found))?,
            TextOrJson::Text => {
                if let Some(line) = text_line(&known, &found) {
                    writeln!(out, "{line}")?;
                }
            }
        }
    }
    let losses = store.losses()?;
    let lost: u64 = losses.iter().map(|loss| loss.to.saturating_sub(loss.from)).sum();
    if format == TextOrJson::Text {
        for loss in &losses {
            writeln!(out, "{}", loss_line(loss))?;
        }
        writeln!(out, "{}", summary((n_same, n_short, n_absent), lost))?;
    }
    print(&out)?;
    Ok(if n_short == 0 && lost == 0 { Done::Fine } else { Done::Found })
}

fn summary((n_same, n_short, n_absent): (u64, u64, u64), lost: u64) -> String {
    let counted = match (n_same, n_short) {
        (0, _) => "there is none to count".into(),
        (_, 0) => "all of their entries are stored".into(),
        _ => format!("{} with entries that are not stored", plural(n_short, "file")),
    };
    let absent = match n_absent {
        0 => String::new(),
        _ => format!(" {} cannot be counted any more.", plural(n_absent, "file")),
    };
    format!(
        "Counted {} again: {counted}.{absent} {} destroyed before they were read.",
        plural(n_same, "file"),
        plural(lost, "byte")
    )
}

fn text_line(known: &KnownFile, found: &Recount) -> Option<String> {
    let path = &known.path;
    match found {
        Recount::Same { entries, read, .. } if found.is_short() => Some(format!(
            "{path}: holds {} up to where it was read, of which {} were",
            plural(*entries, "entry"),
            grouped(*read)
        )),
        Recount::Same { unread_bytes: 1.., .. } => {
            let Recount::Same { unread_bytes, .. } = found else { return None };
            Some(format!("{path}: {} not read yet", plural(*unread_bytes, "byte")))
        }
        Recount::Same { .. } | Recount::Gone | Recount::NoFile => None,
        Recount::Other => Some(format!("{path}: another log stands there now")),
        Recount::Unreadable(reason) => Some(format!("{path}: {reason}")),
    }
}

fn json_line(server: &str, known: &KnownFile, found: &Recount) -> serde_json::Value {
    let (state, entries, unread) = match found {
        Recount::Same { entries, unread_bytes, .. } => {
            ("same", Some(*entries), Some(*unread_bytes))
        }
        Recount::Other => ("other", None, None),
        Recount::Gone => ("gone", None, None),
        Recount::NoFile => ("no-file", None, None),
        Recount::Unreadable(_) => ("unreadable", None, None),
    };
    json!({
        "server": server,
        "path": known.path,
        "state": state,
        "read_to": known.read_to,
        "read_entries": known.entries_before + u64::from(known.read_to > known.offset),
        "entries": entries,
        "unread_bytes": unread,
    })
}
