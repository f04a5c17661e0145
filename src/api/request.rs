//! Sends a request without being held up by it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::AskError;
use crate::web::{Client, Request, Response, WebError, origin_of};

/// How soon a request is given up when told to stop.
const PATIENCE: Duration = Duration::from_millis(50);

/// A request that owns its parts. It holds secrets, so it cannot be shown.
pub(super) struct Ask {
    pub(super) url: String,
    pub(super) headers: Vec<(&'static str, String)>,
    /// By `POST`; `None`: by `GET`.
    pub(super) body: Option<String>,
}

/// Sends a request on a thread of its own; `None` where `stop` was set before the answer came.
///
/// A request that is given up goes on until the client's timeout and answers nobody: its thread
/// has nothing but the request, so whoever stops need not wait for it.
pub(super) fn send(
    client: &Client,
    ask: Ask,
    stop: &AtomicBool,
) -> Result<Option<Response>, AskError> {
    let (sender, receiver) = sync_channel(1);
    let client = client.clone();
    let origin = origin_of(&ask.url);
    let run = move || {
        let headers: Vec<_> = ask.headers.iter().map(|(name, value)| (*name, &**value)).collect();
        let body = ask.body.as_deref().map(str::as_bytes);
        let answer = client.send(&Request { url: &ask.url, headers: &headers, body });
        // Who asked may have given up.
        drop(sender.send(answer));
    };
    std::thread::Builder::new()
        .name("request".into())
        .spawn(run)
        .map_err(|source| AskError::Thread { source })?;
    loop {
        match receiver.recv_timeout(PATIENCE) {
            Ok(answer) => return Ok(Some(answer?)),
            Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Relaxed) => return Ok(None),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                let source = "the request's thread has panicked".into();
                return Err(WebError::Send { origin, source }.into());
            }
        }
    }
}

/// Refuses every status but success.
pub(super) fn check_status(url: &str, answer: &Response) -> Result<(), AskError> {
    let (origin, status) = (origin_of(url), answer.status);
    match status {
        200..=299 => Ok(()),
        401 | 403 => Err(AskError::Refused { origin, status }),
        429 | 503 => {
            let after = answer.header("retry-after").and_then(|text| text.trim().parse().ok());
            Err(AskError::Busy { origin, status, after: after.map(Duration::from_secs) })
        }
        _ => Err(AskError::Status { origin, status }),
    }
}
