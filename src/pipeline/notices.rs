//! What Dewlap itself has to say of a server, as entries of a log of its own.
//!
//! A notice becomes an event like any other: masked, explained by a rule of `patterns/watch.toml`,
//! counted, reported and alerted. Its id makes it unique, so a restart says nothing twice.

use std::collections::BTreeMap;

use super::digest::Digest;
use super::ingest::IngestOptions;
use crate::model::{Entry, EntryId, EntryKind, Hour, Level, Millis, grouped};
use crate::silence::span_in_words;
use crate::store::{Evidence, FileId, Headroom, Loss, Store, StoreError, Tally, WriterHandle};

/// The file that notices are said to come from; no file system has one of this name.
const OWN_FILE: &str = "<dewlap>";
const OWN_FORMAT: &str = "dewlap";

/// Something that Dewlap noticed and no log tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is known by on its server: a second one of the same id is not told.
    pub id: String,
    /// The Iguana server.
    pub server: String,
    /// GUID or name of the component that it is about.
    pub component: String,
    /// When it was noticed.
    pub time: Millis,
    /// How bad it is.
    pub level: Level,
    /// What is told.
    pub text: String,
}

impl Notice {
    /// Returns the notice that a part of a log was destroyed before it was read.
    #[must_use]
    pub fn capture_loss(server: &str, component: &str, path: &str, loss: &Loss) -> Self {
        let bytes = grouped(loss.to.saturating_sub(loss.from));
        Self {
            id: format!("watch:capture-loss:{}:{}", loss.file, loss.from),
            server: server.into(),
            component: component.into(),
            time: loss.noticed,
            level: Level::Error,
            text: format!(
                "{bytes} bytes of {path} were destroyed before they could be read, \
                 between {} and {}",
                loss.since, loss.noticed
            ),
        }
    }

    /// Returns the notice that a rotated log soon overwrites itself; one a day for each log.
    #[must_use]
    pub fn overwritten_soon(server: &str, component: &str, headroom: &Headroom) -> Self {
        let day = headroom.measured.get().div_euclid(24 * Hour::MILLIS);
        let span = span_in_words(std::time::Duration::from_millis(headroom.span));
        Self {
            id: format!("watch:overwritten-soon:{}:{day}", headroom.path),
            server: server.into(),
            component: component.into(),
            time: headroom.measured,
            level: Level::Warning,
            text: format!("{} is overwritten every {span} at the present rate", headroom.path),
        }
    }

    fn entry(&self) -> Entry<'_> {
        Entry {
            offset: 0,
            len: 0,
            id: EntryId::Named(self.id.as_str().into()),
            kind: match self.level {
                Level::Error => EntryKind::Error,
                Level::Warning => EntryKind::Warning,
                Level::Other => EntryKind::Info,
            },
            time: self.time,
            component: self.component.as_str().into(),
            tags: "".into(),
            text: self.text.as_bytes().into(),
            related: None,
        }
    }
}

/// Commits the notices that were not told before, and returns what was new.
///
/// The options say how texts are masked and explained; each notice goes to its own server.
///
/// # Errors
///
/// Returns [`StoreError`] where the store cannot be read or written.
pub fn commit_notices(
    notices: &[Notice],
    options: &IngestOptions<'_>,
    writer: &WriterHandle,
    store: &Store,
) -> Result<Tally, StoreError> {
    let mut by_server: BTreeMap<&str, Vec<&Notice>> = BTreeMap::new();
    for notice in notices {
        if !store.has_entry(&notice.server, &notice.id)? {
            by_server.entry(&notice.server).or_default().push(notice);
        }
    }
    let mut tally = Tally::default();
    for (server, notices) in by_server {
        let writer = writer.for_server(server)?;
        let options = own_options(server, options);
        let mut digest = Digest::new(&options, own_file(&writer)?);
        for notice in notices {
            digest.add(&notice.entry());
        }
        let mut batch = digest.take(None);
        batch.is_own = true;
        tally.add(&writer.commit_and_count(batch)?);
    }
    Ok(tally)
}

/// Returns the options for entries that are wanted whatever their time.
fn own_options<'o>(server: &'o str, options: &IngestOptions<'o>) -> IngestOptions<'o> {
    IngestOptions { server, format: None, since: None, until: None, ..*options }
}

/// Returns the server's file of notices, and makes it where there is none.
fn own_file(writer: &WriterHandle) -> Result<FileId, StoreError> {
    let evidence = Evidence {
        path: OWN_FILE.into(),
        format: OWN_FORMAT.into(),
        head: OWN_FILE.as_bytes().to_vec(),
    };
    let known = writer.known_files(&evidence)?;
    match known.iter().find(|file| file.path == OWN_FILE) {
        Some(file) => Ok(file.id),
        None => writer.register(&evidence, None),
    }
}
