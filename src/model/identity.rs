//! What tells an entry from all others of its server.

use super::{Hour, Millis};

/// What an entry's id is unique in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream<'a> {
    /// The component with this GUID: Iguana X.
    Component(&'a str),
    /// The server: classic ids.
    Server,
    /// The file: logs without ids.
    File,
}

/// The key under which an entry is remembered as seen: a bucket of event time and a number in it.
///
/// Two entries of one server and [`Stream`] have the same key only when they are the same entry
/// (for free ids: but for a collision of 64-bit hashes within one hour).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeenKey {
    /// The hour since 1970, or the day of the id as `YYYYMMDD` (classic ids).
    pub bucket: i64,
    /// Tells entries of one bucket apart.
    pub key: u64,
}

/// Returns the key of an Iguana X entry: its hour, and milliseconds and index within it.
///
/// An index over 4,095 moves the milliseconds up, so that no two pairs share a number.
pub(super) fn iguana_key(time: Millis, index: u64) -> SeenKey {
    let within = time.get().rem_euclid(Hour::MILLIS).unsigned_abs();
    let key = match index {
        0..4_096 => within << 12 | index,
        _ => 1 << 63 | within << 40 | (index & 0xFF_FFFF_FFFF),
    };
    SeenKey { bucket: time.hour().get(), key }
}

/// A number of so many digits is sure to be within 64 bits.
const MAX_SAFE_DIGITS: usize = 19;

/// Splits an id of Iguana X into component, time and index, as in `<GUID>-1788739200137-1`.
pub(super) fn iguana_parts(id: &str) -> Option<(&str, Millis, u64)> {
    let (rest, index) = split_number(id)?;
    let (component, time) = split_number(rest)?;
    if component.is_empty() || rest.len() - component.len() < 13 {
        return None; // A dash and twelve digits.
    }
    Some((component, Millis::new(i64::try_from(time).ok()?), index))
}

/// Splits the number behind its last dash off a text; read from its end, where the dash is near.
fn split_number(text: &str) -> Option<(&str, u64)> {
    let (mut number, mut unit) = (0_u64, 1_u64);
    for (len, byte) in text.bytes().rev().enumerate() {
        match byte {
            b'0'..=b'9' if len < MAX_SAFE_DIGITS => {
                number += unit * u64::from(byte - b'0');
                unit *= 10;
            }
            b'-' if len > 0 => return Some((text.get(..text.len() - len - 1)?, number)),
            b'0'..=b'9' => return split_long_number(text),
            _ => return None,
        }
    }
    None
}

fn split_long_number(text: &str) -> Option<(&str, u64)> {
    let (rest, number) = text.rsplit_once('-')?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| number.parse().ok().map(|number| (rest, number)))?
}

/// Returns the key of an id that the log spells out.
pub(super) fn named_key(id: &str, time: Millis) -> SeenKey {
    if let Some((day, position)) = id.split_once('-')
        && day.len() == 8
        && let (Ok(day), Ok(position)) = (day.parse::<u32>(), position.parse::<u64>())
    {
        return SeenKey { bucket: i64::from(day), key: position };
    }
    let hash = blake3::hash(id.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    SeenKey { bucket: time.hour().get(), key: u64::from_le_bytes(first) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_for_different_entries() {
        let hour = 1_788_739_200_000;
        let mut keys: Vec<_> = [(hour, 1), (hour, 4_095), (hour, 4_096), (hour + 1, 1)]
            .into_iter()
            .map(|(time, index)| iguana_key(Millis::new(time), index))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 4);
    }

    #[test]
    fn ids_of_iguana_x_are_taken_apart_from_the_end() {
        let parts =
            |id| iguana_parts(id).map(|(component, time, index)| (component, time.get(), index));
        assert_eq!(parts("a-b-178873920013-7"), Some(("a-b", 178_873_920_013, 7)));
        assert_eq!(
            parts("x-1788739200137-18446744073709551615"),
            Some(("x", 1_788_739_200_137, u64::MAX))
        );
        for id in [
            "",
            "-",
            "x-1788739200137-",
            "x-1788739200137",
            "-1788739200137-1",
            "x-17887392001-1",
            "x-1788739200137-1x",
            "x-1788739200137-18446744073709551616",
            "x-9223372036854775808-1",
        ] {
            assert_eq!(parts(id), None, "{id}");
        }
    }

    #[test]
    fn classic_ids_are_kept_by_day_and_position() {
        let key = named_key("20160527-1048576", Millis::new(0));
        assert_eq!(key, SeenKey { bucket: 20_160_527, key: 1_048_576 });
    }
}
