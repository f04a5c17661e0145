//! Compression: told by the first bytes, undone as a stream.

use std::io::{self, BufRead, BufReader, Read};

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Gzip,
    Zstd,
    Bzip2,
}

/// What a file or stream is wrapped in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrapping {
    Plain,
    Compressed(Codec),
    Tar,
    Zip,
}

/// The first bytes needed to tell: a tar archive has its mark at 257.
pub(super) const HEAD_BYTES: usize = 512;
/// Larger than the default, so that a decoder is called seldom.
const BUFFER_BYTES: usize = 256 * 1024;

impl Wrapping {
    /// Tells the wrapping from the first bytes.
    pub(super) fn of(head: &[u8]) -> Self {
        match head {
            [0x1F, 0x8B, 8, ..] => Self::Compressed(Codec::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Self::Compressed(Codec::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, ..] => Self::Compressed(Codec::Bzip2),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Zip,
            _ if head.get(257..262) == Some(b"ustar") => Self::Tar,
            _ => Self::Plain,
        }
    }
}

/// Undoes the compression of a stream; several compressed parts in a row are one stream.
pub(super) fn decoder<'a>(codec: Codec, stream: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let stream = BufReader::with_capacity(BUFFER_BYTES, stream);
    Ok(match codec {
        Codec::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(stream)),
        Codec::Zstd => Box::new(zstd::Decoder::with_buffer(stream)?),
        Codec::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(stream)),
    })
}

/// Opens the compressed part of a file that is one log; `None` where it is not compressed, or holds
/// several.
///
/// # Errors
///
/// Returns why the file could not be read.
pub fn open_compressed(file: std::fs::File) -> io::Result<Option<Box<dyn Read>>> {
    let (wrapping, stream) = Peeked::new(file).wrapping()?;
    match wrapping {
        Wrapping::Compressed(codec) => decoder(codec, stream).map(Some),
        Wrapping::Plain | Wrapping::Tar | Wrapping::Zip => Ok(None),
    }
}

/// A stream whose first bytes have been looked at.
pub(super) struct Peeked<R> {
    reader: BufReader<R>,
}

impl<R: Read> Peeked<R> {
    pub(super) fn new(stream: R) -> Self {
        Self { reader: BufReader::with_capacity(HEAD_BYTES, stream) }
    }

    /// Returns the first bytes, without taking them; fewer where the stream is shorter.
    pub(super) fn wrapping(mut self) -> io::Result<(Wrapping, impl Read)> {
        let mut head = Vec::with_capacity(HEAD_BYTES);
        while head.len() < HEAD_BYTES {
            let more = self.reader.fill_buf()?;
            if more.is_empty() {
                break;
            }
            let taken = more.len().min(HEAD_BYTES - head.len());
            head.extend(more.iter().take(taken));
            self.reader.consume(taken);
        }
        let wrapping = Wrapping::of(&head);
        Ok((wrapping, io::Cursor::new(head).chain(self.reader)))
    }
}
