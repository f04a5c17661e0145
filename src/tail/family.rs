//! Names of rotated logs: which log a file was once.

use std::cmp::Ordering;

/// Endings of compressed files.
const COMPRESSED: [&str; 3] = [".gz", ".zst", ".bz2"];
/// Endings that rotation gives a log without a number.
const OLD: [&str; 3] = [".old", ".bak", ".orig"];
/// Rotation counts no further than this; a larger number is a date.
const MAX_COUNT: u64 = 999;

/// What a file's name says of its rotation.
///
/// `engine.log.2.gz`, `engine.log-20261125` and `engine-2026-11-25.log` all were `engine.log` once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// The path of the log that is written to.
    pub live: String,
    /// How old the file is among its family.
    pub age: Age,
    /// True where it is compressed.
    pub is_compressed: bool,
}

/// The age of a file among those of one log; the oldest is the least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Age {
    /// It carries a date, or `.old`: later ones are younger.
    Dated(String),
    /// So many rotations ago.
    Count(u64),
    /// It is the log itself.
    Live,
}

impl PartialOrd for Age {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Age {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Count(a), Self::Count(b)) => b.cmp(a),
            (Self::Dated(a), Self::Dated(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl Age {
    fn rank(&self) -> u8 {
        match self {
            Self::Dated(_) => 0,
            Self::Count(_) => 1,
            Self::Live => 2,
        }
    }
}

impl Family {
    /// Tells what a path says, with `/` between its parts.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let (dir, name) = path.rsplit_once('/').map_or(("", path), |(dir, name)| (dir, name));
        let plain = COMPRESSED.iter().find_map(|end| name.strip_suffix(end));
        let rest = plain.unwrap_or(name);
        let (live, age) = behind(rest).or_else(|| within(rest)).unwrap_or((rest.into(), Age::Live));
        let live =
            if dir.is_empty() && !path.starts_with('/') { live } else { format!("{dir}/{live}") };
        Self { live, age, is_compressed: plain.is_some() }
    }

    /// Returns where a file of this name may have been before: its own path without compression,
    /// the live log, and the places that it passed in between.
    #[must_use]
    pub fn former_paths(&self, path: &str) -> Vec<String> {
        let mut paths = vec![path.to_owned()];
        if self.is_compressed {
            paths.extend(COMPRESSED.iter().find_map(|end| path.strip_suffix(end)).map(Into::into));
        }
        if let Age::Count(count) = self.age {
            let ends = COMPRESSED.iter().filter(|_| self.is_compressed);
            let ends: Vec<&str> = std::iter::once("").chain(ends.copied()).collect();
            for number in (0..count).rev() {
                let place = |end: &&str| format!("{}.{number}{end}", self.live);
                paths.extend(ends.iter().map(place));
            }
        }
        if self.age != Age::Live {
            paths.push(self.live.clone());
        }
        paths
    }
}

/// Takes what rotation puts behind a name: `.2`, `-20261125`, `.2026-11-25`, `.old`.
fn behind(name: &str) -> Option<(String, Age)> {
    if let Some(live) = OLD.iter().find_map(|end| name.strip_suffix(end)) {
        return (!live.is_empty()).then(|| (live.into(), Age::Dated(String::new())));
    }
    let is_mark = |c: char| c.is_ascii_digit() || "-_.T:".contains(c);
    let live = name.trim_end_matches(is_mark);
    // `engine.log`: the last letter before the mark must belong to a name with an ending.
    let mark = name.get(live.len()..)?;
    let is_apart = mark.starts_with(['.', '-', '_']);
    let number = mark.trim_start_matches(['.', '-', '_']);
    if live.is_empty() || !is_apart || !number.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    // `node-1`, without an ending before it, is a name.
    let age = age_of(number);
    (live.contains('.') || matches!(age, Age::Dated(_))).then(|| (live.into(), age))
}

/// Takes a date that stands between a name and its ending: `engine-20261125.log`.
fn within(name: &str) -> Option<(String, Age)> {
    let (stem, end) = name.rsplit_once('.')?;
    let (live, age) = behind(stem)?;
    matches!(age, Age::Dated(_)).then(|| (format!("{live}.{end}"), age))
}

fn age_of(number: &str) -> Age {
    match number.parse() {
        Ok(count) if count <= MAX_COUNT => Age::Count(count),
        _ => Age::Dated(number.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotated_log_is_known_by_its_name() {
        let dated = |date: &str| Age::Dated(date.into());
        let cases = [
            ("/var/log/engine.log", "/var/log/engine.log", Age::Live, false),
            ("engine.log.1", "engine.log", Age::Count(1), false),
            ("/l/engine.log.12.gz", "/l/engine.log", Age::Count(12), true),
            ("engine.log.gz", "engine.log", Age::Live, true),
            ("engine.log-20261125", "engine.log", dated("20261125"), false),
            ("engine.log.2026-11-25.zst", "engine.log", dated("2026-11-25"), true),
            ("engine-20261125.log", "engine.log", dated("20261125"), false),
            ("engine.2026-11-25.log.bz2", "engine.log", dated("2026-11-25"), true),
            ("engine.log.old", "engine.log", dated(""), false),
            ("node-1.log", "node-1.log", Age::Live, false),
            ("x1.log", "x1.log", Age::Live, false),
            ("20261125.log", "20261125.log", Age::Live, false),
            ("B615.log", "B615.log", Age::Live, false),
        ];
        for (path, live, age, is_compressed) in cases {
            assert_eq!(
                Family::of(path),
                Family { live: live.into(), age, is_compressed },
                "{path}"
            );
        }
    }

    #[test]
    fn the_oldest_of_a_family_comes_first() {
        let mut names = ["e.log", "e.log.1", "e.log.2", "e.log.10", "e.log-20261125"];
        names.sort_by_key(|name| Family::of(name).age);
        assert_eq!(names, ["e.log-20261125", "e.log.10", "e.log.2", "e.log.1", "e.log"]);
    }

    #[test]
    fn a_file_may_have_been_where_rotation_led_it_from() {
        let former = |path: &str| Family::of(path).former_paths(path).join(" ");
        assert_eq!(former("e.log"), "e.log");
        assert_eq!(former("e.log.2"), "e.log.2 e.log.1 e.log.0 e.log");
        assert_eq!(
            former("e.log.1.gz"),
            "e.log.1.gz e.log.1 e.log.0 e.log.0.gz e.log.0.zst e.log.0.bz2 e.log"
        );
        assert_eq!(former("e-20261125.log"), "e-20261125.log e.log");
    }
}
