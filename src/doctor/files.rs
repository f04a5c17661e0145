//! The files that a source means, and which of them cannot be read.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::model::Millis;

/// Files that are looked at, at most; a source may hold millions.
const MAX_FILES: usize = 200_000;

/// What is below some directories.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Directories.
    pub(super) n_directories: usize,
    /// Files.
    pub(super) n_files: usize,
    /// What cannot be read, with why.
    pub(super) unreadable: Vec<(PathBuf, std::io::Error)>,
    /// A file that was changed after a moment.
    pub(super) newer: Option<PathBuf>,
}

impl Survey {
    /// Looks at everything below a directory; links are not followed.
    pub(super) fn add_tree(&mut self, root: &Path, now: Millis) {
        let mut waiting = vec![root.to_path_buf()];
        while let Some(directory) = waiting.pop() {
            self.n_directories += 1;
            for path in self.entries(&directory) {
                match fs::symlink_metadata(&path) {
                    Ok(metadata) if metadata.is_dir() => waiting.push(path),
                    Ok(metadata) if metadata.is_file() => self.add_file(path, now),
                    Ok(_) => {}
                    Err(error) => self.unreadable.push((path, error)),
                }
            }
            if self.n_files >= MAX_FILES {
                break;
            }
        }
    }

    /// Looks at the files that a pattern such as `/var/log/*/engine*.log` means.
    pub(super) fn add_pattern(&mut self, pattern: &str, now: Millis) {
        let mut base = PathBuf::new();
        let mut rest = Vec::new();
        for part in Path::new(pattern).components() {
            let text = part.as_os_str().to_string_lossy().into_owned();
            if rest.is_empty() && !text.contains(['*', '?', '[', '{']) {
                base.push(part);
            } else {
                rest.push(text);
            }
        }
        let names: Vec<&str> = rest.iter().map(String::as_str).collect();
        self.expand(&base, &names, now);
    }

    fn expand(&mut self, path: &Path, names: &[&str], now: Millis) {
        let Some((name, rest)) = names.split_first() else {
            if path.is_file() {
                self.add_file(path.into(), now);
            }
            return;
        };
        self.n_directories += 1;
        if *name == "**" {
            self.expand(path, rest, now);
        }
        for entry in self.entries(path) {
            let found = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if *name == "**" && entry.is_dir() {
                self.expand(&entry, names, now);
            } else if *name != "**" && is_like(name, &found) && (entry.is_dir() != rest.is_empty())
            {
                self.expand(&entry, rest, now);
            }
        }
    }

    fn add_file(&mut self, path: PathBuf, now: Millis) {
        self.n_files += 1;
        match File::open(&path).and_then(|file| file.metadata()?.modified()) {
            Ok(modified) => {
                let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
                let modified = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
                if modified > now.get() {
                    self.newer = Some(path);
                }
            }
            Err(error) => self.unreadable.push((path, error)),
        }
    }

    fn entries(&mut self, directory: &Path) -> Vec<PathBuf> {
        match fs::read_dir(directory) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(error) => {
                self.unreadable.push((directory.into(), error));
                Vec::new()
            }
        }
    }
}

/// Returns true where a name is like a pattern with `*` and `?`. Sets and alternatives of a
/// pattern stand for anything: what is looked at is too much then, and never too little.
fn is_like(pattern: &str, name: &str) -> bool {
    if pattern.contains(['[', '{']) {
        return true;
    }
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    chars_are_like(&pattern, &name)
}

fn chars_are_like(pattern: &[char], name: &[char]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some(('*', rest)) => (0..=name.len())
            .any(|skipped| name.get(skipped..).is_some_and(|name| chars_are_like(rest, name))),
        Some((wanted, rest)) => name.split_first().is_some_and(|(found, name)| {
            (*wanted == '?' || wanted == found) && chars_are_like(rest, name)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_the_files_that_it_names() {
        let place = tempfile::tempdir().unwrap();
        for path in ["a/engine.log", "a/engine.1.log", "b/engine.log", "a/x.txt", "a/deep/er/y.log"]
        {
            let path = place.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        for (pattern, want) in [
            ("a/engine.log", 1),
            ("a/*.log", 2),
            ("?/engine*.log", 3),
            ("**/*.log", 4),
            ("a/[xy].txt", 3),
            ("c/*.log", 0),
        ] {
            let mut survey = Survey::default();
            let pattern = place.path().join(pattern);
            survey.add_pattern(&pattern.to_string_lossy(), Millis::new(i64::MAX));
            assert_eq!(survey.n_files, want, "{}", pattern.display());
        }
    }
}
