//! A report, and lists of events, of a store with years of roll-ups.
//!
//! `DEWLAP_BENCH_EVENTS` events are stored (20,000 by default) and sixteen times as many rows of
//! roll-ups, which stand for a hundred times as many events. 500,000 make the store that the targets
//! are set for.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use dewlap::catalogue::Catalogue;
use dewlap::model::{Millis, Period};
use dewlap::pipeline::{WeeklyOptions, weekly_report};
use dewlap::report::Limits;
use dewlap::store::{Classes, EventFilter, Store, Writer};
use rusqlite::Connection;

/// Events that are stored, where the environment names no number.
const N_EVENTS: u64 = 20_000;
/// The end of the stored time: 2026-09-14.
const END: i64 = 1_789_344_000_000;

/// Fills an empty store: numbers that look random are multiples of primes.
const FILL: &str = "
    INSERT INTO server VALUES (2, 'lab');
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
    INSERT INTO component (id, server, key, name)
        SELECT i, 1 + i % 2, 'guid-' || i, 'Component ' || i FROM n;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    INSERT INTO problem (id, key, component, rule, cluster, template)
        SELECT i, 'p-' || i, 1 + i % 100, iif(i % 4 = 0, NULL, 'db-oracle.no-listener'),
        iif(i % 4 = 0, 'c-' || i, NULL), iif(i % 4 = 0, 'unknown <*> ' || i, NULL) FROM n;
    INSERT INTO file (id, server, path, fingerprint, fingerprint_len, label, format, offset, guard,
        size, entries_before) VALUES (1, 1, 'a.log', x'00', 1, 'a', 'iguana-x', 0, x'00', 0, 0);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
    INSERT INTO event SELECT i, 1, 'e-' || i, 1 + p % 100, ?2 - i * (34560000000 / ?1), 9,
        '#error', p, i % 4, NULL, '{\"host\":\"h' || i % 50 || '\"}', 1,
        'failed to reach a host ' || hex(zeroblob(100)), 1, i, 1, i / 3
        FROM (SELECT i, 1 + (i * 7919 % 3000) * (i * 104729 % 3000) / 3000 AS p FROM n);
    INSERT INTO rollup_block SELECT DISTINCT time / 3600000 >> 5 FROM event;
    INSERT INTO rollup_row SELECT time / 3600000 >> 5, problem, time / 3600000, 0, count(*), count(*),
        0, min(time % 3600000), max(time % 3600000) FROM event GROUP BY 1, 2, 3;
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 43800 / 32 + 1)
    INSERT OR IGNORE INTO rollup_block SELECT (?2 / 3600000 >> 5) - i FROM n;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 16 * ?1),
        old (problem, hour, i) AS (SELECT 1 + i * 7919 % 3000, ?2 / 3600000 - i * 104729 % 43800, i FROM n)
    INSERT OR IGNORE INTO rollup_row SELECT hour >> 5, problem, hour, 1 + i % 4, 7, 2, 7,
        i % 1800000, 1800000 + i % 1800000 FROM old;
    UPDATE problem SET (first, last) = (SELECT min(hour * 3600000 + first),
        max(hour * 3600000 + last) FROM rollup WHERE rollup.problem = problem.id);";

fn make(db: &Path) {
    let asked = std::env::var("DEWLAP_BENCH_EVENTS").ok();
    let n_events = asked.map_or(N_EVENTS, |asked| asked.parse().unwrap());
    Writer::spawn(db, "bench", &Classes { hash: "h".into(), ..Classes::default() })
        .unwrap()
        .finish()
        .unwrap();
    let connection = Connection::open(db).unwrap();
    let sql = FILL.replace("?1", &n_events.to_string()).replace("?2", &END.to_string());
    connection.execute_batch(&format!("BEGIN; {sql} COMMIT;")).unwrap();
}

fn report(criterion: &mut Criterion) {
    let directory = tempfile::tempdir().unwrap();
    let db = directory.path().join("bench.db");
    make(&db);
    let store = Store::open(&db).unwrap();
    let catalogue = Catalogue::builtin().unwrap();
    let mut group = criterion.benchmark_group("store-of-years");
    group.sample_size(10);
    group.bench_function("report", |bencher| {
        bencher.iter(|| {
            let options = WeeklyOptions {
                period: Period::week_of(Millis::new(END - 1)),
                server: None,
                limits: Limits::default(),
                runbook: None,
            };
            weekly_report(&store, &catalogue, options).unwrap()
        });
    });
    let latest = EventFilter { limit: Some(100), ..EventFilter::default() };
    let rare = Some("p-2999".to_owned());
    let filters = [
        ("latest", latest.clone()),
        ("component", EventFilter { component: Some("Component 7".into()), ..latest.clone() }),
        ("server", EventFilter { server: Some("lab".into()), ..latest.clone() }),
        ("unknown", EventFilter { unknown: true, ..latest.clone() }),
        ("problem", EventFilter { problem: rare, ..latest.clone() }),
        ("grep-nothing", EventFilter { grep: Some("nowhere".into()), ..latest }),
    ];
    for (name, filter) in filters {
        group.bench_function(format!("events-{name}"), |bencher| {
            bencher.iter(|| {
                let mut n = 0;
                store
                    .for_each_event(&filter, |_| {
                        n += 1;
                        true
                    })
                    .unwrap();
                n
            });
        });
    }
    group.finish();
}

criterion_group!(benches, report);
criterion_main!(benches);
