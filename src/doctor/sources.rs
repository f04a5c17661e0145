//! The sources of the configuration.

use std::path::{Path, PathBuf};

use super::diagnosis::Diagnosis;
use super::files::Survey;
use super::machine::limit;
use super::mounts::network_share;
use super::reach::check_address;
use crate::archive::{is_working_dir, log_roots};
use crate::config::{Config, FilesSource, SourceConfig};
use crate::model::{Millis, plural};
use crate::tail::Place;

/// A file may be so much newer than the clock.
const CLOCK_MILLIS: i64 = 5 * 60_000;

/// What is shown of what cannot be read.
const MAX_SHOWN: usize = 3;

/// Looks at every source: whether it is there, may be read by this account, and tells of changes.
#[must_use]
pub fn check_sources(config: &Config, root: &Path, now: Millis) -> Vec<Diagnosis> {
    if config.sources.is_empty() {
        let advice = "add a `[[source]]`, or let `dewlap init` write one; `ingest` needs none";
        return vec![Diagnosis::warning("sources", "there is nothing to follow", advice)];
    }
    let latest = Millis::new(now.get().saturating_add(CLOCK_MILLIS));
    let mut found = Vec::new();
    let mut n_watches = 0;
    for source in &config.sources {
        let subject = format!("source {}", source.name());
        let source = match source {
            SourceConfig::Files(source) => source,
            SourceConfig::Http(source) => {
                found.push(check_address(&subject, source.address(), source.ca_file()));
                continue;
            }
        };
        let (survey, mut said) = files(&subject, source, latest);
        said.extend(source.working_dir.iter().flat_map(|path| working_dir(&subject, path)));
        n_watches += survey.n_directories;
        said.extend(unreadable(&subject, &survey));
        said.extend(newer(&subject, &survey));
        said.extend(share(&subject, source, root));
        if said.is_empty() {
            let n_files = plural(survey.n_files as u64, "file");
            let n_directories = plural(survey.n_directories as u64, "directory");
            said.push(Diagnosis::ok(&subject, format!("{n_files} in {n_directories} can be read")));
        }
        found.extend(said);
    }
    found.extend(watches(root, n_watches as u64));
    found
}

fn working_dir(subject: &str, path: &Path) -> Vec<Diagnosis> {
    let shown = path.display();
    let roots = log_roots(path);
    if !path.is_dir() {
        let message = format!("there is no directory `{shown}`, or this account may not enter it");
        let advice = format!(
            "check the path, and the `x` right on each directory above: namei -l '{shown}'"
        );
        vec![Diagnosis::fault(subject, message, advice)]
    } else if roots.is_empty() {
        let what = if is_working_dir(path) { "has no logs yet" } else { "is no working directory" };
        let advice = "name the directory that holds `config` and `logt`, such as `~/.IguanaX`";
        vec![Diagnosis::fault(subject, format!("`{shown}` {what}"), advice)]
    } else {
        let closed =
            roots.iter().filter(|root| root.ends_with("loge")).map(|root| encrypted(subject, root));
        closed.collect()
    }
}

fn encrypted(subject: &str, root: &Path) -> Diagnosis {
    let message =
        format!("the logs in `{}` are encrypted: only Iguana can read them", root.display());
    let advice = "have Iguana write plain logs (`logt`), or read them over its HTTP interface";
    Diagnosis::fault(subject, message, advice)
}

fn files(subject: &str, source: &FilesSource, latest: Millis) -> (Survey, Vec<Diagnosis>) {
    let mut survey = Survey::default();
    let mut said = Vec::new();
    for (nth, place) in source.places.iter().enumerate().filter(|(_, place)| has_plain_logs(place))
    {
        let before = (survey.n_files, survey.unreadable.len());
        survey.add(place, latest);
        let is_empty = before == (survey.n_files, survey.unreadable.len());
        if let Some(pattern) = source.patterns.get(nth).filter(|_| is_empty) {
            let message = format!("no file is named `{pattern}` now");
            let advice = "that is right where the first one is still to come; else correct it";
            said.push(Diagnosis::warning(subject, message, advice));
        }
    }
    (survey, said)
}

/// Returns false for a working directory without logs that can be read: what is wrong with it is
/// told by itself.
fn has_plain_logs(place: &Place) -> bool {
    match place {
        Place::WorkingDir(dir) => log_roots(dir).iter().any(|root| root.ends_with("logt")),
        Place::Pattern(_) => true,
    }
}

/// Returns that something cannot be read, with the command that mends it.
fn unreadable(subject: &str, survey: &Survey) -> Option<Diagnosis> {
    let (first, error) = survey.unreadable.first()?;
    let listed = survey.unreadable.iter().take(MAX_SHOWN);
    let shown: Vec<String> = listed.map(|(path, _)| format!("`{}`", path.display())).collect();
    let count = plural(survey.unreadable.len() as u64, "path");
    let message = format!("{count} cannot be read ({error}): {}", shown.join(", "));
    let advice = if error.kind() == std::io::ErrorKind::NotFound {
        "check the path in the configuration".to_owned()
    } else {
        format!(
            "as the owner: setfacl -R -m u:$(id -un):rX -m d:u:$(id -un):rX '{}', with the name of \
             Dewlap's account in the place of `$(id -un)`",
            top(survey, first).display()
        )
    };
    Some(Diagnosis::fault(subject, message, advice))
}

/// Returns the directory that holds all that cannot be read.
fn top(survey: &Survey, first: &Path) -> PathBuf {
    let is_above =
        |above: &&Path| survey.unreadable.iter().all(|(path, _)| path.starts_with(above));
    first.ancestors().find(is_above).unwrap_or(first).to_path_buf()
}

fn newer(subject: &str, survey: &Survey) -> Option<Diagnosis> {
    let path = survey.newer.as_ref()?;
    let message = format!("`{}` was changed in the future, by our clock", path.display());
    let advice = "check the clocks of both machines: silence and times of alerts depend on them";
    Some(Diagnosis::warning(subject, message, advice))
}

fn share(subject: &str, source: &FilesSource, root: &Path) -> Option<Diagnosis> {
    let base = |pattern: &String| {
        let base = pattern.split(['*', '?', '[', '{']).next()?;
        Path::new(base).parent().map(Path::to_path_buf)
    };
    let path = source.working_dir.clone().or_else(|| source.patterns.first().and_then(base))?;
    let kind = network_share(root, &path).filter(|_| source.poll.is_none())?;
    let message =
        format!("`{}` is a network share ({kind}), which tells nothing of changes", path.display());
    let advice = "it is looked through at intervals; set `poll` to choose how often";
    Some(Diagnosis::warning(subject, message, advice))
}

/// Compares the directories with the watches that the system grants.
fn watches(root: &Path, wanted: u64) -> Option<Diagnosis> {
    let granted = limit(root, "proc/sys/fs/inotify/max_user_watches")?;
    if wanted <= granted / 2 {
        let message = format!("{} of {granted} watches are needed", plural(wanted, "directory"));
        return Some(Diagnosis::ok("inotify", message));
    }
    let message =
        format!("{wanted} directories are to be watched, and the system grants {granted}");
    let advice = format!("sysctl fs.inotify.max_user_watches={}", wanted.saturating_mul(4));
    Some(Diagnosis::warning("inotify", message, advice))
}
