//! Iguana X's working directory: where its logs are, and what its components are called.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Skipped;

/// The part of `config/settings/log.json` that tells where logs are.
#[derive(Debug, Default, Deserialize)]
struct LogSettings {
    #[serde(default)]
    log_dir: Option<String>,
    #[serde(default)]
    alt_dir: Option<String>,
}

/// Where an Iguana X server keeps its logs.
#[derive(Debug, Default)]
pub(super) struct WorkingDir {
    /// Directories that hold `logt` or `loge`, the first root before its mirror.
    pub(super) parents: Vec<PathBuf>,
    /// True where `log_dir` leads to logs elsewhere.
    pub(super) is_moved: bool,
    /// What was named but is not there.
    pub(super) skipped: Vec<Skipped>,
}

/// Returns true where the directory is laid out as Iguana X's working directory.
#[must_use]
pub fn is_working_dir(dir: &Path) -> bool {
    let has = |name: &str| dir.join(name).is_dir();
    dir.join("config/settings/log.json").is_file()
        || (has("config/comps") && (has("logt") || has("loge")))
}

/// Reads where the logs are. A relative directory counts from the working directory.
pub(super) fn read_working_dir(dir: &Path) -> WorkingDir {
    let mut found = WorkingDir { parents: vec![dir.into()], ..WorkingDir::default() };
    let settings_path = dir.join("config/settings/log.json");
    let settings = match fs::read_to_string(&settings_path) {
        Ok(text) => match serde_json::from_str::<LogSettings>(&text) {
            Ok(settings) => settings,
            Err(error) => {
                let reason = format!(
                    "not the JSON that Iguana writes ({error}); if the logs are elsewhere, give \
                     their directory as a path of its own"
                );
                found.skipped.push(Skipped { path: shown(&settings_path), reason });
                LogSettings::default()
            }
        },
        Err(_) => LogSettings::default(),
    };
    let named = [("log_dir", settings.log_dir), ("alt_dir", settings.alt_dir)];
    for (key, value) in named {
        let Some(value) = value.filter(|value| !value.trim().is_empty()) else { continue };
        let parent = dir.join(&value);
        if has_logs(&parent) {
            found.is_moved |= key == "log_dir";
            found.parents.push(parent);
        } else {
            let reason = format!(
                "`{key}` in {} names it, but it holds no `logt` or `loge`; copy it here, or give \
                 its place as a path of its own",
                shown(&settings_path)
            );
            found.skipped.push(Skipped { path: shown(&parent), reason });
        }
    }
    found
}

/// Returns the directories that hold the `logt` of a server, the first root before its mirror. The
/// working directory itself is one of them even before it has logs, unless they are elsewhere.
#[must_use]
pub fn log_parents(dir: &Path) -> Vec<PathBuf> {
    let WorkingDir { mut parents, is_moved, .. } = read_working_dir(dir);
    parents.retain(|parent| !is_moved || has_logs(parent));
    parents
}

/// Returns the directories `logt` and `loge` that the logs of a working directory lie in, the first
/// root before its mirror.
#[must_use]
pub fn log_roots(dir: &Path) -> Vec<PathBuf> {
    let parents = read_working_dir(dir).parents;
    let roots = parents.iter().flat_map(|parent| ["logt", "loge"].map(|name| parent.join(name)));
    roots.filter(|root| root.is_dir()).collect()
}

fn has_logs(parent: &Path) -> bool {
    ["logt", "loge"].iter().any(|name| parent.join(name).is_dir())
}

/// Returns the name that a `component.json` gives its component.
pub(super) fn component_name(json: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Component {
        name: String,
    }
    let component: Component = serde_json::from_str(json).ok()?;
    Some(component.name).filter(|name| !name.is_empty())
}

/// Returns a path as it is shown and stored, with `/` between its parts.
#[must_use]
pub fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text.into_owned() }
}
