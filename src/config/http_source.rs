//! Sources over HTTP: `[[source]]` with `api_query` or `iguana_x`.

use std::path::Path;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::ConfigError;
use super::fields::read_zone;
use crate::api::{Auth, Credentials, Interface, SourceOptions};
use crate::document::Fields;
use crate::secret::SecretPlace;

/// The keys that make a source one over HTTP.
const KINDS: [&str; 2] = ["api_query", "iguana_x"];
/// Entries that are asked for at once: what works in the field.
const PAGE: u32 = 1_000;
/// The shortest and the longest interval and timeout.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_hours(1);

/// A server that is asked over HTTP, as the configuration says.
#[derive(Clone, Debug)]
pub struct HttpSource {
    /// What it is called in logs and metrics; `None`: its address.
    pub name: Option<String>,
    /// Name of the Iguana server; `None`: that of the configuration.
    pub server: Option<String>,
    /// The zone of its wall clock; `None`: that of the configuration.
    pub zone: Option<TimeZone>,
    /// Who asks, and where the password is; `None`: nobody in particular.
    user: Option<(String, SecretPlace, Auth)>,
    /// All else.
    options: SourceOptions,
}

impl HttpSource {
    /// Returns the certificate authorities that are trusted; `None`: the public ones.
    #[must_use]
    pub fn ca_file(&self) -> Option<&Path> {
        self.options.ca_file.as_deref()
    }

    /// Returns the address of the server.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.options.address
    }

    /// Returns what is asked and how, and reads the password.
    ///
    /// `zone` is that of times of a server whose source names none. `environment` looks a variable
    /// up. A password that others may read is said, and used.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Password`] where the password cannot be read.
    pub fn source_options(
        &self,
        zone: &TimeZone,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<SourceOptions, ConfigError> {
        let mut options = self.options.clone();
        if let Interface::ApiQuery { zone: own, .. } = &mut options.interface {
            *own = self.zone.clone().unwrap_or_else(|| zone.clone());
        }
        if let Some((user, place, auth)) = &self.user {
            let mut place = place.clone();
            place.resolve(environment);
            let password = place.read().map_err(|source| ConfigError::Password { source })?;
            if let SecretPlace::File(path) = &place {
                warn_if_open(path);
            }
            options.credentials = Some(Credentials { user: user.clone(), password, auth: *auth });
            if options.address.starts_with("http://") && !is_local(&options.address) {
                let source = &options.address;
                tracing::warn!(source, "password is sent without encryption; use https");
            }
        }
        Ok(options)
    }
}

/// Says that a file may be read by others than its owner.
fn warn_if_open(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = path.metadata().map(|metadata| metadata.permissions().mode());
        if mode.is_ok_and(|mode| mode & 0o077 != 0) {
            tracing::warn!(path = %path.display(), "password file may be read by others; chmod 600");
        }
    }
}

/// Returns true where the table of a source is one over HTTP.
pub(super) fn is_http_source(fields: &Fields<'_>) -> bool {
    fields.keys().iter().any(|key| KINDS.contains(key))
}

/// Reads the table of a source over HTTP; paths count from `directory`.
pub(super) fn read_http_source(mut fields: Fields<'_>, directory: &Path) -> Option<HttpSource> {
    let name = fields.optional("name").text();
    let server = fields.optional("server").text();
    let api_query = read_address(&mut fields, "api_query");
    let iguana_x = read_address(&mut fields, "iguana_x");
    if KINDS.iter().all(|kind| fields.keys().contains(kind)) {
        fields.report_at("iguana_x", "a source is either `api_query` or `iguana_x`".into(), None);
    }
    let is_classic = fields.keys().contains(&"api_query");
    let mut zone = None;
    let (interface, only, overlap, auth) = if is_classic {
        zone = read_zone(&mut fields, "timezone");
        let types = read_types(&mut fields);
        let channels = fields.optional("channels").one_or_many();
        let auth = fields.optional("auth").word(&Auth::ALL, Auth::name).unwrap_or_default();
        (Interface::ApiQuery { zone: TimeZone::UTC, types }, channels, 2, auth)
    } else {
        let components = fields.optional("components").one_or_many();
        (Interface::IguanaX, components, 15, Auth::default())
    };
    let user = read_user(&mut fields, directory).map(|(user, from)| (user, from, auth));
    if user.is_none() && !is_classic && !fields.keys().contains(&"user") {
        fields.report("`user` is missing: Iguana X answers only who logs in".into(), None);
    }
    let ca_file = fields.optional("ca_file").text().map(|path| directory.join(path));
    let since = fields.optional("since").span().unwrap_or(Duration::from_hours(24));
    let mut span = |key, usual| read_span(&mut fields, key, Duration::from_secs(usual));
    let (interval, timeout) = (span("interval", 15), span("timeout", 30));
    let overlap = span("overlap", overlap);
    fields.finish();
    let address = if is_classic { api_query } else { iguana_x }?;
    let options = SourceOptions {
        address,
        interface,
        credentials: None,
        ca_file,
        only: only.unwrap_or_default(),
        page: PAGE,
        since,
        interval,
        timeout,
        overlap,
    };
    Some(HttpSource { name, server, zone, user, options })
}

/// Reads the address of a server: no more than scheme, host, port and perhaps a path.
fn read_address<'d>(fields: &mut Fields<'d>, key: &'d str) -> Option<String> {
    let address = fields.optional(key).text()?;
    let rest = ["https://", "http://"].iter().find_map(|scheme| address.strip_prefix(scheme));
    let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let is_bad = |c: char| c.is_whitespace() || c.is_control() || "#?<>\"`\\".contains(c);
    if host.contains('@') {
        // The message must not repeat what may be a password.
        let hint = "use `user` and `password_file` or `password_env`";
        fields.report_at(
            key,
            format!("`{key}` holds a user name or a password, expected the address alone"),
            Some(hint.into()),
        );
        return None;
    }
    if host.is_empty() || host.starts_with(':') || address.contains(is_bad) {
        fields.report_at(
            key,
            format!("`{address}` is not the address of a server, expected one such as `https://iguana.example.org:6543`"),
            Some("the interface's own path is added to it".into()),
        );
        return None;
    }
    Some(address.trim_end_matches('/').to_owned())
}

/// Reads the types to ask for, in the interface's own words.
fn read_types(fields: &mut Fields<'_>) -> Vec<String> {
    let types = fields.optional("types").words(&Interface::TYPES, |name| name);
    types.unwrap_or_default().into_iter().map(str::to_owned).collect()
}

/// Reads who asks. A password is either in a file or in the environment.
fn read_user(fields: &mut Fields<'_>, directory: &Path) -> Option<(String, SecretPlace)> {
    let user = fields.optional("user").text();
    let file = fields.optional("password_file").text();
    let variable = fields.optional("password_env").text();
    let has = |key| fields.keys().contains(&key);
    let from = match (file, variable) {
        (Some(file), None) => Some(SecretPlace::File(directory.join(file))),
        (None, Some(name)) => Some(SecretPlace::Variable(name)),
        (Some(_), Some(_)) => {
            let message = "a password is either in `password_file` or in `password_env`";
            fields.report_at("password_env", message.into(), None);
            None
        }
        (None, None) if has("user") && !has("password_file") && !has("password_env") => {
            let message = "`user` has no password: `password_file` or `password_env` is missing";
            fields.report_at("user", message.into(), None);
            None
        }
        (None, None) => None,
    };
    if from.is_some() && !has("user") {
        fields.report("`user` is missing: there is a password and nobody whose it is".into(), None);
    }
    user.zip(from)
}

fn read_span<'d>(fields: &mut Fields<'d>, key: &'d str, usual: Duration) -> Duration {
    let Some(span) = fields.optional(key).span() else { return usual };
    if !(SHORTEST..=LONGEST).contains(&span) {
        fields.report_at(key, format!("`{key}` is out of range, expected `1s` to `1h`"), None);
    }
    span
}

/// Returns true for an address of this machine.
fn is_local(address: &str) -> bool {
    let host = address.split("://").nth(1).unwrap_or_default();
    ["localhost", "127.", "[::1]"].iter().any(|local| host.starts_with(local))
}

#[cfg(test)]
mod tests;
