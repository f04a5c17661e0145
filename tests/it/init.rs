//! `init`: what it finds, what it writes, and what others make of that.

use std::process::{Command, Stdio};

use crate::run::Place;

/// Returns a place with the files of a machine below `root`.
fn machine() -> Place {
    let place = Place::new();
    place.put("root/etc/hostname", "iguana-prod-1.hospital.example\n");
    place.put("root/etc/timezone", "America/Toronto\n");
    place.put("root/home/iguana/.IguanaX/config/settings/log.json", "{}");
    place.put("root/home/iguana/.IguanaX/logt/A/00000000/66/D9/B615.log", "");
    place.put("root/var/log/iguana engine/engine.log", "");
    place.put("root/opt/iguana6/IguanaConfiguration.xml", "<x/>");
    place
}

fn written(place: &Place, name: &str) -> String {
    String::from_utf8(place.read(name)).unwrap()
}

#[test]
fn what_is_found_becomes_a_configuration_without_faults() {
    let place = machine();
    let output = place.run(&["init", "--root", "root", "--out", "etc/dewlap.toml"]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert!(output.stdout.starts_with("wrote etc/dewlap.toml with 2 sources\nnext: "));
    let path = |name: &str| place.path(&format!("root/{name}")).display().to_string();
    let said = format!("found Iguana 4 to 6 at `{}`: ", path("opt/iguana6"));
    assert!(output.stderr.contains(&said), "{}", output.stderr);
    let text = written(&place, "etc/dewlap.toml");
    for line in [
        "server = \"iguana-prod-1\"".to_owned(),
        "timezone = \"America/Toronto\"".to_owned(),
        format!("iguana = \"{}\"", path("home/iguana/.IguanaX")),
        format!("files = [\"{}/*.log\"]", path("var/log/iguana engine")),
        format!("# {}: only Iguana can open its logs.", path("opt/iguana6")),
    ] {
        assert!(text.lines().any(|found| found.starts_with(&line)), "{line} is not in\n{text}");
    }
    assert_eq!(place.run(&["--config", "etc/dewlap.toml", "config", "check"]).code, Some(0));
}

#[test]
fn a_machine_without_iguana_gets_an_example() {
    let place = Place::new();
    place.put("root/etc/hostname", "localhost\n");
    let printed = place.run(&["init", "--root", "root", "--stdout"]);
    assert!(printed.stderr.contains("found no Iguana"), "{}", printed.stderr);
    assert!(printed.stdout.contains("# [[source]]"), "{}", printed.stdout);
    assert!(!place.path("dewlap.toml").exists());
    place.put("dewlap.toml", &printed.stdout);
    assert_eq!(place.run(&["config", "check"]).code, Some(0));
}

#[test]
fn a_file_that_is_there_stays_unless_it_is_to_be_replaced() {
    let place = machine();
    place.put("dewlap.toml", "# mine\n");
    let refused = place.run(&["init", "--root", "root", "--systemd", "-q"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("`dewlap.toml` is there already"), "{}", refused.stderr);
    assert!(refused.stderr.contains("hint: "), "{}", refused.stderr);
    assert_eq!(written(&place, "dewlap.toml"), "# mine\n");
    assert!(!place.path("dewlap.service").exists(), "nothing is written by halves");
    assert_eq!(place.run(&["init", "--root", "root", "-q", "--force"]).code, Some(0));
    assert!(written(&place, "dewlap.toml").contains("[[source]]"));
}

/// Runs systemd-analyze; `None` where this machine has none.
fn analyze(place: &Place, args: &[&str]) -> Option<(bool, String)> {
    let mut command = Command::new("systemd-analyze");
    command.args(args).arg(place.path("dewlap.service")).stdin(Stdio::null());
    let output = command.output().ok()?;
    let both = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&both).into_owned()))
}

#[test]
fn the_unit_is_sound_and_hardened() {
    let place = machine();
    let output = place.run(&["init", "--root", "root", "--systemd"]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let unit = written(&place, "dewlap.service");
    let config = place.path("dewlap.toml").canonicalize().unwrap();
    let start = format!(" --config {} follow\n", config.display());
    assert!(unit.contains(&start), "{start} is not in\n{unit}");
    for line in [
        "Type=notify",
        "WatchdogSec=60",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "Restart=on-failure",
        "StateDirectory=dewlap",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=read-only",
        "CapabilityBoundingSet=",
    ] {
        assert!(unit.lines().any(|found| found == line), "{line} is not in\n{unit}");
    }
    assert!(written(&place, "dewlap.toml").contains("db = \"/var/lib/dewlap/dewlap.db\""));
    if let Some((is_sound, said)) = analyze(&place, &["verify", "--man=no"]) {
        assert!(is_sound && said.is_empty(), "{said}");
    }
    if let Some((is_done, said)) = analyze(&place, &["security", "--offline=true"]) {
        assert!(is_done, "{said}");
        let level = said.lines().find(|line| line.contains("Overall exposure level")).unwrap();
        let number = level.split(": ").nth(1).and_then(|rest| rest.split(' ').next());
        assert!(number.unwrap().parse::<f64>().unwrap() <= 3.0, "{level}");
    }
}

#[test]
fn a_store_that_is_given_is_named_by_its_whole_path() {
    let place = machine();
    place.stdout(&["init", "--root", "root", "-q", "--db", "data/x.db", "--out", "etc/d.toml"]);
    let line = format!("db = \"{}\"", place.path("data/x.db").display());
    assert!(written(&place, "etc/d.toml").contains(&line), "{line}");
}
