//! Made-up inputs for the tests of the report.

use std::collections::BTreeMap;

use super::*;
use crate::model::{EntryKind, Hour, Millis, Outcome, Period, ProblemState, Severity};

/// The Monday of 2026-W37, as an hour since 1970.
pub(super) const MONDAY: i64 = 496_872;

pub(super) fn week() -> Period {
    Period::parse_week("2026-W37").unwrap()
}

pub(super) fn at(text: &str) -> Millis {
    Millis::parse(text).unwrap()
}

/// Returns counts by hour, from hours after Monday.
pub(super) fn hours(list: &[(i64, u64)]) -> BTreeMap<Hour, u64> {
    list.iter().map(|(hour, count)| (Hour::new(MONDAY + hour), *count)).collect()
}

pub(super) fn rule(id: &str) -> RuleCard {
    RuleCard {
        id: id.parse().unwrap(),
        title: "Oracle refuses a duplicate key".into(),
        severity: Severity::Error,
        nature: "content".into(),
        stops: false,
        cause: "The row is there already, as a rule because a message was sent twice.".into(),
        fix: "Look the key up in the table; where the row is right, skip the message.".into(),
        owner: "integration-engineer".into(),
        escalation: Vec::new(),
        toil_minutes: 20,
        fallback: false,
        references: Vec::new(),
        runbook: None,
    }
}

pub(super) fn problem(subject: Subject, component: &str, list: &[(i64, u64)]) -> ProblemInput {
    let id = match &subject {
        Subject::Rule(id) => id.to_string(),
        Subject::Cluster { id, .. } => id.clone(),
    };
    ProblemInput {
        id: format!("{id}@{component}"),
        subject,
        server: "iguana-a".into(),
        component: format!("guid-{component}"),
        component_name: component.into(),
        split_by: BTreeMap::new(),
        hours: hours(list),
        failures: None,
        weeks_before: Vec::new(),
        first_seen: at("2026-03-01T04:12:00Z"),
        last_seen: at("2026-09-10T06:40:00Z"),
        outcomes: Outcomes::default(),
        values: BTreeMap::new(),
        causes: BTreeMap::new(),
        example: None,
        standing: None,
    }
}

pub(super) fn known(id: &str) -> Subject {
    Subject::Rule(id.parse().unwrap())
}

pub(super) fn cluster(id: &str, template: &str) -> Subject {
    Subject::Cluster { id: id.into(), template: template.into() }
}

pub(super) fn component(name: &str, messages: u64, errors: u64) -> ComponentTotals {
    ComponentTotals {
        server: "iguana-a".into(),
        component: format!("guid-{name}"),
        name: name.into(),
        entries: messages + errors,
        messages,
        errors,
        warnings: 0,
    }
}

pub(super) fn outcomes(list: &[(Outcome, u64)]) -> Outcomes {
    let of = |wanted| list.iter().find(|(outcome, _)| *outcome == wanted).map_or(0, |(_, n)| *n);
    Outcomes {
        stopped: of(Outcome::Stopped),
        continued: of(Outcome::Continued),
        retrying: of(Outcome::Retrying),
        recovered: of(Outcome::Recovered),
    }
}

/// Returns a small input with one problem of each kind, one new and one gone quiet.
pub(super) fn small() -> ReportInput {
    let mut duplicate =
        problem(known("db-oracle.unique-constraint"), "ADT In", &[(6, 40), (78, 80)]);
    duplicate.weeks_before = vec![0, 10, 40];
    duplicate.outcomes = outcomes(&[(Outcome::Stopped, 1), (Outcome::Continued, 119)]);
    let value = ValueCount { value: "HL7.PK_VISIT".into(), count: 120 };
    duplicate.values = BTreeMap::from([("constraint".into(), vec![value])]);
    let text = "ORA-00001: unique constraint (HL7.PK_VISIT) violated\n  for [name:k3f9a0c2]";
    duplicate.example = Some(example(text, "ADT In"));
    let mut strange =
        problem(cluster("c-7f3a91", "Field <*> of segment <*> is odd"), "Lab In", &[(30, 3)]);
    strange.first_seen = at("2026-09-08T06:10:00Z");
    let mut gone = problem(known("net.refused"), "Lab In", &[]);
    gone.weeks_before = vec![12];
    gone.last_seen = at("2026-09-05T11:00:00Z");
    ReportInput {
        servers: vec!["iguana-a".into()],
        store: "4f2a".into(),
        catalogue: "9c01".into(),
        stored: Some(Period { from: at("2026-03-01"), to: at("2026-09-14") }),
        totals: Totals {
            entries: BTreeMap::from([(EntryKind::Message, 52_000), (EntryKind::Trace, 400)]),
            events: 123,
            known: 120,
            fallback: 0,
            unknown: 3,
        },
        totals_before: Totals {
            entries: BTreeMap::from([(EntryKind::Message, 50_000), (EntryKind::Trace, 500)]),
            events: 52,
            known: 52,
            fallback: 0,
            unknown: 0,
        },
        problems: vec![duplicate, strange, gone],
        rules: vec![rule("db-oracle.unique-constraint")],
        components: vec![component("ADT In", 50_000, 120), component("Lab In", 2_000, 0)],
        gaps: vec![LostBytes {
            path: "/var/iguana/logs/2026_09_08.log".into(),
            bytes: 120_000,
            reason: "damaged envelope".into(),
        }],
        ..ReportInput::empty(week())
    }
}

/// Returns a large input: several servers, an outage, fallbacks, unknowns, hostile text.
pub(super) fn rich() -> ReportInput {
    let mut input = small();
    input.rules.extend([down_rule(), fallback_rule()]);
    input.problems.extend(outage());
    input.problems.extend((0..14).map(unknown));
    let mut split = problem(known("db-oracle.unique-constraint"), "ADT In", &[(6, 3), (100, 9)]);
    split.id.push_str("-2");
    split.split_by = BTreeMap::from([("constraint".into(), "HL7.PK_PATIENT".into())]);
    let now_and_then = [(1, 1), (20, 2), (40, 1), (60, 2), (80, 3), (100, 1), (121, 5)];
    let mut fallback = problem(known("http.other"), "FHIR Out", &now_and_then);
    fallback.weeks_before = vec![15];
    input.problems.extend([split, fallback]);
    input.servers = vec!["iguana-b".into(), "iguana-a".into(), "iguana-c".into()];
    input.totals =
        Totals { events: 2_677, known: 2_554, fallback: 15, unknown: 108, ..input.totals };
    let mut other = component("ADT In", 900_000, 1_900);
    other.server = "iguana-b".into();
    input.components.extend([other, component("From Translator", 0, 7)]);
    input.skipped = Some(vec![SkippedSource {
        path: "/var/iguana/logs/old.zip".into(),
        reason: "needs a password".into(),
    }]);
    input.gaps.push(LostBytes { bytes: 7, ..input.gaps[0].clone() });
    input
}

fn down_rule() -> RuleCard {
    let step = |after: &str, to: &str, how: &str| EscalationStep {
        after: after.into(),
        to: to.into(),
        how: how.into(),
    };
    RuleCard {
        title: "Oracle does not answer and the connection is given up after it".into(),
        severity: Severity::Critical,
        nature: "platform".into(),
        stops: true,
        cause: "The listener is down, or the host name leads elsewhere.".into(),
        fix: "Ask whether the database is under maintenance; start the components after it.".into(),
        owner: "infrastructure".into(),
        toil_minutes: 45,
        escalation: vec![
            step(
                "15m",
                "infrastructure",
                "Call the database team and name the host that is below.",
            ),
            step("1h", "vendor", "Open a case."),
        ],
        references: vec!["https://docs.oracle.com/en/error-help/db/ora-12541/".into()],
        runbook: Some("https://wiki.example.org/runbook.html#db-oracle.down".into()),
        ..rule("db-oracle.down")
    }
}

fn fallback_rule() -> RuleCard {
    RuleCard {
        title: "An HTTP call failed".into(),
        severity: Severity::Warning,
        fallback: true,
        toil_minutes: 10,
        owner: "support".into(),
        ..rule("http.other")
    }
}

/// Returns one problem on four components of a server, with a text that is not safe to print.
fn outage() -> Vec<ProblemInput> {
    const TEXT: &str = "ORA-12541: TNS:no listener\n  at main.lua:12: in function 'connect' with a \
        rather long line that has to be wrapped because it does not fit\n\u{1b}[2Jin the | `x` <b>";
    let hosts = [("ora1.hospital.local", 600), ("ora2.hospital.local", 20)];
    let hosts = hosts.map(|(host, count)| ValueCount { value: host.into(), count });
    let names = ["ADT In", "ADT Out to PACS (Radiology, Building 7)", "Lab In", "Pharmacy Orders"];
    let mut rows: Vec<ProblemInput> = (0..4_u64)
        .zip(names)
        .map(|(n, name)| {
            let counts = [(6, 400 - n * 90), (7, 300), (55, 20 + n), (56, 7), (130, 12)];
            let mut row = problem(known("db-oracle.down"), name, &counts);
            row.server = "iguana-b".into();
            row.weeks_before = vec![0, 20, 0, 0, 70, 12, 300 * n];
            row.outcomes = outcomes(&[(Outcome::Stopped, 2), (Outcome::Retrying, 700)]);
            row.values = BTreeMap::from([("host".into(), hosts.to_vec())]);
            row.example = Some(example(TEXT, name));
            row
        })
        .collect();
    rows[2].first_seen = at("2026-09-07T06:01:00Z");
    rows[2].weeks_before = Vec::new();
    rows
}

fn unknown(n: u64) -> ProblemInput {
    let template = format!(
        "Strange thing <*> number {n} happened in <*>: the queue <*> could not be read because of \
         <*> and some more words"
    );
    let text = template.replace("<*>", "[name:k3f9a0c2]");
    let hour = i64::try_from(n).unwrap() * 9;
    let mut row = problem(cluster(&format!("c-{n:06x}"), &template), "Lab In", &[(hour, 1 + n)]);
    row.weeks_before = vec![n];
    row.example = Some(example(&text, "Lab In"));
    row
}

fn example(text: &str, component: &str) -> Example {
    Example {
        text: text.into(),
        entry: format!("guid-{component}-1788761234567-1"),
        path: "/var/iguana/logs/2026_09_07.log".into(),
    }
}

/// Returns a standing with a decision, silent since a time.
pub(super) fn standing(state: ProblemState, since: &str) -> Standing {
    Standing {
        state,
        since: at(since),
        decision: Some(Decision {
            by: "jan".into(),
            why: "the index is unique now".into(),
            ticket: Some("INT-7".into()),
            documentation: (state == ProblemState::Accepted).then(|| "start it again".into()),
            at: at("2026-08-20T09:00:00Z"),
        }),
        silence: Some(Silence {
            since: at("2026-09-02T00:00:00Z"),
            until: week().to,
            chance: Some(0.031),
            verified_at: (state == ProblemState::VerifiedGone).then(|| at(since)),
        }),
    }
}

/// Returns an input in which everything that a report can tell is told, with hostile names.
pub(super) fn whole() -> ReportInput {
    let mut input = rich();
    let states = [
        (ProblemState::Regressed, "2026-09-09T00:00:00Z"),
        (ProblemState::Fixed, "2026-09-02T00:00:00Z"),
        (ProblemState::VerifiedGone, "2026-09-12T00:00:00Z"),
        (ProblemState::Accepted, "2026-05-01T00:00:00Z"),
        (ProblemState::VerifiedGone, "2026-06-01T00:00:00Z"),
        (ProblemState::Targeted, "2026-09-08T00:00:00Z"),
        (ProblemState::New, "2026-09-08T00:00:00Z"),
    ];
    for (row, (state, since)) in input.problems.iter_mut().zip(states) {
        row.standing = Some(standing(state, since));
    }
    let mut timeout = problem(known("net.timed-out"), "<script>alert(1)</script>", &[(6, 9_000)]);
    timeout.server = "iguana-b".into();
    timeout.failures = Some(1);
    timeout.causes = BTreeMap::from([("db-oracle.down".into(), 8_999)]);
    input.problems.push(timeout);
    input.problems[0].example = Some(example("</pre><script>alert(2)</script>", "\"'><script>"));
    watch(&mut input);
    input.actions = vec![Action {
        at: at("2026-09-08T10:00:00Z"),
        what: "target".into(),
        by: "jan".into(),
        why: "three calls a night".into(),
        ticket: None,
        problem: "Oracle does not answer".into(),
        server: "iguana-b".into(),
        component: "ADT In".into(),
    }];
    input
}

/// Adds what was noticed of the logs and of the catalogue.
fn watch(input: &mut ReportInput) {
    input.silences = vec![SilentTime {
        at: at("2026-09-09T03:10:00Z"),
        server: "iguana-b".into(),
        component: "Lab In".into(),
        text: "No entries for 40 minutes, usual at this hour: one every 2 minutes".into(),
    }];
    input.destroyed = vec![Destroyed {
        noticed: at("2026-09-09T03:00:00Z"),
        since: at("2026-09-09T01:00:00Z"),
        server: "iguana-b".into(),
        path: "/logs/<b>engine</b>.log".into(),
        bytes: 901,
        reason: "truncated".into(),
    }];
    input.overwritten = vec![Overwritten {
        span_millis: 7 * 60_000,
        server: "iguana-b".into(),
        path: "/logs/engine.log".into(),
        measured: at("2026-09-13T20:00:00Z"),
    }];
    input.health = Some(CatalogueHealth {
        stable: 500,
        experimental: 20,
        deprecated: 3,
        never_met: 480,
        past_review: vec![PastReview {
            rule: "net.timed-out".parse().unwrap(),
            review_by: "2026-09-01".parse().unwrap(),
        }],
    });
}
