//! Drafts for clusters whose texts are told in the test.

use std::path::PathBuf;

use super::*;
use crate::catalogue::{Catalogue, PatternFile};
use crate::classify::{Classifier, check};
use crate::model::{Millis, Severity};

const CLUSTER: &str = "u-4f1c0a9b2e";
/// Stands for any other cluster.
const OTHER: &str = "u-0000000000";

/// A site's rule, so that there is a known error that a draft must leave alone.
const SITE: &str = r#"
[[rule]]
id = "site.mixer"
title = "The mixer stands still"
status = "stable"
severity = "warning"
nature = "resource"
stops = false
toil_minutes = 5
cause = "Too much to do."
fix = "Wait."
owner = "vendor"
escalation = []
references = []
applies_to = ["iguana-x"]
review_by = "2027-11-01"

[rule.match]
any = ["mixer stands still"]

[[rule.examples]]
line = "mixer stands still at gate 7"

[[rule.examples]]
line = "the mixer stands still"

[[rule.counter_examples]]
line = "the mixer runs"
because = "it does not stand still"
"#;

fn catalogue() -> Catalogue {
    let wrappers = PatternFile::builtin();
    let wrappers = wrappers.into_iter().filter(|file| file.category() == "wrappers");
    let site = PatternFile { path: "site.toml".into(), text: SITE.into() };
    Catalogue::parse(wrappers.chain([site]).collect(), Vec::new()).unwrap()
}

/// Drafts a rule for texts that stand beside others.
fn drafted(own: &[&str], others: &[&str]) -> Draft {
    let catalogue = catalogue();
    let texts: Vec<_> = own.iter().map(|text| ((*text).to_owned(), 1)).collect();
    let beside: Vec<_> = others.iter().map(|text| (OTHER.to_owned(), (*text).to_owned())).collect();
    let input = Draftable {
        cluster: CLUSTER,
        texts: &texts,
        others: &beside,
        clean: &[],
        severity: Severity::Error,
        stops: false,
        last: Millis::new(1_788_854_400_000),
        catalogue: &catalogue,
        id: None,
        category: None,
    };
    let made: Result<Draft, DraftError> = draft(&input, |trial| {
        for text in own {
            trial.add(None, Some(CLUSTER), text);
        }
        for text in others {
            trial.add(None, Some(OTHER), text);
        }
        Ok(())
    });
    made.unwrap()
}

/// Returns the rule with `cause` and `fix` filled in.
fn filled(draft: &Draft) -> PatternFile {
    let lines = draft.rule.lines().map(|line| match line.split_once(" = \"TODO") {
        Some((key, _)) => format!("{key} = \"Known.\""),
        None => line.to_owned(),
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    PatternFile { path: PathBuf::from(format!("{}.toml", draft.id.category())), text }
}

/// Drafts a rule, and asserts that it holds, that `patterns check` has nothing against it, and that
/// it wins texts that were not there when it was drafted, and leaves others.
#[track_caller]
fn check_draft(own: &[&str], others: &[&str], more: &[&str], not: &[&str]) -> Draft {
    let draft = drafted(own, others);
    assert!(draft.figures.hold(), "{:?}\n{}", draft.figures, draft.rule);
    let catalogue = catalogue().with(&filled(&draft)).unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    assert_eq!(check(&catalogue, &classifier), [], "{}", draft.rule);
    let wins = |text: &str| classifier.classify(text).rule.is_some_and(|rule| rule.id == draft.id);
    for text in more {
        assert!(wins(text), "{text:?} is not matched:\n{}", draft.rule);
    }
    for text in not {
        assert!(!wins(text), "{text:?} is matched:\n{}", draft.rule);
    }
    draft
}

#[test]
fn one_text_is_widened_by_the_kinds_of_its_values() {
    let draft = check_draft(
        &["Gate 7 of tower-3 did not open within 250 ms on 10.0.0.7:8080"],
        &["Gate 7 of tower-3 is open"],
        &[
            "Gate 12 of tower-4 did not open within 9 ms on 10.9.0.1:80",
            "main.lua:9: Gate 12 of tower-4 did not open within 9 ms on 10.9.0.1:80",
            "Stopping component with runtime error:\nGate 1 of tower-4 did not open within 9 ms on 10.9.0.1:80",
        ],
        &[
            "Gate seven of tower-4 did not open",
            "Gate 1 of tower-4 did not open within 9 ms on 10.9.0.1:80 again",
        ],
    );
    for capture in ["(?<duration_ms>", "(?<host>", "(?<port>"] {
        assert!(draft.rule.contains(capture), "{}", draft.rule);
    }
}

#[test]
fn words_that_vary_are_left_open() {
    check_draft(
        &["Pump blue lost its seal", "Pump green lost its seal", "Pump red lost its seal"],
        &["Pump blue found its seal"],
        &["Pump yellow lost its seal"],
        &["Pump yellow lost its filter"],
    );
}

#[test]
fn quotes_marks_of_expressions_and_other_alphabets_are_taken_as_they_are() {
    check_draft(
        &[
            r#"Путь [a-z]+ (x|y)? не найден: "a b" 'c''''; $HOME\d"#,
            r#"Путь [a-z]+ (x|y)? не найден: "d" 'e''''; $HOME\d"#,
        ],
        &["Путь найден"],
        &[r#"Путь [a-z]+ (x|y)? не найден: "" 'other''''; $HOME\d"#],
        &[r#"Путь bc x не найден: "a" 'c''''; $HOME\d"#],
    );
}

#[test]
fn a_text_of_several_lines_ends_where_the_traceback_begins() {
    let own = "Ward list is stale\n  since run 12\n  of host ward.example.org\nstack traceback:\n\t[C]: in function 'error'";
    let draft = check_draft(
        &[own],
        &["Ward list is fresh"],
        &[
            "Ward list is stale\n  since run 99\n  of host ward.example.com\nstack traceback:\n\tmain.lua:3: in main chunk",
            "Ward list is stale\n  since run 99\n  of host ward.example.com",
        ],
        &["Ward list is stale\n  since run 99\n  of host ward.example.com\n  and two more"],
    );
    assert!(!draft.rule.contains(r"in\ function"), "{}", draft.rule);
}

#[test]
fn masked_values_are_known_by_their_kind() {
    let draft = check_draft(
        &["No bed for [name:k3f9a0c2] of ward 7", "No bed for [name:zzf9a0c2] of ward 8"],
        &["No room for [name:k3f9a0c2] of ward 7"],
        &["No bed for [name:aaaaaaaa] of ward 9"],
        &["No bed for [id:aaaaaaaa] of ward 9", "No bed for Smith of ward 9"],
    );
    assert!(!regex_line(&draft).contains("k3f9a0c2"), "{}", draft.rule);
}

#[test]
fn the_name_of_a_data_file_is_no_capture() {
    let draft = check_draft(
        &["Cannot take in /data/in/smith_john.hl7", "Cannot take in /data/in/doe_jane.hl7"],
        &["Cannot take out /data/in/doe_jane.hl7"],
        &["Cannot take in C:\\drop\\x.hl7"],
        &["Cannot take in nothing"],
    );
    assert!(draft.rule.contains("captures = { path = \"/data/in/\" }"), "{}", draft.rule);
}

#[test]
fn lists_may_be_longer_than_any_that_was_seen() {
    check_draft(
        &["Rooms 1, 2 are closed now", "Rooms 3, 4, 5 are closed now"],
        &["Rooms 1, 2 are open now"],
        &["Rooms 1 are closed now", "Rooms 1, 2, 3, 4, 5 are closed now"],
        &["Rooms are closed now"],
    );
}

#[test]
fn what_may_be_missing_is_optional() {
    check_draft(
        &["Belt jammed at gate 3", "Belt jammed at gate 4 (try 2)", "Belt jammed at gate 5"],
        &["Belt runs at gate 3"],
        &["Belt jammed at gate 77", "Belt jammed at gate 77 (try 2)"],
        &["Belt jammed at gate north"],
    );
}

#[test]
fn where_another_cluster_is_matched_the_rule_comes_closer() {
    // What stands in one place of the texts could be anything: the other cluster too.
    let draft = check_draft(
        &["Crane north is slow", "Crane south is slow"],
        &["Crane broken is slow"],
        &["Crane north is slow"],
        &["Crane broken is slow"],
    );
    assert!(regex_line(&draft).contains("(?:north|south)"), "{}", draft.rule);
}

#[test]
fn where_words_alone_tell_another_cluster_they_are_excluded() {
    let own: Vec<String> =
        ('a'..='z').map(|letter| format!("Lift {letter}{letter} is late")).collect();
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let draft =
        check_draft(&own, &["Lift never is late"], &["Lift qq is late"], &["Lift never is late"]);
    assert!(draft.rule.contains("not = [\"never\"]"), "{}", draft.rule);
}

#[test]
fn one_event_in_a_hundred_may_be_missed_where_it_stands_for_another_cluster() {
    let names = ["ada", "bo", "cy", "di", "ed"];
    let own = (0..100).map(|at| format!("Refused {} at gate {at}", names[at % names.len()]));
    let odd = "Refused the guest [name:k3f9a0c2] at gate 7".to_owned();
    let own: Vec<String> = own.chain([odd]).collect();
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let other = "Refused the guest kim at gate 7";
    let draft = check_draft(&own, &[other], &["Refused fay at gate 3"], &[other]);
    assert_eq!((draft.figures.matched, draft.figures.own), (100, 101));
    // Of fewer events, none may be missed.
    assert!(!drafted(&own[50..], &[other]).figures.hold());
}

#[test]
fn a_single_word_that_stands_in_texts_of_every_kind_is_the_whole_text() {
    check_draft(
        &["timeout"],
        &["the login met a timeout"],
        &["main.lua:3: timeout", "timeout\nstack traceback:\n\t[C]: in ?"],
        &["timeout of gate 7", "a timeout"],
    );
}

#[test]
fn a_rule_that_cannot_be_told_from_another_cluster_does_not_hold() {
    let draft = drafted(&["Mill 7 is dry"], &["Mill 8 is dry", "Mill 7 is dry"]);
    assert!(!draft.figures.hold());
    assert_eq!(draft.figures.others.get(OTHER), Some(&1));
}

#[test]
fn the_nearest_known_error_is_told_and_left_alone() {
    let draft = check_draft(
        &["mixer stands idle at gate 7", "mixer stands idle at gate 8"],
        &[],
        &["mixer stands idle at gate 9"],
        &["mixer stands still at gate 7"],
    );
    let (id, _, differs) = draft.nearest.clone().unwrap();
    assert_eq!((id.as_str(), differs.contains("idle")), ("site.mixer", true), "{differs}");
    assert!(draft.rule.contains("won_by = \"site.mixer\""), "{}", draft.rule);
    assert!(draft.rule.contains("owner = \"vendor\""), "{}", draft.rule);
}

#[test]
fn texts_that_a_rule_explains_are_not_drafted() {
    let catalogue = catalogue();
    let texts = [("the mixer stands still".to_owned(), 3)];
    let input = Draftable {
        cluster: CLUSTER,
        texts: &texts,
        others: &[],
        clean: &[],
        severity: Severity::Error,
        stops: false,
        last: Millis::new(0),
        catalogue: &catalogue,
        id: None,
        category: None,
    };
    let made: Result<Draft, DraftError> = draft(&input, |_| Ok(()));
    assert!(matches!(made, Err(DraftError::Explained { .. })), "{made:?}");
}

#[test]
fn a_draft_is_refused_until_cause_and_fix_are_written() {
    let draft = drafted(&["Kiln 7 is cold", "Kiln 8 is cold"], &[]);
    let file = PatternFile { path: filled(&draft).path, text: draft.rule.clone() };
    let error = catalogue().with(&file).unwrap_err();
    let messages: Vec<_> = error.findings().iter().map(|finding| finding.message.clone()).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages.iter().all(|message| message.contains("still says TODO")), "{messages:?}");
}

fn regex_line(draft: &Draft) -> &str {
    draft.rule.lines().find(|line| line.starts_with("regex = ")).unwrap()
}
