//! Files to a fresh store, all stages together, as `dewlap ingest` runs them.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

#[path = "../tests/it/reading.rs"]
mod reading;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use criterion::{BatchSize, Bencher, Criterion, Throughput, criterion_group, criterion_main};
use dewlap::archive::discover;
use dewlap::catalogue::Catalogue;
use dewlap::classify::Classifier;
use dewlap::pipeline::{Effort, Summary, classes, ingest};
use dewlap::sample::write::{iguana_x, text};
use dewlap::sample::{CorpusOptions, SampleEntry, corpus};
use dewlap::store::Writer;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

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

/// Packs a log, as it is named.
fn pack(log: &Path) -> [(&'static str, PathBuf); 2] {
    let text = fs::read(log).unwrap();
    let (gz, zst) = (log.with_extension("log.gz"), log.with_extension("log.zst"));
    let mut packed = GzEncoder::new(File::create(&gz).unwrap(), Compression::new(6));
    packed.write_all(&text).unwrap();
    packed.finish().unwrap();
    fs::write(&zst, zstd::encode_all(&text[..], 3).unwrap()).unwrap();
    [("gz", gz), ("zst", zst)]
}

/// Unpacks a log and does nothing with it.
fn unpack(path: &Path) -> usize {
    let file = File::open(path).unwrap();
    let mut content: Box<dyn Read> = match path.extension().and_then(|name| name.to_str()) {
        Some("gz") => Box::new(MultiGzDecoder::new(file)),
        _ => Box::new(zstd::Decoder::new(file).unwrap()),
    };
    let (mut block, mut len) = (vec![0; 1024 * 1024], 0);
    loop {
        match content.read(&mut block).unwrap() {
            0 => return len,
            n => len += n,
        }
    }
}

fn read(logs: &Path, classifier: &Classifier, catalogue: &Catalogue, store: &Path) -> Summary {
    let options = reading::options("bench", classifier);
    let writer =
        Writer::spawn(&store.join("bench.db"), "bench", &classes(catalogue, classifier)).unwrap();
    let threads = std::thread::available_parallelism().unwrap();
    let effort = Effort { threads, pace: &|_| {} };
    ingest(discover(&[logs.to_owned()]), &options, &effort, writer).unwrap()
}

/// Measures the reading of so many entries, each time into a directory of its own.
fn measure(bencher: &mut Bencher<'_>, n_entries: usize, read: impl Fn(&Path) -> Summary) {
    bencher.iter_batched(
        || tempfile::tempdir().unwrap(),
        |store| {
            assert_eq!(read(store.path()).tally.entries(), n_entries as u64);
            store // Removed outside of what is measured.
        },
        BatchSize::PerIteration,
    );
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
            measure(bencher, entries.len(), |store| read(path, &classifier, &catalogue, store));
        });
    }
    group.finish();
}

/// Archives beside their decoders: rates are those of the text in them.
fn archives(criterion: &mut Criterion) {
    let catalogue = Catalogue::builtin().unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let entries = entries();
    let log = write_text(directory.path(), &entries);
    let len = fs::metadata(&log).unwrap().len();
    let mut group = criterion.benchmark_group("archives");
    group.sample_size(10).throughput(Throughput::Bytes(len));
    for (name, path) in pack(&log) {
        group.bench_function(format!("{name}, decoder alone"), |bencher| {
            bencher.iter(|| assert_eq!(unpack(&path) as u64, len));
        });
        group.bench_function(name, |bencher| {
            measure(bencher, entries.len(), |store| read(&path, &classifier, &catalogue, store));
        });
    }
    group.finish();
}

criterion_group!(benches, end_to_end, archives);
criterion_main!(benches);
