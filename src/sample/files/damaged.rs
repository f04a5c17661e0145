//! `samples/edge`: Iguana X files that are damaged, cut, mixed or encrypted.

use std::ops::Range;

use super::Sample;
use super::slices::{Line, PHARMACY, message, patient, slice};
use crate::model::EntryKind::{Message, Trace};
use crate::sample::hl7;
use crate::sample::truth::{Truth, TruthGap};
use crate::sample::write::iguana_x::{self, Layout};
use crate::sample::{Component, SampleEntry};

const START: i64 = 1_788_942_000_000;

/// Makes the files.
pub(super) fn damaged() -> Vec<Sample> {
    let path = "edge/encrypted.log";
    let truth = Truth { path: path.into(), skipped: vec![path.into()], ..Truth::default() };
    vec![
        overwritten(),
        half_written(),
        both_layouts(),
        marker_inside(),
        Sample::told(encrypted(), truth),
    ]
}

/// Entries one after another, and where each of them stands.
pub(super) struct Packed {
    pub(super) bytes: Vec<u8>,
    pub(super) places: Vec<Range<usize>>,
}

impl Packed {
    /// Packs entries, each in its layout.
    pub(super) fn new(entries: &[SampleEntry], layout: impl Fn(usize) -> Layout) -> Self {
        let mut packed = Self { bytes: Vec::new(), places: Vec::new() };
        for (nth, entry) in entries.iter().enumerate() {
            let from = packed.bytes.len();
            iguana_x::append(&mut packed.bytes, entry, layout(nth));
            packed.places.push(from..packed.bytes.len());
        }
        packed
    }

    /// Returns where an entry stands.
    pub(super) fn place(&self, nth: usize) -> Range<usize> {
        self.places.get(nth).cloned().unwrap_or_default()
    }

    /// Overwrites bytes.
    pub(super) fn overwrite(&mut self, range: Range<usize>, with: u8) {
        if let Some(bytes) = self.bytes.get_mut(range) {
            bytes.fill(with);
        }
    }

    /// Returns the gap that begins with the first of these entries and ends with the last.
    pub(super) fn gap(&self, path: &str, entries: Range<usize>) -> TruthGap {
        let from = self.place(entries.start).start;
        let to = self.place(entries.end - 1).end;
        TruthGap { path: path.into(), from: from as u64, to: to as u64 }
    }
}

/// Returns entries of a component, messages and errors among them, from a moment on.
pub(super) fn mixed(of: Component, start: i64, count: usize) -> Vec<SampleEntry> {
    let line = |nth: usize| -> Line {
        match nth % 5 {
            0 => (of, Message, "#message", message(nth, "ADT^A08", start)),
            1 => (of, Trace, "#error", format!("Dose check refused:\n{}", hl7::pid(patient(nth)))),
            2 => (of, Trace, "", format!("Polled {nth} rows in 5 ms")),
            3 => (of, Trace, "#warning", "Connection reset by peer".into()),
            _ => (
                of,
                Trace,
                "#error",
                "main.lua:47: attempt to index field 'PID' (a nil value)".into(),
            ),
        }
    };
    slice(start, (0..count).map(line).collect())
}

/// Returns the entries but those in `without`.
pub(super) fn without(entries: &[SampleEntry], without: &[usize]) -> Vec<SampleEntry> {
    let kept = entries.iter().enumerate().filter(|(nth, _)| !without.contains(nth));
    kept.map(|(_, entry)| entry.clone()).collect()
}

/// Three damages: within one entry, over a header, and over the border of two entries.
fn overwritten() -> Sample {
    let path = "edge/iguana-x-damaged.log";
    let entries = mixed(PHARMACY, START, 20);
    let mut packed = Packed::new(&entries, |_| Layout::New);
    let body = packed.place(4);
    packed.overwrite(body.end - 30..body.end - 18, 0xAA);
    let header = packed.place(8);
    packed.overwrite(header.start..header.start + 9, 0);
    let (left, right) = (packed.place(13), packed.place(14));
    packed.overwrite(left.end - 20..right.start + 20, 0);
    let mut truth = Truth::of(path, &without(&entries, &[4, 8, 13, 14]));
    truth.gaps = vec![packed.gap(path, 4..5), packed.gap(path, 8..9), packed.gap(path, 13..15)];
    Sample::told(packed.bytes, truth)
}

/// The last entry is still being written.
fn half_written() -> Sample {
    let path = "edge/iguana-x-half-written.log";
    let entries = mixed(PHARMACY, START, 7);
    let mut packed = Packed::new(&entries, |_| Layout::New);
    let last = packed.place(6);
    packed.bytes.truncate(last.start + last.len() / 2);
    let mut truth = Truth::of(path, &without(&entries, &[6]));
    let (from, to) = (last.start as u64, packed.bytes.len() as u64);
    truth.unfinished = vec![TruthGap { path: path.into(), from, to }];
    Sample::told(packed.bytes, truth)
}

/// An upgrade to 10.1.114 in the middle of a file, and one old entry after it.
fn both_layouts() -> Sample {
    let entries = mixed(PHARMACY, START, 12);
    let layout = |nth| if nth < 6 || nth == 9 { Layout::Old } else { Layout::New };
    let packed = Packed::new(&entries, layout);
    Sample::file("edge/iguana-x-both-layouts.log", packed.bytes, &entries)
}

/// Messages that hold whole envelopes: one of them is sound, one is damaged before its quote.
fn marker_inside() -> Sample {
    let path = "edge/iguana-x-marker-inside.log";
    let mut entries = mixed(PHARMACY, START, 6);
    let quoted = Packed::new(&mixed(PHARMACY, START - 60_000, 2), |_| Layout::New);
    for nth in [0, 5] {
        if let Some(entry) = entries.get_mut(nth) {
            entry.text.extend_from_slice(b"OBX|1|ED|LOG||");
            entry.text.extend_from_slice(&quoted.bytes);
            entry.text.extend_from_slice(b"|:)\r");
        }
    }
    entries.extend(mixed(PHARMACY, START + 3_600_000, 3));
    let mut packed = Packed::new(&entries, |_| Layout::New);
    let outer = packed.place(5);
    // Behind the fields before the text, within the MSH segment.
    packed.overwrite(outer.start + 60..outer.start + 64, b'#');
    let mut truth = Truth::of(path, &without(&entries, &[5]));
    truth.gaps = vec![packed.gap(path, 5..6)];
    Sample::told(packed.bytes, truth)
}

/// Packets as an encrypted log has them: a marker, and bytes that tell nothing.
pub(super) fn encrypted() -> Vec<u8> {
    let mut rng = fastrand::Rng::with_seed(10);
    let mut bytes = Vec::new();
    for len in [120_u8, 96, 118] {
        bytes.extend_from_slice(b"(:");
        bytes.push(len);
        bytes.extend(std::iter::repeat_with(|| rng.u8(..)).take(len.into()));
    }
    bytes
}
