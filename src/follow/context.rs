//! What every thread of a session has.

use std::sync::Arc;

use super::stop::Stop;
use super::{Moments, Setup, Source};
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
}

impl Context {
    /// Returns the source, which is there as long as its thread is.
    pub(super) fn source(&self) -> Option<&Source> {
        self.setup.sources.get(self.index)
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
