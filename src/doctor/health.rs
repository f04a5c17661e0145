//! Whether the health page can be served, or is.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use super::diagnosis::Diagnosis;
use crate::config::HealthPage;

const SUBJECT: &str = "health page";

/// How long another program may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// An answer that is longer than this is not ours.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// Looks whether the address is free, or a follower answers there.
#[must_use]
pub fn check_health(page: &HealthPage) -> Vec<Diagnosis> {
    let Some(address) = page.address else {
        return vec![Diagnosis::ok(SUBJECT, "it is off")];
    };
    vec![match TcpListener::bind(address) {
        Ok(_) => Diagnosis::ok(SUBJECT, format!("`{address}` is free")),
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => Diagnosis::fault(
            SUBJECT,
            format!("`{address}` cannot be listened on: {error}"),
            "set `health` to an address of this machine and a port above 1024",
        ),
        Err(_) if is_ours(address) => {
            Diagnosis::ok(SUBJECT, format!("a follower answers at `{address}`"))
        }
        Err(_) => Diagnosis::fault(
            SUBJECT,
            format!("another program has `{address}`"),
            "set `health` to a free port",
        ),
    }]
}

fn is_ours(address: SocketAddr) -> bool {
    ask(address).is_ok_and(|answer| answer.contains("\"program\":\"dewlap\""))
}

fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(MAX_ANSWER_BYTES).read_to_string(&mut answer)?;
    Ok(answer)
}
