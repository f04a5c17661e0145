//! A store that is written to while it is watched, and a clock that only tests move.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dewlap::alert::{AlertSettings, Lookout, Message, Target, TargetKind};
use dewlap::catalogue::{Catalogue, Course};
use dewlap::classify::problem_id;
use dewlap::course::{Effect, Scope, Threshold};
use dewlap::model::{Clock, EntryKind, Level, Millis, Outcome, SeenKey, Severity};
use dewlap::store::{
    Batch, Classes, Counted, DeliveryFilter, DeliveryRow, Evidence, FileId, NewEvent, NewMark,
    NewProblem, Store, Texts, Writer,
};
use tempfile::TempDir;

/// 2026-09-07, 00:00 UTC.
pub(crate) const START: i64 = 1_788_739_200_000;
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const DAY: i64 = 86_400_000;
/// A critical problem that usually stops the component.
pub(crate) const CRITICAL: &str = "resource.disk-full";

pub(crate) fn at(millis: i64) -> Millis {
    Millis::new(START + millis)
}

/// A store and its writer.
pub(crate) struct Site {
    directory: TempDir,
    pub(crate) catalogue: Arc<Catalogue>,
    writer: Option<Writer>,
    file: FileId,
    n_entries: u64,
}

/// An event to be written.
#[derive(Clone)]
pub(crate) struct Failure {
    pub(crate) rule: Option<&'static str>,
    pub(crate) severity: Severity,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) text: String,
    /// The course that it counts for.
    pub(crate) course: Option<&'static str>,
}

impl Failure {
    pub(crate) fn critical() -> Self {
        Self {
            rule: Some(CRITICAL),
            severity: Severity::Critical,
            outcome: Some(Outcome::Continued),
            text: "no space left on device".into(),
            course: None,
        }
    }

    pub(crate) fn problem(&self) -> String {
        problem_id(self.rule.unwrap_or("c-1"), "lab", "ADT In", &[])
    }
}

impl Site {
    pub(crate) fn new() -> Self {
        let mut site = Self {
            directory: TempDir::new().unwrap(),
            catalogue: Arc::new(Catalogue::builtin().unwrap()),
            writer: None,
            file: FileId::default(),
            n_entries: 0,
        };
        site.open();
        let evidence = Evidence {
            path: "/logs/a.log".into(),
            format: "text".into(),
            head: b"a log of the lab".to_vec(),
        };
        site.file = site.writer().register(&evidence, None).unwrap();
        site
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.path("dewlap.db")
    }

    fn open(&mut self) {
        let courses = self.catalogue.rules().iter().filter_map(|rule| {
            let recurrence = rule.recurrence.as_ref().map(|recurrence| Threshold {
                count: recurrence.count,
                within: recurrence.within,
                apart: std::time::Duration::ZERO,
                is_pair: false,
            });
            Some((rule.id.to_string(), recurrence.or(rule.course().map(Course::threshold))?))
        });
        let thresholds: BTreeMap<_, _> = courses.collect();
        let classes = Classes { hash: self.catalogue.hash().into(), thresholds };
        self.writer = Some(Writer::spawn(&self.db(), "lab", &classes).unwrap());
    }

    pub(crate) fn writer(&self) -> &Writer {
        self.writer.as_ref().unwrap()
    }

    /// Lets the process die: what is not committed is gone.
    pub(crate) fn kill(&mut self) {
        drop(self.writer.take().map(Writer::abandon));
        self.open();
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.db()).unwrap()
    }

    /// Writes an event at each of these times, and waits until they are committed.
    pub(crate) fn put(&mut self, failure: &Failure, times: impl IntoIterator<Item = i64>) {
        let mut batch = Batch {
            file: self.file,
            components: vec!["ADT In".into()],
            streams: vec!["".into()],
            ..Batch::default()
        };
        for time in times {
            let index = u32::try_from(batch.counted.len()).unwrap();
            self.n_entries += 1;
            let key = SeenKey { bucket: at(time).hour().get(), key: self.n_entries };
            let (kind, level) = (EntryKind::Error, Level::Error);
            let time = at(time);
            batch.counted.push(Counted {
                component: 0,
                stream: 0,
                kind,
                level,
                time,
                key,
                text_bytes: 0,
            });
            let event = self.event(failure, index, &mut batch.texts);
            batch.events.push(event);
            batch.marks.extend(failure.course.map(|rule| NewMark {
                counted: index,
                rule: rule.into(),
                effect: Effect::Counts,
                scope: Scope::Component,
                split: "{}".into(),
            }));
        }
        self.writer().commit(batch).unwrap();
        self.writer().flush().unwrap();
    }

    fn event(&self, failure: &Failure, counted: u32, texts: &mut Texts) -> NewEvent {
        NewEvent {
            counted,
            entry: None,
            tags: texts.put(""),
            problem: Arc::new(NewProblem {
                key: failure.problem(),
                rule: failure.rule.map(str::to_owned),
                cluster: failure.rule.is_none().then(|| "c-1".into()),
                template: failure.rule.is_none().then(|| "the <*> said <*>".into()),
            }),
            severity: failure.severity,
            outcome: failure.outcome,
            captures: texts.put("{}"),
            text: texts.put(&failure.text),
            offset: self.n_entries,
            len: 1,
            message: None,
        }
    }

    pub(crate) fn lookout(&self, settings: &AlertSettings, now: i64) -> Lookout {
        Lookout::new(
            Arc::new(settings.clone()),
            Arc::clone(&self.catalogue),
            Some("https://wiki/r.html".into()),
            (self.store(), self.writer().handle()),
            at(now),
        )
        .unwrap()
    }

    /// Returns what waits or was delivered, in the order in which it was decided.
    pub(crate) fn deliveries(&self) -> Vec<DeliveryRow> {
        self.store().deliveries(&DeliveryFilter::default()).unwrap()
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        let read = |row: &DeliveryRow| serde_json::from_str(&row.body).unwrap();
        self.deliveries().iter().map(read).collect()
    }
}

/// Returns settings with one target, which nobody tries unless an alerter does.
pub(crate) fn settings(kind: TargetKind) -> AlertSettings {
    let timeout = std::time::Duration::from_secs(5);
    let target = Target { name: "on-call".into(), kind, timeout };
    AlertSettings { targets: vec![target], ..AlertSettings::default() }
}

/// A target that nobody tries.
pub(crate) fn nowhere() -> AlertSettings {
    settings(TargetKind::Command(vec!["false".into()]))
}

/// A clock that only tests move.
#[derive(Clone)]
pub(crate) struct Hands(Arc<AtomicI64>);

impl Hands {
    pub(crate) fn new(now: i64) -> Self {
        Self(Arc::new(AtomicI64::new(START + now)))
    }

    pub(crate) fn set(&self, now: i64) {
        self.0.store(START + now, Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> Clock {
        let hands = self.clone();
        Arc::new(move || Millis::new(hands.0.load(Ordering::SeqCst)))
    }
}
