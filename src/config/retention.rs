//! For how long events are stored.

use crate::document::Fields;
use crate::model::{Severity, parse_span};
use crate::store::Retention;

/// Stands for a span without end.
const FOREVER: &str = "forever";
/// No more events of a problem can be kept as examples.
const MAX_EXAMPLES: i64 = 1_000_000;

/// Reads `[retention]`.
pub(super) fn read(mut fields: Fields<'_>) -> Retention {
    let mut retention = Retention::default();
    for (severity, span) in Severity::ALL.into_iter().zip(&mut retention.spans) {
        let key = severity.name();
        let Some(text) = fields.optional(key).text() else { continue };
        match parse_span(&text) {
            _ if text == FOREVER => *span = None,
            Ok(given) => *span = Some(given),
            Err(error) => {
                let hint = format!("a span is written as in `30d`; `{FOREVER}` deletes nothing");
                fields.report_at(key, format!("`{text}` is not a span: {error}"), Some(hint));
            }
        }
    }
    if let Some(examples) = fields.optional("examples").integer(0..=MAX_EXAMPLES) {
        retention.examples = examples;
    }
    fields.finish();
    retention
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::config::Config;

    #[test]
    fn what_is_not_told_stays_as_usual() {
        let text = "[retention]\ninfo = '7d'\nerror = 'forever'\nexamples = 3\n";
        let read = Config::parse(Path::new("d.toml"), text).unwrap().retention;
        let [_, warning, ..] = Retention::default().spans;
        let week = Some(Duration::from_hours(7 * 24));
        assert_eq!(read, Retention { spans: [week, warning, None, None], examples: 3 });
        assert_eq!(Config::parse(Path::new("d.toml"), "").unwrap().retention, Retention::default());
    }

    #[test]
    fn a_span_that_is_none_is_refused_with_a_hint() {
        let text = "[retention]\nwarning = 'always'\ncritcal = '1d'\n";
        let error = Config::parse(Path::new("d.toml"), text).unwrap_err();
        let found: Vec<_> = error.findings().iter().map(ToString::to_string).collect();
        let found = found.join("\n");
        for part in ["d.toml:2: `always` is not a span", "`forever` deletes nothing", "`critical`"]
        {
            assert!(found.contains(part), "{part} is missing from:\n{found}");
        }
    }
}
