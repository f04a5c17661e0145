//! What every thread of a session has.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::stop::Stop;
use super::{Moments, Setup, Source};
use crate::parse::ParseOptions;
use crate::pipeline::IngestOptions;
use crate::serve::{Board, SourceStatus};
use crate::store::WriterHandle;

/// What the thread of one source has.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) setup: Arc<Setup>,
    /// Which source it is.
    pub(super) index: usize,
    /// Writes for the source's server.
    pub(super) handle: WriterHandle,
    pub(super) clock: Moments,
    pub(super) board: Board,
    pub(super) stop: Arc<Stop>,
    /// Bytes that were read.
    pub(super) progress: Arc<AtomicU64>,
}

impl Context {
    /// Returns the source, which is there as long as its thread is.
    pub(super) fn source(&self) -> Option<&Source> {
        self.setup.sources.get(self.index)
    }

    /// Returns how entries are read, masked and explained: of this server, by these formats.
    pub(super) fn options<'c>(
        &'c self,
        server: &'c str,
        parse: &'c ParseOptions,
    ) -> IngestOptions<'c> {
        IngestOptions {
            server,
            classifier: &self.setup.classifier,
            fingerprinter: &self.setup.fingerprinter,
            masker: &self.setup.masker,
            parse,
            format: None,
            since: None,
            until: None,
            stop: self.stop.flag(),
            progress: &self.progress,
        }
    }

    /// Changes what is told of the source.
    pub(super) fn tell(&self, change: impl FnOnce(&mut SourceStatus)) {
        self.board.update(|status| {
            if let Some(source) = status.sources.get_mut(self.index) {
                change(source);
            }
        });
    }
}
