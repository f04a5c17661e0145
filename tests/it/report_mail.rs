//! The report as a mail: what arrives at a mail server.

use std::io::{self, BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use mailin::response::OK;
use mailin::{Action, Handler, Response, SessionBuilder};
use mailparse::{MailHeaderMap, ParsedMail};

use crate::run::Place;

/// A mail server of the tests' own, on loopback, that hands on what it takes.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    letters: Receiver<Vec<u8>>,
}

#[derive(Clone)]
struct Desk {
    letter: Vec<u8>,
    letters: SyncSender<Vec<u8>>,
}

impl Handler for Desk {
    fn data(&mut self, lines: &[u8]) -> io::Result<()> {
        self.letter.extend_from_slice(lines);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.letters.send(std::mem::take(&mut self.letter)).unwrap();
        OK
    }
}

/// Answers one client until it leaves.
fn talk(mut stream: &TcpStream, desk: Desk) -> io::Result<()> {
    let client = stream.peer_addr()?.ip();
    let mut session = SessionBuilder::new("mail.example.org").build(client, desk);
    session.greeting().write_to(&mut stream)?;
    let (mut lines, mut line) = (BufReader::new(stream), Vec::new());
    while lines.read_until(b'\n', &mut line)? > 0 {
        let answer = session.process(&line);
        if answer.action != Action::NoReply {
            answer.write_to(&mut stream)?;
        }
        if answer.action == Action::Close {
            break;
        }
        line.clear();
    }
    Ok(())
}

impl MailServer {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, letters) = sync_channel(10);
        let desk = Desk { letter: Vec::new(), letters: sender };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                drop(talk(&stream, desk.clone()));
            }
        });
        Self { port, letters }
    }

    pub(crate) fn next(&self) -> Vec<u8> {
        self.letters.recv_timeout(Duration::from_mins(1)).expect("a letter arrives")
    }

    /// Returns true where no letter arrived that was not asked for.
    pub(crate) fn is_idle(&self) -> bool {
        self.letters.try_recv().is_err()
    }
}

/// Returns a configuration that mails reports, with more lines of `[report]`.
pub(crate) fn mail_settings(server: &MailServer, more: &str) -> String {
    format!(
        "[report]\n{more}\n[report.mail]\nhost = '127.0.0.1'\nport = {}\ntls = 'none'\n\
         from = 'Dewlap <dewlap@example.org>'\nto = ['team@example.org', 'lead@example.org']\n",
        server.port
    )
}

/// Returns all parts that hold no other parts.
fn leaves<'p, 'm>(part: &'p ParsedMail<'m>) -> Vec<&'p ParsedMail<'m>> {
    if part.subparts.is_empty() {
        return vec![part];
    }
    part.subparts.iter().flat_map(leaves).collect()
}

#[test]
fn a_mailed_report_has_a_text_and_a_page_with_its_pictures() {
    let (place, server) = (Place::new(), MailServer::start());
    place.put_samples("iguana-x");
    place.ingest(&["samples/iguana-x"]);
    place.put("dewlap.toml", mail_settings(&server, ""));
    let output = place.run(&["report", "--week", "2026-W37", "--email"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_eq!(output.stdout, "");
    assert!(output.stderr.contains("mailed to team@example.org, lead@example.org"), "{output:?}");
    let letter = server.next();
    let letter = mailparse::parse_mail(&letter).unwrap();
    let subject = letter.headers.get_first_value("Subject").unwrap();
    assert!(subject.starts_with("Recurring problems of 2026-W37: "), "{subject}");
    let parts = leaves(&letter);
    let kinds: Vec<_> = parts.iter().map(|part| part.ctype.mimetype.as_str()).collect();
    assert_eq!(kinds[..2], ["text/plain", "text/html"]);
    let text = parts[0].get_body().unwrap().replace("\r\n", "\n");
    let printed = place.stdout(&["report", "--week", "2026-W37"]);
    assert_eq!(text.trim_end(), printed.trim_end());
    let page = parts[1].get_body().unwrap();
    assert!(!page.contains("<svg") && !page.contains("<script"), "{page}");
    let pictures = &parts[2..];
    assert!(!pictures.is_empty());
    assert_eq!(page.matches("src=\"cid:").count(), pictures.len());
    for picture in pictures {
        let id = picture.headers.get_first_value("Content-ID").unwrap();
        let address = format!("src=\"cid:{}\"", id.trim_matches(['<', '>']));
        assert!(page.contains(&address), "{address}");
        assert_eq!(picture.ctype.mimetype, "image/png");
        assert!(picture.get_body_raw().unwrap().starts_with(b"\x89PNG"), "{address}");
    }
}

#[test]
fn a_report_that_nobody_asked_for_is_not_mailed() {
    let place = Place::new();
    place.put_samples("text");
    place.ingest(&["samples/text"]);
    let output = place.run(&["report", "--email"]);
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains("there is nobody to mail the report to"), "{output:?}");
}
