//! Files to a fresh store, all stages together, as `dewlap ingest` runs them.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

#[path = "../tests/it/reading.rs"]
mod reading;

use std::fs;
use std::path::{Path, PathBuf};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use dewlap::archive::discover;
use dewlap::catalogue::Catalogue;
use dewlap::classify::Classifier;
use dewlap::pipeline::{Effort, Summary, classes, ingest};
use dewlap::sample::write::{iguana_x, text};
use dewlap::sample::{CorpusOptions, SampleEntry, corpus};
use dewlap::store::Writer;

/// Text in each corpus: the files are a little larger.
const CORPUS_BYTES: usize = 32_000_000;

fn entries() -> Vec<SampleEntry> {
    let mut left = CORPUS_BYTES;
    let enough = |entry: &SampleEntry| {
        left = left.saturating_sub(entry.text.len() + 100);
        left > 0
    };
    corpus(&CorpusOptions::default()).take_while(enough).collect()
}

fn write_tree(directory: &Path, entries: &[SampleEntry]) -> PathBuf {
    let root = directory.join("logt");
    for (name, bytes) in iguana_x::tree(entries, iguana_x::Layout::New) {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    root
}

fn write_text(directory: &Path, entries: &[SampleEntry]) -> PathBuf {
    let path = directory.join("engine.log");
    fs::write(&path, text::file(entries)).unwrap();
    path
}

fn read(logs: &Path, classifier: &Classifier, catalogue: &Catalogue, store: &Path) -> Summary {
    let options = reading::options("bench", classifier);
    let writer =
        Writer::spawn(&store.join("bench.db"), "bench", &classes(catalogue, classifier)).unwrap();
    let threads = std::thread::available_parallelism().unwrap();
    let effort = Effort { threads, pace: &|_| {} };
    ingest(discover(&[logs.to_owned()]), &options, &effort, writer).unwrap()
}

fn end_to_end(criterion: &mut Criterion) {
    let catalogue = Catalogue::builtin().unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let entries = entries();
    let logs = [
        ("iguana-x", write_tree(directory.path(), &entries)),
        ("text", write_text(directory.path(), &entries)),
    ];
    let mut group = criterion.benchmark_group("end-to-end");
    group.sample_size(10);
    for (name, path) in &logs {
        group.throughput(Throughput::Bytes(discover(std::slice::from_ref(path)).bytes));
        group.bench_function(*name, |bencher| {
            bencher.iter_batched(
                || tempfile::tempdir().unwrap(),
                |store| {
                    let summary = read(path, &classifier, &catalogue, store.path());
                    assert_eq!(summary.tally.entries(), entries.len() as u64);
                    store // Removed outside of what is measured.
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, end_to_end);
criterion_main!(benches);
