//! Items in every form that they come in, and what is no item.

use super::super::tests::{Seen, read};
use super::super::{Format, ParseOptions, detect};

const A: &str =
    r#"{"type":"5","time":"1788739200137","id":"1","comp":"c","content":"a ],[{} \"}"}"#;
const B: &str = r##"{"content":"b","comp":"c","id":2,"time":1788739200137,"tags":["#x"]}"##;
const READ_A: &str = r#"c-1788739200137-1|2026-09-07T00:00:00.137Z|trace|c||a ],[{} \"}"#;
const READ_B: &str = "c-1788739200137-2|2026-09-07T00:00:00.137Z|info|c|#x|b";

#[track_caller]
fn check(log: &[u8], options: &ParseOptions, want: &[&str]) {
    let items = read(&Format::Ndjson, log, options);
    let have: Vec<_> = items
        .into_iter()
        .map(|item| match item {
            Seen::Entry(entry) => format!(
                "{}|{}|{}|{}|{}|{}",
                entry.display_id().unwrap_or_default(),
                entry.time,
                entry.kind.name(),
                entry.component,
                entry.tags,
                entry.text.escape_ascii()
            ),
            Seen::Gap(gap) => format!("{}..{}: {}", gap.from, gap.to, gap.reason),
        })
        .collect();
    assert_eq!(have, want);
}

#[test]
fn items_of_logs_retrieve_keep_their_ids() {
    check(
        br##"{"type":"5","time":"1788739200137","id":"2","comp":"Iguana-Service","tags":["#error","git"],"content":"a\r\nb"}
{"type":4,"time":1788739200138,"id":1,"comp":"6sIO","tags":[],"content":"MSH|"}"##,
        &ParseOptions::default(),
        &[
            r"Iguana-Service-1788739200137-2|2026-09-07T00:00:00.137Z|trace|Iguana-Service|#error #git|a\r\nb",
            "6sIO-1788739200138-1|2026-09-07T00:00:00.138Z|message|6sIO||MSH|",
        ],
    );
}

#[test]
fn other_objects_are_read_by_the_mapping() {
    let mut options = ParseOptions::default();
    options.ndjson.component.insert(0, "ctx.service.name".into());
    check(
        br#"{"@timestamp":"2026-09-07T00:00:00Z","level":"warn","message":"m","ctx":{"service":{"name":"s"}}}
{"ts":1788739201.5,"severity":"ERROR","Message_ID":"20160527-1","text":{"a":1}}
{"other":true}"#,
        &options,
        &[
            "|2026-09-07T00:00:00.000Z|warning|s||m",
            r#"20160527-1|2026-09-07T00:00:01.500Z|error|||{\"a\":1}"#,
            "178..192: the object has no text, no id and no time",
        ],
    );
}

#[test]
fn an_object_that_cannot_be_read_is_a_gap() {
    check(
        b"{\"text\":\"a\"}\n\n123\r\n{\"text\":\"Gr\xFC\xDFe\"}\n{\"text\":\"b\n{\"text\":\"half",
        &ParseOptions::default(),
        &[
            "|1970-01-01T00:00:00.000Z|info|||a",
            "14..19: no JSON object begins here",
            r"|1970-01-01T00:00:00.000Z|info|||Gr\xc3\xbc\xc3\x9fe",
            "36..47: the JSON object is broken",
        ],
    );
}

#[test]
fn an_object_over_the_limit_is_a_gap() {
    let options = ParseOptions { max_entry_bytes: 13, ..ParseOptions::default() };
    check(
        b"{\"text\":\"a\"}\n{\"text\":\"long\"}\n{\"text\":\"b\"}\n",
        &options,
        &[
            "|1970-01-01T00:00:00.000Z|info|||a",
            "13..29: the object is over the limit of 13 bytes",
            "|1970-01-01T00:00:00.000Z|info|||b",
        ],
    );
}

/// Returns JSON on many lines.
fn pretty(json: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

#[test]
fn the_items_of_an_answer_are_entries_however_it_is_written() {
    let compact = format!(r#"{{"success":true,"data":[{A},{B}]}}"#);
    for answer in [
        &compact,
        &format!("{compact}\r\n"),
        &pretty(&compact),
        &format!("[{A},{B}]"),
        &format!(" [ {A} , {B} ]\n"),
        &format!("[\n{A},\n{B}\n]\n"),
        &pretty(&format!("[{A},{B}]")),
        &format!(r#"{{"data":[{A},{B}],"success":true}}"#),
        &format!(r#"{{"success":true,"data":{{"logs":[{A},{B}]}}}}"#),
        &format!(r#"{{"data":{{"n":2,"logs":[{A},{B}],"more":[]}},"success":true}}"#),
        &format!(r#"{{"success":true,"meta":{{"a":[1]}},"data":[{A},{B}],"n":2}}"#),
        &format!("{{\"success\":true,\"data\":[{A}]}}\n{{\"success\":true,\"data\":[{B}]}}\n"),
        &format!("{A}\n{}\n", pretty(B)),
        &format!(
            "{{\"success\":true,\"data\":[]}}\n{A}\n{{\"data\":{{\"x\":[]}},\"success\":true}}{B}"
        ),
    ] {
        check(answer.as_bytes(), &ParseOptions::default(), &[READ_A, READ_B]);
        let head = detect(answer.as_bytes(), "", &ParseOptions::default());
        assert_eq!(head, Ok(Format::Ndjson), "{answer}");
    }
}

#[test]
fn an_entry_of_an_answer_has_the_place_of_its_object() {
    let answer = format!(r#"{{"success":true,"data":[{A}, {B} ]}}"#);
    let items = read(&Format::Ndjson, answer.as_bytes(), &ParseOptions::default());
    let have: Vec<_> = items.iter().map(Seen::range).collect();
    let place = |item: &str| {
        let from = answer.find(item).unwrap();
        (from as u64, (from + item.len()) as u64)
    };
    assert_eq!(have, [place(A), place(B)]);
}

#[test]
fn a_broken_item_of_an_answer_costs_itself_only() {
    let broken = B.replace("2,", "2;");
    for (before, between, after) in
        [(r#"{"success":true,"data":["#, ",", "]}\n"), ("[\n", ",\n", "\n]")]
    {
        let log = [before, A, between, &broken, between, A, after].concat();
        let from = before.len() + A.len() + between.len();
        let gap = format!("{from}..{}: the JSON object is broken", from + broken.len() + 1);
        check(log.as_bytes(), &ParseOptions::default(), &[READ_A, &gap, READ_A]);
        let log = [before, &broken, between, A, after].concat();
        let from = before.len();
        let gap = format!("{from}..{}: the JSON object is broken", from + broken.len() + 1);
        check(log.as_bytes(), &ParseOptions::default(), &[&gap, READ_A]);
    }
}

#[test]
fn an_answer_that_is_cut_short_keeps_its_whole_items() {
    let answer = format!(r#"{{"success":true,"data":[{A},{B}]}}"#);
    let (a, b) = (answer.find(A).unwrap() + A.len(), answer.len() - 2);
    for len in 0..=answer.len() {
        let want = [READ_A, READ_B];
        let n_whole = usize::from(len >= a) + usize::from(len >= b);
        check(&answer.as_bytes()[..len], &ParseOptions::default(), &want[..n_whole]);
        // Another answer may follow. Where a value is due, it is one, and the first unfinished.
        let first = answer.get(..len).unwrap();
        if first.ends_with([':', '[']) {
            continue;
        }
        let log = format!("{first}\n{answer}");
        let items = read(&Format::Ndjson, log.as_bytes(), &ParseOptions::default());
        let n_entries = items.iter().filter(|item| !item.is_gap()).count();
        assert_eq!(n_entries, n_whole + 2, "{log}");
    }
}

#[test]
fn an_error_in_place_of_entries_is_a_gap_that_says_it() {
    check(
        b"{\"success\":false,\"error\":\"no such\\ncomponent\"}\n{\"error\":\"\",\"success\":false}",
        &ParseOptions::default(),
        &[
            "0..46: Iguana answered with an error: no such component",
            "47..75: Iguana answered with an error and told no reason",
        ],
    );
    let log = format!(r#"{{"success":false,"data":[{A}],"error":"timed out"}}"#);
    let gap = "106..125: Iguana answered with an error: timed out";
    check(log.as_bytes(), &ParseOptions::default(), &[READ_A, gap]);
}

#[test]
fn an_answer_that_is_not_about_logs_is_a_gap() {
    check(
        br#"{"success":true,"data":{"started":true}}"#,
        &ParseOptions::default(),
        &["0..40: the answer holds no log entries"],
    );
}

#[test]
fn a_log_of_objects_with_such_keys_is_no_answer() {
    check(
        br#"{"time":1788739200,"data":[{"a":1}]}
{"success":false,"time":1788739200,"text":"login"}"#,
        &ParseOptions::default(),
        &[
            r#"|2026-09-07T00:00:00.000Z|info|||[{\"a\":1}]"#,
            "|2026-09-07T00:00:00.000Z|info|||login",
        ],
    );
}
