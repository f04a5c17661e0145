//! Where the files of a source are.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::Family;
use crate::archive::{is_log_path, log_parents};

/// Where the files of a source are.
#[derive(Clone, Debug)]
pub enum Place {
    /// The working directory of Iguana X: its log roots, and `ServiceErrorLog.txt` beside them.
    WorkingDir(PathBuf),
    /// Every file that a pattern matches, and what rotation made of it.
    Pattern(Pattern),
}

/// Paths with wildcards.
#[derive(Clone, Debug)]
pub struct Pattern {
    matcher: GlobMatcher,
    base: PathBuf,
    /// Directories below the base that may hold files; `None`: all.
    depth: Option<usize>,
}

/// A directory to be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The directory.
    pub root: PathBuf,
    /// How deep files may lie in it, from 1; `None`: at any depth.
    pub depth: Option<usize>,
}

/// Why a pattern was refused.
#[derive(Debug, thiserror::Error)]
#[error("`{pattern}` is not a pattern of paths: {reason}")]
pub struct PlaceError {
    /// The pattern.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Place {
    /// Reads a pattern such as `/var/log/gateway/*.log`: `*` and `?` stay within a directory, `**`
    /// does not. A path without wildcards is that file, or all files of that directory.
    ///
    /// # Errors
    ///
    /// Returns [`PlaceError`] where the pattern is not sound.
    pub fn pattern(text: &str) -> Result<Self, PlaceError> {
        let is_wild = |part: &str| part.contains(['*', '?', '[', '{']);
        let whole = if !is_wild(text) && Path::new(text).is_dir() {
            format!("{}/**", text.trim_end_matches('/'))
        } else {
            text.to_owned()
        };
        let glob = GlobBuilder::new(&whole)
            .literal_separator(true)
            .backslash_escape(false)
            .build()
            .map_err(|error| PlaceError {
                pattern: text.into(),
                reason: error.kind().to_string(),
            })?;
        let parts: Vec<&str> = whole.split('/').collect();
        let fixed = parts.iter().take(parts.len() - 1).take_while(|part| !is_wild(part)).count();
        let base = parts.get(..fixed).unwrap_or_default().join("/");
        let base = match (base.is_empty(), whole.starts_with('/')) {
            (true, true) => "/".into(),
            (true, false) => ".".into(),
            (false, _) => base,
        };
        let is_deep = parts.iter().any(|part| part.contains("**"));
        let depth = (!is_deep).then(|| parts.len() - fixed);
        Ok(Self::Pattern(Pattern { matcher: glob.compile_matcher(), base: base.into(), depth }))
    }

    /// Returns the directories to be listed, as they are now.
    #[must_use]
    pub fn trees(&self) -> Vec<Tree> {
        match self {
            Self::WorkingDir(dir) => {
                let roots = log_parents(dir).into_iter().map(|parent| parent.join("logt"));
                let mut trees: Vec<Tree> = roots.map(|root| Tree { root, depth: None }).collect();
                trees.push(Tree { root: dir.clone(), depth: Some(1) });
                trees
            }
            Self::Pattern(pattern) => {
                vec![Tree { root: pattern.base.clone(), depth: pattern.depth }]
            }
        }
    }

    /// Returns true where a file found in one of the directories belongs to the source.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        match self {
            Self::WorkingDir(dir) => {
                let is_beside = Path::new(path).parent() == Some(dir);
                let is_service_log = Path::new(&Family::of(path).live)
                    .file_name()
                    .is_some_and(|name| name == "ServiceErrorLog.txt");
                if is_beside { is_service_log } else { is_log_path(path) }
            }
            Self::Pattern(pattern) => {
                pattern.is_match(path) || pattern.is_match(&Family::of(path).live)
            }
        }
    }

    /// Returns what tells whether a file that was read before, perhaps by another source, belongs to
    /// this one. Looks for the log roots once, as they are now.
    pub fn owner(&self) -> impl Fn(&str) -> bool {
        let trees = self.trees();
        move |path| {
            let is_below = |tree: &Tree| Path::new(path).starts_with(&tree.root);
            self.has(path) && (matches!(self, Self::Pattern(_)) || trees.iter().any(is_below))
        }
    }
}

impl Pattern {
    fn is_match(&self, path: &str) -> bool {
        let path = path.strip_prefix("./").unwrap_or(path);
        self.matcher.is_match(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, tree: (&str, Option<usize>), yes: &[&str], no: &[&str]) {
        let place = Place::pattern(pattern).unwrap();
        assert_eq!(place.trees(), [Tree { root: tree.0.into(), depth: tree.1 }]);
        for path in yes {
            assert!(place.has(path), "{pattern} has {path}");
        }
        for path in no {
            assert!(!place.has(path), "{pattern} has not {path}");
        }
    }

    #[test]
    fn a_pattern_means_files_and_what_rotation_made_of_them() {
        check(
            "/v/log/*.log",
            ("/v/log", Some(1)),
            &["/v/log/a.log", "/v/log/a.log.1", "/v/log/a.log.3.gz", "/v/log/a-20261125.log"],
            &["/v/log/a.txt", "/v/log/x/a.log", "/v/log/a.log.tmp"],
        );
        check("/v/*/e.log", ("/v", Some(2)), &["/v/a/e.log", "/v/a/e.log.1"], &["/v/e.log"]);
        check("/v/**/e.log", ("/v", None), &["/v/a/b/e.log", "/v/e.log"], &["/v/a/f.log"]);
        check("/v/e.log", ("/v", Some(1)), &["/v/e.log", "/v/e.log.1"], &["/v/f.log"]);
    }

    #[test]
    fn a_working_directory_whose_logs_are_elsewhere_is_not_looked_through_for_them() {
        let place = tempfile::tempdir().unwrap();
        let dir = place.path().join("iguana");
        let roots = |dir: &Path| {
            let trees = Place::WorkingDir(dir.into()).trees().into_iter();
            trees.filter(|tree| tree.depth.is_none()).map(|tree| tree.root).collect::<Vec<_>>()
        };
        std::fs::create_dir_all(dir.join("config/settings")).unwrap();
        assert_eq!(roots(&dir), [dir.join("logt")], "its logs are still to come");
        let elsewhere = place.path().join("disk");
        std::fs::create_dir_all(elsewhere.join("logt")).unwrap();
        let settings = format!("{{\"log_dir\": {:?}}}", elsewhere.to_str().unwrap());
        std::fs::write(dir.join("config/settings/log.json"), settings).unwrap();
        assert_eq!(roots(&dir), [elsewhere.join("logt")]);
        std::fs::create_dir(dir.join("logt")).unwrap();
        assert_eq!(roots(&dir), [dir.join("logt"), elsewhere.join("logt")], "older ones are here");
    }

    #[test]
    fn a_working_directory_owns_what_is_in_its_log_roots() {
        let place = Place::WorkingDir("/iguana".into());
        let owns = place.owner();
        assert!(owns("/iguana/logt/6sIO/20260907/00.log") && owns("/iguana/ServiceErrorLog.txt"));
        assert!(!owns("/other/logt/6sIO/20260907/00.log") && !owns("/var/log/gateway.log"));
    }

    #[test]
    fn a_pattern_that_is_not_sound_is_refused() {
        let error = Place::pattern("/v/[a.log").unwrap_err();
        assert!(error.to_string().contains("`/v/[a.log` is not a pattern"), "{error}");
    }
}
