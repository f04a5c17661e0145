//! Webhooks.

use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;

use super::DeliverError;
use crate::alert::message::Message;
use crate::alert::render::{slack, teams};
use crate::alert::settings::{Webhook, WebhookBody};
use crate::model::Millis;
use crate::web::{Client, ClientOptions, Request, Response, WebError};

/// An answer is read no further.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;
/// Names the message, so that a target can tell that it has it already.
const ID_HEADER: &str = "Idempotency-Key";
/// Statuses of requests that may be repeated as they are.
const REPEATABLE: [u16; 3] = [408, 425, 429];

/// Sends a message.
pub(super) fn deliver(
    webhook: &Webhook,
    timeout: Duration,
    message: &Message,
    now: Millis,
) -> Result<(), DeliverError> {
    let secret = |source| DeliverError::Secret { source };
    let url = webhook.url.read().map_err(secret)?;
    let url = url.expose();
    let hidden = webhook.secret.as_ref();
    let hidden = hidden.map(|(name, value)| value.read().map(|value| (name.as_str(), value)));
    let hidden = hidden.transpose().map_err(secret)?;
    let body = match webhook.body {
        WebhookBody::Json => message.to_json(),
        WebhookBody::Slack => slack(message).to_string(),
        WebhookBody::Teams => teams(message).to_string(),
    };
    let mut headers = vec![("Content-Type", "application/json"), (ID_HEADER, &message.id)];
    headers.extend(webhook.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    headers.extend(hidden.iter().map(|(name, value)| (*name, value.expose())));
    let options = ClientOptions {
        ca_file: webhook.ca_file.clone(),
        timeout,
        max_body_bytes: MAX_ANSWER_BYTES,
    };
    let request = Request { url, headers: &headers, body: Some(body.as_bytes()) };
    let answer = Client::new(&options).and_then(|client| client.send(&request));
    judge(&answer.map_err(|error| without_address(error, url))?, now)
}

fn judge(answer: &Response, now: Millis) -> Result<(), DeliverError> {
    let status = answer.status;
    if answer.is_success() {
        Ok(())
    } else if status >= 500 || REPEATABLE.contains(&status) {
        let retry_after = answer.header("retry-after").and_then(|text| retry_after(text, now));
        Err(DeliverError::Later { status, retry_after })
    } else {
        Err(DeliverError::Refused { status })
    }
}

/// Reads how long a server wants to be left alone: seconds, or a date.
fn retry_after(text: &str, now: Millis) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTimeParser::new().parse_timestamp(text).ok()?.as_millisecond();
    Some(Duration::from_millis(at.saturating_sub(now.get()).try_into().unwrap_or_default()))
}

/// Removes causes that spell out the address, which may be a secret.
fn without_address(error: WebError, url: &str) -> DeliverError {
    let path = url.splitn(4, '/').nth(3).filter(|path| !path.is_empty());
    let source = match error {
        WebError::Send { origin, source }
            if path.is_some_and(|path| chain(&*source).contains(path)) =>
        {
            WebError::Send { origin, source: "the address is wrong".into() }
        }
        error => error,
    };
    DeliverError::Web { source }
}

fn chain(error: &dyn std::error::Error) -> String {
    let next = std::iter::successors(Some(error), |error| error.source());
    next.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_in_seconds_or_by_a_date_when_to_come_back() {
        let now = Millis::parse("2026-09-07T08:00:00Z").unwrap();
        let cases = [
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("Mon, 07 Sep 2026 08:05:00 GMT", Some(300)),
            ("Mon, 07 Sep 2026 07:00:00 GMT", Some(0)),
            ("soon", None),
        ];
        for (text, want) in cases {
            assert_eq!(retry_after(text, now), want.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn an_answer_is_taken_put_off_or_refused_by_its_status() {
        let cases = [
            (200, "taken"),
            (204, "taken"),
            (301, "refused"),
            (400, "refused"),
            (401, "refused"),
            (404, "refused"),
            (408, "later"),
            (425, "later"),
            (429, "later"),
            (500, "later"),
            (503, "later"),
        ];
        for (status, want) in cases {
            let answer = Response { status, headers: Vec::new(), body: Vec::new() };
            let found = match judge(&answer, Millis::new(0)) {
                Ok(()) => "taken",
                Err(error) if error.is_final() => "refused",
                Err(_) => "later",
            };
            assert_eq!(found, want, "{status}");
        }
    }
}
