//! One record of an Iguana log, as a reader hands it on.

use std::borrow::Cow;

use super::Millis;
use super::identity::{SeenKey, Stream, iguana_key, iguana_parts, named_key};

/// The type that an entry has on disk.
///
/// Iguana X writes messages and traces; older data has the other five as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum EntryKind {
    /// A message that was received, sent or resubmitted, or its acknowledgement.
    Message = 4,
    /// A text that a component or the server wrote; its tags say how bad it is.
    Trace = 5,
    /// Information.
    Info = 6,
    /// Detail for developers.
    Debug = 7,
    /// Like an error but not final, such as a connection that will be tried again.
    Warning = 8,
    /// A failure.
    Error = 9,
    /// Something that went well.
    Success = 10,
}

impl EntryKind {
    /// Every kind, in the order of the numbers on disk.
    pub const ALL: [Self; 7] = [
        Self::Message,
        Self::Trace,
        Self::Info,
        Self::Debug,
        Self::Warning,
        Self::Error,
        Self::Success,
    ];

    /// Returns the kind with this number on disk.
    #[must_use]
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| u64::from(kind.code()) == code)
    }

    /// Returns the number that Iguana X writes for this kind.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Returns the kind that a word in a log stands for, whatever its case.
    ///
    /// Knows the spellings of `/api_query`, of the Logs page and of exports.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        const WORDS: [(&str, EntryKind); 22] = [
            ("message", EntryKind::Message),
            ("messages", EntryKind::Message),
            ("msg", EntryKind::Message),
            ("resubmission", EntryKind::Message),
            ("resubmitted", EntryKind::Message),
            ("ignored data msg", EntryKind::Message),
            ("ignored data", EntryKind::Message),
            ("ack", EntryKind::Message),
            ("ack msg", EntryKind::Message),
            ("ack message", EntryKind::Message),
            ("trace", EntryKind::Trace),
            ("info", EntryKind::Info),
            ("informational", EntryKind::Info),
            ("audit", EntryKind::Info),
            ("audit message", EntryKind::Info),
            ("debug", EntryKind::Debug),
            ("warning", EntryKind::Warning),
            ("warn", EntryKind::Warning),
            ("error", EntryKind::Error),
            ("fatal", EntryKind::Error),
            ("critical", EntryKind::Error),
            ("success", EntryKind::Success),
        ];
        let word = word.trim();
        WORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, kind)| *kind)
    }

    /// Returns the name used in JSON and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Trace => "trace",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Success => "success",
        }
    }
}

/// How bad an entry says that it is, from its type and tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Neither an error nor a warning.
    Other,
    /// Type warning, or tagged `#warning`.
    Warning,
    /// Type error, or a trace tagged `#error`.
    Error,
}

/// What makes an entry known again when it is met a second time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryId<'a> {
    /// Iguana X: unique with its component, `<component>-<milliseconds>-<index>`.
    Iguana {
        /// Count within one millisecond, from 1.
        index: u64,
    },
    /// An id that the log spells out, such as `20160527-1048576`.
    Named(Cow<'a, str>),
    /// The log has no ids: the place in the file is all there is.
    Place,
}

/// The entry that another one is about, such as the message that an error stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Related<'a> {
    /// Iguana X.
    Iguana {
        /// GUID of the component that wrote it.
        component: Cow<'a, str>,
        /// When.
        time: Millis,
        /// Count within that millisecond, from 1.
        index: u64,
    },
    /// An id that the log spells out.
    Named(Cow<'a, str>),
}

/// One record of an Iguana log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Offset of the entry's first byte in its file.
    pub offset: u64,
    /// Length in bytes, with envelope or line end.
    pub len: u64,
    /// What the entry is known by.
    pub id: EntryId<'a>,
    /// Type on disk.
    pub kind: EntryKind,
    /// When it happened.
    pub time: Millis,
    /// GUID of the component, or the name where the log has no GUIDs; empty: not told.
    pub component: Cow<'a, str>,
    /// Hashtags, separated by spaces, such as `#error #startup`.
    pub tags: Cow<'a, str>,
    /// The text or the whole message, as it stands in the log.
    pub text: Cow<'a, [u8]>,
    /// The entry that it is about, where the log tells.
    pub related: Option<Related<'a>>,
}

impl<'a> Related<'a> {
    /// Returns what an id in a log stands for; `0-0` and an empty one stand for nothing.
    #[must_use]
    pub fn named(id: Cow<'a, str>) -> Option<Self> {
        (!id.is_empty() && id != "0-0").then_some(Self::Named(id))
    }

    /// Returns the id that the entry goes by, in every format the same.
    #[must_use]
    pub fn id(&self) -> Cow<'_, str> {
        match self {
            Self::Iguana { component, time, index } => {
                Cow::Owned(format!("{component}-{}-{index}", time.get()))
            }
            Self::Named(id) => Cow::Borrowed(id),
        }
    }

    /// Returns it with all that it borrowed copied.
    #[must_use]
    pub fn into_owned(self) -> Related<'static> {
        match self {
            Self::Iguana { component, time, index } => {
                Related::Iguana { component: component.into_owned().into(), time, index }
            }
            Self::Named(id) => Related::Named(id.into_owned().into()),
        }
    }
}

impl Level {
    /// Returns how bad an entry of this type with these tags says it is. A message is never bad in
    /// itself.
    #[must_use]
    pub fn of(kind: EntryKind, tags: &str) -> Self {
        match kind {
            EntryKind::Message => Self::Other,
            EntryKind::Error => Self::Error,
            _ if has_tag(tags, "#error") => Self::Error,
            EntryKind::Warning => Self::Warning,
            _ if has_tag(tags, "#warning") => Self::Warning,
            _ => Self::Other,
        }
    }
}

fn has_tag(tags: &str, tag: &str) -> bool {
    !tags.is_empty() && tags.split_ascii_whitespace().any(|have| have.eq_ignore_ascii_case(tag))
}

impl Entry<'_> {
    /// Returns how bad the entry says it is.
    #[must_use]
    pub fn level(&self) -> Level {
        Level::of(self.kind, &self.tags)
    }

    /// Returns true where one of the tags is `tag`, given with its `#`.
    #[must_use]
    pub fn has_tag(&self, tag: &str) -> bool {
        has_tag(&self.tags, tag)
    }

    /// Returns true where the text is a whole message, which is never an event.
    ///
    /// Iguana X writes every message that a component dequeues once more, as an untagged trace,
    /// which an export or a text log calls information.
    #[must_use]
    pub fn is_message_body(&self) -> bool {
        match self.kind {
            EntryKind::Message => true,
            _ if !self.tags.is_empty() => false,
            EntryKind::Trace => is_hl7(&self.text) || is_markup(&self.text),
            EntryKind::Info | EntryKind::Debug => is_hl7(&self.text),
            _ => false,
        }
    }

    /// Returns the id that the entry goes by, or `None` where only its place tells it.
    #[must_use]
    pub fn display_id(&self) -> Option<Cow<'_, str>> {
        match &self.id {
            EntryId::Iguana { index } => {
                Some(format!("{}-{}-{index}", self.component, self.time.get()).into())
            }
            EntryId::Named(id) => Some(Cow::Borrowed(id)),
            EntryId::Place => None,
        }
    }

    /// Returns what the entry's id is unique in, and the key under which it is remembered there.
    #[must_use]
    pub fn identity(&self) -> (Stream<'_>, SeenKey) {
        match &self.id {
            EntryId::Iguana { index } => {
                (Stream::Component(&self.component), iguana_key(self.time, *index))
            }
            EntryId::Named(id) => match iguana_parts(id) {
                Some((component, time, index)) => {
                    (Stream::Component(component), iguana_key(time, index))
                }
                None => (Stream::Server, named_key(id, self.time)),
            },
            EntryId::Place => {
                (Stream::File, SeenKey { bucket: self.time.hour().get(), key: self.offset })
            }
        }
    }

    /// Returns it with all that it borrowed copied.
    #[must_use]
    pub fn into_owned(self) -> Entry<'static> {
        Entry {
            id: match self.id {
                EntryId::Iguana { index } => EntryId::Iguana { index },
                EntryId::Named(id) => EntryId::Named(id.into_owned().into()),
                EntryId::Place => EntryId::Place,
            },
            component: self.component.into_owned().into(),
            tags: self.tags.into_owned().into(),
            text: self.text.into_owned().into(),
            related: self.related.map(Related::into_owned),
            offset: self.offset,
            len: self.len,
            kind: self.kind,
            time: self.time,
        }
    }
}

/// Returns true where a text begins as a message of HL7 2 or X12 does.
#[must_use]
pub fn is_hl7(text: &[u8]) -> bool {
    let text = without_frame(text);
    [&b"MSH"[..], b"FHS", b"BHS", b"ISA"]
        .iter()
        .any(|segment| text.starts_with(segment) && is_separator(text.get(3)))
}

/// Returns true where a text begins as XML or JSON does.
fn is_markup(text: &[u8]) -> bool {
    let text = without_frame(text);
    text.starts_with(b"<") || text.starts_with(b"{") || text.starts_with(b"[{")
}

/// Returns a text without white space and LLP's start byte in front.
fn without_frame(text: &[u8]) -> &[u8] {
    let is_frame = |byte: &&u8| byte.is_ascii_whitespace() || **byte == 0x0B;
    text.get(text.iter().take_while(is_frame).count()..).unwrap_or_default()
}

/// Returns true for a byte that may separate fields.
fn is_separator(byte: Option<&u8>) -> bool {
    byte.is_some_and(u8::is_ascii_punctuation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry<'a>(kind: EntryKind, tags: &'a str, text: &'a str) -> Entry<'a> {
        Entry {
            offset: 0,
            len: 0,
            id: EntryId::Iguana { index: 1 },
            kind,
            time: Millis::new(1_788_739_200_137),
            component: "Iguana-Service".into(),
            tags: tags.into(),
            text: text.as_bytes().into(),
            related: None,
        }
    }

    #[test]
    fn the_level_comes_from_type_and_tags() {
        use EntryKind::{Error, Info, Message, Trace, Warning};
        let cases = [
            (Trace, "#startup #error", Level::Error),
            (Trace, "#errors", Level::Other),
            (Trace, "#warning", Level::Warning),
            (Error, "", Level::Error),
            (Warning, "", Level::Warning),
            (Message, "#message #error", Level::Other),
            (Info, "", Level::Other),
        ];
        for (kind, tags, want) in cases {
            assert_eq!(entry(kind, tags, "x").level(), want, "{kind:?} {tags}");
        }
    }

    #[test]
    fn only_untagged_traces_are_taken_for_message_bodies() {
        assert!(entry(EntryKind::Trace, "", "MSH|^~\\&|").is_message_body());
        assert!(entry(EntryKind::Trace, "", "\u{b}MSH|^~\\&|").is_message_body());
        assert!(!entry(EntryKind::Trace, "#error", "MSH|^~\\&|").is_message_body());
        assert!(!entry(EntryKind::Trace, "", "MSH segment is missing").is_message_body());
        assert!(entry(EntryKind::Info, "", "MSH|^~\\&|").is_message_body());
        assert!(!entry(EntryKind::Info, "", "<faultstring>").is_message_body());
    }

    #[test]
    fn an_id_in_a_text_log_is_the_same_as_on_disk() {
        let on_disk = entry(EntryKind::Trace, "", "x");
        let id = on_disk.display_id().unwrap();
        let in_text = Entry { id: EntryId::Named(id), ..on_disk.clone() };
        assert_eq!(in_text.identity(), on_disk.identity());
    }
}
