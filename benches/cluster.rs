//! How fast lines are cut into shapes and grouped, in bytes a second.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dewlap::cluster::Miner;

/// Lines of some programs, with `{}` for numbers.
const LINES: [&str; 8] = [
    "Received block blk_{} of size 67108864 from /10.251.{}.84 port {}",
    "Failed password for invalid user desk{} from 10.4.2.{} port {} ssh2",
    "getRunning: caller {} does not hold REAL_GET_TASKS; limiting output, uid={}, pid={}",
    "10.11.10.{} \"GET /v2/servers/{}/detail HTTP/1.1\" status: 200 len: {} time: 0.2477829",
    "Dequeued message {} of channel 'Lab Results' in {} ms, {} wait",
    "Polled {} rows in {} ms from table VISIT of lis.stmary.local:{}",
    "BLOCK* NameSystem.allocateBlock: /user/root/part-{}. blk_{} for {}",
    "Stopping worker {}: connection to peer 10.8.0.{}:{} timed out after 30 seconds",
];
const N_LINES: usize = 20_000;

fn lines() -> Vec<String> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut fill = |line: &str| {
        let mut out = String::new();
        for (at, part) in line.split("{}").enumerate() {
            if at > 0 {
                out.push_str(&random.u32(..100_000).to_string());
            }
            out.push_str(part);
        }
        out
    };
    (0..N_LINES).map(|at| fill(LINES[at % LINES.len()])).collect()
}

fn mine(criterion: &mut Criterion) {
    let lines = lines();
    let bytes: usize = lines.iter().map(String::len).sum();
    let mut group = criterion.benchmark_group("cluster");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("mine", |bencher| {
        bencher.iter(|| {
            let mut miner = Miner::new();
            for line in &lines {
                miner.add(line.as_bytes());
            }
            miner.into_clusters().len()
        });
    });
    group.finish();
}

criterion_group!(benches, mine);
criterion_main!(benches);
