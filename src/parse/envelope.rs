//! The envelopes of Iguana X's binary logs.
//!
//! Entry point: [`parse_envelope`].
//!
//! **Invariant:** more bytes turn `Short` into something else, and nothing else into anything: what
//! is told of an envelope does not depend on where a window ends.

pub(super) const MARKER: &[u8] = b":)";
/// The largest entry that Iguana writes by default is 128 MB; a little more for its fields.
const MAX_PAYLOAD_BYTES: u64 = 129 * 1024 * 1024;
/// Envelopes up to this size are waited for even where their first fields make no sense.
const SMALL_BYTES: u64 = 1024 * 1024;
/// Markers and queue positions are a few numbers and strings.
const MAX_OTHER_BYTES: u64 = 64 * 1024;
/// A component's name in an entry is a GUID of 22 characters, or `Iguana-Service`.
const MAX_COMPONENT_BYTES: u64 = 1024;
/// What may follow an entry's data: two numbers, tags and meta data.
const MAX_TRAILER_BYTES: u64 = 1024 * 1024;
/// The years 2000 to 2099 in milliseconds: noise seldom has such a number where the time stands.
const OUR_TIME: std::ops::Range<u64> = 946_684_800_000..4_102_444_800_000;

/// What stands at the start of some bytes.
pub(super) enum Envelope<'a> {
    /// A sound envelope of this length.
    Whole { len: usize, content: &'a [u8] },
    /// The beginning of what may be a sound envelope.
    Short {
        /// False where what is there makes no sense.
        is_plausible: bool,
    },
    /// Anything else.
    Bad {
        /// What is wrong.
        reason: &'static str,
    },
}

/// What a damaged envelope says of its own length.
pub(super) enum Claim<'a> {
    /// Nothing that is to be believed.
    None,
    /// More bytes are needed to tell.
    Unknown,
    /// This length, with so much of its content as is there.
    Len { len: usize, content: &'a [u8] },
}

/// Reads the envelope at the start of `bytes`.
///
/// | field | bytes | what |
/// |---|---|---|
/// | marker | 2 | `:)` |
/// | payload size | number | 4 + length of content |
/// | crc | 4 | CRC-32 of content, little-endian |
/// | content | payload size - 4 | begins with its type |
///
/// A number is unsigned LEB128 of at most 10 bytes.
pub(super) fn parse_envelope(bytes: &[u8]) -> Envelope<'_> {
    read_envelope(bytes, |crc, content| crc == Some(crc32fast::hash(content)))
}

/// Reads an envelope whose checksum is known to be right.
pub(super) fn parse_sound_envelope(bytes: &[u8]) -> Envelope<'_> {
    read_envelope(bytes, |_, _| true)
}

/// Reads the envelope at the start of `bytes`, told whether a checksum is that of a content.
fn read_envelope(bytes: &[u8], is_right: impl Fn(Option<u32>, &[u8]) -> bool) -> Envelope<'_> {
    if !bytes.starts_with(MARKER) {
        let is_start = !bytes.is_empty() && MARKER.starts_with(bytes);
        return if is_start {
            Envelope::Short { is_plausible: true }
        } else {
            Envelope::Bad { reason: "no envelope begins here" }
        };
    }
    let mut fields = Fields { bytes, at: MARKER.len() };
    let size = match fields.number() {
        Ok(size) => size,
        Err(FieldError::Short) => return Envelope::Short { is_plausible: true },
        Err(FieldError::Bad) => {
            return Envelope::Bad { reason: "the size of the envelope is not a number" };
        }
    };
    let Some((len, content)) = content_of(bytes, fields.at, size) else {
        return Envelope::Bad { reason: "the size of the envelope is out of range" };
    };
    // Most envelopes are small and all there: their checksum tells enough.
    if size > SMALL_BYTES || bytes.len() < len {
        let is_plausible = is_plausible(content, size - 4);
        if !is_plausible && size > SMALL_BYTES {
            return Envelope::Bad { reason: "the content of the envelope does not fit its size" };
        }
        if bytes.len() < len {
            return Envelope::Short { is_plausible };
        }
    }
    let stored = bytes.get(fields.at..fields.at + 4).and_then(|crc| crc.try_into().ok());
    if is_right(stored.map(u32::from_le_bytes), content) {
        Envelope::Whole { len, content }
    } else {
        Envelope::Bad { reason: "the checksum of the envelope is wrong" }
    }
}

/// Reads what a damaged envelope says of its length, whatever its marker.
pub(super) fn parse_claim(bytes: &[u8]) -> Claim<'_> {
    let mut fields = Fields { bytes, at: MARKER.len() };
    let size = match fields.number() {
        Ok(size) => size,
        Err(FieldError::Short) => return Claim::Unknown,
        Err(FieldError::Bad) => return Claim::None,
    };
    match content_of(bytes, fields.at, size) {
        Some((len, content)) if size <= SMALL_BYTES || is_plausible(content, size - 4) => {
            Claim::Len { len, content }
        }
        _ => Claim::None,
    }
}

/// Returns the length of an envelope, and so much of its content as is there.
fn content_of(bytes: &[u8], crc_at: usize, size: u64) -> Option<(usize, &[u8])> {
    if !(4..=MAX_PAYLOAD_BYTES).contains(&size) {
        return None;
    }
    let len = crc_at + usize::try_from(size).ok()?;
    let content = bytes.get(crc_at + 4..len.min(bytes.len())).unwrap_or_default();
    Some((len, content))
}

/// Returns true where the beginning of a content may belong to one of `len` bytes.
pub(super) fn is_plausible(head: &[u8], len: u64) -> bool {
    let mut fields = Fields { bytes: head, at: 0 };
    let check = |fields: &mut Fields<'_>| -> Result<bool, FieldError> {
        match fields.number()? {
            4..=10 => {}
            1..=3 | 11 => return Ok(len <= MAX_OTHER_BYTES),
            _ => return Ok(false),
        }
        for _ in 0..4 {
            fields.number()?;
        }
        for _ in 0..2 {
            let size = fields.number()?;
            if size > MAX_COMPONENT_BYTES {
                return Ok(false);
            }
            fields.take(usize::try_from(size).map_err(|_| FieldError::Bad)?)?;
        }
        let end = fields.number()?.checked_add(fields.at as u64).ok_or(FieldError::Bad)?;
        Ok(end <= len && len - end <= MAX_TRAILER_BYTES)
    };
    match check(&mut fields) {
        Ok(is_plausible) => is_plausible,
        Err(FieldError::Short) => (head.len() as u64) < len,
        Err(FieldError::Bad) => false,
    }
}

/// Returns true where a whole content has the fields of an entry of our time, and not a byte more.
pub(super) fn is_entry(content: &[u8]) -> bool {
    let mut fields = Fields { bytes: content, at: 0 };
    let check = |fields: &mut Fields<'_>| -> Result<bool, FieldError> {
        let (kind, index, time) = (fields.number()?, fields.number()?, fields.number()?);
        if !(4..=10).contains(&kind) || index == 0 || !OUR_TIME.contains(&time) {
            return Ok(false);
        }
        for _ in 0..2 {
            fields.number()?;
        }
        for _ in 0..3 {
            fields.string()?;
        }
        if fields.at < content.len() {
            fields.number()?;
            fields.number()?;
            fields.string()?;
            fields.string()?;
        }
        Ok(fields.at == content.len())
    };
    check(&mut fields).unwrap_or(false)
}

/// Why a field could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldError {
    /// The bytes end within it.
    Short,
    /// No more bytes would help.
    Bad,
}

/// The numbers and strings of a content, in their order.
pub(super) struct Fields<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Fields<'a> {
    /// Reads an unsigned LEB128 number of at most 10 bytes.
    pub(super) fn number(&mut self) -> Result<u64, FieldError> {
        match self.bytes.get(self.at) {
            Some(byte) if *byte < 0x80 => {
                self.at += 1;
                Ok(u64::from(*byte)) // As most numbers are.
            }
            _ => self.long_number(),
        }
    }

    fn long_number(&mut self) -> Result<u64, FieldError> {
        let mut value = 0_u64;
        for position in 0..10 {
            let byte = *self.bytes.get(self.at).ok_or(FieldError::Short)?;
            self.at += 1;
            if position > 0 && byte == 0 {
                return Err(FieldError::Bad); // A zero byte after a continuation bit is invalid.
            }
            let low = u64::from(byte & 0x7F);
            if position == 9 && low > 1 {
                return Err(FieldError::Bad);
            }
            value |= low << (7 * position);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(FieldError::Bad)
    }

    /// Reads a length and so many bytes.
    pub(super) fn string(&mut self) -> Result<&'a [u8], FieldError> {
        let len = usize::try_from(self.number()?).map_err(|_| FieldError::Bad)?;
        self.take(len)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], FieldError> {
        let end = self.at.checked_add(len).ok_or(FieldError::Bad)?;
        let taken = self.bytes.get(self.at..end).ok_or(FieldError::Short)?;
        self.at = end;
        Ok(taken)
    }
}
