//! Servers of the tests' own, on loopback: one for requests, one for mail.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What a connection can be.
trait Talk: Read + Write {}
impl<T: Read + Write> Talk for T {}

/// How a server answers a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// With this status.
    Status(u16),
    /// With this status and a time to wait, in seconds.
    Later(u16, u64),
    /// By hanging up in the middle of the answer.
    HangUp,
    /// Not at all, until the client hangs up.
    Silence,
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Arrived {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A server that hands on what arrives, and answers as it is told.
pub(crate) struct Hook {
    pub(crate) address: String,
    answer: Arc<Mutex<Answer>>,
    arrived: Receiver<Arrived>,
}

impl Hook {
    pub(crate) fn new(answer: Answer) -> Self {
        Self::start(answer, "http", |stream| Some(Box::new(stream) as Box<dyn Talk>))
    }

    /// Starts a server that speaks TLS.
    pub(crate) fn with_tls(answer: Answer, config: Arc<rustls::ServerConfig>) -> Self {
        Self::start(answer, "https", move |stream| {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).ok()?;
            Some(Box::new(rustls::StreamOwned::new(connection, stream)) as Box<dyn Talk>)
        })
    }

    fn start(
        answer: Answer,
        scheme: &str,
        wrap: impl Fn(TcpStream) -> Option<Box<dyn Talk>> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!(
            "{scheme}://localhost:{}/hook/secret-path",
            listener.local_addr().unwrap().port()
        );
        let (sender, arrived) = sync_channel(1_000);
        let answer = Arc::new(Mutex::new(answer));
        let told = Arc::clone(&answer);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if let Some(mut stream) = wrap(stream) {
                    serve(&mut *stream, &told, &sender);
                }
            }
        });
        Self { address, answer, arrived }
    }

    pub(crate) fn answer(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// Waits for the next request.
    #[track_caller]
    pub(crate) fn next(&self) -> Arrived {
        self.arrived.recv_timeout(Duration::from_secs(30)).expect("a request arrives")
    }

    /// Returns the requests that arrived and were not asked for.
    pub(crate) fn rest(&self) -> Vec<Arrived> {
        self.arrived.try_iter().collect()
    }
}

fn serve(stream: &mut dyn Talk, answer: &Mutex<Answer>, arrived: &SyncSender<Arrived>) {
    let Some(request) = read_request(stream) else { return };
    let answer = *answer.lock().unwrap();
    let text = match answer {
        Answer::Status(status) => {
            format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        Answer::Later(status, seconds) => format!(
            "HTTP/1.1 {status} X\r\nRetry-After: {seconds}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
        Answer::HangUp => "HTTP/1.1 200 X\r\nContent-Len".into(),
        Answer::Silence => String::new(),
    };
    drop(arrived.send(request));
    if matches!(answer, Answer::Silence) {
        drop(stream.read(&mut [0; 1]));
        return;
    }
    drop(stream.write_all(text.as_bytes()));
    drop(stream.flush());
}

fn read_request(stream: &mut dyn Talk) -> Option<Arrived> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let mut request = Arrived { head: String::from_utf8(head).unwrap(), body: String::new() };
    let len = request.header("content-length")?.parse().ok()?;
    let mut body = vec![0; len];
    stream.read_exact(&mut body).ok()?;
    request.body = String::from_utf8(body).unwrap();
    Some(request)
}

/// A mail server that hands on each mail that it gets, with its commands.
pub(crate) struct Post {
    pub(crate) port: u16,
    arrived: Receiver<String>,
}

impl Post {
    /// Starts a server that greets with `greeting` and answers the end of a mail with `verdict`.
    pub(crate) fn new(verdict: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, arrived) = sync_channel(100);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                take_mail(Box::new(stream), verdict, &sender);
            }
        });
        Self { port, arrived }
    }

    /// Starts a server that speaks TLS from the first byte.
    pub(crate) fn with_tls(config: Arc<rustls::ServerConfig>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, arrived) = sync_channel(100);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
                let stream = rustls::StreamOwned::new(connection, stream);
                take_mail(Box::new(stream), "250 taken", &sender);
            }
        });
        Self { port, arrived }
    }

    #[track_caller]
    pub(crate) fn next(&self) -> String {
        self.arrived.recv_timeout(Duration::from_secs(30)).expect("a mail arrives")
    }
}

fn take_mail(stream: Box<dyn Talk>, verdict: &str, arrived: &SyncSender<String>) {
    let mut stream = BufReader::new(stream);
    let mut said = String::new();
    let mut is_mail = false;
    drop(stream.get_mut().write_all(b"220 post\r\n"));
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        said.push_str(&line);
        let answer = match (is_mail, line.trim_end()) {
            (true, ".") => {
                is_mail = false;
                drop(arrived.send(std::mem::take(&mut said)));
                verdict
            }
            (true, _) => continue,
            (false, "DATA") => {
                is_mail = true;
                "354 go on"
            }
            (false, "QUIT") => "221 bye",
            (false, line) if line.starts_with("EHLO") => "250-post\r\n250 AUTH PLAIN LOGIN",
            (false, line) if line.starts_with("AUTH") => "235 welcome",
            (false, _) => "250 fine",
        };
        drop(stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()));
        drop(stream.get_mut().flush());
    }
}

/// Makes a certificate authority: its certificate in PEM, and a server's side of TLS for localhost.
pub(crate) fn authority() -> (String, Arc<rustls::ServerConfig>) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let issuer_certificate = params.self_signed(&key).unwrap();
    let issuer = rcgen::Issuer::new(params, key);
    let server_key = rcgen::KeyPair::generate().unwrap();
    let server = rcgen::CertificateParams::new(vec!["localhost".into()]).unwrap();
    let certificate = server.signed_by(&server_key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let private = rustls::pki_types::PrivateKeyDer::try_from(server_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    (issuer_certificate.pem(), Arc::new(config))
}
