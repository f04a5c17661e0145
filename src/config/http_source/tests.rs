use super::*;
use crate::config::{Config, SourceConfig};

fn parse(text: &str) -> Result<Vec<HttpSource>, ConfigError> {
    let http = |source| match source {
        SourceConfig::Http(source) => Some(source),
        SourceConfig::Files(_) => None,
    };
    Config::parse(Path::new("/etc/dewlap/dewlap.toml"), text)
        .map(|config| config.sources.into_iter().filter_map(http).collect())
}

/// Returns the options of the only source.
#[track_caller]
fn options(keys: &str) -> SourceOptions {
    let sources = parse(&format!("[[source]]\n{keys}")).unwrap();
    let environment = |name: &str| (name == "IGUANA").then(|| "open sesame".to_owned());
    sources[0].source_options(&TimeZone::UTC, &environment).unwrap()
}

fn faults(keys: &str) -> String {
    let found = parse(&format!("[[source]]\n{keys}")).unwrap_err();
    found.findings().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_left_out_has_a_default() {
    let options = options("api_query = 'https://iguana:6543/'");
    assert_eq!(options.url(), "https://iguana:6543/api_query");
    assert!(options.credentials.is_none() && options.only.is_empty());
    let spans = [options.since, options.interval, options.timeout, options.overlap];
    assert_eq!(spans.map(|span| span.as_secs()), [86_400, 15, 30, 2]);
}

#[test]
fn everything_can_be_said() {
    let options = options(
        "iguana_x = 'https://gate/lab'\nname = 'lab'\nserver = 'iguana-lab'\nuser = 'reader'\n\
         password_env = 'IGUANA'\nca_file = 'ca.pem'\ncomponents = ['ADT In', 'aB3']\n\
         interval = '30s'\nsince = '7d'\ntimeout = '10s'\noverlap = '1m'",
    );
    assert_eq!(options.url(), "https://gate/lab/logs/retrieve");
    assert_eq!(options.ca_file.as_deref(), Some(Path::new("/etc/dewlap/ca.pem")));
    assert_eq!(options.only, ["ADT In", "aB3"]);
    let credentials = options.credentials.as_ref().unwrap();
    assert_eq!((&*credentials.user, credentials.password.expose()), ("reader", "open sesame"));
    assert!(!format!("{options:?}").contains("sesame"));
    let spans = [options.since, options.interval, options.timeout, options.overlap];
    assert_eq!(spans.map(|span| span.as_secs()), [604_800, 30, 10, 60]);
}

#[test]
fn a_zone_of_its_own_goes_before_that_of_the_configuration() {
    let zone = |keys: &str| {
        let sources = parse(&format!("[[source]]\napi_query = 'https://i'\n{keys}")).unwrap();
        let toronto = TimeZone::get("America/Toronto").unwrap();
        match sources[0].source_options(&toronto, &|_| None).unwrap().interface {
            Interface::ApiQuery { zone, .. } => zone.iana_name().map(str::to_owned),
            Interface::IguanaX => None,
        }
    };
    assert_eq!(zone("timezone = 'Europe/Vienna'").as_deref(), Some("Europe/Vienna"));
    assert_eq!(zone("").as_deref(), Some("America/Toronto"));
}

#[test]
fn a_password_comes_from_a_file_without_its_line_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("password");
    let keys = format!(
        "[[source]]\napi_query = 'https://i'\nuser = 'a'\nauth = 'parameters'\npassword_file = '{}'",
        path.display()
    );
    let read = || parse(&keys).unwrap()[0].source_options(&TimeZone::UTC, &|_| None);
    assert!(matches!(read(), Err(ConfigError::Password { .. })));
    std::fs::write(&path, " open sesame \r\n").unwrap();
    let credentials = read().unwrap().credentials.unwrap();
    assert_eq!(credentials.password.expose(), " open sesame ");
    assert_eq!(credentials.auth, Auth::Parameters);
}

#[test]
fn every_fault_is_told_with_its_line() {
    for (keys, parts) in [
        ("name = 'x'", &["dewlap.toml:1: a source names nothing to follow"][..]),
        ("api_query = 'https://a'\niguana_x = 'https://b'", &["dewlap.toml:3: a source is either"]),
        ("iguana_x = 'https://b'", &["dewlap.toml:1: `user` is missing"]),
        ("api_query = 'iguana:6543'", &["dewlap.toml:2: `iguana:6543` is not the address"]),
        ("api_query = 'https://a/?x=1'", &["is not the address"]),
        ("api_query = 'https://a'\nuser = 'x'", &["dewlap.toml:3: `user` has no password"]),
        ("api_query = 'https://a'\npassword_env = 'X'", &["`user` is missing"]),
        (
            "api_query = 'https://a'\nuser = 'x'\npassword_env = 'X'\npassword_file = 'y'",
            &["dewlap.toml:4: a password is either in"],
        ),
        (
            "api_query = 'https://a'\ntypes = ['errors', 'warning']\ninterval = '2h'\n\
             components = ['x']\npasword_file = 'y'",
            &[
                "dewlap.toml:3: `types` is `warning`",
                "did you mean `warnings`",
                "dewlap.toml:4: `interval` is out of range",
                "dewlap.toml:5: `components` is unknown",
                "did you mean `password_file`",
            ],
        ),
    ] {
        let found = faults(keys);
        for part in parts {
            assert!(found.contains(part), "{part} is missing from:\n{found}");
        }
    }
}

#[test]
fn a_password_in_an_address_is_refused_and_not_repeated() {
    let found = faults("api_query = 'https://reader:sesame@iguana:6543'");
    assert!(found.contains("dewlap.toml:2: `api_query` holds a user name or a password"));
    assert!(!found.contains("sesame"), "{found}");
}
