//! Bytes to entries, for each format.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dewlap::parse::{Item, ParseOptions, Parser, Window, detect};
use dewlap::sample::write::{api_xml, csv, iguana_x, ndjson, service_log, text};
use dewlap::sample::{CorpusOptions, SampleEntry, corpus};

/// Entries of a log: about 8 MB in most formats.
const N_ENTRIES: usize = 20_000;

fn logs() -> [(&'static str, Vec<u8>); 6] {
    let entries: Vec<SampleEntry> = corpus(&CorpusOptions::default()).take(N_ENTRIES).collect();
    // The service writes no messages, and its log holds what it has to say on one line.
    let one_line = |entry: &&SampleEntry| entry.queue == 0 && !entry.text.contains(&b'\n');
    let service: Vec<SampleEntry> = entries.iter().filter(one_line).cloned().collect();
    [
        ("iguana-x", iguana_x::file(&entries, iguana_x::Layout::New)),
        ("text", text::file(&entries)),
        ("ndjson", ndjson::file(&entries)),
        ("csv", csv::file(&entries)),
        ("api-query-xml", api_xml::file(&entries)),
        ("service-error-log", service_log::file(&service)),
    ]
}

/// Reads a whole log; returns the number of entries and the bytes of their texts.
fn read(log: &[u8], options: &ParseOptions) -> (usize, usize) {
    let format = detect(log.get(..65_536).unwrap_or(log), "", options).unwrap();
    let mut parser = Parser::new(&format, log, options);
    let window = Window { bytes: log, offset: 0, is_last: true };
    let (mut at, mut n_entries, mut text_bytes) = (0, 0, 0);
    while let Some(item) = parser.next(window, &mut at) {
        if let Item::Entry(entry) = item {
            n_entries += 1;
            text_bytes += black_box(entry).text.len();
        }
    }
    (n_entries, text_bytes)
}

fn parse(criterion: &mut Criterion) {
    let options = ParseOptions::default();
    let mut group = criterion.benchmark_group("parse");
    for (name, log) in logs() {
        group.throughput(Throughput::Bytes(log.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| read(black_box(&log), &options)));
    }
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
