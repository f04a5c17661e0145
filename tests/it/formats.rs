//! Every format through the real binary: told from the content, named, or defined by the user.

use dewlap::sample;
use serde_json::{Value, json};

use crate::run::{Place, count, lines, texts};

/// A sample of each format, and the format's name.
const SAMPLES: [(&str, &str); 6] = [
    ("edge/iguana-x-both-layouts.log", "iguana-x"),
    ("service-log/ServiceErrorLog.txt", "service-error-log"),
    ("classic/api_query.xml", "api-query-xml"),
    ("classic/logs-export.csv", "csv"),
    ("ndjson/retrieve.ndjson", "ndjson"),
    ("text/engine.log", "dewlap-text"),
];

fn place_with(name: &str, content: impl AsRef<[u8]>) -> Place {
    let place = Place::new();
    place.put(name, content);
    place
}

fn sample_bytes(path: &str) -> Vec<u8> {
    sample::files().into_iter().find(|(name, _)| name == path).unwrap().1
}

/// Returns the events' times and texts, in the order of time.
fn told(place: &Place) -> Vec<(String, String)> {
    let text = |event: &Value, key: &str| event[key].as_str().unwrap().to_owned();
    let mut told: Vec<_> =
        place.events(&[]).iter().map(|event| (text(event, "time"), text(event, "text"))).collect();
    told.sort();
    told
}

#[test]
fn each_format_is_told_from_the_content() {
    for (path, format) in SAMPLES {
        let place = place_with("unnamed", sample_bytes(path));
        let summary = place.ingest(&["unnamed"]);
        assert_eq!(summary["formats"], json!({ format: 1 }), "{path}");
        assert!(count(&summary, "events") > 0, "{path}");
    }
}

#[test]
fn a_format_that_is_named_reads_the_same_as_one_that_is_told() {
    for (path, format) in SAMPLES {
        let bytes = sample_bytes(path);
        let found = Place::with_key();
        found.put("a.log", &bytes);
        let told = found.ingest(&["a.log"]);
        let named = Place::with_key();
        named.put("a.log", &bytes);
        let summary = named.ingest(&["--input-format", format, "a.log"]);
        for key in ["entries", "by_type", "events", "gaps", "formats"] {
            assert_eq!(summary[key], told[key], "{key} of {path}");
        }
        assert_eq!(named.events(&[]), found.events(&[]), "{path}");
    }
}

#[test]
fn a_format_that_is_wrong_gives_no_entries_and_no_failure() {
    for (path, _) in SAMPLES {
        let bytes = sample_bytes(path);
        for (_, format) in SAMPLES {
            let place = place_with("a.log", &bytes);
            place.ingest(&["--input-format", format, "a.log"]);
        }
    }
}

#[test]
fn a_file_of_no_known_format_is_skipped_with_advice() {
    let place = place_with("notes.txt", "these are notes\nabout nothing\n");
    let summary = place.ingest(&["notes.txt"]);
    let skipped = summary["skipped"].as_array().unwrap();
    assert_eq!(skipped.len(), 1, "{summary}");
    assert!(skipped[0]["reason"].as_str().unwrap().contains("--input-format"), "{summary}");
}

#[test]
fn a_daily_log_of_iguana_6_is_skipped_with_advice() {
    let place = place_with("20160527.log", b"\x01\x02\x03\x04 opaque \xFF\xFE\x00".repeat(50));
    let summary = place.ingest(&["20160527.log"]);
    let reason = summary["skipped"][0]["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("/api_query") && reason.contains("export"), "{reason}");
}

const PIPES: &str = "\
07.09.2026 08:00:00|ADT Inbound|E|ORA-12541: TNS:no listener
07.09.2026 08:00:05|ADT Inbound|I|Polled 4 rows
07.09.2026 08:00:10|ORU Results Out|W|Connection refused
second line of it
";

#[test]
fn a_text_format_of_the_configuration_is_read_with_its_zone() {
    let place = place_with("engine.log", PIPES);
    let config = r"
[[text_format]]
name = 'pipes'
begin = '(?<time>\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d)\|(?<component>[^|]*)\|(?<type>[A-Z])\|'
time_format = '%d.%m.%Y %H:%M:%S'
timezone = 'Europe/Berlin'
";
    let words = config.replace("(?<type>[A-Z])", "(?<type>[EIW])");
    place.put("dewlap.toml", words);
    let summary = place.ingest(&["engine.log"]);
    assert_eq!(summary["formats"], json!({ "pipes": 1 }));
    assert_eq!(count(&summary, "entries"), 3);
    let want = [
        ("2026-09-07T06:00:00.000Z".to_owned(), "ORA-12541: TNS:no listener".to_owned()),
        ("2026-09-07T06:00:10.000Z".to_owned(), "Connection refused\nsecond line of it".to_owned()),
    ];
    assert_eq!(told(&place), want);
    assert_eq!(texts(&place.events(&[]), "component"), ["ADT Inbound", "ORU Results Out"]);
}

#[test]
fn a_named_text_format_reads_what_another_would_claim() {
    let log = "2026-09-07 08:00:00 ERROR engine: Too many open files\n";
    let place = place_with("engine.log", log);
    let config = "
[[text_format]]
name = 'mine'
begin = '(?<time>\\S+ \\S+) (?<type>[A-Z]+) '
";
    place.put("dewlap.toml", config);
    let summary = place.ingest(&["--input-format", "mine", "engine.log"]);
    assert_eq!(summary["formats"], json!({ "mine": 1 }));
    assert_eq!(place.events(&[])[0]["text"], "engine: Too many open files");
}

#[test]
fn times_without_a_zone_are_read_in_the_zone_that_is_given() {
    let log = "2026-09-07 08:00:00 ERROR engine: Too many open files\n";
    for (zone, want) in [
        (None, "2026-09-07T08:00:00.000Z"),
        (Some("America/Toronto"), "2026-09-07T12:00:00.000Z"),
        (Some("Asia/Kolkata"), "2026-09-07T02:30:00.000Z"),
    ] {
        let place = place_with("engine.log", log);
        let zone: Vec<&str> = zone.into_iter().flat_map(|zone| ["--timezone", zone]).collect();
        place.ingest(&[&zone[..], &["engine.log"]].concat());
        assert_eq!(place.events(&[])[0]["time"], want);
    }
}

#[test]
fn the_zone_of_the_configuration_is_used_where_none_is_given() {
    let place = place_with("engine.log", "2026-01-07 08:00:00 ERROR a: Too many open files\n");
    place.put("dewlap.toml", "timezone = 'America/Toronto'\n");
    place.ingest(&["engine.log"]);
    assert_eq!(place.events(&[])[0]["time"], "2026-01-07T13:00:00.000Z");
}

#[test]
fn a_csv_export_with_columns_of_its_own_is_read_by_a_mapping() {
    let export = "\
Nr;Logged;Interface;Klasse;Body
1;2026-09-07 08:00:00;ADT Inbound;Error;\"ORA-12541: TNS:no listener; retrying\"
2;2026-09-07 08:00:05;ADT Inbound;Info;Polled 4 rows
";
    let place = place_with("export.csv", export);
    let config = "
[csv]
id = 'Nr'
time = 'Logged'
component = 'Interface'
type = 'Klasse'
text = ['Body', 'Text']
";
    place.put("dewlap.toml", config);
    let summary = place.ingest(&["export.csv"]);
    assert_eq!((&summary["formats"], count(&summary, "entries")), (&json!({ "csv": 1 }), 2));
    let events = place.events(&[]);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["id"], "1");
    assert_eq!(events[0]["component"], "ADT Inbound");
    assert_eq!(events[0]["time"], "2026-09-07T08:00:00.000Z");
    assert_eq!(events[0]["text"], "ORA-12541: TNS:no listener; retrying");
}

#[test]
fn ndjson_with_keys_of_its_own_is_read_by_a_mapping() {
    let log = "\
{\"at\":{\"when\":\"07/Sep/2026 08:00:00\"},\"unit\":\"ADT Inbound\",\"sev\":\"Error\",\"body\":\"Too many open files\",\"key\":\"k1\"}
{\"at\":{\"when\":\"07/Sep/2026 08:00:05\"},\"unit\":\"ADT Inbound\",\"sev\":\"Info\",\"body\":\"Polled 4 rows\",\"key\":\"k2\"}
";
    let place = place_with("log.ndjson", log);
    let config = "
[ndjson]
time = 'at.when'
time_format = '%d/%b/%Y %H:%M:%S'
component = 'unit'
type = 'sev'
text = 'body'
id = 'key'
";
    place.put("dewlap.toml", config);
    let summary = place.ingest(&["log.ndjson"]);
    assert_eq!((&summary["formats"], count(&summary, "entries")), (&json!({ "ndjson": 1 }), 2));
    let events = place.events(&[]);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["component"], "ADT Inbound");
    assert_eq!(events[0]["time"], "2026-09-07T08:00:00.000Z");
    assert_eq!(events[0]["rule"], "resource.too-many-open-files");
}

/// Encodes a text as some logs are.
fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    let wide = |mark: [u8; 2], encode: fn(u16) -> [u8; 2]| {
        mark.into_iter().chain(text.encode_utf16().flat_map(encode)).collect()
    };
    match encoding {
        "utf-8-bom" => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        "utf-16le" => wide([0xFF, 0xFE], u16::to_le_bytes),
        "utf-16be" => wide([0xFE, 0xFF], u16::to_be_bytes),
        "latin-1" => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

#[test]
fn the_text_is_the_same_in_every_encoding() {
    let text = "der zähler läuft über, größe überschritten";
    let logs = [
        ("text", format!("2026-09-07 08:00:00 ERROR engine: {text}\n")),
        (
            "csv",
            format!(
                "Message Id,Time,Channel,Type,Text\n1,2026-09-07 08:00:00,engine,Error,{text}\n"
            ),
        ),
        (
            "ndjson",
            format!(
                "{{\"time\":\"2026-09-07T08:00:00Z\",\"level\":\"error\",\"message\":\"{text}\"}}\n"
            ),
        ),
        (
            "xml",
            format!(
                "<export success=\"true\">\n  <message message_id=\"20260907-1\" type=\"Error\" time_stamp=\"2026-09-07 08:00:00.000\" source_name=\"engine\" reference_id=\"0-0\" data=\"{text}\"/>\n</export>\n"
            ),
        ),
    ];
    for (format, log) in logs {
        for encoding in ["utf-8", "utf-8-bom", "utf-16le", "utf-16be", "latin-1"] {
            let place = place_with("a.log", encoded(&log, encoding));
            let summary = place.ingest(&["a.log"]);
            assert_eq!(count(&summary, "entries"), 1, "{format} in {encoding}: {summary}");
            let want = ("2026-09-07T08:00:00.000Z".to_owned(), text.to_owned());
            assert_eq!(told(&place), [want], "{format} in {encoding}");
        }
    }
}

#[test]
fn offsets_of_a_log_in_utf_16_are_those_of_its_file() {
    let log = "2026-09-07 08:00:00 INFO é: ü\n2026-09-07 08:00:01 ERROR a: Too many open files\n";
    let bytes = encoded(log, "utf-16le");
    let place = place_with("a.log", &bytes);
    place.ingest(&["a.log"]);
    let event = place.events(&[]).remove(0);
    let from = usize::try_from(count(&event, "offset")).unwrap();
    let to = from + usize::try_from(count(&event, "length")).unwrap();
    let second = log.lines().nth(1).unwrap();
    let entry = encoded(&format!("{second}\n"), "utf-16le");
    assert_eq!(bytes.get(from..to), entry.get(2..));
}

#[test]
fn offsets_of_text_logs_point_at_the_first_line_of_their_entries() {
    for path in ["text/engine.log", "edge/crlf.log", "edge/stack-trace.log", "edge/ansi.log"] {
        let bytes = sample_bytes(path);
        let place = place_with("a.log", &bytes);
        place.ingest(&["a.log"]);
        let events = place.events(&[]);
        assert!(!events.is_empty(), "{path}");
        for event in events {
            let from = usize::try_from(count(&event, "offset")).unwrap();
            let to = from + usize::try_from(count(&event, "length")).unwrap();
            let entry = String::from_utf8_lossy(bytes.get(from..to).unwrap()).into_owned();
            let id = event["id"].as_str().unwrap();
            let first = entry.lines().next().unwrap();
            assert!(first.contains(id), "{path}: {id} is not in {first:?}");
            assert!(bytes.get(to).is_none_or(|next| [b'[', 0x1B].contains(next)), "{path}: {id}");
        }
    }
}

#[test]
fn sources_count_every_entry_of_each_format() {
    for (path, format) in SAMPLES {
        let place = place_with("a.log", sample_bytes(path));
        let summary = place.ingest(&["a.log"]);
        let sources = lines(&place.stdout(&["sources", "--format", "json"]));
        assert_eq!(sources.len(), 1, "{path}");
        assert_eq!(sources[0]["format"], format, "{path}");
        for key in ["entries", "events"] {
            assert_eq!(count(&sources[0], key), count(&summary, key), "{key} of {path}");
        }
    }
}

#[test]
fn events_of_all_formats_carry_the_rule_of_their_text() {
    let place = Place::new();
    place.put_samples("");
    place.ingest(&["samples/classic", "samples/text", "samples/ndjson", "samples/service-log"]);
    for (text, rule) in [
        ("Too many open files", "resource.too-many-open-files"),
        ("Error parsing JSON", "data.json-invalid"),
        ("Violation of PRIMARY KEY constraint", "db-sqlserver.duplicate-key"),
        ("Failed to listen on port", "service.port-in-use"),
    ] {
        let events = place.events(&["--grep", text]);
        assert!(!events.is_empty(), "{text}");
        for event in events {
            assert_eq!(event["rule"], rule, "{text}");
        }
    }
}
