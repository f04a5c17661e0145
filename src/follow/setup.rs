//! What a session is made of.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::alert::AlertSettings;
use crate::api::{Interface, SourceOptions};
use crate::catalogue::Catalogue;
use crate::classify::{Classifier, Fingerprinter};
use crate::config::ReportSettings;
use crate::parse::ParseOptions;
use crate::pipeline::{FileSource, Moment};
use crate::redact::Masker;
use crate::serve::SourceKind;
use crate::store::Retention;

/// Tells the time, by two clocks.
pub type Moments = Arc<dyn Fn() -> Moment + Send + Sync>;

/// Why a configuration or a catalogue was refused: to be shown with all its faults.
pub type LoadError = Box<dyn Error + Send + Sync>;

/// All that a session needs; nothing in it changes while it runs.
#[derive(Debug)]
pub struct Setup {
    /// The store.
    pub db: PathBuf,
    /// The rules.
    pub catalogue: Arc<Catalogue>,
    /// Explains texts by them.
    pub classifier: Classifier,
    /// Groups what no rule explains.
    pub fingerprinter: Fingerprinter,
    /// Hides patients.
    pub masker: Masker,
    /// What is followed.
    pub sources: Vec<Source>,
    /// The zone that the people around the servers live in.
    pub zone: TimeZone,
    /// What is told, when and to whom; its secrets are read.
    pub alerts: AlertSettings,
    /// For how long events are stored.
    pub retention: Retention,
    /// To whom the weekly report is mailed, and when; its secrets are read.
    pub report: ReportSettings,
    /// The address of the runbook.
    pub runbook: Option<String>,
    /// Makes pauses between attempts differ from those of other machines.
    pub seed: u64,
    /// Files and directories that this was made from: where they change, it is made anew.
    pub made_from: Vec<PathBuf>,
}

/// One source.
#[derive(Debug)]
pub struct Source {
    /// What it is called in logs and metrics.
    pub name: String,
    /// The Iguana server.
    pub server: String,
    /// How its formats are read.
    pub parse: ParseOptions,
    /// What it is.
    pub kind: SourceSetup,
}

/// What is followed.
#[derive(Debug)]
pub enum SourceSetup {
    /// Log files.
    Files {
        /// Which, and how they are read.
        files: FileSource,
        /// Iguana X's working directory, where the source is one: it names components.
        working_dir: Option<PathBuf>,
        /// How often the directories are looked through; `None`: as the file system demands.
        poll: Option<Duration>,
    },
    /// A server that is asked over HTTP.
    Http(SourceOptions),
}

impl Source {
    /// Returns how the source is read, as the health page tells it.
    #[must_use]
    pub fn kind(&self) -> SourceKind {
        match &self.kind {
            SourceSetup::Files { .. } => SourceKind::Files,
            SourceSetup::Http(options) => match options.interface {
                Interface::ApiQuery { .. } => SourceKind::ApiQuery,
                Interface::IguanaX => SourceKind::LogsRetrieve,
            },
        }
    }
}
