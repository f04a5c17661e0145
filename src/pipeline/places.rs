//! Where the entries of a file belong: the numbers of components and streams in a batch, and the
//! last message of each component.
//!
//! **Invariant:** a number is that of the same name until [`Places::take_names`], which begins the
//! numbers of the next batch.

use std::borrow::Cow;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;

use crate::model::{Entry, Stream};
use crate::redact::Identifiers;
use crate::store::FileId;

/// Bytes of the last message that are kept in mind, to know its patient in later texts.
const MAX_NEARBY_BYTES: usize = 2 * 1024;

/// Names by their hashes: one look for each entry that is read.
type Names<T> = HashMap<Box<str>, T, RandomState>;

/// Components and streams, numbered in the order in which a batch has them.
#[derive(Debug, Default)]
pub(super) struct Places {
    components: Vec<Component>,
    by_name: Names<usize>,
    /// Of the present batch.
    component_names: Vec<Box<str>>,
    stream_names: Vec<Box<str>>,
    streams: Names<u32>,
}

/// The head of the last message of each component: the next error may quote their patient.
#[derive(Debug, Default)]
pub(super) struct Nearby(Names<Arc<Head>>);

/// The last message of each component in bytes that are being read: most are followed by another
/// one, and are not copied. Those that are left go to [`Places::keep_all`].
#[derive(Debug, Default)]
pub(super) struct Passing<'w>(Vec<Option<&'w [u8]>>);

/// The head of a message.
#[derive(Debug, Default)]
pub(super) struct Head {
    bytes: Vec<u8>,
    /// Whom it is about, once that is asked for; `None`: that cannot be told.
    patient: OnceLock<Option<Identifiers>>,
}

/// A component of the file.
#[derive(Debug)]
struct Component {
    name: Box<str>,
    /// Its number in the present batch.
    number: Option<u32>,
    /// The stream of its entry before, and its number in the present batch.
    stream: Option<(StreamName, u32)>,
    /// The head of its last message in the present batch, but for one that is [`Passing`].
    nearby: Option<Arc<Head>>,
}

/// What an entry's id is unique in, kept.
#[derive(Debug, PartialEq, Eq)]
enum StreamName {
    Component(Box<str>),
    Server,
    File,
}

/// Where an entry belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Index of its component in the batch.
    pub(super) component: u32,
    /// Index of its stream in the batch.
    pub(super) stream: u32,
    at: usize,
}

impl Places {
    /// Returns where an entry of this component and stream belongs.
    pub(super) fn of(&mut self, component: &str, stream: Stream<'_>, file: FileId) -> Place {
        let at = self.find(component);
        let Some(known) = self.components.get_mut(at) else {
            return Place { component: 0, stream: 0, at };
        };
        let number =
            *known.number.get_or_insert_with(|| push(&mut self.component_names, component));
        if let Some((name, stream_number)) = &known.stream
            && name.is(stream)
        {
            return Place { component: number, stream: *stream_number, at };
        }
        let name = match stream {
            Stream::Component(component) => format!("component {component}"),
            Stream::Server => "server".to_owned(),
            Stream::File => format!("file {file}"),
        };
        let stream_number = if let Some(number) = self.streams.get(name.as_str()) {
            *number
        } else {
            let number = push(&mut self.stream_names, &name);
            self.streams.insert(name.into(), number);
            number
        };
        known.stream = Some((StreamName::of(stream), stream_number));
        Place { component: number, stream: stream_number, at }
    }

    /// Returns the names of the components and of the streams of the batch.
    pub(super) fn take_names(&mut self) -> (Vec<Box<str>>, Vec<Box<str>>) {
        (std::mem::take(&mut self.component_names), std::mem::take(&mut self.stream_names))
    }

    /// Returns the last messages of the batch, and begins the next.
    pub(super) fn take_nearby(&mut self) -> Nearby {
        let mut nearby = Nearby::default();
        for component in &mut self.components {
            (component.number, component.stream) = (None, None);
            let message = component.nearby.take();
            nearby.0.extend(message.map(|message| (component.name.clone(), message)));
        }
        self.streams.clear();
        nearby
    }

    /// Keeps a message in mind, at least while the bytes that it stands in are being read.
    pub(super) fn remember<'w>(
        &mut self,
        place: Place,
        message: &Entry<'w>,
        passing: &mut Passing<'w>,
    ) {
        match &message.text {
            Cow::Borrowed(text) => passing.put(place.at, text),
            Cow::Owned(text) => {
                passing.take(place.at);
                self.keep(place.at, text);
            }
        }
    }

    /// Keeps the heads of messages in mind when other bytes are read, or a batch is taken.
    pub(super) fn keep_all(&mut self, mut passing: Passing<'_>) {
        for (at, text) in std::mem::take(&mut passing.0).into_iter().enumerate() {
            if let Some(text) = text {
                self.keep(at, text);
            }
        }
    }

    /// Returns the head of the last message of a component, where the batch has one.
    pub(super) fn nearby(&mut self, place: Place, passing: &mut Passing<'_>) -> Option<Arc<Head>> {
        if let Some(text) = passing.take(place.at) {
            self.keep(place.at, text);
        }
        self.components.get(place.at)?.nearby.clone()
    }

    fn keep(&mut self, at: usize, message: &[u8]) {
        if let Some(component) = self.components.get_mut(at) {
            keep(&mut component.nearby, message);
        }
    }

    fn find(&mut self, name: &str) -> usize {
        if let Some(at) = self.by_name.get(name) {
            return *at;
        }
        let at = self.components.len();
        self.by_name.insert(name.into(), at);
        self.components.push(Component {
            name: name.into(),
            number: None,
            stream: None,
            nearby: None,
        });
        at
    }
}

impl<'w> Passing<'w> {
    fn put(&mut self, at: usize, message: &'w [u8]) {
        if self.0.len() <= at {
            self.0.resize(at + 1, None);
        }
        self.0[at] = Some(message);
    }

    fn take(&mut self, at: usize) -> Option<&'w [u8]> {
        self.0.get_mut(at)?.take()
    }
}

impl Drop for Passing<'_> {
    fn drop(&mut self) {
        let is_kept = self.0.iter().all(Option::is_none) || std::thread::panicking();
        debug_assert!(is_kept, "a patient would not be known in later texts");
    }
}

impl StreamName {
    fn of(stream: Stream<'_>) -> Self {
        match stream {
            Stream::Component(component) => Self::Component(component.into()),
            Stream::Server => Self::Server,
            Stream::File => Self::File,
        }
    }

    fn is(&self, stream: Stream<'_>) -> bool {
        match (self, stream) {
            (Self::Component(known), Stream::Component(component)) => **known == *component,
            (Self::Server, Stream::Server) | (Self::File, Stream::File) => true,
            _ => false,
        }
    }
}

impl Nearby {
    /// Keeps the head of a component's message in mind.
    pub(super) fn remember(&mut self, component: &str, message: &[u8]) {
        let mut kept = self.0.remove(component);
        keep(&mut kept, message);
        self.0.extend(kept.map(|message| (component.into(), message)));
    }

    /// Returns the head of the last message of a component.
    pub(super) fn of(&self, component: &str) -> Option<Arc<Head>> {
        self.0.get(component).cloned()
    }

    /// Keeps later messages in mind.
    pub(super) fn extend(&mut self, later: Self) {
        self.0.extend(later.0);
    }
}

impl Head {
    /// Returns what identifies the patient of the message; `None` where that cannot be told.
    pub(super) fn patient(&self) -> Option<&Identifiers> {
        let identify = AssertUnwindSafe(|| Identifiers::of_message(&self.bytes));
        self.patient.get_or_init(|| catch_unwind(identify).ok()).as_ref()
    }

    fn replace(&mut self, message: &[u8]) {
        self.bytes.clear();
        self.bytes.extend_from_slice(message.get(..MAX_NEARBY_BYTES).unwrap_or(message));
        self.patient.take();
    }
}

/// Keeps the head of a message in the place of the one before, whose memory is used again unless
/// a candidate still needs it.
fn keep(place: &mut Option<Arc<Head>>, message: &[u8]) {
    if let Some(kept) = place.as_mut().and_then(Arc::get_mut) {
        return kept.replace(message);
    }
    let mut head = Head::default();
    head.replace(message);
    *place = Some(Arc::new(head));
}

/// Adds a name to a list, and returns its index.
fn push(list: &mut Vec<Box<str>>, name: &str) -> u32 {
    list.push(name.into());
    u32::try_from(list.len() - 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EntryId, EntryKind, Millis};

    fn message(text: Cow<'_, [u8]>) -> Entry<'_> {
        Entry {
            offset: 0,
            len: 0,
            id: EntryId::Place,
            kind: EntryKind::Message,
            time: Millis::new(0),
            component: "ADT Inbound".into(),
            tags: "".into(),
            text,
            related: None,
        }
    }

    fn head_of(places: &mut Places, place: Place, passing: &mut Passing<'_>) -> Option<Vec<u8>> {
        places.nearby(place, passing).map(|head| head.bytes.clone())
    }

    #[test]
    fn the_last_message_of_a_component_is_kept_where_it_is_asked_for() {
        let (mut places, mut passing) = (Places::default(), Passing::default());
        let place = places.of("ADT Inbound", Stream::File, FileId::default());
        let other = places.of("Lab", Stream::File, FileId::default());
        let (first, second) = (message(b"MSH|1"[..].into()), message(b"MSH|2"[..].into()));
        places.remember(place, &first, &mut passing);
        let asked = places.nearby(place, &mut passing);
        places.remember(place, &second, &mut passing);
        assert_eq!(asked.unwrap().bytes, b"MSH|1");
        assert_eq!(head_of(&mut places, other, &mut passing), None);
        assert_eq!(head_of(&mut places, place, &mut passing).unwrap(), b"MSH|2");
        assert_eq!(head_of(&mut places, place, &mut passing).unwrap(), b"MSH|2");
    }

    #[test]
    fn a_decoded_message_takes_the_place_of_one_that_passes() {
        let (mut places, mut passing) = (Places::default(), Passing::default());
        let place = places.of("ADT Inbound", Stream::File, FileId::default());
        let (first, decoded) = (message(b"MSH|1"[..].into()), message(b"MSH|2".to_vec().into()));
        places.remember(place, &first, &mut passing);
        places.remember(place, &decoded, &mut passing);
        assert_eq!(head_of(&mut places, place, &mut passing).unwrap(), b"MSH|2");
    }

    #[test]
    fn messages_that_pass_are_kept_when_their_bytes_go() {
        let (mut places, mut passing) = (Places::default(), Passing::default());
        let place = places.of("ADT Inbound", Stream::File, FileId::default());
        let message = message(b"MSH|1"[..].into());
        places.remember(place, &message, &mut passing);
        places.keep_all(passing);
        assert_eq!(places.take_nearby().of("ADT Inbound").unwrap().bytes, b"MSH|1");
    }
}
