//! HTTP requests to other servers: the only user of `ureq`.
//!
//! Entry point: [`Client::send`]. A client trusts the public certificate authorities, or those of
//! a file in their place: a hospital's own.
//!
//! **Invariant:** every request ends within the client's timeout, a body is never longer than the
//! client's limit, and no error names more of an address than its scheme, host and port:
//! credentials and questions stay out of logs.
//!
//! **Not here:** what is asked and what an answer means (`api`, `alert`).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// How a client behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientOptions {
    /// Certificate authorities that are trusted, as PEM; `None`: the public ones.
    pub ca_file: Option<PathBuf>,
    /// A request takes no longer, its answer included.
    pub timeout: Duration,
    /// An answer's body is no longer, in bytes.
    pub max_body_bytes: u64,
}

/// Sends requests, and keeps connections open between them.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    max_body_bytes: u64,
}

/// What is asked: with a body by `POST`, without one by `GET`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'r> {
    /// The address.
    pub url: &'r str,
    /// Headers, by name.
    pub headers: &'r [(&'r str, &'r str)],
    /// The body.
    pub body: Option<&'r [u8]>,
}

/// What was answered, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status, such as 200.
    pub status: u16,
    /// Headers whose values are text, by name in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed by nobody.
    pub body: Vec<u8>,
}

/// Why a client could not be made, or got no answer.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// The file of certificate authorities could not be read.
    #[error("failed to read the certificates `{path}`")]
    ReadCertificates {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file of certificate authorities holds none.
    #[error("`{path}` holds no certificate, expected PEM (`-----BEGIN CERTIFICATE-----`)")]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// The answer did not come, or not to its end, within the client's timeout.
    #[error("failed to get an answer from `{origin}` in time")]
    TooSlow {
        /// Scheme, host and port.
        origin: String,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The answer's body is over the client's limit.
    #[error("the answer of `{origin}` is over the limit of {max_bytes} bytes")]
    TooLarge {
        /// Scheme, host and port.
        origin: String,
        /// The limit.
        max_bytes: u64,
    },
    /// No whole answer came.
    #[error("failed to get an answer from `{origin}`")]
    Send {
        /// Scheme, host and port.
        origin: String,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Client {
    /// Makes a client.
    ///
    /// # Errors
    ///
    /// Returns [`WebError`] where the file of certificate authorities cannot be read or holds none.
    pub fn new(options: &ClientOptions) -> Result<Self, WebError> {
        let mut tls = TlsConfig::builder();
        if let Some(path) = &options.ca_file {
            tls = tls.root_certs(RootCerts::Specific(Arc::new(read_certificates(path)?)));
        }
        let config = Agent::config_builder()
            .tls_config(tls.build())
            .timeout_global(Some(options.timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("dewlap/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { agent: config.new_agent(), max_body_bytes: options.max_body_bytes })
    }

    /// Sends a request and reads the whole answer. A redirect is an answer like any other.
    ///
    /// # Errors
    ///
    /// Returns [`WebError::TooSlow`] where no whole answer came in time, [`WebError::TooLarge`] where
    /// it is over the limit, and [`WebError::Send`] where none came for any other reason.
    pub fn send(&self, request: &Request<'_>) -> Result<Response, WebError> {
        self.exchange(request).map_err(|error| {
            let origin = origin_of(request.url);
            match error {
                ureq::Error::BodyExceedsLimit(max_bytes) => {
                    WebError::TooLarge { origin, max_bytes }
                }
                error if is_timeout(&error) => {
                    WebError::TooSlow { origin, source: Box::new(error) }
                }
                error => WebError::Send { origin, source: Box::new(error) },
            }
        })
    }

    fn exchange(&self, request: &Request<'_>) -> Result<Response, ureq::Error> {
        let mut answer = if let Some(body) = request.body {
            let mut post = self.agent.post(request.url);
            for (name, value) in request.headers {
                post = post.header(*name, *value);
            }
            post.send(body)?
        } else {
            let mut get = self.agent.get(request.url);
            for (name, value) in request.headers {
                get = get.header(*name, *value);
            }
            get.call()?
        };
        let text = |value: &ureq::http::HeaderValue| value.to_str().map(str::to_owned).ok();
        let headers = answer.headers().iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)));
        let headers = headers.collect();
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(self.max_body_bytes).read_to_vec()?;
        Ok(Response { status, headers, body })
    }
}

impl Response {
    /// Returns true where the status tells of success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns the first header with this name, given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(have, _)| have == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Returns the scheme, host and port of an address, without credentials.
///
/// ```
/// # use dewlap::web::origin_of;
/// assert_eq!(origin_of("https://iguana:6543/api_query?username=a"), "https://iguana:6543");
/// assert_eq!(origin_of("https://me:secret@iguana/x"), "https://iguana");
/// ```
#[must_use]
pub fn origin_of(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}")
}

/// Returns true where a request took too long.
fn is_timeout(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Timeout(_) => true,
        ureq::Error::Io(error) => error.kind() == std::io::ErrorKind::TimedOut,
        _ => false,
    }
}

fn read_certificates(path: &Path) -> Result<Vec<Certificate<'static>>, WebError> {
    let pem = std::fs::read(path)
        .map_err(|source| WebError::ReadCertificates { path: path.into(), source })?;
    let found: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() { Err(WebError::NoCertificate { path: path.into() }) } else { Ok(found) }
}
