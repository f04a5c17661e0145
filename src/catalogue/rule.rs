//! A rule and its parts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Date;

use super::Expression;
use crate::course::{Scope, Threshold};
use crate::model::{Outcome, RuleId, Severity};

/// One known error: how to recognise it, why it happens, what to do and who does it.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The permanent name.
    pub id: RuleId,
    /// The symptom, in at most 60 characters.
    pub title: String,
    /// How far the rule is trusted.
    pub status: Status,
    /// How bad it is.
    pub severity: Severity,
    /// What kind of trouble it is.
    pub nature: Nature,
    /// True where it usually stops the component.
    pub stops: bool,
    /// Usual handling time in minutes.
    pub toil_minutes: u32,
    /// Why it happens.
    pub cause: String,
    /// What to do.
    pub fix: String,
    /// Who handles it.
    pub owner: Owner,
    /// Who else is called, and when.
    pub escalation: Vec<Escalation>,
    /// Addresses of further reading.
    pub references: Vec<String>,
    /// The Iguana versions that write it.
    pub applies_to: Vec<Product>,
    /// When somebody should read the rule again.
    pub review_by: Date,
    /// What the text itself says of the work that failed.
    pub outcome: Option<Outcome>,
    /// The captures that split a problem.
    pub group_by: Vec<String>,
    /// How often it must come to matter.
    pub recurrence: Option<Recurrence>,
    /// The rules that explain it when they are met at about the same time.
    pub symptom_of: Vec<RuleId>,
    /// The rule that took its place.
    pub superseded_by: Option<RuleId>,
    /// True where the kind is known but not the cause: loses to every other rule.
    pub fallback: bool,
    /// True for a line of normal work: an entry that is no error or warning is no event for it.
    pub routine: bool,
    /// How it is recognised.
    pub recognition: Recognition,
    /// The file that holds the rule.
    pub path: PathBuf,
    /// The line on which it begins, from 1.
    pub line: usize,
}

impl Rule {
    /// Returns true where the errors that the rule explains, if there are any, always are events.
    #[must_use]
    pub fn must_have_events(&self) -> bool {
        self.matching().is_some() && !self.routine && self.status != Status::Deprecated
    }

    /// Returns what one entry must say, or `None` for a rule that looks beyond one entry.
    #[must_use]
    pub fn matching(&self) -> Option<&Matching> {
        match &self.recognition {
            Recognition::Entry(matching) => Some(matching),
            Recognition::Course(_) => None,
        }
    }

    /// Returns what must happen in which time, for a rule that looks beyond one entry.
    #[must_use]
    pub fn course(&self) -> Option<&Course> {
        match &self.recognition {
            Recognition::Entry(_) => None,
            Recognition::Course(course) => Some(course),
        }
    }

    /// Returns the texts that the rule explains; none where it looks beyond one entry.
    #[must_use]
    pub fn examples(&self) -> &[Example] {
        self.matching().map_or(&[], |matching| &matching.examples)
    }

    /// Returns the texts that look like it and are not; none where it looks beyond one entry.
    #[must_use]
    pub fn counter_examples(&self) -> &[CounterExample] {
        self.matching().map_or(&[], |matching| &matching.counter_examples)
    }
}

/// How a rule recognises its error.
#[derive(Clone, Debug)]
pub enum Recognition {
    /// By the text of one entry.
    Entry(Matching),
    /// By the course of several entries.
    Course(Course),
}

/// What must stand in a text, and what must not.
#[derive(Clone, Debug)]
pub struct Matching {
    /// At least one of these stands in it; no demand where empty.
    pub any: Vec<String>,
    /// All of these stand in it.
    pub all: Vec<String>,
    /// None of these stands in it.
    pub not: Vec<String>,
    /// The expression is found in it.
    pub regex: Option<Expression>,
    /// Texts that the rule explains.
    pub examples: Vec<Example>,
    /// Texts that look like it and are not.
    pub counter_examples: Vec<CounterExample>,
}

/// What must happen, how often and in which time.
#[derive(Clone, Debug)]
pub struct Course {
    /// What counts.
    pub of: Sign,
    /// So many make an episode.
    pub count: u32,
    /// The time in which they come, and the quiet that ends an episode.
    pub within: Duration,
    /// Entries that come sooner than this after one that counts are the same one, told twice.
    pub apart: Duration,
    /// Whether each component is counted apart, or a server as a whole.
    pub scope: Scope,
    /// Captures that are counted apart.
    pub group_by: Vec<String>,
    /// Rules whose entries end an episode: what failed works again.
    pub until: Vec<RuleId>,
    /// Entries that make an episode.
    pub examples: Vec<History>,
    /// Entries that make none.
    pub counter_examples: Vec<History>,
}

impl Course {
    /// Returns how many entries, and how close, make an episode.
    #[must_use]
    pub fn threshold(&self) -> Threshold {
        let is_pair = self.count == 1 && !self.until.is_empty();
        Threshold { count: self.count, within: self.within, apart: self.apart, is_pair }
    }
}

/// What counts for a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Entries that one of these rules explains.
    Rules(Vec<RuleId>),
    /// Events with this outcome, whatever explains them.
    Outcome(Outcome),
}

/// Entries in the order of their times, that show what a course is or is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The entries: how long after the first, and the masked text.
    pub entries: Vec<(Duration, String)>,
    /// Why it is no such course; `None` for one that is.
    pub because: Option<String>,
    /// The line of the file, from 1.
    pub line: usize,
}

/// A text that a rule explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The masked text.
    pub text: String,
    /// The captures that it must give; not checked where `None`.
    pub captures: Option<BTreeMap<String, String>>,
    /// The outcome that it must give; not checked where `None`.
    pub outcome: Option<Outcome>,
    /// The line of the file, from 1.
    pub line: usize,
}

/// A text that a rule must not explain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterExample {
    /// The masked text.
    pub text: String,
    /// Why it is another kind.
    pub because: String,
    /// The rule that explains it; not checked where `None`.
    pub won_by: Option<RuleId>,
    /// The line of the file, from 1.
    pub line: usize,
}

/// A step of escalation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// How long after the first event.
    pub after: Duration,
    /// To whom.
    pub to: Owner,
    /// What to do.
    pub how: String,
}

/// So many events in a span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    /// How many.
    pub count: u32,
    /// In which time.
    pub within: Duration,
    /// The captures that are counted apart.
    pub group_by: Vec<String>,
}

/// Words around an error that say what became of the work.
#[derive(Clone, Debug)]
pub struct Wrapper {
    /// The name.
    pub id: String,
    /// Matched at the start of a text, after white space.
    pub regex: Expression,
    /// What became of the work.
    pub outcome: Option<Outcome>,
}

/// How far a rule is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// New: it is shown but never alerts.
    Experimental,
    /// Trusted.
    Stable,
    /// Kept for old events; see its successor.
    Deprecated,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Experimental, Self::Stable, Self::Deprecated];

    /// Returns the name used in pattern files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Experimental => "experimental",
            Self::Stable => "stable",
            Self::Deprecated => "deprecated",
        }
    }
}

/// What kind of trouble an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nature {
    /// It passes: a resource outside was not there.
    Temporary,
    /// The data of one message is bad.
    Content,
    /// A setting or a script is wrong.
    Configuration,
    /// Something ran out.
    Resource,
    /// The server, the operating system or Iguana itself.
    Platform,
    /// Access, certificates, passwords.
    Security,
}

impl Nature {
    /// Every nature.
    pub const ALL: [Self; 6] = [
        Self::Temporary,
        Self::Content,
        Self::Configuration,
        Self::Resource,
        Self::Platform,
        Self::Security,
    ];

    /// Returns the name used in pattern files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Temporary => "temporary",
            Self::Content => "content",
            Self::Configuration => "configuration",
            Self::Resource => "resource",
            Self::Platform => "platform",
            Self::Security => "security",
        }
    }
}

/// The role that handles an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// Those who watch the interfaces.
    Support,
    /// Those who write them.
    IntegrationEngineer,
    /// Those who run servers, networks and databases.
    Infrastructure,
    /// Those who guard them.
    Security,
    /// The maker of Iguana or of the other system.
    Vendor,
}

impl Owner {
    /// Every role.
    pub const ALL: [Self; 5] = [
        Self::Support,
        Self::IntegrationEngineer,
        Self::Infrastructure,
        Self::Security,
        Self::Vendor,
    ];

    /// Returns the name used in pattern files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::IntegrationEngineer => "integration-engineer",
            Self::Infrastructure => "infrastructure",
            Self::Security => "security",
            Self::Vendor => "vendor",
        }
    }
}

/// A version of Iguana that writes an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Product {
    /// Iguana X.
    IguanaX,
    /// Iguana 6.
    Iguana6,
    /// Iguana 5.
    Iguana5,
    /// Iguana 4.
    Iguana4,
}

impl Product {
    /// Every version, newest first.
    pub const ALL: [Self; 4] = [Self::IguanaX, Self::Iguana6, Self::Iguana5, Self::Iguana4];

    /// Returns the name used in pattern files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::IguanaX => "iguana-x",
            Self::Iguana6 => "iguana-6",
            Self::Iguana5 => "iguana-5",
            Self::Iguana4 => "iguana-4",
        }
    }
}
