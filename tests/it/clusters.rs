//! Texts in clusters: plain lines (`cluster`), and what no rule explains (`unknowns`).

use std::io::Write;
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::run::{Place, lines, number, texts};

/// Returns the cluster of each line, as `cluster --assign` prints them.
fn assigned(place: &Place, files: &[&str]) -> Vec<String> {
    let output = place.stdout(&[&["cluster", "--assign", "--quiet"][..], files].concat());
    let rows = lines(&output);
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(row["line"], at as u64 + 1, "lines count from 1 over all files");
    }
    rows.iter().map(|row| row["cluster"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn lines_of_one_template_have_one_cluster_in_whatever_file_and_form_they_come() {
    let place = Place::new();
    place.put("a.log", "pump 7 stopped\r\npump 12 stopped\n\n\u{1b}[31mpump 3\u{1b}[0m stopped");
    place.put("b.log", b"bad \xFF byte\npump 1 stopped\n");
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(b"pump 99 stopped\n").unwrap();
    place.put("c.log.gz", packed.finish().unwrap());
    let clusters = assigned(&place, &["a.log", "b.log", "c.log.gz"]);
    assert_eq!(clusters.len(), 7);
    let pump = &clusters[0];
    let is_pump: Vec<bool> = clusters.iter().map(|cluster| cluster == pump).collect();
    assert_eq!(is_pump, [true, true, false, true, false, true, true]);
    assert_ne!(clusters[2], clusters[4]);
}

#[test]
fn a_line_of_any_length_is_one_line() {
    let place = Place::new();
    let long = "x ".repeat(2_000_000);
    place.put("a.log", format!("{long}\n{long}9\nshort"));
    let clusters = assigned(&place, &["a.log"]);
    assert_eq!(clusters.len(), 3);
    assert_eq!(clusters[0], clusters[1], "what is beyond the first 8 KiB does not count");
}

#[test]
fn what_cluster_prints_names_no_patient() {
    let place = Place::new();
    let segment = "PID|1||123456^^^MRN||Okafor^Ada||19800101|F|||12 Elm St^^Springfield^IL^62704";
    place.put("a.log", format!("{segment}\nRejected patient name: Okafor, Ada\n"));
    for format in ["text", "json", "csv"] {
        let printed = place.stdout(&["cluster", "a.log", "--format", format, "--quiet"]);
        assert!(!printed.contains("Okafor") && !printed.contains("Elm"), "{printed}");
        assert!(!printed.contains("[name:"), "{printed}");
        assert!(printed.contains("Rejected patient"), "{printed}");
    }
    assert!(!place.path("dewlap.db.key").exists(), "no key is made");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::new();
    let words: Vec<_> = (0..20_000_u32).map(word).collect();
    let words = words.join("\n");
    place.put("a.log", words);
    let mut command = place.command(&["cluster", "a.log"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// Returns a word without digits.
fn word(number: u32) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

/// Log lines whose errors no rule explains, of which those of one kind differ in a name.
fn unknown_log(range: std::ops::Range<u32>) -> String {
    let line = |at: u32| {
        let name = word(at + 100);
        format!(
            "2026-09-07 08:{at:02}:00 ERROR engine: the tube of ward {name} is jammed again\n\
             2026-09-07 08:{at:02}:30 ERROR lab: site clerk went for lunch\n"
        )
    };
    range.map(line).collect()
}

#[test]
fn unknown_events_whose_texts_differ_in_a_name_are_one_cluster() {
    let place = Place::with_key();
    place.put("a.log", unknown_log(0..12));
    place.ingest(&["a.log"]);
    let clusters = lines(&place.stdout(&["unknowns", "--format", "json"]));
    assert_eq!(texts(&clusters, "template").len(), 2, "{clusters:#?}");
    let tube = clusters.iter().find(|cluster| cluster["fingerprints"][1].is_string()).unwrap();
    assert_eq!(tube["template"], "the tube of ward <*> is jammed again");
    assert_eq!(tube["events"], 12);
    assert_eq!(tube["texts"].as_array().unwrap().len(), 3);
    assert_eq!(tube["first_met"], "2026-09-07T08:00:00.000Z");

    let events = place.events(&["--unknown", "--grep", "tube"]);
    assert!(events.iter().all(|event| event["cluster"] == tube["cluster"]), "events name it too");

    // Any fingerprint in it names it.
    let other = tube["fingerprints"][7].as_str().unwrap();
    let one = lines(&place.stdout(&["unknown", other, "--format", "json"])).remove(0);
    assert_eq!(one["cluster"], tube["cluster"]);
    assert_eq!(one["texts"].as_array().unwrap().len(), 12);
    assert_eq!(one["hours"][8], 12);
}

#[test]
fn clusters_are_the_same_whatever_the_order_and_the_number_of_runs() {
    let clusters = |parts: &[(u32, u32)]| {
        let place = Place::with_key();
        for (from, to) in parts {
            let name = format!("{from}.log");
            place.put(&name, unknown_log(*from..*to));
            place.ingest(&[&name]);
        }
        place.stdout(&["unknowns", "--format", "json", "--until", "2026-09-08"])
    };
    let whole = clusters(&[(0, 12)]);
    assert_eq!(lines(&whole).len(), 2, "{whole}");
    assert_eq!(clusters(&[(0, 4), (4, 12)]), whole);
    assert_eq!(clusters(&[(8, 12), (0, 8)]), whole);
}

#[test]
fn a_cluster_keeps_its_id_while_others_join() {
    let place = Place::with_key();
    place.put("a.log", unknown_log(0..1));
    place.ingest(&["a.log"]);
    let first = place.events(&["--grep", "tube"]).remove(0);
    place.put("b.log", unknown_log(1..12));
    place.ingest(&["b.log"]);
    let events = place.events(&["--grep", "tube"]);
    assert_eq!(events.len(), 12);
    assert!(events.iter().all(|event| event["cluster"] == first["cluster"]));
}

#[test]
fn a_half_written_text_leaves_no_fingerprint() {
    let place = Place::with_key();
    let whole = "2026-09-07 08:00:00 ERROR engine: the tube of ward seven is jammed again\n";
    let half: String = whole.chars().take(60).collect();
    place.put("a.log", half);
    place.ingest(&["a.log"]);
    assert_eq!(number(&place.sqlite(), "SELECT count(*) FROM fingerprint"), 1);
    place.put("a.log", whole);
    place.ingest(&["a.log"]);
    let fingerprints = "SELECT count(*) FROM fingerprint WHERE template LIKE '%jammed again'";
    assert_eq!(number(&place.sqlite(), fingerprints), 1);
    assert_eq!(number(&place.sqlite(), "SELECT count(*) FROM fingerprint"), 1);
}

#[test]
fn a_cluster_keeps_its_id_when_its_first_events_are_gone() {
    let place = Place::with_key();
    place.put("a.log", unknown_log(0..12));
    place.ingest(&["a.log"]);
    let before = place.events(&["--grep", "tube"]).remove(11);
    place.sqlite().execute("DELETE FROM event WHERE time < 1788768300000", []).unwrap();
    let after = place.events(&["--grep", "tube"]);
    assert!(!after.is_empty() && after.len() < 12, "some are gone");
    assert!(after.iter().all(|event| event["cluster"] == before["cluster"]));
}
