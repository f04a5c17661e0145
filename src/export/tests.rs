//! The whole catalogue and some awkward rules, for every target.

use std::path::Path;

use super::*;
use crate::catalogue::{Catalogue, PatternFile, Rule};

const TARGETS: [Target; 6] = [
    Target::Regex,
    Target::RegexWithIds,
    Target::FluentBit,
    Target::Vector,
    Target::Otel,
    Target::SyslogNg,
];

fn make(catalogue: &Catalogue, target: Target) -> Export {
    let ordered: Vec<&Rule> = catalogue.rules().iter().collect();
    export(catalogue, &ordered, target)
}

/// A rule with quotes, backslashes and everything else that a configuration reads.
fn awkward() -> Catalogue {
    const RULE: &str = r#"[[rule]]
id = "odd.a"
title = "Odd"
status = "stable"
severity = "error"
nature = "temporary"
stops = true
toil_minutes = 20
cause = "C."
fix = "Fix."
owner = "support"
escalation = []
references = []
applies_to = ["iguana-x"]
review_by = "2027-11-01"

[rule.match]
any = ["100 %"]
all = ["behind"]
not = ["it's \"${not}\"\n"]
regex = '''^it's "C:\\(?<path>[^"\n]*)" #\d+ of 100 %, \$\{x\} `y` @z\n/(?i:End)$'''

[[rule.examples]]
line = "it's \"C:\\a'b\" #1 of 100 %, ${x} `y` @z\n/END"
captures = { path = "a'b" }

[[rule.examples]]
line = "it's \"C:\\behind\" #1 of 100 %, ${x} `y` @z\n/end"

[[rule.counter_examples]]
line = "it's"
because = "it is short"

[[rule]]
id = "odd.b"
title = "Odd without an expression"
status = "stable"
severity = "info"
nature = "temporary"
stops = true
toil_minutes = 20
cause = "C."
fix = "Fix."
owner = "support"
escalation = []
references = []
applies_to = ["iguana-x"]
review_by = "2027-11-01"
routine = true

[rule.match]
any = ["a'longer'one", "a\\(b"]

[[rule.examples]]
line = "a'longer'one"

[[rule.examples]]
line = "a\\(b"

[[rule.counter_examples]]
line = "it's"
because = "it is short"
"#;
    let file = PatternFile { path: Path::new("odd.toml").into(), text: RULE.into() };
    Catalogue::parse(vec![file], Vec::new())
        .unwrap_or_else(|error| panic!("{:?}", error.findings()))
}

/// Returns the expressions of an export by rule, each with whether it must be found; as the
/// target reads them.
fn expressions(made: &Export, target: Target) -> Vec<(String, Vec<(bool, String)>)> {
    let mut found: Vec<(String, Vec<(bool, String)>)> = Vec::new();
    let mut waiting = Vec::new();
    let between = |text: &str, open: &str, close: &str| {
        let rest = text.split_once(open)?.1;
        Some(rest.rsplit_once(close)?.0.to_owned())
    };
    for line in made.text.lines().filter(|line| !line.starts_with('#')) {
        match target {
            Target::Regex => found.push((String::new(), vec![(true, line.into())])),
            Target::RegexWithIds => {
                let (id, regex) = line.split_once('\t').unwrap();
                found.push((id.into(), vec![(true, regex.into())]));
            }
            Target::FluentBit => {
                let value = between(line, "'", "'").unwrap_or_default();
                if let Some(regex) = value.strip_prefix("Key_value_matches log ") {
                    waiting.push((true, regex.to_owned()));
                } else if let Some(regex) = value.strip_prefix("Key_value_does_not_match log ") {
                    waiting.push((false, regex.to_owned()));
                } else if let Some(id) = value.strip_prefix("dewlap_rule ") {
                    found.push((id.into(), std::mem::take(&mut waiting)));
                }
            }
            Target::Vector => {
                for part in line.split(" && ").filter(|part| part.contains("match(")) {
                    let regex = between(part, "r'", "'").unwrap();
                    waiting.push((!part.starts_with('!'), regex));
                }
                if let Some(id) = between(line, "  rule = \"", "\"") {
                    found.push((id, std::mem::take(&mut waiting)));
                }
            }
            Target::Otel if line.contains("IsMatch") => {
                let id = between(line, "\"dewlap_rule\"], \"", "\") where").unwrap();
                let open = "IsMatch(body, \"";
                let parts = line.split(open).skip(1).zip(line.split(open));
                let parts = parts.map(|(part, before)| {
                    let regex = part.split('"').next().unwrap().replace("\\\\", "\\");
                    (!before.ends_with("not "), regex)
                });
                found.push((id, parts.collect()));
            }
            Target::SyslogNg if line.contains("match('") => {
                let id = line.split('"').nth(1).unwrap().to_owned();
                let parts = line.split("match('").skip(1).zip(line.split("match('"));
                let parts = parts.map(|(part, before)| {
                    (!before.ends_with("not "), part.split('\'').next().unwrap().to_owned())
                });
                found.push((id, parts.collect()));
            }
            Target::Otel | Target::SyslogNg => {}
        }
    }
    found
}

/// The expressions of a rule, compiled, each with whether it must be found.
struct Finder(Vec<(bool, regex::bytes::Regex)>);

impl Finder {
    #[track_caller]
    fn new(parts: &[(bool, String)], target: Target) -> Self {
        // ripgrep looks at lines.
        let is_list = matches!(target, Target::Regex | Target::RegexWithIds);
        let lines = if is_list { "(?m)" } else { "" };
        let compile =
            |regex: &String| regex::bytes::RegexBuilder::new(&format!("{lines}{regex}")).build();
        Self(parts.iter().map(|(must, regex)| (*must, compile(regex).unwrap())).collect())
    }

    fn finds(&self, text: &str) -> bool {
        self.0.iter().all(|(must, regex)| regex.is_match(text.as_bytes()) == *must)
    }
}

#[test]
fn every_rule_finds_its_examples_as_a_text_and_as_a_line_of_a_log() {
    let catalogue = Catalogue::builtin().unwrap();
    for target in TARGETS.into_iter().filter(|target| *target != Target::Regex) {
        let made = make(&catalogue, target);
        let found = expressions(&made, target);
        assert_eq!(found.len(), made.n_rules, "{target:?}");
        for (id, parts) in found {
            let finder = Finder::new(&parts, target);
            for example in catalogue.rule(&id).unwrap().examples() {
                let text = &example.text;
                let line = format!("[2026-09-07 00:00:00.055] [ADT In] [Error] [g-1-1] {text}\n");
                let iso = format!("2026-09-07 00:00:00,137 ERROR ADT In: {text}");
                for text in [text, &line, &iso] {
                    assert!(finder.finds(text), "{target:?} {id}: {text:?} {parts:?}");
                }
            }
        }
    }
}

#[test]
fn no_expression_holds_what_a_configuration_reads() {
    for catalogue in [Catalogue::builtin().unwrap(), awkward()] {
        for target in [Target::FluentBit, Target::Vector, Target::Otel, Target::SyslogNg] {
            let made = make(&catalogue, target);
            for (id, parts) in expressions(&made, target) {
                assert!(!parts.is_empty(), "{id}");
                for (_, regex) in parts {
                    let bad = regex.contains(['\'', '"', '`', '$', '%', '@', '#', '\n']);
                    let splits = target == Target::FluentBit && regex.contains(' ');
                    assert!(!bad && !splits, "{target:?} {id}: {regex}");
                }
            }
        }
    }
}

#[test]
fn an_awkward_rule_survives_every_target() {
    let catalogue = awkward();
    let yes = "it's \"C:\\behind\" #1 of 100 %, ${x} `y` @z\n/end";
    let without_all = "it's \"C:\\x\" #1 of 100 %, ${x} `y` @z\n/end";
    let with_not = format!("it's \"${{not}}\"\n{yes}");
    for target in [Target::FluentBit, Target::Vector, Target::Otel, Target::SyslogNg] {
        let found = expressions(&make(&catalogue, target), target);
        let (_, parts) = found.iter().find(|(id, _)| id == "odd.a").unwrap();
        let finder = Finder::new(parts, target);
        assert!(finder.finds(yes), "{target:?} {parts:?}");
        assert!(!finder.finds(without_all), "{target:?}");
        assert!(!finder.finds(&with_not), "{target:?}");
    }
}

#[test]
fn what_is_lost_is_named() {
    let made = make(&awkward(), Target::Regex);
    let lost: Vec<_> = made.limits.iter().map(|limit| (limit.name, limit.ids.concat())).collect();
    let want = [
        ("left out: normal work", "odd.b"),
        ("without their `not`", "odd.a"),
        ("without their words", "odd.a"),
    ];
    assert_eq!(lost, want.map(|(name, ids)| (name, ids.to_owned())));
    let text = make(&awkward(), Target::SyslogNg).text;
    assert!(
        text.contains("not only in the part that the rule explains (1):\n#   odd.a\n"),
        "{text}"
    );
}

/// Returns what is written of the awkward rules, but the lines that name the longer one.
fn written(target: Target) -> String {
    let text = make(&awkward(), target).text;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter(|line| !line.contains("odd.a")).collect::<Vec<_>>().join("\n")
}

#[test]
fn lists_and_tables_are_written_in_their_own_words() {
    insta::assert_snapshot!(written(Target::Regex), @r##"
    (?:^|\[[A-Za-z]+\] \[[^\]\n]*\] ?|\d \[?[A-Za-z]+\]?:? +(?:[^:\n]*: )?)it's "C:\\(?:[^"\n]*)" #\d+ of 100 %, \$\{x\} `y` @z(?:\r?[\r\n])/(?i:End)(?:\r?$)
    "##);
    insta::assert_snapshot!(written(Target::FluentBit), @r##"
    pipeline:
      filters:
        - name: modify
          match: '*'
          condition:
            - 'Key_does_not_exist dewlap_rule'
            - 'Key_value_matches log (?:\A|\[[A-Za-z]+\]\x20\[[^\]\n]*\]\x20?|\d\x20\[?[A-Za-z]+\]?:?\x20+(?:[^:\n]*:\x20)?)it\x27s\x20\x22C:\\(?:[^\x22\n]*)\x22\x20\x23\d+\x20of\x20100\x20\x25,\x20\x24\{x\}\x20\x60y\x60\x20\x40z\n\x2f(?i:End)\z'
            - 'Key_value_matches log (?:100\x20\x25)'
            - 'Key_value_matches log (?:behind)'
            - 'Key_value_does_not_match log (?:it\x27s\x20\x22\x24\{not\}\x22\n)'
          add:
            - 'dewlap_severity error'
            - 'dewlap_owner support'
        - name: modify
          match: '*'
          condition:
            - 'Key_does_not_exist dewlap_rule'
            - 'Key_value_matches log (?:a\x27longer\x27one|a\\\(b)'
          add:
            - 'dewlap_rule odd.b'
            - 'dewlap_severity info'
            - 'dewlap_owner support'
    "##);
    insta::assert_snapshot!(written(Target::Vector), @r##"
    [transforms.dewlap]
    type = "remap"
    inputs = ["iguana"]
    source = '''
    text = string(.message) ?? ""
    rule = ""
    if rule == "" && match(text, r'(?:\A|\[[A-Za-z]+\] \[[^\]\n]*\] ?|\d \[?[A-Za-z]+\]?:? +(?:[^:\n]*: )?)it\x27s \x22C:\\(?:[^\x22\n]*)\x22 \x23\d+ of 100 \x25, \x24\{x\} \x60y\x60 \x40z\n\x2f(?i:End)\z') && match(text, r'(?:100 \x25)') && match(text, r'(?:behind)') && !match(text, r'(?:it\x27s \x22\x24\{not\}\x22\n)') {
      .dewlap_severity = "error"
      .dewlap_owner = "support"
    }
    if rule == "" && match(text, r'(?:a\x27longer\x27one|a\\\(b)') {
      rule = "odd.b"
      .dewlap_severity = "info"
      .dewlap_owner = "support"
    }
    if rule != "" {
      .dewlap_rule = rule
    }
    '''
    "##);
}

#[test]
fn statements_are_written_in_their_own_words() {
    insta::assert_snapshot!(written(Target::Otel), @r##"
    processors:
      transform/dewlap:
        error_mode: ignore
        log_statements:
          - context: log
            statements:
              - 'set(attributes["dewlap_rule"], "odd.b") where attributes["dewlap_rule"] == nil and IsMatch(body, "(?:a\\x27longer\\x27one|a\\\\\\(b)")'
              - 'set(attributes["dewlap_severity"], "info") where attributes["dewlap_rule"] == "odd.b"'
              - 'set(attributes["dewlap_owner"], "support") where attributes["dewlap_rule"] == "odd.b"'
    "##);
    insta::assert_snapshot!(written(Target::SyslogNg), @r##"
    rewrite r_dewlap {
      set("odd.b" value("dewlap_rule") condition("${dewlap_rule}" eq "" and match('(?:a\x27longer\x27one|a\\\(b)' value("MESSAGE") type("pcre"))));
      set("info" value("dewlap_severity") condition("${dewlap_rule}" eq "odd.b"));
      set("support" value("dewlap_owner") condition("${dewlap_rule}" eq "odd.b"));
    };
    "##);
}
