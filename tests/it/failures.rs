//! What goes wrong around a run: paths, pipes, terminals.

use std::io::{Read, Write};
use std::process::Stdio;

use crate::run::{DB, Place, count};

fn demo() -> Place {
    let place = Place::new();
    place.put_samples("iguana-x");
    place.ingest(&["samples/iguana-x"]);
    place
}

#[test]
fn missing_paths_are_all_named_and_nothing_is_read() {
    let place = Place::new();
    place.put_samples("text");
    let output = place.run(&["ingest", "gone.log", "samples/text", "lost/dir"]);
    assert_eq!(output.code, Some(2));
    for path in ["`gone.log`", "`lost/dir`"] {
        assert!(output.stderr.contains(path), "{}", output.stderr);
    }
    assert!(!output.stderr.contains("samples/text"), "{}", output.stderr);
    assert!(output.stderr.contains("\nhint: "), "{}", output.stderr);
    assert!(!place.path(DB).exists());
}

#[cfg(unix)]
#[test]
fn a_directory_that_links_to_itself_is_read_once() {
    let place = Place::new();
    place.put_samples("text");
    std::os::unix::fs::symlink("..", place.path("samples/text/up")).unwrap();
    let summary = place.ingest(&["samples/text"]);
    assert_eq!(count(&summary, "files"), 1, "{summary}");
    let skipped = summary["skipped"].as_array().unwrap();
    assert!(
        skipped.iter().any(|one| one["reason"].as_str().unwrap().contains("leads back")),
        "{summary}"
    );
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_skipped_and_the_rest_is_read() {
    let place = Place::new();
    place.put_samples("text");
    std::os::unix::fs::symlink("nowhere", place.path("samples/text/gone.log")).unwrap();
    std::os::unix::fs::symlink("round.log", place.path("samples/text/round.log")).unwrap();
    let summary = place.ingest(&["samples/text"]);
    assert_eq!(count(&summary, "files"), 1, "{summary}");
    assert_eq!(summary["skipped"].as_array().unwrap().len(), 2, "{summary}");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_skipped_with_advice() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    place.put_samples("text");
    place.put("samples/text/secret.log", "x");
    let secret = place.path("samples/text/secret.log");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o000)).unwrap();
    let may_read_all = std::fs::read(&secret).is_ok();
    let summary = place.ingest(&["samples/text"]);
    let skipped = summary["skipped"].as_array().unwrap();
    assert_eq!(skipped.len(), 1, "{summary}");
    // For root there is no such file; then it is of no known format.
    let reason = if may_read_all { "format is not known" } else { "setfacl" };
    assert!(skipped[0]["reason"].as_str().unwrap().contains(reason), "{summary}");
}

#[test]
fn a_damaged_archive_is_skipped_and_the_rest_is_read() {
    let place = Place::new();
    place.put_samples("text");
    place.put("samples/text/broken.gz", b"\x1F\x8B\x08\x00 this is not gzip at all");
    place.put("samples/text/broken.zip", b"PK\x03\x04 nor is this a zip");
    let summary = place.ingest(&["samples/text"]);
    assert!(count(&summary, "new_events") > 0, "{summary}");
    assert_eq!(summary["skipped"].as_array().unwrap().len(), 2, "{summary}");
}

#[test]
fn what_is_not_read_is_told_to_the_quiet_as_well() {
    let place = Place::new();
    place.put_samples("text");
    place.put("samples/text/broken.gz", b"\x1F\x8B\x08\x00 this is not gzip at all");
    let output = place.run(&["ingest", "--quiet", "samples/text"]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(0), ""));
    assert!(output.stderr.contains("1 path not read:"), "{}", output.stderr);
    assert!(output.stderr.contains("broken.gz"), "{}", output.stderr);
}

#[test]
fn a_port_that_is_taken_is_told_with_what_may_have_it() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    place.put("dewlap.toml", format!("health = '{address}'\n[[source]]\nfiles = 'logs/*.log'\n"));
    let output = place.run(&["follow"]);
    assert_ne!(output.code, Some(0));
    assert!(output.stderr.contains("another `dewlap follow`"), "{}", output.stderr);
}

#[test]
fn help_and_errors_have_colors_as_it_is_told() {
    let place = Place::new();
    for (args, has_colors) in [
        (&["--color", "always", "--help"][..], true),
        (&["report", "--help", "--color=always"], true),
        (&["--color", "never", "--help"], false),
        (&["--color", "always", "--no-such-option"], true),
        (&["--color=never", "--no-such-option"], false),
    ] {
        let output = place.run(args);
        let said = output.stdout + &output.stderr;
        assert_eq!(said.contains('\u{1b}'), has_colors, "{args:?} {said}");
    }
}

#[test]
fn a_span_that_ends_before_it_begins_is_refused() {
    let place = demo();
    for args in [
        &["events"][..],
        &["episodes"],
        &["unknowns"],
        &["report"],
        &["ingest", "samples/iguana-x"],
    ] {
        let span = ["--since", "2026-09-09", "--until", "2026-09-09"];
        let output = place.run(&[args, &span].concat());
        assert_eq!(output.code, Some(2), "{args:?} {output:?}");
        assert!(output.stderr.contains("`--since` an earlier time"), "{}", output.stderr);
    }
}

#[test]
fn the_rest_of_an_archive_that_is_cut_is_lost_until_it_is_read() {
    let place = Place::new();
    let line = |n: u32| format!("[2026-09-07 00:00:00.{:03}] [X] [Error] [] gone {n}\n", n % 1_000);
    let log: String = (0..5_000).map(line).collect();
    let mut archive = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    archive.write_all(log.as_bytes()).unwrap();
    let archive = archive.finish().unwrap();
    let lost = || {
        let report = place.run(&["report", "--week", "2026-W37"]).stdout;
        let cut = place.run(&["sources", "--format", "json"]).stdout.contains("\"is_cut\":true");
        (report.contains("The rest of 1 file could not be read."), cut)
    };

    place.put("engine.log.gz", &archive[..archive.len() / 2]);
    for _ in 0..2 {
        let summary = place.ingest(&["engine.log.gz"]);
        assert_eq!(summary["skipped"].as_array().unwrap().len(), 1, "{summary}");
        assert_eq!(summary["gaps"].as_array().unwrap().len(), 0, "{summary}");
        assert_eq!(lost(), (true, true));
    }

    place.put("engine.log.gz", &archive);
    place.ingest(&["engine.log.gz"]);
    assert_eq!(lost(), (false, false));
    let entries = place.run(&["sources", "--format", "json"]).stdout;
    assert!(entries.contains("\"entries\":5000"), "{entries}");
}

/// Runs a command whose reader goes away after the first byte, or before it.
#[track_caller]
fn with_a_reader_that_leaves(place: &Place, args: &[&str], bytes: usize) {
    let mut command = place.command(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut vec![0; bytes]).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""), "{args:?}");
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let place = demo();
    // More than a pipe holds, so that the command is still writing.
    for format in ["text", "json", "csv"] {
        with_a_reader_that_leaves(&place, &["events", "--format", format], 1);
    }
}

#[test]
fn a_reader_that_never_comes_is_no_error() {
    let place = demo();
    for args in [
        &["report", "--week", "2026-W37"][..],
        &["report", "--week", "2026-W37", "--format", "json"],
        &["events"],
        &["sources"],
        &["patterns", "list"],
        &["patterns", "check"],
        &["audit", "--phi", "--format", "json"],
        &["completions", "bash"],
        &["man"],
        &["demo"],
        &["ingest", "--quiet", "--format", "json", "samples/iguana-x"],
    ] {
        let mut command = place.command(args);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn help_that_nobody_reads_is_no_error() {
    let place = Place::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = place.command(&["--help"]).stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
}

/// The commands that print in colour where they may.
const COLORED: [&[&str]; 2] = [&["report", "--week", "2026-W37"], &["events", "--limit", "20"]];

#[test]
fn a_pipe_gets_no_colours() {
    let place = demo();
    for args in COLORED {
        let output = place.run(args);
        assert!(!output.stdout.contains('\u{1b}'), "{args:?}");
        assert!(!output.stderr.contains('\u{1b}'), "{args:?}");
    }
}

#[test]
fn colours_that_are_asked_for_are_given() {
    let place = demo();
    for args in COLORED {
        let output = place.run(&[args, &["--color", "always"]].concat());
        assert!(output.stdout.contains('\u{1b}'), "{args:?}");
    }
}

#[test]
fn colours_that_are_not_wanted_are_not_given() {
    let place = demo();
    for args in COLORED {
        let output = place.run(&[args, &["--color", "never"]].concat());
        assert!(!output.stdout.contains('\u{1b}'), "{args:?}");
        let mut command = place.command(args);
        let output = command.env("NO_COLOR", "1").output().unwrap();
        assert!(!output.stdout.contains(&0x1B), "{args:?}");
        let asked =
            place.command(&[args, &["--color", "always"]].concat()).env("NO_COLOR", "1").output();
        assert!(asked.unwrap().stdout.contains(&0x1B), "an option goes before the environment");
    }
}

#[test]
fn the_text_is_the_same_with_colours_and_without() {
    let place = demo();
    for args in COLORED {
        let plain = place.stdout(args);
        let colored = place.stdout(&[args, &["--color", "always"]].concat());
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain, "{args:?}");
    }
}

#[test]
fn every_shell_gets_completions() {
    let place = Place::new();
    for (shell, part) in [
        ("bash", "complete -F _dewlap"),
        ("zsh", "#compdef dewlap"),
        ("fish", "complete -c dewlap"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let script = place.stdout(&["completions", shell]);
        assert!(script.contains(part), "{shell}");
        for command in ["ingest", "report", "events", "patterns"] {
            assert!(script.contains(command), "{command} for {shell}");
        }
    }
}

#[test]
fn the_manual_page_is_roff_and_tells_every_command() {
    let page = Place::new().stdout(&["man"]);
    assert!(page.contains(".TH dewlap 1"));
    for command in ["ingest", "report", "events", "sources", "audit", "demo", "samples"] {
        assert!(page.contains(command), "{command}");
    }
    assert!(page.contains(".SH OPTIONS") && page.contains("\\-\\-since"));
}

#[test]
fn an_option_goes_before_the_environment_and_that_before_the_configuration() {
    let place = Place::new();
    place.put_samples("text");
    place.put("dewlap.toml", "db = 'config.db'\n");
    let ingest = ["ingest", "--quiet", "samples/text"];
    let exists = |name: &str| place.path(name).exists();
    assert!(place.run(&ingest).code == Some(0) && exists("config.db"));
    let unset = place.command(&ingest).env("DEWLAP_DB", "").output().unwrap();
    assert!(unset.status.success(), "what is empty is not set: {unset:?}");
    let env = place.command(&ingest).env("DEWLAP_DB", "env.db").output().unwrap();
    assert!(env.status.success() && exists("env.db"));
    let args = [&ingest[..], &["--db", "option.db"]].concat();
    let option = place.command(&args).env("DEWLAP_DB", "env2.db").output().unwrap();
    assert!(option.status.success() && exists("option.db") && !exists("env2.db"));
}

#[test]
fn a_configuration_that_is_named_and_not_there_is_an_error() {
    let place = Place::new();
    let output = place.run(&["report", "--config", "gone.toml"]);
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains("failed to read the configuration `gone.toml`"), "{output:?}");
}
