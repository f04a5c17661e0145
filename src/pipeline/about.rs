//! Which message an event is about, so that its attempts count as one failure.
//!
//! Entry points: [`message_of`] the entry that an event relates to, which is the best sign; else
//! [`message_in`] its masked text, a control id: that of a message which is acknowledged (MSA-2), else
//! of one which is quoted (MSH-10). Masking leaves both as they are.

use crate::model::Related;

/// The number of the control id in the segment that acknowledges a message,
const MSA_CONTROL_ID: usize = 2;
/// and in the one that begins a message: the separator is the first field, but none when the
/// segment is split by it.
const MSH_CONTROL_ID: usize = 9;

/// Returns what tells the message that an entry is about from others, where the log tells.
pub(super) fn message_of(related: &Related<'_>) -> u64 {
    number("entry", &related.id())
}

/// Returns what tells the message that a masked text quotes from others; `None` where it quotes none.
pub(super) fn message_in(masked: &str) -> Option<u64> {
    let id = field(masked, "MSA", MSA_CONTROL_ID).or_else(|| field(masked, "MSH", MSH_CONTROL_ID));
    id.map(|id| number("control id", id))
}

/// Returns a field of the first segment of this name that has it.
fn field<'t>(text: &'t str, segment: &str, index: usize) -> Option<&'t str> {
    text.match_indices(segment).find_map(|(at, _)| {
        let before = text.get(..at)?.chars().next_back();
        let rest = text.get(at + segment.len()..)?;
        let separator = rest.chars().next().filter(char::is_ascii_punctuation)?;
        let line = rest.split(['\r', '\n']).next()?;
        let field = line.split(separator).nth(index)?.trim();
        let is_segment = before.is_none_or(|before| !before.is_alphanumeric());
        (is_segment && !field.is_empty()).then_some(field)
    })
}

fn number(kind: &str, id: &str) -> u64 {
    let hash = blake3::Hasher::new()
        .update(kind.as_bytes())
        .update(b"\0")
        .update(id.as_bytes())
        .finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Millis;

    #[test]
    fn the_control_id_is_found_in_what_a_text_quotes() {
        let cases = [
            ("MSH|^~\\&|A|B|C|D|20260907||ADT^A01|951966|P|2.5\rPID|1", Some("951966")),
            ("no ACK:\nMSH|^~\\&|A|B|C|D|2026||ACK|7|P|2.5\nMSA|AE|951966|no", Some("951966")),
            ("MSA|AE|951966", Some("951966")),
            ("MSH#^~\\&#A#B#C#D#2026##ADT#12#P", Some("12")),
            ("MSA|AE||no id", None),
            ("XMSA|AE|1", None),
            ("MSH segment is missing, in field 10", None),
            ("MSH|^~\\&|cut", None),
        ];
        for (text, want) in cases {
            let want = want.map(|id| number("control id", id));
            assert_eq!(message_in(text), want, "{text:?}");
        }
    }

    #[test]
    fn the_related_entry_is_the_same_in_every_format() {
        let on_disk = Related::Iguana {
            component: "6sIO".into(),
            time: Millis::new(1_788_739_200_137),
            index: 2,
        };
        let in_text = Related::named("6sIO-1788739200137-2".into());
        assert_eq!(message_of(&on_disk), message_of(&in_text.unwrap()));
        assert_eq!(Related::named("0-0".into()), None);
    }
}
