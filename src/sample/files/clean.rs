//! `samples/clean`: a quiet morning, once in every format. None of it may raise an event.

use super::Sample;
use super::slices::{ROUTER, message, slice};
use crate::model::EntryKind;
use crate::model::EntryKind::{Info, Message, Trace};
use crate::sample::truth::Truth;
use crate::sample::write::iguana_x::Layout;
use crate::sample::write::{api_xml, csv, iguana_x, ndjson, service_log, text};
use crate::sample::{SERVICE, SampleEntry};

const START: i64 = 1_788_854_400_000;

/// Makes the clean files.
pub(super) fn clean() -> Vec<Sample> {
    let (tagged, typed) = (quiet(Trace), quiet(Info));
    let (path, started) = ("clean/ServiceErrorLog.txt", starting());
    let service_log = started.len() as u64;
    let truth = Truth { path: path.into(), service_log, ..Truth::default() };
    vec![
        Sample::file("clean/iguana-x.log", iguana_x::file(&tagged, Layout::New), &tagged),
        Sample::file("clean/iguana-x-old.log", iguana_x::file(&typed, Layout::Old), &typed),
        Sample::file("clean/api_query.xml", api_xml::file(&typed), &typed),
        Sample::file("clean/logs-export.csv", csv::file(&typed), &typed),
        Sample::file("clean/retrieve.ndjson", ndjson::file(&tagged), &tagged),
        Sample::file("clean/engine.log", text::file(&typed), &typed),
        Sample::told(service_log::file(&started), truth),
    ]
}

/// Start-up, logins and messages; some words in them look worse than they are.
fn quiet(kind: EntryKind) -> Vec<SampleEntry> {
    let tag = |tags: &'static str| if kind == Trace { tags } else { "" };
    let line = |tags, text: &str| (ROUTER, kind, tag(tags), text.to_owned());
    let service = |tags, text: &str| (SERVICE, kind, tag(tags), text.to_owned());
    let first = message(1, "ADT^A01", START);
    let second = message(2, "ORU^R01", START);
    slice(
        START,
        vec![
            service("#startup", "Iguana 10.1.119"),
            service("#startup", "Initializing the log system..."),
            service("#startup", "Log system initialization completed."),
            service("#startup", "Auto started 1 components."),
            line("#startup", "Starting component ..."),
            line("#startup", "Component started successfully."),
            service("#login", "User 'jdoe' has logged in."),
            (ROUTER, Message, tag("#message"), first.clone()),
            line("", &format!("Dequeued message from '{}'.", ROUTER.guid)),
            (ROUTER, if kind == Trace { Trace } else { Message }, "", first),
            line("#info", "Processed 1 messages, 0 errors, 0 warnings"),
            (ROUTER, Message, tag("#message"), second),
            line("", &format!("Queue '{}' is empty. Wait for new messages.", ROUTER.guid)),
            line("#info", "Polled 0 rows in 3 ms"),
            service("#login", "User 'jdoe' has logged out."),
            service("#purge", "Purge finished"),
        ],
    )
}

fn starting() -> Vec<SampleEntry> {
    let lines = [
        "Iguana 10.1.119",
        "Configuration: /home/iguana/.IguanaX",
        "Iguana service started. For troubleshooting please read:\n/home/iguana/.IguanaX/ServiceErrorLog.txt",
        "Iguana has been initialized.",
        "Stop signal received. Shutting down...",
        "Shutdown complete.",
    ];
    slice(START, lines.map(|line| (SERVICE, Trace, "", line.to_owned())).into())
}
