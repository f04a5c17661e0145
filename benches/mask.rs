//! Texts to masked texts: small talk that has nothing to hide, and failures that quote patients.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dewlap::redact::{Identifiers, Masker, PseudonymKey};
use dewlap::sample::{CorpusOptions, corpus, patients};

/// Texts of each kind.
const N_TEXTS: usize = 1_000;

/// Returns texts of a corpus in which so many of 1,000 happenings are failures.
fn texts(failures_per_mille: u32) -> impl Iterator<Item = String> {
    let options =
        CorpusOptions { failures_per_mille, messages_per_mille: 0, ..CorpusOptions::default() };
    corpus(&options).map(|entry| entry.text_lossy().into_owned())
}

fn quotes_a_patient(text: &str) -> bool {
    patients().iter().any(|patient| text.contains(patient.mrn))
}

fn mask(criterion: &mut Criterion) {
    let masker = Masker::new(PseudonymKey::from_bytes([7; 32]), &[]).unwrap();
    let message: Vec<u8> = corpus(&CorpusOptions::default())
        .find(|entry| entry.queue > 0)
        .map(|entry| entry.text)
        .unwrap();
    let patient = Identifiers::of_message(&message);
    let clean: Vec<String> = texts(0).take(N_TEXTS).collect();
    let errors: Vec<String> = texts(1_000).take(N_TEXTS).collect();
    let quoting: Vec<String> =
        texts(1_000).filter(|text| quotes_a_patient(text)).take(N_TEXTS).collect();
    let mut group = criterion.benchmark_group("mask");
    for (name, texts, nearby) in [
        ("clean", &clean, None),
        ("errors", &errors, None),
        ("errors-after-a-message", &errors, Some(&patient)),
        ("patients", &quoting, None),
    ] {
        group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                texts.iter().map(|text| black_box(masker.mask(text, nearby)).len()).sum::<usize>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, mask);
criterion_main!(benches);
