use std::path::Path;

use super::*;
use crate::model::RuleId;

/// Reads a text with `read` and returns the findings as they are printed.
#[track_caller]
fn check(text: &str, read: impl FnOnce(&mut Fields<'_>), want: &[&str]) {
    let document = Document::parse(Path::new("a.toml"), text);
    let mut fields = document.fields();
    read(&mut fields);
    fields.finish();
    let found: Vec<_> = document.into_findings().iter().map(ToString::to_string).collect();
    assert_eq!(found, want, "{text}");
}

#[test]
fn each_type_is_read_as_what_it_is() {
    let text = "text = 'a'\nflag = true\ncount = 0x10\nlist = ['a', 'b']\nafter = '5m'\n\
        day = 2027-11-01\nday2 = '2027-11-02'\nid = 'db.x'\nmap = { a = 'b' }\nsize = 'big'\n";
    check(
        text,
        |fields| {
            assert_eq!(fields.required("text").string().unwrap(), "a");
            assert_eq!(fields.required("flag").boolean(), Some(true));
            assert_eq!(fields.required("count").integer(0..=16), Some(16_u32));
            assert_eq!(fields.required("list").strings().unwrap(), ["a", "b"]);
            assert_eq!(fields.required("after").span().unwrap().as_secs(), 300);
            assert_eq!(fields.required("day").date().unwrap().to_string(), "2027-11-01");
            assert_eq!(fields.required("day2").date().unwrap().to_string(), "2027-11-02");
            assert_eq!(fields.required("id").parsed::<RuleId>().unwrap().as_str(), "db.x");
            assert_eq!(fields.required("map").string_map().unwrap()["a"], "b");
            assert_eq!(fields.required("size").word(&["small", "big"], |word| word), Some("big"));
            assert!(fields.optional("absent").string().is_none());
        },
        &[],
    );
}

#[test]
fn a_wrong_type_says_what_was_expected_and_what_was_found() {
    check(
        "a = 1\nb = 'yes'\nc = 70_000\nd = ['x', 2,\n 3]\ne = 'soon'\nf = [1]\n",
        |fields| {
            assert!(fields.required("a").string().is_none());
            assert!(fields.required("b").boolean().is_none());
            assert!(fields.required("c").integer::<u16>(1..=65_535).is_none());
            assert!(fields.required("d").strings().is_none());
            assert!(fields.required("e").date().is_none());
            assert!(fields.required("f").tables().is_empty());
        },
        &[
            "a.toml:1: `a` is a whole number, expected a string",
            "a.toml:2: `b` is a string, expected true or false",
            "a.toml:3: `c` is 70000, expected a whole number from 1 to 65535",
            "a.toml:4: `d` is a whole number, expected a string",
            "a.toml:5: `d` is a whole number, expected a string",
            "a.toml:6: `e` is `soon`: expected a date such as `2027-11-01`",
            "a.toml:7: `f` is a whole number, expected a table",
        ],
    );
}

#[test]
fn a_word_that_is_not_known_is_answered_with_the_words_that_are() {
    check(
        "size = 'smal'\n",
        |fields| assert!(fields.required("size").word(&["small", "big"], |word| word).is_none()),
        &["a.toml:1: `size` is `smal`, expected `small`, `big`\n  hint: did you mean `small`?"],
    );
}

#[test]
fn missing_empty_and_unknown_fields_are_all_reported_at_their_place() {
    check(
        "[[rule]]\ntitel = 'x'\n\n[[rule]]\ntitle = ' '\n[rule.match]\nany = []\n",
        |fields| {
            for mut rule in fields.required("rule").tables() {
                assert!(rule.required("title").text().is_none());
                if let Some(mut matching) = rule.required("match").table() {
                    assert_eq!(matching.required("any").strings().unwrap(), [""; 0]);
                    matching.finish();
                }
                rule.finish();
            }
        },
        &[
            "a.toml:1: `match` is missing",
            "a.toml:1: `title` is missing",
            "a.toml:2: `titel` is unknown\n  hint: did you mean `title`?",
            "a.toml:5: `title` is empty, expected some text",
        ],
    );
}

#[test]
fn what_is_not_toml_is_reported_and_the_rest_is_read() {
    check(
        "a = \nb = 1\nb = 2\nc = true\n",
        |fields| {
            assert!(fields.optional("b").is_present());
            assert!(fields.optional("a").is_present());
            assert_eq!(fields.optional("c").boolean(), Some(true));
        },
        &[
            "a.toml:1: not valid TOML: string values must be quoted, expected literal string",
            "a.toml:3: not valid TOML: duplicate key",
        ],
    );
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(?s)[\\[\\]={}\"'a-c\\n0-9. ]{0,60}|\\PC*") {
        let document = Document::parse(Path::new("a.toml"), &text);
        let mut fields = document.fields();
        for rule in fields.optional("a").tables() {
            rule.finish();
        }
        fields.finish();
        let findings = document.into_findings();
        proptest::prop_assert!(findings.is_sorted());
    }
}
