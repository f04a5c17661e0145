//! What is followed: `[[source]]`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::tz::TimeZone;

use super::HttpSource;
use super::fields::read_zone;
use super::http_source::{is_http_source, read_http_source};
use crate::document::{Document, Fields};
use crate::parse::{Format, ParseOptions, TextFormat};
use crate::tail::Place;

/// So long a line that is half written is waited for, where the configuration does not say.
const QUIET: Duration = Duration::from_secs(2);

/// What is followed, as the configuration says.
#[derive(Clone, Debug)]
pub enum SourceConfig {
    /// Log files.
    Files(FilesSource),
    /// A server that is asked over HTTP.
    Http(HttpSource),
}

impl SourceConfig {
    /// Returns what the source is called in logs and metrics.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Files(source) => &source.name,
            Self::Http(source) => source.name.as_deref().unwrap_or(source.address()),
        }
    }
}

/// Files that are followed, as the configuration says.
#[derive(Clone, Debug)]
pub struct FilesSource {
    /// What it is called in logs and metrics.
    pub name: String,
    /// Name of the Iguana server; `None`: that of the configuration.
    pub server: Option<String>,
    /// The zone of times that are written without one; `None`: that of the configuration.
    pub zone: Option<TimeZone>,
    /// The patterns of its files, as they are looked for.
    pub patterns: Vec<String>,
    /// Where the files are.
    pub places: Vec<Place>,
    /// Iguana X's working directory, where the source is one.
    pub working_dir: Option<PathBuf>,
    /// The format of all of them; `None`: told from the content of each.
    pub format: Option<Format>,
    /// So long a line that is half written is waited for.
    pub quiet: Duration,
    /// So often the directories are looked through; `None`: as the file system demands.
    pub poll: Option<Duration>,
}

/// Reads the tables of all sources; relative paths count from `directory`.
pub(super) fn read_sources(
    document: &Document<'_>,
    tables: Vec<Fields<'_>>,
    directory: &Path,
    texts: &[TextFormat],
) -> Vec<SourceConfig> {
    let mut sources: Vec<SourceConfig> = Vec::new();
    for table in tables {
        let line = table.line();
        let source = if is_http_source(&table) {
            read_http_source(table, directory).map(SourceConfig::Http)
        } else {
            read_files(table, directory, texts).map(SourceConfig::Files)
        };
        let Some(source) = source else { continue };
        if sources.iter().any(|other| other.name() == source.name()) {
            let message = format!("two sources are called `{}`", source.name());
            document.report(line, message, Some("give each a `name` of its own".into()));
        }
        sources.push(source);
    }
    sources
}

fn read_files(
    mut fields: Fields<'_>,
    directory: &Path,
    texts: &[TextFormat],
) -> Option<FilesSource> {
    let name = fields.optional("name").text();
    let server = fields.optional("server").text();
    let zone = read_zone(&mut fields, "timezone");
    let format = read_format(&mut fields, texts);
    let working_dir = fields.optional("iguana").text().map(|path| directory.join(path));
    let patterns = fields.optional("files").one_or_many().unwrap_or_default();
    let patterns: Vec<String> =
        patterns.iter().map(|pattern| in_directory(directory, pattern)).collect();
    let quiet = fields.optional("quiet").span().unwrap_or(QUIET);
    let poll = fields.optional("poll").span();
    if poll.is_some_and(|poll| poll.is_zero()) {
        fields.report_at("poll", "`poll` is zero, expected a span such as `5s`".into(), None);
    }
    let mut places = Vec::new();
    for pattern in &patterns {
        match Place::pattern(pattern) {
            Ok(place) => places.push(place),
            Err(error) => fields.report_at("files", error.to_string(), None),
        }
    }
    let is_told = working_dir.is_some() || !patterns.is_empty();
    if !is_told {
        let hint = "name a working directory with `iguana`, log files with `files`, or a server \
                    with `api_query` or `iguana_x`";
        fields.report("a source names nothing to follow".into(), Some(hint.into()));
        fields.finish();
        return None;
    }
    places.extend(working_dir.clone().map(Place::WorkingDir));
    let shown = working_dir.as_ref().map(|dir| dir.display().to_string());
    let name = name.or(shown).unwrap_or_else(|| patterns.join(" "));
    fields.finish();
    Some(FilesSource { name, server, zone, patterns, places, working_dir, format, quiet, poll })
}

fn read_format(fields: &mut Fields<'_>, texts: &[TextFormat]) -> Option<Format> {
    let name = fields.optional("format").text()?;
    let mut options = ParseOptions::default();
    options.texts.extend(texts.iter().cloned());
    let format = Format::from_name(&name, &options);
    if format.is_none() {
        let all = Format::all(&options);
        let names: Vec<&str> = all.iter().map(Format::name).collect();
        let message =
            format!("`{name}` is not an input format, expected one of {}", names.join(", "));
        fields.report_at("format", message, None);
    }
    format
}

/// Returns a pattern that counts from a directory, with `/` between its parts.
fn in_directory(directory: &Path, pattern: &str) -> String {
    if Path::new(pattern).is_absolute() || directory.as_os_str().is_empty() {
        return pattern.into();
    }
    format!("{}/{pattern}", directory.display())
}
