//! The content of `samples/`.

mod clean;
mod damaged;
mod edge;
mod server;
mod slices;
mod working_dir;

use super::entry::SampleEntry;
use super::truth::Truth;

/// A file or a tree of `samples/`, and what a reader must find in it.
struct Sample {
    truth: Truth,
    /// Paths relative to `samples/`, with `/`.
    files: Vec<(String, Vec<u8>)>,
}

impl Sample {
    /// Makes a sample of one file that holds these entries, whole.
    fn file(path: &str, bytes: Vec<u8>, entries: &[SampleEntry]) -> Self {
        Self { truth: Truth::of(path, entries), files: vec![(path.into(), bytes)] }
    }

    /// Makes a sample of one file with this truth.
    fn told(bytes: Vec<u8>, truth: Truth) -> Self {
        Self { files: vec![(truth.path.clone(), bytes)], truth }
    }
}

/// Returns every file of `samples/` but its README, by path relative to it, sorted.
#[must_use]
pub fn files() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = samples().into_iter().flat_map(|sample| sample.files).collect();
    files.sort();
    files
}

/// Returns what a reader must find in a file or a tree, given relative to `samples/`.
///
/// The trees are `iguana-x` and `edge/working-dir`; all else is a file. `None`: no such sample.
#[must_use]
pub fn truth(path: &str) -> Option<Truth> {
    samples().into_iter().map(|sample| sample.truth).find(|truth| truth.path == path)
}

fn samples() -> Vec<Sample> {
    let mut samples = vec![server::iguana_x(), working_dir::working_dir()];
    samples.extend(slices::slices());
    samples.extend(clean::clean());
    samples.extend(edge::edge());
    samples.extend(damaged::damaged());
    samples
}

#[cfg(test)]
mod tests;
