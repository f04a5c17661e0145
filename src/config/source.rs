//! What is followed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::tz::TimeZone;

use super::fields::read_zone;
use crate::document::Fields;

/// One `[[source]]` of the configuration.
#[derive(Clone, Debug)]
pub struct Source {
    /// What it is called.
    pub name: String,
    /// The Iguana server that its logs come from, where it is not the configuration's.
    pub server: Option<String>,
    /// Zone of times that are written without one, where it is not the configuration's.
    pub zone: Option<TimeZone>,
    /// The format of its logs, by name; `None`: told from their content.
    pub format: Option<String>,
    /// Where its logs are.
    pub place: Place,
    /// Looks for changes as often as this, whatever the system tells.
    pub poll: Option<Duration>,
    /// Silence that is told, whatever is usual.
    pub quiet: Option<Duration>,
}

/// Where logs are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The working directory of Iguana X.
    Iguana(PathBuf),
    /// Files, as patterns such as `/var/log/engine/*.log`.
    Files(Vec<String>),
}

/// Reads one source; paths count from a directory.
pub(super) fn read_source(mut fields: Fields<'_>, directory: &Path) -> Option<Source> {
    let name = fields.required("name").text();
    let iguana = fields.optional("iguana").text().map(|path| directory.join(path));
    let files = fields.optional("files").one_or_many();
    let place = match (iguana, files) {
        (Some(path), None) => Some(Place::Iguana(path)),
        (None, Some(globs)) => {
            let below = |glob: String| directory.join(glob).to_string_lossy().into_owned();
            Some(Place::Files(globs.into_iter().map(below).collect()))
        }
        (Some(_), Some(_)) => {
            fields.report("`iguana` and `files` exclude each other".into(), None);
            None
        }
        (None, None) => {
            let hint = "write `iguana = \"DIR\"` or `files = [\"GLOB\"]`";
            fields.report("the source names no logs".into(), Some(hint.into()));
            None
        }
    };
    let server = fields.optional("server").text();
    let zone = read_zone(&mut fields, "timezone");
    let format = fields.optional("format").text();
    let poll = fields.optional("poll").span();
    let quiet = fields.optional("quiet").span();
    fields.finish();
    Some(Source { name: name?, server, zone, format, place: place?, poll, quiet })
}
