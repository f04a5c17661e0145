//! Where the entries of a file belong: the numbers of components and streams in a batch, and the
//! last message of each component.
//!
//! **Invariant:** a number is that of the same name until [`Places::take_names`], which begins the
//! numbers of the next batch.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;

use crate::model::Stream;
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
    /// The head of its last message in the present batch.
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

    /// Keeps the head of a message in mind.
    pub(super) fn remember(&mut self, place: Place, message: &[u8]) {
        if let Some(component) = self.components.get_mut(place.at) {
            keep(&mut component.nearby, message);
        }
    }

    /// Returns the head of the last message of a component, where the batch has one.
    pub(super) fn nearby(&self, place: Place) -> Option<Arc<Head>> {
        self.components.get(place.at)?.nearby.clone()
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
