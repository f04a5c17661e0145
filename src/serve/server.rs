//! Listens and answers.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use super::limited::Limited;
use super::pages::{Page, page};
use super::{Board, Hosts, ServeError};

/// What answers need.
#[derive(Debug)]
struct Site {
    board: Board,
    hosts: Hosts,
}

/// Listens on an address.
///
/// # Errors
///
/// Returns [`ServeError::Listen`] where the address is not of this machine or is in use.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })
}

/// Answers requests from a board until `shutdown` is over.
///
/// Connections that are open then may end first, which takes at most ten seconds.
///
/// # Errors
///
/// Returns [`ServeError::Serve`] where listening ends by itself.
pub async fn serve(
    board: Board,
    hosts: Hosts,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let site = Arc::new(Site { board, hosts });
    let router = Router::new().fallback(answer).with_state(site);
    axum::serve(Limited::new(listener), router)
        .with_graceful_shutdown(shutdown)
        .await
        .map_err(|source| ServeError::Serve { source })
}

async fn answer(
    State(site): State<Arc<Site>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let is_read = method == Method::GET || method == Method::HEAD;
    match host {
        None => respond(Page::line(400, "a request needs a Host header")),
        Some(host) if !site.hosts.allow(host) => respond(Page::line(
            421,
            "this server is not known by that name; see `health_hosts` in its configuration",
        )),
        Some(_) if !is_read => {
            let allow = [(header::ALLOW, HeaderValue::from_static("GET, HEAD"))];
            (allow, respond(Page::line(405, "only GET and HEAD are answered"))).into_response()
        }
        Some(_) => respond(page(&site.board, uri.path())),
    }
}

/// Adds what every answer has. Connections are short, so that no client can hold them all.
fn respond(page: Page) -> Response {
    let headers = [
        (header::CONTENT_TYPE, page.content_type),
        (header::CONNECTION, "close"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let code = StatusCode::from_u16(page.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (code, headers, page.body).into_response()
}
