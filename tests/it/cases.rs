//! Runs every file of `tests/cases`: a command line, what it is given and what it must print.
//!
//! A case is a TOML file. It needs no Rust:
//!
//! * `about`: the sentence that it proves.
//! * `args`: the command line, without `dewlap`.
//! * `stdin`: what standard input holds (default: nothing).
//! * `before`: commands that are run first and must succeed, parted at white space.
//! * `samples`: paths of `samples/` that are there, below a directory `samples`.
//! * `[files]`: more files, path = content.
//! * `code`, `stdout`, `stderr`: what must come out (default: 0 and nothing). `...` alone on a line
//!   stands for any lines, and within a line for any characters; durations are `N`, the version is
//!   `VERSION`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dewlap::document::{Document, Fields};

use crate::expect::{filtered, is_expected};
use crate::run::{Output, Place};

struct Case {
    about: String,
    args: Vec<String>,
    stdin: String,
    before: Vec<String>,
    samples: Vec<String>,
    files: BTreeMap<String, String>,
    code: i32,
    stdout: String,
    stderr: String,
}

impl Case {
    fn read(mut fields: Fields<'_>) -> Option<Self> {
        let case = Self {
            about: fields.required("about").text()?,
            args: fields.required("args").strings()?,
            stdin: fields.optional("stdin").string().unwrap_or_default(),
            before: fields.optional("before").strings().unwrap_or_default(),
            samples: fields.optional("samples").strings().unwrap_or_default(),
            files: fields.optional("files").string_map().unwrap_or_default(),
            code: fields.optional("code").integer(0..=130).unwrap_or_default(),
            stdout: fields.optional("stdout").string().unwrap_or_default(),
            stderr: fields.optional("stderr").string().unwrap_or_default(),
        };
        fields.finish();
        Some(case)
    }

    /// Runs the case and returns what is wrong with what came out.
    fn run(&self) -> Vec<String> {
        let place = Place::with_key();
        self.samples.iter().for_each(|sample| place.put_samples(sample));
        self.files.iter().for_each(|(path, content)| place.put(path, content));
        for command in &self.before {
            let args: Vec<&str> = command.split_whitespace().collect();
            let output = place.run(&args);
            if output.code != Some(0) {
                return vec![format!("`{command}` failed: {output:?}")];
            }
        }
        let args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        self.compare(&place.run_with_stdin(&args, self.stdin.as_bytes()))
    }

    fn compare(&self, output: &Output) -> Vec<String> {
        let mut faults = Vec::new();
        if output.code != Some(self.code) {
            faults.push(format!("code {:?}, expected {}", output.code, self.code));
        }
        for (name, text, expected) in
            [("stdout", &output.stdout, &self.stdout), ("stderr", &output.stderr, &self.stderr)]
        {
            let text = filtered(text);
            if !is_expected(&text, expected) {
                faults.push(format!("{name}:\n{text}\nexpected:\n{expected}"));
            }
        }
        faults
    }
}

/// Returns what is wrong with a case, one text each.
fn faults(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let document = Document::parse(path, &text);
    let case = Case::read(document.fields());
    let findings = document.into_findings();
    if let Some(case) = case.filter(|_| findings.is_empty()) {
        let faults = case.run();
        return faults.into_iter().map(|fault| format!("{}\n{fault}", case.about)).collect();
    }
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn every_case_prints_what_its_file_says() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    assert!(paths.len() > 10);
    let mut all = Vec::new();
    for path in &paths {
        let name = path.file_stem().unwrap().to_string_lossy();
        all.extend(faults(path).into_iter().map(|fault| format!("== {name}: {fault}")));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}
