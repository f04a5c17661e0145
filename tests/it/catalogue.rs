//! The catalogue's tools: what `patterns check` lets pass, and what it does not.

use std::collections::BTreeMap;
use std::path::Path;

use dewlap::catalogue::{Catalogue, PatternFile};
use dewlap::classify::Classifier;
use serde_json::Value;

use crate::run::{Output, Place, lines, tree};

/// The rule that is spoiled, and its file.
const RULE: &str = "db-oracle.no-listener";
const FILE: &str = "db-oracle.toml";

/// Returns a place with a copy of the built-in catalogue in `rules/`.
fn copied() -> Place {
    let place = Place::new();
    for (name, bytes) in tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("patterns")) {
        place.put(&format!("rules/{name}"), bytes);
    }
    place
}

fn check(place: &Place) -> Output {
    place.run(&["patterns", "check", "--patterns", "rules"])
}

/// A rule's text in its file, and the line that it begins on.
struct Rule {
    before: String,
    text: String,
    after: String,
}

impl Rule {
    fn of(place: &Place) -> Self {
        let file = String::from_utf8(place.read(&format!("rules/{FILE}"))).unwrap();
        let id = file.find(&format!("id = \"{RULE}\"")).unwrap();
        let from = file.split_at(id).0.rfind("[[rule]]").unwrap();
        let (before, rest) = file.split_at(from);
        let len = rest.match_indices("\n[[rule]]").next().map_or(rest.len(), |(at, _)| at + 1);
        let (text, after) = rest.split_at(len);
        Self { before: before.into(), text: text.into(), after: after.into() }
    }

    fn first_line(&self) -> usize {
        self.before.lines().count() + 1
    }

    fn last_line(&self) -> usize {
        self.first_line() + self.text.lines().count()
    }

    fn put(&self, place: &Place) {
        let file = format!("{}{}{}", self.before, self.text, self.after);
        place.put(&format!("rules/{FILE}"), file);
    }

    /// Replaces the line that begins so.
    fn replace_line(&mut self, begin: &str, with: &str) {
        let old = self.text.lines().find(|line| line.starts_with(begin)).unwrap().to_owned();
        self.text = self.text.replacen(&old, with, 1);
    }

    /// Drops the last table of this name.
    fn drop_table(&mut self, header: &str) {
        let at = self.text.rfind(header).unwrap();
        let (kept, rest) = self.text.split_at(at);
        let next = rest.get(header.len()..).unwrap().find("\n[[").map(|next| next + header.len());
        let rest = next.and_then(|next| rest.get(next..)).unwrap_or("\n");
        self.text = format!("{kept}{rest}");
    }
}

/// Spoils the rule; the check must fail, name the rule and point into it.
#[track_caller]
fn is_found(what: &str, spoil: impl FnOnce(&mut Rule)) {
    let place = copied();
    let mut rule = Rule::of(&place);
    spoil(&mut rule);
    rule.put(&place);
    let output = check(&place);
    assert_eq!(output.code, Some(1), "{what}: {output:?}");
    let lines = rule.first_line()..=rule.last_line();
    let points_into_it = output.stdout.lines().any(|line| {
        let place = line.strip_prefix(&format!("rules/{FILE}:"));
        let number = place.and_then(|place| place.split(':').next()?.parse().ok());
        number.is_some_and(|number: usize| lines.contains(&number)) && line.contains(RULE)
    });
    assert!(points_into_it, "{what}: no finding names {RULE} at {lines:?}:\n{}", output.stdout);
}

#[test]
fn the_built_in_catalogue_has_no_faults() {
    let output = Place::new().run(&["patterns", "check"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{}", output.stdout);
    assert!(output.stdout.contains(": no faults. Catalogue "), "{}", output.stdout);
}

#[test]
fn a_copy_of_the_catalogue_has_the_hash_of_the_original() {
    let built_in = Place::new().stdout(&["patterns", "check"]);
    assert_eq!(check(&copied()).stdout, built_in);
}

#[test]
fn a_missing_example_is_found() {
    is_found("no examples", |rule| {
        while rule.text.contains("[[rule.examples]]") {
            rule.drop_table("[[rule.examples]]");
        }
    });
}

#[test]
fn a_missing_counter_example_is_found() {
    is_found("no counter-example", |rule| {
        while rule.text.contains("[[rule.counter_examples]]") {
            rule.drop_table("[[rule.counter_examples]]");
        }
    });
}

#[test]
fn a_regex_of_another_rule_is_found() {
    is_found("other regex", |rule| {
        rule.replace_line("regex = ", "regex = 'ORA-28000\\b'");
    });
}

#[test]
fn a_regex_that_matches_everything_is_found() {
    is_found("wide regex", |rule| rule.replace_line("regex = ", "regex = '.*'"));
}

#[test]
fn a_literal_that_is_a_bare_word_is_found() {
    is_found("bare word", |rule| rule.replace_line("any = ", "any = [\"error\"]"));
}

#[test]
fn a_literal_that_is_too_short_is_found() {
    is_found("short literal", |rule| rule.replace_line("any = ", "any = [\"ORA\"]"));
}

#[test]
fn an_unknown_field_is_found() {
    is_found("unknown field", |rule| {
        rule.text = rule.text.replacen("\nseverity = ", "\nseverty = \"error\"\nseverity = ", 1);
    });
}

#[test]
fn a_missing_field_is_found() {
    is_found("missing field", |rule| rule.replace_line("owner = ", ""));
}

#[test]
fn a_value_that_is_no_word_of_ours_is_found() {
    is_found("unknown severity", |rule| rule.replace_line("severity = ", "severity = \"bad\""));
}

#[test]
fn a_rule_that_is_defined_twice_is_found() {
    is_found("twice", |rule| rule.text = format!("{}\n{}", rule.text, rule.text));
}

#[test]
fn a_rule_in_the_wrong_file_is_found() {
    let place = copied();
    let file = String::from_utf8(place.read("rules/db-mysql.toml")).unwrap();
    let rule = Rule::of(&place);
    place.put("rules/db-mysql.toml", format!("{file}\n{}", rule.text));
    let output = check(&place);
    assert_eq!(output.code, Some(1));
    let line = format!("rules/db-mysql.toml:{}", file.lines().count() + 3);
    assert!(
        output.stdout.contains(&format!("{line}: rule `{RULE}` is in the wrong file")),
        "{}",
        output.stdout
    );
}

#[test]
fn a_capture_outside_the_vocabulary_is_found() {
    is_found("unknown capture", |rule| {
        rule.replace_line("regex = ", "regex = '(?<patient>ORA-12541)'");
    });
}

#[test]
fn an_example_that_states_another_capture_is_found() {
    is_found("other capture", |rule| {
        let table = "[[rule.examples]]\nline = \"ORA-12541: TNS:no listener\"\ncaptures = { host = \"db9\" }\n\n";
        rule.text =
            rule.text.replacen("[[rule.examples]]", &format!("{table}[[rule.examples]]"), 1);
    });
}

#[test]
fn a_counter_example_that_the_rule_wins_is_found() {
    is_found("won counter-example", |rule| {
        let table = "[[rule.counter_examples]]\nline = \"ORA-12541: TNS:no listener\"\nbecause = \"it is not\"\n\n";
        rule.text = format!("{}{table}", rule.text);
    });
}

#[test]
fn an_expression_that_does_not_compile_is_found() {
    is_found("broken regex", |rule| rule.replace_line("regex = ", "regex = '(ORA-12541'"));
}

#[test]
fn all_faults_are_told_at_once() {
    let place = copied();
    let mut rule = Rule::of(&place);
    rule.replace_line("severity = ", "severity = \"bad\"");
    rule.replace_line("owner = ", "ownr = \"support\"");
    rule.put(&place);
    place.put("rules/zz.toml", "[[rule]]\nid = \"other.rule\"\n");
    let output = check(&place);
    for part in ["`severity` is `bad`", "did you mean `owner`?", "rules/zz.toml:2"] {
        assert!(output.stdout.contains(part), "{part} is not in\n{}", output.stdout);
    }
}

#[test]
fn faults_of_pattern_files_stop_other_commands_too() {
    let place = copied();
    let mut rule = Rule::of(&place);
    rule.replace_line("severity = ", "severity = \"bad\"");
    rule.put(&place);
    place.put_samples("text");
    let output = place.run(&["ingest", "--patterns", "rules", "samples/text"]);
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains(&format!("rules/{FILE}:")), "{}", output.stderr);
    assert!(!place.path(crate::run::DB).exists(), "nothing was begun");
}

#[test]
fn the_order_of_the_files_changes_neither_hash_nor_verdicts() {
    let texts: Vec<String> = dewlap::sample::week(dewlap::sample::SEED)
        .iter()
        .filter(|entry| !entry.as_entry().is_message_body() && !entry.tags.is_empty())
        .map(|entry| dewlap::classify::unix_lines(&entry.text_lossy()).into_owned())
        .collect();
    let verdicts = |files| {
        let catalogue = Catalogue::parse(files, Vec::new()).unwrap();
        let classifier = Classifier::new(&catalogue).unwrap();
        let rule = |text: &String| {
            let verdict = classifier.classify(text);
            (verdict.rule.map(|rule| rule.id.clone()), verdict.captures, verdict.outcome)
        };
        (catalogue.hash().to_owned(), texts.iter().map(rule).collect::<Vec<_>>())
    };
    let sorted = PatternFile::builtin();
    let mut turned = sorted.clone();
    turned.reverse();
    let mut rotated = sorted.clone();
    rotated.rotate_left(7);
    let want = verdicts(sorted);
    assert!(want.1.iter().any(|(rule, ..)| rule.is_some()));
    assert_eq!(verdicts(turned), want);
    assert_eq!(verdicts(rotated), want);
}

/// Returns the rules by id.
fn listed(place: &Place, args: &[&str]) -> BTreeMap<String, Value> {
    let args = [&["patterns", "list", "--format", "json"], args].concat();
    let by_id = |rule: Value| (rule["id"].as_str().unwrap().to_owned(), rule);
    lines(&place.stdout(&args)).into_iter().map(by_id).collect()
}

#[test]
fn local_patterns_add_rules_and_override_them_by_id() {
    let place = copied();
    let rule = Rule::of(&place);
    let owned = rule.text.replace("owner = \"infrastructure\"", "owner = \"vendor\"");
    assert_ne!(owned, rule.text);
    place.put(&format!("local/{FILE}"), &owned);
    let site = rule.text.replace(RULE, "site.slot-behind").replace("ORA-12541", "Scheduler slot");
    let (head, _) = site.split_at(site.find("[[rule.examples]]").unwrap());
    let site = format!(
        "{head}[[rule.examples]]\nline = \"Scheduler slot 3 fell behind by 200 ms\"\n\n[[rule.examples]]\nline = \"Scheduler slot 12 fell behind by 999 ms\"\n\n[[rule.counter_examples]]\nline = \"ORA-12541: TNS:no listener\"\nbecause = \"that is Oracle\"\n"
    );
    place.put("local/site.toml", site);
    let built_in = listed(&place, &[]);
    let local = listed(&place, &["--local-patterns", "local"]);
    assert_eq!(local.len(), built_in.len() + 1);
    assert_eq!(local[RULE]["owner"], "vendor");
    let check = place.run(&["patterns", "check", "--local-patterns", "local"]);
    assert_eq!(check.code, Some(0), "{}", check.stdout);

    place.put_samples("iguana-x");
    place.ingest(&["--local-patterns", "local", "samples/iguana-x"]);
    assert!(!place.events(&["--rule", "site.slot-behind"]).is_empty());
    assert!(!place.events(&["--rule", RULE]).is_empty());
}

#[test]
fn every_rule_of_the_list_is_shown_in_full() {
    let place = Place::new();
    let rules = listed(&place, &[]);
    assert!(rules.len() > 100);
    for (id, rule) in rules.iter().step_by(17) {
        let shown = place.stdout(&["patterns", "show", id]);
        assert!(shown.contains(id) && shown.contains(rule["title"].as_str().unwrap()), "{shown}");
        assert!(shown.contains("\nfix ") && shown.contains("\nowner "), "{shown}");
    }
}
