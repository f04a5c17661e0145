//! What all commands need: options over environment over configuration.

use std::path::{Path, PathBuf};

use clap::{Args, ColorChoice};
use jiff::tz::TimeZone;

use super::failure::Misuse;
use crate::catalogue::Catalogue;
use crate::config::Config;
use crate::model::{Millis, nearest};
use crate::parse::{ParseOptions, TextFormat};
use crate::redact::{Masker, PseudonymKey};
use crate::store::{Store, key_path, load_key, load_or_create_key};

/// The name of a server where none is given.
pub(super) const DEFAULT_SERVER: &str = "iguana";
pub(super) const DEFAULT_CONFIG: &str = "dewlap.toml";
const DEFAULT_DB: &str = "dewlap.db";

/// Options that every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct Global {
    /// The store [default: ./dewlap.db]
    #[arg(long, global = true, value_name = "FILE", env = "DEWLAP_DB")]
    pub(super) db: Option<PathBuf>,

    /// The configuration [default: ./dewlap.toml, where it is there]
    #[arg(long, global = true, value_name = "FILE", env = "DEWLAP_CONFIG")]
    pub(super) config: Option<PathBuf>,

    /// Pattern files in place of the built-in catalogue
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) patterns: Option<PathBuf>,

    /// Pattern files that add to the catalogue; may override rules by id
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) local_patterns: Option<PathBuf>,

    /// Print nothing but data and errors
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,

    /// Print more
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(super) verbose: bool,

    /// When to use colors
    #[arg(long, global = true, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    pub(super) color: ColorChoice,
}

impl Global {
    /// Makes `--color` known to all that print.
    pub(super) fn set_up_color(&self) {
        let choice = match self.color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }

    /// Returns the configuration's path: as given, or the usual one where there is a file.
    pub(super) fn config_path(&self) -> Option<PathBuf> {
        let usual = || Path::new(DEFAULT_CONFIG).is_file().then(|| DEFAULT_CONFIG.into());
        self.config.clone().or_else(usual)
    }

    /// Reads the configuration and lays the options over it.
    ///
    /// # Errors
    ///
    /// Returns all faults of the configuration.
    pub(super) fn context(&self) -> anyhow::Result<Context> {
        let config = match self.config_path() {
            Some(path) => Config::load(&path)?,
            None => Config::default(),
        };
        let db = self.db.clone().or(config.db.clone()).unwrap_or_else(|| DEFAULT_DB.into());
        Ok(Context {
            db,
            patterns: self.patterns.clone().or(config.patterns.clone()),
            local_patterns: self.local_patterns.clone().or(config.local_patterns.clone()),
            config,
            is_quiet: self.quiet,
            is_verbose: self.verbose,
        })
    }
}

/// The options of this run, checked.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) db: PathBuf,
    pub(super) patterns: Option<PathBuf>,
    pub(super) local_patterns: Option<PathBuf>,
    pub(super) config: Config,
    pub(super) is_quiet: bool,
    pub(super) is_verbose: bool,
}

impl Context {
    /// Loads the catalogue that the options name.
    ///
    /// # Errors
    ///
    /// Returns all faults of the pattern files.
    pub(super) fn catalogue(&self) -> anyhow::Result<Catalogue> {
        Ok(Catalogue::load(self.patterns.as_deref(), self.local_patterns.as_deref())?)
    }

    /// Opens the store for reading.
    ///
    /// # Errors
    ///
    /// Returns why it cannot be opened.
    pub(super) fn store(&self) -> anyhow::Result<Store> {
        Ok(Store::open(&self.db)?)
    }

    /// Makes the masker, and its key where the store has none yet.
    ///
    /// # Errors
    ///
    /// Returns why the key cannot be read or made.
    pub(super) fn masker(&self) -> anyhow::Result<Masker> {
        let key = self.key()?;
        Ok(Masker::new(PseudonymKey::from_bytes(key), &self.config.masks)?)
    }

    /// Reads the key of the pseudonyms, and makes one where the store has none yet.
    fn key(&self) -> anyhow::Result<[u8; 32]> {
        match &self.config.key_file {
            Some(path) => Ok(load_key(path)?),
            None => Ok(load_or_create_key(&self.db)?),
        }
    }

    /// Returns a warning where there is a store and its key is gone; to be asked before the store
    /// is opened for writing, which makes one.
    pub(super) fn lost_key(&self) -> Option<String> {
        let path = key_path(&self.db);
        // An empty file is what a first run left that could not write.
        let has_store = self.db.metadata().is_ok_and(|file| file.len() > 0);
        let is_lost = self.config.key_file.is_none() && has_store && !path.exists();
        is_lost.then(|| {
            format!(
                "warning: the pseudonym key `{}` is gone and a new one is made: from now on the \
                 same patient gets other pseudonyms than before",
                path.display()
            )
        })
    }

    /// Returns how formats are read; a zone that is given goes before the configuration's.
    pub(super) fn parse_options(&self, zone: Option<TimeZone>) -> ParseOptions {
        let mut options = ParseOptions::default();
        if let Some(zone) = zone.or_else(|| self.config.zone.clone()) {
            options.zone = zone;
        }
        let mut texts: Vec<TextFormat> = self.config.texts.clone();
        texts.append(&mut options.texts);
        options.texts = texts;
        options.csv = self.config.csv.clone().unwrap_or(options.csv);
        options.ndjson = self.config.ndjson.clone().unwrap_or(options.ndjson);
        options
    }
}

/// Returns the moments that `--since` and `--until` stand for.
///
/// # Errors
///
/// Refuses a span in which nothing is: a list that is empty for it would be read as all well.
pub(super) fn span(
    since: Option<When>,
    until: Option<When>,
    now: Millis,
) -> Result<(Option<Millis>, Option<Millis>), Misuse> {
    let resolve = |when: Option<When>| when.map(|when| when.resolve(now));
    let (from, to) = (resolve(since), resolve(until));
    if let (Some(from), Some(to)) = (from, to) {
        check_span(from, to)?;
    }
    Ok((from, to))
}

/// Does the same for a span that has both ends.
///
/// # Errors
///
/// As [`span`].
pub(super) fn check_span(from: Millis, to: Millis) -> Result<(), Misuse> {
    if from < to {
        return Ok(());
    }
    let message = format!("the span would begin at {from} and end no later, at {to}");
    Err(Misuse::new(message, "give `--since` an earlier time than `--until`"))
}

/// Keeps a value until the process ends: to take a catalogue apart, rule by rule, takes longer than
/// to read a small log. Not for what is made more than once.
pub(super) fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// Refuses the name of a server that the store does not have.
///
/// # Errors
///
/// Returns the names that it has.
pub(super) fn check_server(store: &Store, name: Option<&str>) -> anyhow::Result<()> {
    let servers = store.servers()?;
    match name {
        Some(name) if !servers.iter().any(|server| server == name) => Err(Misuse::new(
            format!("there is no server `{name}` in the store"),
            format!("it has logs of: {}", servers.join(", ")),
        )
        .into()),
        _ => Ok(()),
    }
}

/// Refuses the name of a component that the store does not have: a list that is empty for it would
/// be read as all well.
///
/// # Errors
///
/// Returns the name that is nearest, or where to find those that there are.
pub(super) fn check_component(store: &Store, name: Option<&str>) -> anyhow::Result<()> {
    let Some(name) = name else { return Ok(()) };
    let names = store.components()?;
    if names.iter().any(|known| known == name) {
        return Ok(());
    }
    let is_same = |known: &&String| known.eq_ignore_ascii_case(name);
    let near = names.iter().find(is_same).map(String::as_str);
    let hint = match near.or_else(|| nearest(name, names.iter().map(String::as_str))) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`dewlap problems` names components".into(),
    };
    Err(Misuse::new(format!("there is no component `{name}` in the store"), hint).into())
}

/// Parses a time zone's name.
///
/// # Errors
///
/// Returns what was expected.
pub(super) fn parse_zone(text: &str) -> Result<TimeZone, String> {
    TimeZone::get(text)
        .map_err(|_| "unknown time zone, expected a name such as `Europe/Berlin` or `UTC`".into())
}

/// A moment that was given as a time, or as a span before now.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    At(Millis),
    Ago(std::time::Duration),
}

impl When {
    /// Returns the moment.
    pub(super) fn resolve(self, now: Millis) -> Millis {
        match self {
            Self::At(at) => at,
            Self::Ago(span) => {
                let back = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
                Millis::new(now.get().saturating_sub(back))
            }
        }
    }
}

/// Parses a time, a date or a span before now.
///
/// # Errors
///
/// Returns what was expected.
pub(super) fn parse_when(text: &str) -> Result<When, String> {
    if let Some(at) = Millis::parse(text) {
        return Ok(When::At(at));
    }
    crate::model::parse_span(text).map(When::Ago).map_err(|error| {
        format!("expected a date, a time such as `2026-09-07T06:00:00Z`, or a span such as `24h` or `7d` ({error})")
    })
}

/// Returns the value of an environment variable.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Reads the clock.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub(super) fn now() -> Millis {
    Millis::new(jiff::Timestamp::now().as_millisecond())
}

/// Returns an error that names every value that is wrong at once.
pub(super) fn missing(paths: &[&Path]) -> Option<Misuse> {
    let list: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    let noun = if list.len() == 1 { "this path does" } else { "these paths do" };
    (!list.is_empty()).then(|| {
        Misuse::new(
            format!("{noun} not exist: {}", list.join(", ")),
            "nothing was read; correct the paths, or leave out what is gone",
        )
    })
}
