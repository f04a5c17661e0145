//! Texts to verdicts: what is asked of every entry, and what only of those that may be events.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dewlap::catalogue::Catalogue;
use dewlap::classify::{Classifier, Fingerprinter};
use dewlap::sample::{CorpusOptions, corpus};

/// Texts of each kind.
const N_TEXTS: usize = 2_000;

/// Returns texts of a corpus in which so many of 1,000 happenings are failures and messages.
fn texts(failures_per_mille: u32, messages_per_mille: u32) -> Vec<String> {
    let options =
        CorpusOptions { failures_per_mille, messages_per_mille, ..CorpusOptions::default() };
    corpus(&options).take(N_TEXTS).map(|entry| entry.text_lossy().into_owned()).collect()
}

fn classify(criterion: &mut Criterion) {
    let catalogue = Catalogue::builtin().unwrap();
    let classifier = Classifier::new(&catalogue).unwrap();
    let fingerprinter = Fingerprinter::new();
    let mut group = criterion.benchmark_group("classify");
    let inputs =
        [("errors", texts(1_000, 0)), ("messages", texts(0, 1_000)), ("small-talk", texts(0, 0))];
    for (name, texts) in &inputs {
        group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
        group.bench_function(format!("may-match/{name}"), |bencher| {
            bencher
                .iter(|| texts.iter().filter(|text| classifier.may_match(text.as_bytes())).count());
        });
    }
    let (_, errors) = &inputs[0];
    group.throughput(Throughput::Bytes(errors.iter().map(|text| text.len() as u64).sum()));
    group.bench_function("classify/errors", |bencher| {
        bencher.iter(|| {
            errors.iter().filter(|text| black_box(classifier.classify(text)).rule.is_some()).count()
        });
    });
    group.bench_function("fingerprint/errors", |bencher| {
        bencher.iter(|| {
            for text in errors {
                black_box(fingerprinter.fingerprint(text));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, classify);
criterion_main!(benches);
