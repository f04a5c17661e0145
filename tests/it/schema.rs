//! The JSON report against its published schema, by a small validator that knows every keyword in
//! it and refuses any other.

use std::collections::BTreeMap;

use dewlap::model::{Hour, Millis, Period, ProblemState};
use dewlap::report::{
    Action, CatalogueHealth, Decision, Destroyed, Example, LostBytes, Outcomes, Overwritten,
    PastReview, ProblemInput, Report, ReportInput, Silence, SilentTime, SkippedSource, Standing,
    Subject, render_json,
};
use serde_json::{Value, json};

use crate::run::Place;

/// Returns where a value breaks a schema, and how.
fn faults(schema: &Value, value: &Value, root: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (keyword, rule) in schema.as_object().unwrap() {
        let one = |text: String| vec![format!("{at}: {text}")];
        found.extend(match keyword.as_str() {
            "$schema" | "title" | "description" | "$defs" => Vec::new(),
            "$ref" => {
                let pointer = rule.as_str().unwrap().trim_start_matches('#');
                faults(root.pointer(pointer).unwrap(), value, root, at)
            }
            "type" if is_of(rule, value) => Vec::new(),
            "type" => one(format!("{value} is not {rule}")),
            "enum" if rule.as_array().unwrap().contains(value) => Vec::new(),
            "enum" => one(format!("{value} is not one of {rule}")),
            "anyOf" => {
                let tries: Vec<Vec<String>> = rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|schema| faults(schema, value, root, at))
                    .collect();
                let fits = tries.iter().any(Vec::is_empty);
                if fits { Vec::new() } else { tries.concat() }
            }
            "required" => missing(rule, value).map(|name| format!("{at}: no {name}")).collect(),
            "properties" | "additionalProperties" => {
                object_faults(schema, value, root, at, keyword)
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                items
                    .flat_map(|(n, item)| faults(rule, item, root, &format!("{at}[{n}]")))
                    .collect()
            }
            "minimum" | "maximum" | "minItems" | "maxItems" => {
                let broken = is_out(keyword, rule, value);
                if broken { one(format!("{value} breaks {keyword} {rule}")) } else { Vec::new() }
            }
            "format" => match (rule.as_str().unwrap(), value.as_str()) {
                ("date-time", Some(text)) if text.parse::<jiff::Timestamp>().is_ok() => Vec::new(),
                ("date", Some(text)) if text.parse::<jiff::civil::Date>().is_ok() => Vec::new(),
                _ => one(format!("{value} is no {rule}")),
            },
            other => panic!("the validator does not know `{other}`"),
        });
    }
    found
}

/// Returns true where a number, or the length of a list, is below or above a limit.
fn is_out(keyword: &str, limit: &Value, value: &Value) -> bool {
    let len = value.as_array().map(|list| u32::try_from(list.len()).unwrap());
    let (number, limit) = (value.as_f64(), limit.as_f64().unwrap());
    match keyword {
        "minimum" => number.is_some_and(|number| number < limit),
        "maximum" => number.is_some_and(|number| number > limit),
        "minItems" => len.is_some_and(|len| f64::from(len) < limit),
        _ => len.is_some_and(|len| f64::from(len) > limit),
    }
}

fn is_of(types: &Value, value: &Value) -> bool {
    let is_one = |name: &Value| match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the validator does not know the type `{other}`"),
    };
    match types {
        Value::Array(names) => names.iter().any(is_one),
        name => is_one(name),
    }
}

fn missing<'v>(names: &'v Value, value: &'v Value) -> impl Iterator<Item = &'v Value> {
    let names = names.as_array().unwrap().iter();
    names.filter(move |name| {
        value.as_object().is_some_and(|object| !object.contains_key(name.as_str().unwrap()))
    })
}

fn object_faults(
    schema: &Value,
    value: &Value,
    root: &Value,
    at: &str,
    keyword: &str,
) -> Vec<String> {
    let none = serde_json::Map::new();
    let named = schema.get("properties").map_or(&none, |named| named.as_object().unwrap());
    let mut found = Vec::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        match (named.get(name), &schema[keyword]) {
            (Some(schema), _) if keyword == "properties" => {
                found.extend(faults(schema, value, root, &at));
            }
            (None, Value::Bool(false)) => found.push(format!("{at}: not in the schema")),
            (None, schema) if keyword == "additionalProperties" => {
                found.extend(faults(schema, value, root, &at));
            }
            _ => {}
        }
    }
    found
}

fn schema() -> Value {
    serde_json::from_str(&Place::new().stdout(&["report", "--schema"])).unwrap()
}

fn report() -> Value {
    let place = Place::new();
    place.put_samples("iguana-x");
    place.ingest(&["samples/iguana-x"]);
    let text = place.stdout(&["report", "--week", "2026-W37", "--format", "json"]);
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_report_of_the_samples_fits_the_schema() {
    let (schema, report) = (schema(), report());
    assert_eq!(faults(&schema, &report, &schema, "report"), [""; 0]);
    for list in ["problems", "quiet", "courses", "unknowns", "components"] {
        assert!(!report[list].as_array().unwrap().is_empty(), "{list} is checked");
    }
}

#[test]
fn a_report_that_does_not_fit_the_schema_is_found_out() {
    let (schema, report) = (schema(), report());
    let check = |pointer: &str, wrong: Value| {
        let mut report = report.clone();
        *report.pointer_mut(pointer).unwrap() = wrong;
        assert!(!faults(&schema, &report, &schema, "report").is_empty(), "{pointer}");
    };
    check("/window/from", json!("Monday"));
    check("/problems/0/rank", json!("1"));
    check("/problems/0/count", json!(-1));
    check("/problems/0/trend", json!("sideways"));
    check("/problems/0/card", json!({}));
    check("/problems/0/share_percent", json!(101));
    check("/problems/0/hours_of_week/0", json!([0]));
    check("/problems/0/outcomes", json!({"stopped": 1}));
    check("/health", json!(true));
    check("/totals/by_type", json!({}));
    let mut more = report.clone();
    more["problems"][0]["extra"] = json!(1);
    let found = faults(&schema, &more, &schema, "report");
    assert_eq!(found, ["report.problems[0].extra: not in the schema"]);
}

/// Returns a problem with a standing and, where it is a symptom, with its cause.
fn problem(rule: &str, state: ProblemState, cause: Option<&str>) -> ProblemInput {
    let at = Millis::new(1_788_800_000_000);
    ProblemInput {
        id: format!("p-{rule}"),
        subject: Subject::Rule(rule.parse().unwrap()),
        server: "a".into(),
        component: "guid".into(),
        component_name: "In".into(),
        split_by: BTreeMap::from([("host".into(), "db1".into())]),
        hours: BTreeMap::from([(Hour::new(496_880), 3)]),
        failures: Some(1),
        weeks_before: vec![1, 2],
        first_seen: at,
        last_seen: at,
        outcomes: Outcomes::default(),
        values: BTreeMap::new(),
        causes: cause.map(|cause| (cause.to_owned(), 3)).into_iter().collect(),
        example: Some(Example { text: "x".into(), entry: "e".into(), path: "p".into() }),
        standing: Some(Standing {
            state,
            since: at,
            decision: Some(Decision {
                by: "j".into(),
                why: "w".into(),
                ticket: None,
                documentation: None,
                at,
            }),
            silence: Some(Silence {
                since: at,
                until: at,
                chance: Some(0.03),
                verified_at: Some(at),
            }),
        }),
    }
}

/// Returns an input of which no list is empty.
fn everything() -> ReportInput {
    let at = Millis::new(1_788_800_000_000);
    let path = || "/a.log".to_owned();
    ReportInput {
        problems: vec![
            problem("net.refused", ProblemState::Regressed, None),
            problem("net.timed-out", ProblemState::VerifiedGone, Some("net.refused")),
        ],
        gaps: vec![LostBytes { path: path(), bytes: 1, reason: "r".into() }],
        skipped: Some(vec![SkippedSource { path: path(), reason: "r".into() }]),
        silences: vec![SilentTime {
            at,
            server: "a".into(),
            component: "In".into(),
            text: "No entries".into(),
        }],
        destroyed: vec![Destroyed {
            noticed: at,
            since: at,
            server: "a".into(),
            path: path(),
            bytes: 1,
            reason: "r".into(),
        }],
        overwritten: vec![Overwritten {
            span_millis: 1,
            server: "a".into(),
            path: path(),
            measured: at,
        }],
        health: Some(CatalogueHealth {
            past_review: vec![PastReview {
                rule: "net.refused".parse().unwrap(),
                review_by: "2026-01-01".parse().unwrap(),
            }],
            ..CatalogueHealth::default()
        }),
        actions: vec![Action {
            at,
            what: "fix".into(),
            by: "j".into(),
            why: "w".into(),
            ticket: Some("T".into()),
            problem: "x".into(),
            server: "a".into(),
            component: "In".into(),
        }],
        ..ReportInput::empty(Period::parse_week("2026-W37").unwrap())
    }
}

#[test]
fn a_report_in_which_everything_is_told_fits_the_schema() {
    let (schema, report) = (schema(), render_json(&Report::new(everything())));
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(faults(&schema, &report, &schema, "report"), [""; 0]);
    assert_eq!(report["problems"][1]["explained_by"]["root"], "net.refused");
    assert_eq!(report["progress"].as_array().map(Vec::len), Some(2));
}
