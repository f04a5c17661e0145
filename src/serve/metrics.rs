//! The status as metrics, in the text format of `OpenMetrics`, which Prometheus reads.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::{SourceState, SourceStatus, Status};
use crate::model::Millis;

/// A number of the follower as a whole.
type Total = (&'static str, MetricType, &'static str, fn(&Status) -> u64);

/// A number of each source.
type OfSource = (&'static str, MetricType, &'static str, fn(&SourceStatus) -> u64);

/// The ending `_total` of counters is added when they are written.
const TOTALS: [Total; 8] = [
    ("ready", MetricType::Gauge, "Whether every source has been read through.", |status| {
        u64::from(status.unready().is_empty())
    }),
    ("store_up", MetricType::Gauge, "Whether the store can be written to.", |status| {
        u64::from(status.store_state == SourceState::Up)
    }),
    ("commits_waiting", MetricType::Gauge, "Commands that wait for the writer.", |status| {
        status.queue_depth
    }),
    ("reloads", MetricType::Counter, "Configurations that were taken.", |status| {
        status.reloads.accepted
    }),
    ("reloads_refused", MetricType::Counter, "Configurations that had faults.", |status| {
        status.reloads.refused
    }),
    ("alerts_sent", MetricType::Counter, "Alerts that a target took.", |status| status.alerts.sent),
    ("alerts_failed", MetricType::Counter, "Alerts that were given up.", |status| {
        status.alerts.failed
    }),
    ("alerts_pending", MetricType::Gauge, "Alerts that wait to be sent.", |status| {
        status.alerts.pending
    }),
];

const OF_SOURCES: [OfSource; 11] = [
    ("source_up", MetricType::Gauge, "Whether the source can be read.", |source| {
        u64::from(source.state == SourceState::Up)
    }),
    ("source_files", MetricType::Gauge, "Files that are followed.", |source| source.files),
    ("source_lag_bytes", MetricType::Gauge, "Bytes seen and not committed yet.", |source| {
        source.lag_bytes
    }),
    ("source_lag_seconds", MetricType::Gauge, "Age of the oldest of them.", |source| {
        source.lag_seconds
    }),
    ("source_entries", MetricType::Counter, "New entries.", |source| source.entries),
    ("source_events", MetricType::Counter, "Entries that became events.", |source| source.events),
    ("source_events_known", MetricType::Counter, "Events that a rule explains.", |source| {
        source.known
    }),
    ("source_events_unknown", MetricType::Counter, "Events that no rule explains.", |source| {
        source.unknown
    }),
    ("source_duplicates", MetricType::Counter, "Entries that were there already.", |source| {
        source.duplicates
    }),
    ("source_gaps", MetricType::Counter, "Damaged parts of logs.", |source| source.gaps),
    (
        "source_lost_bytes",
        MetricType::Counter,
        "Bytes destroyed before they were read.",
        |source| source.lost_bytes,
    ),
];

/// Renders all metrics.
pub(super) fn render_metrics(status: &Status, now: Millis) -> String {
    let mut registry = Registry::with_prefix("dewlap");
    registry.register_collector(Box::new(Snapshot { status: status.clone(), now }));
    let mut text = String::new();
    encode(&mut text, &registry).expect("a string takes all that is written to it");
    text
}

/// The status of one moment.
#[derive(Debug)]
struct Snapshot {
    status: Status,
    now: Millis,
}

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.encode_process(&mut encoder)?;
        for (name, kind, help, value) in TOTALS {
            let metric = encoder.encode_descriptor(name, help, None, kind)?;
            encode_value(metric, kind, value(&self.status))?;
        }
        self.encode_commits(&mut encoder)?;
        for (name, kind, help, value) in OF_SOURCES {
            let mut metric = encoder.encode_descriptor(name, help, None, kind)?;
            for source in &self.status.sources {
                encode_value(metric.encode_family(&labels(source))?, kind, value(source))?;
            }
        }
        self.encode_rounds(&mut encoder)
    }
}

impl Snapshot {
    fn encode_process(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let uptime = self.now.get().saturating_sub(self.status.started.get()) / 1_000;
        let mut gauge = |name, help, value: i64| {
            encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)
        };
        gauge("uptime_seconds", "Time since the follower began.", uptime)?;
        if let Some(last) = self.status.reloads.last {
            let help = "When the configuration was last read again.";
            gauge("reload_timestamp_seconds", help, last.get() / 1_000)?;
        }
        if let Some(bytes) = self.status.resident_bytes {
            let value = i64::try_from(bytes).unwrap_or(i64::MAX);
            gauge("resident_memory_bytes", "Memory that the process holds.", value)?;
        }
        Ok(())
    }

    fn encode_commits(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let commits = &self.status.commits;
        let (name, help) = ("commit_duration_seconds", "How long commits took.");
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
        let sum = commits.sum().as_secs_f64();
        metric.encode_histogram::<NoLabelSet>(sum, commits.count(), &commits.buckets(), None)
    }

    fn encode_rounds(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let (name, help) =
            ("source_round_timestamp_seconds", "When the source was last read through.");
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for source in &self.status.sources {
            if let Some(round) = source.last_round {
                metric.encode_family(&labels(source))?.encode_gauge(&(round.get() / 1_000))?;
            }
        }
        Ok(())
    }
}

fn labels(source: &SourceStatus) -> [(&str, &str); 2] {
    [("source", &source.name), ("server", &source.server)]
}

fn encode_value(mut metric: MetricEncoder<'_>, kind: MetricType, value: u64) -> fmt::Result {
    match kind {
        MetricType::Counter => metric.encode_counter::<NoLabelSet, _, u64>(&value, None),
        _ => metric.encode_gauge(&value),
    }
}
