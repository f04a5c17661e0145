//! Runs the `console` blocks of README.md, so that the tour is never out of date.
//!
//! All blocks are run in one temporary directory, from top to bottom. What a block shows below a
//! command must be printed; `...` stands for anything. A block marked `console,no_run`, and one
//! that calls something other than this crate's own tools, is only read.

use std::path::Path;
use std::process::Command;

use crate::expect::{filtered, is_expected};
use crate::run::Place;

/// Programs that a test must not start.
const FOREIGN: [&str; 8] = ["cargo", "systemctl", "sudo", "curl", "docker", "git", "ssh", "rustup"];

/// A command of a block and what the block shows below it.
struct Step {
    line: usize,
    command: String,
    shown: String,
}

/// Returns the steps of all blocks that are to be run.
fn steps(readme: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut block: Option<Vec<Step>> = None;
    let mut is_open = false;
    for (index, line) in readme.lines().enumerate() {
        if let Some(info) = line.trim_start().strip_prefix("```") {
            let is_console = !is_open && info.trim() == "console";
            steps.extend(block.take().filter(|block| !is_foreign(block)).into_iter().flatten());
            is_open = !is_open;
            block = is_console.then(Vec::new);
        } else if let Some(block) = &mut block {
            add_line(block, index + 1, line);
        }
    }
    steps
}

fn add_line(block: &mut Vec<Step>, line: usize, text: &str) {
    if let Some(command) = text.strip_prefix("$ ") {
        block.push(Step { line, command: command.into(), shown: String::new() });
    } else if let Some(step) = block.last_mut() {
        if step.shown.is_empty() && step.command.ends_with('\\') {
            step.command.push('\n');
            step.command.push_str(text.strip_prefix("> ").unwrap_or(text));
        } else {
            step.shown.push_str(text);
            step.shown.push('\n');
        }
    }
}

fn is_foreign(block: &[Step]) -> bool {
    let is_word = |command: &str, name: &str| {
        command.split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| word == name)
    };
    block.iter().any(|step| FOREIGN.iter().any(|name| is_word(&step.command, name)))
}

/// Runs a step and returns what is wrong with what it printed.
fn run(step: &Step, place: &Place) -> Option<String> {
    let binary = Path::new(env!("CARGO_BIN_EXE_dewlap"));
    let path = format!(
        "{}:{}",
        binary.parent().unwrap().display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{{ {}\n}} 2>&1", step.command)).current_dir(place.path(""));
    command.env("PATH", path).env_remove("DEWLAP_DB").env_remove("DEWLAP_CONFIG");
    let output = command.output().unwrap();
    let said = filtered(&String::from_utf8_lossy(&output.stdout));
    // 1 is what a command says that was asked to look for problems.
    let is_fine = output.status.code().is_some_and(|code| code <= 1);
    let is_same = step.shown.trim().is_empty() || is_expected(&said, &filtered(&step.shown));
    let Step { line, command, shown } = step;
    (!is_fine || !is_same).then(|| {
        format!(
            "README.md:{line}: `{command}` ({}) said:\n{said}\nexpected:\n{shown}",
            output.status
        )
    })
}

#[cfg(unix)]
#[test]
fn the_readme_shows_what_the_commands_print() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).expect("README.md is there");
    let steps = steps(&readme);
    assert!(!steps.is_empty(), "the README shows no command");
    let place = Place::new();
    // Examples that read the samples of the repository find them where they stand.
    place.put_samples("");
    let faults: Vec<String> = steps.iter().filter_map(|step| run(step, &place)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn the_configuration_that_the_readme_shows_has_no_faults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).expect("README.md is there");
    let (_, block) = readme.split_once("```toml\nserver = ").expect("it shows one");
    let (block, _) = block.split_once("```").expect("the block ends");
    let place = Place::new();
    place.put("dewlap.toml", format!("server = {block}"));
    assert_eq!(place.stdout(&["config", "check"]), "dewlap.toml: no faults\n");
}

#[test]
fn blocks_that_cannot_be_run_are_left_out() {
    let readme = "\
```console
$ dewlap demo
two
...
$ dewlap report \\
>   --week 2026-W37
```
```console,no_run
$ dewlap follow
```
```console
$ cargo install dewlap
$ dewlap demo
```
```toml
$ x = 1
```
";
    let steps = steps(readme);
    let found: Vec<_> = steps.iter().map(|step| (step.line, step.command.as_str())).collect();
    assert_eq!(found, [(2, "dewlap demo"), (5, "dewlap report \\\n  --week 2026-W37")]);
    assert_eq!(steps[0].shown, "two\n...\n");
}
