//! One reader for any format.

use super::api_xml::ApiXml;
use super::csv::Csv;
use super::iguana_x::IguanaX;
use super::lines::{EachLine, Lines};
use super::ndjson::Ndjson;
use super::service_log::ServiceLog;
use super::{Format, Item, ParseOptions, Reader, Window};

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Reads the entries of one file.
pub struct Parser {
    format: Format,
    reader: Box<dyn Reader>,
}

impl Parser {
    /// Returns a parser for a file of this format that begins with `head`.
    ///
    /// Reading may begin anywhere that an entry begins; `head` is always the start of the file,
    /// so that the header row of a CSV file is known. A text format that the options do not have
    /// is read one entry a line.
    #[must_use]
    pub fn new(format: &Format, head: &[u8], options: &ParseOptions) -> Self {
        let limit = options.max_entry_bytes;
        let head = head.strip_prefix(BOM).unwrap_or(head);
        let reader: Box<dyn Reader> = match format {
            Format::IguanaX => Box::new(IguanaX::default()),
            Format::ServiceLog => Box::new(Lines::new(ServiceLog::new(head, &options.zone), limit)),
            Format::ApiXml => Box::new(ApiXml::new(options)),
            Format::Csv => Box::new(Csv::new(head, options)),
            Format::Ndjson => Box::new(Ndjson::new(options)),
            Format::Text(name) => match options.texts.iter().find(|text| text.name() == &**name) {
                Some(text) => Box::new(Lines::new(text.layout(&options.zone), limit)),
                None => Box::new(Lines::new(EachLine, limit)),
            },
        };
        Self { format: format.clone(), reader }
    }

    /// Returns a parser for what another one has told to be whole entries ([`Parser::whole_len`]): what
    /// was checked for that is not checked again.
    #[must_use]
    pub fn of_whole(format: &Format, options: &ParseOptions) -> Self {
        match format {
            Format::IguanaX => {
                Self { format: format.clone(), reader: Box::new(IguanaX::of_sound()) }
            }
            _ => Self::new(format, &[], options),
        }
    }

    /// Returns the format that is read.
    #[must_use]
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// Returns the next item of the window, moving `at` past it: see [`Reader`].
    pub fn next<'a>(&mut self, window: Window<'a>, at: &mut usize) -> Option<Item<'a>> {
        if window.offset == 0 && *at == 0 && self.format != Format::IguanaX {
            let is_cut = BOM.starts_with(window.bytes) && window.bytes.len() < BOM.len();
            if is_cut && !window.is_last {
                return None;
            }
            if window.bytes.starts_with(BOM) {
                *at = BOM.len();
            }
        }
        self.reader.next(window, at)
    }

    /// Returns how many bytes at the start of a file belong to no entry in it: see
    /// [`Reader::loose_len`].
    pub fn loose_len(&mut self, window: Window<'_>) -> usize {
        self.reader.loose_len(window)
    }

    /// Returns how many bytes at the start of the window another parser may read: see
    /// [`Reader::whole_len`]. The next window given to this one begins behind them.
    pub fn whole_len(&mut self, window: Window<'_>) -> usize {
        self.reader.whole_len(window)
    }

    /// Returns the offset at which a new parser may go on: see [`Reader::resume_offset`].
    #[must_use]
    pub fn resume_offset(&self, offset: u64) -> u64 {
        self.reader.resume_offset(offset)
    }
}
