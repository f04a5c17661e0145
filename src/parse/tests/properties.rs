use proptest::prelude::*;

use super::{envelope, old_envelope, read_cut, read_in_pieces, sealed};
use crate::parse::{Format, ParseOptions, TextFormat, TextSpec};

fn options(max_entry_bytes: usize) -> ParseOptions {
    let own = TextFormat::new(TextSpec {
        name: "own".into(),
        begin: r"(?<time>\d+) (?<type>\w+) (?<component>\w+)?".into(),
        time_format: None,
        zone: None,
    });
    let mut options = ParseOptions { max_entry_bytes, ..ParseOptions::default() };
    options.texts.push(own.unwrap());
    options
}

/// Items and what is around them.
const JSON: &[&[u8]] = &[
            b"{\"time\":1788739200,\"text\":\"a\"}\n",
            b"{\"type\":\"5\",\"time\":\"1788739200137\",\"id\":\"2\",\"comp\":\"c\",\"content\":\"x\"}\r\n",
            b"no json\n",
            b"\n",
            b"{\"success\":true,\"data\":[",
            b"{\"data\":{\n \"list\" : [ ",
            b"{\"text\":\"}],[{\\\"\"},",
            b" {\n  \"text\": \"x\",\n  \"tags\": [\"a\"]\n },\n",
            b"]}\n",
            b"],\"n\":12,\"success\":true}\n",
            b"[",
            b"]",
            b"{\"success\":false,\"error\":\"no\"}\n",
            b"{\"data\":[],\"success\":true}",
            b"\"error\":\"no\",",
            b"{broken},",
            b"{\"text\":\"half",
        ];

/// A valid file of each format, of a few kinds of pieces.
fn pieces(format: &Format) -> Vec<Vec<u8>> {
    let texts: &[&[u8]] = match format {
        Format::IguanaX => {
            let quoted = envelope(b"quoted", "");
            return vec![
                envelope(b"text", "#error"),
                old_envelope(b"old :) text"),
                envelope(&[b":", &quoted[..], b")"].concat(), ""),
                old_envelope(&quoted),
                sealed(b"\x01ABCD"),
                sealed(b"\x0Codd"),
                envelope(&[b'x'; 200], ""),
                vec![0; 9],
            ];
        }
        Format::ServiceLog => &[
            b"[2026-09-07 00:00:00]\tup\n",
            b"more\r\n",
            b"IguanaX terminated due to x\n",
            b"Stack trace captured on Monday, September 7, 2026 @ 10:11:12\n",
            b"\n",
        ],
        Format::ApiXml => &[
            b"<export success=\"true\">\n",
            b"<message message_id=\"20160527-1\" type=\"Error\" data=\"a&#13;b\"/>\n",
            b"<message data='x' time_stamp=\"2016-05-27 16:20:00.236\" source_name=\"A\"></message>",
            b"<message x/>",
            b"<!-- c -->",
            b"<error description=\"no\"/>",
            b"</export>",
        ],
        Format::Csv => &[
            b"time,type,text\n",
            b"2026-09-07 00:00:00,error,x\r\n",
            b",info,\"a\n\"\"b\"\"\"\n",
            b"short\n",
            b"\n",
            b"a,b,c,d\n",
            b",,\"",
        ],
        Format::Ndjson => JSON,
        Format::Text(_) => &[
            b"[2026-09-07 00:00:00.000] [A] [Info] [1] text\r\n",
            b"[2026-09-07 00:00:01.000] [A B] [Error] [2] MSH|\rPID|\r\n",
            b"2026-09-07 00:00:00,123 WARN a: x\n",
            b"1788739200 error adt text\n",
            b"continued\n",
            b"\n",
        ],
    };
    texts.iter().map(|text| text.to_vec()).collect()
}

fn any_format() -> impl Strategy<Value = Format> {
    prop::sample::select(Format::all(&options(64)))
}

/// A file of this format with some bytes overwritten, or any bytes.
fn any_file() -> impl Strategy<Value = (Format, Vec<u8>)> {
    let valid = any_format().prop_flat_map(|format| {
        let pieces = prop::collection::vec(prop::sample::select(pieces(&format)), 0..12);
        let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
        (Just(format), pieces, damage, any::<prop::sample::Index>()).prop_map(
            |(format, pieces, damage, end)| {
                let mut bytes = pieces.concat();
                for (index, byte) in damage {
                    if !bytes.is_empty() {
                        let index = index.index(bytes.len());
                        bytes[index] = byte;
                    }
                }
                if !bytes.is_empty() && end.index(2) == 0 {
                    bytes.truncate(end.index(bytes.len()));
                }
                (format, bytes)
            },
        )
    });
    let noise = prop_oneof![any::<u8>(), prop::sample::select(&b":)\n\r<\"=/>,[{}\x05\0"[..])];
    prop_oneof![
        4 => valid,
        1 => (any_format(), prop::collection::vec(noise, 0..200)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(500)
    })]

    #[test]
    fn the_items_do_not_depend_on_where_the_bytes_are_cut(
        (format, bytes) in any_file(),
        cuts in prop::collection::vec(0_usize..600, 1..4),
        max_entry_bytes in prop_oneof![Just(1_usize << 24), 1_usize..100],
    ) {
        let options = options(max_entry_bytes);
        let whole = read_cut(&format, &bytes, &options, &[]);
        let cut = read_cut(&format, &bytes, &options, &cuts);
        prop_assert_eq!(&whole.0, &cut.0);
        let single: Vec<_> = (0..bytes.len()).collect();
        let bytewise = read_cut(&format, &bytes, &options, &single);
        prop_assert_eq!(&whole.0, &bytewise.0);
        prop_assert_eq!(whole.1, bytewise.1);
    }

    #[test]
    fn the_items_do_not_depend_on_who_reads_which_piece(
        (format, bytes) in any_file(),
        cuts in prop::collection::vec(0_usize..600, 1..12),
        max_entry_bytes in prop_oneof![Just(1_usize << 24), 1_usize..100],
    ) {
        let options = options(max_entry_bytes);
        let whole = read_cut(&format, &bytes, &options, &[]).0;
        prop_assert_eq!(whole, read_in_pieces(&format, &bytes, &options, &cuts));
    }

    #[test]
    fn items_follow_one_another((format, bytes) in any_file()) {
        let (items, _) = read_cut(&format, &bytes, &options(64), &[]);
        let ranges: Vec<_> = items.iter().map(super::Seen::range).collect();
        prop_assert!(ranges.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{:?}", ranges);
    }

    #[test]
    fn a_sound_envelope_is_never_lost(
        texts in prop::collection::vec("[a-z]{1,20}", 1..8),
        noise in prop::collection::vec(any::<u8>(), 0..100),
        place in any::<prop::sample::Index>(),
    ) {
        let mut log = Vec::new();
        let place = place.index(texts.len());
        for (n, text) in texts.iter().enumerate() {
            if n == place {
                log.extend_from_slice(&noise);
            }
            log.extend_from_slice(&envelope(text.as_bytes(), ""));
        }
        let (items, _) = read_cut(&Format::IguanaX, &log, &options(64), &[]);
        let entries = items.iter().filter(|item| !item.is_gap()).count();
        prop_assert_eq!(entries, texts.len());
        let gaps: u64 = items.iter().filter(|item| item.is_gap()).map(|gap| {
            let (from, to) = gap.range();
            to - from
        }).sum();
        prop_assert_eq!(gaps, noise.len() as u64);
    }
}
