//! `samples/iguana-x`: the working directory of the demo's server.

use super::Sample;
use crate::model::EntryKind;
use crate::sample::story::Story;
use crate::sample::truth::Truth;
use crate::sample::week::{self, COMPONENTS, SEED, SERVICE, moment};
use crate::sample::write::iguana_x::{self, Layout};
use crate::sample::write::service_log;

const ROOT: &str = "iguana-x";

/// Makes the two weeks as a working directory.
pub(super) fn iguana_x() -> Sample {
    let entries = week::week(SEED);
    let mut truth = Truth::of(ROOT, &entries);
    let mut files = Vec::new();
    for (path, bytes) in iguana_x::tree(&entries, Layout::New) {
        files.push((format!("{ROOT}/logt/{path}"), bytes));
    }
    for of in COMPONENTS {
        let (path, bytes) = iguana_x::component_json(of);
        files.push((format!("{ROOT}/{path}"), bytes));
    }
    let settings = b"{\n  \"encrypt\": false,\n  \"retention_days\": 14\n}\n".to_vec();
    files.push((format!("{ROOT}/config/settings/log.json"), settings));
    let (bytes, count) = start_up();
    truth.service_log = count;
    files.push((format!("{ROOT}/ServiceErrorLog.txt"), bytes));
    Sample { truth, files }
}

/// The service's start, which the service log holds as well.
fn start_up() -> (Vec<u8>, u64) {
    let mut story = Story::default();
    let lines = [
        "Iguana 10.1.119",
        "Configuration: /home/iguana/.IguanaX",
        "Log system initialization completed.",
        "Iguana has been initialized.",
    ];
    for line in lines {
        story.typed(SERVICE, moment(0, 0, 0), EntryKind::Trace, line);
    }
    let entries = story.finish();
    (service_log::file(&entries), entries.len() as u64)
}
