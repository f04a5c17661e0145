//! Where reading goes on, as the store keeps it.

use serde::{Deserialize, Serialize};

use super::SourceOptions;
use super::position::Position;
use crate::model::Millis;

/// The version of what is written here.
const VERSION: u32 = 1;

/// The positions of all lanes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Resume {
    version: u32,
    /// What was asked for, hashed.
    selection: String,
    pub(super) lanes: Vec<Position>,
}

impl Resume {
    /// Reads a state; one of another version, or none, begins anew.
    ///
    /// Where other entries are asked for than before, all lanes go back to where a first question
    /// would begin, unless they are further back: what was read is known again by its ids.
    pub(super) fn read(text: Option<&str>, options: &SourceOptions, since: Millis) -> Self {
        let selection = options.selection();
        let read = text.and_then(|text| serde_json::from_str::<Self>(text).ok());
        let Some(mut resume) = read.filter(|resume| resume.version == VERSION) else {
            return Self { version: VERSION, selection, lanes: Vec::new() };
        };
        if resume.selection != selection {
            resume.lanes.iter_mut().for_each(|lane| lane.rewind(since));
            resume.selection = selection;
        }
        let overlap = i64::try_from(options.overlap.as_millis()).unwrap_or(i64::MAX);
        resume.lanes.iter_mut().for_each(|lane| lane.reach_back(overlap));
        resume
    }

    /// Returns the state as a text.
    pub(super) fn render(&self) -> String {
        serde_json::to_string(self).expect("plain values are always JSON")
    }
}
