//! `samples/edge/working-dir`: a small working directory with everything wrong at once.

use super::Sample;
use super::damaged::{Packed, encrypted, mixed, without};
use super::slices::{DEVICES, ROUTER};
use crate::sample::SampleEntry;
use crate::sample::truth::{Truth, TruthGap};
use crate::sample::write::iguana_x::{self, Layout};

const ROOT: &str = "edge/working-dir";
const START: i64 = 1_788_943_000_000;
/// The entry that is damaged in the first root and whole in the mirror.
const DAMAGED_IN_MAIN: usize = 4;
/// The entry that is damaged in the mirror and whole in the first root.
const DAMAGED_IN_MIRROR: usize = 9;
/// The entry that is damaged in both.
const DAMAGED_IN_BOTH: usize = 12;

/// Makes the tree.
pub(super) fn working_dir() -> Sample {
    let mut sample = Sample {
        truth: Truth { path: ROOT.into(), service_log: 2, ..Truth::default() },
        files: Vec::new(),
    };
    add_mirrored(&mut sample);
    add_half_written(&mut sample);
    add_strangers(&mut sample);
    for of in [ROUTER, DEVICES] {
        let (path, bytes) = iguana_x::component_json(of);
        sample.files.push((format!("{ROOT}/{path}"), bytes));
    }
    let settings = b"{\n  \"alt_dir\": \"alt\"\n}\n".to_vec();
    sample.files.push((format!("{ROOT}/config/settings/log.json"), settings));
    let log = "[2026-09-09 06:36:40]\tIguana 10.1.119\n[2026-09-09 06:36:41]\tFailed to recover\nfrom journal.log, trying again\n";
    sample.files.push((format!("{ROOT}/ServiceErrorLog.txt"), log.into()));
    sample
}

/// A component whose file has both layouts, and damage in each of two roots.
fn add_mirrored(sample: &mut Sample) {
    let entries = mixed(ROUTER, START, 15);
    let layout = |nth| if nth < 7 { Layout::Old } else { Layout::New };
    let below = iguana_x::path(ROUTER.guid, START.div_euclid(1_000));
    let roots = [("logt", DAMAGED_IN_MAIN), ("alt/logt", DAMAGED_IN_MIRROR)];
    for (root, nth) in roots {
        let path = format!("{ROOT}/{root}/{below}");
        let mut packed = Packed::new(&entries, layout);
        for nth in [nth, DAMAGED_IN_BOTH] {
            let place = packed.place(nth);
            packed.overwrite(place.end - 24..place.end - 12, 0xAA);
            sample.truth.gaps.push(packed.gap(&path, nth..nth + 1));
        }
        sample.files.push((path, packed.bytes));
    }
    for entry in without(&entries, &[DAMAGED_IN_BOTH]) {
        sample.truth.count(&entry);
    }
    sample.truth.duplicates = entries.len() as u64 - 3;
    // What a recovery leaves behind: the file as it was, with a torn end.
    let mut before = Packed::new(entries.get(..8).unwrap_or_default(), layout);
    before.bytes.truncate(before.bytes.len() - 25);
    let path = format!("{ROOT}/logt/{below}.orig");
    let (from, to) = (before.place(7).start as u64, before.bytes.len() as u64);
    sample.truth.unfinished.push(TruthGap { path: path.clone(), from, to });
    sample.truth.duplicates += 7;
    sample.files.push((path, before.bytes));
}

/// A component whose last entry is still being written; the mirror is behind.
fn add_half_written(sample: &mut Sample) {
    let entries = mixed(DEVICES, START + 500_000, 6);
    let below = iguana_x::path(DEVICES.guid, (START + 500_000).div_euclid(1_000));
    let packed = Packed::new(&entries, |_| Layout::New);
    let last = packed.place(5);
    let torn = packed.bytes.get(..last.start + 31).unwrap_or_default().to_vec();
    let path = format!("{ROOT}/logt/{below}");
    let (from, to) = (last.start as u64, torn.len() as u64);
    sample.truth.unfinished.push(TruthGap { path: path.clone(), from, to });
    sample.files.push((path, torn));
    let behind = packed.bytes.get(..packed.place(2).end).unwrap_or_default().to_vec();
    sample.files.push((format!("{ROOT}/alt/logt/{below}"), behind));
    for entry in without(&entries, &[5]) {
        sample.truth.count(&entry);
    }
    sample.truth.duplicates += 3;
}

/// Files that are no logs of a component, or cannot be read.
fn add_strangers(sample: &mut Sample) {
    let journal: Vec<SampleEntry> = mixed(DEVICES, START + 500_000, 8);
    let journal = Packed::new(&journal, |_| Layout::New).bytes;
    let below = iguana_x::path(ROUTER.guid, START.div_euclid(1_000));
    add_stranger(sample, "logt/journal.log.corrupted.1788942999", journal[..200].to_vec());
    add_stranger(sample, "logt/journal.log", journal);
    add_stranger(sample, &format!("loge/{below}"), encrypted());
}

fn add_stranger(sample: &mut Sample, path: &str, bytes: Vec<u8>) {
    let path = format!("{ROOT}/{path}");
    sample.truth.skipped.push(path.clone());
    sample.files.push((path, bytes));
}
