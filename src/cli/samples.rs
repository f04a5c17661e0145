//! `dewlap samples`: writes synthetic logs for trials.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use super::context::Global;
use super::effort::parse_size;
use super::failure::{Done, Misuse};
use super::output::print;
use crate::model::plural;
use crate::sample::write::{iguana_x, text};
use crate::sample::{COMPONENTS, CorpusOptions, SEED, SampleEntry, Year, corpus, files, year};

/// The script of the year.
const YEAR_SCRIPT: &str = "decisions.sh";

/// Arguments of `samples`.
#[derive(Debug, Args)]
pub(super) struct SamplesArgs {
    /// The directory to write to; it must not exist, or be empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// Write a year of two servers in which problems are fixed and come again, with the decisions
    #[arg(long, conflicts_with = "bytes")]
    year: bool,

    /// Write a corpus of about so many bytes (such as 500MB) instead of the small samples
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    bytes: Option<u64>,

    /// Format of the corpus
    #[arg(long, value_enum, default_value_t = CorpusFormat::IguanaX, requires = "bytes")]
    format: CorpusFormat,

    /// The same seed gives the same corpus
    #[arg(long, default_value_t = 1, requires = "bytes")]
    seed: u64,

    /// How many of 1,000 happenings in the corpus are failures
    #[arg(long, value_name = "N", default_value_t = 20, requires = "bytes")]
    failures: u32,
}

/// The format of a corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CorpusFormat {
    IguanaX,
    Text,
}

/// Runs `samples`.
///
/// # Errors
///
/// Returns why the directory is not used or could not be written.
pub(super) fn run(global: &Global, args: &SamplesArgs) -> anyhow::Result<Done> {
    let is_used = args.out.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if is_used {
        let message = format!("`{}` is not empty", args.out.display());
        return Err(Misuse::new(message, "name a directory that does not exist yet").into());
    }
    let failed = || format!("failed to write samples to `{}`", args.out.display());
    let said = match args.bytes {
        None if args.year => write_year(&args.out).with_context(failed)?,
        None => write_files(&args.out).with_context(failed)?,
        Some(bytes) => write_corpus(args, bytes).with_context(failed)?,
    };
    if !global.quiet {
        let next = if args.year {
            format!("sh {}", args.out.join(YEAR_SCRIPT).display())
        } else {
            format!("dewlap ingest {}", args.out.display())
        };
        print(&format!("{said}\nNext: {next}\n"))?;
    }
    Ok(Done::Fine)
}

fn write_files(directory: &Path) -> std::io::Result<String> {
    let files = files();
    for (name, content) in &files {
        put(&directory.join(name), content)?;
    }
    Ok(format!("wrote {}", plural(files.len() as u64, "sample file")))
}

/// Writes the year, with a script that reads it and decides.
fn write_year(directory: &Path) -> std::io::Result<String> {
    let year = year(SEED);
    for (name, content) in &year.files {
        put(&directory.join(name), content)?;
    }
    let mut lines = vec!["#!/bin/sh".to_owned(), "set -e".to_owned()];
    for (name, server) in Year::READS {
        let place = quoted(&directory.join(name).display().to_string());
        lines.push(format!("dewlap ingest --server {server} {place}"));
    }
    for decision in &year.decisions {
        let args: Vec<String> = decision.args().iter().map(|arg| quoted(arg)).collect();
        lines.push(format!("dewlap {}", args.join(" ")));
    }
    put(&directory.join(YEAR_SCRIPT), (lines.join("\n") + "\n").as_bytes())?;
    Ok(format!("wrote a year in {}", plural(year.files.len() as u64, "file")))
}

/// Quotes a word for a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn put(path: &Path, content: &[u8]) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, content)
}

fn write_corpus(args: &SamplesArgs, bytes: u64) -> std::io::Result<String> {
    let options = CorpusOptions {
        seed: args.seed,
        failures_per_mille: args.failures,
        ..CorpusOptions::default()
    };
    let mut sink = Sink::open(&args.out, args.format)?;
    let (mut written, mut entries) = (0, 0);
    for entry in corpus(&options) {
        if written >= bytes {
            break;
        }
        written += sink.write(&entry)?;
        entries += 1;
    }
    sink.finish()?;
    Ok(format!("wrote {} in {}", plural(entries, "entry"), plural(written, "byte")))
}

/// Where a corpus goes.
struct Sink {
    directory: PathBuf,
    format: CorpusFormat,
    rollover: iguana_x::Rollover,
    open: HashMap<String, (PathBuf, BufWriter<File>)>,
}

impl Sink {
    fn open(directory: &Path, format: CorpusFormat) -> std::io::Result<Self> {
        if format == CorpusFormat::IguanaX {
            for component in COMPONENTS {
                let (name, content) = iguana_x::component_json(component);
                put(&directory.join(name), &content)?;
            }
        }
        fs::create_dir_all(directory)?;
        Ok(Self {
            directory: directory.into(),
            format,
            rollover: iguana_x::Rollover::default(),
            open: HashMap::new(),
        })
    }

    fn write(&mut self, entry: &SampleEntry) -> std::io::Result<u64> {
        let mut bytes = Vec::new();
        let path = match self.format {
            CorpusFormat::IguanaX => {
                iguana_x::append(&mut bytes, entry, iguana_x::Layout::New);
                let place = self.rollover.place(entry, bytes.len() as u64);
                self.directory.join("logt").join(place)
            }
            CorpusFormat::Text => {
                text::append(&mut bytes, entry);
                self.directory.join("engine.log")
            }
        };
        self.file(entry, path)?.write_all(&bytes)?;
        Ok(bytes.len() as u64)
    }

    /// Returns the open file of an entry's component; a new one closes the one before.
    fn file(
        &mut self,
        entry: &SampleEntry,
        path: PathBuf,
    ) -> std::io::Result<&mut BufWriter<File>> {
        let key = match self.format {
            CorpusFormat::IguanaX => entry.component.clone().into_owned(),
            CorpusFormat::Text => String::new(),
        };
        if self.open.get(&key).is_none_or(|(open, _)| *open != path) {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            let file = OpenOptions::new().create(true).append(true).open(&path)?;
            if let Some((_, mut before)) =
                self.open.insert(key.clone(), (path, BufWriter::with_capacity(1 << 20, file)))
            {
                before.flush()?;
            }
        }
        self.open
            .get_mut(&key)
            .map(|(_, file)| file)
            .ok_or_else(|| std::io::Error::other("the file was not opened"))
    }

    fn finish(self) -> std::io::Result<()> {
        self.open.into_values().try_for_each(|(_, mut file)| file.flush())
    }
}
