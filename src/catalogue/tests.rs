use std::path::Path;

use super::*;
use crate::model::Severity;

/// A rule that is complete, as the text of a pattern file.
fn rule(id: &str) -> String {
    format!(
        r#"[[rule]]
id = "{id}"
title = "Oracle refuses a duplicate key"
status = "stable"
severity = "error"
nature = "content"
stops = false
toil_minutes = 20
cause = "The key is there already."
fix = "Find out why the message came twice."
owner = "integration-engineer"
escalation = [{{ after = "30m", to = "infrastructure", how = "Call the database team." }}]
references = []
applies_to = ["iguana-x", "iguana-6"]
review_by = "2027-11-01"

[rule.match]
any = ["ORA-00001"]
regex = 'constraint \((?<constraint>[^)]+)\)'

[[rule.examples]]
line = "ORA-00001: unique constraint (A.B) violated"
captures = {{ constraint = "A.B" }}

[[rule.examples]]
line = "ORA-00001: unique constraint (C.D) violated"
outcome = "stopped"

[[rule.counter_examples]]
line = "ORA-02291: integrity constraint (HL7.FK) violated"
because = "a missing parent row is another kind"

"#
    )
}

fn file(name: &str, text: impl Into<String>) -> PatternFile {
    PatternFile { path: Path::new(name).into(), text: text.into() }
}

fn catalogue(base: Vec<PatternFile>) -> Catalogue {
    Catalogue::parse(base, Vec::new()).unwrap()
}

/// Checks the findings that a text gives as the file `db.toml`.
#[track_caller]
fn check(text: &str, want: &[&str]) {
    let result = Catalogue::parse(vec![file("db.toml", text)], Vec::new());
    let findings = match &result {
        Ok(_) => &[],
        Err(error) => error.findings(),
    };
    let found: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(found, want);
}

/// Checks the findings that the complete rule gives with one part replaced.
#[track_caller]
fn check_with(part: &str, replacement: &str, want: &[&str]) {
    let text = rule("db.a");
    assert!(text.contains(part), "{part}");
    check(&text.replacen(part, replacement, 1), want);
}

#[test]
fn a_complete_rule_is_read_with_all_its_fields() {
    let catalogue = catalogue(vec![file("db.toml", rule("db.a"))]);
    let rule = catalogue.rule("db.a").unwrap();
    assert_eq!(rule.severity, Severity::Error);
    assert_eq!(rule.owner, Owner::IntegrationEngineer);
    assert_eq!(rule.escalation[0].after.as_secs(), 1_800);
    assert_eq!(rule.applies_to, [Product::IguanaX, Product::Iguana6]);
    assert_eq!(rule.review_by.to_string(), "2027-11-01");
    assert_eq!(rule.matching().unwrap().any, ["ORA-00001"]);
    assert_eq!(rule.examples().len(), 2);
    assert_eq!(rule.counter_examples()[0].because, "a missing parent row is another kind");
    assert_eq!((rule.path.as_path(), rule.line), (Path::new("db.toml"), 1));
    assert_eq!(rule.examples()[0].line, 21);
}

#[test]
fn the_rules_inside_the_binary_have_no_fault() {
    let checked = Catalogue::parse(PatternFile::builtin(), Vec::new());
    assert!(checked.is_ok(), "{:#?}", checked.unwrap_err().findings());
    assert_eq!(checked.unwrap().hash(), Catalogue::builtin().unwrap().hash());
}

#[test]
fn all_faults_are_told_at_once_and_in_order() {
    check(
        "[[rule]]\nid = \"db.a\"\nstatus = \"stabel\"\n\n[rule.match]\nany = [\"ORA\"]\n",
        &[
            "db.toml:1: rule `db.a`: 0 complete counter-examples, expected at least 1",
            "db.toml:1: rule `db.a`: 0 complete examples, expected at least 2",
            "db.toml:1: rule `db.a`: `applies_to` is missing",
            "db.toml:1: rule `db.a`: `cause` is missing",
            "db.toml:1: rule `db.a`: `escalation` is missing",
            "db.toml:1: rule `db.a`: `fix` is missing",
            "db.toml:1: rule `db.a`: `nature` is missing",
            "db.toml:1: rule `db.a`: `owner` is missing",
            "db.toml:1: rule `db.a`: `references` is missing",
            "db.toml:1: rule `db.a`: `review_by` is missing",
            "db.toml:1: rule `db.a`: `severity` is missing",
            "db.toml:1: rule `db.a`: `stops` is missing",
            "db.toml:1: rule `db.a`: `title` is missing",
            "db.toml:1: rule `db.a`: `toil_minutes` is missing",
            "db.toml:3: rule `db.a`: `status` is `stabel`, expected `experimental`, `stable`, `deprecated`\n  \
             hint: did you mean `stable`?",
            "db.toml:5: rule `db.a`: no literal has 4 bytes or more on one line, expected one in `any` or \
             `all`\n  hint: add words that stand in every text of this kind",
        ],
    );
}

#[test]
fn an_id_that_is_used_twice_names_both_places() {
    check(
        &[rule("db.a"), rule("db.a")].concat(),
        &["db.toml:33: rule `db.a` is defined twice, first at db.toml:1\n  \
           hint: ids are never reused; pick another under `db.`"],
    );
}

#[test]
fn rules_stand_in_the_file_of_their_category_and_in_order() {
    check(
        &[rule("db.b"), rule("db.a"), rule("net.z")].concat(),
        &[
            "db.toml:33: rule `db.a` stands after `db.b`, expected order of ids",
            "db.toml:66: rule `net.z` is in the wrong file, expected `net.toml`\n  \
             hint: the ids of this file begin with `db.`",
        ],
    );
}

#[test]
fn a_title_is_short_and_has_no_stop() {
    let long = "x".repeat(61);
    check_with(
        "Oracle refuses a duplicate key",
        &long,
        &["db.toml:3: rule `db.a`: `title` has 61 characters, expected at most 60"],
    );
    check_with(
        "key\"",
        "key.\"",
        &["db.toml:3: rule `db.a`: `title` ends in a stop, expected none"],
    );
}

#[test]
fn a_bare_word_is_no_literal() {
    check_with(
        r#"["ORA-00001"]"#,
        r#"["Error: "]"#,
        &[
            "db.toml:18: rule `db.a`: `Error: ` alone stands in texts of every kind, expected words that tell \
           this kind apart",
        ],
    );
    check_with(r#"["ORA-00001"]"#, r#"["Error: ", "ORA-00001"]"#, &[]);
    // Nothing else stands where a match spans the text.
    let wide = "[\"ORA-00001\"]\nregex = 'constraint \\((?<constraint>[^)]+)\\)'";
    check_with(wide, "[\"failed\"]\nregex = '^failed (?<constraint>\\d+)$'", &[]);
}

#[test]
fn an_expression_that_does_not_compile_is_shown_with_the_fault() {
    check_with(
        "[^)]+)",
        "[^)]+",
        &[
            "db.toml:19: rule `db.a`: `regex` is `constraint \\((?<constraint>[^)]+\\)`: regex parse error:\n    \
           constraint \\((?<constraint>[^)]+\\)\n                 ^\nerror: unclosed group",
        ],
    );
    check_with(
        "[^)]+)",
        r"\w{1000})",
        &[
            "db.toml:19: rule `db.a`: `regex` is `constraint \\((?<constraint>\\w{1000})\\)`: Compiled regex \
           exceeds size limit of 1048576 bytes.",
        ],
    );
}

#[test]
fn an_expression_that_matches_an_empty_text_tells_nothing() {
    check_with(
        "constraint \\((?<constraint>[^)]+)\\)",
        ".*",
        &["db.toml:19: rule `db.a`: `regex` matches an empty text, expected what this kind of \
           text has\n  hint: leave `regex` out where the literals are enough"],
    );
}

#[test]
fn a_fault_of_a_rule_without_an_id_is_not_laid_on_the_rule_before_it() {
    let nameless = rule("db.b").replace("id = \"db.b\"\n", "");
    let findings =
        Catalogue::parse(vec![file("db.toml", [rule("db.a"), nameless].concat())], vec![]);
    let findings =
        findings.unwrap_err().findings().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(findings, ["db.toml:33: `id` is missing"]);
}

#[test]
fn captures_come_from_the_vocabulary_and_groups_from_the_captures() {
    check_with(
        "?<constraint>",
        "?<constrain>",
        &["db.toml:17: rule `db.a`: capture `constrain` is not in the vocabulary\n  \
           hint: did you mean `constraint`?"],
    );
    check_with(
        "status =",
        "group_by = [\"host\", \"constraint\"]\nrecurrence = { count = 3, within = \"5m\", \
         group_by = [\"port\"] }\nstatus =",
        &[
            "db.toml:4: rule `db.a`: `group_by` names `host`, which the regex does not capture",
            "db.toml:5: rule `db.a`: `recurrence` names `port`, which the regex does not capture",
        ],
    );
}

#[test]
fn rules_that_are_named_exist() {
    check_with(
        "status =",
        "symptom_of = [\"db.a\"]\nsuperseded_by = \"net.other\"\nstatus =",
        &[
            "db.toml:1: `superseded_by` of `db.a` names `net.other`, which is no rule",
            "db.toml:1: `symptom_of` of `db.a` names `db.a`, which is the rule itself",
        ],
    );
}

#[test]
fn added_rules_take_the_place_of_rules_with_their_id() {
    let ours = rule("db.b").replace("duplicate", "second");
    let catalogue = Catalogue::parse(
        vec![file("patterns/db.toml", [rule("db.a"), rule("db.b")].concat())],
        vec![file("ours/db.toml", [ours, rule("db.c")].concat())],
    )
    .unwrap();
    let titles: Vec<_> = catalogue.rules().iter().map(|rule| rule.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "Oracle refuses a duplicate key",
            "Oracle refuses a second key",
            "Oracle refuses a duplicate key",
        ]
    );
    assert_eq!(catalogue.rule("db.b").unwrap().path, Path::new("ours/db.toml"));
}

#[test]
fn the_hash_follows_the_content_only() {
    let one = catalogue(vec![file("a/db.toml", rule("db.a")), file("a/net.toml", rule("net.a"))]);
    let other_directory =
        catalogue(vec![file("z/net.toml", rule("net.a")), file("z/db.toml", rule("db.a"))]);
    let other_line_ends = catalogue(vec![
        file("db.toml", rule("db.a").replace('\n', "\r\n")),
        file("net.toml", rule("net.a")),
    ]);
    let other_rule = catalogue(vec![file("db.toml", rule("db.a"))]);
    assert_eq!(one.hash().len(), 12);
    assert_eq!(one.hash(), other_directory.hash());
    assert_eq!(one.hash(), other_line_ends.hash());
    assert_ne!(one.hash(), other_rule.hash());
}

#[test]
fn wrappers_are_read_from_their_file() {
    let text = "[[wrapper]]\nid = 'stop'\nregex = 'Stopping:'\noutcome = 'stopped'\n";
    let catalogue = catalogue(vec![file("wrappers.toml", text)]);
    assert_eq!(catalogue.wrappers()[0].id, "stop");
    let empty = vec![file("wrappers.toml", "[[wrapper]]\nid = 'x'\nregex = 'x*'\n")];
    let error = Catalogue::parse(empty, Vec::new()).unwrap_err();
    assert_eq!(
        error.findings()[0].to_string(),
        "wrappers.toml:3: `regex` matches an empty text, expected the words around an error"
    );
}

#[test]
fn a_directory_replaces_the_rules_of_the_binary() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(
        Catalogue::load(Some(directory.path()), None),
        Err(CatalogueError::Empty { .. })
    ));
    std::fs::write(directory.path().join("db.toml"), rule("db.a")).unwrap();
    std::fs::write(directory.path().join("README.md"), "not a pattern file").unwrap();
    let catalogue = Catalogue::load(Some(directory.path()), None).unwrap();
    assert_eq!(catalogue.rules().len(), 1);
    assert!(matches!(
        Catalogue::load(None, Some(&directory.path().join("absent"))),
        Err(CatalogueError::Read { .. })
    ));
}

#[test]
fn an_expression_needs_four_literal_bytes_in_every_match() {
    let hint = "hint: name words that every match has; of alternatives the shortest counts";
    for (regex, n_bytes) in [
        (".+", "0 literal bytes"),
        ("(?s).*x.*", "1 literal byte"),
        (r"\w+ \w+", "1 literal byte"),
        ("constraint|key", "3 literal bytes"),
        ("[A-Z]{9}abc(?:defg)?", "3 literal bytes"),
    ] {
        let want = format!(
            "db.toml:19: rule `db.a`: `regex` needs {n_bytes} in a match, \
             expected at least 4\n  {hint}"
        );
        check_with("constraint \\((?<constraint>[^)]+)\\)", regex, &[&want]);
    }
    check_with("constraint \\((?<constraint>[^)]+)\\)", r"ORA-\d+", &[]);
}

#[test]
fn the_expression_of_a_fallback_rule_needs_two_literal_bytes() {
    let fallback = |regex: &str| {
        let text = rule("db.a").replace("status =", "fallback = true\nstatus =");
        text.replace("constraint \\((?<constraint>[^)]+)\\)", regex)
    };
    check(&fallback(r":\d+:"), &[]);
    check(
        &fallback(r"A\w+"),
        &[
            "db.toml:20: rule `db.a`: `regex` needs 1 literal byte in a match, expected at least 2\n  \
           hint: name words that every match has; of alternatives the shortest counts",
        ],
    );
}

#[test]
fn a_counter_example_names_a_rule_that_exists() {
    check_with(
        "because =",
        "won_by = \"db.b\"\nbecause =",
        &["db.toml:29: `won_by` of `db.a` names `db.b`, which is no rule"],
    );
}

/// Checks the findings that two rules give beside this list of ids.
#[track_caller]
fn check_ids(ids: &str, want: &[&str]) {
    let files = || vec![file("db.toml", [rule("db.a"), rule("db.b")].concat())];
    let list = file("ids.toml", ids);
    let result = Catalogue::parse([files(), vec![list]].concat(), Vec::new());
    let findings = result.as_ref().err().map(CatalogueError::findings).unwrap_or_default();
    let found: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(found, want);
    assert!(Catalogue::parse(files(), Vec::new()).is_ok(), "without a list nothing is asked");
}

#[test]
fn an_id_that_was_given_stays() {
    check_ids("ids = [\n\"db.a\",\n\"db.b\",\n]\n", &[]);
    check_ids(
        "ids = [\n\"db.a\",\n\"db.b\",\n\"db.c\",\n]\n",
        &["ids.toml:4: rule `db.c` is gone, expected it to stay: ids are permanent\n  \
           hint: set its `status` to `deprecated` in place of dropping it"],
    );
    check_ids(
        "ids = [\n\"db.a\",\n]\n",
        &["db.toml:33: rule `db.b` is not in `ids.toml`, expected every id there\n  \
           hint: add it there, in the order of ids; from then on it stays"],
    );
}

#[test]
fn the_list_of_ids_is_sorted_and_has_each_once() {
    check_ids(
        "ids = [\n\"db.b\",\n\"db.a\",\n\"db.a\",\n]\n",
        &[
            "ids.toml:3: id `db.a` stands after `db.b`, expected order of ids",
            "ids.toml:4: id `db.a` is listed twice",
        ],
    );
    check_ids(
        "idz = []\n",
        &[
            "ids.toml: `ids` is missing",
            "ids.toml:1: `idz` is unknown\n  hint: did you mean `ids`?",
        ],
    );
}

#[test]
fn rules_that_are_added_need_not_be_listed() {
    let base = vec![file("db.toml", rule("db.a")), file("ids.toml", "ids = [\"db.a\"]")];
    let added = vec![file("local/db.toml", rule("db.b"))];
    assert_eq!(Catalogue::parse(base, added).unwrap().rules().len(), 2);
}

#[test]
fn the_list_of_ids_is_up_to_date() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("patterns");
    let path = directory.join("ids.toml");
    let mut files = PatternFile::read_directory(&directory).unwrap();
    files.retain(|file| file.category() != "ids");
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    let lines = old.lines().filter_map(|line| line.strip_prefix("  \"")?.strip_suffix("\","));
    let rules = Catalogue::parse(files, Vec::new()).unwrap();
    let rules = rules.rules().iter().map(|rule| rule.id.as_str());
    // An id that was given once stays in the list, whatever became of its rule.
    let ids: std::collections::BTreeSet<&str> = lines.chain(rules).collect();
    let head: Vec<_> = old.lines().take_while(|line| *line != "ids = [").collect();
    let ids: Vec<_> = ids.iter().map(|id| format!("  \"{id}\",\n")).collect();
    let new = format!("{}\nids = [\n{}]\n", head.join("\n"), ids.concat());
    if std::env::var_os("DEWLAP_BLESS").is_some() {
        std::fs::write(&path, &new).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    assert_eq!(found, new, "`patterns/ids.toml` is stale; run the tests once with DEWLAP_BLESS=1");
}

#[test]
fn an_expression_tells_digits_apart_where_it_has_some_of_them_only() {
    let cases = [
        (r"a\d+", false),
        ("[!-~]", false),
        ("[+-Z]", false),
        ("[/-:&&[^a]]", false),
        (r"[^:]{1,9}", false),
        ("[[:xdigit:]]{2}", false),
        ("x7", true),
        (r"\x37", true),
        ("[0-5]", true),
        ("[%-8]", true),
    ];
    for (pattern, want) in cases {
        let expression: Expression = pattern.parse().unwrap();
        assert_eq!(expression.tells_digits_apart(), want, "{pattern}");
    }
}

#[test]
fn expressions_inside_the_binary_are_those_that_are_checked() {
    let checked = Catalogue::parse(PatternFile::builtin(), Vec::new()).unwrap();
    let builtin = Catalogue::builtin().unwrap();
    assert_eq!(checked.rules().len(), builtin.rules().len());
    for (checked, found) in checked.rules().iter().zip(builtin.rules()) {
        let regex = |rule: &Rule| rule.matching().and_then(|matching| matching.regex.clone());
        let told = |rule| {
            regex(rule).map(|regex: Expression| {
                let names: Vec<String> = regex.capture_names().map(String::from).collect();
                (regex.min_literal_bytes(), regex.tells_digits_apart(), names, regex.to_string())
            })
        };
        assert_eq!((&checked.id, told(checked)), (&found.id, told(found)));
    }
}
