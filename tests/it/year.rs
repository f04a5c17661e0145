//! A year of logs and decisions: each state comes when the script says, and none comes early.

use std::collections::BTreeMap;

use dewlap::life::{Life, Transition};
use dewlap::model::{Millis, ProblemState};
use dewlap::pipeline::{Standing, standings};
use dewlap::sample::{ScriptedChange, ScriptedDecision, ScriptedProblem, Year, year};
use dewlap::store::Store;

use crate::run::{DB, Place};

/// Returns a place with the logs of the year, read up to some directory.
fn read(year: &Year, directories: &[(&str, &str)]) -> Place {
    let place = Place::new();
    for (path, content) in &year.files {
        place.put(path, content);
    }
    for (directory, server) in directories {
        place.ingest(&["--server", server, directory]);
    }
    place
}

fn decide(place: &Place, decision: &ScriptedDecision) {
    let args = decision.args();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    place.stdout(&args);
}

/// Returns the lives of the problems at a moment, by rule, server and component.
fn lives(place: &Place, now: Millis) -> BTreeMap<(String, String, String), Life> {
    let store = Store::open(&place.path(DB)).unwrap();
    let found = standings(&store, now).unwrap();
    let name = |Standing { problem, life }: Standing| {
        ((problem.rule.unwrap(), problem.server, problem.component), life)
    };
    found.into_values().map(name).collect()
}

fn key(problem: ScriptedProblem) -> (String, String, String) {
    let ScriptedProblem { rule, server, component } = problem;
    (rule.into(), server.into(), component.into())
}

/// Returns the changes of each problem.
fn script(year: &Year) -> BTreeMap<(String, String, String), Vec<ScriptedChange>> {
    let mut script: BTreeMap<_, Vec<ScriptedChange>> = BTreeMap::new();
    for change in &year.changes {
        script.entry(key(change.problem)).or_default().push(*change);
    }
    script
}

/// Says what is wrong with the changes of a problem up to a moment.
fn fault(script: &[ScriptedChange], found: &[Transition], now: Millis) -> Option<String> {
    let want: Vec<_> = script.iter().take_while(|change| change.earliest <= now).collect();
    let states: Vec<ProblemState> = found.iter().map(|one| one.to).collect();
    // The last change may still be to come.
    let is_due = want.last().is_none_or(|last| last.latest <= now || states.len() == want.len());
    let due = if is_due { want.len() } else { want.len() - 1 };
    let wanted: Vec<ProblemState> = want.iter().take(due).map(|change| change.to).collect();
    let is_in_time = |(change, one): (&&ScriptedChange, &Transition)| {
        (change.earliest..=change.latest).contains(&one.at)
    };
    let is_right = states == wanted && want.iter().zip(found).all(is_in_time);
    (!is_right).then(|| format!("at {now}: wanted {want:#?}, found {found:#?}"))
}

#[test]
fn every_change_of_a_state_in_a_year_is_the_scripted_one_and_none_is_early() {
    let year = year(1);
    let place = read(&year, &Year::READS);
    year.decisions.iter().for_each(|decision| decide(&place, decision));
    let script = script(&year);
    for week in 1..=52 {
        let now = Year::week_end(week);
        let lives = lives(&place, now);
        for (key, life) in &lives {
            let fault = fault(&script[key], &life.transitions, now);
            assert_eq!(fault, None, "{key:?} in week {week}");
        }
    }
    let last = lives(&place, Year::week_end(52));
    assert_eq!(last.keys().collect::<Vec<_>>(), script.keys().collect::<Vec<_>>());
    let states: Vec<_> = last.values().map(|life| life.state).collect();
    for state in [ProblemState::Open, ProblemState::Fixed, ProblemState::VerifiedGone] {
        assert!(states.contains(&state), "{state:?}");
    }
    let year_later = Millis::new(Year::week_end(52).get() + 365 * 86_400_000);
    let later: Vec<_> = lives(&place, year_later).values().map(|life| life.state).collect();
    assert_eq!(later, states, "the logs of the year after were not read");
}

#[test]
fn neither_the_order_of_reading_nor_that_of_decisions_changes_a_state() {
    let mut year = year(2);
    let mut directories = Year::READS;
    let first = read(&year, &directories);
    year.decisions.iter().for_each(|decision| decide(&first, decision));
    directories[1..].reverse();
    let second = read(&year, &directories);
    year.decisions.reverse();
    year.decisions.iter().for_each(|decision| decide(&second, decision));
    for week in [10, 20, 40, 52] {
        let now = Year::week_end(week);
        let states = |place: &Place| -> Vec<_> {
            let lives = lives(place, now).into_iter();
            lives.map(|(key, life)| (key, life.state, life.since, life.silence)).collect()
        };
        assert_eq!(states(&first), states(&second), "week {week}");
    }
}

#[test]
fn an_archive_that_is_read_late_makes_nothing_regress_and_the_rate_better_known() {
    let year = year(3);
    let place = read(&year, &Year::READS[..3]);
    year.decisions.iter().for_each(|decision| decide(&place, decision));
    let duplicate = year.changes.iter().find(|change| change.problem.rule.contains("duplicate"));
    let key = key(duplicate.unwrap().problem);
    let now = Year::week_end(12);
    let before = lives(&place, now)[&key].clone();
    place.ingest(&["--server", "south", "late"]);
    let after = lives(&place, now)[&key].clone();
    assert_eq!((before.state, after.state), (ProblemState::Fixed, ProblemState::Fixed));
    let episodes = |life: &Life| life.silence.unwrap().episodes;
    assert!(episodes(&before) < episodes(&after));
}

#[test]
fn a_component_that_gets_another_name_keeps_its_problem_and_its_history() {
    let year = year(4);
    let place = read(&year, &Year::READS);
    year.decisions.iter().for_each(|decision| decide(&place, decision));
    let args = ["problem", "tls.certificate-expired", "--as-of", "2026-01-01"];
    let shown = place.stdout(&args);
    assert!(shown.contains("Lab Results on south"), "{shown}");
    assert!(shown.contains("by Ann: they call back in March"), "{shown}");
    assert!(shown.contains("documentation: restart the component by hand"), "{shown}");
}
