//! Groups the lines of files, whatever wrote them.
//!
//! Entry point: [`mine_lines`]. A line is a text; nothing is stored.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::atomic::AtomicU64;

use memchr::{memchr, memchr_iter};

use crate::archive::{self, Body, Input, Member, Skipped};
use crate::cluster::{Clusters, MAX_TEXT_BYTES, Miner, Shape};
use crate::redact::{Masker, without_pseudonyms};

/// Much is read at once.
const BUFFER_BYTES: usize = 256 * 1024;
/// Lines are numbered in blocks of so many, so that growing never copies them.
const BLOCK: usize = 1 << 16;
/// A line with so many separators may be a segment of a message, and is masked before it is
/// looked at: what names its patients is told by its fields.
const SEGMENT_SEPARATORS: usize = 5;

/// The lines of some files, in groups.
#[derive(Debug)]
pub struct MinedLines {
    /// The groups.
    pub clusters: Clusters,
    /// How many lines there were.
    pub n_lines: u64,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    shapes: Vec<Vec<Shape>>,
}

impl MinedLines {
    /// Returns the cluster of each line, in the order of the input.
    pub fn assigned(&self) -> impl Iterator<Item = usize> {
        self.shapes.iter().flatten().map(|shape| self.clusters.of(*shape))
    }
}

/// Groups the lines of all inputs together.
///
/// A line ends in `\n` or `\r\n`, the last one may lack it; an empty line is a line. Terminal
/// colors make no difference, bytes need not be UTF-8, and of a long line only the first 8 KiB
/// count. Compressed inputs are read as what is in them. Where `keeps_lines`, [`MinedLines`] knows
/// the cluster of each line, for 4 bytes a line.
#[must_use]
pub fn mine_lines(inputs: &[Input], masker: &Masker, keeps_lines: bool) -> MinedLines {
    let mut mining =
        Mining { miner: Miner::new(), masker, n_lines: 0, shapes: keeps_lines.then(Vec::new) };
    let mut skipped = Vec::new();
    let progress = AtomicU64::new(0);
    for input in inputs {
        let visited = archive::read(input, &progress, &mut |member| mining.take_member(member));
        match visited {
            Ok(visited) => skipped.extend(visited.skipped),
            Err(failed) => skipped.push(failed),
        }
    }
    MinedLines {
        clusters: mining.miner.into_clusters(),
        n_lines: mining.n_lines,
        skipped,
        shapes: mining.shapes.unwrap_or_default(),
    }
}

/// Returns a template as it may be shown: what the masker finds in it is a value.
#[must_use]
pub fn masked_template(template: &str, masker: &Masker) -> String {
    without_pseudonyms(&masker.mask(template, None), "<*>")
}

/// The lines so far.
struct Mining<'m> {
    miner: Miner,
    masker: &'m Masker,
    n_lines: u64,
    shapes: Option<Vec<Vec<Shape>>>,
}

impl Mining<'_> {
    fn take_member(&mut self, member: Member<'_>) -> Result<(), Skipped> {
        let outcome = match member.body {
            Body::File(file, _) => for_each_line(file, |line| self.take_line(line)),
            Body::Stream(stream) => for_each_line(stream, |line| self.take_line(line)),
        };
        outcome.map_err(|error| {
            let reason = format!("the rest could not be read: {error}");
            Skipped { path: member.path, reason }
        })
    }

    fn take_line(&mut self, line: &[u8]) {
        let shape = self.miner.add(&self.cleaned(line));
        self.n_lines += 1;
        if let Some(shapes) = &mut self.shapes {
            if shapes.last().is_none_or(|block: &Vec<Shape>| block.len() >= BLOCK) {
                shapes.push(Vec::with_capacity(BLOCK));
            }
            if let Some(block) = shapes.last_mut() {
                block.push(shape);
            }
        }
    }

    /// Returns a line without colors, masked where it looks like a segment of a message.
    fn cleaned<'l>(&self, line: &'l [u8]) -> Cow<'l, [u8]> {
        let mut line = Cow::Borrowed(line);
        if memchr(0x1B, &line).is_some() {
            line = Cow::Owned(anstream::adapter::strip_bytes(&line).into_vec());
        }
        if memchr_iter(b'|', &line).take(SEGMENT_SEPARATORS).count() == SEGMENT_SEPARATORS {
            let text = String::from_utf8_lossy(&line);
            line = Cow::Owned(masked_template(&text, self.masker).into_bytes());
        }
        line
    }
}

/// Hands each line to `each`, without its end, cut where it is too long.
fn for_each_line(stream: impl Read, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, stream);
    let mut is_first = true;
    let mut give = |line: &[u8]| {
        let line = line.strip_prefix(BYTE_ORDER_MARK).filter(|_| is_first).unwrap_or(line);
        is_first = false;
        each(line.strip_suffix(b"\r").unwrap_or(line));
    };
    // The start of a line whose end is not read yet.
    let mut begun: Option<Vec<u8>> = None;
    loop {
        let buffer = match reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let len = buffer.len();
        if len == 0 {
            break;
        }
        let mut rest = buffer;
        while let Some(end) = memchr(b'\n', rest) {
            let (line, after) = rest.split_at(end);
            match begun.take() {
                Some(mut start) => {
                    append(&mut start, line);
                    give(&start);
                }
                None => give(line.get(..MAX_TEXT_BYTES).unwrap_or(line)),
            }
            rest = after.get(1..).unwrap_or_default();
        }
        if !rest.is_empty() {
            append(begun.get_or_insert_default(), rest);
        }
        reader.consume(len);
    }
    if let Some(line) = begun {
        give(&line);
    }
    Ok(())
}

/// Adds to the start of a line as much as counts.
fn append(start: &mut Vec<u8>, more: &[u8]) {
    let room = MAX_TEXT_BYTES.saturating_sub(start.len());
    start.extend_from_slice(more.get(..room).unwrap_or(more));
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::redact::PseudonymKey;

    #[track_caller]
    fn check(text: &[u8], want: &[&[u8]]) {
        let mut found = Vec::new();
        for_each_line(Cursor::new(text), |line| found.push(line.to_vec())).unwrap();
        assert_eq!(found, want);
    }

    #[test]
    fn lines_end_in_either_way_and_the_last_may_lack_its_end() {
        check(b"", &[]);
        check(b"a\nb\r\n\nc", &[b"a", b"b", b"", b"c"]);
        check(b"a\n", &[b"a"]);
        check(b"\n", &[b""]);
        check(b"\xEF\xBB\xBFa\n\xFF", &[b"a", b"\xFF"]);
    }

    #[test]
    fn a_line_longer_than_what_is_read_at_once_is_one_line() {
        let mut text = vec![b'x'; 3 * BUFFER_BYTES];
        text.extend_from_slice(b"\nnext");
        check(&text, &[&[b'x'; MAX_TEXT_BYTES], b"next"]);
    }

    #[test]
    fn colors_make_no_difference() {
        let masker = Masker::new(PseudonymKey::from_bytes([1; 32]), &[]).unwrap();
        let mining = Mining { miner: Miner::new(), masker: &masker, n_lines: 0, shapes: None };
        let plain = mining.cleaned(b"\x1B[31mdisk\x1B[0m full");
        assert_eq!(plain.as_ref(), b"disk full");
    }

    #[test]
    fn a_segment_of_a_message_is_masked_before_it_is_looked_at() {
        let masker = Masker::new(PseudonymKey::from_bytes([1; 32]), &[]).unwrap();
        let mining = Mining { miner: Miner::new(), masker: &masker, n_lines: 0, shapes: None };
        let line = b"PID|1||123456^^^MRN||Okafor^Ada||19800101|F";
        let cleaned = String::from_utf8(mining.cleaned(line).into_owned()).unwrap();
        assert!(!cleaned.contains("Okafor") && !cleaned.contains("123456"), "{cleaned}");
        assert!(cleaned.starts_with("PID|") && cleaned.contains("<*>"), "{cleaned}");
    }
}
