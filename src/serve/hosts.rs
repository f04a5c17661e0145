//! Which names a request may call the server by.
//!
//! A web page elsewhere can give its own name the address of this server and have a browser read
//! what is served here ("DNS rebinding"). The browser sends that name, so names that nobody
//! configured are refused.

use std::net::{IpAddr, Ipv6Addr};

/// The names that requests may be sent to, besides `localhost` and plain addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// Returns the hosts with these names.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self(names)
    }

    /// Returns true where a request with this `Host` header is to be answered.
    #[must_use]
    pub fn allow(&self, host: &str) -> bool {
        let name = without_port(host);
        let is_named = |known: &String| known.eq_ignore_ascii_case(name);
        name.eq_ignore_ascii_case("localhost") || is_address(name) || self.0.iter().any(is_named)
    }
}

/// Returns a host without the port behind it. The colons of an address in brackets are its own.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_address(name: &str) -> bool {
    let bracketed = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bracketed {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => name.parse::<IpAddr>().is_ok_and(|address| address.is_ipv4()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_and_names_that_are_configured_are_answered() {
        let hosts = Hosts::new(vec!["monitor.example.org".into()]);
        let cases = [
            ("localhost", true),
            ("LocalHost:9464", true),
            ("127.0.0.1:9464", true),
            ("192.168.0.9", true),
            ("[::1]:9464", true),
            ("[::1]", true),
            ("monitor.example.org:9464", true),
            ("Monitor.Example.org", true),
            ("evil.example.org", false),
            ("localhost.evil.example.org", false),
            ("127.0.0.1.evil.example.org:9464", false),
            ("evil.example.org:x", false),
            ("::1", false),
            ("[127.0.0.1]", false),
            ("", false),
        ];
        for (host, want) in cases {
            assert_eq!(hosts.allow(host), want, "{host}");
        }
    }
}
