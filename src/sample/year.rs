//! A year on two servers: problems that are fixed, come again, are accepted; and what must be said
//! of each.

use fastrand::Rng;

use super::entry::{Component, SampleEntry};
use super::story::Story;
use super::week::{ADT, LAB, ORU};
use super::write::iguana_x::{self, Layout};
use crate::model::{Millis, ProblemState};

/// Monday 2025-01-06, 00:00 UTC.
const START: i64 = 1_736_121_600_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Days of the year: 52 weeks.
const DAYS: i64 = 364;
/// The day on which a component gets another name.
const RENAMED: i64 = 150;
/// What a component wrote before this day lies in an archive that is read last.
const ARCHIVED: i64 = 41;
/// Its name from then on.
const LAB_LATER: Component = Component { guid: LAB.guid, name: "Lab Results" };

const ORACLE: Fault = Fault("db-oracle.no-listener", "ORA-12541: TNS:no listener");
const NIL: Fault =
    Fault("lua.index-nil", "main.lua:47: attempt to index field 'PID' (a nil value)");
const CERTIFICATE: Fault = Fault(
    "tls.certificate-expired",
    "client.lua:112: SSL certificate problem: certificate has expired",
);
const DEADLOCK: Fault =
    Fault("db-oracle.deadlock", "ORA-00060: deadlock detected while waiting for resource");
const DUPLICATE: Fault = Fault(
    "db-sqlserver.duplicate-key",
    "Violation of PRIMARY KEY constraint 'PK_Visit'. Cannot insert duplicate key in object 'dbo.Visit'.",
);

/// A rule, and a text that it explains.
#[derive(Clone, Copy, Debug)]
struct Fault(&'static str, &'static str);

/// A year of logs, what people decided meanwhile, and the states that follow.
#[derive(Clone, Debug)]
pub struct Year {
    /// Files by path; each path begins with a directory of [`Year::READS`].
    pub files: Vec<(String, Vec<u8>)>,
    /// What people decided, in any order.
    pub decisions: Vec<ScriptedDecision>,
    /// Every change of a state, for each problem in the order of the times.
    pub changes: Vec<ScriptedChange>,
}

/// A problem of the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScriptedProblem {
    /// The rule that explains it.
    pub rule: &'static str,
    /// The server.
    pub server: &'static str,
    /// GUID of the component.
    pub component: &'static str,
}

/// Something that is decided about a problem.
#[derive(Clone, Debug)]
pub struct ScriptedDecision {
    /// The problem.
    pub problem: ScriptedProblem,
    /// From when on it holds.
    pub at: Millis,
    /// Such as `fix`.
    pub action: &'static str,
    /// Why.
    pub why: &'static str,
    /// How to live with it.
    pub documentation: Option<&'static str>,
}

/// A change that must be found.
#[derive(Clone, Copy, Debug)]
pub struct ScriptedChange {
    /// The problem.
    pub problem: ScriptedProblem,
    /// The state from then on.
    pub to: ProblemState,
    /// It must not come earlier,
    pub earliest: Millis,
    /// nor later.
    pub latest: Millis,
}

impl Year {
    /// The directories of the year, in the order in which they are read, with their servers.
    pub const READS: [(&str, &str); 4] =
        [("north", "north"), ("south", "south"), ("south-renamed", "south"), ("late", "south")];

    /// Returns the end of a week of the year, counted from 1 to 52.
    #[must_use]
    pub fn week_end(week: i64) -> Millis {
        moment(week * 7)
    }
}

impl ScriptedDecision {
    /// Returns the arguments with which `dewlap` writes it down.
    #[must_use]
    pub fn args(&self) -> Vec<String> {
        let ScriptedProblem { rule, server, component } = self.problem;
        let at = self.at.to_string();
        let mut args = vec!["problem", rule, "--server", server, "--component", component];
        args.extend([self.action, "--at", &at, "--by", "Ann", "--why", self.why]);
        args.extend(self.documentation.into_iter().flat_map(|text| ["--doc", text]));
        args.into_iter().map(str::to_owned).collect()
    }
}

/// Returns the year; the seed moves events within their days.
#[must_use]
pub fn year(seed: u64) -> Year {
    let mut teller = Teller {
        rng: Rng::with_seed(seed),
        north: Story::default(),
        south: Story::default(),
        decisions: Vec::new(),
        changes: Vec::new(),
    };
    teller.tell_a_fix_that_held_for_months();
    teller.tell_what_nobody_fixed();
    teller.tell_a_fix_that_failed();
    teller.tell_what_was_accepted();
    teller.tell_what_is_too_rare();
    teller.tell_what_was_read_late();
    teller.tell_that_both_servers_run();
    let files = files(&teller.north.finish(), teller.south.finish());
    Year { files, decisions: teller.decisions, changes: teller.changes }
}

struct Teller {
    rng: Rng,
    north: Story,
    south: Story,
    decisions: Vec<ScriptedDecision>,
    changes: Vec<ScriptedChange>,
}

impl Teller {
    fn tell_a_fix_that_held_for_months(&mut self) {
        let problem = problem(ORACLE, "north", ADT);
        self.burst_on(problem, ORACLE, (0..69).step_by(3));
        self.burst_on(problem, ORACLE, 200..214);
        self.seen(problem, 0);
        self.open(problem, 7);
        self.decide(problem, 60, "target", "it wakes us every third night");
        self.decide(problem, 70, "fix", "the listener starts with its server");
        self.verified(problem, 75..100);
        self.change(problem, ProblemState::Regressed, 200..201);
        self.decide(problem, 202, "target", "a new server without it");
        self.decide(problem, 214, "fix", "the new one starts it as well");
        self.verified(problem, 217..254);
    }

    /// The same rule and the same component on the other server.
    fn tell_what_nobody_fixed(&mut self) {
        let problem = problem(ORACLE, "south", ADT);
        self.burst_on(problem, ORACLE, (1..DAYS).step_by(3));
        self.seen(problem, 1);
        self.open(problem, 8);
    }

    fn tell_a_fix_that_failed(&mut self) {
        let problem = problem(NIL, "north", ORU);
        for day in (0..110).filter(|day| day % 7 < 5) {
            let at = day * DAY + self.rng.i64(8 * HOUR..17 * HOUR);
            self.fail(problem, NIL, at);
        }
        self.seen(problem, 0);
        self.open(problem, 7);
        self.decide(problem, 100, "fix", "the field is looked for first");
        self.change(problem, ProblemState::Regressed, 100..101);
        self.decide(problem, 110, "fix", "so is its segment");
        self.verified(problem, 112..126);
    }

    fn tell_what_was_accepted(&mut self) {
        let problem = problem(CERTIFICATE, "south", LAB);
        self.burst_on(problem, CERTIFICATE, (2..DAYS).step_by(10));
        self.seen(problem, 2);
        self.open(problem, 9);
        self.decide(problem, 30, "target", "the vendor is asked");
        self.decide(problem, 120, "accept", "the vendor will not");
        self.decide(problem, 300, "reopen", "there is another vendor");
        self.note(problem, 310, "they call back in March");
    }

    fn tell_what_is_too_rare(&mut self) {
        let problem = problem(DEADLOCK, "north", ADT);
        self.burst_on(problem, DEADLOCK, [20, 50].into_iter());
        self.seen(problem, 20);
        self.open(problem, 27);
        self.decide(problem, 51, "fix", "shorter transactions");
    }

    /// Its first half lies in an archive.
    fn tell_what_was_read_late(&mut self) {
        let problem = problem(DUPLICATE, "south", ADT);
        self.burst_on(problem, DUPLICATE, (0..79).step_by(4));
        self.seen(problem, 0);
        self.open(problem, 7);
        self.decide(problem, 80, "fix", "visits are looked up first");
        self.verified(problem, 86..120);
    }

    /// Adds three events within an hour on each of these days.
    /// Lets a component of each server write every day: what is silent then is the problem.
    fn tell_that_both_servers_run(&mut self) {
        for day in 0..DAYS {
            let at = moment(day).get() + 12 * HOUR;
            let lab = if day < RENAMED { LAB } else { LAB_LATER };
            self.north.trace(ORU, at, "", "Polled the database: no rows");
            self.south.trace(lab, at, "", "Polled the database: no rows");
        }
    }

    fn burst_on(
        &mut self,
        problem: ScriptedProblem,
        fault: Fault,
        days: impl Iterator<Item = i64>,
    ) {
        for day in days {
            let start = day * DAY + self.rng.i64(HOUR..22 * HOUR);
            for nth in 0..3 {
                let at = start + nth * 20 * MINUTE + self.rng.i64(0..20 * MINUTE);
                self.fail(problem, fault, at);
            }
        }
    }

    fn fail(&mut self, problem: ScriptedProblem, fault: Fault, at: i64) {
        let story = if problem.server == "north" { &mut self.north } else { &mut self.south };
        let of = [ADT, ORU, LAB].into_iter().find(|of| of.guid == problem.component);
        let at = START + at;
        let is_renamed = problem.component == LAB.guid && at >= moment(RENAMED).get();
        let of = of.filter(|_| !is_renamed).unwrap_or(LAB_LATER);
        story.trace(of, at, "#error", fault.1);
    }

    fn decide(
        &mut self,
        problem: ScriptedProblem,
        day: i64,
        action: &'static str,
        why: &'static str,
    ) {
        let to = match action {
            "target" => ProblemState::Targeted,
            "fix" => ProblemState::Fixed,
            "accept" => ProblemState::Accepted,
            _ => ProblemState::Open,
        };
        let documentation = (action == "accept").then_some("restart the component by hand");
        let at = moment(day);
        self.decisions.push(ScriptedDecision { problem, at, action, why, documentation });
        self.changes.push(ScriptedChange { problem, to, earliest: at, latest: at });
    }

    fn note(&mut self, problem: ScriptedProblem, day: i64, why: &'static str) {
        let (at, documentation) = (moment(day), None);
        self.decisions.push(ScriptedDecision { problem, at, action: "note", why, documentation });
    }

    fn seen(&mut self, problem: ScriptedProblem, day: i64) {
        self.change(problem, ProblemState::New, day..day + 1);
    }

    fn open(&mut self, problem: ScriptedProblem, day: i64) {
        self.change(problem, ProblemState::Open, day..day + 1);
    }

    fn verified(&mut self, problem: ScriptedProblem, days: std::ops::Range<i64>) {
        self.change(problem, ProblemState::VerifiedGone, days);
    }

    fn change(&mut self, problem: ScriptedProblem, to: ProblemState, days: std::ops::Range<i64>) {
        let (earliest, latest) = (moment(days.start), moment(days.end));
        self.changes.push(ScriptedChange { problem, to, earliest, latest });
    }
}

fn problem(fault: Fault, server: &'static str, of: Component) -> ScriptedProblem {
    ScriptedProblem { rule: fault.0, server, component: of.guid }
}

const fn moment(day: i64) -> Millis {
    Millis::new(START + day * DAY)
}

/// Returns the files of all directories.
fn files(north: &[SampleEntry], south: Vec<SampleEntry>) -> Vec<(String, Vec<u8>)> {
    let is_late =
        |entry: &SampleEntry| entry.component == ADT.guid && entry.time < moment(ARCHIVED);
    let (late, south): (Vec<_>, Vec<_>) = south.into_iter().partition(is_late);
    let is_renamed = |entry: &SampleEntry| entry.time >= moment(RENAMED);
    let (renamed, south): (Vec<_>, Vec<_>) = south.into_iter().partition(is_renamed);
    let parts = [
        ("north", north, &[ADT, ORU][..]),
        ("south", &south, &[ADT, LAB]),
        ("south-renamed", &renamed, &[ADT, LAB_LATER]),
        ("late", &late, &[ADT]),
    ];
    let mut files = Vec::new();
    for (directory, entries, components) in parts {
        let logs = iguana_x::tree(entries, Layout::New);
        files.extend(logs.into_iter().map(|(path, log)| (format!("{directory}/logt/{path}"), log)));
        for of in components {
            let (path, content) = iguana_x::component_json(*of);
            files.push((format!("{directory}/{path}"), content));
        }
    }
    files
}
