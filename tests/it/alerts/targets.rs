//! What each kind of target gets, and what goes wrong with it.

use std::path::PathBuf;
use std::time::Duration;

use dewlap::alert::{DeliverError, Mail, Target, TargetKind, WebhookBody, try_target};
use dewlap::mail::{MailServer, MailTls};
use dewlap::secret::SecretPlace;
use tempfile::TempDir;

use super::at;
use super::delivery::webhook;
use super::servers::{Answer, Hook, Post, authority};

fn target(kind: TargetKind) -> Target {
    Target { name: "on-call".into(), kind, timeout: Duration::from_secs(5) }
}

fn attempt(kind: TargetKind) -> Result<(), DeliverError> {
    try_target(&target(kind), at(0))
}

#[test]
fn a_webhook_gets_the_body_that_it_takes() {
    for body in WebhookBody::ALL {
        let hook = Hook::new(Answer::Status(200));
        attempt(TargetKind::Webhook(webhook(body, &hook.address))).unwrap();
        let arrived = hook.next();
        let json = arrived.json();
        assert_eq!(arrived.header("content-type"), Some("application/json"));
        assert_eq!(arrived.header("idempotency-key"), Some("test-1788739200000"));
        let shown = match body {
            WebhookBody::Json | WebhookBody::Teams => &json["summary"],
            WebhookBody::Slack => &json["text"],
        };
        assert_eq!(shown, "test of dewlap's alerts: nothing is wrong", "{body:?}");
    }
}

#[test]
fn a_secret_is_read_from_its_file_at_each_attempt() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("token");
    let hook = Hook::new(Answer::Status(200));
    let mut kind = webhook(WebhookBody::Json, &hook.address);
    kind.headers = vec![("X-Team".into(), "interfaces".into())];
    kind.secret = Some(("Authorization".into(), SecretPlace::File(path.clone())));
    let kind = TargetKind::Webhook(kind);
    let missing = attempt(kind.clone()).unwrap_err();
    assert!(!missing.is_final(), "{missing:?}");
    assert!(missing.told().starts_with("failed to get a secret: failed to read the secret `"));
    for secret in ["Bearer one", "Bearer two"] {
        std::fs::write(&path, format!("{secret}\n")).unwrap();
        attempt(kind.clone()).unwrap();
        let arrived = hook.next();
        assert_eq!(arrived.header("authorization"), Some(secret));
        assert_eq!(arrived.header("x-team"), Some("interfaces"));
    }
}

#[test]
fn a_webhook_that_misbehaves_is_tried_again_and_its_address_not_shown() {
    for answer in [Answer::HangUp, Answer::Silence, Answer::Status(500)] {
        let hook = Hook::new(answer);
        let kind = TargetKind::Webhook(webhook(WebhookBody::Json, &hook.address));
        let target = Target { timeout: Duration::from_millis(300), ..target(kind) };
        let error = try_target(&target, at(0)).unwrap_err();
        assert!(!error.is_final(), "{answer:?}: {error:?}");
        assert!(!error.told().contains("secret-path"), "{answer:?}: {}", error.told());
    }
    let gone = TargetKind::Webhook(webhook(WebhookBody::Json, "http://127.0.0.1:1/secret-path"));
    let error = attempt(gone).unwrap_err();
    assert!(!error.is_final() && !error.told().contains("secret-path"), "{}", error.told());
}

#[test]
fn a_webhook_behind_a_private_authority_is_trusted_by_its_file_only() {
    let directory = TempDir::new().unwrap();
    let (pem, config) = authority();
    let hook = Hook::with_tls(Answer::Status(200), config);
    let mut kind = webhook(WebhookBody::Json, &hook.address);
    assert!(matches!(attempt(TargetKind::Webhook(kind.clone())), Err(DeliverError::Web { .. })));
    let path = directory.path().join("ca.pem");
    std::fs::write(&path, pem).unwrap();
    kind.ca_file = Some(path);
    attempt(TargetKind::Webhook(kind)).unwrap();
    hook.next();
}

fn mail(port: u16) -> Mail {
    Mail {
        server: MailServer { host: "localhost".into(), port, tls: MailTls::None, ca_file: None },
        from: "Dewlap <dewlap@example.org>".into(),
        to: vec!["on-call@example.org".into(), "second@example.org".into()],
        login: None,
    }
}

#[test]
fn a_mail_has_both_parts_and_an_id_that_stays() {
    let post = Post::new("250 taken");
    for _ in 0..2 {
        attempt(TargetKind::Mail(mail(post.port))).unwrap();
        let said = post.next();
        for part in [
            "MAIL FROM:<dewlap@example.org>",
            "RCPT TO:<on-call@example.org>",
            "RCPT TO:<second@example.org>",
            "Message-ID: <test-1788739200000@example.org>",
            "Date: Mon, 07 Sep 2026 00:00:00 +0000",
            "Subject: [dewlap] test of dewlap's alerts: nothing is wrong",
            "Content-Type: multipart/alternative",
            "Content-Type: text/plain; charset=utf-8",
            "Note: Nothing is wrong. This target can be reached.",
            "Content-Type: text/html; charset=utf-8",
            "<b>Note:</b> Nothing is wrong. This target can be reached.",
        ] {
            assert!(said.contains(part), "{part} is missing from:\n{said}");
        }
    }
}

#[test]
fn a_mail_goes_through_a_connection_of_a_private_authority_with_a_login() {
    let directory = TempDir::new().unwrap();
    let (pem, config) = authority();
    let post = Post::with_tls(config);
    let (ca, password) = (directory.path().join("ca.pem"), directory.path().join("password"));
    std::fs::write(&ca, pem).unwrap();
    std::fs::write(&password, "opensesame\n").unwrap();
    let secret = SecretPlace::File(password);
    let login = Some(("dewlap".to_owned(), secret));
    let mut mail = mail(post.port);
    mail.server.tls = MailTls::Tls;
    let error = attempt(TargetKind::Mail(mail.clone())).unwrap_err();
    assert!(!error.is_final(), "{error:?}");
    mail.server.ca_file = Some(ca);
    attempt(TargetKind::Mail(Mail { login, ..mail })).unwrap();
    // The name and the password, as AUTH PLAIN has them.
    assert!(post.next().contains("AUTH PLAIN AGRld2xhcABvcGVuc2VzYW1l"));
}

#[test]
fn a_mail_that_is_refused_is_not_tried_again() {
    for (verdict, is_final) in [("550 no [name:secret]", true), ("451 later", false)] {
        let post = Post::new(verdict);
        let error = attempt(TargetKind::Mail(mail(post.port))).unwrap_err();
        assert_eq!(error.is_final(), is_final, "{error:?}");
        let code = verdict.split(' ').next().unwrap();
        assert_eq!(error.told(), format!("failed to send a mail, the server answered {code}"));
    }
    let nobody = Mail { to: vec!["nobody".into()], ..mail(1) };
    assert!(attempt(TargetKind::Mail(nobody)).unwrap_err().is_final());
    let down = attempt(TargetKind::Mail(mail(1))).unwrap_err();
    assert!(!down.is_final(), "{down:?}");
}

#[cfg(unix)]
fn script(directory: &TempDir, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;

    let path = directory.path().join("page");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path
}

#[cfg(unix)]
fn run(directory: &TempDir, text: &str, args: &[&str]) -> Result<(), DeliverError> {
    let program = script(directory, text).display().to_string();
    let command = std::iter::once(program).chain(args.iter().map(|&arg| arg.to_owned()));
    let kind = TargetKind::Command(command.collect());
    try_target(&Target { timeout: Duration::from_secs(2), ..target(kind) }, at(0))
}

#[cfg(unix)]
#[test]
fn a_command_gets_the_message_and_its_arguments_as_they_are() {
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("out");
    let odd = "$(touch nothing); 'x'";
    run(&directory, "printf '%s\\n' \"$2\" > \"$1\"; cat >> \"$1\"", &[out.to_str().unwrap(), odd])
        .unwrap();
    let said = std::fs::read_to_string(&out).unwrap();
    let (arg, json) = said.split_once('\n').unwrap();
    assert_eq!(arg, odd, "no shell has looked at it");
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!((&json["schema"], &json["kind"]), (&1.into(), &"test".into()));
}

#[cfg(unix)]
#[test]
fn a_command_that_fails_says_how() {
    let directory = TempDir::new().unwrap();
    let error = run(&directory, "exit 3", &[]).unwrap_err();
    assert!(error.told().ends_with("page` ended with exit status: 3"), "{}", error.told());
    assert!(!error.is_final());
    let gone = TargetKind::Command(vec!["/nowhere/page".into()]);
    assert!(attempt(gone).unwrap_err().told().starts_with("failed to start `/nowhere/page`: "));
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_that_takes_too_long_is_killed_with_its_children() {
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("pid");
    let text = "sleep 600 & echo $! > \"$1\"; wait";
    let error = run(&directory, text, &[out.to_str().unwrap()]).unwrap_err();
    assert!(matches!(error, DeliverError::Timeout { .. }), "{error:?}");
    let pid = std::fs::read_to_string(&out).unwrap();
    let stat = PathBuf::from(format!("/proc/{}/stat", pid.trim()));
    // What is killed may wait for its new parent a little.
    let is_dead = || std::fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z "));
    while !is_dead() {
        std::thread::yield_now();
    }
}
