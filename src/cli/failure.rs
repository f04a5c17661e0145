//! How a command ends.

use std::io;
use std::panic::PanicHookInfo;
use std::process::ExitCode;

use super::output::error_lines;
use crate::catalogue::CatalogueError;
use crate::config::ConfigError;
use crate::draft::DraftError;
use crate::follow::FollowError;
use crate::model::Finding;
use crate::pipeline::IngestError;
use crate::store::StoreError;

/// How a command that did its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// All is well.
    Fine,
    /// It was asked to look for problems and found some.
    Found,
    /// The user stopped it.
    Interrupted,
}

impl From<Done> for ExitCode {
    fn from(done: Done) -> Self {
        match done {
            Done::Fine => Self::SUCCESS,
            Done::Found => Self::from(1),
            Done::Interrupted => Self::from(130),
        }
    }
}

/// An error of the command line itself, with advice.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Misuse {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Misuse {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()) }
    }
}

/// Prints why a command failed and what to do, and returns the exit code.
pub(super) fn report_failure(error: &anyhow::Error) -> ExitCode {
    if is_broken_pipe(error) {
        return ExitCode::SUCCESS;
    }
    let mut lines = failure_lines(error);
    if let Some(first) = lines.first_mut() {
        *first = format!("error: {first}");
    }
    error_lines(&lines);
    ExitCode::from(2)
}

/// Returns why a command failed, all faults of a file, and what to do.
pub(super) fn failure_lines(error: &anyhow::Error) -> Vec<String> {
    let mut lines = vec![format!("{error:#}")];
    lines.extend(findings(error).iter().map(ToString::to_string));
    lines.extend(hint(error).map(|hint| format!("hint: {hint}")));
    lines
}

/// Prints where a panic arose. What it says may quote a text of the log, so it is not shown.
pub(super) fn report_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
    error_lines(&[format!("internal error{}; please report it", place.unwrap_or_default())]);
}

/// Returns true where whoever read our output went away, which is no error of ours.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io_error = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().map(io::Error::kind)
    };
    error.chain().filter_map(io_error).any(|kind| kind == io::ErrorKind::BrokenPipe)
}

fn findings(error: &anyhow::Error) -> &[Finding] {
    let of_config = error.downcast_ref::<ConfigError>().map(ConfigError::findings);
    let of_draft = || match error.downcast_ref::<DraftError>() {
        Some(DraftError::TooFewWords { source, .. }) => Some(source.findings()),
        _ => None,
    };
    let of_catalogue = || error.downcast_ref::<CatalogueError>().map(CatalogueError::findings);
    of_config.or_else(of_catalogue).or_else(of_draft).unwrap_or_default()
}

fn hint(error: &anyhow::Error) -> Option<String> {
    for cause in error.chain() {
        if let Some(misuse) = cause.downcast_ref::<Misuse>() {
            return misuse.hint.clone();
        }
        if let Some(IngestError::Store(error)) = cause.downcast_ref::<IngestError>() {
            return error.hint();
        }
        if let Some(error) = cause.downcast_ref::<DraftError>() {
            return error.hint();
        }
        if let Some(error) = cause.downcast_ref::<FollowError>() {
            return error.hint();
        }
        if let Some(error) = cause.downcast_ref::<StoreError>() {
            return error.hint();
        }
        if let Some(error) = cause.downcast_ref::<ConfigError>() {
            return error.hint().map(str::to_owned);
        }
    }
    None
}
