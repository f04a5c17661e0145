//! What is answered to a path.

use serde_json::json;

use super::metrics::render_metrics;
use super::{Board, SourceState, Status};

const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Names what there is to see.
const INDEX: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
<title>Dewlap</title></head><body><h1>Dewlap</h1><ul>\n\
<li><a href=\"healthz\">healthz</a>: whether the follower is alive</li>\n\
<li><a href=\"readyz\">readyz</a>: whether every source has been read through once, and the store takes it</li>\n\
<li><a href=\"metrics\">metrics</a>: counts and lags, for Prometheus</li>\n\
</ul></body></html>\n";

/// An answer, apart from what all answers have.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// The HTTP status.
    pub(super) code: u16,
    /// The type of the body.
    pub(super) content_type: &'static str,
    /// The body.
    pub(super) body: String,
}

impl Page {
    /// Returns a page of one line.
    pub(super) fn line(code: u16, text: &str) -> Self {
        Self { code, content_type: TEXT, body: format!("{text}\n") }
    }
}

/// Returns what is answered to a path.
pub(super) fn page(board: &Board, path: &str) -> Page {
    match path {
        "/" => Page { code: 200, content_type: HTML, body: INDEX.into() },
        "/healthz" => health(board),
        "/readyz" => readiness(&board.read()),
        "/metrics" => {
            let body = render_metrics(&board.read(), board.now());
            Page { code: 200, content_type: METRICS, body }
        }
        _ => Page::line(404, "there is nothing here; see /"),
    }
}

fn health(board: &Board) -> Page {
    let status = board.read();
    let is_alive = board.is_alive();
    let uptime = board.now().get().saturating_sub(status.started.get()) / 1_000;
    let down = status.sources.iter().filter(|source| source.state != SourceState::Up);
    let (store_down_since, store_error) = match &status.store_state {
        SourceState::Up => (None, None),
        SourceState::Down { since, reason } => (Some(since.to_string()), Some(reason)),
    };
    let body = json!({
        "program": "dewlap",
        "status": if is_alive { "ok" } else { "stuck" },
        "version": status.version,
        "store": status.store.display().to_string(),
        "store_down_since": store_down_since,
        "store_error": store_error,
        "catalogue": status.catalogue,
        "started": status.started.to_string(),
        "uptime_seconds": uptime,
        "ready": status.unready().is_empty(),
        "sources": status.sources.len(),
        "down": down.map(|source| source.name.as_str()).collect::<Vec<_>>(),
    });
    let code = if is_alive { 200 } else { 503 };
    Page { code, content_type: JSON, body: format!("{body}\n") }
}

fn readiness(status: &Status) -> Page {
    let reasons = status.unready();
    if reasons.is_empty() {
        return Page::line(200, "ready");
    }
    Page::line(503, &reasons.join("\n"))
}
