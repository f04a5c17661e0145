use super::*;
use crate::alert::message::{Before, Step};

fn message() -> Message {
    Message {
        schema: 1,
        id: "a-1-1".into(),
        kind: MessageKind::Opened,
        alert: Some("a-1".into()),
        summary: "critical: Disk <full>: ADT In on lab, 10,000 events in 58 s".into(),
        title: "Disk <full>".into(),
        severity: "critical".into(),
        server: Some("lab".into()),
        component_name: Some("ADT In".into()),
        count: 10_000,
        span_ms: 58_000,
        first: Some("2026-09-07T08:00:00.000Z".into()),
        cause: Some("The disk is full & stays so.".into()),
        fix: Some("Free some space.".into()),
        owner: Some("infrastructure".into()),
        escalation: Some(Step {
            is_reached: false,
            after: "10m".into(),
            to: "vendor".into(),
            how: "Open a case.".into(),
        }),
        example: Some("no space for [name:k3f9a0c2](x) ```\n<b>".into()),
        before: vec![Before {
            first: "2026-09-01T08:00:00.000Z".into(),
            span_ms: 60_000,
            count: 7,
            ended: "by itself".into(),
        }],
        runbook: Some("https://wiki/r.html#resource.disk-full".into()),
        path: Some("/logs/a.log".into()),
        command: Some("dewlap events --problem p-1".into()),
        ..Message::default()
    }
}

#[test]
fn a_mail_says_what_to_do_before_all_else() {
    insta::assert_snapshot!(text(&message()), @r"
    critical: Disk <full>: ADT In on lab, 10,000 events in 58 s

    Cause: The disk is full & stays so.
    Fix: Free some space.

    Where       ADT In on lab
    Severity    critical
    Count       10,000 events in 58 s
    Since       2026-09-07T08:00:00.000Z
    Owner       infrastructure
    Escalation  next, after 10m: vendor: Open a case.
    Log         /logs/a.log
    More        dewlap events --problem p-1
    Runbook     https://wiki/r.html#resource.disk-full

    Example:
        no space for [name:k3f9a0c2](x) ```
        <b>

    Before:
        2026-09-01T08:00:00.000Z: 7 events in 1 min, ended: by itself

    dewlap alert a-1, message a-1-1
    ");
}

#[test]
fn a_page_escapes_what_it_shows() {
    let page = html(&message());
    assert!(page.contains("<h2>critical: Disk &lt;full&gt;: ADT In on lab"), "{page}");
    assert!(page.contains("<pre>no space for [name:k3f9a0c2](x) ```\n&lt;b&gt;</pre>"), "{page}");
    assert!(page.contains("<p><b>Cause:</b> The disk is full &amp; stays so.</p>"), "{page}");
}

#[test]
fn slack_gets_blocks_within_its_limits() {
    let long = Message { example: Some("<".repeat(6_000)), ..message() };
    let body = slack(&long);
    let blocks = body["blocks"].as_array().unwrap();
    assert_eq!(blocks[0]["type"], "header");
    for block in blocks {
        let text = block["text"]["text"].as_str().unwrap_or_default();
        assert!(text.chars().count() <= MAX_OF_SLACK, "{text}");
        assert!(block["fields"].as_array().is_none_or(|fields| fields.len() <= 10));
    }
    let all = slack(&message()).to_string();
    assert!(all.contains("no space for [name:k3f9a0c2](x) '''\\n&lt;b&gt;```"), "{all}");
    assert!(all.contains("<https://wiki/r.html#resource.disk-full|Runbook>"), "{all}");
}

const MAX_OF_SLACK: usize = 3_000;

#[test]
fn teams_gets_a_card_in_the_envelope_of_workflows() {
    let body = teams(&message());
    assert_eq!(body["type"], "message");
    let attachment = &body["attachments"][0];
    assert_eq!(attachment["contentType"], "application/vnd.microsoft.card.adaptive");
    let card = &attachment["content"];
    assert_eq!((&card["type"], &card["version"]), (&"AdaptiveCard".into(), &"1.4".into()));
    assert_eq!(card["actions"][0]["url"], "https://wiki/r.html#resource.disk-full");
    let runs: Vec<_> = card["body"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|part| part["inlines"].as_array())
        .collect();
    let is_example = |run: &serde_json::Value| run["text"] == message().example.unwrap();
    assert!(runs.iter().any(|runs| runs.iter().any(is_example)), "{card}");
}

#[test]
fn a_test_says_that_nothing_is_wrong() {
    let test = Message::test(crate::model::Millis::new(0));
    assert!(text(&test).contains("nothing is wrong"));
    assert!(slack(&test).to_string().contains("nothing is wrong"));
    assert!(teams(&test).to_string().contains("nothing is wrong"));
}
