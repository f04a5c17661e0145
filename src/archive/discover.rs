//! Lists the inputs under some paths.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::role::{Role, role_of};
use super::working_dir::{component_name, is_working_dir, read_working_dir, shown};

/// Something that could not be read, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// The file or directory.
    pub path: String,
    /// Why, and what helps.
    pub reason: String,
}

/// One file to read, or standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file: a log or an archive of logs.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl Input {
    /// Returns the name that is shown and stored.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::File(path) => shown(path),
            Self::Stdin => "<stdin>".into(),
        }
    }
}

/// What was found under some paths.
#[derive(Debug, Default)]
pub struct Discovery {
    /// What to read, in this order: a first root before its mirror, a log before its `.orig`.
    pub inputs: Vec<Input>,
    /// Sum of the sizes of the files.
    pub bytes: u64,
    /// What was left out.
    pub skipped: Vec<Skipped>,
    /// GUIDs and names of components.
    pub names: Vec<(String, String)>,
    known: HashSet<PathBuf>,
    said: HashSet<String>,
}

/// Returns those of the paths that do not exist; `-` always does.
#[must_use]
pub fn missing_paths(paths: &[PathBuf]) -> Vec<&Path> {
    let paths = paths.iter().map(PathBuf::as_path);
    paths.filter(|path| *path != Path::new("-") && fs::symlink_metadata(path).is_err()).collect()
}

/// Returns the GUIDs and names of the components of a working directory.
#[must_use]
pub fn component_names(dir: &Path) -> Vec<(String, String)> {
    let mut found = Discovery::default();
    found.add_names(dir);
    found.names
}

/// Lists what is to be read under some paths; `-` is standard input.
#[must_use]
pub fn discover(paths: &[PathBuf]) -> Discovery {
    let mut found = Discovery::default();
    for path in paths {
        if path == Path::new("-") {
            found.inputs.push(Input::Stdin);
        } else if path.is_dir() {
            found.add_dir(path);
        } else {
            found.add_owner_names(path);
            found.add_file(path);
        }
    }
    found
}

impl Discovery {
    /// Notes something that is left out, once.
    fn skip(&mut self, path: String, reason: impl Into<String>) {
        if self.said.insert(path.clone()) {
            self.skipped.push(Skipped { path, reason: reason.into() });
        }
    }

    fn add_dir(&mut self, dir: &Path) {
        self.add_owner_names(dir);
        if is_working_dir(dir) {
            self.add_working_dir(dir);
        } else {
            self.walk(dir);
        }
    }

    /// Adds a working directory: its names, its log roots, and the text log beside them.
    fn add_working_dir(&mut self, dir: &Path) {
        self.add_names(dir);
        let working_dir = read_working_dir(dir);
        for parent in &working_dir.parents {
            for root in ["logt", "loge"] {
                let root = parent.join(root);
                if root.is_dir() {
                    self.walk(&root);
                }
            }
        }
        let service_log = dir.join("ServiceErrorLog.txt");
        if service_log.is_file() {
            self.add_file(&service_log);
        }
        for skipped in working_dir.skipped {
            self.skip(skipped.path, skipped.reason);
        }
    }

    /// Adds every file below a directory, by path; a working directory below it as what it is.
    fn walk(&mut self, dir: &Path) {
        let mut late = Vec::new();
        let mut walk = WalkDir::new(dir).follow_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = walk.next() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {
                    if entry.depth() > 0 && is_working_dir(entry.path()) {
                        self.add_working_dir(entry.path());
                        walk.skip_current_dir();
                    } else if entry.file_name() == "loge" {
                        self.add_file(&entry.path().join("any"));
                        walk.skip_current_dir();
                    }
                }
                Ok(entry) if entry.path().extension().is_some_and(|end| end == "orig") => {
                    late.push(entry.into_path());
                }
                Ok(entry) => self.add_file(entry.path()),
                Err(error) => {
                    let path = error.path().unwrap_or(dir);
                    self.skip(shown(path), unreadable(error.io_error()));
                }
            }
        }
        for path in late {
            self.add_file(&path); // What Iguana kept of a cut log comes after the log itself.
        }
    }

    fn add_file(&mut self, path: &Path) {
        match role_of(&shown(path)) {
            Role::Ignored => {}
            Role::Component(guid) => self.add_name(&guid, path),
            Role::Skipped { path, reason } => self.skip(path, reason),
            Role::Log => {
                let real = fs::canonicalize(path).unwrap_or_else(|_| path.into());
                if self.known.insert(real) {
                    self.bytes += fs::metadata(path).map_or(0, |metadata| metadata.len());
                    self.inputs.push(Input::File(path.into()));
                }
            }
        }
    }

    /// Adds the names of the components of the working directory that a path lies in.
    fn add_owner_names(&mut self, path: &Path) {
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.into());
        let owner = real.ancestors().skip(1).take(8).find(|dir| is_working_dir(dir));
        if let Some(owner) = owner {
            self.add_names(owner);
        }
    }

    fn add_names(&mut self, dir: &Path) {
        for entry in WalkDir::new(dir.join("config/comps")).max_depth(2).sort_by_file_name() {
            let Ok(entry) = entry else { continue };
            if let Role::Component(guid) = role_of(&shown(entry.path())) {
                self.add_name(&guid, entry.path());
            }
        }
    }

    fn add_name(&mut self, guid: &str, path: &Path) {
        let json = fs::read(path);
        match json.as_ref().ok().and_then(|json| component_name(&String::from_utf8_lossy(json))) {
            Some(name) => self.names.push((guid.into(), name)),
            None => {
                self.skip(shown(path), "holds no name of a component; its GUID is shown instead");
            }
        }
    }
}

/// Returns why a file or directory cannot be opened, and what helps.
#[must_use]
pub fn unreadable(error: Option<&std::io::Error>) -> String {
    match error {
        Some(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            "permission denied: run dewlap as the account that runs Iguana, or give its account \
             the right to read (`setfacl -R -m u:ACCOUNT:rX DIR`)"
                .into()
        }
        Some(error) => format!("it could not be read: {error}"),
        None => "a link in it leads back to a directory above it".into(),
    }
}
