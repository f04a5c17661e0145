//! Guards the floors of `lib.rs`: who may use whom, and who owns which crate.

use std::fs;
use std::path::{Path, PathBuf};

/// Every module with its floor. A module may use only lower floors.
const FLOORS: [(&str, u8); 32] = [
    ("model", 0),
    ("markup", 1),
    ("parse", 1),
    ("redact", 1),
    ("document", 1),
    ("archive", 1),
    ("sample", 1),
    ("course", 1),
    ("life", 1),
    ("web", 1),
    ("mail", 1),
    ("cluster", 1),
    ("secret", 1),
    ("picture", 1),
    ("serve", 1),
    ("silence", 1),
    ("api", 2),
    ("locate", 2),
    ("catalogue", 2),
    ("report", 2),
    ("store", 2),
    ("tail", 2),
    ("classify", 3),
    ("runbook", 3),
    ("export", 3),
    ("draft", 4),
    ("alert", 4),
    ("pipeline", 4),
    ("config", 5),
    ("follow", 6),
    ("doctor", 6),
    ("cli", 7),
];

/// Heavy crates, and the only modules that may name them.
const OWNERS: [(&str, &[&str]); 27] = [
    ("rusqlite", &["store"]),
    ("clap", &["cli"]),
    ("toml", &["document"]),
    ("aho_corasick", &["classify", "redact"]),
    ("regex", &["catalogue", "classify", "export", "parse", "redact", "store"]),
    ("regex_automata", &["catalogue", "classify"]),
    ("zip", &["archive"]),
    ("tar", &["archive"]),
    ("zstd", &["archive"]),
    ("flate2", &["archive"]),
    ("walkdir", &["archive"]),
    ("encoding_rs", &["parse"]),
    ("anyhow", &["cli"]),
    ("sha2", &["markup"]),
    ("indicatif", &["cli"]),
    ("ureq", &["web"]),
    ("notify", &["tail"]),
    ("globset", &["tail"]),
    ("rayon", &["pipeline"]),
    ("rustix", &["alert", "archive", "cli", "doctor", "tail"]),
    ("axum", &["serve"]),
    ("prometheus_client", &["serve"]),
    ("lettre", &["mail"]),
    ("tokio", &["follow", "serve", "cli"]),
    ("resvg", &["picture"]),
    ("sd_notify", &["follow"]),
    ("tracing_subscriber", &["cli"]),
];

fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut directories = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

/// Returns the module that a file belongs to: the first part of its path below `src`.
fn module_of(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn floor_of(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// Returns the code of a file without its comments.
fn code(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_module_uses_only_floors_below_its_own() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let module = module_of(&path);
        let Some(floor) = floor_of(&module) else { continue };
        for (used, used_floor) in FLOORS {
            let is_used = code(&text).contains(&format!("crate::{used}::"));
            if is_used && used != module && used_floor >= floor {
                faults.push(format!(
                    "{} (floor {floor}) uses {used} (floor {used_floor})",
                    path.display()
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_module_stands_on_a_floor() {
    for (path, _) in sources() {
        let module = module_of(&path);
        let is_root = ["lib", "main"].contains(&module.as_str());
        assert!(is_root || floor_of(&module).is_some(), "{} has no floor", path.display());
    }
}

#[test]
fn a_heavy_crate_has_one_owner() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let module = module_of(&path);
        for (name, owners) in OWNERS {
            let is_named = [format!("use {name}::"), format!(" {name}::"), format!("({name}::")];
            let is_used = is_named.iter().any(|named| code(&text).contains(named.as_str()));
            if is_used && !owners.contains(&module.as_str()) {
                faults.push(format!("{} uses {name}, which belongs to {owners:?}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_the_command_line_prints_or_reads_the_clock() {
    for (path, text) in sources() {
        let is_allowed = ["cli", "main"].contains(&module_of(&path).as_str());
        for call in ["println!", "eprintln!", "stdout()", "env::args", "env::var(", "::now()"] {
            // The samples are rewritten by a test that asks the environment.
            let is_test = path.to_string_lossy().contains("test");
            let is_found = code(&text).contains(call);
            assert!(is_allowed || is_test || !is_found, "{} calls {call}", path.display());
        }
    }
}

#[test]
fn a_file_has_at_most_400_lines_without_its_tests() {
    for (path, text) in sources() {
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let is_test = path.to_string_lossy().contains("test");
        assert!(is_test || code.lines().count() <= 400, "{} is too long", path.display());
    }
}
