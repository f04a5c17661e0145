//! What the store keeps of an entry.

use std::collections::BTreeMap;

use super::{EntryKind, Millis, RuleId};

/// How bad a failure is for the people who depend on the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing to do.
    Info,
    /// Something is about to fail, or failed and will be tried again.
    Warning,
    /// A message or an operation failed.
    Error,
    /// The server or an interface is down, or data is being lost.
    Critical,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 4] = [Self::Info, Self::Warning, Self::Error, Self::Critical];

    /// Returns the name used in pattern files, JSON and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }

    /// Returns the severity with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }
}

/// What became of the work that failed, as told by the words around an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The component stopped.
    Stopped,
    /// The component went on; the message may have been skipped.
    Continued,
    /// The operation will be tried again.
    Retrying,
    /// It works again.
    Recovered,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Stopped, Self::Continued, Self::Retrying, Self::Recovered];

    /// Returns the name used in pattern files and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Continued => "continued",
            Self::Retrying => "retrying",
            Self::Recovered => "recovered",
        }
    }

    /// Returns the outcome with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// An entry that is kept: an error, a warning, or any other text that a rule explains.
///
/// Nothing in it shows a patient: text and captures are masked before an event is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The entry's id in Iguana, or one made from the file and the offset.
    pub id: String,
    /// The Iguana server.
    pub server: String,
    /// GUID of the component, or its name where the log has no GUIDs.
    pub component: String,
    /// Name of the component; the GUID where no name is known.
    pub component_name: String,
    /// When it happened.
    pub time: Millis,
    /// Type on disk.
    pub kind: EntryKind,
    /// From the rule, else from type and tags.
    pub severity: Severity,
    /// Hashtags, with their `#`.
    pub tags: Vec<String>,
    /// The rule that explains it.
    pub rule: Option<RuleId>,
    /// The group of unknowns that it belongs to, where no rule explains it.
    pub cluster: Option<String>,
    /// The problem that it counts for.
    pub problem: String,
    /// What became of the work.
    pub outcome: Option<Outcome>,
    /// What the rule captured, by name.
    pub captures: BTreeMap<String, String>,
    /// The masked text.
    pub text: String,
    /// The file that holds the entry.
    pub path: String,
    /// Offset in that file, in bytes.
    pub offset: u64,
    /// Length in that file, in bytes.
    pub len: u64,
}
