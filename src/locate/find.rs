//! Where Iguana may be, and what is there.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::accounts;
use crate::archive::{is_working_dir, log_roots};

/// Places of Iguana X that are no home, below the root.
const FIXED: [&str; 3] = ["ProgramData/IguanaX", "var/lib/IguanaX", "opt/IguanaX"];

/// Directories in which Iguana 4 to 6 is installed, each perhaps in a directory of its own.
const CLASSIC: [&str; 6] = [
    "Program Files/iNTERFACEWARE",
    "Program Files (x86)/iNTERFACEWARE",
    "opt/iNTERFACEWARE",
    "opt/interfaceware",
    "opt",
    "usr/local",
];

/// What Iguana 4 to 6 keeps its configuration in.
const CLASSIC_CONFIGURATION: &str = "IguanaConfiguration.xml";

/// Where text logs are looked for.
const TEXT_LOGS: &str = "var/log";

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Each server's files, sorted by path.
    pub instances: Vec<Instance>,
    /// Directories that could not be looked into.
    pub unreadable: Vec<PathBuf>,
}

/// One place where Iguana writes logs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instance {
    /// The working or installation directory, or the directory of text logs.
    pub path: PathBuf,
    /// What it is.
    pub kind: Kind,
}

/// What a directory is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The working directory of Iguana X, with the directories that its logs lie in.
    WorkingDir {
        /// Directories `logt` and `loge`.
        roots: Vec<PathBuf>,
    },
    /// The installation of Iguana 4 to 6, whose logs only it can read.
    Classic,
    /// A directory with text logs.
    TextLogs,
}

impl Instance {
    /// Returns true where all that is there is encrypted or can be read by Iguana only.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        match &self.kind {
            Kind::WorkingDir { roots } => {
                !roots.is_empty() && roots.iter().all(|root| root.ends_with("loge"))
            }
            Kind::Classic => true,
            Kind::TextLogs => false,
        }
    }
}

/// Looks for Iguana below the root of a machine's files.
#[must_use]
pub fn locate(root: &Path) -> Found {
    let mut search = Search::default();
    for home in accounts::homes(root) {
        search.look_below(&home, |name| name.starts_with(".IguanaX"));
        search.look_below(&home.join("Library"), |name| name.starts_with("IguanaX"));
        search.look_at(&home);
    }
    for path in FIXED {
        search.look_at(&root.join(path));
    }
    for home in process_homes(root) {
        search.look_below(&home, |name| name.starts_with(".IguanaX"));
        search.look_at(&home);
    }
    for parent in CLASSIC.map(|path| root.join(path)) {
        search.look_below(&parent, |name| name.to_ascii_lowercase().contains("iguana"));
    }
    search.look_for_text(&root.join(TEXT_LOGS));
    Found {
        instances: search.instances.into_iter().collect(),
        unreadable: search.unreadable.into_iter().collect(),
    }
}

#[derive(Default)]
struct Search {
    instances: BTreeSet<Instance>,
    unreadable: BTreeSet<PathBuf>,
}

impl Search {
    /// Looks at the directories in one whose name is wanted.
    fn look_below(&mut self, parent: &Path, is_wanted: impl Fn(&str) -> bool) {
        for path in self.entries(parent) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if is_wanted(&name) {
                self.look_at(&path);
            }
        }
    }

    fn look_at(&mut self, path: &Path) {
        if is_working_dir(path) {
            let kind = Kind::WorkingDir { roots: log_roots(path) };
            self.instances.insert(Instance { path: path.into(), kind });
        } else if path.join(CLASSIC_CONFIGURATION).is_file() {
            self.instances.insert(Instance { path: path.into(), kind: Kind::Classic });
        }
    }

    /// Looks for directories that are named after Iguana and hold files named `*.log`.
    fn look_for_text(&mut self, parent: &Path) {
        for path in self.entries(parent) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
            let is_log = |path: &PathBuf| path.extension().is_some_and(|end| end == "log");
            if name.contains("iguana") && self.entries(&path).iter().any(is_log) {
                self.instances.insert(Instance { path, kind: Kind::TextLogs });
            }
        }
    }

    /// Returns what is in a directory; none where it is none, or cannot be read, which is noted.
    fn entries(&mut self, directory: &Path) -> Vec<PathBuf> {
        match fs::read_dir(directory) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(error) => {
                if error.kind() == ErrorKind::PermissionDenied {
                    self.unreadable.insert(directory.into());
                }
                Vec::new()
            }
        }
    }
}

/// Returns the working directories and homes of processes that are called Iguana, as far as they
/// may be known.
fn process_homes(root: &Path) -> Vec<PathBuf> {
    let mut homes = Vec::new();
    let processes = fs::read_dir(root.join("proc")).into_iter().flatten().flatten();
    for process in processes.map(|entry| entry.path()) {
        let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
        if !name.to_ascii_lowercase().contains("iguana") {
            continue;
        }
        homes.extend(fs::read_link(process.join("cwd")));
        let environment = fs::read(process.join("environ")).unwrap_or_default();
        let variables = environment.split(|byte| *byte == 0);
        let home = variables.filter_map(|variable| variable.strip_prefix(b"HOME="));
        let home = home.map(|home| String::from_utf8_lossy(home).into_owned());
        homes.extend(home.map(|home| root.join(home.trim_start_matches('/'))));
    }
    homes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(root: &Path, path: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "{}").unwrap();
    }

    #[test]
    fn every_kind_of_server_is_found_where_it_usually_is() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        put(root, "home/iguana/.IguanaX/config/settings/log.json");
        put(root, "home/iguana/.IguanaX/logt/A/B615.log");
        put(root, "Users/mac/Library/IguanaX/config/settings/log.json");
        put(root, "Users/mac/Library/IguanaX/loge/A/B615.log");
        put(root, "srv/hl7/.IguanaX_2/config/settings/log.json");
        put(root, "opt/iguana6/IguanaConfiguration.xml");
        put(root, "var/log/iguana/engine.log");
        put(root, "var/log/nginx/access.log");
        fs::create_dir_all(root.join("etc")).unwrap();
        fs::write(root.join("etc/passwd"), "hl7:x:77:77::/srv/hl7:/bin/false\nbad line\n").unwrap();
        let found = locate(root);
        let shown: Vec<_> = found
            .instances
            .iter()
            .map(|instance| {
                let path = instance.path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                (path, instance.is_closed())
            })
            .collect();
        let want = [
            ("Users/mac/Library/IguanaX", true),
            ("home/iguana/.IguanaX", false),
            ("opt/iguana6", true),
            ("srv/hl7/.IguanaX_2", false),
            ("var/log/iguana", false),
        ];
        assert_eq!(shown, want.map(|(path, is_closed)| (path.to_owned(), is_closed)));
    }

    #[test]
    fn the_home_of_a_running_process_is_looked_at() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        put(root, "data/engine/.IguanaX/config/settings/log.json");
        put(root, "data/other/.IguanaX/config/settings/log.json");
        for (process, name, home) in
            [("17", "IguanaX\n", "/data/engine"), ("18", "bash\n", "/data/other")]
        {
            let process = root.join("proc").join(process);
            fs::create_dir_all(&process).unwrap();
            fs::write(process.join("comm"), name).unwrap();
            fs::write(process.join("environ"), format!("A=b\0HOME={home}\0")).unwrap();
        }
        let found = locate(root).instances;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, root.join("data/engine/.IguanaX"));
    }
}
