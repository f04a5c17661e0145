use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::catalogue::{Catalogue, PatternFile};
use crate::model::Outcome;

/// Three wrappers, as they stand in Iguana's logs.
const WRAPPERS: &str = r"
[[wrapper]]
id = 'continuing'
regex = 'Continuing to run with error:'
outcome = 'continued'
[[wrapper]]
id = 'retrying'
regex = 'Error executing operation\. Retrying \(\d+ of \d+\)\.\.\.'
outcome = 'retrying'
[[wrapper]]
id = 'stopping'
regex = 'Stopping component with (?:runtime|compilation) error:'
outcome = 'stopped'
";

/// Returns a complete rule with this id and these lines for `[rule.match]`, and two examples.
fn rule(id: &str, matching: &str, examples: [&str; 2], counter_example: &str) -> String {
    let (extra, matching) = matching.split_once("---").unwrap_or(("", matching));
    let [first, second] = examples;
    format!(
        r#"[[rule]]
id = "{id}"
title = "A title"
status = "stable"
severity = "error"
nature = "content"
stops = false
toil_minutes = 20
cause = "A cause."
fix = "Look."
owner = "support"
escalation = []
references = []
applies_to = ["iguana-x"]
review_by = "2027-11-01"
{extra}
[rule.match]
{matching}
[[rule.examples]]
{first}
[[rule.examples]]
{second}
[[rule.counter_examples]]
line = "{counter_example}"
because = "it is another kind"

"#
    )
}

/// Returns a rule of which only the matching matters.
pub(super) fn matching(id: &str, matching: &str) -> String {
    rule(id, matching, ["line = 'x'"; 2], "y")
}

fn file(name: &str, text: String) -> PatternFile {
    PatternFile { path: Path::new(name).into(), text }
}

fn catalogue(rules: &str) -> Catalogue {
    let files = vec![file("t.toml", rules.into()), file("wrappers.toml", WRAPPERS.into())];
    let catalogue = Catalogue::parse(files, Vec::new());
    catalogue.unwrap_or_else(|error| panic!("{:#?}", error.findings()))
}

pub(super) fn classifier(rules: &[String]) -> Classifier {
    Classifier::new(&catalogue(&rules.concat())).unwrap()
}

/// Checks which rule of a catalogue wins each text.
#[track_caller]
fn check_winners(rules: &[String], cases: &[(&str, Option<&str>)]) {
    let classifier = classifier(rules);
    for (text, want) in cases {
        let winner = classifier.classify(text).rule.map(|rule| rule.id.as_str());
        assert_eq!(winner, *want, "{text:?}");
        assert!(winner.is_none() || classifier.may_match(text.as_bytes()), "{text:?}");
    }
}

#[test]
fn a_wrapper_that_cannot_be_tied_to_the_start_of_a_text_is_refused_by_its_name() {
    // The end of the group around it would be part of the comment.
    let wrapper = "[[wrapper]]\nid = 'oops'\nregex = '(?x)Oops: # said'\n";
    let files = vec![file("t.toml", matching("t.a", "any = ['ORA-00001']"))];
    let wrappers = file("wrappers.toml", wrapper.into());
    let catalogue = Catalogue::parse(files, vec![wrappers]).unwrap();
    let error = Classifier::new(&catalogue).unwrap_err();
    assert_eq!(error.to_string(), "failed to compile wrapper `oops`");
}

#[test]
fn a_rule_wants_one_of_any_all_of_all_none_of_not_and_its_expression() {
    check_winners(
        &[matching(
            "t.a",
            "any = ['refused', 'reset']\nall = ['ODBC']\nnot = ['LDAP']\nregex = ' by \\w+'",
        )],
        &[
            ("ODBC: refused by peer", Some("t.a")),
            ("reset by ODBC", Some("t.a")),
            ("refused by peer", None),
            ("ODBC: lost by peer", None),
            ("LDAP, ODBC: refused by peer", None),
            ("ODBC: refused", None),
            ("", None),
        ],
    );
}

#[test]
fn the_rule_whose_match_needs_more_literal_bytes_wins() {
    check_winners(
        &[
            matching("t.a", "any = ['ORA-']\nregex = 'ORA-\\d{5}'"),
            matching("t.b", "any = ['ORA-00001']"),
            matching("t.c", "any = ['ORA-00001']\nregex = 'ORA-00001: unique'"),
            matching("t.d", "any = ['ORA-00002']"),
            matching("t.e", "any = ['ORA-00002', 'ORA-00003 is long']"),
        ],
        &[
            ("ORA-00001: unique", Some("t.c")),
            ("ORA-00001: other", Some("t.b")),
            ("ORA-12345", Some("t.a")),
            ("ORA-00002", Some("t.d")), // Both need nine bytes: the smaller id wins.
        ],
    );
}

#[test]
fn the_innermost_error_decides_before_the_words_around_it() {
    let rules = [
        matching(
            "t.long",
            "any = ['Stopping component with runtime error:\\n']".replace('\'', "\"").as_str(),
        ),
        matching("t.short", "any = ['attempt to index']"),
        matching("t.top", "any = ['1 of 9']"),
    ];
    check_winners(
        &rules,
        &[
            (
                "Stopping component with runtime error:\nmain.lua:1: attempt to index",
                Some("t.short"),
            ),
            ("Stopping component with runtime error:\nmain.lua:1: other", Some("t.long")),
            ("Error executing operation. Retrying (1 of 9)...\nattempt to index", Some("t.short")),
            ("Error executing operation. Retrying (1 of 9)...\nother", Some("t.top")),
        ],
    );
}

#[test]
fn a_fallback_rule_loses_to_every_other() {
    check_winners(
        &[
            matching("t.a", "fallback = true\n---any = ['ODBC Error, of any kind']"),
            matching("t.b", "any = ['Retrying']"),
            matching("t.c", "fallback = true\n---any = ['ODBC Error']"),
        ],
        &[
            (
                "Error executing operation. Retrying (1 of 9)...\nODBC Error, of any kind",
                Some("t.b"),
            ),
            ("ODBC Error, of any kind", Some("t.a")),
            ("ODBC Error", Some("t.c")),
        ],
    );
}

#[test]
fn the_outermost_words_tell_the_outcome_else_the_rule_does() {
    let classifier =
        classifier(&[matching("t.a", "outcome = 'recovered'\n---any = ['Reconnected']")]);
    let stop = "Stopping component with runtime error:";
    let retry = "Error executing operation. Retrying (3 of 100)...";
    let cases = [
        (format!("{stop}\n{retry}\nReconnected"), Some(Outcome::Stopped)),
        (format!("{retry}\n{stop}\nReconnected"), Some(Outcome::Retrying)),
        (format!("{retry}\nsomething unknown"), Some(Outcome::Retrying)),
        ("Reconnected".into(), Some(Outcome::Recovered)),
        ("something unknown".into(), None),
        (stop.into(), None), // Nothing is left, so it is no wrapper here.
    ];
    for (text, want) in cases {
        assert_eq!(classifier.classify(&text).outcome, want, "{text:?}");
    }
}

#[test]
fn the_part_that_decided_is_told() {
    let classifier = classifier(&[matching("t.a", "any = ['Retrying']")]);
    let text = " Stopping component with runtime error:\n Error executing operation. \
                Retrying (1 of 2)...\n\nunknown µ";
    let verdict = classifier.classify(text);
    assert_eq!(text.get(verdict.inner).unwrap(), text.split_at(41).1);
    let unknown = classifier.classify("Continuing to run with error:\nunknown µ");
    assert_eq!(unknown.inner, 30..40);
}

#[test]
fn at_most_eight_wrappers_are_taken_off() {
    let classifier = classifier(&[]);
    let text = "Continuing to run with error:\n".repeat(12) + "x";
    assert_eq!(classifier.classify(&text).inner, 8 * 30..text.len());
}

#[test]
fn an_unknown_text_is_grouped_without_wrappers_places_and_traceback() {
    let classifier = classifier(&[]);
    let stop = "Stopping component with runtime error:";
    let retry = "Error executing operation. Retrying (3 of 100)...";
    let cases = [
        ("ward 7 not mapped".to_owned(), None),
        ("main.lua:12: ward 7 not mapped".into(), Some("main:12")),
        ("C:\\run\\FEED.LUA:9: ward 7 not mapped".into(), Some("FEED:9")),
        (format!("{stop}\n[string \"codes\"]:3: ward 7 not mapped"), Some("codes:3")),
        // The inner place is where the error was raised.
        (format!("{stop}\nmain.lua:12: lib/codes.lua:3: ward 7 not mapped"), Some("codes:3")),
        // Places stand before wrappers too.
        (format!("main.lua:1: {stop}\nretry.lua:96: {retry}\nward 7 not mapped"), Some("retry:96")),
        (
            "main.lua:12: ward 7 not mapped\nstack traceback:\n\t[C]: in function 'error'".into(),
            Some("main:12"),
        ),
    ];
    for (text, place) in cases {
        let verdict = classifier.classify(&text);
        assert_eq!(text.get(verdict.inner), Some("ward 7 not mapped"), "{text:?}");
        let captures = verdict.captures;
        let found = captures.get("file").zip(captures.get("line")).map(|(file, line)| {
            let stem = file.split('.').next().unwrap();
            format!("{stem}:{line}")
        });
        assert_eq!(found.as_deref(), place, "{text:?}");
    }
}

#[test]
fn an_error_that_is_nothing_but_a_value_keeps_the_words_around_it() {
    let classifier = classifier(&[]);
    let continuing = "Continuing to run with error:\nx56";
    let cases = [
        (continuing.to_owned(), continuing),
        (format!("main.lua:3: {continuing}\nstack traceback:\n\t[C]: in ?"), continuing),
        (
            format!("Stopping component with runtime error:\na.lua:1: {continuing}."),
            "Continuing to run with error:\nx56.",
        ),
        ("Continuing to run with error:\nORA-00942".into(), "ORA-00942"),
        ("main.lua:3: 42".into(), "42"),
    ];
    for (text, want) in cases {
        assert_eq!(text.get(classifier.classify(&text).inner), Some(want), "{text:?}");
    }
}

#[test]
fn a_place_or_a_traceback_that_is_all_there_is_stays() {
    let classifier = classifier(&[]);
    for text in ["main.lua:12:", "[string \"main\"]:7: ", "stack traceback:\n\t[C]: in ?"] {
        assert_eq!(classifier.classify(text).inner, 0..text.len(), "{text:?}");
    }
}

#[test]
fn captures_come_from_the_expression_and_the_lua_place() {
    let classifier = classifier(&[
        matching(
            "t.a",
            "any = ['attempt to index']\nregex = \"field '(?<name>[^']+)'(?<type>!)?\"",
        ),
        matching("t.b", "any = ['at line']\nregex = 'at line (?<line>\\d+)'"),
    ]);
    let captures = |text: &str| {
        let captures = classifier.classify(text).captures;
        captures.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    let cases = [
        ("attempt to index field 'PID'", "name=PID"),
        ("main.lua:12: attempt to index field 'PID'", "file=main.lua line=12 name=PID"),
        (
            "...tail of/a path/main.lua:12: attempt to index field 'PID'",
            "file=main.lua line=12 name=PID",
        ),
        (
            "C:\\Iguana X\\hl7-map.lua:7: attempt to index field 'PID'",
            "file=hl7-map.lua line=7 name=PID",
        ),
        ("[string \"main\"]:12: attempt to index field 'PID'", "file=main line=12 name=PID"),
        (
            "Stopping component with runtime error:\nmain.lua:12: attempt to index field 'PID'",
            "file=main.lua line=12 name=PID",
        ),
        ("main.lua:12: bad at line 7", "line=7"),
    ];
    for (text, want) in cases {
        assert_eq!(captures(text), want, "{text:?}");
    }
}

#[test]
fn the_prefilter_takes_raw_bytes_with_any_line_ends() {
    let classifier = classifier(&[matching("t.a", "any = [\"ODBC Error:\\nrefused\"]")]);
    let raw = b"\xff ODBC Error:\r\nrefused";
    assert!(classifier.may_match(raw));
    assert!(!classifier.may_match(b"ODBC Error: other"[..8].as_ref()));
    let text = String::from_utf8_lossy(raw);
    assert_eq!(classifier.classify(&unix_lines(&text)).rule.unwrap().id.as_str(), "t.a");
}

#[test]
fn a_miss_says_how_far_the_rule_came() {
    let classifier = classifier(&[
        matching(
            "t.a",
            "any = ['table', 'view']\nall = ['full']\nnot = ['fine']\nregex = 'table (?<table>\\w+) is full'",
        ),
        matching("t.b", "any = ['table x is full now']"),
    ]);
    let rule = &classifier.rules()[0];
    let cases = [
        ("row is full", "none of `any` is in the text: `table`, `view`"),
        ("table x", "`full` of `all` is not in the text"),
        ("table x is full, fine", "`fine` of `not` is in the text"),
        ("table x full", r"the regex matches up to `table (?<table>\w+) `, then not `is full`"),
        ("view full", "no part of the regex"),
        (
            "table x is full now",
            "it matches, but `t.b` is more specific, more inward or matches around it",
        ),
    ];
    for (text, want) in cases {
        let miss = classifier.miss(rule, text).unwrap().to_string();
        assert!(miss.starts_with(want), "{text:?}: {miss}");
    }
    assert_eq!(classifier.miss(rule, "table x is full"), None);
}

#[test]
fn an_explanation_says_who_won_where_and_why_others_lost() {
    let classifier = classifier(&[
        matching("t.a", "any = ['is full']"),
        matching("t.around", "any = ['table ']\nregex = 'ta\\w+ \\w+ is f\\w+'"),
        matching("t.fallback", "fallback = true\n---any = ['table x is full now']"),
        matching("t.long", "any = ['x is full']"),
        matching("t.outer", "any = ['Stopping component']"),
        matching("t.same", "any = ['x is fulL', 'x is full']"),
    ]);
    let text = "Stopping component with runtime error:\ntable x is full now";
    let explanation = classifier.explain(text);
    let parts: Vec<_> = explanation.parts.iter().map(|part| (part.start, part.wrapper)).collect();
    assert_eq!(parts, [(0, Some("stopping")), (39, None)]);
    let winner = explanation.winner.unwrap();
    let losers: Vec<_> = explanation
        .losers
        .iter()
        .map(|loser| {
            let (id, to) = (&loser.matched.rule.id, &loser.to.id);
            format!("{id} to {to}: {}", loser.loss)
        })
        .collect();
    assert_eq!(winner.rule.id.as_str(), "t.around");
    assert_eq!((winner.part, winner.n_bytes, winner.literals), (1, 8, vec!["table "]));
    assert_eq!(text.get(winner.span).unwrap(), "table x is full");
    assert_eq!(
        losers,
        [
            "t.same to t.long: only its id is greater",
            "t.long to t.around: the other one matches around it",
            "t.a to t.around: it is less specific: 7 against 8 literal bytes",
            "t.outer to t.around: it matches less inward",
            "t.fallback to t.around: it is a fallback rule",
        ]
    );
    assert_eq!(classifier.classify(text).rule.unwrap().id, winner.rule.id);
}

#[test]
fn a_changed_word_leaves_the_rule_the_nearest_even_where_its_literal_is_hit() {
    let classifier = classifier(&[
        matching("t.disk", "any = ['No space left on device']"),
        matching(
            "t.lock",
            "any = ['is locked by another process']\nregex = 'file (?<file>\\S+) is locked by another process'",
        ),
        matching("t.table", "any = ['table ']\nregex = 'table (?<table>\\w+) is (?:full|locked)'"),
    ]);
    let near = NearMisses::new(&classifier);
    for (text, want) in [
        ("No room left on device", Some("t.disk")),
        ("No space on device", Some("t.disk")),
        ("file /a/b.txt is held by another process", Some("t.lock")),
        ("file /a/b.txt is locked by some another process", Some("t.lock")),
        ("the relation VISIT is locked", Some("t.table")),
        ("xyzzy", None),
        ("", None),
    ] {
        let nearest = near.nearest(text, 1);
        assert_eq!(nearest.first().map(|near| near.rule.id.as_str()), want, "{text:?}");
    }
}

#[test]
fn a_near_miss_stands_beside_the_text_word_by_word() {
    use ColumnKind::{Differs, Open, Same};
    let rule = "any = ['is locked by']\nregex = 'file (?<file>\\S+) is locked by process \\d+'";
    let classifier = classifier(&[matching("t.lock", rule)]);
    let nearest = NearMisses::new(&classifier).nearest("file /a/b.txt is held by process 7", 3);
    let columns: Vec<_> = nearest[0]
        .columns
        .iter()
        .map(|column| (column.rule.as_deref(), column.text.as_deref(), column.kind))
        .collect();
    assert_eq!(
        columns,
        [
            (Some("file"), Some("file"), Same),
            (None, Some("/a/b.txt"), Open),
            (Some("is"), Some("is"), Same),
            (Some("locked"), Some("held"), Differs),
            (Some("by"), Some("by"), Same),
            (Some("process"), Some("process"), Same),
            (None, Some("7"), Open),
        ]
    );
    assert!(matches!(nearest[0].miss, Some(Miss::NoneOf(_))));
}

#[test]
fn examples_are_run_against_the_whole_catalogue() {
    let good = rule(
        "t.a",
        "any = ['ORA-00001']\nregex = 'ORA-00001 on (?<table>\\w+)'",
        [
            "line = 'main.lua:1: ORA-00001 on VISIT'\ncaptures = { table = 'VISIT' }",
            "line = 'ORA-00001 on X'",
        ],
        "ORA-00002",
    );
    let all_good = catalogue(&good);
    assert_eq!(check(&all_good, &Classifier::new(&all_good).unwrap()), []);
    let bad = rule(
        "t.b",
        "any = ['ORA-00001', 'ORA-00009']\nregex = 'ORA-0000[19] on (?<table>\\w+)'",
        [
            "line = 'ORA-00009 on X'\ncaptures = { table = 'Y' }\noutcome = 'stopped'",
            "line = 'ORA-00001 on X'",
        ],
        "ORA-00009 on Z",
    );
    let bad = bad + &matching("t.c", "any = ['nothing like it']\n");
    let catalogue = catalogue(&(good + &bad));
    let findings = check(&catalogue, &Classifier::new(&catalogue).unwrap());
    let shown: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "t.toml:48: an example of `t.b` captures { table = \"X\" }, expected { table = \"Y\" }",
            "t.toml:48: an example of `t.b` has the outcome `none`, expected `stopped`",
            "t.toml:52: an example of `t.b` is one of `t.a` as well\n  \
             hint: the other one stands at t.toml:23",
            "t.toml:52: an example of `t.b` is won by `t.a`\n  \
             hint: it matches, but `t.a` is more specific, more inward or matches around it",
            "t.toml:54: a counter-example of `t.b` is won by it\n  \
             hint: it should not be, because it is another kind",
            "t.toml:77: an example of `t.c` is won by no rule\n  \
             hint: none of `any` is in the text: `nothing like it`",
            "t.toml:79: an example of `t.c` is won by no rule\n  \
             hint: none of `any` is in the text: `nothing like it`",
        ]
    );
}

#[test]
fn rules_that_the_order_of_ids_tells_apart_or_that_say_the_same_are_found() {
    let lines = ["line = 'ORA-00001 on X'", "line = 'ORA-00001 on Y'"];
    let one = rule("t.a", "any = ['ORA-00001']", lines, "ORA-00002");
    let other =
        rule("t.b", "any = ['00001 on ']", ["line = 'ORA-00001 on X'", "line = '00001 on '"], "x");
    let third = matching("t.c", "any = ['00001 on ']");
    let catalogue = catalogue(&[one, other, third].concat());
    let findings = check(&catalogue, &Classifier::new(&catalogue).unwrap());
    let shown: Vec<_> = findings.iter().map(ToString::to_string).collect();
    for want in [
        "t.toml:19: `t.a` wins this example over `t.b` by the order of ids only: both need 9",
        "t.toml:45: an example of `t.b` is one of `t.a` as well\n  hint: the other one stands at t.toml:19",
        "t.toml:53: `t.c` has the literals and the regex of `t.b`",
    ] {
        assert!(shown.iter().any(|shown| shown.starts_with(want)), "{want}\n{shown:#?}");
    }
}

#[test]
fn a_counter_example_is_won_by_the_rule_that_it_names() {
    let named = |winner: &str| {
        let one = rule("t.a", "any = ['ORA-00001']", ["line = 'ORA-00001'"; 2], "ORA-00002");
        let one = one.replace("because =", &format!("won_by = \"{winner}\"\nbecause ="));
        let other = rule("t.b", "any = ['ORA-00002']", ["line = 'ORA-00002'"; 2], "ORA-00001");
        let third = rule("t.c", "any = ['ORA-00003']", ["line = 'ORA-00003'"; 2], "ORA-00001");
        let catalogue = catalogue(&[one, other, third].concat());
        let findings = check(&catalogue, &Classifier::new(&catalogue).unwrap());
        findings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(named("t.b"), [""; 0]);
    assert_eq!(
        named("t.c"),
        ["t.toml:23: a counter-example of `t.a` is won by `t.b`, expected `t.c`\n  \
          hint: `t.c`: none of `any` is in the text: `ORA-00003`"]
    );
}

#[test]
fn a_clean_text_that_raises_a_rule_is_told_with_its_line() {
    let classifier = classifier(&[matching("t.a", "any = ['ORA-00001']")]);
    let texts = [(Some(1), "all is well"), (Some(2), "ORA-00001"), (None, "ORA-00001")];
    let findings = check_clean(&classifier, Path::new("clean.log"), texts);
    assert_eq!(
        findings[0].to_string(),
        "clean.log:2: a clean text raises `t.a`: `ORA-00001`\n  \
         hint: the rule stands at t.toml:1; a line of normal work needs `routine = true`"
    );
    assert_eq!(findings[1].line, None);
    assert_eq!(findings.len(), 2);
}

#[test]
fn the_examples_inside_the_binary_hold() {
    let catalogue = Catalogue::builtin().unwrap();
    let findings = check(&catalogue, &Classifier::new(&catalogue).unwrap());
    let shown: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
}

#[test]
fn problem_ids_keep_their_parts_apart() {
    let id = problem_id("t.a", "lab", "ADT", &[("host", "a"), ("port", "1")]);
    assert!(id.starts_with("p-") && id.len() == 12);
    assert_eq!(id, problem_id("t.a", "lab", "ADT", &[("host", "a"), ("port", "1")]));
    for (server, component, group) in [
        ("labA", "DT", [("host", "a"), ("port", "1")]),
        ("lab", "ADT", [("host", "ap"), ("ort", "1")]),
    ] {
        assert_ne!(id, problem_id("t.a", server, component, &group));
    }
}

/// Returns files with rules that overlap, in some order.
fn files() -> impl Strategy<Value = Vec<PatternFile>> {
    let files: Vec<_> = ["a", "b", "c", "d"]
        .iter()
        .zip([
            "any = ['refused', 'reset']",
            "any = ['refuse']\nregex = 're[fs].*by'",
            "any = ['reset by']",
            "fallback = true\n---all = ['reset']\nregex = '(?<host>\\w+) r'",
        ])
        .map(|(name, rule)| file(&format!("{name}.toml"), matching(&format!("{name}.x"), rule)))
        .chain([file("wrappers.toml", WRAPPERS.into())])
        .collect();
    Just(files).prop_shuffle()
}

proptest! {
    #[test]
    fn any_text_has_a_verdict_whatever_the_order_of_the_files(
        shuffled in files(),
        text in r"(?s)(Stopping component with runtime error:|Error executing operation\. Retrying \(1 of 2\)\.\.\.|refused|reset|by| |\n|\[string .a.\]:1: |.){0,12}",
    ) {
        let mut sorted = shuffled.clone();
        sorted.sort();
        let verdict_of = |files| {
            let classifier = Classifier::new(&Catalogue::parse(files, Vec::new()).unwrap()).unwrap();
            let verdict = classifier.classify(&text);
            let rule = verdict.rule.map(|rule| rule.id.clone());
            let winner = classifier.explain(&text).winner;
            prop_assert_eq!(winner.map(|winner| winner.rule.id.clone()), rule.clone());
            prop_assert!(text.get(verdict.inner.clone()).is_some());
            prop_assert!(rule.is_none() || classifier.may_match(text.as_bytes()));
            Ok((rule, verdict.captures, verdict.outcome, verdict.inner))
        };
        prop_assert_eq!(verdict_of(shuffled)?, verdict_of(sorted)?);
    }

    #[test]
    fn any_text_has_near_misses_that_do_not_match_it(
        text in r"(?s)(Stopping component with runtime error:|refused|reset|by| |\n|'|\[string .a.\]:1: |.){0,40}",
    ) {
        for miss in NEAR.nearest(&text, 3) {
            prop_assert!((0.0..=1.0).contains(&miss.share));
            prop_assert!(!matches!(miss.miss, None | Some(Miss::Loses(_))));
            let shown: Vec<_> = miss.columns.iter().filter_map(|one| one.text.clone()).collect();
            prop_assert!(shown.concat().len() <= text.len());
        }
    }
}

static CLASSIFIER: LazyLock<Classifier> = LazyLock::new(|| {
    classifier(&[
        matching("t.a", "any = ['Connection refused by peer']"),
        matching(
            "t.b",
            "all = ['reset by']\nregex = '(?:a|b)? reset by (?<host>\\w+)|[Rr]eset by .*'",
        ),
    ])
});
static NEAR: LazyLock<NearMisses<'static>> = LazyLock::new(|| NearMisses::new(&CLASSIFIER));

#[test]
fn a_shape_is_looked_at_with_the_line_ends_of_rules() {
    let classifier =
        classifier(&[matching("t.a", "any = ['code 404']\nregex = 'failed:\\ncode 404'")]);
    assert!(!classifier.is_told_by_shape(b"failed:\ncode 000"));
    assert!(!classifier.is_told_by_shape(b"failed:\r\ncode 000"));
    assert!(classifier.is_told_by_shape(b"passed:\r\ncode 000"));
}
