//! Damage in binary logs, and the exact bytes of its gaps.

use super::{Seen, envelope, number, old_envelope, read, sealed};
use crate::parse::{Format, ParseOptions};

/// Reads a log; each entry as its text, each gap as its bytes in angle brackets.
#[track_caller]
fn check(log: &[u8], want: &[String]) {
    let items = read(&Format::IguanaX, log, &ParseOptions::default());
    let have: Vec<_> = items
        .into_iter()
        .map(|item| match item {
            Seen::Entry(entry) => entry.text.escape_ascii().to_string(),
            Seen::Gap(gap) => format!("<{}..{}>", gap.from, gap.to),
        })
        .collect();
    assert_eq!(have, want);
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).into()).collect()
}

fn gap(from: usize, len: usize) -> String {
    format!("<{from}..{}>", from + len)
}

#[test]
fn both_layouts_stand_in_one_file() {
    let log = [envelope(b"new", "#error #git"), old_envelope(b"old #startup x#error_2")].concat();
    let items = read(&Format::IguanaX, &log, &ParseOptions::default());
    let [Seen::Entry(new), Seen::Entry(old)] = &items[..] else { panic!("{items:?}") };
    assert_eq!((&*new.tags, &*old.tags), ("#error #git", "#startup"));
    assert_eq!(new.display_id().unwrap(), "6sIO4z1sh0DDxw3UOjPQ4a-1788739200137-1");
    assert_eq!(new.time.to_string(), "2026-09-07T00:00:00.137Z");
    assert_eq!((old.offset, old.offset + old.len), (new.len, log.len() as u64));
}

#[test]
fn what_is_no_entry_is_passed_over() {
    let one = envelope(b"one", "");
    let others = [sealed(b""), sealed(b"\x01ABCD"), sealed(b"\x02\x07"), sealed(b"\x0c?")].concat();
    check(&[&one[..], &others, &one].concat(), &texts(&["one", "one"]));
}

#[test]
fn markers_in_a_body_are_text() {
    let log = [envelope(b":):):)\x05\0\0\0\0x:)", ""), old_envelope(b"hello :)")].concat();
    check(&log, &texts(&[r":):):)\x05\x00\x00\x00\x00x:)", "hello :)"]));
}

#[test]
fn any_damaged_byte_costs_its_envelope_only() {
    let (one, two) = (envelope(b"one", "#error"), old_envelope(b"three"));
    let hurt = envelope(b"two and some more", "#warning");
    for index in 0..hurt.len() {
        for change in [0x01, 0x20, 0x80] {
            let mut hurt = hurt.clone();
            hurt[index] ^= change;
            let want = [texts(&["one"]), vec![gap(one.len(), hurt.len())], texts(&["three"])];
            check(&[&one[..], &hurt, &two].concat(), &want.concat());
        }
    }
}

#[test]
fn a_quoted_envelope_in_a_damaged_body_is_no_entry() {
    let (one, quoted) = (envelope(b"one", ""), envelope(b"quoted", ""));
    for make in [(|data| envelope(data, "#x")) as fn(&[u8]) -> Vec<u8>, old_envelope] {
        for data in [[b"a", &quoted[..], b"b"].concat(), [b"a", &quoted[..]].concat()] {
            let hurt = make(&data);
            let body = hurt.windows(quoted.len()).position(|bytes| bytes == quoted).unwrap() - 1;
            // The marker, the checksum, the data.
            for index in [0, 1, 4, body] {
                let mut hurt = hurt.clone();
                hurt[index] ^= 0x40;
                let want = [texts(&["one"]), vec![gap(one.len(), hurt.len())], texts(&["one"])];
                check(&[&one[..], &hurt, &one].concat(), &want.concat());
            }
        }
    }
}

#[test]
fn a_damaged_size_costs_its_envelope_only() {
    let one = envelope(b"one", "");
    let log = [&one[..], &one, &one, &one].concat();
    for size in [0, 3, 4, 5, 40, 60, 127] {
        let mut log = log.clone();
        log[one.len() + 2] = size;
        let want = [texts(&["one"]), vec![gap(one.len(), one.len())], texts(&["one", "one"])];
        check(&log, &want.concat());
    }
}

#[test]
fn a_size_that_leads_over_neighbours_does_not_hide_them() {
    let one = envelope(b"one", "");
    let mut log = [&one[..], &one, &one, &one].concat();
    // The second claims the bytes of the third as well.
    log[one.len() + 2] += u8::try_from(one.len()).unwrap();
    let want = [texts(&["one"]), vec![gap(one.len(), one.len())], texts(&["one", "one"])];
    check(&log, &want.concat());
}

#[test]
fn a_marker_behind_an_entry_that_lost_as_many_bytes_is_no_part_of_the_gap() {
    let (one, marker) = (envelope(b"one", ""), sealed(b"\x01ABCD"));
    for n_markers in [1, 2] {
        let markers = marker.repeat(n_markers);
        for make in [(|data| envelope(data, "#x")) as fn(&[u8]) -> Vec<u8>, old_envelope] {
            let mut hurt = make(b"a text that is long enough to lose some bytes");
            hurt.drain(50..50 + markers.len());
            let log = [&one[..], &hurt, &markers, &one].concat();
            let want = [texts(&["one"]), vec![gap(one.len(), hurt.len())], texts(&["one"])];
            check(&log, &want.concat());
        }
    }
}

#[test]
fn noise_that_could_be_an_old_entry_does_not_hide_an_envelope() {
    let noise = [0, 0, 79, 0, 0, 0, 0, 4, 128, 1, 128, 1, 0, 0, 28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let one = envelope(b"aaaaaaa", "");
    let want = [vec![gap(0, 25)], texts(&["aaaaaaa"])].concat();
    check(&[&noise[..], &one].concat(), &want);
}

#[test]
fn zeros_are_a_gap() {
    let one = envelope(b"one", "");
    let log = [&one[..], &[0; 5000], &one, &[0; 10]].concat();
    let second = one.len() + 5000;
    let want = [
        texts(&["one"]),
        vec![gap(one.len(), 5000)],
        texts(&["one"]),
        vec![gap(second + one.len(), 10)],
    ];
    check(&log, &want.concat());
}

#[test]
fn an_envelope_that_is_still_being_written_is_left() {
    let (one, two) = (envelope(b"one", ""), envelope(b"two", ""));
    for len in 0..two.len() {
        check(&[&one[..], &two[..len]].concat(), &texts(&["one"]));
    }
}

#[test]
fn a_quoted_envelope_in_one_that_is_still_being_written_is_no_entry() {
    let quoted = envelope(b"quoted", "");
    let long = envelope(&[b"a", &quoted[..], b"b and some more"].concat(), "");
    check(&long[..long.len() - 12], &[]);
}

#[test]
fn an_envelope_that_was_cut_before_others_were_written_is_a_gap() {
    let (one, cut) = (envelope(b"one", ""), envelope(&[b'x'; 1000], ""));
    let log = [&one[..], &cut[..500], &one, &one, &cut[..40]].concat();
    let want = [texts(&["one"]), vec![gap(one.len(), 500)], texts(&["one", "one"])];
    check(&log, &want.concat());
}

#[test]
fn damage_before_an_envelope_that_is_still_being_written_ends_there() {
    let (mut hurt, next) = (envelope(b"one", ""), envelope(b"two", ""));
    hurt[8] ^= 1;
    for len in [1, 2, 3, 20] {
        check(&[&hurt[..], &next[..len]].concat(), &[gap(0, hurt.len())]);
    }
}

#[test]
fn fields_that_do_not_fit_a_sound_envelope_are_a_gap() {
    let content = [&[5, 1][..], &number(1_788_739_200_137), &[0, 0, 0, 0, 9, b'x']].concat();
    let hurt = sealed(&content);
    let one = envelope(b"one", "");
    check(&[&hurt[..], &one].concat(), &[vec![gap(0, hurt.len())], texts(&["one"])].concat());
}

#[test]
fn a_large_odd_envelope_is_the_same_however_it_is_cut() {
    let one = envelope(b"one", "");
    let odd = sealed(&[&[12][..], &b"x".repeat(70_000)].concat());
    let log = [&one[..], &odd, &one].concat();
    let options = ParseOptions::default();
    let whole = super::read_cut(&Format::IguanaX, &log, &options, &[]);
    let cut = super::read_cut(&Format::IguanaX, &log, &options, &[one.len() + 40]);
    assert_eq!(whole, cut);
    assert_eq!(whole.0.len(), 2);
}
