//! `/api_query` of Iguana 4 to 6.

use memchr::memmem;

use super::error::AskError;
use super::form::{basic, encode_form};
use super::grid::Grid;
use super::position::Question;
use super::request::{Ask, check_status};
use super::{Auth, Interface, SourceOptions};
use crate::parse::{Format, Item, ParseOptions, Parser, Window};
use crate::web::{Response, origin_of};

/// The end of an answer is looked for in so many of its last bytes.
const END_BYTES: usize = 256;

/// Makes a question. It is posted, so that neither channels nor credentials stand in an address.
pub(super) fn ask(options: &SourceOptions, lane: &str, question: Question, grid: &Grid) -> Ask {
    let (after, limit) = (grid.stamp(question.from), question.limit.to_string());
    let types = match &options.interface {
        Interface::ApiQuery { types, .. } => types.join(","),
        Interface::IguanaX => String::new(),
    };
    let mut parameters = vec![("after", &*after), ("limit", &*limit), ("reverse", "false")];
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
    if !lane.is_empty() {
        parameters.push(("source", lane));
    }
    if !types.is_empty() {
        parameters.push(("type", &types));
    }
    if let Some(credentials) = &options.credentials {
        let (user, password) = (&*credentials.user, credentials.password.expose());
        match credentials.auth {
            Auth::Basic => headers.push(("authorization", basic(user, password))),
            Auth::Parameters => {
                parameters.extend([("username", user), ("password", password)]);
            }
        }
    }
    Ask { url: options.url(), headers, body: Some(encode_form(&parameters)) }
}

/// Returns true where the answer came to its end.
///
/// # Errors
///
/// Returns why it is no answer with entries.
pub(super) fn check(url: &str, answer: &Response) -> Result<bool, AskError> {
    check_status(url, answer)?;
    let origin = origin_of(url);
    let body = &answer.body;
    let foreign = || AskError::Foreign {
        origin: origin.clone(),
        expected: "an answer of `/api_query` (`<export ...>`)",
    };
    let start = memmem::find(body, b"<export").ok_or_else(foreign)?;
    let head = body.get(start..).unwrap_or_default();
    let tag = head.split_inclusive(|byte| *byte == b'>').next().unwrap_or_default();
    if is_failure(tag) {
        let text = description(body).unwrap_or_else(|| "no reason is told".into());
        return Err(AskError::Told { origin, text });
    }
    let end = body.get(body.len().saturating_sub(END_BYTES)..).unwrap_or(body);
    Ok(tag.ends_with(b"/>") || memmem::find(end, b"</export").is_some())
}

/// Returns true where the tag says that the question could not be answered.
fn is_failure(tag: &[u8]) -> bool {
    let tag: Vec<u8> = tag.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect();
    [&b"success=\"false\""[..], b"success='false'"]
        .iter()
        .any(|said| memmem::find(&tag, said).is_some())
}

/// Returns what the server says is wrong.
fn description(body: &[u8]) -> Option<String> {
    let mut parser = Parser::new(&Format::ApiXml, body, &ParseOptions::default());
    let (window, mut at) = (Window { bytes: body, offset: 0, is_last: true }, 0);
    std::iter::from_fn(|| parser.next(window, &mut at)).find_map(|item| match item {
        Item::Gap(gap) => Some(gap.reason),
        Item::Entry(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::api::Credentials;
    use crate::model::Millis;
    use crate::secret::Secret;

    fn options(auth: Auth, types: &[&str]) -> SourceOptions {
        SourceOptions {
            address: "https://iguana:6543".into(),
            interface: Interface::ApiQuery {
                zone: TimeZone::UTC,
                types: types.iter().map(|name| (*name).into()).collect(),
            },
            credentials: Some(Credentials {
                user: "reader".into(),
                password: Secret::new("p&w"),
                auth,
            }),
            ca_file: None,
            only: Vec::new(),
            page: 1_000,
            since: Duration::from_hours(24),
            interval: Duration::from_secs(15),
            timeout: Duration::from_secs(30),
            overlap: Duration::from_secs(2),
        }
    }

    #[test]
    fn a_question_is_a_form_and_credentials_are_never_in_the_address() {
        let grid =
            Grid { tick: 1_000, zone: TimeZone::get("America/Toronto").unwrap(), page: 1_000 };
        let question =
            Question { from: Millis::parse("2016-05-27T20:20:00Z").unwrap(), limit: 1_000 };
        let form = "after=2016%2F05%2F27%2016%3A20%3A00&limit=1000&reverse=false";
        let basic = ask(&options(Auth::Basic, &[]), "", question, &grid);
        assert_eq!(basic.url, "https://iguana:6543/api_query");
        assert_eq!(basic.body.as_deref(), Some(form));
        let authorization = ("authorization", "Basic cmVhZGVyOnAmdw==".to_owned());
        assert!(basic.headers.contains(&authorization));

        let parameters =
            ask(&options(Auth::Parameters, &["errors", "info"]), "ADT In", question, &grid);
        assert_eq!(parameters.url, "https://iguana:6543/api_query");
        assert_eq!(
            parameters.body,
            Some(format!(
                "{form}&source=ADT%20In&type=errors%2Cinfo&username=reader&password=p%26w"
            ))
        );
        assert_eq!(parameters.headers.len(), 1);
    }

    /// Checks what an answer is taken for.
    #[track_caller]
    fn answered(status: u16, body: &str, want: Result<bool, &str>) {
        let answer = Response { status, headers: Vec::new(), body: body.into() };
        let have = check("https://iguana:6543/api_query", &answer);
        assert_eq!(have.map_err(|error| error.to_string()), want.map_err(str::to_owned), "{body}");
    }

    #[test]
    fn an_answer_is_told_from_an_error_and_from_anything_else() {
        let m = r#"<message message_id="1-1" data="success='false'"/>"#;
        answered(
            200,
            &format!("<?xml version=\"1.0\"?><export success=\"true\">{m}</export>\n"),
            Ok(true),
        );
        answered(200, "<export success=\"true\"/>", Ok(true));
        answered(200, &format!("<export success=\"true\">{m}<mess"), Ok(false));
        answered(
            200,
            "<export success = 'false'><error description=\"no such channel\"/></export>",
            Err("`https://iguana:6543` answered with an error: \
                 the server answered with an error: no such channel"),
        );
        answered(
            200,
            "<export success=\"false\"></export>",
            Err("`https://iguana:6543` answered with an error: no reason is told"),
        );
        answered(
            200,
            "<html>Log in</html>",
            Err("`https://iguana:6543` answered with something else than \
                 an answer of `/api_query` (`<export ...>`)"),
        );
        answered(
            401,
            "",
            Err("`https://iguana:6543` refuses the user name or the password (status 401)"),
        );
        answered(503, "", Err("`https://iguana:6543` asks to come again later (status 503)"));
        answered(500, "", Err("`https://iguana:6543` answered with status 500"));
    }
}
