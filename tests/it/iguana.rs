//! An Iguana server of the tests' own, on the loopback: `/api_query` and `/logs/retrieve` as they
//! are documented, over a list of entries, with faults by script.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use dewlap::model::Millis;
use dewlap::sample::{SampleEntry, write};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Who may read.
pub(crate) const USER: &str = "reader";
/// The password, with what forms and headers must encode.
pub(crate) const PASSWORD: &str = "open:sesame&\u{e9}";

/// What the server does instead of answering as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Never answers.
    Silent,
    /// Ends the connection in the middle of the answer.
    Cut,
    /// The same, and never said how long the answer is.
    CutQuietly,
    /// Answers with this status.
    Status(u16),
    /// Answers with status 503 and how many seconds to wait.
    Busy(u64),
    /// Answers as it did last.
    Repeat,
    /// Answers in another order.
    Shuffle,
    /// Has forgotten all sessions.
    Expire,
    /// Puts bytes between the entries that are none.
    Damage,
    /// Says that it cannot answer.
    Refuse,
    /// Is told to stop whoever asks, and never answers.
    Stop,
}

/// How `after` is understood within an hour that the clock shows twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fold {
    /// Wall clocks are compared as they are.
    #[default]
    Naive,
    /// As of the first pass.
    First,
    /// As of the second pass.
    Second,
}

/// An entry as the server has it.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) entry: SampleEntry,
    /// Its id in `/api_query`.
    pub(crate) id: String,
}

/// What the server has and does.
#[derive(Default)]
pub(crate) struct World {
    /// Entries in the order in which they are written.
    pub(crate) log: Vec<Written>,
    /// How many of them are written.
    pub(crate) n_written: usize,
    /// How many of them make their components known; `None`: all.
    pub(crate) n_listed: Option<usize>,
    /// How many of them are there no more.
    pub(crate) n_purged: usize,
    /// How many more are written with each answer.
    pub(crate) n_per_answer: usize,
    /// What goes wrong, answer by answer; `None`: nothing.
    pub(crate) faults: VecDeque<Option<Fault>>,
    /// True where `after` and `start` leave their own moment out.
    pub(crate) is_exclusive: bool,
    /// The server hands out no more than that, whatever is asked for.
    pub(crate) cap: Option<usize>,
    /// The server's clock; `None`: UTC.
    pub(crate) zone: Option<TimeZone>,
    pub(crate) fold: Fold,
    /// Heads of requests, and the forms behind them.
    pub(crate) asked: Vec<String>,
    /// Logins so far; the last one is the session.
    pub(crate) n_logins: usize,
    last: Vec<u8>,
    is_expired: bool,
}

/// A running server. It ends when it is dropped.
pub(crate) struct Iguana {
    pub(crate) address: String,
    pub(crate) world: Arc<Mutex<World>>,
    /// Set by [`Fault::Stop`].
    pub(crate) stop: Arc<AtomicBool>,
    port: u16,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Iguana {
    /// Starts a server with these entries, all of them written.
    pub(crate) fn new(entries: impl IntoIterator<Item = SampleEntry>) -> Self {
        Self::start(entries, None)
    }

    /// Starts a server that speaks TLS with this certificate.
    pub(crate) fn with_tls(
        entries: impl IntoIterator<Item = SampleEntry>,
        tls: rustls::ServerConfig,
    ) -> Self {
        Self::start(entries, Some(Arc::new(tls)))
    }

    fn start(
        entries: impl IntoIterator<Item = SampleEntry>,
        tls: Option<Arc<rustls::ServerConfig>>,
    ) -> Self {
        let mut ids = write::api_xml::Ids::default();
        let entries = entries.into_iter();
        let log: Vec<_> = entries.map(|entry| Written { id: ids.next_id(&entry), entry }).collect();
        let world = World { n_written: log.len(), log, ..World::default() };
        let world = Arc::new(Mutex::new(world));
        let (stop, is_over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shared = (Arc::clone(&world), Arc::clone(&stop));
        let over = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let (shared, tls) = (shared.clone(), tls.clone());
                std::thread::spawn(move || serve(stream.unwrap(), tls, &shared));
            }
        });
        let address = format!("{scheme}://localhost:{port}");
        Self { address, world, stop, port, is_over, thread: Some(thread) }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }
}

impl Drop for Iguana {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Whoever waits for a connection is given one, to see that it is over.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// Serves one request. A client that is gone is no fault of the server.
fn serve(
    tcp: TcpStream,
    tls: Option<Arc<rustls::ServerConfig>>,
    (world, stop): &(Arc<Mutex<World>>, Arc<AtomicBool>),
) {
    let Some(tls) = tls else {
        return exchange(tcp, world, stop);
    };
    let connection = rustls::ServerConnection::new(tls).unwrap();
    exchange(rustls::StreamOwned::new(connection, tcp), world, stop);
}

fn exchange(mut stream: impl Read + Write, world: &Mutex<World>, stop: &AtomicBool) {
    let Some((head, form)) = read_request(&mut stream) else { return };
    let answer = world.lock().unwrap().answer(&head, &form);
    match answer {
        Answer::Bytes(bytes) => {
            drop(stream.write_all(&bytes).and_then(|()| stream.flush()));
        }
        Answer::Nothing { is_stop } => {
            stop.fetch_or(is_stop, Ordering::Relaxed);
            // Until the client has had enough.
            drop(stream.read(&mut [0; 1]));
        }
    }
}

fn read_request(stream: &mut impl Read) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut block = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, form)) = text.split_once("\r\n\r\n") {
            let len = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
            });
            if form.len() >= len.unwrap_or(0) {
                return Some((head.to_owned(), form.to_owned()));
            }
        }
        match stream.read(&mut block) {
            Ok(n) if n > 0 => bytes.extend_from_slice(&block[..n]),
            _ => return None,
        }
    }
}

/// What a form or a query says, by name.
type Parameters = [(String, String)];

/// What is sent.
enum Answer {
    Bytes(Vec<u8>),
    Nothing { is_stop: bool },
}

impl World {
    fn answer(&mut self, head: &str, form: &str) -> Answer {
        self.asked.push(format!("{head}\n{form}"));
        let target = head.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let parameters = |text: &str| text.split('&').map(decode_pair).collect::<Vec<_>>();
        match path {
            "/session/login" => self.log_in(&parameters(form)),
            "/component/list" if self.has_session(head) => self.list(),
            "/api_query" if Self::knows(head, &parameters(form)) => {
                self.with_fault(&parameters(form), Self::query)
            }
            "/logs/retrieve" if self.has_session(head) => {
                self.with_fault(&parameters(query), Self::retrieve)
            }
            "/api_query" => http(401, &[], b""),
            "/component/list" | "/logs/retrieve" => {
                http(200, &[], br#"{"success":false,"error":"You are not logged in."}"#)
            }
            _ => http(404, &[], b""),
        }
    }

    fn log_in(&mut self, form: &Parameters) -> Answer {
        if (get(form, "username"), get(form, "password")) != (Some(USER), Some(PASSWORD)) {
            return http(200, &[], br#"{"success":false,"error":"Wrong user or password."}"#);
        }
        self.n_logins += 1;
        self.is_expired = false;
        let cookie = format!("set-cookie: sid={}; Path=/; HttpOnly", self.n_logins);
        http(200, &[&cookie], br#"{"success":true,"data":{}}"#)
    }

    fn has_session(&self, head: &str) -> bool {
        let cookie = format!("cookie: sid={}", self.n_logins);
        !self.is_expired && head.lines().any(|line| line.eq_ignore_ascii_case(&cookie))
    }

    /// Returns true where the request names the user and the password, either way.
    fn knows(head: &str, form: &Parameters) -> bool {
        // `reader:open:sesame&é`, in base 64.
        let basic = ("authorization", "Basic cmVhZGVyOm9wZW46c2VzYW1lJsOp");
        head.lines()
            .filter_map(|line| line.split_once(": "))
            .any(|(name, value)| (&*name.to_ascii_lowercase(), value) == basic)
            || (get(form, "username"), get(form, "password")) == (Some(USER), Some(PASSWORD))
    }

    fn list(&self) -> Answer {
        let known = self.log.iter().take(self.n_listed.unwrap_or(self.log.len()));
        let mut known: Vec<_> = known.map(|written| &written.entry).collect();
        known.sort_by_key(|entry| &entry.component);
        known.dedup_by_key(|entry| &entry.component);
        let items = known.iter().map(
            |entry| serde_json::json!({"guid": entry.component, "name": entry.component_name}),
        );
        let data = serde_json::Value::Array(items.collect());
        let body = serde_json::json!({"success": true, "data": data});
        http(200, &[], body.to_string().as_bytes())
    }

    fn with_fault(
        &mut self,
        parameters: &Parameters,
        answer: fn(&Self, &Parameters, Option<Fault>) -> Vec<u8>,
    ) -> Answer {
        let fault = self.faults.pop_front().flatten();
        match fault {
            Some(Fault::Silent) => return Answer::Nothing { is_stop: false },
            Some(Fault::Stop) => return Answer::Nothing { is_stop: true },
            Some(Fault::Status(status)) => return http(status, &[], b"sorry"),
            Some(Fault::Busy(seconds)) => {
                return http(503, &[&format!("Retry-After: {seconds}")], b"");
            }
            Some(Fault::Repeat) if !self.last.is_empty() => return http(200, &[], &self.last),
            Some(Fault::Expire) => {
                self.is_expired = true;
                return http(200, &[], br#"{"success":false,"error":"The session has expired."}"#);
            }
            _ => {}
        }
        let body = answer(self, parameters, fault);
        self.n_written = (self.n_written + self.n_per_answer).min(self.log.len());
        self.last.clone_from(&body);
        let half = body.get(..body.len() / 2).unwrap();
        match fault {
            Some(Fault::Cut) => raw(200, &[&format!("content-length: {}", body.len())], half),
            Some(Fault::CutQuietly) => raw(200, &[], half),
            _ => http(200, &[], &body),
        }
    }

    fn written(&self) -> impl Iterator<Item = &Written> {
        self.log.iter().take(self.n_written).skip(self.n_purged)
    }

    /// Returns the oldest entries that are wanted, in another order where that is the fault.
    fn pick(
        &self,
        limit: Option<&str>,
        fault: Option<Fault>,
        is_wanted: impl Fn(&SampleEntry) -> bool,
    ) -> Vec<&Written> {
        let limit = limit.unwrap().parse::<usize>().unwrap().min(self.cap.unwrap_or(usize::MAX));
        let found = self.written().filter(|written| is_wanted(&written.entry));
        let mut found: Vec<_> = found.take(limit).collect();
        if fault == Some(Fault::Shuffle) {
            found.reverse();
            let middle = found.len() / 3;
            found.rotate_left(middle);
        }
        found
    }

    /// Answers `/api_query`.
    fn query(&self, form: &Parameters, fault: Option<Fault>) -> Vec<u8> {
        if fault == Some(Fault::Refuse) {
            let text = "no index for patient JOHNSON^MARY";
            return format!("<export success=\"false\"><error description=\"{text}\"/></export>")
                .into_bytes();
        }
        let after: DateTime = get(form, "after").unwrap().replace('/', "-").parse().unwrap();
        let found = self.pick(get(form, "limit"), fault, |entry| {
            get(form, "source").is_none_or(|source| source == entry.component_name)
                && self.is_behind(entry.time, after)
        });
        let mut body = write::api_xml::HEAD.to_vec();
        for (nth, written) in found.iter().enumerate() {
            if nth == found.len() / 2 && fault == Some(Fault::Damage) {
                body.extend_from_slice(b"<message message_id=\"7 \x01 broken>\n");
            }
            // The writer knows UTC only: the time is moved to what the wall clock shows.
            let local = self.zone().to_datetime(written.entry.time.timestamp());
            let shown = local.to_zoned(TimeZone::UTC).unwrap().timestamp().as_millisecond();
            let entry = SampleEntry { time: Millis::new(shown), ..written.entry.clone() };
            write::api_xml::append(&mut body, &entry, &written.id, "0-0");
        }
        body.extend_from_slice(write::api_xml::TAIL);
        body
    }

    fn zone(&self) -> TimeZone {
        self.zone.clone().unwrap_or(TimeZone::UTC)
    }

    fn is_behind(&self, time: Millis, after: DateTime) -> bool {
        let (zone, at) = (self.zone(), time.timestamp());
        let limit = zone.to_ambiguous_timestamp(after);
        let order = match self.fold {
            Fold::Naive => zone.to_datetime(at).cmp(&after),
            Fold::First => at.cmp(&limit.earlier().unwrap()),
            Fold::Second => at.cmp(&limit.later().unwrap()),
        };
        order.is_gt() || (order.is_eq() && !self.is_exclusive)
    }

    /// Answers `/logs/retrieve`.
    fn retrieve(&self, query: &Parameters, fault: Option<Fault>) -> Vec<u8> {
        if fault == Some(Fault::Refuse) {
            return br#"{"success":false,"error":"no index for patient JOHNSON^MARY"}"#.to_vec();
        }
        let moment = |name| get(query, name).unwrap().parse::<i64>().unwrap();
        let (start, end) = (moment("start"), moment("end"));
        assert_eq!(get(query, "forward"), Some("true"));
        let found = self.pick(get(query, "limit"), fault, |entry| {
            let time = entry.time.get();
            let is_behind = time > start || (time == start && !self.is_exclusive);
            get(query, "component") == Some(&*entry.component) && is_behind && time <= end
        });
        let items = found.iter().map(|written| {
            let mut item = Vec::new();
            write::ndjson::append(&mut item, &written.entry);
            String::from_utf8(item).unwrap().trim_end().to_owned()
        });
        let mut items: Vec<_> = items.collect();
        if fault == Some(Fault::Damage) {
            items.insert(items.len() / 2, "{\"time\":\"7,broken".into());
        }
        let mut body = String::from("{\"success\":true,\"data\":[");
        write!(body, "{}]}}", items.join(",")).unwrap();
        body.into_bytes()
    }
}

fn http(status: u16, headers: &[&str], body: &[u8]) -> Answer {
    let len = format!("content-length: {}", body.len());
    raw(status, &[headers, &[&len]].concat(), body)
}

fn raw(status: u16, headers: &[&str], body: &[u8]) -> Answer {
    let mut bytes = format!("HTTP/1.1 {status} Said\r\nconnection: close\r\n").into_bytes();
    for header in headers {
        bytes.extend_from_slice(format!("{header}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    Answer::Bytes(bytes)
}

fn get<'p>(parameters: &'p Parameters, name: &str) -> Option<&'p str> {
    parameters.iter().find(|(have, _)| have == name).map(|(_, value)| &**value)
}

fn decode_pair(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (decode(name), decode(value))
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut parts = text.split('%');
    bytes.extend_from_slice(parts.next().unwrap().as_bytes());
    for part in parts {
        let (hex, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(hex, 16).unwrap());
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).unwrap()
}
