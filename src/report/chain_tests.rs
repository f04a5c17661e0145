//! Symptoms under what explains them.

use std::collections::BTreeMap;

use super::fixture::*;
use super::*;
use crate::model::Outcome;

/// Returns a problem with one event an hour, of which some have causes near.
fn caused(id: &str, count: i64, causes: &[(&str, u64)]) -> ProblemInput {
    let list: Vec<(i64, u64)> = (0..count).map(|hour| (hour, 1)).collect();
    let mut row = problem(known(id), "A", &list);
    row.causes = causes.iter().map(|(rule, events)| ((*rule).to_owned(), *events)).collect();
    row
}

fn report(problems: Vec<ProblemInput>) -> Report {
    Report::new(ReportInput { problems, ..ReportInput::empty(week()) })
}

/// Checks the order of problems, each with rank, level, cost and the root that it stands under.
#[track_caller]
fn check(problems: Vec<ProblemInput>, want: &[(&str, usize, usize, u64, &str)]) {
    let turned: Vec<ProblemInput> = problems.iter().rev().cloned().collect();
    for input in [problems, turned] {
        let report = report(input);
        let row = |problem: &Problem| {
            let root = problem.explained_by.as_ref().map(|by| by.root.clone()).unwrap_or_default();
            let Problem { rank, level, cost_minutes, .. } = *problem;
            (problem.id().to_owned(), rank, level, cost_minutes, root)
        };
        let have: Vec<_> = report.problems.iter().map(row).collect();
        let want = want.iter().map(|(id, rank, level, cost, root)| {
            ((*id).to_owned(), *rank, *level, *cost, (*root).to_owned())
        });
        assert_eq!(have, want.collect::<Vec<_>>());
    }
}

#[test]
fn a_symptom_stands_under_what_explains_it_and_costs_nothing() {
    // 15 for the one episode and 8 for the doublings of its 4 + 15 failures.
    check(
        vec![caused("net.timeout", 15, &[("db.down", 12)]), caused("db.down", 4, &[])],
        &[("db.down", 1, 0, 15 + 8, ""), ("net.timeout", 0, 1, 0, "db.down")],
    );
}

#[test]
fn a_problem_with_too_few_events_near_a_cause_stands_for_itself() {
    check(
        vec![caused("net.timeout", 15, &[("db.down", 11)]), caused("db.down", 4, &[])],
        &[("net.timeout", 1, 0, 15 + 6, ""), ("db.down", 2, 0, 15 + 4, "")],
    );
}

#[test]
fn a_chain_has_any_length_and_each_follows_what_explains_it() {
    check(
        vec![
            caused("d.last", 9, &[("c.middle", 9)]),
            caused("c.middle", 5, &[("b.first", 5)]),
            caused("e.other", 7, &[("b.first", 7)]),
            caused("b.first", 2, &[]),
        ],
        &[
            ("b.first", 1, 0, 15 + 8, ""),
            ("e.other", 0, 1, 0, "b.first"),
            ("c.middle", 0, 1, 0, "b.first"),
            ("d.last", 0, 2, 0, "b.first"),
        ],
    );
}

#[test]
fn problems_that_explain_each_other_still_have_a_root() {
    check(
        vec![
            caused("a.one", 10, &[("b.two", 9)]),
            caused("b.two", 10, &[("c.three", 10)]),
            caused("c.three", 10, &[("a.one", 10)]),
        ],
        &[("a.one", 1, 0, 15 + 8, ""), ("c.three", 0, 1, 0, "a.one"), ("b.two", 0, 2, 0, "a.one")],
    );
}

#[test]
fn a_problem_does_not_explain_itself() {
    check(vec![caused("a.one", 1, &[("a.one", 1)])], &[("a.one", 1, 0, 15, "")]);
}

#[test]
fn a_cause_on_another_server_explains_nothing() {
    let mut other = caused("db.down", 4, &[]);
    other.server = "iguana-b".into();
    let report = report(vec![caused("net.timeout", 15, &[("db.down", 15)]), other]);
    assert!(report.problems.iter().all(|problem| problem.rank > 0));
}

#[test]
fn a_component_that_stopped_in_cause_and_symptom_is_started_once() {
    let stopped = |mut row: ProblemInput| {
        row.outcomes = outcomes(&[(Outcome::Stopped, 1)]);
        row
    };
    // One episode, one failure in each, one stop: 15 + 2 + 15.
    check(
        vec![
            stopped(caused("net.timeout", 1, &[("db.down", 1)])),
            stopped(caused("db.down", 1, &[])),
        ],
        &[("db.down", 1, 0, 32, ""), ("net.timeout", 0, 1, 0, "db.down")],
    );
}

#[test]
fn a_root_names_what_it_explains_in_every_format() {
    let symptom = caused("net.timeout", 12, &[("db.down", 12)]);
    let report = report(vec![symptom, caused("db.down", 4, &[])]);
    for text in
        [render_text(&report, TextStyle::default()), render_markdown(&report), render_html(&report)]
    {
        assert!(text.contains("explains 12 x net.timeout"), "{text}");
        assert!(text.contains("symptom of 1: 12 of 12 near"), "{text}");
    }
}

#[test]
fn attempts_at_the_same_work_are_told_apart_from_failures() {
    let mut retried = problem(known("net.timeout"), "A", &[(0, 9_000)]);
    retried.failures = Some(1);
    let report = report(vec![retried]);
    assert_eq!(report.problems[0].cost_minutes, 15);
    let text = render_text(&report, TextStyle::default());
    assert!(text.contains("1 failure, 9,000 attempts in 1 episode"), "{text}");
}

#[test]
fn the_state_of_a_problem_is_the_most_urgent_of_its_places() {
    use crate::model::ProblemState::{Accepted, Fixed, Regressed};
    let place = |component, state| {
        let mut row = problem(known("db.down"), component, &[(0, 1)]);
        row.standing = Some(standing(state, "2026-09-01"));
        row
    };
    let rows = vec![place("A", Fixed), place("B", Regressed), place("C", Accepted)];
    let report = report(rows);
    let state = report.problems[0].standing.as_ref().map(|standing| standing.state);
    assert_eq!(state, Some(Regressed));
    let states: BTreeMap<&str, &str> = report
        .progress
        .iter()
        .map(|row| (row.component_name.as_str(), row.standing.state.name()))
        .collect();
    assert_eq!(states, BTreeMap::from([("A", "fixed"), ("B", "regressed"), ("C", "accepted")]));
}

#[test]
fn a_fix_that_was_proved_long_ago_is_only_counted() {
    let report = Report::new(whole());
    let text = render_text(&report, TextStyle::default());
    assert!(text.contains("1 problem that has been verified gone earlier has not come back."));
    assert!(text.contains("silent for 12 days; 3.1 % chance had nothing changed"), "{text}");
    assert!(report.headline.contains("1 came back after its fix, 1 is verified gone"));
}

#[test]
fn a_silence_that_proves_nothing_says_why() {
    use crate::model::ProblemState::Fixed;
    let silent = |chance| {
        let mut row = problem(known("db.down"), "A", &[(0, 1)]);
        let mut fixed = standing(Fixed, "2026-09-01");
        fixed.silence.as_mut().unwrap().chance = chance;
        row.standing = Some(fixed);
        render_text(&report(vec![row]), TextStyle::default())
    };
    assert!(silent(None).contains("silent for 12 days; too rare before to tell more"));
    assert!(silent(Some(0.5)).contains("silent for 12 days; 50.0 % chance had nothing changed"));
}

#[test]
fn how_to_live_with_what_was_accepted_is_told() {
    let text = render_text(&Report::new(whole()), TextStyle::default());
    assert!(text.contains("how to live with it: start it again"), "{text}");
}
