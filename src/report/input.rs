//! What the store fills in: plain counts and texts, masked already.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Action, CatalogueHealth, Destroyed, Overwritten, SilentTime, Standing, json, measure};
use crate::model::{EntryKind, Hour, Millis, Period, RuleId, Severity};

/// Everything that a report is made from. The order of its lists does not matter.
#[derive(Clone, Debug)]
pub struct ReportInput {
    /// What the report covers.
    pub period: Period,
    /// The servers that the report covers, whether they wrote anything or not.
    pub servers: Vec<String>,
    /// The id of the store.
    pub store: String,
    /// The hash of the catalogue that decided the events.
    pub catalogue: String,
    /// The first and the last event of the whole store; `None` where it has none.
    pub stored: Option<Period>,
    /// Totals of the period.
    pub totals: Totals,
    /// Totals of the period before it, of the same length.
    pub totals_before: Totals,
    /// Each problem with an event in the period or in the seven periods before it, once; and each
    /// other one whose standing is worth telling.
    pub problems: Vec<ProblemInput>,
    /// What several entries show together, counted by episode, once each.
    pub courses: Vec<ProblemInput>,
    /// The rules that the problems name. Others do no harm.
    pub rules: Vec<RuleCard>,
    /// Each component that wrote an entry in the period, or is known to the server.
    pub components: Vec<ComponentTotals>,
    /// Known gaps in the files of the period.
    pub gaps: Vec<LostBytes>,
    /// Sources that were not read; `None` where that is not known.
    pub skipped: Option<Vec<SkippedSource>>,
    /// Times in the period at which components were silent.
    pub silences: Vec<SilentTime>,
    /// What was found destroyed unread in the period.
    pub destroyed: Vec<Destroyed>,
    /// Logs that overwrite themselves.
    pub overwritten: Vec<Overwritten>,
    /// How well the catalogue is kept; `None` where that is not known.
    pub health: Option<CatalogueHealth>,
    /// What was decided in the period.
    pub actions: Vec<Action>,
    /// How long the lists may be.
    pub limits: Limits,
}

impl ReportInput {
    /// Returns the input of a report about nothing, to be filled.
    #[must_use]
    pub fn empty(period: Period) -> Self {
        Self {
            period,
            servers: Vec::new(),
            store: String::new(),
            catalogue: String::new(),
            stored: None,
            totals: Totals::default(),
            totals_before: Totals::default(),
            problems: Vec::new(),
            courses: Vec::new(),
            rules: Vec::new(),
            components: Vec::new(),
            gaps: Vec::new(),
            skipped: None,
            silences: Vec::new(),
            destroyed: Vec::new(),
            overwritten: Vec::new(),
            health: None,
            actions: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// How long the lists of text, Markdown and HTML may be. JSON and CSV are always whole.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Rows of the ranked table.
    pub rows: usize,
    /// Problems that are described in full.
    pub cards: usize,
    /// Rows of every other list.
    pub others: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows: 20, cards: 10, others: 10 }
    }
}

/// What was read and kept in a period.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Entries by their type on disk.
    pub entries: BTreeMap<EntryKind, u64>,
    /// Events.
    pub events: u64,
    /// Events that a rule explains, cause and all.
    pub known: u64,
    /// Events of which a fallback rule tells the kind but not the cause.
    pub fallback: u64,
    /// Events that no rule matches.
    pub unknown: u64,
}

impl Totals {
    /// Returns the number of entries of all types.
    #[must_use]
    pub fn entry_count(&self) -> u64 {
        measure::total(self.entries.values().copied())
    }
}

/// What explains a problem, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A rule of the catalogue.
    Rule(RuleId),
    /// A group of unknowns.
    Cluster {
        /// Its id.
        id: String,
        /// What its texts have in common.
        template: String,
    },
}

/// The counts of one problem: a rule or cluster on one component, or narrower.
#[derive(Clone, Debug)]
pub struct ProblemInput {
    /// Its id.
    pub id: String,
    /// What explains it.
    pub subject: Subject,
    /// The server.
    pub server: String,
    /// GUID of the component, or its name where the log has no GUIDs.
    pub component: String,
    /// Name of the component; the GUID where no name is known.
    pub component_name: String,
    /// The captures that split the rule's problems, by name; empty for most.
    pub split_by: BTreeMap<String, String>,
    /// Events of the period by hour. Days, hours of the day and episodes come from it.
    pub hours: BTreeMap<Hour, u64>,
    /// Failures among those events, where attempts at the same work are told apart; `None`: each
    /// event is one.
    pub failures: Option<u64>,
    /// Events of up to seven periods before this one, oldest first; the last is the one before.
    pub weeks_before: Vec<u64>,
    /// When it was first seen ever.
    pub first_seen: Millis,
    /// When it was last seen, in this period or earlier.
    pub last_seen: Millis,
    /// What became of the work, in the period.
    pub outcomes: Outcomes,
    /// The most frequent values of captures that are worth seeing, by name, such as `host`.
    pub values: BTreeMap<String, Vec<ValueCount>>,
    /// The rules that explain its events, with how many of those had such a one near them.
    pub causes: BTreeMap<String, u64>,
    /// One event of it; of the problems of a subject on a server, one is enough.
    pub example: Option<Example>,
    /// How far it is on its way out; `None` where nobody keeps track of that.
    pub standing: Option<Standing>,
}

/// How often each outcome was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcomes {
    /// The component stopped.
    pub stopped: u64,
    /// The component went on.
    pub continued: u64,
    /// The work will be tried again.
    pub retrying: u64,
    /// It works again.
    pub recovered: u64,
}

/// A captured value and how often it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValueCount {
    /// The value.
    pub value: String,
    /// Events with it.
    pub count: u64,
}

/// The masked text of one event, and where the whole of it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The text, masked.
    pub text: String,
    /// The entry's id.
    pub entry: String,
    /// The log file that holds it.
    pub path: String,
}

/// What the catalogue says about a rule.
#[derive(Clone, Debug, Serialize)]
pub struct RuleCard {
    /// The rule.
    #[serde(serialize_with = "json::display")]
    pub id: RuleId,
    /// The symptom.
    pub title: String,
    /// How bad it is.
    #[serde(serialize_with = "json::severity")]
    pub severity: Severity,
    /// temporary, content, configuration, resource, platform or security.
    pub nature: String,
    /// True where it usually stops the component.
    pub stops: bool,
    /// Why it happens.
    pub cause: String,
    /// What to do.
    pub fix: String,
    /// The role that handles it.
    pub owner: String,
    /// Whom to call, and after how long.
    pub escalation: Vec<EscalationStep>,
    /// Minutes of handling that one episode takes.
    pub toil_minutes: u64,
    /// True where it tells the kind of a failure but not its cause.
    pub fallback: bool,
    /// Addresses to read on.
    pub references: Vec<String>,
    /// Its place in the runbook; `None` where no runbook is known.
    pub runbook: Option<String>,
}

/// One step of an escalation.
#[derive(Clone, Debug, Serialize)]
pub struct EscalationStep {
    /// The span after which it is due, such as `30m`.
    pub after: String,
    /// The role.
    pub to: String,
    /// How to reach them.
    pub how: String,
}

/// What one component wrote in the period.
#[derive(Clone, Debug)]
pub struct ComponentTotals {
    /// The server.
    pub server: String,
    /// GUID, or name where the log has no GUIDs.
    pub component: String,
    /// Name; the GUID where no name is known.
    pub name: String,
    /// Entries of all types.
    pub entries: u64,
    /// Messages.
    pub messages: u64,
    /// Errors, by type or tag.
    pub errors: u64,
    /// Warnings, by type or tag.
    pub warnings: u64,
}

/// A part of a file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LostBytes {
    /// The file.
    pub path: String,
    /// How many bytes are lost; 0: reading stopped there, and the rest of the file is.
    pub bytes: u64,
    /// Why.
    pub reason: String,
}

impl LostBytes {
    /// Returns true where the rest of the file is lost.
    pub(crate) const fn is_open(&self) -> bool {
        self.bytes == 0
    }
}

/// A source that was not read at all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SkippedSource {
    /// The file or directory.
    pub path: String,
    /// Why.
    pub reason: String,
}
