//! What a source is and how it is asked.

use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::parse::Format;
use crate::secret::Secret;

/// A server that is asked over HTTP.
#[derive(Clone, Debug)]
pub struct SourceOptions {
    /// Scheme, host, port and perhaps a path in front of the interface's own; no final slash.
    pub address: String,
    /// What is asked.
    pub interface: Interface,
    /// Who asks; `None`: the server lets anybody.
    pub credentials: Option<Credentials>,
    /// Certificate authorities that are trusted, as PEM; `None`: the public ones.
    pub ca_file: Option<PathBuf>,
    /// Only these channels, by name, or components, by name or GUID; empty: all.
    pub only: Vec<String>,
    /// How many entries are asked for at once, where no moment has more.
    pub page: u32,
    /// How far back the first question reaches.
    pub since: Duration,
    /// How long to wait where an answer brought everything.
    pub interval: Duration,
    /// How long a request may take.
    pub timeout: Duration,
    /// How far a question reaches back over what was read, at least.
    pub overlap: Duration,
}

/// What is asked.
#[derive(Clone, Debug)]
pub enum Interface {
    /// `/api_query` of Iguana 4 to 6.
    ApiQuery {
        /// The zone of the server's wall clock.
        zone: TimeZone,
        /// Only entries of these types, in the interface's own words; empty: of all.
        types: Vec<String>,
    },
    /// `/logs/retrieve` of Iguana X.
    IguanaX,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: Secret,
    /// How `/api_query` is told them.
    pub auth: Auth,
}

/// How `/api_query` is told who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// By a header (HTTP Basic).
    #[default]
    Basic,
    /// By parameters in the body.
    Parameters,
}

impl Auth {
    /// Every way.
    pub const ALL: [Self; 2] = [Self::Basic, Self::Parameters];

    /// Returns the name used in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Parameters => "parameters",
        }
    }
}

impl Interface {
    /// The types that `/api_query` can be asked for.
    pub const TYPES: [&str; 10] = [
        "messages",
        "ack_messages",
        "errors",
        "errors_marked",
        "errors_unmarked",
        "info",
        "debug",
        "warnings",
        "successes",
        "resubmitted",
    ];

    /// Returns the format of the answers.
    #[must_use]
    pub fn format(&self) -> Format {
        match self {
            Self::ApiQuery { .. } => Format::ApiXml,
            Self::IguanaX => Format::Ndjson,
        }
    }

    /// Returns the path of the interface.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        match self {
            Self::ApiQuery { .. } => "/api_query",
            Self::IguanaX => "/logs/retrieve",
        }
    }
}

impl SourceOptions {
    /// Returns the address of the interface, by which the store knows the source.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{}", self.address, self.interface.path())
    }

    /// Returns what makes an answer differ, so that a change of it is noticed after a restart.
    pub(super) fn selection(&self) -> String {
        let mut selection = self.only.join("\n");
        if let Interface::ApiQuery { zone, types } = &self.interface {
            let zone = zone.iana_name().unwrap_or("UTC");
            selection = format!("{selection}\n\n{}\n{zone}", types.join(","));
        }
        blake3::hash(selection.as_bytes()).to_hex().get(..16).unwrap_or_default().to_owned()
    }
}
