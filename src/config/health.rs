//! Where the health page is served.

use std::net::SocketAddr;

use crate::document::Fields;
use crate::serve::Hosts;

/// Turns the health page off, in the place of its address.
const OFF: &str = "off";

/// Where the follower tells how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthPage {
    /// The address; `None`: it is served nowhere.
    pub address: Option<SocketAddr>,
    /// Names by which it may be asked, besides `localhost` and plain addresses.
    pub hosts: Hosts,
}

impl HealthPage {
    /// Where it is served unless the configuration says otherwise.
    pub const DEFAULT_ADDRESS: SocketAddr =
        SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9464);
}

impl Default for HealthPage {
    fn default() -> Self {
        Self { address: Some(Self::DEFAULT_ADDRESS), hosts: Hosts::default() }
    }
}

/// Reads `health`, `health_public` and `health_hosts`.
pub(super) fn read_health(fields: &mut Fields<'_>) -> HealthPage {
    let text = fields.optional("health").text();
    let is_public = fields.optional("health_public").boolean().unwrap_or_default();
    let names = fields.optional("health_hosts").strings().unwrap_or_default();
    for name in names.iter().filter(|name| !is_host_name(name)) {
        let message = format!("`{name}` is not the name of a host");
        let hint = "write it as in an address, without `http://`, port and path";
        fields.report_at("health_hosts", message, Some(hint.into()));
    }
    let address = match text.as_deref() {
        None => Some(HealthPage::DEFAULT_ADDRESS),
        Some(OFF) => None,
        Some(text) => read_address(fields, text, is_public),
    };
    HealthPage { address, hosts: Hosts::new(names) }
}

fn read_address(fields: &Fields<'_>, text: &str, is_public: bool) -> Option<SocketAddr> {
    let Ok(address) = text.parse::<SocketAddr>() else {
        let message = format!(
            "`{text}` is not an address with a port, expected one such as `{}`, or `{OFF}`",
            HealthPage::DEFAULT_ADDRESS
        );
        fields.report_at("health", message, None);
        return None;
    };
    if !address.ip().is_loopback() && !is_public {
        let message = format!("`{address}` can be reached from other machines");
        let hint = "what it tells needs no password; set `health_public = true` where that is \
                    wanted, or use `127.0.0.1`";
        fields.report_at("health", message, Some(hint.into()));
    }
    Some(address)
}

fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    #[track_caller]
    fn check(text: &str, want: &[&str]) -> Option<HealthPage> {
        match Config::parse(Path::new("dewlap.toml"), text) {
            Ok(config) => {
                assert!(want.is_empty(), "no fault in {text}");
                Some(config.health)
            }
            Err(error) => {
                let found: Vec<_> = error.findings().iter().map(ToString::to_string).collect();
                assert_eq!(found.len(), want.len(), "{found:?}");
                for (found, want) in found.iter().zip(want) {
                    assert!(found.contains(want), "{want} is not in {found}");
                }
                None
            }
        }
    }

    #[test]
    fn the_page_is_for_this_machine_unless_it_is_said_to_be_public() {
        assert_eq!(check("", &[]), Some(HealthPage::default()));
        let page = check("health = '[::1]:80'", &[]).unwrap();
        assert_eq!(page.address, "[::1]:80".parse().ok());
        check("health = '0.0.0.0:9464'", &["health_public = true"]);
        check("health = '10.0.0.1:9464'\nhealth_public = false", &["other machines"]);
        let page = check("health = '0.0.0.0:9464'\nhealth_public = true", &[]).unwrap();
        assert_eq!(page.address, "0.0.0.0:9464".parse().ok());
        assert_eq!(check("health = 'off'", &[]).unwrap().address, None);
    }

    #[test]
    fn what_is_no_address_and_no_host_is_refused_at_once() {
        let text = "health = 'localhost'\nhealth_hosts = ['a.example.org', 'http://b']\n";
        check(text, &["`localhost` is not an address", "`http://b` is not the name of a host"]);
    }
}
