//! Opens an input and hands each log in it to a visitor.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::codec::{Peeked, Wrapping, decoder};
use super::cold::Cold;
use super::discover::unreadable;
use super::role::{Role, is_daily_name, role_of};
use super::working_dir::component_name;
use super::{Input, Skipped};

/// How deep archives may lie in one another: a `.gz` in a `.tar.gz` is usual.
const MAX_DEPTH: usize = 4;
/// A description of a component is a few lines of JSON.
const MAX_COMPONENT_JSON_BYTES: u64 = 1024 * 1024;

/// One log: a file, or a member of an archive.
pub struct Member<'a> {
    /// Where it is: `archive.tar.gz!/logt/…` for a member.
    pub path: String,
    /// True where it can be read only once: it comes from standard input.
    pub is_once: bool,
    /// True where it has the name of a daily file of Iguana 4 to 6.
    pub is_daily_name: bool,
    /// Its bytes.
    pub body: Body<'a>,
}

/// The bytes of a log.
pub enum Body<'a> {
    /// A file, which can be read from any place, and whether the system may forget it.
    File(File, Cold),
    /// A stream, which can be read once.
    Stream(Box<dyn Read + 'a>),
}

/// What was met beside logs.
#[derive(Debug, Default)]
pub struct Visited {
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    /// GUIDs and names of components.
    pub names: Vec<(String, String)>,
}

/// Opens an input and hands each log in it to `visit`, in the order of the archive.
///
/// The bytes taken from compressed files are added to `progress` as they are read; whoever reads a
/// [`Body::File`] adds its own. A damaged archive ends early; that is noted in [`Visited::skipped`].
///
/// # Errors
///
/// Returns the first error of `visit`.
pub fn read<E>(
    input: &Input,
    progress: &AtomicU64,
    visit: &mut dyn FnMut(Member<'_>) -> Result<(), E>,
) -> Result<Visited, E> {
    let is_once = *input == Input::Stdin;
    let mut reading =
        Reading { visit, progress, is_once, visited: Visited::default(), error: None };
    let path = input.shown();
    let outcome = match input {
        Input::File(file) => reading.file(file, &path),
        Input::Stdin => reading.stream(path.clone(), Box::new(io::stdin().lock()), 0),
    };
    if let Some(error) = reading.error {
        return Err(error);
    }
    let mut visited = reading.visited;
    if let Err(error) = outcome {
        visited.skipped.push(Skipped { path, reason: unreadable(Some(&error)) });
    }
    Ok(visited)
}

/// A compressed file that tells how much was read of it.
struct Metered<'p> {
    file: File,
    cold: Cold,
    progress: &'p AtomicU64,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.file.read(buffer)?;
        self.cold.forget(&self.file, len);
        self.progress.fetch_add(len as u64, Ordering::Relaxed);
        Ok(len)
    }
}

/// The visitor, and what was met so far.
struct Reading<'v, E> {
    visit: &'v mut dyn FnMut(Member<'_>) -> Result<(), E>,
    progress: &'v AtomicU64,
    is_once: bool,
    visited: Visited,
    error: Option<E>,
}

impl<E> Reading<'_, E> {
    fn file(&mut self, file: &Path, path: &str) -> io::Result<()> {
        let first = File::open(file)?;
        let cold = Cold::of(&first); // Before its first bytes are read.
        let (wrapping, _) = Peeked::new(first).wrapping()?;
        match wrapping {
            Wrapping::Plain => {
                self.give(path.into(), Body::File(File::open(file)?, cold));
                Ok(())
            }
            Wrapping::Zip => self.zip(path, File::open(file)?),
            Wrapping::Compressed(_) | Wrapping::Tar => {
                let file = Metered { file: File::open(file)?, cold, progress: self.progress };
                self.stream(path.into(), Box::new(file), 0)
            }
        }
    }

    fn stream<'a>(
        &mut self,
        path: String,
        stream: Box<dyn Read + 'a>,
        depth: usize,
    ) -> io::Result<()> {
        let (wrapping, stream) = Peeked::new(stream).wrapping()?;
        match wrapping {
            _ if depth > MAX_DEPTH => {
                self.skip(path, "it lies too deep in other archives; unpack it first");
                Ok(())
            }
            Wrapping::Plain => {
                self.give(path, Body::Stream(Box::new(stream)));
                Ok(())
            }
            Wrapping::Compressed(codec) => self.stream(path, decoder(codec, stream)?, depth + 1),
            Wrapping::Tar => self.tar(&path, stream, depth),
            Wrapping::Zip => {
                self.skip(path, "a .zip in a stream cannot be read; unpack it first");
                Ok(())
            }
        }
    }

    fn tar<'a>(&mut self, path: &str, stream: impl Read + 'a, depth: usize) -> io::Result<()> {
        let mut archive = tar::Archive::new(stream);
        for entry in archive.entries()? {
            let entry = entry?;
            if self.error.is_some() {
                break;
            }
            if entry.header().entry_type().is_file() {
                let inner = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                self.member(path, &inner, Box::new(entry), depth);
            }
        }
        Ok(())
    }

    fn zip(&mut self, path: &str, file: File) -> io::Result<()> {
        let mut archive = zip::ZipArchive::new(file).map_err(io::Error::other)?;
        let mut order: Vec<(String, usize)> = (0..archive.len())
            .filter_map(|index| Some((archive.name_for_index(index)?.ok()?.into_owned(), index)))
            .collect();
        order.sort();
        for (inner, index) in order {
            if self.error.is_some() {
                break;
            }
            match archive.by_index(index) {
                Ok(entry) if entry.is_file() => self.member(path, &inner, Box::new(entry), 0),
                Ok(_) => {}
                Err(error) => {
                    let reason =
                        format!("the member could not be opened ({error}); unpack it first");
                    self.skip(format!("{path}!/{inner}"), &reason);
                }
            }
        }
        Ok(())
    }

    /// Hands on a member of an archive, by its role. One that is damaged does not stop the others.
    fn member<'a>(&mut self, archive: &str, inner: &str, stream: Box<dyn Read + 'a>, depth: usize) {
        let inner = inner.trim_start_matches("./");
        let path = format!("{archive}!/{inner}");
        let outcome = match role_of(inner) {
            Role::Ignored => Ok(()),
            Role::Component(guid) => self.component(guid, stream),
            Role::Skipped { path, reason } => {
                self.skip(format!("{archive}!/{path}"), reason);
                Ok(())
            }
            Role::Log => self.stream(path.clone(), stream, depth + 1),
        };
        if let Err(error) = outcome {
            self.skip(path, &unreadable(Some(&error)));
        }
    }

    fn component(&mut self, guid: String, stream: impl Read) -> io::Result<()> {
        let mut json = Vec::new();
        stream.take(MAX_COMPONENT_JSON_BYTES).read_to_end(&mut json)?;
        let name = component_name(&String::from_utf8_lossy(&json));
        self.visited.names.extend(name.map(|name| (guid, name)));
        Ok(())
    }

    fn give(&mut self, path: String, body: Body<'_>) {
        let name = path.rsplit('/').next().unwrap_or_default();
        let is_daily_name = is_daily_name(name);
        let member = Member { is_once: self.is_once, is_daily_name, path, body };
        if let Err(error) = (self.visit)(member) {
            self.error = Some(error);
        }
    }

    fn skip(&mut self, path: String, reason: &str) {
        if !self.visited.skipped.iter().any(|skipped| skipped.path == path) {
            self.visited.skipped.push(Skipped { path, reason: reason.into() });
        }
    }
}
