//! Exported logs: rows under a header row, separated by commas, semicolons or tabs.
//!
//! Columns are found by their names. A row with too few or too many fields gives what it has; a row
//! whose quotes do not end is a gap up to the next line that is a whole row.
//!
//! **Not here:** files without a header row.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::clock::Clock;
use super::lines::without_line_end;
use super::options::plain_name;
use super::words::{add_tags, kind_of};
use super::{FieldMap, Gap, Item, ParseOptions, Reader, Window, decode_text};
use crate::model::{Entry, EntryId, EntryKind, Millis};

/// Reads CSV files.
pub(super) struct Csv {
    clock: Clock,
    map: FieldMap,
    max_entry_bytes: usize,
    columns: Option<Columns>,
    /// Offset of the first row of data.
    header_end: u64,
    /// Where bytes begin that cannot be read.
    damage: Option<u64>,
    /// Time of the entry before.
    time: Millis,
}

/// What the header row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    delimiter: u8,
    width: usize,
    /// All that may hold the time, the best first.
    time: Vec<usize>,
    component: Option<usize>,
    kind: Option<usize>,
    id: Option<usize>,
    text: Option<usize>,
    tags: Option<usize>,
}

/// A row.
struct Row<'a> {
    fields: Vec<Cow<'a, [u8]>>,
    /// Where each field begins.
    starts: Vec<usize>,
    /// Length with the line end.
    len: usize,
}

impl Reader for Csv {
    fn next<'a>(&mut self, window: Window<'a>, at: &mut usize) -> Option<Item<'a>> {
        loop {
            if self.damage.is_some() {
                return self.skip_damage(window, at).map(Item::Gap);
            }
            let rest = window.bytes.get(*at..)?;
            *at += rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            let rest = window.bytes.get(*at..).filter(|rest| !rest.is_empty())?;
            let offset = window.offset + *at as u64;
            let Some(columns) = &self.columns else {
                let (columns, len) = Columns::parse(rest, &self.map, false)?;
                self.columns = Some(columns);
                self.header_end = offset + len as u64;
                continue;
            };
            let within = rest.get(..self.max_entry_bytes).unwrap_or(rest);
            let is_cut = within.len() < rest.len();
            let is_end = window.is_last && !is_cut;
            let Some(row) = read_row(within, columns.delimiter, is_end) else {
                if is_cut || (is_end && columns.find_row(rest, 0, true).is_ok()) {
                    self.damage = Some(offset);
                    continue;
                }
                return None;
            };
            let line = rest.get(..row.len).unwrap_or_default();
            *at += row.len;
            if offset >= self.header_end && !line.trim_ascii().is_empty() {
                return self.entry(row, line, offset).map(Item::Entry);
            }
        }
    }
}

impl Csv {
    /// Returns a reader of a file that begins so.
    pub(super) fn new(head: &[u8], options: &ParseOptions) -> Self {
        let header = Columns::parse(head, &options.csv, false);
        let (columns, header_end) = header.unzip();
        Self {
            clock: Clock::new(&options.zone),
            map: options.csv.clone(),
            max_entry_bytes: options.max_entry_bytes.max(1),
            columns,
            header_end: header_end.unwrap_or(0) as u64,
            damage: None,
            time: Millis::default(),
        }
    }

    fn entry<'a>(&mut self, mut row: Row<'a>, line: &'a [u8], offset: u64) -> Option<Entry<'a>> {
        let columns = self.columns.as_ref()?;
        let mut take = |column: Option<usize>| {
            column.and_then(|column| row.fields.get_mut(column)).map(std::mem::take)
        };
        let as_text = |field: Option<Cow<'a, [u8]>>| match field.unwrap_or_default() {
            Cow::Borrowed(bytes) => decode_text(bytes.trim_ascii()),
            Cow::Owned(bytes) => Cow::Owned(decode_text(bytes.trim_ascii()).into_owned()),
        };

        let id = as_text(take(columns.id));
        let kind = take(columns.kind).map_or(EntryKind::Info, |kind| kind_of(&decode_text(&kind)));
        let component = as_text(take(columns.component));
        let mut tags = String::new();
        add_tags(&mut tags, &as_text(take(columns.tags)));
        let text = take(columns.text);
        let times = columns.time.iter().filter_map(|column| row.fields.get(*column));
        let times: Vec<_> = times.map(|time| decode_text(time)).collect();
        self.time = self.time_of(&times).unwrap_or(self.time);
        // A delimiter in a text without quotes makes more fields, where the text is the last one.
        let is_split = row.fields.len() > columns.width
            && columns.text.is_some_and(|text| text + 1 == columns.width);
        let text = match (text, columns.text.and_then(|text| row.starts.get(text))) {
            (Some(_), Some(start)) if is_split => {
                Cow::Borrowed(without_line_end(line.get(*start..).unwrap_or_default()))
            }
            (Some(text), _) => text,
            (None, _) if columns.text.is_some() => Cow::Borrowed(&b""[..]),
            (None, _) => Cow::Borrowed(without_line_end(line)),
        };
        Some(Entry {
            offset,
            len: row.len as u64,
            id: if id.is_empty() { EntryId::Place } else { EntryId::Named(id) },
            kind,
            time: self.time,
            component,
            tags: tags.into(),
            text,
            related: None,
        })
    }

    /// Returns the first time that can be read; of a date and a time of day, both together.
    fn time_of(&self, times: &[Cow<'_, str>]) -> Option<Millis> {
        let parse = |text: &str| match &self.map.time_format {
            Some(format) => self.clock.parse_with(text, format),
            None => self.clock.parse(text),
        };
        times.iter().find_map(|time| {
            let whole = |date: &Cow<'_, str>| parse(&format!("{} {}", date.trim(), time.trim()));
            parse(time).or_else(|| times.iter().find_map(whole))
        })
    }

    /// Moves `at` to the next line that is a whole row.
    fn skip_damage(&mut self, window: Window<'_>, at: &mut usize) -> Option<Gap> {
        let from = self.damage?;
        let columns = self.columns.as_ref()?;
        let to = match columns.find_row(window.bytes, *at, window.is_last) {
            Ok(row) => row,
            Err(read) if !window.is_last => {
                *at = read;
                return None;
            }
            Err(_) => window.bytes.len(),
        };
        *at = to;
        self.damage = None;
        let reason = "the quotes of the row do not end".into();
        Some(Gap { from, to: window.offset + to as u64, reason })
    }
}

impl Columns {
    /// Reads the header row: the first line that is not blank, and where it ends.
    ///
    /// Returns `None` where that line is not whole; with `is_end`, it needs no line end.
    pub(super) fn parse(head: &[u8], map: &FieldMap, is_end: bool) -> Option<(Self, usize)> {
        let n_blank = head.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let rest = head.get(n_blank..).filter(|rest| !rest.is_empty())?;
        let end = match memchr(b'\n', rest) {
            Some(end) => end + 1,
            None if is_end => rest.len(),
            None => return None,
        };
        let line = rest.get(..end)?;
        let rows =
            [b',', b';', b'\t'].map(|delimiter| (delimiter, read_row(line, delimiter, true)));
        let n_fields = |row: &Option<Row<'_>>| row.as_ref().map_or(0, |row| row.fields.len());
        // Of equals, the comma; of a line with open quotes, the one name that it is.
        let (delimiter, row) = rows
            .into_iter()
            .reduce(|best, row| if n_fields(&row.1) > n_fields(&best.1) { row } else { best })?;
        let fields = row.map_or_else(|| vec![Cow::Borrowed(line)], |row| row.fields);
        let names: Vec<_> = fields.iter().map(|name| plain_name(&decode_text(name))).collect();
        let position = |name: &String| names.iter().position(|have| *have == plain_name(name));
        let find = |wanted: &[String]| wanted.iter().find_map(position);
        let columns = Self {
            delimiter,
            width: names.len(),
            time: map.time.iter().filter_map(position).collect(),
            component: find(&map.component),
            kind: find(&map.kind),
            id: find(&map.id),
            text: find(&map.text),
            tags: find(&map.tags),
        };
        Some((columns, n_blank + end))
    }

    /// Returns true where enough names are known to take the file for an exported log.
    pub(super) fn is_log(&self) -> bool {
        let known = [self.component, self.kind, self.id, self.text, self.tags];
        let n_known = known.iter().flatten().count() + usize::from(!self.time.is_empty());
        n_known >= 2 && (self.text.is_some() || !self.time.is_empty())
    }

    /// Finds a later line that is a whole row, from this index on.
    ///
    /// Where there is none, returns how far the bytes need not be looked at again.
    fn find_row(&self, bytes: &[u8], from: usize, is_last: bool) -> Result<usize, usize> {
        let mut search = from;
        loop {
            let rest = bytes.get(search..).unwrap_or_default();
            let Some(found) = memchr(b'\n', rest) else { return Err(bytes.len()) };
            let next = search + found + 1;
            let line = bytes.get(next..).unwrap_or_default();
            let end = match memchr(b'\n', line) {
                Some(end) => end + 1,
                None if is_last && !line.is_empty() => line.len(),
                None => return Err(next - 1), // The line end is kept: a line begins behind it.
            };
            let row = read_row(line.get(..end).unwrap_or_default(), self.delimiter, true);
            if row.is_some_and(|row| row.len == end && row.fields.len() == self.width) {
                return Ok(next);
            }
            search = next;
        }
    }
}

/// Reads the row at the start of `bytes`; `None` where it does not end in them.
///
/// With `is_end`, the row may end with the bytes.
fn read_row(bytes: &[u8], delimiter: u8, is_end: bool) -> Option<Row<'_>> {
    let (mut fields, mut starts, mut at) = (Vec::new(), Vec::new(), 0);
    loop {
        let (field, end) = read_field(bytes, at, delimiter)?;
        fields.push(field);
        starts.push(at);
        match bytes.get(end) {
            Some(b'\n') => return Some(Row { fields, starts, len: end + 1 }),
            Some(_) => at = end + 1,
            None => return is_end.then_some(Row { fields, starts, len: end }),
        }
    }
}

/// Reads the field at this index, and where it ends; `None` where its quotes do not end.
fn read_field(bytes: &[u8], from: usize, delimiter: u8) -> Option<(Cow<'_, [u8]>, usize)> {
    let plain = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        let end = from + memchr2(delimiter, b'\n', rest).unwrap_or(rest.len());
        let field = bytes.get(from..end).unwrap_or_default();
        (if bytes.get(end) == Some(&delimiter) { field } else { without_line_end(field) }, end)
    };
    if bytes.get(from) != Some(&b'"') {
        let (field, end) = plain(from);
        return Some((Cow::Borrowed(field), end));
    }
    let mut field = Cow::Borrowed(&b""[..]);
    let mut at = from + 1;
    loop {
        let quote = at + memchr(b'"', bytes.get(at..)?)?;
        let is_escaped = bytes.get(quote + 1) == Some(&b'"');
        append(&mut field, bytes.get(at..quote + usize::from(is_escaped))?);
        if !is_escaped {
            let (rest, end) = plain(quote + 1);
            append(&mut field, rest);
            return Some((field, end));
        }
        at = quote + 2;
    }
}

/// Appends bytes to a field, which borrows them where it is empty.
fn append<'a>(field: &mut Cow<'a, [u8]>, bytes: &'a [u8]) {
    if field.is_empty() {
        *field = Cow::Borrowed(bytes);
    } else if !bytes.is_empty() {
        field.to_mut().extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Seen, read};
    use super::super::{Format, ParseOptions};

    #[track_caller]
    fn check(log: &[u8], want: &[&str]) {
        let items = read(&Format::Csv, log, &ParseOptions::default());
        let have: Vec<_> = items
            .into_iter()
            .map(|item| match item {
                Seen::Entry(entry) => format!(
                    "{}|{}|{}|{}|{}|{}",
                    entry.display_id().unwrap_or_default(),
                    entry.time.to_string().trim_end_matches(":00.000Z"),
                    entry.kind.name(),
                    entry.component,
                    entry.tags,
                    entry.text.escape_ascii()
                ),
                Seen::Gap(gap) => format!("{}..{}: {}", gap.from, gap.to, gap.reason),
            })
            .collect();
        assert_eq!(have, want);
    }

    #[test]
    fn columns_are_found_by_name_and_quotes_hold_lines() {
        check(
            b"\xEF\xBB\xBFMessage_ID,Time Stamp,TYPE,Source Name,Tags,Data\r\n\
              20160527-1,2016-05-27 16:20,Error,ADT,\"#a, b\",\"say \"\"x\"\"\r\nline 2\"\r\n\
              20160527-2,2016-05-27 16:21:00,Info,,,plain\r\n",
            &[
                r#"20160527-1|2016-05-27T16:20|error|ADT|#a #b|say \"x\"\r\nline 2"#,
                "20160527-2|2016-05-27T16:21|info|||plain",
            ],
        );
    }

    #[test]
    fn semicolons_and_tabs_separate_too() {
        check(b"time;text\n2016-05-27 16:20:00;a,b\n", &["|2016-05-27T16:20|info|||a,b"]);
        check(b"time\ttext\n2016-05-27 16:20:00\ta;b", &["|2016-05-27T16:20|info|||a;b"]);
    }

    #[test]
    fn date_and_time_of_day_are_put_together() {
        check(b"Date,Time,Text\n2016-05-27,16:20:00,x\n", &["|2016-05-27T16:20|info|||x"]);
    }

    #[test]
    fn rows_with_too_few_or_many_fields_give_what_they_have() {
        check(
            b"time,type,text\n2016-05-27 16:20:00\n\n,error,a, b,\"c\"\n",
            &["|2016-05-27T16:20|info|||", "|2016-05-27T16:20|error|||a, b,\\\"c\\\""],
        );
    }

    #[test]
    fn a_quote_that_does_not_end_costs_its_row_only() {
        check(
            b"time,text\n,\"open\nmore\n,b\n",
            &["10..22: the quotes of the row do not end", "|1970-01-01T00:00|info|||b"],
        );
    }

    #[test]
    fn a_row_that_is_still_being_written_is_left() {
        check(b"time,text\n,a\n,\"b\nc", &["|1970-01-01T00:00|info|||a"]);
    }
}
