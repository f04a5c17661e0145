//! Batches to SQLite: entries that are only counted, and entries that are all events.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::path::Path;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use dewlap::model::Severity;
use dewlap::sample::{CorpusOptions, SampleEntry, corpus};
use dewlap::store::{
    Batch, Classes, Counted, Evidence, NewEvent, NewProblem, Tally, Texts, Writer,
};

/// Entries of one run.
const N_ENTRIES: usize = 60_000;
/// Entries of a batch, as the pipeline fills them.
const BATCH_ENTRIES: usize = 30_000;
/// Events of a batch, as the pipeline fills them.
const BATCH_EVENTS: usize = 4_000;
/// Problems that the events count for.
const N_PROBLEMS: usize = 40;

/// Returns batches of entries of one component, which are all events or none of them.
fn batches(entries: &[SampleEntry], has_events: bool) -> Vec<Batch> {
    let problems: Vec<_> = (0..N_PROBLEMS).map(problem).collect();
    let size = if has_events { BATCH_EVENTS } else { BATCH_ENTRIES };
    let batch = |entries: &[SampleEntry]| {
        let mut texts = Texts::default();
        let events = entries.iter().zip(0..).filter(|_| has_events);
        Batch {
            components: vec!["ADT Inbound".into()],
            streams: vec!["component ADT Inbound".into()],
            counted: entries.iter().map(counted).collect(),
            events: events.map(|entry| event(entry, &mut texts, &problems)).collect(),
            texts,
            ..Batch::default()
        }
    };
    entries.chunks(size).map(batch).collect()
}

fn counted(entry: &SampleEntry) -> Counted {
    let read = entry.as_entry();
    Counted {
        component: 0,
        stream: 0,
        kind: read.kind,
        level: read.level(),
        time: read.time,
        key: read.identity().1,
        text_bytes: 200,
    }
}

fn problem(nth: usize) -> Arc<NewProblem> {
    Arc::new(NewProblem {
        key: format!("p-{nth:02}"),
        rule: Some("db-oracle.no-listener".into()),
        cluster: None,
        template: None,
    })
}

fn event(
    (entry, nth): (&SampleEntry, u32),
    texts: &mut Texts,
    problems: &[Arc<NewProblem>],
) -> NewEvent {
    NewEvent {
        counted: nth,
        entry: Some(texts.put(&entry.id())),
        tags: texts.put("#error"),
        problem: Arc::clone(&problems[nth as usize % problems.len()]),
        severity: Severity::Error,
        outcome: None,
        captures: texts.put(r#"{"code":"12541"}"#),
        text: texts
            .put("Error executing operation. Retrying (3 of 100)...\nORA-12541: TNS:no listener"),
        offset: u64::from(nth) * 200,
        len: 200,
        message: None,
    }
}

/// Commits batches to a fresh store.
fn write(directory: &Path, batches: Vec<Batch>) -> Tally {
    let writer = Writer::spawn(&directory.join("bench.db"), "bench", &Classes::default()).unwrap();
    let evidence = Evidence {
        path: "bench.log".into(),
        format: "iguana-x".into(),
        head: vec![0; Evidence::HEAD_BYTES],
    };
    let file = writer.register(&evidence, None).unwrap();
    for batch in batches {
        writer.commit(Batch { file, ..batch }).unwrap();
    }
    writer.finish().unwrap()
}

fn store(criterion: &mut Criterion) {
    // One component, so that ids are unique in one stream.
    let one = |entry: &SampleEntry| entry.component_name == "ADT Inbound";
    let entries: Vec<_> = corpus(&CorpusOptions::default()).filter(one).take(N_ENTRIES).collect();
    let mut group = criterion.benchmark_group("store");
    group.sample_size(10);
    for (name, has_events) in [("entries", false), ("events", true)] {
        group.throughput(Throughput::Elements(N_ENTRIES as u64));
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || (tempfile::tempdir().unwrap(), batches(&entries, has_events)),
                |(directory, batches)| {
                    let tally = write(directory.path(), batches);
                    assert_eq!(tally.entries(), N_ENTRIES as u64);
                    directory // Removed outside of what is measured.
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, store);
criterion_main!(benches);
