//! Following: a log that grows in small pieces, and a look through many files that did not.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

#[path = "../tests/it/reading.rs"]
mod reading;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use dewlap::catalogue::Catalogue;
use dewlap::classify::Classifier;
use dewlap::model::Millis;
use dewlap::pipeline::{FileFollower, FileSource, IngestOptions, Moment, classes};
use dewlap::sample::write::{iguana_x, text};
use dewlap::sample::{CorpusOptions, SampleEntry, corpus};
use dewlap::store::Writer;
use dewlap::tail::Place;

/// What is appended to a log in all,
const APPENDED_BYTES: usize = 1_000_000;
/// in pieces of this size, each committed by itself.
const PIECE_BYTES: usize = 1_000;
/// Files that are known and have not changed, in directories of a hundred.
const KNOWN_FILES: usize = 10_000;

/// A store, and what follows files into it.
struct Following {
    follower: FileFollower,
    writer: Writer,
    directory: tempfile::TempDir,
}

impl Following {
    fn start(
        directory: tempfile::TempDir,
        options: &IngestOptions<'_>,
        catalogue: &Catalogue,
    ) -> Self {
        let root = directory.path();
        let classes = classes(catalogue, options.classifier);
        let writer = Writer::spawn(&root.join("bench.db"), options.server, &classes).unwrap();
        let source = FileSource {
            places: vec![Place::pattern(&format!("{}/logs/**/*.log", root.display())).unwrap()],
            format: None,
            quiet: Duration::from_secs(2),
            own_log: None,
        };
        let follower = FileFollower::open(source, writer.handle()).unwrap();
        Self { follower, writer, directory }
    }

    /// Looks through the directories, and reads all that is there.
    fn catch_up(&mut self, options: &IngestOptions<'_>, moment: Moment) {
        self.follower.scan(options, moment).unwrap();
        while self.follower.read(options, moment).unwrap() {}
        self.writer.flush().unwrap();
    }
}

fn moment() -> Moment {
    Moment { now: Millis::new(1_788_739_200_000), ticks: Duration::ZERO }
}

/// Appends a log to a file piece by piece, and has each piece committed.
fn append(following: &mut Following, path: &Path, log: &[u8], options: &IngestOptions<'_>) {
    let mut file = File::options().append(true).open(path).unwrap();
    let path = path.to_str().unwrap();
    for piece in log.chunks(PIECE_BYTES) {
        file.write_all(piece).unwrap();
        following.follower.touch([path], moment());
        following.follower.read(options, moment()).unwrap();
        following.writer.flush().unwrap();
    }
}

fn logs() -> [(&'static str, Vec<u8>); 2] {
    let mut left = APPENDED_BYTES;
    let enough = |entry: &SampleEntry| {
        left = left.saturating_sub(entry.text.len() + 100);
        left > 0
    };
    let entries: Vec<SampleEntry> = corpus(&CorpusOptions::default()).take_while(enough).collect();
    let iguana_x = iguana_x::file(&entries, iguana_x::Layout::New);
    [("append-iguana-x", iguana_x), ("append-text", text::file(&entries))]
}

fn write_known_files(root: &Path) {
    for number in 0..KNOWN_FILES {
        let directory = root.join(format!("logs/{}", number / 100));
        fs::create_dir_all(&directory).unwrap();
        let line = format!("2026-09-07 00:00:00,000 ERROR gateway: row {number} was refused\n");
        fs::write(directory.join(format!("channel{number}.log")), line).unwrap();
    }
}

fn follow(criterion: &mut Criterion) {
    let catalogue = Catalogue::builtin().unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    let options = reading::options("bench", &classifier);
    let mut group = criterion.benchmark_group("follow");
    group.sample_size(10);
    for (name, log) in &logs() {
        let (start, rest) = log.split_at(8 * PIECE_BYTES);
        group.throughput(Throughput::Bytes(rest.len() as u64));
        group.bench_function(*name, |bencher| {
            let begin = || {
                let directory = tempfile::tempdir().unwrap();
                let path = directory.path().join("logs/engine.log");
                fs::create_dir(directory.path().join("logs")).unwrap();
                fs::write(&path, start).unwrap();
                let mut following = Following::start(directory, &options, &catalogue);
                following.catch_up(&options, moment());
                (following, path)
            };
            bencher.iter_batched(
                begin,
                |(mut following, path)| {
                    append(&mut following, &path, rest, &options);
                    assert_eq!(following.follower.lag_bytes(), 0);
                    following // Ended outside of what is measured.
                },
                BatchSize::PerIteration,
            );
        });
    }
    let directory = tempfile::tempdir().unwrap();
    write_known_files(directory.path());
    let mut following = Following::start(directory, &options, &catalogue);
    following.catch_up(&options, moment());
    group.throughput(Throughput::Elements(KNOWN_FILES as u64));
    group.bench_function("scan-known-files", |bencher| {
        bencher.iter(|| {
            following.follower.scan(&options, moment()).unwrap();
            assert_eq!(following.follower.n_files(), KNOWN_FILES);
        });
    });
    group.finish();
    following.directory.close().unwrap();
}

criterion_group!(benches, follow);
criterion_main!(benches);
