//! The arithmetic of coverage.

use super::*;
use crate::catalogue::PatternFile;
use crate::model::Level;
use crate::pipeline::Grouping;

const RULE: &str = r#"
[[rule]]
id = "site.ID"
title = "A site rule"
status = "STATUS"
severity = "warning"
nature = "resource"
stops = false
toil_minutes = 5
cause = "Too much to do."
fix = "Wait."
owner = "support"
escalation = []
references = []
applies_to = ["iguana-x"]
review_by = "REVIEW"
OPTION
[rule.match]
any = ["text of ID"]
[[rule.examples]]
line = "text of ID"
[[rule.examples]]
line = "another text of ID"
[[rule.counter_examples]]
line = "other"
because = "it is another"
"#;

/// Returns a rule's text: id, status, day of review, optional field.
fn rule([id, status, review, option]: [&str; 4]) -> String {
    RULE.replace("ID", id)
        .replace("STATUS", status)
        .replace("REVIEW", review)
        .replace("OPTION", option)
}

fn catalogue() -> Catalogue {
    let rules = [
        ["alpha", "stable", "2027-01-01", ""],
        ["bravo", "stable", "2026-01-01", "fallback = true"],
        ["charlie", "experimental", "2027-01-01", ""],
        ["delta", "deprecated", "2027-01-01", "superseded_by = \"site.alpha\""],
        ["echo", "stable", "2027-01-01", ""],
        ["foxtrot", "stable", "2027-01-01", "routine = true"],
    ];
    let text: String = rules.map(rule).concat();
    let file = PatternFile { path: "site.toml".into(), text };
    Catalogue::parse(vec![file], Vec::new()).unwrap()
}

/// Returns the events of a component `A` of one Monday.
fn count(rule: &str, level: Level, events: u64) -> ClassCount {
    ClassCount {
        server: "iguana".into(),
        component: "A".into(),
        component_name: "A".into(),
        rule: Some(rule.into()).filter(|rule: &String| rule.starts_with("site.")),
        cluster: Some(rule.into()).filter(|rule: &String| rule.starts_with("c-")),
        template: None,
        level,
        day: Millis::parse("2026-09-07").unwrap(),
        events,
    }
}

fn judged(counts: &[ClassCount]) -> Coverage {
    Coverage::new(CoverageInput {
        counts,
        grouping: &Grouping::default(),
        catalogue: &catalogue(),
        deciding: Vec::new(),
        slowest: Vec::new(),
        now: Millis::parse("2026-11-01").unwrap(),
    })
}

#[test]
fn events_that_are_no_error_or_warning_are_told_apart() {
    let coverage = judged(&[
        count("site.alpha", Level::Error, 70),
        count("site.bravo", Level::Warning, 20),
        count("c-1", Level::Error, 10),
        count("site.echo", Level::Other, 5),
        count("c-2", Level::Other, 3),
    ]);
    assert_eq!((coverage.events, coverage.informational), (108, 8));
    assert_eq!(coverage.shares, Shares { known: 70, fallback: 20, unknown: 10 });
    let clusters: Vec<_> =
        coverage.unknown_clusters.iter().map(|row| (row.cluster.as_str(), row.events)).collect();
    assert_eq!(clusters, [("c-1", 10)]);
}

#[test]
fn a_rule_that_need_have_no_events_is_not_dead() {
    let coverage = judged(&[count("site.alpha", Level::Error, 1)]);
    assert_eq!(coverage.dead_rules, ["site.bravo", "site.charlie", "site.echo"]);
}

#[test]
fn rules_are_told_by_review_and_status() {
    let coverage = judged(&[
        count("site.charlie", Level::Error, 4),
        count("site.delta", Level::Error, 2),
        count("site.gone", Level::Error, 1),
    ]);
    let rules = |list: &[RuleCount]| -> Vec<(String, u64)> {
        list.iter().map(|row| (row.rule.clone(), row.events)).collect()
    };
    assert_eq!(coverage.past_review.len(), 1);
    assert_eq!(coverage.past_review[0].rule, "site.bravo");
    assert_eq!(rules(&coverage.experimental_met), [("site.charlie".into(), 4)]);
    assert_eq!(rules(&coverage.deprecated_met), [("site.delta".into(), 2)]);
    assert_eq!(rules(&coverage.not_in_catalogue), [("site.gone".into(), 1)]);
}

#[test]
fn health_is_what_is_explained_and_how_the_rules_that_were_met_are_kept() {
    let health = |counts: &[ClassCount]| judged(counts).health;
    assert_eq!(health(&[]), None);
    assert_eq!(health(&[count("site.alpha", Level::Other, 9)]), None);
    let all = health(&[count("site.alpha", Level::Error, 9)]).unwrap();
    assert_eq!((all, all.score()), (Health { explained: 80, reviewed: 10, stable: 10 }, 100));
    assert_eq!(health(&[count("c-1", Level::Error, 9)]).unwrap().score(), 0);
    let mixed = health(&[
        count("site.bravo", Level::Error, 50),
        count("site.charlie", Level::Error, 25),
        count("c-1", Level::Error, 25),
    ]);
    assert_eq!(mixed, Some(Health { explained: 40, reviewed: 5, stable: 5 }));
}

#[test]
fn components_stand_worst_first_and_weeks_oldest_first() {
    let other = |name: &str, day: &str, rule: &str, events| ClassCount {
        component: name.into(),
        component_name: name.into(),
        day: Millis::parse(day).unwrap(),
        ..count(rule, Level::Error, events)
    };
    let coverage = judged(&[
        other("good", "2026-09-07", "site.alpha", 500),
        other("bad", "2026-09-14", "c-1", 2),
        other("worse", "2026-09-13", "site.bravo", 3),
    ]);
    let names: Vec<_> = coverage.by_component.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["worse", "bad", "good"]);
    let weeks: Vec<_> =
        coverage.by_week.iter().map(|row| (row.week.as_str(), row.shares.total())).collect();
    assert_eq!(weeks, [("2026-W37", 503), ("2026-W38", 2)]);
}
