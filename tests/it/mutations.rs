//! A catalogue with one thing spoiled: `patterns check` names the culprit and its line.

use std::collections::BTreeMap;

use crate::run::Place;

/// A catalogue of four rules, of which the last looks beyond one entry: file by file.
const FILES: [(&str, &str); 4] = [
    (
        "ids.toml",
        "ids = [\n  \"db.full\",\n  \"db.locked\",\n  \"net.other\",\n  \"tables.jam\",\n]\n",
    ),
    (
        "db.toml",
        r#"[[rule]]
id = "db.full"
title = "The table is full"
status = "stable"
severity = "error"
nature = "resource"
stops = false
toil_minutes = 5
cause = "It is full."
fix = "Make room."
owner = "support"
escalation = []
references = []
applies_to = ["iguana-x"]
review_by = "2027-11-01"
symptom_of = ["db.locked"]

[rule.match]
any = ["is full"]
regex = 'table (?<table>\w+) is full'

[[rule.examples]]
line = "the table VISIT is full"
captures = { table = "VISIT" }

[[rule.examples]]
line = "Stopping: table ADT is full"
outcome = "stopped"

[[rule.counter_examples]]
line = "table VISIT is locked"
because = "that passes"
won_by = "db.locked"

[[rule]]
id = "db.locked"
title = "The table is locked"
status = "stable"
severity = "warning"
nature = "temporary"
stops = false
toil_minutes = 5
cause = "Somebody else works on it."
fix = "Wait."
owner = "support"
escalation = []
references = []
applies_to = ["iguana-x"]
review_by = "2027-11-01"

[rule.match]
any = ["is locked"]
regex = 'table (?<table>\w+) is locked'

[[rule.examples]]
line = "table VISIT is locked"

[[rule.examples]]
line = "the table ADT is locked"

[[rule.counter_examples]]
line = "table VISIT is full"
because = "that stays"
"#,
    ),
    (
        "net.toml",
        r#"[[rule]]
id = "net.other"
title = "Something about a table, other"
status = "stable"
severity = "warning"
nature = "temporary"
stops = false
toil_minutes = 5
cause = "Unknown."
fix = "Look."
owner = "support"
escalation = []
references = []
applies_to = ["iguana-x"]
review_by = "2027-11-01"

[rule.match]
any = ["table "]
regex = 'table \w+'

[[rule.examples]]
line = "table VISIT is odd"

[[rule.examples]]
line = "a table ADT"

[[rule.counter_examples]]
line = "table VISIT is full now"
because = "that is known"
"#,
    ),
    (
        "tables.toml",
        r#"[[rule]]
id = "tables.jam"
title = "Tables are locked all the time"
status = "stable"
severity = "error"
nature = "resource"
stops = false
toil_minutes = 5
cause = "A job works on them."
fix = "Find the job."
owner = "support"
escalation = []
references = []
applies_to = ["iguana-x"]
review_by = "2027-11-01"

[rule.when]
rules = ["db.locked"]
count = 3
within = "10m"
scope = "component"
until = ["net.other"]

[[rule.examples]]
entries = ["0s table ADT is locked", "5m table ADT is locked", "9m table ADT is locked"]

[[rule.examples]]
entries = ["0s table ADT is locked", "1s table ADT is locked", "2s table VISIT is locked"]

[[rule.counter_examples]]
entries = ["0s table ADT is locked", "1m table ADT is locked", "2m table ADT is odd", "3m table ADT is locked"]
because = "two are few"

[[rule.counter_examples]]
entries = ["0s table ADT is locked", "8m table ADT is locked", "16m table ADT is locked"]
because = "that is slow"
"#,
    ),
];

const WRAPPERS: &str =
    "[[wrapper]]\nid = \"stopping\"\nregex = 'Stopping:'\noutcome = \"stopped\"\n";

/// What is spoiled: the file, a text in it and what takes its place; and the line that tells of it.
type Mutation = (&'static str, &'static str, &'static str, &'static str, &'static str);

const MUTATIONS: [Mutation; 28] = [
    (
        "a rule explains a line of normal work",
        "net.toml",
        "any = [\"table \"]\nregex = 'table \\w+'",
        "any = [\"table \", \"Component started\"]\nregex = 'table \\w+|Component started'",
        "samples/clean/engine.log:6: a clean text raises `net.other`: `Component started successfully.`",
    ),
    (
        "an example's text is broken",
        "db.toml",
        "line = \"the table VISIT is full\"",
        "line = \"the table VISIT is fall\"",
        "rules/db.toml:22: an example of `db.full` is won by `net.other`",
    ),
    (
        "an expected capture is another",
        "db.toml",
        "captures = { table = \"VISIT\" }",
        "captures = { table = \"VISITS\" }",
        "rules/db.toml:22: an example of `db.full` captures { table = \"VISIT\" }, expected",
    ),
    (
        "an outcome is another",
        "db.toml",
        "outcome = \"stopped\"",
        "outcome = \"continued\"",
        "rules/db.toml:26: an example of `db.full` has the outcome `stopped`, expected `continued`",
    ),
    (
        "a counter-example is an example",
        "db.toml",
        "line = \"table VISIT is full\"",
        "line = \"the table ADT is locked\"",
        "rules/db.toml:61: a counter-example of `db.locked` is won by it",
    ),
    (
        "another rule wins a counter-example than it says",
        "db.toml",
        "won_by = \"db.locked\"",
        "won_by = \"net.other\"",
        "rules/db.toml:30: a counter-example of `db.full` is won by `db.locked`, expected `net.other`",
    ),
    (
        "a counter-example names a rule that is not there",
        "db.toml",
        "won_by = \"db.locked\"",
        "won_by = \"db.lacked\"",
        "rules/db.toml:30: `won_by` of `db.full` names `db.lacked`, which is no rule",
    ),
    (
        "a regex matches anything",
        "db.toml",
        "'table (?<table>\\w+) is locked'",
        "'.*'",
        "rules/db.toml:53: rule `db.locked`: `regex` matches an empty text",
    ),
    (
        "a regex matches any text",
        "db.toml",
        "'table (?<table>\\w+) is locked'",
        "'.+'",
        "rules/db.toml:53: rule `db.locked`: `regex` needs 0 literal bytes in a match, expected at least 4",
    ),
    (
        "a regex has two letters",
        "db.toml",
        "'table (?<table>\\w+) is locked'",
        "'(?s).*is.*'",
        "rules/db.toml:53: rule `db.locked`: `regex` needs 2 literal bytes in a match, expected at least 4",
    ),
    (
        "a bare word is the only literal",
        "db.toml",
        "any = [\"is locked\"]",
        "any = [\"failed\"]",
        "rules/db.toml:52: rule `db.locked`: `failed` alone stands in texts of every kind",
    ),
    (
        "an id is there twice",
        "db.toml",
        "id = \"db.locked\"",
        "id = \"db.full\"",
        "rules/db.toml:35: rule `db.full` is defined twice, first at rules/db.toml:1",
    ),
    (
        "an id is given up",
        "db.toml",
        "id = \"db.locked\"",
        "id = \"db.waits\"",
        "rules/ids.toml:3: rule `db.locked` is gone, expected it to stay: ids are permanent",
    ),
    (
        "a new id is not listed",
        "ids.toml",
        "  \"db.locked\",\n",
        "",
        "rules/db.toml:35: rule `db.locked` is not in `ids.toml`",
    ),
    (
        "the list of ids is out of order",
        "ids.toml",
        "  \"db.full\",\n  \"db.locked\",\n",
        "  \"db.locked\",\n  \"db.full\",\n",
        "rules/ids.toml:3: id `db.full` stands after `db.locked`, expected order of ids",
    ),
    (
        "a field is misspelled",
        "db.toml",
        "owner = \"support\"",
        "ownr = \"support\"",
        "rules/db.toml:11: rule `db.full`: `ownr` is unknown",
    ),
    (
        "a rule that is named is not there",
        "db.toml",
        "symptom_of = [\"db.locked\"]",
        "symptom_of = [\"db.lock\"]",
        "rules/db.toml:1: `symptom_of` of `db.full` names `db.lock`, which is no rule",
    ),
    (
        "a rule becomes a fallback rule",
        "db.toml",
        "symptom_of = [\"db.locked\"]",
        "fallback = true",
        "rules/db.toml:22: an example of `db.full` is won by `net.other`",
    ),
    (
        "two rules have one example",
        "db.toml",
        "line = \"the table ADT is locked\"",
        "line = \"the table VISIT is full\"",
        "rules/db.toml:58: an example of `db.locked` is one of `db.full` as well",
    ),
    (
        "only the order of ids tells two rules apart",
        "net.toml",
        "regex = 'table \\w+'",
        "regex = 'table \\w+ is full'",
        "rules/db.toml:22: `db.full` wins this example over `net.other` by the order of ids only",
    ),
    (
        "two wrappers have one id",
        "wrappers.toml",
        "outcome = \"stopped\"\n",
        "outcome = \"stopped\"\n[[wrapper]]\nid = \"stopping\"\nregex = 'Halting:'\n",
        "rules/wrappers.toml:5: wrapper `stopping` is defined twice, first at rules/wrappers.toml:1",
    ),
    (
        "entries of a history are out of order",
        "tables.toml",
        "\"5m table ADT is locked\", \"9m table ADT is locked\"",
        "\"9m table ADT is locked\", \"5m table ADT is locked\"",
        "rules/tables.toml:25: rule `tables.jam`: entry 3 of `entries` is at 300 s, after one at 540 s",
    ),
    (
        "a history begins late",
        "tables.toml",
        "entries = [\"0s table ADT is locked\", \"8m",
        "entries = [\"1s table ADT is locked\", \"8m",
        "rules/tables.toml:35: rule `tables.jam`: entry 1 of `entries` is at 1 s, expected `0s`",
    ),
    (
        "a course asks for fewer",
        "tables.toml",
        "count = 3",
        "count = 2",
        "rules/tables.toml:30: a counter-example of `tables.jam` makes an episode",
    ),
    (
        "a course has more time",
        "tables.toml",
        "within = \"10m\"",
        "within = \"16m\"",
        "rules/tables.toml:34: a counter-example of `tables.jam` makes an episode",
    ),
    (
        "a course has no end",
        "tables.toml",
        "until = [\"net.other\"]\n",
        "",
        "rules/tables.toml:29: a counter-example of `tables.jam` makes an episode",
    ),
    (
        "no counter-example shows how long a course waits",
        "tables.toml",
        "\"16m table ADT is locked\"",
        "\"30m table ADT is locked\"",
        "rules/tables.toml:1: no counter-example of `tables.jam` needs its `within` of 600 s",
    ),
    (
        "no counter-example shows what ends a course",
        "tables.toml",
        "\"2m table ADT is odd\", \"3m",
        "\"2m table ADT is odd\", \"30m",
        "rules/tables.toml:1: no counter-example of `tables.jam` needs its `until`",
    ),
];

/// Files by name.
type Files = BTreeMap<&'static str, String>;

/// What is done, how, and the line that tells of it.
type Move = (&'static str, fn(&mut Files), &'static str);

/// What is done to the files, mostly to the rules of `db.toml`, and the line that tells of it.
const MOVES: [Move; 5] = [
    (
        "a rule is dropped",
        |files| edit(files, |[first, _]| first.into()),
        "rules/ids.toml:3: rule `db.locked` is gone, expected it to stay: ids are permanent",
    ),
    (
        "two rules swap their places",
        |files| edit(files, |[first, second]| format!("{second}\n{first}")),
        "rules/db.toml:31: rule `db.full` stands after `db.locked`, expected order of ids",
    ),
    (
        "two rules swap their matches",
        |files| {
            edit(files, |[first, second]| {
                let first = first.replace("is full\"]", "is locked\"]");
                let second = second.replace("is locked\"]", "is full\"]");
                let first = first.replace("\\w+) is full'", "\\w+) is locked'");
                format!("{first}{}", second.replace("\\w+) is locked'", "\\w+) is full'"))
            });
        },
        "rules/db.toml:22: an example of `db.full` is won by `db.locked`",
    ),
    (
        "two rules match alike",
        |files| {
            edit(files, |[first, second]| {
                let second = second.replace("any = [\"is locked\"]", "any = [\"is full\"]");
                format!("{first}{}", second.replace("\\w+) is locked'", "\\w+) is full'"))
            });
        },
        "rules/db.toml:35: `db.locked` has the literals and the regex of `db.full`",
    ),
    (
        "no counter-example shows how many a course needs",
        |files| {
            let text = files.get_mut("tables.toml").unwrap();
            let at = text.find("[[rule.counter_examples]]").unwrap();
            text.truncate(at);
            *text += "[[rule.counter_examples]]\nentries = [\"0s table ADT is locked\"]\n\
                      because = \"one is nothing\"\n";
        },
        "rules/tables.toml:1: no counter-example of `tables.jam` needs its `count` of 3",
    ),
];

/// Makes the text of `db.toml` anew from its two rules.
fn edit(files: &mut Files, make: impl FnOnce([&str; 2]) -> String) {
    let text = files.get_mut("db.toml").unwrap();
    let at = text.rfind("[[rule]]").unwrap();
    let (first, second) = text.split_at(at);
    *text = make([first, second]);
}

fn files() -> Files {
    let rules = FILES.iter().map(|(name, text)| (*name, (*text).to_owned()));
    rules.chain([("wrappers.toml", WRAPPERS.to_owned())]).collect()
}

/// Returns the exit code of `patterns check` and what it prints.
fn check(files: &Files) -> (Option<i32>, String) {
    let place = Place::new();
    for (name, text) in files {
        place.put(&format!("rules/{name}"), text);
    }
    let output = place.run(&["patterns", "check", "--patterns", "rules"]);
    assert_eq!(output.stderr, "");
    (output.code, output.stdout)
}

#[track_caller]
fn is_told(what: &str, files: &Files, want: &str) {
    let (code, stdout) = check(files);
    assert_eq!(code, Some(1), "{what}: {stdout}");
    assert!(stdout.lines().any(|line| line.starts_with(want)), "{what}: {want}\n{stdout}");
}

#[test]
fn the_rules_that_are_spoiled_have_no_fault_themselves() {
    let (code, stdout) = check(&files());
    assert_eq!(code, Some(0), "{stdout}");
}

#[test]
fn what_is_spoiled_is_told_with_its_line() {
    for (what, name, from, to, want) in MUTATIONS {
        let mut files = files();
        let text = files.get_mut(name).unwrap();
        assert!(text.contains(from), "{what}: {from}");
        *text = text.replacen(from, to, 1);
        is_told(what, &files, want);
    }
}

#[test]
fn missing_wrappers_are_told_once_and_nothing_else_is() {
    let mut files = files();
    files.remove("wrappers.toml");
    let (code, stdout) = check(&files);
    assert_eq!(code, Some(1), "{stdout}");
    let lines: Vec<_> = stdout.lines().collect();
    let [finding, _, count] = lines.as_slice() else { panic!("{stdout}") };
    assert_eq!(
        *finding,
        "rules/wrappers.toml: the catalogue has no wrappers, and 1 example has its outcome from words \
         around errors"
    );
    assert_eq!(*count, "1 fault");
}

#[test]
fn what_is_moved_is_told_with_its_line() {
    for (what, spoil, want) in MOVES {
        let mut files = files();
        spoil(&mut files);
        is_told(what, &files, want);
    }
}
