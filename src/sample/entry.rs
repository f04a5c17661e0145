//! A synthetic entry, before any format.

use std::borrow::Cow;

use crate::model::{self, Entry, EntryId, EntryKind, Millis};

/// A component of an invented server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// The GUID: the name of its directory in the log.
    pub guid: &'static str,
    /// The name that people gave it.
    pub name: &'static str,
}

/// The entry that another one tells of, such as the message that an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// GUID of its component.
    pub component: Cow<'static, str>,
    /// When it happened.
    pub time: Millis,
    /// Its index within that millisecond.
    pub index: u64,
}

/// One entry of a synthetic log, with all that any format writes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleEntry {
    /// GUID of the component, or `Iguana-Service`.
    pub component: Cow<'static, str>,
    /// Name of the component.
    pub component_name: Cow<'static, str>,
    /// Type on disk.
    pub kind: EntryKind,
    /// When it happened.
    pub time: Millis,
    /// Count within one millisecond of the component, from 1.
    pub index: u64,
    /// The entry that it tells of.
    pub related: Option<Related>,
    /// Count of the component's entries, from 1.
    pub sequence: u64,
    /// Count of the message in the component's queue, from 1; 0: not about a message.
    pub queue: u64,
    /// Hashtags, separated by spaces.
    pub tags: Cow<'static, str>,
    /// The text or the whole message.
    pub text: Vec<u8>,
}

impl SampleEntry {
    /// Returns the entry as a reader of Iguana X's logs would hand it on, at offset 0.
    #[must_use]
    pub fn as_entry(&self) -> Entry<'_> {
        Entry {
            offset: 0,
            len: 0,
            id: EntryId::Iguana { index: self.index },
            kind: self.kind,
            time: self.time,
            component: Cow::Borrowed(&self.component),
            tags: Cow::Borrowed(&self.tags),
            text: Cow::Borrowed(&self.text),
            related: self.related.as_ref().map(|related| model::Related::Iguana {
                component: Cow::Borrowed(&related.component),
                time: related.time,
                index: related.index,
            }),
        }
    }

    /// Returns the entry's id, `<component>-<milliseconds>-<index>`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}-{}-{}", self.component, self.time.get(), self.index)
    }

    /// Returns the text as characters, with U+FFFD for what is not UTF-8.
    #[must_use]
    pub fn text_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.text)
    }

    /// Returns the word that the Logs page and `/api_query` have for the entry's type.
    #[must_use]
    pub fn type_word(&self) -> &'static str {
        let is_ack = || self.text.windows(5).any(|at| at == b"\rMSA|");
        let entry = self.as_entry();
        match self.kind {
            EntryKind::Message if is_ack() => "Ack Msg",
            EntryKind::Message => "Message",
            EntryKind::Debug => "Debug",
            EntryKind::Success => "Success",
            _ => match entry.level() {
                crate::model::Level::Error => "Error",
                crate::model::Level::Warning => "Warning",
                crate::model::Level::Other => "Info",
            },
        }
    }
}
