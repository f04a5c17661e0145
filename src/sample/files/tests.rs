use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::sample::patients;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// Returns the paths of the committed files, relative to `samples/`.
fn committed(below: &Path) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            paths.extend(committed(&path));
        } else {
            let parts = path.strip_prefix(root()).unwrap().iter();
            let parts: Vec<_> = parts.map(|part| part.to_str().unwrap()).collect();
            paths.insert(parts.join("/"));
        }
    }
    paths
}

/// Writes the files anew and deletes those that are no longer made.
fn bless(made: &[(String, Vec<u8>)]) {
    let root = root();
    for path in committed(&root) {
        if path != "README.md" && path != ".gitattributes" {
            fs::remove_file(root.join(path)).unwrap();
        }
    }
    for (path, bytes) in made {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn the_committed_samples_are_what_the_generator_makes() {
    let made = files();
    if std::env::var_os("DEWLAP_BLESS").is_some() {
        bless(&made);
    }
    let mut want: BTreeSet<String> = made.iter().map(|(path, _)| path.clone()).collect();
    want.extend(["README.md".into(), ".gitattributes".into()]);
    assert_eq!(committed(&root()), want);
    for (path, bytes) in &made {
        let is_same = fs::read(root().join(path)).unwrap() == *bytes;
        assert!(is_same, "`samples/{path}` is stale; run the tests once with DEWLAP_BLESS=1");
    }
}

#[test]
fn the_samples_stay_small() {
    let files = files();
    let len = |prefix: &str| -> usize {
        files
            .iter()
            .filter(|(path, _)| path.starts_with(prefix))
            .map(|(_, bytes)| bytes.len())
            .sum()
    };
    assert!(len("iguana-x/") <= 900 * 1_000, "{}", len("iguana-x/"));
    assert!(len("") <= 1_600 * 1_000, "{}", len(""));
}

#[test]
fn no_two_samples_have_one_path() {
    let files = files();
    let paths: BTreeSet<&String> = files.iter().map(|(path, _)| path).collect();
    assert_eq!(paths.len(), files.len());
}

#[test]
fn the_readme_names_every_sample() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for sample in samples() {
        assert!(readme.contains(&format!("`{}`", sample.truth.path)), "{}", sample.truth.path);
    }
}

#[test]
fn clean_samples_hold_neither_errors_nor_warnings() {
    let clean: Vec<Truth> = clean::clean().into_iter().map(|sample| sample.truth).collect();
    assert!(clean.iter().all(|truth| truth.entries + truth.service_log > 0));
    assert!(clean.iter().all(|truth| truth.errors == 0 && truth.warnings == 0));
}

#[test]
fn the_truth_of_an_unknown_sample_is_none() {
    assert_eq!(truth("edge"), None);
    assert_eq!(truth("iguana-x").unwrap().path, "iguana-x");
}

#[test]
fn every_gap_lies_within_its_file_and_begins_with_an_envelope_or_damage() {
    let files = files();
    for sample in samples() {
        for gap in sample.truth.gaps.iter().chain(&sample.truth.unfinished) {
            let (_, bytes) = files.iter().find(|(path, _)| *path == gap.path).unwrap();
            let (from, to) = (usize::try_from(gap.from).unwrap(), usize::try_from(gap.to).unwrap());
            assert!(from < to && to <= bytes.len(), "{gap:?}");
            if to < bytes.len() && sample.truth.path.contains("iguana-x") {
                assert_eq!(bytes.get(to..to + 2).unwrap(), b":)", "{gap:?}");
            }
        }
    }
}

#[test]
fn damage_makes_checksums_wrong_only_where_the_truth_says_so() {
    let sample = damaged::damaged().swap_remove(0);
    let (path, bytes) = &sample.files[0];
    let mut at = 0;
    let mut gaps = sample.truth.gaps.iter();
    let mut gap = gaps.next();
    let mut entries = 0;
    while at < bytes.len() {
        if let Some(known) = gap.filter(|gap| gap.from == at as u64) {
            at = usize::try_from(known.to).unwrap();
            gap = gaps.next();
            continue;
        }
        // Sizes here are two bytes of LEB128 at most.
        let (low, high) = (bytes[at + 2], bytes[at + 3]);
        let is_long = low & 0x80 != 0;
        let size = usize::from(low & 0x7F) + if is_long { usize::from(high) << 7 } else { 0 };
        let crc_at = at + 3 + usize::from(is_long);
        let content = &bytes[crc_at + 4..crc_at + size];
        let stored = u32::from_le_bytes(bytes[crc_at..crc_at + 4].try_into().unwrap());
        assert_eq!(crc32fast::hash(content), stored, "{path} at {at}");
        entries += 1;
        at = crc_at + size;
    }
    assert_eq!((entries, gap), (sample.truth.entries, None));
}

#[test]
fn every_way_to_quote_a_patient_occurs_in_an_error_of_the_demo() {
    let entries = crate::sample::week(crate::sample::SEED);
    let errors: Vec<_> = entries
        .iter()
        .filter(|entry| !entry.as_entry().is_message_body() && entry.tags.contains("#error"))
        .map(|entry| entry.text_lossy())
        .collect();
    for part in [
        "PID|1||",
        "MSA|AE|",
        "The duplicate key value is (",
        "INSERT INTO dbo.Visit",
        "\"resourceType\":\"Patient\"",
        "Lookup of patient ",
        "Could not send reminder for patient ",
        "\"ssn\": \"",
        "ACCOUNT = 'V",
    ] {
        let quotes_patient = errors.iter().any(|text| {
            text.contains(part)
                && patients().iter().any(|patient| {
                    patient.identifiers().iter().any(|identifier| text.contains(identifier))
                })
        });
        assert!(quotes_patient, "{part}");
    }
}
