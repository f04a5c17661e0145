//! Small slices of other servers, in the formats that older versions and exports have.

use super::Sample;
use crate::model::{EntryKind, Millis};
use crate::sample::hl7::{self, Head};
use crate::sample::story::Story;
use crate::sample::truth::Truth;
use crate::sample::write::{api_xml, csv, ndjson, service_log, text};
use crate::sample::{Component, Patient, SERVICE, SampleEntry, patients};

pub(super) const ROUTER: Component =
    Component { guid: "1dFsG6jHk3LzX8cVbN2mQw", name: "HL7 Router" };
pub(super) const PACS: Component = Component { guid: "6tYuI1oPa9SdF4gHjK7lZx", name: "PACS Feed" };
pub(super) const REGISTRY: Component =
    Component { guid: "0cVbN5mQw2ErT8yUiO3pAs", name: "VXU Registry" };
pub(super) const PHARMACY: Component =
    Component { guid: "4gHjK9lZx6CvB1nMqW7eRt", name: "Pharmacy RDE" };
pub(super) const DEVICES: Component =
    Component { guid: "3yUiO8pAs5DfG0hJkL2zXc", name: "Device Gateway" };

/// A line of a slice: the component, the type, the tags and the text.
pub(super) type Line = (Component, EntryKind, &'static str, String);

/// Makes the slices.
pub(super) fn slices() -> Vec<Sample> {
    let api = slice(1_464_365_100_236, router_lines());
    let export = slice(1_742_205_600_118, registry_lines());
    let retrieved = slice(1_788_854_402_087, pharmacy_lines());
    let engine = slice(1_788_739_200_000, device_lines());
    vec![
        Sample::file("classic/api_query.xml", api_xml::file(&api), &api),
        Sample::file("classic/logs-export.csv", csv::file(&export), &export),
        Sample::file("ndjson/retrieve.ndjson", ndjson::file(&retrieved), &retrieved),
        Sample::file("text/engine.log", text::file(&engine), &engine),
        service(),
    ]
}

/// Makes entries of lines, some 40 seconds apart.
pub(super) fn slice(start: i64, lines: Vec<Line>) -> Vec<SampleEntry> {
    let mut story = Story::default();
    let mut at = start;
    for (of, kind, tags, text) in lines {
        story.typed(of, at, kind, text).tagged(&mut story, tags);
        at += 39_250 + at % 1_733;
    }
    story.finish()
}

/// Returns one of the patients; the number may be any.
pub(super) fn patient(nth: usize) -> &'static Patient {
    &patients()[nth % patients().len()]
}

/// Returns a message about a patient.
pub(super) fn message(nth: usize, kind: &'static str, epoch_millis: i64) -> String {
    let (control, time) = (7_000 + nth as u64, Millis::new(epoch_millis));
    let head = Head { from: "EHR|LAKESIDE", kind, control, time };
    hl7::message(&mut fastrand::Rng::with_seed(control), &head, patient(nth))
}

/// Iguana 6, asked over HTTP.
fn router_lines() -> Vec<Line> {
    use EntryKind::{Debug, Error, Info, Message, Success, Warning};
    let sent = message(3, "ADT^A08", 1_464_365_100_236);
    let head = Head {
        from: "PACS|LAKESIDE",
        kind: "ACK",
        control: 7_003,
        time: Millis::new(1_464_365_139_000),
    };
    let Patient { family, given, mrn, .. } = patient(4);
    let line = |of, kind, text: &str| (of, kind, "", text.to_owned());
    vec![
        line(ROUTER, Info, "Channel was started by user admin."),
        (ROUTER, Message, "", sent),
        (ROUTER, Message, "", hl7::ack(&head, "AA", "")),
        line(ROUTER, Success, "Message was sent to PACS Feed."),
        line(PACS, Info, "Error executing operation. Retrying (1 of 10)...\nConnection refused"),
        line(PACS, Info, "Error executing operation. Retrying (2 of 10)...\nConnection refused"),
        line(PACS, Info, "Recovered from error, connection is now working. Function name: send()"),
        (PACS, Message, "", message(5, "ORU^R01", 1_464_365_380_000)),
        line(ROUTER, Error, "[string \"main\"]:28: attempt to index local 'Msg' (a nil value)"),
        (
            ROUTER,
            Error,
            "",
            format!(
                "ORA-00001: unique constraint (HL7.PK_VISIT) violated\nSQL Statement:\nINSERT INTO VISIT VALUES ('{mrn}', '{family}', '{given}')"
            ),
        ),
        line(
            SERVICE,
            Warning,
            "Failed login attempt from remote IP 10.3.0.8: incorrect password for user jdoe.",
        ),
        line(SERVICE, Info, "User jdoe has logged in from remote IP 10.3.0.8."),
        line(PACS, Debug, "Socket option SO_KEEPALIVE is on"),
        line(PACS, Warning, "The query took 8 seconds & more than <4> are unusual"),
        line(
            PACS,
            Error,
            "Retries completed - was unable to recover from connection error. Function: send(). Stopping channel.\nConnection timed out",
        ),
    ]
}

/// Errors that a user exported to work through them.
fn registry_lines() -> Vec<Line> {
    use EntryKind::{Error, Info, Warning};
    let Patient { family, given, mrn, .. } = patient(9);
    let born = patient(9).born_as_in_us();
    let line = |kind, text: &str| (REGISTRY, kind, "", text.to_owned());
    vec![
        line(Error, "Error parsing JSON: Unexpected character '<' Position: 1"),
        (
            REGISTRY,
            Error,
            "",
            format!("Vaccination of \"{given} {family}\", born {born}, has no lot number"),
        ),
        line(Warning, "HTTP/1.1 429 Too Many Requests\nRetry-After: 30"),
        line(Error, "Operation timed out after 30002 milliseconds with 0 bytes received"),
        (
            REGISTRY,
            Error,
            "",
            format!(
                "Violation of PRIMARY KEY constraint 'PK_Dose'. Cannot insert duplicate key in object 'dbo.Dose'. The duplicate key value is ({mrn}, 2)."
            ),
        ),
        line(Error, "Failed to open '/data/vxu/out/batch, part 2.csv'. Permission denied"),
        line(Info, "User mgarcia has logged in from remote IP 10.9.1.4."),
        line(Error, "HTTP/1.1 503 Service Unavailable"),
    ]
}

/// Iguana X, asked over HTTP because its logs are encrypted.
fn pharmacy_lines() -> Vec<Line> {
    use EntryKind::{Message, Trace};
    let order = message(12, "RDE^O11", 1_788_854_402_087);
    let line = |of, tags, text: &str| (of, Trace, tags, text.to_owned());
    vec![
        line(PHARMACY, "#startup", "Starting component ..."),
        line(PHARMACY, "#startup", "Component started successfully."),
        (PHARMACY, Message, "#message", order.clone()),
        line(PHARMACY, "", "Dequeued message from '4gHjK9lZx6CvB1nMqW7eRt'."),
        (PHARMACY, Trace, "", order),
        line(
            PHARMACY,
            "#error",
            "Continuing to run with error:\nrx.lua:19: bad argument #1 to 'parse' (string expected, got nil)",
        ),
        (PHARMACY, Trace, "#error", format!("Dose check refused:\n{}", hl7::pid_full(patient(12)))),
        line(
            PHARMACY,
            "#warning",
            "Translator failed to process the message. Requested retry in 5000 ms.",
        ),
        line(SERVICE, "#login", "User 'kpatel' has logged in."),
        line(
            SERVICE,
            "#error",
            "Failed to remove file /tmp/iguana/rx.tmp. Please remove this file manually.",
        ),
    ]
}

/// An engine that writes plain text.
fn device_lines() -> Vec<Line> {
    use EntryKind::{Error, Info, Message, Warning};
    let line = |kind, text: &str| (DEVICES, kind, "", text.to_owned());
    let Patient { family, mrn, .. } = patient(15);
    let mut lines = vec![
        line(Info, "Component started successfully."),
        line(Warning, "Connection 17 encountered error:\nConnection reset by peer"),
        (
            DEVICES,
            Error,
            "",
            format!("Monitor 4 sent values for {family} (MRN {mrn}) who is not admitted"),
        ),
        line(
            Error,
            "Stopping component with runtime error:\ndevices.lua:201: attempt to call field 'mapOBX' (a nil value)",
        ),
    ];
    for nth in 0..8 {
        let at = 1_788_739_400_000 + 40_000 * i64::try_from(nth).unwrap_or(0);
        lines.push((DEVICES, Message, "", message(nth + 14, "ORU^R01", at)));
        lines.push(line(Info, "Polled 4 monitors in 12 ms"));
    }
    lines.push(line(Error, "Too many open files"));
    lines
}

/// A service log with a crash in it.
fn service() -> Sample {
    const PATH: &str = "service-log/ServiceErrorLog.txt";
    let line = |text: &str| (SERVICE, EntryKind::Trace, "", text.to_owned());
    let before = vec![
        line("Iguana 10.1.114"),
        line("Configuration: C:\\ProgramData\\IguanaX"),
        line(
            "Iguana service started. For troubleshooting please read:\nC:\\ProgramData\\IguanaX\\ServiceErrorLog.txt",
        ),
        line(
            "Failed to listen on port 6544.\nCheck to see if another instance of IguanaX is running.",
        ),
    ];
    let after = vec![
        line("Iguana 10.1.114"),
        line("Encountered an error while processing the journal file. Code = 13"),
        line("Stop signal received. Shutting down..."),
        line("Shutdown complete."),
    ];
    let mut bytes = service_log::file(&slice(1_788_824_000_000, before));
    bytes.extend_from_slice(CRASH.as_bytes());
    bytes.extend_from_slice(&service_log::file(&slice(1_788_833_700_000, after)));
    let truth = Truth { path: PATH.into(), service_log: 8, crash_dumps: 1, ..Truth::default() };
    Sample::told(bytes, truth)
}

const CRASH: &str = "\
IguanaX terminated due to a SIGSEGV error
Stack trace captured on Tuesday, September 8, 2026 @ 02:14:09
Thread 7f31c2ffd700 CRASHED
  0  libc.so.6          0x00007f31d0a3c2a1 __memmove_avx_unaligned + 417
  1  iguana             0x0000000000a91c55 DBodbcResult::fetch + 85
  2  iguana             0x0000000000a93e10 DBconnection::query + 304
Thread 7f31c37fe700
  0  libc.so.6          0x00007f31d0b1a9d3 epoll_wait + 83
Email: support@lakeside.example
Name: iguana-test
OS: Linux
Server: lakeside-int02
Commit Id: 4f1c2ab
Version: 10.1.114
CPU: 8
Memory: 31.2 GB
";
