//! The machine: clock, limits, memory, service manager.

use std::fs;
use std::path::Path;

use super::diagnosis::Diagnosis;
use crate::config::Config;
use crate::model::grouped;

/// Open files that suffice for every source.
const ENOUGH_FILES: u64 = 1_024;

/// Memory that a follower needs at its busiest.
const ENOUGH_KILOBYTES: u64 = 256_000;

/// Programs that keep the clock, and what tells that they run.
const CLOCK_KEEPERS: [(&str, &str); 5] = [
    ("systemd-timesyncd", "run/systemd/timesync/synchronized"),
    ("chrony", "run/chrony/chronyd.pid"),
    ("chrony", "run/chronyd.pid"),
    ("ntpd", "run/ntpd.pid"),
    ("ntpsec", "run/ntpsec"),
];

/// Looks at the machine below the root of its files.
#[must_use]
pub fn check_machine(config: &Config, root: &Path) -> Vec<Diagnosis> {
    let found = [
        Some(zone(config)),
        Some(clock(root)),
        open_files(root),
        memory(root),
        Some(service_manager(root)),
    ];
    found.into_iter().flatten().collect()
}

/// Returns the number that a file of the system holds.
pub(super) fn limit(root: &Path, path: &str) -> Option<u64> {
    fs::read_to_string(root.join(path)).ok()?.trim().parse().ok()
}

fn zone(config: &Config) -> Diagnosis {
    let name = config.zone.as_ref().and_then(|zone| zone.iana_name());
    match name {
        Some(name) => Diagnosis::ok("zone", format!("times without a zone are those of {name}")),
        None => Diagnosis::warning(
            "zone",
            "times without a zone are taken for UTC",
            "set `timezone` to that of the Iguana server, such as \"America/Toronto\"",
        ),
    }
}

fn clock(root: &Path) -> Diagnosis {
    let keeper = CLOCK_KEEPERS.iter().find(|(_, path)| root.join(path).exists());
    match keeper {
        Some((name, _)) => Diagnosis::ok("clock", format!("the clock is kept by {name}")),
        None => Diagnosis::warning(
            "clock",
            "nothing was found that keeps the clock of this machine",
            "silence and ages are told by it: check it with `timedatectl`; a virtual machine or \
             a container may get its time from its host",
        ),
    }
}

fn open_files(root: &Path) -> Option<Diagnosis> {
    let limits = fs::read_to_string(root.join("proc/self/limits")).ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let soft = line.split_whitespace().next()?;
    let count: u64 = soft.parse().unwrap_or(u64::MAX);
    let message = format!("this account may open {soft} files at a time");
    Some(if count < ENOUGH_FILES {
        Diagnosis::warning("open files", message, "raise it with `LimitNOFILE=` or `ulimit -n`")
    } else {
        Diagnosis::ok("open files", message)
    })
}

fn memory(root: &Path) -> Option<Diagnosis> {
    let text = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    let message = format!("{} MB of memory are free", grouped(kilobytes / 1_000));
    Some(if kilobytes < ENOUGH_KILOBYTES {
        let advice = "a busy follower needs about 256 MB; Iguana on the same machine needs its own";
        Diagnosis::warning("memory", message, advice)
    } else {
        Diagnosis::ok("memory", message)
    })
}

fn service_manager(root: &Path) -> Diagnosis {
    let has = |path: &str| root.join(path).exists();
    let message = match (has("run/systemd/system"), has("run/systemd/journal/socket")) {
        (true, true) => "systemd runs here and keeps what services say (`journalctl -u dewlap`)",
        (true, false) => "systemd runs here, without its journal: services say things to nobody",
        (false, _) => "systemd does not run here; `follow` works without it",
    };
    Diagnosis::ok("services", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Grade;

    fn put(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[track_caller]
    fn check(root: &Path, want: &[(&str, Grade)]) {
        let found = check_machine(&Config::default(), root);
        let grades: Vec<_> = found.iter().map(|said| (said.subject.as_str(), said.grade)).collect();
        assert_eq!(grades, want, "{found:#?}");
    }

    #[test]
    fn what_is_scarce_or_missing_is_a_warning() {
        use Grade::{Ok, Warning};
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        check(root, &[("zone", Warning), ("clock", Warning), ("services", Ok)]);
        put(root, "proc/self/limits", "Limit  Soft  Hard\nMax open files  256  4096  files\n");
        put(root, "proc/meminfo", "MemTotal: 1 kB\nMemAvailable: 100000 kB\n");
        put(root, "run/systemd/timesync/synchronized", "");
        let scarce = [
            ("zone", Warning),
            ("clock", Ok),
            ("open files", Warning),
            ("memory", Warning),
            ("services", Ok),
        ];
        check(root, &scarce);
        put(root, "proc/self/limits", "Max open files  unlimited  unlimited  files\n");
        put(root, "proc/meminfo", "MemAvailable: 2000000 kB\n");
        let enough = [
            ("zone", Warning),
            ("clock", Ok),
            ("open files", Ok),
            ("memory", Ok),
            ("services", Ok),
        ];
        check(root, &enough);
    }
}
