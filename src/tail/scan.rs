//! What is in the directories of a source now.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Place, Tree};
use crate::archive::path_text;
use crate::model::Stamp;

/// A file that a scan found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Where it is, with `/` between the parts.
    pub path: String,
    /// What tells it from others.
    pub stamp: Stamp,
    /// Its length in bytes.
    pub size: u64,
}

/// What a scan found.
#[derive(Debug, Default)]
pub struct Scan {
    /// The files, each once.
    pub files: Vec<Sighting>,
    /// Directories that could not be listed, with the reason; files below them may still be there.
    pub unlisted: Vec<(String, String)>,
    /// The devices that the roots are on.
    pub devices: Vec<u64>,
    /// Directories that were looked into.
    pub n_directories: usize,
}

impl Sighting {
    /// Looks a file up; `None` where it is not there, or is no file.
    ///
    /// # Errors
    ///
    /// Returns why it could not be looked up.
    pub fn of(path: &str) -> io::Result<Option<Self>> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => {
                let stamp = Stamp::of(&metadata);
                Ok(Some(Self { path: path.into(), stamp, size: metadata.len() }))
            }
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Scan {
    /// Returns true where a path lies in a directory that could not be listed.
    #[must_use]
    pub fn is_hidden(&self, path: &str) -> bool {
        self.unlisted.iter().any(|(directory, _)| Path::new(path).starts_with(directory))
    }
}

impl Place {
    /// Lists the files of the source. Links to directories are followed, but not in circles.
    #[must_use]
    pub fn scan(&self) -> Scan {
        let mut scan = Scan::default();
        let mut known = HashSet::new();
        for Tree { root, depth } in self.trees() {
            let device = fs::metadata(&root).map(|metadata| Stamp::of(&metadata).device);
            scan.devices.push(device.unwrap_or_default());
            let depth = depth.unwrap_or(usize::MAX);
            let unlisted = list(&root, depth, &mut known, &mut |path, metadata| {
                if self.has(&path) {
                    let stamp = Stamp::of(metadata);
                    scan.files.push(Sighting { path, stamp, size: metadata.len() });
                }
            });
            scan.unlisted.extend(unlisted);
        }
        scan.n_directories = known.len();
        scan
    }
}

/// Hands on each file below a directory; returns the directories that could not be listed.
fn list(
    root: &Path,
    depth: usize,
    known: &mut HashSet<PathBuf>,
    each: &mut dyn FnMut(String, &fs::Metadata),
) -> Vec<(String, String)> {
    let mut unlisted = Vec::new();
    let mut waiting = vec![(root.to_path_buf(), depth)];
    while let Some((directory, depth)) = waiting.pop() {
        // A link may lead back to a directory above it.
        let real = fs::canonicalize(&directory);
        if real.is_ok_and(|real| !known.insert(real)) {
            continue;
        }
        let outcome = list_one(&directory, &mut |path, metadata| {
            if !metadata.is_dir() {
                each(path_text(&path), metadata);
            } else if depth > 1 {
                waiting.push((path, depth - 1));
            }
        });
        if let Err(error) = outcome {
            unlisted.push((path_text(&directory), error.to_string()));
        }
    }
    unlisted
}

fn list_one(directory: &Path, each: &mut dyn FnMut(PathBuf, &fs::Metadata)) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        let found = match entry.file_type()? {
            kind if kind.is_symlink() => fs::metadata(&path),
            _ => entry.metadata(),
        };
        match found {
            Ok(metadata) => each(path, &metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {} // Gone by now.
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
