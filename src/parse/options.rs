//! What readers need to know beside the bytes.

use jiff::tz::TimeZone;

use super::TextFormat;

/// How logs are read.
#[derive(Clone, Debug)]
pub struct ParseOptions {
    /// The time zone of times that name none. The default is UTC.
    pub zone: TimeZone,
    /// Text formats, tried in this order. The default is [`TextFormat::built_in`].
    pub texts: Vec<TextFormat>,
    /// Which columns of a CSV file hold what.
    pub csv: FieldMap,
    /// Which keys of a JSON object hold what.
    pub ndjson: FieldMap,
    /// Longer entries of text logs are cut. The default is 16 MiB.
    pub max_entry_bytes: usize,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            texts: TextFormat::built_in(),
            csv: FieldMap::csv(),
            ndjson: FieldMap::ndjson(),
            max_entry_bytes: 16 * 1024 * 1024,
        }
    }
}

/// The names under which an export keeps the parts of an entry; of several, the first that is there.
///
/// Names are compared without case, spaces and underscores. In JSON, `a.b` is the key `b` of the
/// object at `a`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMap {
    /// When it happened.
    pub time: Vec<String>,
    /// The component or channel.
    pub component: Vec<String>,
    /// The type, as a word or as a number on disk.
    pub kind: Vec<String>,
    /// The id.
    pub id: Vec<String>,
    /// The text or the message.
    pub text: Vec<String>,
    /// The hashtags.
    pub tags: Vec<String>,
    /// How times are written, in the directives of `strptime`. `None`: any common form.
    pub time_format: Option<String>,
}

impl FieldMap {
    /// Returns the usual names of columns.
    #[must_use]
    pub fn csv() -> Self {
        Self {
            time: owned(&["time stamp", "date time", "time", "date", "logged at", "when"]),
            component: owned(&[
                "component",
                "source name",
                "source",
                "channel",
                "channel name",
                "component name",
                "comp",
                "logger",
            ]),
            kind: owned(&["type", "entry type", "log type", "level", "severity", "kind"]),
            id: owned(&["message id", "entry id", "log id", "ref id", "id", "guid"]),
            text: owned(&[
                "text",
                "data",
                "message",
                "log entry",
                "description",
                "content",
                "entry",
            ]),
            tags: owned(&["tags", "tag"]),
            time_format: None,
        }
    }

    /// Returns the usual keys of JSON logs.
    #[must_use]
    pub fn ndjson() -> Self {
        Self {
            time: owned(&["time", "timestamp", "@timestamp", "ts", "datetime", "date"]),
            component: owned(&[
                "component",
                "comp",
                "channel",
                "source_name",
                "source",
                "service.name",
                "logger",
            ]),
            kind: owned(&["type", "level", "severity", "log.level", "kind"]),
            id: owned(&["id", "message_id", "entry_id", "event_id", "_id"]),
            text: owned(&["text", "content", "message", "msg", "data", "description", "log"]),
            tags: owned(&["tags"]),
            time_format: None,
        }
    }
}

/// Returns a name as names are compared: lower case, without spaces and underscores.
pub(super) fn plain_name(name: &str) -> String {
    let kept = name.chars().filter(|c| !c.is_whitespace() && *c != '_' && *c != '\u{FEFF}');
    kept.flat_map(char::to_lowercase).collect()
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).into()).collect()
}
