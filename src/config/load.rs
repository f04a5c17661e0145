//! The configuration as checked values.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::fields::read_fields;
use super::{ConfigError, HealthPage, ReportSettings, SourceConfig};
use crate::alert::AlertSettings;
use crate::document::Document;
use crate::parse::{FieldMap, TextFormat};
use crate::redact::MaskRule;
use crate::store::Retention;

/// What the configuration file says. Everything in it may be left out.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Name of the Iguana server that logs come from.
    pub server: Option<String>,
    /// Zone of times that are written without one.
    pub zone: Option<TimeZone>,
    /// The store.
    pub db: Option<PathBuf>,
    /// A directory of pattern files in place of the built-in catalogue.
    pub patterns: Option<PathBuf>,
    /// A directory of pattern files that add to the catalogue.
    pub local_patterns: Option<PathBuf>,
    /// The address of the runbook; a report names it with `#` and the id of a rule behind it.
    pub runbook: Option<String>,
    /// For how long events are stored.
    pub retention: Retention,
    /// Where the follower tells how it is.
    pub health: HealthPage,
    /// Holds the key of the pseudonyms as 64 hexadecimal digits.
    pub key_file: Option<PathBuf>,
    /// What else to mask.
    pub masks: Vec<MaskRule>,
    /// Formats of text logs, tried before the built-in ones.
    pub texts: Vec<TextFormat>,
    /// Names of the columns of CSV exports.
    pub csv: Option<FieldMap>,
    /// Names of the fields of NDJSON lines.
    pub ndjson: Option<FieldMap>,
    /// What is followed.
    pub sources: Vec<SourceConfig>,
    /// What is told, to whom, and when not.
    pub alerts: AlertSettings,
    /// To whom the weekly report is mailed, and when.
    pub report: ReportSettings,
}

impl Config {
    /// Reads and checks a configuration file.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Read`] where the file cannot be read and [`ConfigError::Invalid`]
    /// with all faults where it has any.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.into(), source })?;
        Self::parse(path, &text)
    }

    /// Checks the text of a configuration file; the path tells where relative paths count from.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Invalid`] with all faults where the text has any.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let document = Document::parse(path, text);
        let directory = path.parent().unwrap_or(Path::new(""));
        let config = read_fields(&document, directory);
        let findings = document.into_findings();
        if findings.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::Invalid { path: path.into(), findings })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        match Config::parse(Path::new("dewlap.toml"), text) {
            Ok(_) => Vec::new(),
            Err(error) => error.findings().iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn all_faults_are_found_at_once() {
        let text = "\
servr = 'a'
timezone = 'Europe/Atlantis'
db = 7

[[text_format]]
name = 'x'
begin = '^(?<time>\\d+'
time_format = '%Q%Q'

[[redact.mask]]
kind = 'nme'
regex = '('
";
        let findings = findings(text);
        let all = findings.join("\n");
        for part in [
            "dewlap.toml:1: ",
            "hint: did you mean `server`",
            "dewlap.toml:2: ",
            "Atlantis",
            "dewlap.toml:3: ",
            "dewlap.toml:5: ",
            "dewlap.toml:11: ",
        ] {
            assert!(all.contains(part), "{part} is missing from:\n{all}");
        }
    }

    #[test]
    fn paths_count_from_the_file() {
        let text = "db = 'a/b.db'\nlocal_patterns = '/etc/dewlap/patterns'\n";
        let config = Config::parse(Path::new("/etc/dewlap/dewlap.toml"), text).unwrap();
        assert_eq!(config.db.as_deref(), Some(Path::new("/etc/dewlap/a/b.db")));
        assert_eq!(config.local_patterns.as_deref(), Some(Path::new("/etc/dewlap/patterns")));
    }

    #[test]
    fn the_runbook_is_an_address_that_an_id_can_be_put_behind() {
        for address in
            ["https://wiki.example.org/r.html", "http://h:80/r?x=1", "file:///srv/r.html"]
        {
            let config =
                Config::parse(Path::new("d.toml"), &format!("runbook = '{address}'")).unwrap();
            assert_eq!(config.runbook.as_deref(), Some(address));
        }
        for address in [
            "r.html",
            "ftp://h/r",
            "https://",
            "https:///r",
            "file://",
            "https://h/r#x",
            "https://h/a b",
        ] {
            let found = findings(&format!("runbook = '{address}'"));
            assert!(
                found.join("").contains("is not the address of a page"),
                "{address}: {found:?}"
            );
        }
    }

    #[test]
    fn a_mapping_names_the_columns_of_an_export() {
        let text = "[csv]\ntime = 'Logged'\ntext = ['Body', 'Text']\n";
        let csv = Config::parse(Path::new("d.toml"), text).unwrap().csv.unwrap();
        assert_eq!(csv.time, ["Logged"]);
        assert_eq!(csv.text, ["Body", "Text"]);
        assert_eq!(csv.id, FieldMap::csv().id, "what is not named stays as it is");
    }
}
