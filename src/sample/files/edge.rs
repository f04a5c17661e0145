//! `samples/edge`: text, XML and CSV that trip readers up.

use super::Sample;
use super::slices::{DEVICES, Line, ROUTER, message, patient, slice};
use crate::model::EntryKind::{Error, Info, Message, Warning};
use crate::model::{EntryKind, Level};
use crate::sample::truth::{Truth, TruthGap};
use crate::sample::write::{api_xml, csv, text};
use crate::sample::{Patient, SampleEntry};

const START: i64 = 1_788_940_800_000;

/// Makes the files.
pub(super) fn edge() -> Vec<Sample> {
    let mut samples = encodings();
    samples.extend(lines());
    samples.extend([api_cut(), api_control_characters(), csv_multiline()]);
    samples
}

fn line(kind: EntryKind, text: &str) -> Line {
    (ROUTER, kind, "", text.to_owned())
}

fn short() -> Vec<SampleEntry> {
    slice(
        START,
        vec![
            line(Info, "Component started successfully."),
            line(Warning, "Connection 3 encountered error:\nConnection reset by peer"),
            line(Error, "main.lua:12: attempt to index field 'PV1' (a nil value)"),
            (ROUTER, Message, "", message(6, "ADT^A03", START)),
            line(Error, "ORA-12541: TNS:no listener"),
        ],
    )
}

fn encodings() -> Vec<Sample> {
    let entries = short();
    let plain = String::from_utf8_lossy(&text::file(&entries)).into_owned();
    let wide: Vec<u8> =
        std::iter::once(0xFEFF).chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let Patient { family, given, .. } = patient(17);
    let named = slice(
        START,
        vec![
            line(Info, "Überwachung gestartet"),
            line(Error, &format!("Patient {family}, {given} (Zürich) has no visit")),
        ],
    );
    let named_text = String::from_utf8_lossy(&text::file(&named)).into_owned();
    let latin: Vec<u8> =
        named_text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    let mut broken = slice(
        START,
        vec![
            line(Info, "Component started successfully."),
            line(Error, "Invalid UTF-8 in OBX|5: "),
        ],
    );
    if let Some(last) = broken.last_mut() {
        last.text.extend_from_slice(b"\xFF\xC3\x28 \xE2\x82");
    }
    let windows = plain.replace('\n', "\r\n").into_bytes();
    let mut open = plain.clone().into_bytes();
    open.pop();
    vec![
        Sample::file("edge/crlf.log", windows, &entries),
        Sample::file("edge/no-newline.log", open, &entries),
        Sample::file("edge/utf-16le-bom.log", wide, &entries),
        Sample::file("edge/latin-1.log", latin, &named),
        Sample::file("edge/invalid-utf8.log", text::file(&broken), &broken),
        Sample::file("edge/ansi.log", colored(&entries), &entries),
        Sample::file("edge/empty.log", Vec::new(), &[]),
    ]
}

/// Colors errors and warnings, as a terminal's capture has them: whole entries, or only the text.
fn colored(entries: &[SampleEntry]) -> Vec<u8> {
    let mut out = Vec::new();
    for (nth, entry) in entries.iter().enumerate() {
        let mut entry = entry.clone();
        let color = match entry.kind {
            Error => "\x1b[1;31m",
            Warning => "\x1b[33m",
            _ => "",
        };
        let end = if color.is_empty() { "" } else { "\x1b[0m" };
        entry.text.extend_from_slice(end.as_bytes());
        if nth % 2 == 0 {
            out.extend_from_slice(color.as_bytes());
        } else {
            entry.text.splice(..0, color.bytes());
        }
        text::append(&mut out, &entry);
    }
    out
}

fn lines() -> Vec<Sample> {
    let document: String = "JVBERi0xLjQKJeLjz9MK".chars().cycle().take(200 * 1024).collect();
    let long = slice(
        START,
        vec![
            (DEVICES, Info, "", format!("Document: {document}")),
            (DEVICES, Error, "", "Too many open files".into()),
        ],
    );
    let traces = slice(START, stack_traces());
    // 2026-12-31 23:59:59.998, and 4 ms later.
    let mut turn = slice(1_798_761_599_998, vec![line(Error, "Connection timed out")]);
    let after = slice(1_798_761_600_002, vec![line(Info, "Component started successfully.")]);
    turn.extend(after);
    vec![
        Sample::file("edge/long-line.log", text::file(&long), &long),
        Sample::file("edge/stack-trace.log", text::file(&traces), &traces),
        Sample::file("edge/year-rollover.log", text::file(&turn), &turn),
        repeated_hour(),
    ]
}

fn stack_traces() -> Vec<Line> {
    vec![
        line(
            Error,
            "Stopping component with runtime error:\nmain.lua:20: attempt to index local 'Msg' (a nil value)\nstack traceback:\n\t[C]: in function 'error'\n\tmain.lua:7: in function 'parse'\n\tmain.lua:20: in function <main.lua:15>\n\t(tail call): ?",
        ),
        line(Info, "Component stopped"),
        line(
            Error,
            "Java exception:\njava.sql.SQLException: Io exception: The Network Adapter could not establish the connection\n\tat oracle.jdbc.driver.T4CConnection.logon(T4CConnection.java:419)\n\tat java.sql.DriverManager.getConnection(DriverManager.java:582)\nCaused by: java.net.ConnectException: Connection refused\n\t... 24 more",
        ),
        line(
            Error,
            "error loading module 'hl7.util' from file 'hl7/util.lua':\n\thl7/util.lua:9: '=' expected near 'local'\n\n[not a time stamp] this line belongs to the error",
        ),
    ]
}

/// The clock goes from 03:00 back to 02:00 (Europe/Berlin, 2026-10-25); ids tell the passes apart.
fn repeated_hour() -> Sample {
    const LOCAL: [(&str, i64); 6] = [
        ("01:58:00", -120_000),
        ("02:10:00", 600_000),
        ("02:50:00", 3_000_000),
        ("02:05:00", 3_900_000),
        ("02:45:00", 6_300_000),
        ("03:01:00", 7_260_000),
    ];
    let path = "edge/dst.log";
    let mut truth = Truth { path: path.into(), ..Truth::default() };
    let mut out = String::new();
    for (nth, (local, after)) in LOCAL.into_iter().enumerate() {
        let (word, kind, level) = match nth {
            2 | 3 => ("Error", Error, Level::Error),
            _ => ("Info", Info, Level::Other),
        };
        let said = if kind == Error { "Connection timed out" } else { "Polled 4 rows in 6 ms" };
        let time = 1_792_886_400_000 + after;
        let id = format!("{}-{time}-1", ROUTER.guid);
        let name = ROUTER.name;
        let line = format!("[2026-10-25 {local}.000] [{name}] [{word}] [{id}] {said}\n");
        out.push_str(&line);
        truth.count_as(kind, level);
    }
    Sample::told(out.into_bytes(), truth)
}

/// An answer whose connection broke in the middle of its last entry.
fn api_cut() -> Sample {
    let path = "edge/api-query-cut.xml";
    let entries = short();
    let (last, whole) = entries.split_last().expect("`short` has entries");
    let mut bytes = api_xml::file(whole);
    bytes.truncate(bytes.len() - api_xml::TAIL.len());
    let from = bytes.len() as u64 + 2; // Behind the indent.
    api_xml::append(&mut bytes, last, "20260909-1049999", "0-0");
    bytes.truncate(bytes.len() - 12);
    let mut truth = Truth::of(path, whole);
    truth.unfinished = vec![TruthGap { path: path.into(), from, to: bytes.len() as u64 }];
    Sample::told(bytes, truth)
}

/// An answer with what XML forbids: control characters, a bare ampersand; and attributes in
/// another order.
fn api_control_characters() -> Sample {
    let path = "edge/api-query-control-chars.xml";
    let framed = format!("\u{b}{}\u{1c}\r", message(7, "ADT^A01", START));
    let entries = slice(
        START,
        vec![
            (ROUTER, Message, "", framed),
            line(Error, "Unexpected byte \u{1} in segment 4"),
            line(Info, "Component started successfully."),
        ],
    );
    let mut bytes = api_xml::file(&entries);
    bytes.truncate(bytes.len() - api_xml::TAIL.len());
    let family = patient(8).family;
    let more = format!(
        "  <message data=\"Insurer R&D of {family} &#x1; said: Connection refused\" reference_id=\"0-0\" source_name=\"{}\" time_stamp=\"2026-09-09 08:09:00.000\" type=\"Error\" message_id=\"20260909-1059999\"/>\n",
        ROUTER.name
    );
    bytes.extend_from_slice(more.as_bytes());
    bytes.extend_from_slice(api_xml::TAIL);
    let mut truth = Truth::of(path, &entries);
    truth.count_as(Error, Level::Error);
    Sample::told(bytes, truth)
}

/// Fields with quotes, commas, line ends, and an empty one.
fn csv_multiline() -> Sample {
    let Patient { family, given, .. } = patient(10);
    let entries = slice(
        START,
        vec![
            (ROUTER, Message, "", message(10, "ADT^A04", START)),
            line(
                Error,
                "Stopping component with runtime error:\nmain.lua:7: bad argument #1 to 'parse' (string expected, got nil)",
            ),
            line(Error, &format!("Unknown patient \"{family}, {given}\",\r\nsent by \"REG\"")),
            line(Info, ""),
            line(Warning, "Message Id,Time,Channel,Type,Text\n20260909-1,not a record,x,Error,y"),
        ],
    );
    Sample::file("edge/csv-multiline.csv", csv::file(&entries), &entries)
}
