//! `/session/login`, `/component/list` and `/logs/retrieve` of Iguana X.
//!
//! How these answer is known from the vendor's published sources only, so they are read tolerantly.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::error::AskError;
use super::form::encode_form;
use super::position::Question;
use super::request::{Ask, check_status};
use super::{Credentials, SourceOptions};
use crate::web::{Response, origin_of};

/// The component that is the server itself; it is in no list.
pub(super) const SERVICE: &str = "Iguana-Service";
/// How much of a server's error is told.
const MAX_ERROR_CHARS: usize = 200;
/// A question ends so far in the future, in milliseconds: clocks differ.
const AHEAD: i64 = 86_400_000;

/// A component, by GUID and name.
pub(super) type Component = (String, String);

/// What every answer begins with, or ends.
#[derive(Deserialize)]
struct Envelope {
    success: Option<bool>,
    error: Option<Value>,
    #[serde(rename = "data")]
    _data: Option<IgnoredAny>,
}

/// Makes the question that begins a session.
pub(super) fn ask_login(options: &SourceOptions, credentials: &Credentials) -> Ask {
    let (user, password) = (&*credentials.user, credentials.password.expose());
    Ask {
        url: format!("{}/session/login", options.address),
        headers: vec![("content-type", "application/x-www-form-urlencoded".into())],
        body: Some(encode_form(&[("username", user), ("password", password)])),
    }
}

/// Makes the question for all components.
pub(super) fn ask_components(options: &SourceOptions, cookie: &str) -> Ask {
    Ask {
        url: format!("{}/component/list", options.address),
        headers: cookie_header(cookie),
        body: None,
    }
}

/// Makes a question for the entries of a component.
pub(super) fn ask(
    options: &SourceOptions,
    (component, question): (&str, Question),
    now: i64,
    cookie: &str,
) -> Ask {
    let (start, limit) = (question.from.get().max(0).to_string(), question.limit.to_string());
    let end = now.max(question.from.get()).saturating_add(AHEAD).to_string();
    let parameters = encode_form(&[
        ("component", component),
        ("start", &start),
        ("end", &end),
        ("forward", "true"),
        ("limit", &limit),
    ]);
    Ask {
        url: format!("{}?{parameters}", options.url()),
        headers: cookie_header(cookie),
        body: None,
    }
}

fn cookie_header(cookie: &str) -> Vec<(&'static str, String)> {
    if cookie.is_empty() { Vec::new() } else { vec![("cookie", cookie.into())] }
}

/// Returns the cookies of a session, as a header sends them back.
///
/// # Errors
///
/// Returns why there is no session.
pub(super) fn check_login(url: &str, answer: &Response) -> Result<String, AskError> {
    let told = check(url, answer);
    if let Err(AskError::Told { origin, .. }) = told {
        return Err(AskError::Refused { origin, status: answer.status });
    }
    told?;
    let cookies = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    let cookies: Vec<&str> =
        cookies.filter_map(|(_, value)| value.split(';').next()).map(str::trim).collect();
    if cookies.is_empty() {
        let expected = "a session (a cookie)";
        return Err(AskError::Foreign { origin: origin_of(url), expected });
    }
    Ok(cookies.join("; "))
}

/// Returns true where the answer came to its end.
///
/// # Errors
///
/// Returns why it is no answer with data.
pub(super) fn check(url: &str, answer: &Response) -> Result<bool, AskError> {
    check_status(url, answer)?;
    let origin = origin_of(url);
    let expected = "an answer of Iguana X (`{\"success\": ...}`)";
    match serde_json::from_slice::<Envelope>(&answer.body) {
        Ok(Envelope { success: Some(false), error, .. }) => {
            Err(AskError::Told { origin, text: error_text(error) })
        }
        Ok(Envelope { success: Some(true), .. }) => Ok(true),
        // Cut off or damaged: the items are read as far as they can be.
        Err(_) if answer.body.trim_ascii_start().starts_with(b"{") => Ok(false),
        Ok(_) | Err(_) => Err(AskError::Foreign { origin, expected }),
    }
}

fn error_text(error: Option<Value>) -> String {
    let text = match error {
        Some(Value::String(text)) => text,
        Some(Value::Null) | None => "no reason is told".into(),
        Some(other) => other.to_string(),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(MAX_ERROR_CHARS).collect()
}

/// Returns the components of a list, whatever its form: objects with a GUID and a name, or a map of
/// GUIDs to either.
pub(super) fn read_components(body: &[u8]) -> Vec<Component> {
    let mut found = Vec::new();
    if let Ok(Value::Object(mut answer)) = serde_json::from_slice(body)
        && let Some(data) = answer.remove("data")
    {
        add_components(&data, &mut found);
    }
    found.sort();
    found.dedup_by(|second, first| second.0 == first.0);
    found
}

fn add_components(data: &Value, found: &mut Vec<Component>) {
    match data {
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::String(guid) => found.push((guid.clone(), String::new())),
                    item => found.extend(component_of(item, None)),
                }
            }
        }
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(name) => found.push((key.clone(), name.clone())),
                    Value::Array(_) => add_components(value, found),
                    value => found.extend(component_of(value, Some(key))),
                }
            }
        }
        _ => {}
    }
}

/// Returns the component that an object tells of; a map's key is its GUID.
fn component_of(object: &Value, key: Option<&str>) -> Option<Component> {
    let text = |names: &[&str]| {
        let members = object.as_object()?.iter();
        let mut named =
            members.filter(|(key, _)| names.iter().any(|name| key.eq_ignore_ascii_case(name)));
        named.find_map(|(_, value)| value.as_str()).map(str::to_owned)
    };
    let guid =
        key.map(str::to_owned).or_else(|| text(&["guid", "id", "comp", "component", "key"]))?;
    Some((guid, text(&["name", "component_name", "title"]).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_components_is_read_in_any_form() {
        let want = [("aB3", "ADT In"), ("xY9", "Lab Out")];
        for body in [
            r#"{"success":true,"data":[{"guid":"xY9","name":"Lab Out"},{"guid":"aB3","name":"ADT In"}]}"#,
            r#"{"success":true,"data":{"components":[{"id":"aB3","Name":"ADT In"},{"id":"xY9","Name":"Lab Out"}]}}"#,
            r#"{"success":true,"data":{"xY9":"Lab Out","aB3":"ADT In"}}"#,
            r#"{"success":true,"data":{"xY9":{"name":"Lab Out","on":true},"aB3":{"name":"ADT In"}}}"#,
        ] {
            let have = read_components(body.as_bytes());
            let have: Vec<_> = have.iter().map(|(guid, name)| (&**guid, &**name)).collect();
            assert_eq!(have, want, "{body}");
        }
        assert_eq!(read_components(br#"{"data":["a"]}"#), [("a".to_owned(), String::new())]);
        assert!(read_components(b"<html>").is_empty());
    }

    #[track_caller]
    fn answered(status: u16, body: &str, want: Result<bool, &str>) {
        let answer = Response { status, headers: Vec::new(), body: body.into() };
        let have = check("https://x:7654/logs/retrieve?component=a", &answer);
        assert_eq!(have.map_err(|error| error.to_string()), want.map_err(str::to_owned), "{body}");
    }

    #[test]
    fn an_answer_is_told_from_an_error_and_from_anything_else() {
        answered(200, r#"{"success":true,"data":[]}"#, Ok(true));
        answered(200, r#"{"data":[{"success":false}],"success":true}"#, Ok(true));
        answered(200, r#"{"success":true,"data":[{"ty"#, Ok(false));
        answered(
            200,
            r#"{"success":false,"error":"Session\n expired"}"#,
            Err("`https://x:7654` answered with an error: Session expired"),
        );
        let foreign = "`https://x:7654` answered with something else than \
                       an answer of Iguana X (`{\"success\": ...}`)";
        answered(200, "<html></html>", Err(foreign));
        answered(200, "{}", Err(foreign));
        answered(302, "", Err("`https://x:7654` answered with status 302"));
    }

    #[test]
    fn a_session_is_the_cookies_of_the_answer() {
        let login = |headers: &[(&str, &str)], body: &str| {
            let headers = headers.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
            let answer = Response { status: 200, headers, body: body.into() };
            check_login("https://x/session/login", &answer).map_err(|error| error.to_string())
        };
        let cookies = [("set-cookie", "sid=7; Path=/; HttpOnly"), ("set-cookie", "t=1")];
        assert_eq!(login(&cookies, r#"{"success":true}"#).as_deref(), Ok("sid=7; t=1"));
        let refused = "`https://x` refuses the user name or the password (status 200)";
        assert_eq!(login(&cookies, r#"{"success":false,"error":"no"}"#), Err(refused.into()));
        assert!(login(&[], r#"{"success":true}"#).is_err());
    }
}
